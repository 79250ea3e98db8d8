"""Axes: round numbers up the side and periods along the foot, as many as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from math import ceil, floor, log10

from corpus.periods import start

_ROOM = 58
"""Units of the figure that a label at the foot needs."""
_STEPS = {"day": (1, 2, 7, 14, 28, 56, 182, 364), "week": (1, 2, 4, 13, 26, 52, 104), "month": (1, 2, 3, 6, 12, 24, 60),
          "quarter": (1, 2, 4, 8, 20), "year": (1, 2, 5, 10)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tick:
    """A label and where it stands on its axis, in units of the figure."""

    at: float
    text: str


def round_top(most: float, *, share: bool, parts: int = 4) -> tuple[float, float]:
    """The end of an axis from 0 that holds ``most`` and the step of its ticks, at most ``parts`` of them and round.

    A share ends at 1; a count has whole steps.
    """
    if most <= 0:
        return (0.04, 0.01) if share else (4.0, 1.0)
    for power in count(floor(log10(most)) - 1):
        for digit in (1, 2, 5):
            step = digit * 10.0**power
            steps = ceil(round(most / step, 9))
            if steps <= parts and (share or step >= 1):
                return min(steps * step, 1.0) if share else steps * step, step
    raise AssertionError("a power of ten holds every number")


def foot(names: Sequence[str], left: float, width: float) -> list[Tick]:
    """Labels of the periods ``names`` (without gaps, as long as one another) over ``width`` from ``left`` on."""
    if not names:
        return []
    band = width / len(names)
    most = max(2, int(width // _ROOM))
    kind = length_of(names[0])
    steps = _STEPS[kind]
    step = next((one for one in steps if len(names) / one <= most), steps[-1])
    while len(names) / step > most:
        step *= 2
    places = [(place, name) for place, name in enumerate(names) if _number(name, kind) % step == 0]
    yearly = step * {"month": 1, "quarter": 3, "week": 0, "day": 0, "year": 12}[kind] >= 12
    long = len(names) * {"month": 31, "quarter": 92, "week": 7, "day": 1, "year": 365}[kind] > 350
    return [Tick(left + (place + 0.5) * band, _short(name, kind, yearly=yearly, long=long)) for place, name in places]


def length_of(name: str) -> str:
    """Which length of period has names like this one: ``day``, ``week``, ``month``, ``quarter`` or ``year``."""
    return {4: "year", 7: "quarter" if name[5:6] == "Q" else "month", 8: "week"}.get(len(name), "day")


def _number(name: str, kind: str) -> int:
    day = start(name)
    if kind == "year":
        return day.year
    if kind in {"month", "quarter"}:
        months = 12 * day.year + day.month - 1
        return months if kind == "month" else months // 3
    days = (day - date(2001, 1, 1)).days  # a Monday
    return days if kind == "day" else days // 7


def _short(name: str, kind: str, *, yearly: bool, long: bool) -> str:
    day = start(name)
    if yearly:
        return str(day.year)
    if kind == "month":
        return f"{day.month}/{day.year}"
    if kind == "quarter":
        return f"Q{(day.month + 2) // 3}/{day.year}"
    return f"{day.month}/{day.year}" if long else f"{day.day:02}/{day.month:02}"
