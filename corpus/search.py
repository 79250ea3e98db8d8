"""Search: the articles that hold the words, best first, and how many there are."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from corpus import ranking, sequences, tallied, tallies
from corpus.conditions import Where, limit, where
from corpus.index import Wanted
from corpus.opinions import CHUNK
from corpus.prefixes import spelled_out
from corpus.querylang import read
from corpus.ranking import LOOKED_AT, Ranked, bm25, last_stored, matching, ranked
from corpus.records import BODY_KINDS, BlockKind, Precision, Query
from corpus.rows import vietnam
from corpus.snippet import Snippet, snippet
from corpus.telling import newest_id

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

    Where many more articles hold the words, not all are counted: ``more`` says that there are more than ``total``
    (``ranking.LOOKED_AT``). ``ordered`` is of how many, those last stored, the hits are the first, None where of all;
    see ``corpus.ranking`` for the rule. With a limit of 0, or of None, all are counted, with None all are ordered.

    ``without_tones`` is how many the same words would find if tones did not count, given only where a query typed
    with tones found nothing; it is for the reader to decide.
    """

    hits: tuple[Hit, ...]
    total: int
    without_tones: int | None = None
    more: bool = False
    ordered: int | None = None

    def to_pandas(self) -> pd.DataFrame:
        """A frame with a row for each hit, the best first; columns are the fields of ``Hit``, the snippet as text."""
        from corpus.frames import frame_of

        return frame_of(Hit, self.hits)


def search(connection: sqlite3.Connection, query: Query, *, skip: int = 0) -> Answer:
    """Answer ``query``: words in one run first, then words near each other, each by bm25 with the title weighted.

    Without words, the newest first and the undated last. Of very many, or for very frequent words, see
    ``corpus.ranking``. ``skip`` leaves out so many of the first.
    """
    wanted = read(query.text) if query.text is not None else None
    filters = where(replace(query, text=None), newest=wanted is None)
    most = limit(query)
    with _one_moment(connection):
        if wanted is not None and 0 < most <= LOOKED_AT:
            return _bounded(connection, wanted, filters, most, skip)
        total = _total(connection, query, wanted, filters)
        found = _ranked(connection, wanted, filters, most)[skip:] if total and most else []
        return Answer(_hits(connection, found, wanted), total, _toneless(connection, wanted, filters, total, None))


def _bounded(connection: sqlite3.Connection, wanted: Wanted, filters: Where, most: int, skip: int) -> Answer:
    texts = _few(connection, wanted, filters)
    if texts is None:
        spelled = spelled_out(connection, wanted)
        ids, more = last_stored(connection, spelled, filters, LOOKED_AT)
    else:
        spelled, more = wanted, False
        ids = sequences.found(texts, wanted)
    found, ordered = ranked(connection, wanted, spelled, ids, most, texts)
    return Answer(
        _hits(connection, found[skip:], wanted),
        len(ids),
        _toneless(connection, wanted, filters, len(ids), texts),
        more,
        ordered if more or ordered < len(ids) else None,
    )


@contextmanager
def _one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """All statements inside read the corpus as it is at the first; a writer is not kept waiting."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


def _toneless(
    connection: sqlite3.Connection,
    wanted: Wanted | None,
    filters: Where,
    total: int,
    texts: Mapping[int, bytes] | None,
) -> int | None:
    if wanted is None or not wanted.toned or total:
        return None
    return _count(connection, spelled_out(connection, wanted.without_tones()), filters, texts)


def _hits(connection: sqlite3.Connection, found: Ranked, wanted: Wanted | None) -> tuple[Hit, ...]:
    """The articles found as hits, in their order; of each no more is read than a hit shows."""
    hits: list[Hit] = []
    for start in range(0, len(found), CHUNK):
        scores = dict(found[start : start + CHUNK])
        ids = list(scores)
        some = f"({', '.join('?' * len(ids))})"
        texts, themes = _texts(connection, some, ids), _themes(connection, some, ids)
        rows = connection.execute(
            f"""SELECT articles.id, url, source, title, lead, published_at, published_precision, province, head_id
                FROM articles LEFT JOIN copies ON article_id = articles.id WHERE articles.id IN {some}""",  # noqa: S608
            ids,
        )
        made = {}
        for article_id, url, source, title, lead, published, precision, province, copy_of in rows:
            text = "\n".join([*([lead] if lead else []), *texts[article_id]])
            given, primary = themes.get(article_id, ((), None))
            made[article_id] = Hit(
                article_id,
                url,
                source,
                title,
                lead,
                vietnam(published),
                precision,
                province,
                given,
                primary,
                scores[article_id],
                snippet(text, wanted),
                copy_of,
            )
        hits += [made[article_id] for article_id in ids]
    return tuple(hits)


def _texts(connection: sqlite3.Connection, some: str, ids: list[int]) -> dict[int, list[str]]:
    """Body and captions of each article, as ``Article.text`` has them after the lead."""
    found: dict[int, list[str]] = defaultdict(list)
    kinds = ", ".join(f"'{kind}'" for kind in sorted(BODY_KINDS | {BlockKind.CAPTION}))
    rows = connection.execute(
        f"""SELECT article_id, text FROM blocks WHERE article_id IN {some} AND kind IN ({kinds})
            ORDER BY article_id, kind = '{BlockKind.CAPTION}', n""",  # noqa: S608 - names of ours
        ids,
    )
    for article_id, text in rows:
        found[article_id].append(text)
    return found


def _themes(connection: sqlite3.Connection, some: str, ids: list[int]) -> dict[int, tuple[tuple[str, ...], str | None]]:
    """The themes given by the tagging in use, in order, and the primary one."""
    found: dict[int, tuple[tuple[str, ...], str | None]] = {}
    rows = connection.execute(
        f"""SELECT t.article_id, t.primary_theme, g.theme FROM current_taggings AS t
            LEFT JOIN tagging_themes AS g ON g.tagging_id = t.id AND g.given > 0
            WHERE t.article_id IN {some} ORDER BY t.article_id, g.given, g.theme""",  # noqa: S608
        ids,
    )
    for article_id, primary, theme in rows:
        before = found.get(article_id, ((), None))[0]
        found[article_id] = ((*before, theme) if theme is not None else before, primary)
    return found


def _total(connection: sqlite3.Connection, query: Query, wanted: Wanted | None, filters: Where) -> int:
    months = tallied.split(query)
    if months is None:
        return _count(connection, wanted, filters)
    kind = query.themes[0] if query.themes else tallies.EVERY
    whole = tallied.counts(connection, query, months, kind, (), by_month=False, heads_only=query.stories).total()
    return whole + sum(_count(connection, None, where(edge)) for edge in months.edges)


def _count(
    connection: sqlite3.Connection, wanted: Wanted | None, filters: Where, texts: Mapping[int, bytes] | None = None
) -> int:
    """How many there are; ``texts`` are the words of all under the filters, where they were read already."""
    if wanted is not None and texts is None:
        texts = _few(connection, wanted, filters)
    if wanted is not None and texts is not None:
        return len(sequences.found(texts, wanted))
    tables, found, values = (
        ("search", *matching(wanted.expression(), filters)) if wanted else ("articles", filters.sql, filters.values)
    )
    row = connection.execute(f"SELECT count(*) FROM {tables} WHERE {found}", values)  # noqa: S608 - values bound
    count: int = row.fetchone()[0]
    return count


def _few(connection: sqlite3.Connection, wanted: Wanted, filters: Where) -> dict[int, bytes] | None:
    """The words of all articles under the filters, where to look through them is quicker than to read the index."""
    if not sequences.suits(wanted):
        return None
    return sequences.few(connection, filters, min(LOOKED_AT, newest_id(connection) // ranking.SCATTERED))


def _ranked(connection: sqlite3.Connection, wanted: Wanted | None, filters: Where, most: int) -> Ranked:
    """Everything that was found, ordered, by one statement."""
    if wanted is None:
        return connection.execute(
            f"""SELECT articles.id, NULL FROM articles WHERE {filters.sql}
                ORDER BY articles.published_at DESC, articles.id DESC LIMIT ?""",  # noqa: S608
            (*filters.values, most),
        ).fetchall()
    found, values = matching(wanted.expression(), filters)
    together = wanted.together() or ()
    nearness = "".join("search.rowid IN (SELECT rowid FROM search WHERE search MATCH ?) DESC, " for _ in together)
    return connection.execute(
        f"""SELECT articles.id, {bm25(wanted)} AS score FROM search JOIN articles ON articles.id = search.rowid
            WHERE {found} ORDER BY {nearness} score DESC, articles.published_at DESC, articles.id DESC LIMIT ?""",  # noqa: S608
        (*values, *together, most),
    ).fetchall()
