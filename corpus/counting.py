"""Counting articles by day and group: from the tallies where they know the answer, else article by article."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from corpus import leaps, tallied, tallies
from corpus.conditions import PROVINCE_COLUMN, STANDING, Where, where
from corpus.periods import Period
from corpus.records import Query

Group = Literal["source", "province", "theme", "partner"]

_ONLY = {
    tallies.TAGGED: "EXISTS (SELECT 1 FROM taggings WHERE taggings.article_id = articles.id)",
    tallies.READ: "EXISTS (SELECT 1 FROM namings WHERE namings.article_id = articles.id)",
}
_DAY = "substr(articles.published_at, 1, 10)"
"""What ``published_day`` holds, from the index that has all that is grouped by (``schema_10.sql``)."""
THEME = "standing_themes.theme"
"""What a count by theme, or by partner, is grouped by."""
_GROUP_COLUMN: dict[Group | None, str] = {
    None: "NULL", "source": "articles.source", "theme": THEME, "partner": THEME,
}  # fmt: skip
# Each has the moment next: what is counted of one value lies side by side.
_INDEX = {
    "articles.source": "articles_source_newest",
    "articles.province": "articles_province",
    "articles.province_63": "articles_province_63",
    "articles.province_34": "articles_province_34",
}


def _tables(given: str | None) -> str:
    """What is counted in: articles, or each with its themes, those of the relation ``given`` (``themed``)."""
    joined = f"articles JOIN {given} AS standing_themes ON standing_themes.article_id = articles.id"
    return joined if given else "articles"


def _is_tallied(given: str | None, kind: str) -> bool:
    """Whether tallies count what is of this kind, and the themes of this relation: those in use, not those from some
    probability on."""
    return kind != tallies.READ and (given is None or given == STANDING)


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: the articles of ``query``, and the ``kind`` of tally that counts the same (one theme at most).

    ``tallies.TAGGED`` means only those with a tagging, ``tallies.READ`` those read for names, which no tally counts;
    ``stories`` those that are no copies.
    """

    query: Query
    kind: str
    stories: bool

    @property
    def heads_only(self) -> bool:
        """Whether copies are left out."""
        return self.stories or self.query.stories

    def where(self) -> Where:
        """Which articles these are."""
        condition, only = where(self.query, heads_only=self.stories), _ONLY.get(self.kind)
        return Where(f"{condition.sql} AND {only}", condition.values) if only else condition


def all_days(
    connection: sqlite3.Connection, columns: tuple[str, ...], what: Counted, given: str | None = None
) -> Counter[tuple[Any, ...]]:
    """How many articles there are of each combination of ``columns``, the undated too where no day is asked for."""
    found: Counter[tuple[Any, ...]] = Counter()
    months = tallied.split(what.query, columns) if _is_tallied(given, what.kind) else None
    for edge in months.edges if months else (what.query,):
        found += _counts(connection, ", ".join(columns), _tables(given), replace(what, query=edge).where())
    if months:
        kind = None if given else what.kind
        found += tallied.counts(
            connection, what.query, months, kind, columns, by_month=False, heads_only=what.heads_only
        )
    return found


def _counts(connection: sqlite3.Connection, columns: str, tables: str, condition: Where) -> Counter[tuple[Any, ...]]:
    """How many rows under ``condition`` there are of each combination of ``columns``."""
    # Counted here: SQLite would sort the rows for a GROUP BY, which takes three times as long.
    rows = connection.execute(f"SELECT {columns} FROM {tables} WHERE {condition.sql}", condition.values)  # noqa: S608
    return Counter(rows)


def _of_each(connection: sqlite3.Connection, column: str, condition: Where) -> Iterator[tuple[str | None, int]]:
    """How many articles under ``condition``, on their days, there are of each value of ``column``, those of which there
    are any."""
    rows = connection.execute(
        f"""WITH RECURSIVE {leaps.values("names", "articles", column)}
            SELECT name, (SELECT count(*) FROM articles INDEXED BY {_INDEX[column]}
                          WHERE {column} IS names.name AND {condition.sql}) FROM names""",  # noqa: S608 - our names
        condition.values,
    )
    return ((name, count) for name, count in rows if count)


def by_day(
    connection: sqlite3.Connection, by: Period, per: Group | None, what: Counted, given: str | None = None
) -> Counter[tuple[Any, ...]]:
    """How many articles there are of each day and group; those of whole months may stand at the first of the month."""
    group = _GROUP_COLUMN[per] if per != "province" else PROVINCE_COLUMN[what.query.province_map]
    months = None
    if by in {"month", "quarter", "year"} and _is_tallied(given, what.kind):
        months = tallied.split(what.query, (group,))
    found: Counter[tuple[Any, ...]] = Counter()
    for edge in months.edges if months else (what.query,):
        condition = replace(what, query=edge).where()
        dated = Where(f"articles.published_at IS NOT NULL AND {condition.sql}", condition.values)
        if months and not given and group in _INDEX and not (edge.source or edge.province or edge.themes):
            month = f"{edge.since or edge.until:%Y-%m}-01"
            found.update({(month, name): count for name, count in _of_each(connection, group, dated)})
        else:
            found += _counts(connection, f"{_DAY}, {group}", _tables(given), dated)
    if months:
        kind = None if per == "theme" else what.kind
        monthly = tallied.counts(
            connection, what.query, months, kind, (group,), by_month=True, heads_only=what.heads_only
        )
        found.update({(f"{month}-01", name): count for (month, name), count in monthly.items() if month})
    return found


def undated_of(connection: sqlite3.Connection, what: Counted) -> int:
    """How many of them have no date to stand at."""
    if _is_tallied(None, what.kind) and tallied.split(what.query):
        counted = tallied.counts(
            connection, what.query, tallied.UNDATED, what.kind, (), by_month=False, heads_only=what.heads_only
        )
        return counted.total()
    condition = what.where()
    row = connection.execute(
        f"SELECT count(*) FROM articles WHERE published_day IS NULL AND {condition.sql}",  # noqa: S608 - our names
        condition.values,
    ).fetchone()
    return int(row[0])
