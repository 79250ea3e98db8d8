"""Facets: how the articles that a query asks for divide by theme, province, outlet, section, partner and year.

Counted from the tallies where these serve, which takes as long for a million articles as for a thousand, and else
article by article. A theme and a partner may be had by several of an article; what an article lacks has no count.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, get_args

from corpus import tallied, tallies
from corpus.conditions import PROVINCE_COLUMN, themed, where
from corpus.entities import PARTNERS
from corpus.prefixes import spelled_out
from corpus.querylang import read
from corpus.ranking import matching
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
    asked = where(replace(query, text=None))
    if query.text is None:
        statement, values = f"SELECT articles.id FROM articles WHERE {asked.sql}", asked.values  # noqa: S608
    else:
        # Articles are rows of half a kilobyte: without another filter none of them is looked at.
        found, values = matching(spelled_out(connection, read(query.text)).expression(), asked)
        statement = f"SELECT search.rowid FROM search WHERE {found}"  # noqa: S608 - made by conditions.py
    ids = array("q", (row[0] for row in connection.execute(f"{statement} LIMIT ?", (*values, most + 1))))
    return None if len(ids) > most else ids


def facets(
    connection: sqlite3.Connection, query: Query, kinds: Iterable[FacetKind], ids: array[int] | None, limit: int
) -> Iterator[Facet | None]:
    """How the articles of ``query`` divide by each of ``kinds``, in their order, counted as it is taken; None where the
    tallies cannot tell and there are no ``ids``.

    ``ids`` are those of its articles (``selected``), None where they are too many. A facet shows ``limit`` values.
    """
    some = None if ids is None else json.dumps(ids.tolist())
    printed: dict[FacetKind, Counter[tuple[str, str]]] = {}
    for kind in kinds:
        counted = _tallied(connection, query, kind)
        if counted is None and some is not None:
            if kind in ("theme", "partner"):
                counted = _given(connection, query, kind, some)
            else:
                # One reading of the articles for all that they have printed.
                printed = printed or _printed(connection, query, some)
                counted = printed[kind]
        yield None if counted is None else _facet(kind, counted, limit)


def _facet(kind: FacetKind, counted: Counter[tuple[str, str]], limit: int) -> Facet:
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    if kind == "year":
        ordered = sorted(counted.items(), reverse=True)
    values = tuple(FacetValue(value, name, articles) for (value, name), articles in ordered[:limit])
    return Facet(kind, values, max(0, len(ordered) - limit))


def _tallied(connection: sqlite3.Connection, query: Query, kind: FacetKind) -> Counter[tuple[str, str]] | None:
    columns = _columns(query, kind)
    if columns is None or (kind == "theme" and query.themes):
        return None
    months = tallied.split(query, columns)
    if months is None or months.edges:
        # The days at the ends would have to be counted; then all of it may as well.
        return None
    of = None if kind == "theme" else query.themes[0] if query.themes else tallies.EVERY
    found = tallied.counts(connection, query, months, of, columns, by_month=kind == "year", heads_only=query.stories)
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


_SOME = "(SELECT value FROM json_each(?))"


def _given(connection: sqlite3.Connection, query: Query, kind: FacetKind, ids: str) -> Counter[tuple[str, str]]:
    """Themes or partners: what is said of articles, several of each."""
    values: tuple[object, ...] = (ids,)
    if kind == "theme":
        statement = f"""SELECT theme, theme, count(*) FROM {themed(query)}
                        WHERE article_id IN {_SOME} GROUP BY theme"""  # noqa: S608 - made by conditions.py
    else:
        statement = f"""SELECT e.id, e.name, count(DISTINCT m.article_id)
                        FROM mentions AS m JOIN entities AS e ON e.id = m.entity
                        WHERE m.article_id IN {_SOME} AND m.rule <> 'qualifies' AND e.kind IN (?, ?, ?)
                        GROUP BY e.id"""  # noqa: S608
        values = (ids, *PARTNERS)
    return Counter({(value, name): articles for value, name, articles in connection.execute(statement, values)})


def _printed(connection: sqlite3.Connection, query: Query, ids: str) -> dict[FacetKind, Counter[tuple[str, str]]]:
    """Province, outlet, section and year: what an article has one of, or none."""
    columns: dict[FacetKind, str] = {
        "province": PROVINCE_COLUMN[query.province_map],
        "source": "articles.source",
        "section": "articles.section",
        "year": _YEAR,
    }
    rows = connection.execute(
        f"SELECT {', '.join(columns.values())} FROM articles WHERE id IN {_SOME}",  # noqa: S608 - names of ours
        (ids,),
    ).fetchall()
    counts = map(Counter, zip(*rows, strict=True)) if rows else (Counter[str]() for _ in columns)
    return {
        kind: Counter({(value, value): number for value, number in count.items() if value})
        for kind, count in zip(columns, counts, strict=True)
    }
