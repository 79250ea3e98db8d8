"""Keywords: what one selection of articles says more often than another.

Words are those of the newest segmentation of each article, compared by match key (case and tone style aside). Copies of
a story are counted once, for a wire story in ten papers would be ten times as typical. Evidence and size are two
things: the *log-likelihood* (Dunning 1993, as Rayson and Garside 2000 have it) says how sure the difference is and
grows with the corpus; the *log ratio* (Hardie 2014) says how great it is: 1 is twice as often, 2 four times.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log, log2
from typing import TYPE_CHECKING, Literal

from corpus.conditions import Where, where
from corpus.errors import QueryError
from corpus.opinions import chunks
from corpus.records import Query
from corpus.search import search
from corpus.text import match_key

if TYPE_CHECKING:
    import pandas as pd

SURE = 15.13
"""The least log-likelihood of a keyword: one in ten thousand words would reach it by chance."""
Order = Literal["likelihood", "ratio"]


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that the first selection has more often: how often (``count``, in ``articles`` articles) and how often the
    second has it (``against``).

    ``log_ratio`` is the binary logarithm of the ratio of the two rates; a word that the second lacks is taken to stand
    there half a time.
    """

    word: str
    count: int
    articles: int
    against: int
    log_likelihood: float
    log_ratio: float


@dataclass(frozen=True, slots=True)
class Selection:
    """What was compared: articles with a segmentation (copies aside), their words, and articles that have none.

    ``of`` is how many there are where only a sample was read, else None.
    """

    articles: int
    words: int
    unsegmented: int
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Keywords:
    """The keywords, the surest or the greatest first, and the two selections."""

    words: tuple[Keyword, ...]
    first: Selection
    second: Selection

    def to_pandas(self) -> pd.DataFrame:
        """A frame with a row for each word; columns are the fields of ``Keyword``."""
        from corpus.frames import frame_of

        return frame_of(Keyword, self.words)


def keywords(
    connection: sqlite3.Connection,
    query: Query,
    against: Query | None = None,
    *,
    order: Order = "likelihood",
    least: int = 5,
    limit: int | None = 50,
    most: int | None = None,
) -> Keywords:
    """What is typical of the articles of ``query`` beside those of ``against`` (None: all other articles).

    An article in both is counted in the first alone. A keyword stands in the first at least ``least`` times and in two
    articles, and its log-likelihood is ``SURE`` or more. ``QueryError`` where a selection has no segmented words. The
    limits of the queries are not read. With ``most`` some so many articles of each selection are read, always the same
    ones: a second is enough for a first look at any corpus.
    """
    require_limit(limit)
    return compared(*counted(connection, query, against, most=most), order=order, least=least, limit=limit)


@dataclass
class Counts:
    """How often each word stands in a selection, in how many articles, and how many there are with and without words;
    ``of`` as in ``Selection``. Those of parts of a corpus can be added up."""

    words: Counter[str]
    held: Counter[str]
    articles: int
    unsegmented: int
    of: int | None = None

    def add(self, other: Counts) -> None:
        """Count in what another part of the corpus has."""
        if self.of is not None or other.of is not None:
            self.of = self.total + other.total
        self.words.update(other.words)
        self.held.update(other.held)
        self.articles += other.articles
        self.unsegmented += other.unsegmented

    @property
    def total(self) -> int:
        """How many articles there are, read or not."""
        return self.articles + self.unsegmented if self.of is None else self.of

    @property
    def selection(self) -> Selection:
        """What was counted, in a few figures."""
        return Selection(self.articles, self.words.total(), self.unsegmented, self.of)


def counted(
    connection: sqlite3.Connection, query: Query, against: Query | None = None, *, most: int | None = None
) -> tuple[Counts, Counts]:
    """The counts of the two selections that ``keywords`` compares."""
    mine = where(query, heads_only=True)
    others = where(replace(against or Query(), stories=True))
    rest = Where(
        f"{others.sql} AND articles.id NOT IN (SELECT id FROM articles WHERE {mine.sql})",  # noqa: S608 - ours
        (*others.values, *mine.values),
    )
    here = there = None
    if most is not None:
        here = search(connection, replace(query, stories=True, limit=0)).total
        there = search(connection, replace(against or Query(), stories=True, limit=0)).total
        if against is None:
            there -= here
    return _read(connection, *_some(mine, most, here)), _read(connection, *_some(rest, most, there))


def require_limit(limit: int | None) -> None:
    """Raise ``QueryError`` for a limit without meaning."""
    if limit is not None and limit < 0:
        raise QueryError(f"the limit is {limit}; it must be 0 or more, or None for all")


def compared(
    mine: Counts, others: Counts, *, order: Order = "likelihood", least: int = 5, limit: int | None = 50
) -> Keywords:
    """What is typical of one selection beside the other; see ``keywords``."""
    first, second = mine.selection, others.selection
    counts, held, against_counts = mine.words, mine.held, others.words
    for selection, name in ((first, "first"), (second, "second")):
        if not selection.words:
            raise QueryError(
                f"the {name} selection has no words to compare: {selection.unsegmented} articles, none segmented"
                " (tintinh annotate)"
            )
    found = []
    for word, count in counts.items():
        if count < least or held[word] < 2:
            continue
        ratio = log2((count / first.words) / ((against_counts[word] or 0.5) / second.words))
        likelihood = log_likelihood(count, against_counts[word], first.words, second.words)
        if ratio > 0 and likelihood >= SURE:
            found.append(Keyword(word, count, held[word], against_counts[word], likelihood, ratio))
    found.sort(key=lambda one: (-(one.log_ratio if order == "ratio" else one.log_likelihood), one.word))
    return Keywords(tuple(found[:limit]), first, second)


def log_likelihood(count: int, against: int, words: int, against_words: int) -> float:
    """The log-likelihood of ``count`` in ``words`` words beside ``against`` in ``against_words``; 0 for equal rates."""
    expected = (count + against) / (words + against_words)
    return 2 * sum(
        seen * log(seen / (size * expected)) for seen, size in ((count, words), (against, against_words)) if seen
    )


def _some(asked: Where, most: int | None, total: int | None) -> tuple[Where, int | None]:
    """``asked`` kept to some ``most`` of ``total`` articles, and the total; as it is where they are no more."""
    if most is None or total is None or total <= most:
        return asked, None
    # Knuth's multiplicative hash spreads the ids: every hundredth article may always be the same outlet's.
    part = int(most / total * 2**32)
    return Where(f"{asked.sql} AND (articles.id * 2654435761) % 4294967296 < {part}", asked.values), total


def _read(connection: sqlite3.Connection, asked: Where, total: int | None) -> Counts:
    """Of the articles asked for: how often each word stands in them, in how many, and how many there are."""
    counts: Counter[str] = Counter()
    held: Counter[str] = Counter()
    articles = segmented = 0
    statement = f"SELECT id FROM articles WHERE {asked.sql} ORDER BY id"  # noqa: S608 - made by conditions.py
    for ids in chunks(connection, statement, asked.values):
        articles += len(ids)
        for words in _words(connection, list(ids)):
            segmented += 1
            counts.update(words)
            held.update(set(words))
    return Counts(counts, held, segmented, articles - segmented, total)


def _words(connection: sqlite3.Connection, ids: list[int]) -> Iterator[list[str]]:
    """The words of each article that has a segmentation, by the newest one."""
    rows = connection.execute(
        f"""SELECT article_id, sentences FROM segmentations WHERE article_id IN ({", ".join("?" * len(ids))})
            ORDER BY article_id, at, made_by""",  # noqa: S608 - question marks
        ids,
    )
    for sentences in dict(rows.fetchall()).values():
        yield [key for word in sentences.split() if (key := _key(word))]


@lru_cache(maxsize=100_000)
def _key(word: str) -> str:
    """The word as it is counted; nothing for figures and signs."""
    key = match_key(word.replace("_", " "))
    return key if any(letter.isalpha() for letter in key) else ""
