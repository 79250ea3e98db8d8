"""The trend of partners: how much of the coverage names each of them, period by period.

The denominator is the articles that were read for names (``corpus/mentions.py``), under all filters of the query, its
words and themes too: of the news on cooperation, how much names Lào. An article that names two partners counts for
each, so that the shares of a period may add up to more than 1.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any

from corpus import tallies
from corpus.conditions import Where
from corpus.coverage import coverage
from corpus.network import PARTNERS, require_known
from corpus.periods import Period
from corpus.records import Query
from corpus.trend import Counted, Trend, changes_of, counts_of, rows_of

_READ = "EXISTS (SELECT 1 FROM namings WHERE namings.article_id = articles.id)"
_KINDS = ", ".join(f"'{kind}'" for kind in PARTNERS)
_NAMED = f"""(SELECT DISTINCT m.article_id, m.entity FROM mentions AS m JOIN entities AS e ON e.id = m.entity
              WHERE m.rule <> 'qualifies' AND e.kind IN ({_KINDS}))"""  # noqa: S608 - our own names


def partner_trend(
    connection: sqlite3.Connection,
    query: Query,
    by: Period = "month",
    partners: Sequence[str] = (),
    *,
    stories: bool = False,
    changes: bool = False,
) -> Trend:
    """Rows for each of ``partners`` (ids of entities), or for every partner met; ``group`` is the id.

    ``stories`` counts copies once, ``changes`` looks for the periods at which a share changes its level.
    ``query.limit`` is not read. Raises ``QueryError`` for an id that is no partner in this corpus.
    """
    require_known(connection, partners)
    asked = Counted(query, tallies.EVERY, stories).where()
    dated = Where(f"articles.published_day IS NOT NULL AND {_READ} AND {asked.sql}", asked.values)
    totals = counts_of(connection, "published_day, NULL", "articles", dated)
    tables = f"{_NAMED} AS named JOIN articles ON articles.id = named.article_id"
    named = counts_of(connection, "published_day, named.entity", tables, dated)
    met: Counter[str] = Counter()
    for (_, entity), count in named.items():
        met[entity] += count
    names: dict[Any, None] = dict.fromkeys(partners or sorted(met, key=lambda entity: (-met[entity], entity)))
    watch = coverage(connection, query, by, None) if totals else None
    rows = tuple(rows_of(named, totals, names, by, watch, query)) if watch else ()
    undated = connection.execute(
        f"SELECT count(*) FROM articles WHERE published_day IS NULL AND {_READ} AND {asked.sql}",  # noqa: S608 - ours
        asked.values,
    ).fetchone()[0]
    return Trend(rows, undated, tuple(changes_of(rows)) if changes else ())
