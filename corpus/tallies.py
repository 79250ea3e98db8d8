"""Tallies: how many articles there are of each month, province, outlet and theme, so that a trend need not count them.

Kept in the transaction that changes what they count: ``changing`` takes the articles out before and counts them again
after, whatever was done to them inside. The themes in use (``standing_themes``) are kept beside them. Neither is a
fact: ``rebuild`` makes both anew, ``differences`` says where they are not what a count would give.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

RULE = "month by three provinces, month by source; every article, tagged ones, each theme given; source by provinces; 2"
"""Names what is counted; stored with the tallies. Change it, and they are made anew."""

EVERY, TAGGED = "", "*"
"""In the place of a theme: every article, and every article that has a tagging."""
WRITTEN = "@"
"""In the place of a theme: every article of an outlet by province, of all months together."""
READ = "read"
"""No theme, and in no tally: every article that was read for places and partners."""
ALL = "*"
"""In the place of an outlet or a province: all of them together."""

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
    UNION ALL
    SELECT source, '{WRITTEN}', '', province_63, province, province_34, count(*), sum(story) FROM facts
    WHERE theme = '{EVERY}' GROUP BY source, province_63, province, province_34
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
        for key in (
            (ALL, EVERY, month, *places),
            (source, EVERY, month, ALL, ALL, ALL),
            (source, WRITTEN, "", *places),
        ):
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
