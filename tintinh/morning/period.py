"""Which days a morning report is about, and which it compares them with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from corpus.nights import Night
from corpus.records import VIETNAM, ProvinceMap, Query
from corpus.store import Corpus

BEFORE = 28
"""Days: four whole weeks, so that every weekday is in it equally often."""
_EARLY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Period:
    """The ``days`` days up to ``last`` (Vietnamese days, as published), and the four weeks before them."""

    last: date
    days: int = 1

    @property
    def first(self) -> date:
        """The first day told of."""
        return self.last - timedelta(days=self.days - 1)

    @property
    def past(self) -> tuple[date, date]:
        """The first and the last of the days compared with."""
        return self.first - timedelta(days=BEFORE), self.first - timedelta(days=1)

    def asked(self, province_map: ProvinceMap = "day") -> Query:
        """The articles of the period."""
        return Query(since=self.first, until=self.last, province_map=province_map, limit=None)

    def before(self) -> Query:
        """The articles of the four weeks before."""
        since, until = self.past
        return Query(since=since, until=until, limit=None)

    def both(self, province_map: ProvinceMap = "day") -> Query:
        """The articles of the period and of the four weeks before together."""
        return Query(since=self.past[0], until=self.last, province_map=province_map, limit=None)


def day_of(started_at: datetime) -> date:
    """The day a night tells of (``started_at`` aware): one that begins before noon brings the day before."""
    return (started_at.astimezone(VIETNAM) - _EARLY).date()


def last_nights(corpus: Corpus, day: date | None = None) -> list[Night]:
    """The last night of every source (with ``day``: the last one that still tells of it), by source id."""
    found: dict[str, Night] = {}
    for night in corpus.nights():  # the newest first
        if day is None or day_of(night.started_at) <= day:
            found.setdefault(night.source, night)
    return [found[source] for source in sorted(found)]


def period_of(corpus: Corpus, nights: Sequence[Night], day: date | None = None, days: int = 1) -> Period | None:
    """The period of ``day``; without it of the newest of ``nights``; without these of the newest article, or None."""
    if day is None and nights:
        day = day_of(max(night.started_at for night in nights))
    day = day or corpus.stats().last
    return Period(day, days) if day else None
