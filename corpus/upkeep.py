"""Upkeep: what keeps a large corpus quick, safe while others read and, but for short moments, write."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus import index, recent, tallies
from corpus.database import transaction
from corpus.derived import entries
from corpus.errors import CorpusError

_MERGED_AT_ONCE = 2_000
"""Pages of the search index merged in one transaction: a tenth of a second, which a writer waits."""


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Bytes of the file with its write-ahead log before and after, and whether a reader kept the log from emptying."""

    before: int
    after: int
    log_in_use: bool


def size(path: Path) -> int:
    """Bytes on the disk: the database with its write-ahead log."""
    log = Path(f"{path}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


def optimize(
    connection: sqlite3.Connection,
    path: Path,
    *,
    recount: bool = False,
    vacuum: bool = False,
    tell: Callable[[str], None] = lambda step: None,
) -> Upkeep:
    """See ``Corpus.optimize``."""
    before = size(path)
    if vacuum:
        # VACUUM writes a second file as large as the first, and the log grows by as much again.
        free, needed = shutil.disk_usage(path.parent).free, 2 * before
        if free < needed:
            raise CorpusError(f"{path}: to vacuum it takes {needed:,} bytes of free disk, and there are {free:,}")
    if recount:
        tell("counting the articles anew")
        with transaction(connection):
            tallies.rebuild(connection)
    with transaction(connection):
        for some in entries(connection, index.UNREAD):
            index.add_sequences(connection, some)
    tell("merging the look-up keys of near-duplicates")
    recent.merge(connection)
    tell("merging the search index")
    index.merge_from(connection, index.SEGMENTS)  # a load that was killed leaves another number
    _merge(connection)
    tell("measuring the indexes for the query planner")
    connection.execute("PRAGMA analysis_limit = 1000")  # else ANALYZE reads every index whole
    connection.execute("ANALYZE")
    if vacuum:
        tell("writing the file anew")
        connection.execute("VACUUM")
    tell("emptying the write-ahead log")
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return Upkeep(before, size(path), bool(busy))


def _merge(connection: sqlite3.Connection) -> None:
    """Merge the segments of the search index into one, some at a time.

    (FTS5's own ``optimize`` does it in one transaction, for minutes at a million articles.)
    """
    if connection.execute("SELECT count(DISTINCT segid) FROM search_idx").fetchone()[0] < 2:
        return
    pages = -_MERGED_AT_ONCE  # negative the first time: all segments are to become one
    while True:
        before = connection.total_changes
        connection.execute("INSERT INTO search (search, rank) VALUES ('merge', ?)", (pages,))
        if connection.total_changes - before < 2:  # as FTS5's documentation says: nothing was left to merge
            return
        pages = _MERGED_AT_ONCE
