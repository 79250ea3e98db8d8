"""The rows of pages: where in the archive each lies, and which it is among those asked for and answered alike."""

from __future__ import annotations

import sqlite3

from corpus import rows
from corpus.records import ArchivePlace, Page


def page_at(connection: sqlite3.Connection, file: str, offset: int) -> int | None:
    """The row of the page at a place of the archive."""
    found = connection.execute("SELECT id FROM pages WHERE file = ? AND offset = ?", (file, offset)).fetchone()
    return int(found[0]) if found is not None else None


def keep(connection: sqlite3.Connection, page: Page | None, place: ArchivePlace | None) -> int | None:
    """The row of a page, made once: by its place in the archive, or by address and digest where it has none."""
    if page is None:
        return None
    found = _without_place(connection, page) if place is None else page_at(connection, place.file, place.offset)
    if found is not None:
        return found
    return connection.execute(
        """INSERT INTO pages (url, requested_url, source, fetched_at, status, digest, file, offset, length)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            page.url,
            page.requested_url,
            page.source,
            rows.utc(page.fetched_at),
            page.status,
            page.digest,
            *((place.file, place.offset, place.length) if place else (None, None, None)),
        ),
    ).lastrowid


def _without_place(connection: sqlite3.Connection, page: Page) -> int | None:
    found = connection.execute(
        "SELECT id FROM pages WHERE requested_url = ? AND digest = ? AND file IS NULL",
        (page.requested_url, page.digest),
    ).fetchone()
    return int(found[0]) if found is not None else None
