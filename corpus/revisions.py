"""Earlier editions of stories: each as the outlet had it, before it changed it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from difflib import ndiff

from pydantic import TypeAdapter

from corpus import rows
from corpus.records import Article, BlockKind
from corpus.rows import StoredArticle

_WRITTEN = TypeAdapter(Article)


@dataclass(frozen=True)
class Revision:
    """One edition of a story: its ``number`` from 1, the article as it was, and the row of its page (None: no page)."""

    number: int
    article: Article
    page_id: int | None


def told(article: Article) -> Article:
    """``article`` as its reader sees it: without what was dropped, and without how and when it was read."""
    return replace(
        article,
        blocks=tuple(block for block in article.blocks if block.kind is not BlockKind.DROPPED),
        extractor="",
        extractor_version="",
        page_digest="",
        readers={},
        fetched_at=datetime(1970, 1, 1, tzinfo=UTC),
    )


def keep_earlier(connection: sqlite3.Connection, stored: StoredArticle, newer: Article) -> None:
    """Keep the stored edition of a story that ``newer`` is about to replace.

    A better reading of the same page is no edition, nor is a page on which only the news around the story changed.
    """
    old = stored.article
    if old.page_digest == newer.page_digest or told(old) == told(newer):
        return
    connection.execute(
        """INSERT INTO revisions (article_id, number, article, fetched_at, page_id)
           SELECT id, (SELECT count(*) + 1 FROM revisions WHERE article_id = articles.id), ?, fetched_at, page_id
           FROM articles WHERE id = ?""",
        (_WRITTEN.dump_json(old).decode(), stored.id),
    )


def count(connection: sqlite3.Connection, article_id: int) -> int:
    """How many earlier editions of an article are kept."""
    found: int = connection.execute("SELECT count(*) FROM revisions WHERE article_id = ?", (article_id,)).fetchone()[0]
    return found


def of_article(connection: sqlite3.Connection, article_id: int) -> list[Revision]:
    """Every edition of an article, the oldest first; the last is the article as it stands. Empty where it is gone."""
    current = rows.load(connection, [article_id])
    if not current:
        return []
    kept = connection.execute(
        "SELECT number, article, page_id FROM revisions WHERE article_id = ? ORDER BY number", (article_id,)
    )
    editions = [Revision(number, _WRITTEN.validate_json(text), page_id) for number, text, page_id in kept]
    page_id = connection.execute("SELECT page_id FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
    return [*editions, Revision(len(editions) + 1, current[0].article, page_id)]


def changes(before: Article, after: Article) -> Iterator[str]:
    """What a reader of ``after`` finds changed, a line each: ``title: … → …``; ``- `` or ``+ `` before a paragraph."""
    for name, was, now in changed_fields(before, after):
        yield f"{name}: {was} → {now}"
    for line in ndiff(_lines(told(before)), _lines(told(after))):
        if line[:2] in {"- ", "+ "}:
            yield line


def changed_fields(before: Article, after: Article) -> Iterator[tuple[str, str, str]]:
    """The fields that a reader of ``after`` finds changed, the text apart: name, what it was, what it is."""
    old, new = told(before), told(after)
    for field in fields(Article):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was != now and field.name not in {"blocks", "province"}:
            yield field.name, _shown(was), _shown(now)


def _lines(article: Article) -> list[str]:
    return [f"[{block.kind}] {block.text}" for block in article.blocks]


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
