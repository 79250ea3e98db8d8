"""Search: the articles that hold the words, best first, and how many there are."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from corpus.conditions import Where, limit, where
from corpus.index import TITLE_WEIGHT, Wanted
from corpus.opinions import CHUNK
from corpus.querylang import read
from corpus.records import Precision, Query
from corpus.rows import StoredArticle, load
from corpus.snippet import Snippet, snippet

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Hit:
    """One article found. ``published_at`` is at +07:00, ``province`` that of the article's day.

    ``score`` is the bm25 score, higher is better, None where no words were asked for; ``copy_of`` the id of the
    article this one is a near-duplicate of.
    """

    id: int
    url: str
    source: str | None
    title: str
    lead: str | None
    published_at: datetime | None
    precision: Precision | None
    province: str | None
    themes: tuple[str, ...]
    primary: str | None
    score: float | None
    snippet: Snippet
    copy_of: int | None


@dataclass(frozen=True)
class Answer:
    """The hits up to the query's limit, and ``total``, how many there are without it.

    ``without_tones`` is how many the same words would find if tones did not count, given only where a query typed
    with tones found nothing; it is for the reader to decide.
    """

    hits: tuple[Hit, ...]
    total: int
    without_tones: int | None = None

    def to_pandas(self) -> pd.DataFrame:
        """A frame with a row for each hit, the best first; columns are the fields of ``Hit``, the snippet as text."""
        from corpus.frames import frame_of

        return frame_of(Hit, self.hits)


def search(connection: sqlite3.Connection, query: Query) -> Answer:
    """Answer ``query``: words in one run first, then words near each other, each by bm25 with the title weighted.

    Without words, the newest first and the undated last.
    """
    wanted = read(query.text) if query.text is not None else None
    filters = where(replace(query, text=None))
    most = limit(query)
    total = _count(connection, wanted, filters)
    ranked = _ranked(connection, wanted, filters, most) if total and most else []
    hits: list[Hit] = []
    for start in range(0, len(ranked), CHUNK):
        scores = dict(ranked[start : start + CHUNK])
        hits += [_hit(stored, scores[stored.id], wanted) for stored in load(connection, list(scores))]
    toneless = _count(connection, wanted.without_tones(), filters) if wanted and wanted.toned and not total else None
    return Answer(tuple(hits), total, toneless)


def _count(connection: sqlite3.Connection, wanted: Wanted | None, filters: Where) -> int:
    match, words = (
        ("articles.id IN (SELECT rowid FROM search WHERE search MATCH ?) AND ", (wanted.expression(),))
        if wanted
        else ("", ())
    )
    row = connection.execute(
        f"SELECT count(*) FROM articles WHERE {match}{filters.sql}",  # noqa: S608 - made by conditions.py, values bound
        (*words, *filters.values),
    )
    count: int = row.fetchone()[0]
    return count


def _ranked(
    connection: sqlite3.Connection, wanted: Wanted | None, filters: Where, most: int
) -> list[tuple[int, float | None]]:
    if wanted is None:
        return connection.execute(
            f"""SELECT articles.id, NULL FROM articles WHERE {filters.sql}
                ORDER BY articles.published_at DESC, articles.id DESC LIMIT ?""",  # noqa: S608
            (*filters.values, most),
        ).fetchall()
    together = wanted.together() or ()
    nearness = "".join("search.rowid IN (SELECT rowid FROM search WHERE search MATCH ?) DESC, " for _ in together)
    return connection.execute(
        f"""SELECT articles.id, -bm25(search, {TITLE_WEIGHT}, 1.0, {TITLE_WEIGHT}, 1.0) AS score
            FROM search JOIN articles ON articles.id = search.rowid
            WHERE search MATCH ? AND {filters.sql}
            ORDER BY {nearness} score DESC, articles.published_at DESC, articles.id DESC LIMIT ?""",  # noqa: S608
        (wanted.expression(), *filters.values, *together, most),
    ).fetchall()


def _hit(stored: StoredArticle, score: float | None, wanted: Wanted | None) -> Hit:
    article, tagging = stored.article, stored.tagging
    return Hit(
        id=stored.id,
        url=article.url,
        source=article.source,
        title=article.title,
        lead=article.lead,
        published_at=article.published_at,
        precision=article.published_precision,
        province=article.province,
        themes=tagging.themes if tagging else (),
        primary=tagging.primary if tagging else None,
        score=score,
        snippet=snippet(article.text, wanted),
        copy_of=stored.copy_of,
    )
