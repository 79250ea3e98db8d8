"""Concordance: every place where the words of a query stand, in their context (keyword in context, KWIC)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from corpus.conditions import where
from corpus.errors import QueryError
from corpus.index import Wanted
from corpus.opinions import CHUNK, chunks
from corpus.querylang import read
from corpus.records import Query
from corpus.rows import StoredArticle, load
from corpus.snippet import matches
from corpus.text import WORD, fold

if TYPE_CHECKING:
    import pandas as pd

Order = Literal["time", "left", "right"]
_FEW = 20
"""Articles read at once where a few lines are enough."""


@dataclass(frozen=True, slots=True)
class Line:
    """One place: the words that matched as printed, what stands before and after in the same paragraph, and where.

    ``published_at`` is at +07:00; ``part`` is ``title`` or ``text`` (lead, body and captions).
    """

    article_id: int
    published_at: datetime | None
    source: str | None
    part: Literal["title", "text"]
    left: str
    match: str
    right: str


@dataclass(frozen=True, slots=True)
class Concordance:
    """The lines shown, of ``total`` in ``articles`` articles."""

    lines: tuple[Line, ...]
    total: int
    articles: int

    def to_pandas(self) -> pd.DataFrame:
        """A frame with a row for each line; columns are the fields of ``Line``."""
        from corpus.frames import frame_of

        return frame_of(Line, self.lines)


def concordance(
    connection: sqlite3.Connection,
    query: Query,
    *,
    width: int = 8,
    order: Order = "time",
    limit: int | None = 100,
    count: bool = True,
) -> Concordance:
    """Every place where the words of ``query`` stand, ``width`` words either side; words side by side are one place.

    By ``time`` the newest article comes first; ``left`` and ``right`` sort by the words next to the match, tones aside,
    so that what is usually said stands together. The words after NOT have no lines. The query's own limit is not read.
    Without ``count``, and by time, no article is read after the limit is reached, and the totals are of those read.
    ``QueryError`` without words, or for a width that is not above 0.
    """
    if query.text is None:
        raise QueryError("a concordance needs words to look for")
    if width < 1:
        raise QueryError(f"the width is {width}; it must be 1 or more words")
    if limit is not None and limit < 0:
        raise QueryError(f"the limit is {limit}; it must be 0 or more, or None for all")
    wanted, asked = read(query.text), where(query)
    statement = f"SELECT id FROM articles WHERE {asked.sql} ORDER BY published_at DESC, id DESC"  # noqa: S608 - ours
    lines: list[Line] = []
    total = articles = 0
    enough = limit if order == "time" and not count else None
    for stored in _read(connection, statement, asked.values, CHUNK if enough is None else _FEW):
        found = list(_lines(stored, wanted, width))
        total += len(found)
        articles += bool(found)
        # By time the first are known at once; to sort, all must be seen.
        if order != "time" or limit is None or len(lines) < limit:
            lines += found
        if enough is not None and len(lines) >= enough:
            break
    if order != "time":
        lines.sort(key=_by_right if order == "right" else _by_left)
    return Concordance(tuple(lines[:limit]), total, articles)


def _read(
    connection: sqlite3.Connection, statement: str, values: tuple[object, ...], at_once: int
) -> Iterator[StoredArticle]:
    for ids in chunks(connection, statement, values):
        for start in range(0, len(ids), at_once):
            yield from load(connection, list(ids[start : start + at_once]))


def _lines(stored: StoredArticle, wanted: Wanted, width: int) -> Iterator[Line]:
    article = stored.article
    parts: tuple[tuple[Literal["title", "text"], str], ...] = (("title", article.title), ("text", article.text))
    for part, whole in parts:
        for text in whole.split("\n"):
            words = [word.span() for word in WORD.finditer(text)]
            for first, last in _places(text, wanted):
                left = text[words[max(0, first - width)][0] : words[first][0]].strip()
                right = text[words[last][1] : words[min(len(words) - 1, last + width)][1]].strip()
                match = text[words[first][0] : words[last][1]]
                yield Line(stored.id, article.published_at, article.source, part, left, match, right)


def _places(text: str, wanted: Wanted) -> Iterator[tuple[int, int]]:
    """First and last word of each place: matches that touch or overlap are one."""
    at: tuple[int, int] | None = None
    for first, last, _ in matches(text, wanted):
        if at is not None and first <= at[1] + 1:
            at = at[0], max(at[1], last)
            continue
        if at is not None:
            yield at
        at = first, last
    if at is not None:
        yield at


def _by_right(line: Line) -> tuple[str, str]:
    return _spoken(line.right), _spoken(line.left, reverse=True)


def _by_left(line: Line) -> tuple[str, str]:
    return _spoken(line.left, reverse=True), _spoken(line.right)


def _spoken(text: str, *, reverse: bool = False) -> str:
    """The words of ``text`` to sort by, those next to the match first."""
    words = WORD.findall(fold(text))
    return " ".join(reversed(words) if reverse else words)
