"""Families: a story with its near-duplicates, the papers that carried it, and what it is about."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from corpus.conditions import where
from corpus.records import Query


@dataclass(frozen=True, slots=True)
class Family:
    """One story as several papers may have carried it.

    ``head`` is the id of the article stored first, ``members`` the ids of the articles of the family that the question
    asked for (the head is among them only if it was asked for), ``outlets`` the sources of those, each once.
    """

    head: int
    members: tuple[int, ...]
    outlets: tuple[str, ...]


def families(connection: sqlite3.Connection, query: Query) -> list[Family]:
    """The families that the articles asked for belong to, up to ``query.limit``, the most telling first.

    That is: carried by more outlets; then having a theme; then having it more surely (a label by hand counts as 1);
    then published later. A paper that printed a story twice counts once.
    """
    asked = where(query)
    rows = connection.execute(
        f"""WITH asked AS (
                SELECT articles.id, articles.source, articles.published_at,
                       coalesce(copies.head_id, articles.id) AS head,
                       (SELECT max(coalesce(probability, 1)) FROM current_themes WHERE article_id = articles.id) AS sure
                FROM articles LEFT JOIN copies ON copies.article_id = articles.id WHERE {asked.sql})
            SELECT head, group_concat(id), count(DISTINCT source) AS outlets FROM asked GROUP BY head
            ORDER BY outlets DESC, max(sure) IS NULL, max(sure) DESC, max(published_at) DESC, head
            LIMIT ?""",  # noqa: S608 - made by conditions.py
        (*asked.values, -1 if query.limit is None else query.limit),
    ).fetchall()
    found = []
    for head, ids, _ in rows:
        members = sorted(int(one) for one in ids.split(","))
        outlets = connection.execute(
            f"""SELECT source FROM articles WHERE id IN ({", ".join("?" * len(members))}) AND source IS NOT NULL
                GROUP BY source ORDER BY min(published_at), source""",  # noqa: S608
            members,
        )
        found.append(Family(head, tuple(members), tuple(source for (source,) in outlets)))
    return found
