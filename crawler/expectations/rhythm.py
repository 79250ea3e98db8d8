"""How much of a usual night each night was: hours since the one before, and the weekday. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from corpus.records import VIETNAM

_LONGEST = 7.0
"""Days: after a longer pause listings no longer reach back to where the night before ended."""
_WEIGHT = 2.0
"""A weekday counts as an ordinary day until some weeks of it are seen: with the weight of so many nights."""


def exposures(moments: Sequence[datetime], counts: Sequence[int]) -> list[float]:
    """The exposure of every night but the first: days since the night before × the weekday's factor.

    ``moments`` are the starts (aware, oldest first), ``counts`` the stories of each; the last count, which is to be
    judged, teaches nothing. A second run within an hour is no night, and three days without cron are three.
    """
    days = [min(_LONGEST, (after - before).total_seconds() / 86_400) for before, after in pairwise(moments)]
    factors = _weekdays(moments[1:-1], days[:-1], counts[1:-1])
    return [
        # A night that closes several days averages their weekdays, and is taken as an ordinary one.
        day * (factors[moment.astimezone(VIETNAM).weekday()] if day < 1.5 else 1.0)
        for moment, day in zip(moments[1:], days, strict=True)
    ]


def _weekdays(moments: Sequence[datetime], days: Sequence[float], counts: Sequence[int]) -> list[float]:
    whole = sum(days)
    rate = sum(counts) / whole if whole else 0.0
    if not rate:
        return [1.0] * 7
    told: dict[int, float] = defaultdict(float)
    expected: dict[int, float] = defaultdict(float)
    for moment, day, count in zip(moments, days, counts, strict=True):
        if day < 1.5:
            told[moment.astimezone(VIETNAM).weekday()] += count
            expected[moment.astimezone(VIETNAM).weekday()] += rate * day
    return [(told[day] + _WEIGHT * rate) / (expected[day] + _WEIGHT * rate) for day in range(7)]
