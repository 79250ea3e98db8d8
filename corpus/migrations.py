"""From an empty file, or an older schema, to the schema this code reads: numbered steps, each applied once.

A step is a file of SQL beside this module. Steps are never edited after a release; a new one is appended.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from corpus.errors import CorpusError

STEPS = ("schema.sql", *(f"schema_{number}.sql" for number in range(2, 13)))
"""Step n (from 1) leads from ``user_version`` n-1 to n."""

APPLICATION_ID = 0x74696E74
"""``tint``: marks the file as a corpus, so that another program's database is never migrated by mistake."""


def statements(script: str) -> Iterator[str]:
    """The single statements of an SQL script, each of which ends its line.

    (sqlite3's own ``executescript`` would commit before it begins.)
    """
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def version(connection: sqlite3.Connection) -> int:
    """The schema version of the open file; 0 for an empty one."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def require_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Raise ``CorpusError`` if the file belongs to another program or to a newer tintinh; nothing is written."""
    mark = connection.execute("PRAGMA application_id").fetchone()[0]
    if mark != APPLICATION_ID:
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if mark != 0 or tables:
            raise CorpusError(f"{path}: is an SQLite database of another program, not a tintinh corpus")
    if version(connection) > len(STEPS):
        raise CorpusError(
            f"{path}: was written by a newer tintinh (schema {version(connection)}, this one knows up to"
            f" {len(STEPS)}); upgrade tintinh to open it"
        )


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the open file to the newest schema, in one transaction: all missing steps or none.

    Several processes may call it at the same moment; the first does the work. The connection must be in autocommit
    mode (``isolation_level=None``).
    """
    if version(connection) == len(STEPS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        require_ours(connection, path)  # again, now that nobody else can write: another process may have been first
        for step in STEPS[version(connection) :]:
            for statement in statements((Path(__file__).parent / step).read_text(encoding="utf-8")):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
