"""Answers as pandas frames, for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from corpus.periods import start

if TYPE_CHECKING:
    import pandas as pd

    from corpus.search import Answer
    from corpus.trend import Trend


def answer_frame(answer: Answer) -> pd.DataFrame:
    """A row a hit, the best first; columns as the fields of ``Hit``, also where there is none."""
    from corpus.export import to_frame
    from corpus.search import Hit

    return to_frame(answer.hits) if answer.hits else _empty([field.name for field in fields(Hit)])


def trend_frame(trend: Trend) -> pd.DataFrame:
    """A row a period and group: the fields of ``TrendRow``, and ``start``, the first day of the period.

    ``count`` is an integer that may be missing (nobody was looking); ``change`` marks the periods at which a new level
    begins.
    """
    import pandas as pd

    from corpus.trend import TrendRow

    columns = [field.name for field in fields(TrendRow)]
    frame = pd.DataFrame([asdict(row) for row in trend.rows], columns=columns)
    changed = {(change.group, change.period) for change in trend.changes}
    frame.insert(1, "start", pd.to_datetime([start(row.period) for row in trend.rows]))
    frame["count"] = frame["count"].astype("Int64")
    frame["change"] = [(row.group, row.period) in changed for row in trend.rows]
    return frame


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=list(columns))
