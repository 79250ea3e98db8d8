"""The cooperation network: which province is named with which partner abroad, year by year, and the articles behind.

An edge is made of articles of a province that name the partner (``corpus/mentions.py``). That a paper names the two
together is what can be counted; what they did is in the articles.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from corpus.conditions import PROVINCE_COLUMN, where
from corpus.entities import PARTNERS, require_known
from corpus.errors import CorpusError, QueryError
from corpus.records import Query
from corpus.text import fold

if TYPE_CHECKING:
    import pandas

COOPERATION = "partner_cooperation"
"""The theme that articles must have, unless another or none is asked for."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A province and a partner in one year (None: articles without a date).

    ``partner`` is the entity's id, ``name`` its name, ``country`` its ISO code where it has one. ``ids`` are the
    articles behind, in order; ``articles`` how many they are, ``stories`` how many with copies counted once.
    """

    province: str
    partner: str
    name: str
    kind: str
    country: str | None
    year: int | None
    articles: int
    stories: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """The edges, by province, partner and year.

    ``homeless`` counts the articles that name a partner and have no province under the map asked for (they are in no
    edge), ``unread`` those that nobody has read for names yet.
    """

    edges: tuple[Edge, ...]
    homeless: int
    unread: int

    def frame(self) -> pandas.DataFrame:
        """The edges as a table, a row each; ``ids`` are tuples."""
        import pandas as pd

        table = pd.DataFrame([asdict(edge) for edge in self.edges], columns=list(Edge.__dataclass_fields__))
        return table.astype({"year": "Int64", "articles": "int64", "stories": "int64"})


def network(
    connection: sqlite3.Connection,
    query: Query | None = None,
    *,
    partners: Sequence[str] = (),
    theme: str | None = COOPERATION,
) -> Network:
    """The network of the articles that ``query`` asks for (its limit is not read) and that have ``theme``.

    ``partners`` are ids of entities, any where it is empty. Provinces are named under ``query.province_map``. Raises
    ``QueryError`` for an id that the corpus has no entity for.
    """
    query = query or Query()
    if theme is not None and theme not in query.themes:
        query = replace(query, themes=(*query.themes, theme))
    require_known(connection, query.partner)
    _require_known(connection, partners)
    asked = where(query)
    column = PROVINCE_COLUMN[query.province_map]
    marks = ", ".join("?" * len(partners))
    rows = connection.execute(
        f"""SELECT DISTINCT {column}, e.id, e.name, e.kind, e.country, substr(articles.published_day, 1, 4),
                   articles.id, coalesce(copies.head_id, articles.id)
            FROM articles JOIN mentions AS m ON m.article_id = articles.id JOIN entities AS e ON e.id = m.entity
            LEFT JOIN copies ON copies.article_id = articles.id
            WHERE m.rule <> 'qualifies' AND e.kind IN (?, ?, ?) {f"AND e.id IN ({marks})" if partners else ""}
            AND {asked.sql} ORDER BY articles.id""",  # noqa: S608 - made by conditions.py and of our names
        (*PARTNERS, *partners, *asked.values),
    ).fetchall()
    unread = connection.execute(
        f"""SELECT count(*) FROM articles
            WHERE id NOT IN (SELECT article_id FROM namings) AND {asked.sql}""",  # noqa: S608 - made by conditions.py
        asked.values,
    ).fetchone()[0]
    homeless = len({row[6] for row in rows if row[0] is None})
    return Network(tuple(_edges(row for row in rows if row[0] is not None)), homeless, unread)


def _edges(rows: Iterable[tuple[Any, ...]]) -> list[Edge]:
    behind: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    for *edge, article_id, head_id in rows:
        behind.setdefault(tuple(edge), []).append((article_id, head_id))
    edges = [
        Edge(
            province,
            partner,
            name,
            kind,
            country,
            int(year) if year else None,
            articles=len(articles),
            stories=len({head for _, head in articles}),
            ids=tuple(number for number, _ in articles),
        )
        for (province, partner, name, kind, country, year), articles in behind.items()
    ]
    return sorted(edges, key=lambda edge: (fold(edge.province), edge.province, edge.partner, edge.year or 0))


def _require_known(connection: sqlite3.Connection, partners: Sequence[str]) -> None:
    for partner in partners:
        row = connection.execute("SELECT kind FROM entities WHERE id = ?", (partner,)).fetchone()
        if row is None:
            raise QueryError(f"{partner!r} is no place or partner that this corpus knows; tintinh annotate names them")
        if row[0] not in PARTNERS:
            raise QueryError(f"{partner!r} is a {row[0]}; a partner is one of {', '.join(PARTNERS)}")


def graphml(found: Network) -> str:
    """The network as GraphML: provinces and partners are nodes, every year of a pair an edge.

    Raises ``CorpusError`` where networkx is not installed.
    """
    try:
        import networkx
    except ImportError as error:
        raise CorpusError(
            "GraphML is written by networkx, which is not installed: pip install 'tintinh[graph]'"
        ) from error
    graph = networkx.MultiGraph()
    for edge in found.edges:
        province = f"province:{edge.province}"
        graph.add_node(province, name=edge.province, kind="province", country="VN")
        # GraphML has no value for "unknown": an attribute that is not known is left out.
        country = {"country": edge.country} if edge.country else {}
        graph.add_node(edge.partner, name=edge.name, kind=edge.kind, **country)
        year = {"year": edge.year} if edge.year is not None else {}
        facts = {"articles": edge.articles, "stories": edge.stories, "ids": " ".join(map(str, edge.ids)), **year}
        graph.add_edge(province, edge.partner, key=f"{province} {edge.partner} {edge.year}", **facts)
    return "\n".join(networkx.generate_graphml(graph, named_key_ids=True)) + "\n"
