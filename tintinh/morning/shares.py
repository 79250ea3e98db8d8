"""Shares with their intervals: how sure a count of so many makes us."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from corpus.intervals import wilson

_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``total`` with its 95 % interval (Wilson), all three 0–1; None where there is nothing to share."""

    count: int
    total: int

    @property
    def value(self) -> float | None:
        """The share itself."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share lies: too wide to say much where ``total`` is small."""
        return wilson(self.count, self.total) if self.total else None


def difference(now: Share, before: Share, level: float = _LEVEL) -> tuple[float, float] | None:
    """The interval of ``now`` − ``before`` at ``level`` (Newcombe 1998, method 10); None where one is of nothing."""
    if not now.total or not before.total:
        return None
    (low, high), (past_low, past_high) = (wilson(one.count, one.total, level) for one in (now, before))
    here, past = now.count / now.total, before.count / before.total
    gap = here - past
    return (
        gap - sqrt((here - low) ** 2 + (past_high - past) ** 2),
        gap + sqrt((high - here) ** 2 + (past - past_low) ** 2),
    )


def moved(now: Share, before: Share, comparisons: int) -> int:
    """1 where ``now`` is more than ``before``, -1 where less, 0 where chance explains it.

    ``comparisons`` are made side by side: the 95 % hold for all of them together (Bonferroni), so that a report of
    twelve themes marks one by chance in one morning of twenty at most.
    """
    bounds = difference(now, before, 1 - (1 - _LEVEL) / comparisons)
    if bounds is None:
        return 0
    return (bounds[0] > 0) - (bounds[1] < 0)
