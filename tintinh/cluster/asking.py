"""Asking a dataset: the counts of each partition by the questions that a corpus answers, added up.

Of a partition's articles that stand a corpus is made in a scratch file, and asked with the same SQL; so every filter
means what it means there, and the sum over all partitions is the answer of a corpus with all of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus import duplicates, index, keywords, mentions, opinions, rows, tallies, trend
from corpus.counting import Group
from corpus.database import transaction
from corpus.entities import require_known
from corpus.periods import Period
from corpus.records import Query
from corpus.store import Corpus
from nlp.gazetteer import load_gazetteer, signature
from tintinh.cluster.dataset import Dataset
from tintinh.cluster.errors import ClusterError
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
        return bool(self.per == "theme" or self.themes or self.needs_names or _asks_for_themes(self.query))

    @property
    def needs_names(self) -> bool:
        """Whether it asks who is named."""
        return self.per == "partner" or self.query.partner is not None


@dataclass(frozen=True)
class WordQuestion:
    """The arguments of ``corpus.keywords.counted``."""

    query: Query
    against: Query | None
    needs_opinions = True

    @property
    def needs_names(self) -> bool:
        """Whether it asks who is named."""
        return any(query is not None and query.partner is not None for query in (self.query, self.against))


def count_trend(dataset: Dataset, name: str, question: TrendQuestion, code: str) -> trend.Counts:
    """The counts of one partition for a trend."""
    require_code(READING, code)
    with corpus_of(dataset, name, question, indexed=question.query.text is not None) as part:
        return trend.counted(part, question.query, question.by, question.per, question.themes)


def count_words(
    dataset: Dataset, name: str, question: WordQuestion, code: str
) -> tuple[keywords.Counts, keywords.Counts]:
    """The counts of one partition for keywords."""
    require_code(READING, code)
    texts = (question.query.text, question.against.text if question.against else None)
    with corpus_of(dataset, name, question, indexed=any(text is not None for text in texts)) as part:
        return keywords.counted(part, question.query, question.against)


def require_partners(*queries: Query | None) -> None:
    """Raise ``QueryError`` for a partner of a query that the gazetteer does not know, as a corpus would."""
    names = [query.partner for query in queries if query is not None and query.partner is not None]
    if not names:
        return
    with TemporaryDirectory(prefix="tintinh-names-") as scratch, Corpus.open(Path(scratch) / "names.sqlite") as corpus:
        corpus.keep_entities(load_gazetteer().entities.values())
        for name in names:
            require_known(corpus.connection, name)


@contextmanager
def corpus_of(
    dataset: Dataset, name: str, question: TrendQuestion | WordQuestion, *, indexed: bool
) -> Iterator[sqlite3.Connection]:
    """A corpus of the articles of a partition that stand, while the block runs, with the opinions that ``question``
    needs; searched only where ``indexed``.

    A copy points to itself in place of its head, which may lie in another partition: it is known for a copy, no more.
    """
    with TemporaryDirectory(prefix="tintinh-part-") as scratch, Corpus.open(Path(scratch) / "part.sqlite") as corpus:
        connection = corpus.connection
        connection.execute("PRAGMA synchronous = OFF")
        with transaction(connection):
            ids = _store(dataset, name, connection, indexed=indexed)
            if question.needs_names:
                corpus.keep_entities(load_gazetteer().entities.values())
            if question.needs_opinions:
                for some in in_batches(dataset.rows("opinions", name), opinions.CHUNK):
                    _add_opinions(dataset, connection, [row for row in some if row["n"] in ids], ids, question)
        yield connection


def _store(dataset: Dataset, name: str, connection: sqlite3.Connection, *, indexed: bool) -> dict[int, int]:
    """Store the articles that stand; their ids by ``n``."""
    standing = {row["n"]: row for row in dataset.rows("standing", name)}
    ids: dict[int, int] = {}
    for some in dataset.batches("articles", name):
        articles = {row["n"]: article_of(row) for row in some if row["n"] in standing}
        ids.update((n, number) for number, n in enumerate(articles, len(ids) + 1))
        copies = {
            ids[n]: duplicates.Match(ids[n], standing[n]["similarity"])
            for n in articles
            if standing[n]["copy_of"] is not None
        }
        facts = rows.insert_many(connection, [(ids[n], article, None) for n, article in articles.items()])
        duplicates.note_copies(connection, copies)
        tallies.add(connection, facts, copies)
        if indexed:
            index.add_many(connection, [(ids[n], index.entry(article)) for n, article in articles.items()])
    return ids


def _add_opinions(
    dataset: Dataset,
    connection: sqlite3.Connection,
    some: Sequence[Mapping[str, Any]],
    ids: Mapping[int, int],
    question: TrendQuestion | WordQuestion,
) -> None:
    """Store rows of ``opinions`` of articles with ``ids``; the names too where the question asks for them."""
    made = [(ids[row["n"]], *opinions_of(row)) for row in some]
    opinions.add_segmentations(connection, [(number, words) for number, words, _, _ in made])
    opinions.add_taggings(connection, [(number, tagging) for number, _, tagging, _ in made])
    if not question.needs_names:
        return
    if others := {row["named_by"] for row in some} - {signature()}:
        raise ClusterError(
            f"{dataset.storage.address}: was read for names by {min(others)}, not by {signature()}; "
            "tintinh annotate --dataset reads it anew"
        )
    mentions.add_mentions(connection, [(number, named) for number, _, _, named in made], signature())


def _asks_for_themes(query: Query) -> bool:
    return bool(query.themes or query.by_hand or query.probability is not None)
