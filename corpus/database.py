"""The SQLite file under the corpus: how it is opened, and what a transaction is."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import CorpusError
from corpus.migrations import STEPS, migrate, require_ours, version
from corpus.text import fold, match_key

BUSY_SECONDS = 30.0
"""How long a writer waits for another process; transactions take milliseconds, so only a stuck one reaches it."""


def connect(path: Path, *, create: bool, read_only: bool) -> sqlite3.Connection:
    """An open connection to the corpus at ``path``, at the newest schema; ``CorpusError`` if that cannot be.

    A file that is no corpus is left as it is, byte for byte.
    """
    _look_first(path, create=create and not read_only)
    address = path.absolute().as_uri() + ("?mode=ro" if read_only else "?mode=rwc" if create else "?mode=rw")
    if read_only and _lies_still(path):
        address += "&immutable=1"
    try:
        connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise CorpusError(f"{path}: cannot be opened: {error}") from error
    try:
        _prepare(connection, path, read_only=read_only)
    except sqlite3.DatabaseError as error:
        connection.close()
        # SQLite says so, for the file must not be opened to look at its first bytes: when a process closes any
        # descriptor of a file, POSIX takes all its locks on it away, those of its other connections too. Another
        # process may then empty and delete the log that they read from ("database disk image is malformed").
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            told = f"{path}: is not an SQLite database, so it cannot be a corpus; it was not touched"
            raise CorpusError(told) from error
        raise CorpusError(f"{path}: cannot be used as a corpus: {error}") from error
    except BaseException:
        connection.close()
        raise
    return connection


def _lies_still(path: Path) -> bool:
    """Whether a corpus lies where nobody is writing and we could not: on a DVD, or in a folder of somebody else's.

    SQLite reads a file with a write-ahead log only beside a -shm file, which it would have to make there ("attempt to
    write a readonly database").
    """
    return not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()


def _look_first(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise CorpusError(f"{path}: is a folder, not a corpus")
    if not path.exists():
        if not create:
            raise CorpusError(f"{path}: there is no such corpus")
        path.parent.mkdir(parents=True, exist_ok=True)


def _prepare(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    require_ours(connection, path)
    connection.execute("PRAGMA foreign_keys = ON")
    for key in (match_key, fold):
        # Names are compared as words of a search are; NULL is no name.
        connection.create_function(key.__name__, 1, _or_null(key), deterministic=True)
    # The words of the index, for corpus/prefixes.py. It is asked for and made at once, and holds nothing of its own.
    connection.execute("CREATE VIRTUAL TABLE temp.search_words USING fts5vocab('main', 'search', 'instance')")
    if read_only:
        if version(connection) < len(STEPS):
            raise CorpusError(f"{path}: has an older schema; open it once for writing and it is brought up to date")
        connection.execute("PRAGMA query_only = ON")
        return
    # WAL: readers never wait for the nightly writer. NORMAL: a killed process loses nothing; a power cut may lose the
    # last transactions as a whole, whose addresses are then simply fetched or replayed again.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    # 64 MB at most. The look-up keys of duplicates lie all over the file: with SQLite's 2 MB a batch of 2,000 articles
    # onto 100,000 spills them and writes 610 MB instead of 220.
    connection.execute("PRAGMA cache_size = -65536")
    migrate(connection, path)


def _or_null(key: Callable[[str], str]) -> Callable[[str | None], str | None]:
    return lambda name: None if name is None else key(name)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing: what is written inside is kept as a whole when the block ends, or not at all when it raises.

    Inside another transaction it is a part of that one: it can fail alone, and is kept only if the outer one is.
    """
    nested = connection.in_transaction
    begin, keep, undo = (
        ("SAVEPOINT part", "RELEASE part", "ROLLBACK TO part; RELEASE part")
        if nested
        else ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
    )
    try:
        connection.execute(begin)
    except sqlite3.OperationalError as error:
        raise CorpusError(f"the corpus cannot be written to: {error}") from error
    try:
        yield
        connection.execute(keep)
    except BaseException:
        # SQLite has already rolled back by itself where the disk is full or broken.
        if connection.in_transaction:
            for statement in undo.split("; "):
                connection.execute(statement)
        raise
