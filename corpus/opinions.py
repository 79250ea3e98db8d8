"""Opinions on stored articles, written and read: words (``Segmentation``) and themes (``Tagging``)."""

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Literal

from corpus import tallies
from corpus.database import transaction
from corpus.errors import CorpusError
from corpus.records import Article, Segmentation, Tagging
from corpus.rows import StoredArticle, load, utc

CHUNK = 200
"""Articles held in memory at once by an iteration."""


def chunks(connection: sqlite3.Connection, statement: str, parameters: tuple[object, ...] = ()) -> Iterator[array[int]]:
    """The ids a statement selects, in its order, some hundred at a time.

    The ids are read at once (eight bytes an article), so that the answer is that of one moment, no read transaction
    stays open, and the caller may write while it iterates.
    """
    ids = array("q", (row[0] for row in connection.execute(statement, parameters)))
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def lacking(
    connection: sqlite3.Connection, table: Literal["segmentations", "taggings", "namings"], by: str
) -> Iterator[StoredArticle]:
    """The articles without a row of ``table`` that ``by`` made, the oldest first."""
    missing = f"""SELECT id FROM articles WHERE NOT EXISTS
                  (SELECT 1 FROM {table} WHERE article_id = articles.id AND made_by = ?) ORDER BY id"""  # noqa: S608
    for ids in chunks(connection, missing, (by,)):
        yield from load(connection, ids)


def add_segmentations(connection: sqlite3.Connection, made: Iterable[tuple[int, Segmentation]]) -> int:
    """Store segmentations by article id in one transaction, each in place of an earlier one of the same name."""
    now = utc(datetime.now(UTC))
    count = 0
    with transaction(connection):
        for article_id, segmentation in made:
            if any(not sentence or "\n" in sentence for sentence in segmentation.sentences):
                raise CorpusError(
                    f"article {article_id}: a sentence by {segmentation.by!r} is empty or holds a line break"
                )
            _require_article(connection, article_id)
            connection.execute(
                "INSERT OR REPLACE INTO segmentations (article_id, made_by, sentences, at) VALUES (?, ?, ?, ?)",
                (article_id, segmentation.by, "\n".join(segmentation.sentences), now),
            )
            count += 1
    return count


def add_taggings(connection: sqlite3.Connection, made: Iterable[tuple[int, Tagging]]) -> int:
    """Store taggings by article id in one transaction, each in place of an earlier one of the same name."""
    now = utc(datetime.now(UTC))
    count = 0
    rest = iter(made)
    with transaction(connection):
        while some := list(islice(rest, CHUNK)):
            with tallies.changing(connection, (article_id for article_id, _ in some)):
                for article_id, tagging in some:
                    _add_tagging(connection, article_id, tagging, now)
            count += len(some)
    return count


def _add_tagging(connection: sqlite3.Connection, article_id: int, tagging: Tagging, now: str) -> None:
    _require_sound(article_id, tagging)
    _require_article(connection, article_id)
    connection.execute("DELETE FROM taggings WHERE article_id = ? AND made_by = ?", (article_id, tagging.by))
    tagging_id = connection.execute(
        "INSERT INTO taggings (article_id, made_by, primary_theme, at) VALUES (?, ?, ?, ?)",
        (article_id, tagging.by, tagging.primary, now),
    ).lastrowid
    connection.executemany(
        "INSERT INTO tagging_themes (tagging_id, theme, probability, given, evidence) VALUES (?, ?, ?, ?, ?)",
        [(tagging_id, *row) for row in _weighed(tagging)],
    )


def _weighed(tagging: Tagging) -> Iterator[tuple[str, float | None, int, str | None]]:
    place = {theme: n for n, theme in enumerate(tagging.themes, start=1)}
    for theme in dict.fromkeys([*tagging.themes, *tagging.scores, *tagging.evidence]):
        evidence = tagging.evidence.get(theme)
        yield (
            theme,
            tagging.scores.get(theme),
            place.get(theme, 0),
            json.dumps(evidence, ensure_ascii=False) if evidence is not None else None,
        )


def _require_sound(article_id: int, tagging: Tagging) -> None:
    what = f"article {article_id}: the tagging by {tagging.by!r}"
    if len(set(tagging.themes)) != len(tagging.themes):
        raise CorpusError(f"{what} gives a theme twice: {', '.join(tagging.themes)}")
    if tagging.primary is not None and tagging.primary not in tagging.themes:
        raise CorpusError(f"{what} has the primary theme {tagging.primary!r}, which is not among those it gives")
    if {tallies.EVERY, tallies.TAGGED, tallies.WRITTEN} & {*tagging.themes}:
        raise CorpusError(f"{what} gives the theme {tagging.themes}; '', '*' and '@' are no themes")
    for theme, probability in tagging.scores.items():
        if not 0 <= probability <= 1:
            raise CorpusError(f"{what} has the score {probability} for {theme!r}; a probability lies between 0 and 1")


def _require_article(connection: sqlite3.Connection, article_id: int) -> None:
    if connection.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,)).fetchone() is None:
        raise CorpusError(f"article {article_id} is not in the corpus")


def to_segment(connection: sqlite3.Connection, by: str) -> Iterator[tuple[int, Article]]:
    """See ``Corpus.to_segment``."""
    for stored in lacking(connection, "segmentations", by):
        yield stored.id, stored.article


def to_tag(
    connection: sqlite3.Connection, by: str, segmented_by: str | None
) -> Iterator[tuple[int, Article, Segmentation | None]]:
    """See ``Corpus.to_tag``."""
    for stored in lacking(connection, "taggings", by):
        yield stored.id, stored.article, segmentation(connection, stored.id, segmented_by)


def segmentation(connection: sqlite3.Connection, article_id: int, by: str | None) -> Segmentation | None:
    """The segmentation of an article made by ``by``, or the newest one; None where there is none."""
    row = connection.execute(
        """SELECT made_by, sentences FROM segmentations
           WHERE article_id = ? AND made_by = coalesce(?, made_by) ORDER BY at DESC, made_by DESC LIMIT 1""",
        (article_id, by),
    ).fetchone()
    return Segmentation(row[0], tuple(row[1].split("\n")) if row[1] else ()) if row else None
