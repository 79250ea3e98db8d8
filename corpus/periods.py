"""Periods of time as a trend names them: days, ISO weeks, months, quarters and years of the days at +07:00."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
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
    end = label(last, by)
    while first <= last or label(first, by) == end:
        yield label(first, by)
        first = _following(first, by)


def _following(day: date, by: Period) -> date:
    """The first day of the period after that of ``day``."""
    match by:
        case "day":
            return day + timedelta(days=1)
        case "week":
            return day + timedelta(days=8 - day.isoweekday())
        case "month" | "quarter":
            month = day.month + 1 if by == "month" else 3 * ((day.month + 2) // 3) + 1
            return date(day.year + month // 13, month % 12 or 12, 1)
        case "year":
            return date(day.year + 1, 1, 1)


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


def end(name: str) -> date:
    """The last day of the period of that name."""
    by: Period = {4: "year", 7: "quarter" if name[5:6] == "Q" else "month", 8: "week"}.get(len(name), "day")
    return _following(start(name), by) - timedelta(days=1)
