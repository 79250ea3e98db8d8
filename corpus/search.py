"""Search: the articles that hold the words, best first, and how many there are."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from corpus import tallies
from corpus.conditions import NO_FILTER, Where, limit, where
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


def search(connection: sqlite3.Connection, query: Query, *, skip: int = 0) -> Answer:
    """Answer ``query``: words in one run first, then words near each other, each by bm25 with the title weighted.

    Without words, the newest first and the undated last. ``skip`` leaves out so many of the first.
    """
    wanted = read(query.text) if query.text is not None else None
    filters = where(replace(query, text=None), newest=wanted is None)
    most = limit(query)
    total = _total(connection, query, wanted, filters)
    ranked = _ranked(connection, wanted, filters, most, total)[skip:] if total and most else []
    hits: list[Hit] = []
    for start in range(0, len(ranked), CHUNK):
        scores = dict(ranked[start : start + CHUNK])
        hits += [_hit(stored, scores[stored.id], wanted) for stored in load(connection, list(scores))]
    toneless = _count(connection, wanted.without_tones(), filters) if wanted and wanted.toned and not total else None
    return Answer(tuple(hits), total, toneless)


def _total(connection: sqlite3.Connection, query: Query, wanted: Wanted | None, filters: Where) -> int:
    months = tallies.split(query)
    if months is None:
        return _count(connection, wanted, filters)
    kind = query.themes[0] if query.themes else tallies.EVERY
    whole = tallies.counts(connection, query, months, kind, (), by_month=False, heads_only=query.stories).total()
    return whole + sum(_count(connection, None, where(edge)) for edge in months.edges)


def _count(connection: sqlite3.Connection, wanted: Wanted | None, filters: Where) -> int:
    tables, found, values = (
        ("search", *_found(wanted.expression(), filters)) if wanted else ("articles", filters.sql, filters.values)
    )
    row = connection.execute(f"SELECT count(*) FROM {tables} WHERE {found}", values)  # noqa: S608 - values bound
    count: int = row.fetchone()[0]
    return count


def _found(expression: str, filters: Where) -> tuple[str, tuple[object, ...]]:
    """The condition on ``search`` for the words of an FTS5 expression under ``filters``, and its values.

    What the filters leave is gathered first and each entry found looked up in it: articles are rows of half a kilobyte,
    and to fetch one for each of a hundred thousand entries takes ten times as long. The sign + keeps SQLite from asking
    the index again for each article.
    """
    if filters.sql == NO_FILTER:
        return "search MATCH ?", (expression,)
    return (
        f"search MATCH ? AND +search.rowid IN (SELECT articles.id FROM articles WHERE {filters.sql})",  # noqa: S608
        (expression, *filters.values),
    )


def _ranked(
    connection: sqlite3.Connection, wanted: Wanted | None, filters: Where, most: int, total: int
) -> list[tuple[int, float | None]]:
    if wanted is None:
        return connection.execute(
            f"""SELECT articles.id, NULL FROM articles WHERE {filters.sql}
                ORDER BY articles.published_at DESC, articles.id DESC LIMIT ?""",  # noqa: S608
            (*filters.values, most),
        ).fetchall()
    if total <= _FEW or most < 0:
        return _all_ranked(connection, wanted, filters, most)
    ranked: list[tuple[int, float | None]] = []
    # The words in one run are near each other, too, so that each kind of articles is a part of the next. Most questions
    # find enough in the first, which is a hundredth of all.
    for closeness in (*(wanted.together() or ()), None):
        known = [article_id for article_id, _ in ranked]
        ranked += _best(connection, wanted, closeness, filters, most - len(ranked), known)
        if len(ranked) == most:
            break
    return ranked


_BM25 = f"-bm25(search, {TITLE_WEIGHT}, 1.0, {TITLE_WEIGHT}, 1.0)"
_FEW = 1_000
"""Articles: to rank so many at once is quicker than to ask the index for those with the words in one run first."""


def _all_ranked(
    connection: sqlite3.Connection, wanted: Wanted, filters: Where, most: int
) -> list[tuple[int, float | None]]:
    found, values = _found(wanted.expression(), filters)
    together = wanted.together() or ()
    nearness = "".join("search.rowid IN (SELECT rowid FROM search WHERE search MATCH ?) DESC, " for _ in together)
    return connection.execute(
        f"""SELECT articles.id, {_BM25} AS score FROM search JOIN articles ON articles.id = search.rowid WHERE {found}
            ORDER BY {nearness} score DESC, articles.published_at DESC, articles.id DESC LIMIT ?""",  # noqa: S608
        (*values, *together, most),
    ).fetchall()


def _best(
    connection: sqlite3.Connection,
    wanted: Wanted,
    closeness: str | None,
    filters: Where,
    most: int,
    known: list[int],
) -> list[tuple[int, float | None]]:
    """The best of those that also match ``closeness``, without the ``known``, by score, then the newest first."""
    found, values = _found(wanted.expression(), filters)
    if closeness is not None:
        found += " AND +search.rowid IN (SELECT rowid FROM search WHERE search MATCH ?)"
        values = (*values, closeness)
    if known:
        found += " AND +search.rowid NOT IN (SELECT value FROM json_each(?))"
        values = (*values, json.dumps(known))
    # The day of an article is fetched only for those whose score is as good as that of the last one shown.
    return connection.execute(
        f"""WITH scored AS MATERIALIZED (
                SELECT search.rowid AS id, {_BM25} AS score FROM search WHERE {found}),
            least AS (SELECT min(score) AS score FROM (SELECT score FROM scored ORDER BY score DESC LIMIT ?))
            SELECT articles.id, scored.score FROM scored JOIN articles ON articles.id = scored.id
            WHERE scored.score >= (SELECT score FROM least)
            ORDER BY scored.score DESC, articles.published_at DESC, articles.id DESC LIMIT ?""",  # noqa: S608
        (*values, most, most),
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
