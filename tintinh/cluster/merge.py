"""Merging: a dataset into a corpus, as if its pages had been read here one by one, in the order of fetching."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus import erasures
from corpus.errors import CorpusError
from corpus.keeping import Result
from corpus.mentions import Mention
from corpus.records import Article, Outcome, Segmentation, Tagging
from corpus.rows import load
from corpus.store import Corpus
from crawler.ingest import store
from nlp.mentions import finder
from tintinh.cluster.dataset import Dataset
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.ordered import Row, in_batches, in_order
from tintinh.cluster.tables import article_of, opinions_of, page_of, place_of, rejection_of

logger = logging.getLogger(__name__)

TOGETHER = 512
"""Pages stored in one transaction; a stop loses no more."""


@dataclass
class Opinions:
    """How many articles were given words, themes and mentions; ``foreign`` have mentions by another gazetteer than
    this tintinh's, which were left out (``tintinh annotate`` reads them anew)."""

    segmented: int = 0
    tagged: int = 0
    named: int = 0
    foreign: int = 0


def merge(dataset: Dataset, corpus: Corpus, taken: Opinions, *, opinions: bool) -> Iterator[Outcome]:
    """Store every article and rejection of a dataset, with ``opinions`` those on them too; what became of each page.

    Run again it changes nothing: what is stored is ``unchanged``, and an opinion of the same name is not stored twice.
    Opinions are taken for the edition that stands, if it is the one they are of. ``taken`` counts them. What the corpus
    forgot stays out. Raises ``ClusterError`` where partitions are not finished, or where a forgetting that was stopped
    has still to put rewritten files into the archive, as a replay does: the corpus knows their offsets already.
    """
    if left := erasures.files(corpus.connection):
        raise ClusterError(f"{next(iter(left))}: a forgetting that was stopped has still to replace it: tintinh forget")
    if opinions:
        corpus.keep_entities(finder().gazetteer.entities.values())
    found = in_order(dataset, {"articles": None, "rejected": None}, opinions=opinions)
    for some in in_batches(found, TOGETHER):
        results = [_result(table, row) for _, table, row, _ in some]
        outcomes = _keep(corpus, results)
        said = [row for _, table, _, row in some]
        _add_opinions(corpus, results, outcomes, said, taken)
        yield from outcomes


def _result(table: str, row: Row) -> Result:
    page = page_of(row)
    return Result(
        article_of(row) if table == "articles" else rejection_of(row), page, place_of(row), page.requested_url
    )


def _keep(corpus: Corpus, results: Sequence[Result]) -> list[Outcome]:
    """As replay stores them one by one, in one transaction where that goes well."""
    try:
        return corpus.keep_many(results)
    except sqlite3.Error:
        raise
    except Exception as error:
        logger.warning("%d pages are stored one by one, since together they failed: %s", len(results), error)
    return [store(one.result, one.page, corpus, one.place) for one in results if one.page is not None]


def _add_opinions(
    corpus: Corpus, results: Sequence[Result], outcomes: Sequence[Outcome], said: Sequence[Row | None], taken: Opinions
) -> None:
    """Store opinions on the articles that now stand as they were when the opinions were made."""
    made: dict[int, tuple[Article, Mapping[str, Any]]] = {}
    for one, outcome, row in zip(results, outcomes, said, strict=True):
        if outcome.article_id is not None and row is not None and isinstance(one.result, Article):
            made[outcome.article_id] = (one.result, row)
    words: list[tuple[int, Segmentation]] = []
    taggings: list[tuple[int, Tagging]] = []
    named: list[tuple[int, tuple[Mention, ...]]] = []
    by = finder().by if made else ""
    for ids in in_batches(sorted(made), 200):
        for stored in load(corpus.connection, ids):
            article, row = made[stored.id]
            if (stored.article.title, stored.article.text) != (article.title, article.text):
                continue
            segmentation, tagging, mentions = opinions_of(row)
            if not _has(corpus, "segmentations", stored.id, segmentation.by):
                words.append((stored.id, segmentation))
            if not _has(corpus, "taggings", stored.id, tagging.by):
                taggings.append((stored.id, tagging))
            if row["named_by"] != by:
                taken.foreign += 1
            elif not _has(corpus, "namings", stored.id, by):
                named.append((stored.id, mentions))
    taken.segmented += corpus.add_segmentations(words)
    taken.tagged += corpus.add_taggings(taggings)
    taken.named += corpus.add_mentions(named, by)


def _has(corpus: Corpus, table: str, article_id: int, by: str) -> bool:
    if table not in {"segmentations", "taggings", "namings"}:
        raise CorpusError(f"{table!r} holds no opinions")
    asked = corpus.connection.execute(
        f"SELECT 1 FROM {table} WHERE article_id = ? AND made_by = ?",  # noqa: S608 - one of three names
        (article_id, by),
    )
    return asked.fetchone() is not None
