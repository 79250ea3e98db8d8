"""Asking a dataset: the counts of each partition by the questions that a corpus answers, added up.

Of a partition's articles that stand a corpus is made in a scratch file, and asked with the same SQL; so every filter
means what it means there, and the sum over all partitions is the answer of a corpus with all of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus import index, keywords, opinions, rows, tallies, trend
from corpus.counting import Group
from corpus.database import transaction
from corpus.periods import Period
from corpus.records import Query
from corpus.store import Corpus
from tintinh.cluster.dataset import Dataset
from tintinh.cluster.ordered import in_batches
from tintinh.cluster.reading import require_code
from tintinh.cluster.tables import article_of, opinions_of
from tintinh.cluster.versions import READING


@dataclass(frozen=True)
class TrendQuestion:
    """The arguments of ``corpus.trend.counted``."""

    query: Query
    by: Period
    per: Group | None
    themes: tuple[str, ...]

    @property
    def needs_opinions(self) -> bool:
        """Whether articles that nobody has annotated could not answer it."""
        return bool(self.per == "theme" or self.themes or _asks_for_themes(self.query))


@dataclass(frozen=True)
class WordQuestion:
    """The arguments of ``corpus.keywords.counted``."""

    query: Query
    against: Query | None
    needs_opinions = True


def count_trend(dataset: Dataset, name: str, question: TrendQuestion, code: str) -> trend.Counts:
    """The counts of one partition for a trend."""
    require_code(READING, code)
    with corpus_of(
        dataset, name, opinions_too=question.needs_opinions, indexed=question.query.text is not None
    ) as part:
        return trend.counted(part, question.query, question.by, question.per, question.themes)


def count_words(
    dataset: Dataset, name: str, question: WordQuestion, code: str
) -> tuple[keywords.Counts, keywords.Counts]:
    """The counts of one partition for keywords."""
    require_code(READING, code)
    texts = (question.query.text, question.against.text if question.against else None)
    with corpus_of(dataset, name, opinions_too=True, indexed=any(text is not None for text in texts)) as part:
        return keywords.counted(part, question.query, question.against)


@contextmanager
def corpus_of(dataset: Dataset, name: str, *, opinions_too: bool, indexed: bool) -> Iterator[sqlite3.Connection]:
    """A corpus of the articles of a partition that stand, while the block runs; searched only where ``indexed``.

    A copy points to itself in place of its head, which may lie in another partition: it is known for a copy, no more.
    """
    with TemporaryDirectory(prefix="tintinh-part-") as scratch, Corpus.open(Path(scratch) / "part.sqlite") as corpus:
        connection = corpus.connection
        connection.execute("PRAGMA synchronous = OFF")
        with transaction(connection):
            ids = _store(dataset, name, connection, indexed=indexed)
            if opinions_too:
                for some in in_batches(dataset.rows("opinions", name), opinions.CHUNK):
                    made = [(ids[row["n"]], *opinions_of(row)) for row in some if row["n"] in ids]
                    opinions.add_segmentations(connection, [(number, words) for number, words, _, _ in made])
                    opinions.add_taggings(connection, [(number, tagging) for number, _, tagging, _ in made])
        yield connection


def _store(dataset: Dataset, name: str, connection: sqlite3.Connection, *, indexed: bool) -> dict[int, int]:
    """Store the articles that stand; their ids by ``n``."""
    standing = {row["n"]: row for row in dataset.rows("standing", name)}
    ids: dict[int, int] = {}
    for some in dataset.batches("articles", name):
        articles = [(row["n"], article_of(row)) for row in some if row["n"] in standing]
        new = []
        for n, article in articles:
            ids[n] = number = rows.insert(connection, article, None)
            new.append((number, article))
            if standing[n]["copy_of"] is not None:
                connection.execute("INSERT INTO copies VALUES (?, ?, ?)", (number, number, standing[n]["similarity"]))
        if indexed:
            index.add_many(connection, [(number, index.entry(article)) for number, article in new])
        tallies.add(connection, [number for number, _ in new])
    return ids


def _asks_for_themes(query: Query) -> bool:
    return bool(query.themes or query.by_hand or query.probability is not None)
