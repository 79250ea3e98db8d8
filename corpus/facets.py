"""Facets: how the articles that a query asks for divide by theme, province, outlet, section, partner and year.

Counted from the tallies where these serve, which takes as long for a million articles as for a thousand, and else
article by article. A theme and a partner may be had by several of an article; what an article lacks has no count.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from corpus import tallies
from corpus.conditions import PROVINCE_COLUMN, themed, where
from corpus.entities import PARTNERS
from corpus.records import Query

FacetKind = Literal["theme", "province", "source", "section", "partner", "year"]
KINDS: tuple[FacetKind, ...] = get_args(FacetKind)

_YEAR = "substr(articles.published_day, 1, 4)"


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: ``value`` as a query has it (a partner: the id of its entity), ``name`` as it is read."""

    value: str
    name: str
    articles: int


@dataclass(frozen=True, slots=True)
class Facet:
    """The values of a facet, the most frequent first, and how many ``more`` there are."""

    kind: FacetKind
    values: tuple[FacetValue, ...]
    more: int


def selected(connection: sqlite3.Connection, query: Query, most: int) -> array[int] | None:
    """The ids of the articles that ``query`` asks for (its limit is not read); None where they are more than ``most``,
    for then to count them one by one takes too long."""
    asked = where(query)
    rows = connection.execute(
        f"SELECT articles.id FROM articles WHERE {asked.sql} LIMIT ?",  # noqa: S608 - made by conditions.py
        (*asked.values, most + 1),
    )
    ids = array("q", (row[0] for row in rows))
    return None if len(ids) > most else ids


def facet(
    connection: sqlite3.Connection, query: Query, kind: FacetKind, ids: Iterable[int] | None, *, limit: int = 12
) -> Facet | None:
    """How the articles of ``query`` divide by ``kind``; None where the tallies cannot tell and there are no ``ids``.

    ``ids`` are those of its articles (``selected``), None where they are too many.
    """
    tallied = _tallied(connection, query, kind)
    if tallied is None and ids is None:
        return None
    counted = tallied if tallied is not None else _counted(connection, query, kind, json.dumps(list(ids or ())))
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    if kind == "year":
        ordered = sorted(counted.items(), reverse=True)
    values = tuple(FacetValue(value, name, articles) for (value, name), articles in ordered[:limit])
    return Facet(kind, values, max(0, len(ordered) - limit))


def _tallied(connection: sqlite3.Connection, query: Query, kind: FacetKind) -> Counter[tuple[str, str]] | None:
    columns = _columns(query, kind)
    if columns is None or (kind == "theme" and query.themes):
        return None
    months = tallies.split(query, columns)
    if months is None or months.edges:
        # The days at the ends would have to be counted; then all of it may as well.
        return None
    of = None if kind == "theme" else query.themes[0] if query.themes else tallies.EVERY
    found = tallies.counts(connection, query, months, of, columns, by_month=kind == "year", heads_only=query.stories)
    counted: Counter[tuple[str, str]] = Counter()
    for key, articles in found.items():
        value = str(key[0])[:4] if kind == "year" else key[0]
        if value:
            counted[value, value] += articles
    return counted


def _columns(query: Query, kind: FacetKind) -> tuple[str, ...] | None:
    if kind == "theme":
        return ("standing_themes.theme",)
    if kind == "province":
        return (PROVINCE_COLUMN[query.province_map],)
    if kind == "source":
        return ("articles.source",)
    return () if kind == "year" else None


def _counted(connection: sqlite3.Connection, query: Query, kind: FacetKind, ids: str) -> Counter[tuple[str, str]]:
    some = "(SELECT value FROM json_each(?))"
    values: tuple[object, ...] = (ids,)
    if kind == "theme":
        statement = f"""SELECT theme, theme, count(*) FROM {themed(query)}
                        WHERE article_id IN {some} GROUP BY theme"""  # noqa: S608 - made by conditions.py
    elif kind == "partner":
        statement = f"""SELECT e.id, e.name, count(DISTINCT m.article_id)
                        FROM mentions AS m JOIN entities AS e ON e.id = m.entity
                        WHERE m.article_id IN {some} AND m.rule <> 'qualifies' AND e.kind IN (?, ?, ?) GROUP BY e.id"""  # noqa: S608
        values = (ids, *PARTNERS)
    else:
        column = {"province": PROVINCE_COLUMN[query.province_map], "year": _YEAR}.get(kind, f"articles.{kind}")
        statement = f"SELECT {column}, {column}, count(*) FROM articles WHERE id IN {some} GROUP BY 1"  # noqa: S608 - names of ours
    rows = connection.execute(statement, values)
    return Counter({(value, name): articles for value, name, articles in rows if value})
