"""Where a stored article came from, and in which other outlets it ran."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from corpus.records import ArchivePlace
from corpus.rows import PageRecord, vietnam


@dataclass(frozen=True, slots=True)
class Twin:
    """Another article of the same story. ``similarity`` is the Jaccard index of a copy with the head of the story,
    None for the head itself; ``published_at`` is at +07:00."""

    id: int
    title: str
    source: str | None
    published_at: datetime | None
    similarity: float | None


def page_of(connection: sqlite3.Connection, article_id: int) -> PageRecord | None:
    """The page that an article was read from, None where none was kept (or the article is gone)."""
    row = connection.execute(
        """SELECT p.id, p.url, p.requested_url, p.source, p.fetched_at, p.status, p.digest, p.file, p.offset, p.length
           FROM articles AS a JOIN pages AS p ON p.id = a.page_id WHERE a.id = ?""",
        (article_id,),
    ).fetchone()
    if row is None:
        return None
    page_id, url, requested_url, source, fetched_at, status, digest, file, offset, length = row
    place = ArchivePlace(file, offset, length) if file is not None else None
    return PageRecord(page_id, url, requested_url, source, datetime.fromisoformat(fetched_at), status, digest, place)


def twins(connection: sqlite3.Connection, article_id: int, limit: int) -> tuple[list[Twin], int]:
    """The other articles of the story that an article tells, its head first, then its copies by likeness, up to
    ``limit``; and how many there are of them all."""
    row = connection.execute("SELECT head_id FROM copies WHERE article_id = ?", (article_id,)).fetchone()
    head = row[0] if row is not None else article_id
    of_story = """FROM (SELECT ?1 AS id, NULL AS similarity UNION ALL
                        SELECT article_id, similarity FROM copies WHERE head_id = ?1) AS story
                  JOIN articles USING (id) WHERE id <> ?2"""
    total = connection.execute(f"SELECT count(*) {of_story}", (head, article_id)).fetchone()[0]
    rows = connection.execute(
        f"""SELECT id, title, source, published_at, similarity {of_story}
            ORDER BY similarity IS NOT NULL, similarity DESC, id LIMIT ?3""",
        (head, article_id, limit),
    )
    return [Twin(number, title, source, vietnam(at), alike) for number, title, source, at, alike in rows], total
