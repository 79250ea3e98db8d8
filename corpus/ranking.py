"""The order of what a search found: which of the articles that hold the words are shown first.

By bm25, the title weighted, words in one run before words near each other before the rest. To keep the time of an
answer bounded however large the corpus is,

- of more than ``LOOKED_AT`` articles found, that many are put in order: those stored last;
- a word that stands in more than ``telling.FREQUENT`` articles does not count in the score (bm25 reads the list of
  every word it counts whole, and gives such a word next to no weight: none where half of all articles have it), and of
  a phrase then only its other words do;
- where no other word is asked for, nobody has a score, and of the ``UNSCORED`` stored last those with all the words in
  the title come first, then the newest.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property, partial

from corpus import sequences
from corpus.conditions import NO_FILTER, Where
from corpus.index import TITLE_WEIGHT, Wanted
from corpus.prefixes import has_prefix
from corpus.syllables import unpacked
from corpus.telling import newest_id, telling_of

LOOKED_AT = 5_000
"""Articles counted and scored at most, at 3 µs each, or looked through by themselves (``corpus.sequences``), at 4."""
UNSCORED = 2_000
"""Articles whose days are looked up to find the newest, at 2 µs each."""
_UPWARDS = 4
"""Times as many as are wanted that are read to find the last ones."""
_FEW = 1_000
"""Articles: to score so many at once is quicker than to ask for those with the words in one run first."""
SCATTERED = 150
"""Articles among which one was found, or is left by filters: if it is one of more, the words of these are read by
themselves, at 4 µs each. The index is read at some 30 ns for each article between, at each of three questions."""
_FIRST_LOOK = 16_384
"""Ids looked through first for the articles stored last."""

Ranked = list[tuple[int, float | None]]


def last_stored(connection: sqlite3.Connection, wanted: Wanted, filters: Where, most: int) -> tuple[list[int], bool]:
    """The ids of at most ``most`` articles that hold the words, the last stored first, and whether there are more."""
    found: list[int] = []
    expression = wanted.expression()
    if filters.sql != NO_FILTER:
        found = _last_filtered(connection, expression, filters, most)
    elif not has_prefix(wanted.whole):
        below = newest_id(connection) + 1
        width = _FIRST_LOOK
        # Stretch by stretch, each read upwards: FTS5 reads its lists backwards at half the speed.
        while below > 1 and len(found) <= most:
            least = max(1, below - width)
            some = _rowids(connection, expression, least, below - 1)
            found += reversed(some)
            # As wide as holds the rest, if the words stand as densely there; a list is opened anew for each stretch.
            missing = most + 1 - len(found)
            width, below = max(width, width * missing // len(some) * 5 // 4 if some else below), least
    else:
        rows = connection.execute(
            "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT ?", (expression, most + 1)
        )
        found = [article_id for (article_id,) in rows]
    return found[:most], len(found) > most


def _last_filtered(connection: sqlite3.Connection, expression: str, filters: Where, most: int) -> list[int]:
    """The ids of at most ``most`` + 1 articles under ``filters`` that match, the last stored first."""
    statement = f"""
        WITH kept (id) AS MATERIALIZED (SELECT articles.id FROM articles WHERE {filters.sql})
        SELECT search.rowid FROM search WHERE search MATCH ?
            AND search.rowid BETWEEN (SELECT min(id) FROM kept) AND (SELECT max(id) FROM kept)
            AND +search.rowid IN (SELECT id FROM kept)
        """  # noqa: S608 - made by conditions.py
    # Read upwards, as FTS5 reads its lists twice as quickly, unless they are many more than are wanted.
    rows = connection.execute(f"{statement} LIMIT ?", (*filters.values, expression, _UPWARDS * most)).fetchall()
    if len(rows) < _UPWARDS * most:
        return [article_id for (article_id,) in rows[: -most - 2 : -1]]
    rows = connection.execute(
        f"{statement} ORDER BY search.rowid DESC LIMIT ?", (*filters.values, expression, most + 1)
    ).fetchall()
    return [article_id for (article_id,) in rows]


def matching(expression: str, filters: Where) -> tuple[str, tuple[object, ...]]:
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


def bm25(wanted: Wanted) -> str:
    """The score in SQL, higher is better; columns that the query does not ask about weigh nothing."""
    toned, folded = (TITLE_WEIGHT, 1.0), (0.0, 0.0)
    weights = (*toned, *folded) if wanted.toned else (*folded, *toned)
    return f"-bm25(search, {', '.join(map(str, weights))})"


def ranked(
    connection: sqlite3.Connection,
    wanted: Wanted,
    spelled: Wanted,
    ids: list[int],
    most: int,
    texts: Mapping[int, bytes] | None = None,
) -> tuple[Ranked, int]:
    """The best ``most`` of ``ids`` (all hold the words, the last stored first) with their scores, and of how many.

    ``spelled`` is ``wanted`` as it is found (``corpus.prefixes``); ``texts`` are the articles' words in order
    (``corpus.sequences``) where they were read already.
    """
    telling = telling_of(connection, wanted)
    if telling is None:
        ids = ids[:UNSCORED]
    among = _Among(connection, wanted, spelled, ids, texts)
    found: Ranked = []
    rest = set(ids)
    scores: dict[int, float] = {}
    if telling is not None and len(ids) <= _FEW:
        scores = _scores(connection, telling, rest)
    in_title: set[int] | None = None
    for closeness in (*among.closeness(), None):
        if not rest or len(found) == most:
            break
        kind = rest if closeness is None else closeness(rest)
        rest = rest - kind
        if telling is not None:
            if not scores.keys() >= kind:
                scores = _scores(connection, telling, kind)
            # Of letters that are newer than SQLite's table of them a word may be none to the index.
            found += _by_score(
                connection, {article_id: scores.get(article_id, 0.0) for article_id in kind}, most - len(found)
            )
            continue
        if in_title is None:
            in_title = among.in_title()
        for part in (kind & in_title, kind - in_title):
            found += [(article_id, None) for article_id in _newest_first(connection, part)[: most - len(found)]]
    return found, len(ids)


class _Among:
    """What is asked of the articles found: where in them the words stand.

    Where they lie close to each other the index tells, which is read from the first of them to the last; where they
    lie scattered, or their words were read already, these do.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        wanted: Wanted,
        spelled: Wanted,
        ids: list[int],
        texts: Mapping[int, bytes] | None,
    ) -> None:
        self._connection, self._wanted, self._spelled, self._ids = connection, wanted, spelled, ids
        self._read = texts

    @cached_property
    def _texts(self) -> Mapping[int, bytes] | None:
        """The words of the articles, None where the index is to tell."""
        ids = self._ids
        scattered = ids and len(ids) <= UNSCORED and max(ids) - min(ids) >= SCATTERED * len(ids)
        if self._read is None and scattered and sequences.suits(self._wanted):
            return sequences.read(self._connection, ids)
        return self._read

    def closeness(self) -> list[Callable[[set[int]], set[int]]]:
        """Those of some of the articles that have the words in one run, and those that have them near each other."""
        together = self._wanted.together()
        if together is None:
            return []
        if self._texts is not None:
            return [partial(self._holding, held) for held in sequences.together(self._wanted) or ()]
        return [partial(_among, self._connection, expression) for expression in together]

    def in_title(self) -> set[int]:
        """Those of all the articles that have in their title what is looked for."""
        if self._texts is not None:
            return self._holding(sequences.in_title(self._wanted), self._ids)
        return _among(self._connection, self._spelled.expression(in_title=True), set(self._ids))

    def _holding(self, held: sequences.Held, ids: Iterable[int]) -> set[int]:
        texts = self._texts or {}
        # What an earlier version stored beside this one has no words yet (``index.UNREAD``).
        return {article_id for article_id in ids if held(unpacked(texts.get(article_id, b"")))}


def _rowids(connection: sqlite3.Connection, expression: str, least: int, most: int) -> list[int]:
    rows = connection.execute(
        "SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?", (expression, least, most)
    )
    return [article_id for (article_id,) in rows]


def _among(connection: sqlite3.Connection, expression: str, ids: set[int]) -> set[int]:
    """Those of ``ids`` that match."""
    if not ids:
        return set()
    # Not each id by itself: FTS5 reads on from there to the next match, however far that is.
    return ids.intersection(_rowids(connection, expression, min(ids), max(ids)))


def _scores(connection: sqlite3.Connection, telling: Wanted, ids: Collection[int]) -> dict[int, float]:
    if not ids:
        return {}
    rows = connection.execute(
        f"""SELECT rowid, {bm25(telling)} FROM search
            WHERE search MATCH ? AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))""",  # noqa: S608
        (telling.expression(), min(ids), max(ids), json.dumps(list(ids))),
    )
    return dict(rows.fetchall())


def _by_score(connection: sqlite3.Connection, scores: dict[int, float], most: int) -> Ranked:
    """The best by score; among equals the newest first, then the last stored."""
    best = sorted(scores, key=scores.__getitem__, reverse=True)
    if len(best) > most:
        # The day of an article is fetched only for those whose score is as good as that of the last one shown.
        best = [article_id for article_id in best if scores[article_id] >= scores[best[most - 1]]]
    best = sorted(_newest_first(connection, best), key=scores.__getitem__, reverse=True)[:most]
    return [(article_id, scores[article_id]) for article_id in best]


def _newest_first(connection: sqlite3.Connection, ids: Iterable[int]) -> list[int]:
    rows = connection.execute(
        """SELECT id FROM articles WHERE id IN (SELECT value FROM json_each(?))
           ORDER BY published_at DESC, id DESC""",
        (json.dumps(list(ids)),),
    )
    return [article_id for (article_id,) in rows]
