"""How gladly the invented outlets print on a day, and the changes that were put in on purpose.

These weights are what a notebook must find again; ``data/sample/README.md`` lists them for its readers.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from corpus.provinces import MERGED_SINCE, provinces_63

FIRST, LAST = date(2023, 7, 1), date(2026, 6, 30)
DAYS = tuple(FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1))
TET = (date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17))
"""The first days of the lunar years Giáp Thìn, Ất Tỵ and Bính Ngọ."""
LABOUR_SINCE = date(2024, 7, 1)
"""From this day the outlets print ten times as much about Vietnamese who live or work abroad."""

_WEEKDAYS = (1.1, 1.1, 1.05, 1.05, 1.0, 0.6, 0.45)
_HOLIDAYS = {(1, 1), (4, 30), (5, 1), (9, 2)}
_BORDERING = frozenset(province.name for province in provinces_63() if province.borders)


def day_weight(day: date) -> float:
    """How many stories the outlets print on ``day``, relative to a Friday two years after the first."""
    # Falling, because every tenth text names the year 2024 or a later one and can only stand late, as the demo's
    # stories do: the outcome is about level, 100 to 144 stories a quarter.
    weight = _WEEKDAYS[day.weekday()] * (2 - 0.45 * (day - FIRST).days / 365)
    if (day.month, day.day) in _HOLIDAYS:
        weight *= 0.5
    if day.month in {7, 8}:
        weight *= 0.85
    from_tet = min(((day - tet).days for tet in TET), key=abs)
    if -14 <= from_tet <= -3:
        return weight * 1.5
    if -2 <= from_tet <= 5:
        return weight * 0.15
    return weight


def theme_weight(themes: Collection[str], province: str | None, day: date) -> float:
    """How much likelier a story with ``themes`` from ``province`` (map of 63) is on ``day`` than a plain one."""
    weight = 1.0
    if "tourism_promotion" in themes and day.month in {3, 4, 10, 11}:
        weight *= 2.2
    if "sea_islands" in themes and day.month in {5, 6}:
        weight *= 2
    if "culture_image" in themes and any(-21 <= (day - tet).days <= 21 for tet in TET):
        weight *= 2.5
    if "partner_cooperation" in themes and province in _BORDERING and day >= MERGED_SINCE:
        weight *= 4
    if "overseas_vietnamese_labour" in themes and day >= LABOUR_SINCE:
        weight *= 10
    return weight
