"""Counting: how many articles there are of each day and group, from tallies where these know, else from the articles.

What is asked of a share is two counts: the *subject* (the themes asked for, else the words, else every article) and the
*base*, what could have been counted: the articles under the query's other filters, for themes only those that have a
tagging, for an article nobody has tagged says nothing about themes.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any, Literal

from corpus import tallies
from corpus.conditions import PROVINCE_COLUMN, STANDING, Where, where
from corpus.periods import Period
from corpus.records import Query
from corpus.text import fold

Group = Literal["source", "province", "theme"]

_ANY_TAGGING = "SELECT 1 FROM taggings WHERE taggings.article_id = articles.id"
THEME = "standing_themes.theme"
_GROUP_COLUMN: dict[Group | None, str] = {None: "NULL", "source": "articles.source", "theme": THEME}


def _tables(given: str | None) -> str:
    """What is counted in: articles, or each with its themes, those of the relation ``given`` (``themed``)."""
    joined = f"articles JOIN {given} AS standing_themes ON standing_themes.article_id = articles.id"
    return joined if given else "articles"


def _is_tallied(given: str | None) -> bool:
    """Whether tallies count the themes of this relation: those in use, not those from some probability on."""
    return given is None or given == STANDING


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: the articles of ``query``, and the ``kind`` of tally that counts the same (one theme at most).

    ``tallies.TAGGED`` means only those with a tagging, ``stories`` those that are no copies.
    """

    query: Query
    kind: str
    stories: bool

    @property
    def heads_only(self) -> bool:
        """Whether copies are left out."""
        return self.stories or self.query.stories

    def where(self) -> Where:
        """The condition that counted articles fulfil."""
        condition = where(self.query, heads_only=self.stories)
        if self.kind != tallies.TAGGED:
            return condition
        return Where(f"{condition.sql} AND EXISTS ({_ANY_TAGGING})", condition.values)


def compared(query: Query, *, stories: bool) -> tuple[Counted, Counted]:
    """The subject of ``query`` and its base: what is counted, and what could have been."""
    subject = Counted(query, query.themes[0] if query.themes else tallies.EVERY, stories)
    asked = replace(query, themes=(), probability=None) if query.themes else replace(query, text=None)
    return subject, Counted(asked, tallies.TAGGED if query.themes else tallies.EVERY, stories)


def all_days(
    connection: sqlite3.Connection, columns: tuple[str, ...], what: Counted, given: str | None = None
) -> Counter[tuple[Any, ...]]:
    """How many articles there are of each combination of ``columns``, the undated too where no day is asked for."""
    found: Counter[tuple[Any, ...]] = Counter()
    months = tallies.split(what.query, columns) if _is_tallied(given) else None
    for edge in months.edges if months else (what.query,):
        found += counts(connection, ", ".join(columns), _tables(given), replace(what, query=edge).where())
    if months:
        kind = None if given else what.kind
        found += tallies.counts(
            connection, what.query, months, kind, columns, by_month=False, heads_only=what.heads_only
        )
    return found


def counts(connection: sqlite3.Connection, columns: str, tables: str, condition: Where) -> Counter[tuple[Any, ...]]:
    """How many rows under ``condition`` there are of each combination of ``columns``."""
    rows = connection.execute(
        f"SELECT {columns}, count(*) FROM {tables} WHERE {condition.sql} GROUP BY {columns}",  # noqa: S608 - our names
        condition.values,
    )
    return Counter({tuple(key): count for *key, count in rows})


def by_day(
    connection: sqlite3.Connection, by: Period, per: Group | None, what: Counted, given: str | None = None
) -> Counter[tuple[Any, ...]]:
    """How many articles there are of each day and group; those of whole months may stand at the first of the month."""
    group = _GROUP_COLUMN[per] if per != "province" else PROVINCE_COLUMN[what.query.province_map]
    months = None
    if by in {"month", "quarter", "year"} and _is_tallied(given):
        months = tallies.split(what.query, (group,))
    found: Counter[tuple[Any, ...]] = Counter()
    for edge in months.edges if months else (what.query,):
        condition = replace(what, query=edge).where()
        dated = Where(f"published_day IS NOT NULL AND {condition.sql}", condition.values)
        found += counts(connection, f"published_day, {group}", _tables(given), dated)
    if months:
        kind = None if per == "theme" else what.kind
        monthly = tallies.counts(
            connection, what.query, months, kind, (group,), by_month=True, heads_only=what.heads_only
        )
        found.update({(f"{month}-01", name): count for (month, name), count in monthly.items() if month})
    return found


def undated_of(connection: sqlite3.Connection, what: Counted) -> int:
    """How many counted articles have no day."""
    if tallies.split(what.query):
        counted = tallies.counts(
            connection, what.query, tallies.UNDATED, what.kind, (), by_month=False, heads_only=what.heads_only
        )
        return counted.total()
    condition = what.where()
    row = connection.execute(
        f"SELECT count(*) FROM articles WHERE published_day IS NULL AND {condition.sql}",  # noqa: S608 - our names
        condition.values,
    ).fetchone()
    return int(row[0])


def by_name(name: str | None) -> tuple[bool, str, str]:
    """The key by which groups are sorted: Đ stands after D, not after Z; the unknown comes last."""
    return name is None, fold(name or ""), name or ""
