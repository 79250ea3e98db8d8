"""Counts of months as columns: the whole corpus in one strip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.periods import end, periods, start
from tintinh.explorer.figures.axes import Tick, foot
from tintinh.explorer.figures.series import Box

_FOOT = 18.0
_MOST = 180
"""Months at most, the newest: fifteen years."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The figure: the box, month and number of each column."""

    width: float
    height: float
    columns: tuple[tuple[Box, str, int], ...]
    foot: tuple[Tick, ...]


def columns(months: Mapping[str, int], size: tuple[float, float]) -> Columns:
    """The months from the first to the last, those without an article too, ``size`` wide and high."""
    width, height = size
    if not months:
        return Columns(width, height, (), ())
    every = list(periods(start(min(months)), end(max(months)), "month"))[-_MOST:]
    most = max(months[name] for name in every if name in months)
    band = width / len(every)
    drawn = []
    for place, name in enumerate(every):
        count = months.get(name, 0)
        high = round((height - _FOOT) * count / most, 2)
        gap = min(1.0, band / 5)
        drawn.append(
            (Box(round(place * band, 2), round(height - _FOOT - high, 2), round(band - gap, 2), high), name, count)
        )
    return Columns(width, height, tuple(drawn), tuple(foot(every, 0.0, width)))
