"""A hook of MkDocs: pages of the site that lie outside ``docs/``, and links that are right here and on a code host.

The README is the front page; guides beside the data, the model's card and the notebooks are pages, too. Their files
stay where a reader of the repository looks for them. A link between two of them is led to the page; a link to what is
no page (a folder of code, the licence) becomes its text.
"""

from __future__ import annotations

import base64
import json
import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
OUTSIDE = (
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "data/labelled/GUIDE.md",
    "data/labelled/README.md",
    "data/sample/README.md",
    "notebooks/README.md",
    "tests/newspapers_open/README.md",
)
_LINK = re.compile(r"(?<![`!])\[([^\]]+)\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"(!\[[^\]]*\]\()([^)\s]+)\)")
_FENCE = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)


def pages() -> dict[str, str]:
    """Path in the repository → address of the page made of it, for all that lies outside ``docs/``."""
    card = max((ROOT / "models").glob("themes-*/card.md"), key=lambda path: _numbers(path.parent.name))
    notebooks = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "notebooks").glob("*.ipynb"))
    return {
        "README.md": "index.md",
        **{path: path for path in OUTSIDE},
        card.relative_to(ROOT).as_posix(): "models/card.md",
        **{path: path.removesuffix(".ipynb") + ".md" for path in notebooks},
    }


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the notebooks into the navigation, each under its own title."""
    notebooks = [address for path, address in pages().items() if path.endswith(".ipynb")]
    config.nav = [{"Notebooks": [*one.values(), *notebooks]} if "Notebooks" in one else one for one in config.nav or []]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages, and the pictures of the notebooks."""
    for path, address in pages().items():
        if path.endswith(".ipynb"):
            text, pictures = notebook(ROOT / path)
            for name, content in pictures.items():
                files.append(File.generated(config, posixpath.join(posixpath.dirname(address), name), content=content))
        else:
            text = (ROOT / path).read_text(encoding="utf-8")
        files.append(File.generated(config, address, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead every relative link to its page."""
    known = pages()
    home = {address: path for path, address in known.items()}.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    # What stands in a fence is shown, not followed.
    texts = enumerate(_FENCE.split(markdown))
    return "".join(text if number % 2 else _led(text, home, page.file.src_uri, known) for number, text in texts)


def _led(text: str, home: str, address: str, known: dict[str, str]) -> str:
    def lead(found: re.Match[str]) -> str:
        label, link = found[1], found[2]
        target, sign, anchor = link.partition("#")
        if "://" in link or not target:
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(home), target))
        if path.startswith("docs/") and (ROOT / path).is_file():
            page = path.removeprefix("docs/")
        elif path in known or f"{path}/README.md" in known:
            page = known.get(path) or known[f"{path}/README.md"]
        elif path in {"models", "models/"}:
            page = "models/card.md"
        elif (ROOT / path).exists():
            return label
        else:
            return found[0]  # MkDocs says that it leads nowhere
        return f"[{label}]({posixpath.relpath(page, posixpath.dirname(address) or '.')}{sign}{anchor})"

    def show(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(home), found[2]))
        if not path.startswith("docs/"):
            return found[0]
        return f"{found[1]}{posixpath.relpath(path.removeprefix('docs/'), posixpath.dirname(address) or '.')})"

    return _PICTURE.sub(show, _LINK.sub(lead, text))


def notebook(path: Path) -> tuple[str, dict[str, bytes]]:
    """A notebook as a page, and its pictures by name."""
    parts: list[str] = []
    pictures: dict[str, bytes] = {}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        for output in cell["outputs"]:
            data: dict[str, Any] = output.get("data", {})
            if "image/png" in data:
                name = f"{path.stem}-{len(pictures) + 1}.png"
                pictures[name] = base64.b64decode("".join(data["image/png"]))
                parts.append(f"![What the cell above draws]({name})")
            else:
                text = "".join(output.get("text") or data["text/plain"])
                parts.append(f"```text\n{text.rstrip()}\n```")
    return "\n\n".join(parts) + "\n", pictures


def _numbers(name: str) -> list[int]:
    """``themes-2026-11-22.3`` as numbers, so that the tenth of a day comes after the ninth."""
    return [int(number) for number in re.findall(r"\d+", name)]
