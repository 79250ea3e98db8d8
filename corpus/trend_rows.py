"""What a trend is made of: its rows, and the changes of level in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One period of one group. ``share`` is count/denominator, None where the denominator is 0.

    ``period``: ``2025-02-11``, ``2025-W07`` (ISO week), ``2025-02``, ``2025-Q1`` or ``2025``, of the day at +07:00.
    ``group`` is None where nothing was asked per group, and for articles without source or known province.
    ``count`` is None where nobody was looking: 0 articles of no outlet watched are no silence. ``low`` and ``high`` are
    the ends of the 95 % interval of the share (Wilson), None as it is. ``outlets`` is how many outlets that the group
    has were watched in the period (``corpus.coverage``).
    """

    period: str
    group: str | None
    count: int | None
    denominator: int
    share: float | None
    low: float | None
    high: float | None
    outlets: int


@dataclass(frozen=True, slots=True)
class Change:
    """A new level: from ``period`` on the share of ``group`` is ``after``, where it was ``before`` (each of its whole
    stretch)."""

    group: str | None
    period: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Trend:
    """The rows, by group and period without gaps, and ``undated``: counted articles that have no date to stand at.

    ``changes`` are those asked for, by group and period; ``left_out`` is how many more partners are named than have
    rows.
    """

    rows: tuple[TrendRow, ...]
    undated: int
    changes: tuple[Change, ...] = ()
    left_out: int = 0

    def to_pandas(self) -> pd.DataFrame:
        """A frame with a row for each of ``rows``; see ``corpus.frames.trend_frame``."""
        from corpus.frames import trend_frame

        return trend_frame(self)
