"""Which archive files the pages of a corpus are said to lie in: the index of the archive, file by file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from corpus.database import transaction
from corpus.rows import utc


def files(connection: sqlite3.Connection) -> dict[str, int]:
    """The archive files that pages lie in, by name relative to the archive, each with the number of its pages."""
    return dict(
        connection.execute("SELECT file, count(*) FROM pages WHERE file IS NOT NULL GROUP BY file ORDER BY file")
    )


def in_file(connection: sqlite3.Connection, file: str) -> dict[int, tuple[str, int]]:
    """The pages said to lie in ``file``: byte offset to address and record length in bytes."""
    found = connection.execute("SELECT offset, url, length FROM pages WHERE file = ? ORDER BY offset", (file,))
    return {offset: (url, length) for offset, url, length in found}


def fetched(connection: sqlite3.Connection, url: str, at: datetime) -> bool:
    """Whether a page of this address, fetched at this moment (aware), is known."""
    # The first question has an index and answers nearly always; the second, for a redirect, reads the whole table.
    row = connection.execute(
        """SELECT 1 FROM pages WHERE requested_url = :url AND fetched_at = :at
           UNION ALL SELECT 1 FROM pages WHERE url = :url AND fetched_at = :at LIMIT 1""",
        {"url": url, "at": utc(at)},
    ).fetchone()
    return row is not None


def move(connection: sqlite3.Connection, file: str, to: str, offsets: Mapping[int, int]) -> list[str]:
    """Note that the records of ``file`` lie in the file ``to`` now, old offset to new, and that its other records are
    lost; the addresses of the pages that were."""
    with transaction(connection):
        connection.executemany(
            "UPDATE pages SET file = ?, offset = ? WHERE file = ? AND offset = ?",
            [(to, new, file, old) for old, new in offsets.items()],
        )
        lost = connection.execute("SELECT url FROM pages WHERE file = ? ORDER BY offset", (file,)).fetchall()
        connection.execute("UPDATE pages SET file = NULL, offset = NULL, length = NULL WHERE file = ?", (file,))
    return [url for (url,) in lost]
