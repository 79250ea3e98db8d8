"""Tallies: how many articles there are of each month, province, outlet and theme, so that a trend need not count them.

Kept in the transaction that changes what they count: ``changing`` takes the articles out before and counts them again
after, whatever was done to them inside. The themes in use (``standing_themes``) are kept beside them. Neither is a
fact: ``rebuild`` makes both anew, ``differences`` says where they are not what a count would give.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from corpus.conditions import PROVINCE_COLUMN, province_named
from corpus.records import Query

RULE = "month by three provinces, month by source; every article, tagged ones, each theme given; 1"
"""Names what is counted; stored with the tallies. Change it, and they are made anew."""

EVERY, TAGGED = "", "*"
"""In the place of a theme: every article, and every article that has a tagging."""
READ = "read"
"""No theme, and in no tally: every article that was read for places and partners."""
ALL = "*"
"""In the place of an outlet or a province: all of them together."""

COLUMN = {
    "NULL": "NULL",  # nothing
    "standing_themes.theme": "theme",
    **{f"articles.{name}": f"nullif({name}, '')" for name in ("source", "province", "province_63", "province_34")},
}
"""What a question may be grouped by, in SQL over articles → the same over ``tallies``."""

_KEY = "source, theme, month, province_63, province, province_34"
_CELL = """coalesce(a.source, ''), {theme}, coalesce(substr(a.published_day, 1, 7), ''), coalesce(a.province_63, ''),
           coalesce(a.province, ''), coalesce(a.province_34, ''),
           NOT EXISTS (SELECT 1 FROM copies WHERE copies.article_id = a.id)"""
_COUNTED = f"""
    WITH facts ({_KEY}, story) AS (
        SELECT {_CELL.format(theme=f"'{EVERY}'")} FROM articles AS a WHERE {{which}}
        UNION ALL
        SELECT {_CELL.format(theme=f"'{TAGGED}'")} FROM articles AS a
        WHERE {{which}} AND EXISTS (SELECT 1 FROM taggings WHERE taggings.article_id = a.id)
        UNION ALL
        SELECT {_CELL.format(theme="s.theme")} FROM articles AS a JOIN standing_themes AS s ON s.article_id = a.id
        WHERE {{which}})
    SELECT '{ALL}', theme, month, province_63, province, province_34, count(*), sum(story) FROM facts
    GROUP BY theme, month, province_63, province, province_34
    UNION ALL
    SELECT source, theme, month, '{ALL}', '{ALL}', '{ALL}', count(*), sum(story) FROM facts
    GROUP BY source, theme, month
"""  # noqa: S608 - all names are ours
_SOME = "a.id IN (SELECT value FROM json_each(?1))"


@contextmanager
def changing(connection: sqlite3.Connection, article_ids: Iterable[int]) -> Iterator[None]:
    """Keep tallies and standing themes true of stored articles that the block changes or takes away; in a transaction.

    The articles must have been counted before, and be all whose day, province, outlet, copies or taggings change.
    """
    ids = sorted(set(article_ids))
    _count(connection, ids, -1)
    yield
    _stand(connection, ids)
    _count(connection, ids, 1)


def add(connection: sqlite3.Connection, facts: Iterable[Mapping[str, Any]], copies: Container[int]) -> None:
    """Count articles that were never counted, nor tagged; in the transaction that stores them.

    ``facts`` are columns of ``articles`` by name, ``copies`` the ids of those that are near-duplicates.
    """
    counted: defaultdict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for fact in facts:
        month, source = (fact["published_day"] or "")[:7], fact["source"] or ""
        places = (fact["province_63"] or "", fact["province"] or "", fact["province_34"] or "")
        story = fact["id"] not in copies
        for key in ((ALL, EVERY, month, *places), (source, EVERY, month, ALL, ALL, ALL)):
            cell = counted[key]
            cell[0] += 1
            cell[1] += story
    _put(connection, [(*key, *numbers) for key, numbers in sorted(counted.items())])


def _count(connection: sqlite3.Connection, ids: list[int], sign: int) -> None:
    counted = connection.execute(_COUNTED.format(which=_SOME), (json.dumps(ids),)).fetchall()
    # Read first and written as bound rows: an INSERT from a SELECT makes SQLite open a savepoint, and at each of these
    # FTS5 writes what it holds in memory.
    _put(connection, [(*key, sign * articles, sign * stories) for *key, articles, stories in counted])
    if sign < 0:
        connection.executemany(
            f"DELETE FROM tallies WHERE ({_KEY}) = (?, ?, ?, ?, ?, ?) AND articles = 0",  # noqa: S608
            [tuple(key) for *key, _, _ in counted],
        )


def _put(connection: sqlite3.Connection, counted: Iterable[tuple[object, ...]]) -> None:
    connection.executemany(
        f"""INSERT INTO tallies ({_KEY}, articles, stories) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET articles = articles + excluded.articles, stories = stories + excluded.stories""",  # noqa: S608 - names of ours
        counted,
    )


def _stand(connection: sqlite3.Connection, ids: list[int]) -> None:
    some = json.dumps(ids)
    connection.execute(
        "DELETE FROM standing_themes WHERE article_id IN (SELECT value FROM json_each(?))",
        (some,),
    )
    connection.execute(
        """INSERT INTO standing_themes (theme, article_id)
           SELECT theme, article_id FROM current_themes WHERE article_id IN (SELECT value FROM json_each(?))""",
        (some,),
    )


def rebuild(connection: sqlite3.Connection) -> None:
    """Make standing themes and tallies anew from what they count; in a transaction."""
    connection.execute("DELETE FROM standing_themes")
    connection.execute("INSERT INTO standing_themes (theme, article_id) SELECT theme, article_id FROM current_themes")
    connection.execute("DELETE FROM tallies")
    connection.execute(f"INSERT INTO tallies ({_KEY}, articles, stories) {_COUNTED.format(which='TRUE')}")


def differences(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many standing themes and how many tallies are not what a count of today gives; 0 and 0 where all is well."""

    def either_way(one: str, other: str) -> int:
        count: int = connection.execute(
            f"SELECT count(*) FROM (SELECT * FROM ({one} EXCEPT {other}) UNION SELECT * FROM ({other} EXCEPT {one}))"  # noqa: S608
        ).fetchone()[0]
        return count

    counted = f"SELECT * FROM ({_COUNTED.format(which='TRUE')})"  # noqa: S608
    return (
        either_way("SELECT theme, article_id FROM standing_themes", "SELECT theme, article_id FROM current_themes"),
        either_way(f"SELECT {_KEY}, articles, stories FROM tallies", counted),  # noqa: S608
    )


@dataclass(frozen=True, slots=True)
class Split:
    """A question's days: whole months (first and last month, None where open), and what is left at both ends."""

    first: str | None
    last: str | None
    edges: tuple[Query, ...]


UNDATED = Split("", "", ())
"""No month: the articles that have no date to stand at."""


def split(query: Query, columns: Iterable[str] = ()) -> Split | None:
    """``query`` as months that tallies can count, and edges of less than a month that they cannot; None if they cannot.

    They know nothing of words, nor of two themes in one article, nor of an outlet and a province together, asked for
    or grouped by (``columns``, of ``COLUMN``), nor of sections, authors, languages, partners, labels by hand and
    lowest probabilities. A question about less than a month is counted.
    """
    if query.text is not None or len(query.themes) > 1 or (query.until and query.until.year == date.max.year):
        return None
    if query.by_hand or any(
        asked is not None for asked in (query.probability, query.section, query.author, query.language, query.partner)
    ):
        return None
    provinces = query.province is not None or any(column.startswith("articles.province") for column in columns)
    if provinces and (query.source is not None or "articles.source" in columns):
        return None
    edges = []
    first = last = None
    if query.since is not None:
        begins = query.since.replace(day=1)
        if query.since != begins:
            begins = _next_month(query.since)
            edges.append(replace(query, until=begins - timedelta(days=1)))
        first = begins.isoformat()[:7]
    if query.until is not None:
        ends = query.until
        if _next_month(ends) != ends + timedelta(days=1):
            edges.append(replace(query, since=ends.replace(day=1)))
            ends = ends.replace(day=1) - timedelta(days=1)
        last = ends.isoformat()[:7]
    return None if first and last and first > last else Split(first, last, tuple(edges))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def months(connection: sqlite3.Connection) -> Iterator[tuple[str | None, str]]:
    """Each outlet (None for articles without) with the first day of each month of its articles, as ISO 8601."""
    outlets = connection.execute(
        """WITH RECURSIVE outlets (name) AS (
               SELECT min(source) FROM tallies
               UNION ALL
               SELECT (SELECT min(source) FROM tallies WHERE source > name) FROM outlets WHERE name IS NOT NULL
           )
           SELECT name FROM outlets WHERE name IS NOT NULL AND name <> ?""",
        (ALL,),
    ).fetchall()
    # One by one: for a join SQLite first reads the whole table, to make a filter.
    for (outlet,) in outlets:
        for (month,) in connection.execute(
            "SELECT month FROM tallies WHERE source = ? AND theme = ? AND month > '' AND articles > 0", (outlet, EVERY)
        ):
            yield outlet or None, f"{month}-01"


def counts(
    connection: sqlite3.Connection,
    query: Query,
    months: Split,
    kind: str | None,
    columns: tuple[str, ...],
    *,
    by_month: bool,
    heads_only: bool,
) -> Counter[tuple[Any, ...]]:
    """How many articles of the whole ``months`` there are of each combination of ``columns``, of ``COLUMN``.

    ``by_month`` puts the month before them, ``''`` for the undated, who are counted only where since and until are
    open. ``kind`` is ``EVERY``, ``TAGGED`` or a theme, None for each theme; ``query``'s own themes are not read.
    """
    by_source = query.source is not None or "articles.source" in columns
    parts, values = ["source <> ?" if by_source else "source = ?"], [ALL]
    if query.source is not None:
        parts, values = ["source = ?"], [query.source]
    if kind is not None:
        parts.append("theme = ?")
        values.append(kind)
    else:
        parts.append("theme NOT IN (?, ?)")
        values += [EVERY, TAGGED]
    if query.province is not None:
        parts.append(f"{PROVINCE_COLUMN[query.province_map].removeprefix('articles.')} = ?")
        values.append(province_named(query.province, query.province_map))
    if months.first is not None or months.last is not None:
        parts.append("month BETWEEN ? AND ?")
        values += ["0" if months.first is None else months.first, "9999-12" if months.last is None else months.last]
    names = ", ".join([*(["month"] if by_month else []), *(COLUMN[column] for column in columns)]) or "NULL"
    number = "stories" if heads_only else "articles"
    parts.append(f"{number} > 0")  # a group of copies alone is no group of stories
    rows = connection.execute(f"SELECT {names}, {number} FROM tallies WHERE {' AND '.join(parts)}", values)  # noqa: S608
    # Added up here: SQLite sorts the rows for a GROUP BY, which takes three times as long.
    found: Counter[tuple[Any, ...]] = Counter()
    for *key, count in rows:
        found[tuple(key)] += count
    return found
