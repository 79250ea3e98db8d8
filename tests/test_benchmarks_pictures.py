"""The pictures of the documentation: each that is made is there, shown and small."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image

from benchmarks import pictures

ROOT = Path(__file__).parents[1]


def test_every_picture_is_there_shown_and_small() -> None:
    made = {path.stem: path.stat().st_size for path in pictures.INTO.glob("*")}
    assert made.keys() == {*pictures.SHOTS, *pictures.FIGURES}
    assert max(made.values()) <= pictures.LARGEST
    page = (ROOT / "docs" / "pictures.md").read_text(encoding="utf-8")
    assert [name for name in made if f"(pictures/{name}.png)" not in page] == []


@pytest.mark.parametrize("name", pictures.FIGURES)
def test_the_figure_of_a_notebook_is_the_one_it_keeps(name: str) -> None:
    figure = BytesIO(pictures.figure_of(*pictures.FIGURES[name]))
    with Image.open(figure) as kept, Image.open(pictures.INTO / f"{name}.png") as shown:
        assert shown.size == kept.size
        # 128 colours of at most so many: what differs are shades that no eye tells apart.
        apart = np.abs(np.asarray(shown.convert("RGB"), int) - np.asarray(kept.convert("RGB"), int))
    assert apart.mean() < 2


def test_a_picture_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "INTO", tmp_path)
    noise = BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (900, 900, 3), np.uint8)).save(noise, "png")
    with pytest.raises(click.ClickException, match="bytes; a picture may have 250,000"):
        pictures.write("noise", noise.getvalue())
