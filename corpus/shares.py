"""Shares by province: how much of each province's coverage is about something, over all days asked for."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace

from corpus import tallies
from corpus.conditions import PROVINCE_COLUMN
from corpus.counting import Counted, all_days
from corpus.intervals import wilson
from corpus.records import Query
from corpus.trend import by_name


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A province under the map asked for (None: articles without one): ``share`` is count/denominator, ``low`` and
    ``high`` the ends of its 95 % interval (Wilson). ``denominator`` is above 0."""

    province: str | None
    count: int
    denominator: int
    share: float
    low: float
    high: float


def province_shares(connection: sqlite3.Connection, query: Query, *, stories: bool = False) -> list[ShareRow]:
    """The subject of ``query`` in each province under ``query.province_map`` that has articles, by name.

    Subject and denominator are those of a trend, the undated counted too where no day is asked for; ``stories`` counts
    copies once, with their head. ``query.limit`` is not read.
    """
    subject = Counted(query, query.themes[0] if query.themes else tallies.EVERY, stories)
    no_words = replace(query, text=None, partner=None)
    others = replace(query, themes=(), probability=None) if query.themes else no_words
    kind = tallies.READ if query.partner else tallies.EVERY
    base = Counted(others, tallies.TAGGED if query.themes else kind, stories)
    column = (PROVINCE_COLUMN[query.province_map],)
    counts, totals = all_days(connection, column, subject), all_days(connection, column, base)
    found = []
    for province, total in sorted(((key[0], total) for key, total in totals.items()), key=lambda one: by_name(one[0])):
        count = counts[province,]
        found.append(ShareRow(province, count, total, count / total, *wilson(count, total)))
    return found
