"""Questions that the tallies answer (``corpus.tallies``): which those are, and the answers."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from corpus import leaps
from corpus.conditions import PROVINCE_COLUMN, province_named
from corpus.records import ProvinceMap, Query
from corpus.tallies import ALL, EVERY, TAGGED, WRITTEN

COLUMN = {
    "NULL": "NULL",  # nothing
    "standing_themes.theme": "theme",
    **{f"articles.{name}": f"nullif({name}, '')" for name in ("source", "province", "province_63", "province_34")},
}
"""What a question may be grouped by, in SQL over articles → the same over ``tallies``."""


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


def months(connection: sqlite3.Connection) -> Iterator[tuple[str | None, list[str]]]:
    """Each outlet (None for articles without) with the months of its articles, as in ``2025-02``."""
    for outlet in _outlets(connection):
        row = connection.execute(
            """SELECT group_concat(month) FROM tallies
               WHERE source = ? AND theme = ? AND month > '' AND articles > 0""",
            (outlet, EVERY),
        ).fetchone()
        if row[0]:
            yield outlet or None, row[0].split(",")


def places(connection: sqlite3.Connection, province_map: ProvinceMap) -> Iterator[tuple[str | None, str | None]]:
    """Each outlet (None for articles without) with the provinces it ever wrote of under a map, None for unknown."""
    column = PROVINCE_COLUMN[province_map].removeprefix("articles.")
    for outlet in _outlets(connection):
        rows = connection.execute(
            f"SELECT DISTINCT {column} FROM tallies WHERE source = ? AND theme = ? AND articles > 0",  # noqa: S608
            (outlet, WRITTEN),
        )
        for (place,) in rows:
            yield outlet or None, place or None


def _themes(connection: sqlite3.Connection) -> list[str]:
    """The themes that any article was given."""
    rows = connection.execute(
        f"""WITH RECURSIVE {leaps.values("themes", "tallies", "theme", "source = :all")}
            SELECT name FROM themes WHERE name IS NOT NULL AND name NOT IN (:every, :tagged)""",  # noqa: S608 - ours
        {"all": ALL, "every": EVERY, "tagged": TAGGED},
    )
    return [name for (name,) in rows]


def _outlets(connection: sqlite3.Connection) -> list[str]:
    """The outlets, ``''`` for articles without: some steps through the table's key for each.

    What is asked of each is asked one by one: for a join SQLite first reads the whole table, to make a filter.
    """
    rows = connection.execute(
        f"""WITH RECURSIVE {leaps.values("outlets", "tallies", "source")}
            SELECT name FROM outlets WHERE name IS NOT NULL AND name <> ?""",  # noqa: S608 - ours
        (ALL,),
    )
    return [name for (name,) in rows]


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
        # By name: else all months of all themes are read, whichever are asked for.
        themes = _themes(connection)
        parts.append(f"theme IN ({', '.join('?' * len(themes))})")
        values += themes
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
    found: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for row in rows:
        found[row[:-1]] += row[-1]
    return Counter(found)
