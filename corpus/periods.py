"""Periods of time as a trend names them: days, ISO weeks, months, quarters and years of the days at +07:00."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

Period = Literal["day", "week", "month", "quarter", "year"]


def label(day: date, by: Period) -> str:
    """The name of the period that ``day`` lies in: ``2025-02-11``, ``2025-W07``, ``2025-02``, ``2025-Q1``, ``2025``.

    Names of one length of period sort as time runs.
    """
    match by:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        case "month":
            return f"{day.year:04}-{day.month:02}"
        case "quarter":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year:04}"


def periods(first: date, last: date, by: Period) -> Iterator[str]:
    """The names of all periods from that of ``first`` to that of ``last``, each once."""
    name = ""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        # Day by day is quick enough for a century and knows every calendar's corners.
        if (here := label(date.fromordinal(ordinal), by)) != name:
            name = here
            yield name


def start(name: str) -> date:
    """The first day of the period of that name."""
    year = int(name[:4])
    if len(name) == 4:
        return date(year, 1, 1)
    if name[5] == "Q":
        return date(year, 3 * int(name[6]) - 2, 1)
    if name[5] == "W":
        return date.fromisocalendar(year, int(name[6:]), 1)
    return date.fromisoformat(name if len(name) == 10 else f"{name}-01")
