"""The tile map as a figure: the tiles, shades and steps of the morning report's, each with the share of a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from corpus.shares import ShareRow
from tintinh.morning.charts import LEAST, STEPS, classes
from tintinh.morning.tiles import tiles

_WIDE, _HIGH, _GAP = 56.0, 38.0, 3.0
_LINE = 12.0


@dataclass(frozen=True, slots=True)
class Square:
    """A province's tile with its upper left corner; ``shade`` from 0 on, None where its articles are too few to say.

    ``lines`` are its name, each with the y of its baseline; ``row`` is None where it has no article to count.
    """

    province: str
    x: float
    y: float
    lines: tuple[tuple[float, str], ...]
    shade: int | None
    row: ShareRow | None


@dataclass(frozen=True, slots=True)
class TileMap:
    """The tiles from north to south; ``legend`` are the shades' ends in percent: ``(0, 5)`` is from 0 up to 5 %.

    ``least`` is how many articles a province must have for a shade.
    """

    width: float
    height: float
    tile: tuple[float, float]
    squares: tuple[Square, ...]
    legend: tuple[tuple[int, int], ...]
    least: int


def tile_map(found: Mapping[str, ShareRow], province_map: Literal["34", "63"]) -> TileMap:
    """The map of 34 or 63 provinces coloured by the share of each (``found``, by name)."""
    known = [100 * row.share for row in found.values() if row.denominator >= LEAST]
    begin, step = classes(min(known, default=0), max(known, default=0))
    placed = tiles(province_map)
    squares = []
    for tile in placed:
        row = found.get(tile.province)
        shade = None
        if row is not None and row.denominator >= LEAST:
            shade = max(0, min(STEPS - 1, int((100 * row.share - begin) / step)))
        x, y = tile.column * (_WIDE + _GAP), tile.row * (_HIGH + _GAP)
        first = y + _HIGH / 2 + 4 - _LINE * (len(tile.lines) - 1) / 2
        lines = tuple((round(first + n * _LINE, 2), text) for n, text in enumerate(tile.lines))
        squares.append(Square(tile.province, x, y, lines, shade, row))
    width = (max(tile.column for tile in placed) + 1) * (_WIDE + _GAP) - _GAP
    height = (max(tile.row for tile in placed) + 1) * (_HIGH + _GAP) - _GAP
    legend = tuple((begin + n * step, begin + (n + 1) * step) for n in range(STEPS))
    return TileMap(width, height, (_WIDE, _HIGH), tuple(squares), legend, LEAST)
