"""Answers as pandas frames, for a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from corpus.periods import start

if TYPE_CHECKING:
    import pandas as pd
    from _typeshed import DataclassInstance

    from corpus.trend_rows import Trend


def frame_of(kind: type, records: Sequence[DataclassInstance]) -> pd.DataFrame:
    """A row a record, all of the dataclass ``kind``; the columns are its fields, also where there is no record.

    Moments stand at +07:00, empty where there is none.
    """
    import pandas as pd

    from corpus.export import to_frame

    columns = [field.name for field in fields(kind)]
    return to_frame(records)[columns] if records else pd.DataFrame(columns=columns)


def trend_frame(trend: Trend) -> pd.DataFrame:
    """A row a period and group: the fields of ``TrendRow``, and ``start``, the first day of the period.

    ``count`` is an integer that may be missing (nobody was looking); ``change`` marks the periods at which a new level
    begins.
    """
    import pandas as pd

    from corpus.trend_rows import TrendRow

    columns = [field.name for field in fields(TrendRow)]
    frame = pd.DataFrame([asdict(row) for row in trend.rows], columns=columns)
    changed = {(change.group, change.period) for change in trend.changes}
    frame.insert(1, "start", pd.to_datetime([start(row.period) for row in trend.rows]))
    frame["count"] = frame["count"].astype("Int64")
    frame["change"] = [(row.group, row.period) in changed for row in trend.rows]
    return frame
