"""The pictures of the documentation: ``python -m benchmarks.pictures [NAME …]``, as ``make pictures`` does.

Runs the demo and makes the sample in a folder of its own (or takes those of ``--from``), opens report and explorer in
this machine's Chromium, and writes docs/pictures/*.png: few colours, a palette, each under 250 kB. Everything shown is
ours: the demo's and the sample's news are invented. The figures of the notebooks are those kept in them.
"""

from __future__ import annotations

import base64
import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

import click
from PIL import Image

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
INTO = ROOT / "docs" / "pictures"
LARGEST = 250_000
"""Bytes of a picture: whoever clones the repository pays for each."""
PATIENCE = 120_000
"""Milliseconds: pictures may be made on a machine that does other things."""

Where = Literal["report", "sample-report", "demo", "sample"]


@dataclass(frozen=True)
class Shot:
    """A picture of a page: where it is, how large, and what of it; ``height`` is the most, None takes all of it.

    ``open`` is what is clicked on first. Pixels are those of the page, two to one on a telephone.
    """

    where: Where
    address: str = ""
    width: int = 1200
    height: int | None = 860
    dark: bool = False
    open: tuple[str, ...] = ()
    of: str | None = None


SHOTS = {
    "report": Shot("report", open=("label[for=in-en]",)),
    "report-dark": Shot("report", dark=True),
    "report-phone": Shot("report", width=390, height=844, open=("label[for=in-en]",)),
    "report-coverage": Shot("sample-report", open=("label[for=in-en]",), of="#coverage"),
    "report-map": Shot("sample-report", open=("label[for=in-en]",), of="#map"),
    "explorer-overview": Shot("sample", "/en"),
    "explorer-search": Shot("sample", "/en/search?q=hop+tac+bien+gioi"),
    "explorer-search-phone": Shot("sample", "/search?q=hop+tac+bien+gioi", width=390, height=844),
    "explorer-evidence": Shot("demo", "/en/article/{evidence}?theme=border", height=700),
    "explorer-evidence-dark": Shot("demo", "/article/{evidence}?theme=border", dark=True, height=700),
    "explorer-trends": Shot("sample", "/en/trends?theme=border&by=quarter", of="section[aria-labelledby=figure]"),
    "explorer-trends-by-theme": Shot("sample", "/en/trends?by=quarter&per=theme", of="section[aria-labelledby=figure]"),
    "explorer-network": Shot("sample", "/en/network?map=34", height=None, of="section[aria-labelledby=figure]"),
    "explorer-map": Shot("sample", "/en/map?theme=border", height=None, of="section[aria-labelledby=figure]"),
    "explorer-words": Shot(
        "sample", "/en/words?q=%22bi%C3%AAn+gi%E1%BB%9Bi%22&stories=1", height=640, of="section[aria-labelledby=places]"
    ),
}
FIGURES = {
    "notebook-first-minute": ("01_first_minute", 0),
    "notebook-trends": ("02_coverage_trends", 1),
    "notebook-network": ("03_cooperation_network", 0),
    "notebook-outlets": ("04_compare_outlets", 0),
    "notebook-judge": ("05_judge_and_retrain", 0),
    "notebook-your-outlet": ("06_your_own_outlet", 0),
}
"""Picture → notebook, and which of its figures."""


@contextmanager
def served(corpus: Path, archive: Path | None) -> Iterator[str]:
    """The address of ``tintinh serve`` over this corpus."""
    command = [sys.executable, "-m", "tintinh", "serve", "--corpus", str(corpus), "--port", "0"]
    command += ["--archive", str(archive)] if archive else []
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stderr is not None  # noqa: S101 - it was asked for
        try:
            said = server.stderr.readline()
            told = re.search(r" is at (http://\S+)/ ", said)
            if told is None:
                raise click.ClickException(f"tintinh serve did not start: {said}{server.stderr.read()}")
            yield told[1]
        finally:
            server.terminate()


def made(folder: Path) -> tuple[Path, Path]:
    """The folders of the demo and of the sample in ``folder``, made unless they are there."""
    for name in ("demo", "sample"):
        if not (folder / name / "corpus.sqlite").exists():
            command = [sys.executable, "-m", "tintinh", name, "--into", str(folder / name)]
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    # The demo has too few stories for a map; the sample has no nights to tell of.
    report = folder / "sample" / "report.html"
    last = ["--day", "2026-06-30", "--days", "92", "--theme", "border"]
    command = [sys.executable, "-m", "tintinh", "report", "--corpus", str(folder / "sample" / "corpus.sqlite"), *last]
    subprocess.run([*command, "--out", str(report)], cwd=ROOT, check=True)  # noqa: S603 - ours
    return folder / "demo", folder / "sample"


def evidence_in(corpus: Path) -> int:
    """The article that shows best why it has its theme: on the border, most sentences that carried it; the oldest."""
    from corpus import Corpus, Query

    with Corpus.open(corpus, read_only=True) as opened:
        shown = {
            stored.id: len(stored.tagging.evidence.get("border", ())) if stored.tagging else 0
            for stored in opened.articles(Query(themes=("border",), limit=None))
        }
    return max(sorted(shown), key=lambda number: shown[number])


def photograph(chromium: Browser, shot: Shot, address: str) -> bytes:
    """The page as PNG, as a reader with this window would see it."""
    small = shot.width < 600
    context = chromium.new_context(
        viewport={"width": shot.width, "height": shot.height or 900},
        device_scale_factor=2 if small else 1,
        color_scheme="dark" if shot.dark else "light",
    )
    with context:
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        answer = page.goto(address)
        if answer is not None and answer.status >= 400:
            raise click.ClickException(f"{address}: {answer.status} {page.locator('main').inner_text()[:300]}")
        for selector in shot.open:
            page.locator(selector).click()
        page.mouse.move(0, 0)
        if shot.of is None:
            return page.screenshot(full_page=shot.height is None)
        box = page.locator(shot.of).bounding_box()
        if box is None:
            raise click.ClickException(f"{address}: has no {shot.of}")
        tall = min(box["height"] + 16, shot.height or math.inf)
        clip = {"x": box["x"] - 16, "y": box["y"] - 2, "width": box["width"] + 32, "height": tall}
        return page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]


def figure_of(notebook: str, which: int) -> bytes:
    """The PNG of a figure as the notebook keeps it."""
    cells = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    found = [
        output["data"]["image/png"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    return base64.b64decode(found[which])


def write(name: str, png: bytes) -> Path:
    """Write the picture with at most 128 colours of its own; complains where it is still too large."""
    path = INTO / f"{name}.png"
    with Image.open(BytesIO(png)) as image:
        few = image.convert("RGB").quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        raise click.ClickException(f"{path}: {size:,} bytes; a picture may have {LARGEST:,}")
    click.echo(f"{path.relative_to(ROOT)}: {few.width}×{few.height}, {size:,} bytes")
    return path


def pages(names: list[str], folder: Path) -> None:
    """The pictures of pages."""
    from playwright.sync_api import sync_playwright

    demo, sample = made(folder)
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None:
        raise click.ClickException("there is no chromium on this machine (Debian: apt-get install chromium)")
    with ExitStack() as stack:
        bases = {
            "report": (demo / "report.html").absolute().as_uri(),
            "sample-report": (sample / "report.html").absolute().as_uri(),
            "demo": stack.enter_context(served(demo / "corpus.sqlite", demo / "archive")),
            "sample": stack.enter_context(served(sample / "corpus.sqlite", None)),
        }
        evidence = evidence_in(demo / "corpus.sqlite")
        started = stack.enter_context(sync_playwright())
        chromium = started.chromium.launch(executable_path=executable, args=["--no-sandbox"], timeout=PATIENCE)
        for name in names:
            shot = SHOTS[name]
            write(name, photograph(chromium, shot, bases[shot.where] + shot.address.format(evidence=evidence)))
        chromium.close()


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*SHOTS, *FIGURES]))
@click.option(
    "--from", "folder", type=click.Path(path_type=Path, file_okay=False), help="Where demo/ and sample/ are, or go."
)
def main(names: tuple[str, ...], folder: Path | None) -> None:
    """Make the pictures NAMES, or all of them."""
    INTO.mkdir(parents=True, exist_ok=True)
    wanted = names or (*SHOTS, *FIGURES)
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(TemporaryDirectory(prefix="tintinh-pictures-")))
        if shots := [name for name in wanted if name in SHOTS]:
            pages(shots, place)
    for name in wanted:
        if name in FIGURES:
            write(name, figure_of(*FIGURES[name]))


if __name__ == "__main__":
    main()
