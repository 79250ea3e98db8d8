"""What a forgetting has still to do once it is committed: archive files to replace, old bytes to overwrite.

Rows of `erasures` are written with the forgetting itself, and deleted one by one as they are done, so that a process
killed anywhere can be run again and goes on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from corpus import upkeep
from corpus.database import transaction


def files(connection: sqlite3.Connection) -> dict[str, int]:
    """Archive files whose rewritten copy is still to take their place, by name, with the bytes of the copy."""
    return dict(connection.execute("SELECT file, bytes FROM erasures WHERE file <> '' ORDER BY file"))


def is_pending(connection: sqlite3.Connection) -> bool:
    """Whether anything is still to be done."""
    return connection.execute("SELECT 1 FROM erasures LIMIT 1").fetchone() is not None


def done(connection: sqlite3.Connection, file: str) -> None:
    """Note that a file was replaced."""
    with transaction(connection):
        connection.execute("DELETE FROM erasures WHERE file = ?", (file,))


def overwrite(
    connection: sqlite3.Connection, path: Path, *, vacuum: bool, tell: Callable[[str], None] = lambda step: None
) -> bool:
    """Overwrite what was deleted from the database at ``path``; False where another process reads it, whose
    write-ahead log then still holds it: to be done again.

    The search index is merged whole, for FTS5 only marks deleted words until then. ``vacuum`` writes the file anew,
    the only way to be sure of bytes deleted before today; without it what was deleted just now is zeroed in its place.
    """
    if connection.execute("SELECT 1 FROM erasures WHERE file = ''").fetchone() is None:
        return True
    if upkeep.optimize(connection, path, vacuum=vacuum, tell=tell).log_in_use:
        return False
    done(connection, "")
    # The note itself is in the log now, and nothing else.
    return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


def zeroing(connection: sqlite3.Connection) -> None:
    """Make this connection zero what it deletes, and wait for the disk at every commit.

    The second, because archive files change their place after a commit: a power cut must not take that back.
    """
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA synchronous = FULL")
