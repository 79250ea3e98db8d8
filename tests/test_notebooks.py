"""The notebooks run on the sample as they stand, and what they show is what they would show now.

``TINTINH_WRITE_NOTEBOOKS=1`` runs them and writes their outputs anew instead of comparing them, as after a new model.
"""

from __future__ import annotations

import copy
import json
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.command import tintinh

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
VEGA_LITE = "application/vnd.vegalite.v6+json"
WRITE = bool(os.environ.get("TINTINH_WRITE_NOTEBOOKS"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with the sample in it, in which kernels find this checkout and nobody's own settings."""
    folder = tmp_path_factory.mktemp("home")
    made = tintinh("sample", home=folder)
    assert made.code == 0, made.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINTINH_HOME", str(folder))
        patch.setenv("PYTHONPATH", str(ROOT))
        for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
            patch.setenv(name, str(folder / name.lower()))
        patch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        yield folder


def executed(notebook: Any) -> Any:
    """The notebook with the outputs that it has now; an error in a cell is an error here."""
    fresh = copy.deepcopy(notebook)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    NotebookClient(
        fresh, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}, record_timing=False
    ).execute()
    fresh.metadata.language_info = {"name": "python"}
    return fresh


def shown(cell: Any) -> list[Any]:
    """What a cell shows, without what may differ between two machines: pixels, styles, the last digits."""
    result: list[Any] = []
    for output in cell.outputs:
        if output.output_type == "stream":
            # Two prints may come as one piece or as two.
            if result and result[-1][0] == output.name:
                result[-1] = (output.name, result[-1][1] + output.text)
            else:
                result.append((output.name, output.text))
        elif VEGA_LITE in output.data:
            result.append(("chart", settled(output.data[VEGA_LITE])))
        else:
            result.append(("text", output.data["text/plain"]))
    return result


def settled(value: Any) -> Any:
    """Vega-Lite with floats of six digits, and without the names that Altair makes of what it holds."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [settled(one) for one in value]
    if isinstance(value, dict):
        left_out = {"$schema", "name"} if "$schema" in value or set(value) == {"name"} else set[str]()
        kept = {key: settled(one) for key, one in value.items() if key not in left_out}
        if "datasets" in kept:
            kept["datasets"] = sorted(kept["datasets"].values(), key=partial(json.dumps, sort_keys=True))
        return kept
    return value


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_shows_what_it_would_show_now(path: Path, home: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    fresh = executed(notebook)
    if WRITE:
        nbformat.write(fresh, path)
        notebook = fresh
    for number, (cell, now) in enumerate(zip(notebook.cells, fresh.cells, strict=True)):
        if cell.cell_type == "code":
            stale = f"{path.name}: cell {number} is stale; run TINTINH_WRITE_NOTEBOOKS=1 pytest tests/test_notebooks.py"
            assert shown(cell) == shown(now), stale


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_can_be_read_on_github(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    first, last = notebook.cells[0], notebook.cells[-1]
    assert re.match(r"# \S", first.source)
    assert re.search(r"\*\*Questions?\.\*\*", first.source)
    assert re.search(r"^## Pitfalls$", last.source, re.MULTILINE)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert pictures, "no figure answers the question"
    assert all(VEGA_LITE in output.data for output in pictures)
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert path.stat().st_size < 1_000_000
    # Nothing of the machine it was run on.
    assert not re.search(r"/(home|root|tmp|Users|work)/", json.dumps(outputs))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_of_a_notebook_lead_somewhere(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert not [link for link in links if not (FOLDER / link).exists()]


def test_the_page_of_the_notebooks_names_them_all() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert sorted(set(re.findall(r"\]\((\d\d_\w+\.ipynb)\)", page))) == [path.name for path in NOTEBOOKS]


def test_a_change_of_data_is_seen_and_a_change_of_the_last_digit_is_not() -> None:
    def chart(share: float, name: str) -> Any:
        spec = {
            "$schema": "v6",
            "data": {"name": name},
            "datasets": {name: [{"word": "biên_giới", "share": share}]},
        }
        data = {VEGA_LITE: spec, "image/png": name}
        output = nbformat.v4.new_output("display_data", data)
        return nbformat.v4.new_code_cell("x", outputs=[output])

    assert shown(chart(0.5, "data-a")) == shown(chart(0.5 + 1e-12, "data-b"))
    assert shown(chart(0.5, "data-a")) != shown(chart(0.501, "data-a"))
