"""The tile map: a square for every province, where its neighbours would look for it. Facts in ``tiles.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Tile:
    """A province's place: ``column`` from the west and ``row`` from the north, both from 0; ``lines`` stand on it."""

    province: str
    column: int
    row: int
    lines: tuple[str, ...]


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "tiles.toml").read_text(encoding="utf-8"))


def tiles(province_map: Literal["34", "63"]) -> tuple[Tile, ...]:
    """The tiles of the map of 34 or of 63 provinces, from north to south."""
    facts = _facts()
    return tuple(
        Tile(name, column, row, tuple(facts["short"].get(name, name).split(" ")))
        for name, (column, row) in facts[f"map-{province_map}"].items()
    )
