"""Labels by hand: taggings signed ``hand:<name>``, who gave them, and what a person who labels has to be told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from corpus import tallies
from corpus.database import transaction
from corpus.opinions import chunks
from corpus.rows import StoredArticle, load

HAND = "hand:"
"""What the signature of every label by hand begins with."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """An article as one model weighed it: its outlet, and the probability (0–1) of every theme the model knows."""

    article_id: int
    source: str | None
    scores: Mapping[str, float]


def weighed(connection: sqlite3.Connection, by: str, source: str | None = None) -> Iterator[Weighed]:
    """The articles that the model ``by`` has tagged, by id; of one outlet, or of all."""
    found = connection.execute(
        """SELECT articles.id, articles.source, theme, probability
           FROM taggings JOIN articles ON articles.id = taggings.article_id
           JOIN tagging_themes ON tagging_id = taggings.id
           WHERE made_by = ? AND articles.source IS coalesce(?, articles.source) AND probability IS NOT NULL
           ORDER BY articles.id""",
        (by, source),
    )
    for (article_id, outlet), rows in groupby(found, key=itemgetter(0, 1)):
        yield Weighed(article_id, outlet, {theme: probability for _, _, theme, probability in rows})


def heads(connection: sqlite3.Connection) -> dict[int, int]:
    """For every article that is a copy, the article it is a copy of."""
    return dict(connection.execute("SELECT article_id, head_id FROM copies"))


def people(connection: sqlite3.Connection) -> dict[str, int]:
    """Who has labelled, and how many articles each."""
    found = connection.execute(
        "SELECT made_by, count(*) FROM taggings WHERE made_by GLOB 'hand:*' GROUP BY made_by ORDER BY made_by"
    )
    return {made_by.removeprefix(HAND): count for made_by, count in found}


def labelled(connection: sqlite3.Connection, by: str | None = None) -> Iterator[StoredArticle]:
    """The articles that carry a label by hand, by id; signed ``by``, or any."""
    statement = """SELECT DISTINCT article_id FROM taggings
                   WHERE made_by GLOB 'hand:*' AND made_by = coalesce(?, made_by) ORDER BY article_id"""
    for ids in chunks(connection, statement, (by,)):
        yield from load(connection, list(ids))


def labelled_ids(connection: sqlite3.Connection, by: str) -> list[int]:
    """The ids of the articles that ``by`` has labelled, the first label first."""
    found = connection.execute("SELECT article_id FROM taggings WHERE made_by = ? ORDER BY id", (by,))
    return [row[0] for row in found]


def withdraw(connection: sqlite3.Connection, article_id: int, by: str) -> bool:
    """Take the label of ``by`` off an article, in one transaction; whether there was one."""
    with transaction(connection), tallies.changing(connection, [article_id]):
        done = connection.execute("DELETE FROM taggings WHERE article_id = ? AND made_by = ?", (article_id, by))
    return done.rowcount > 0
