"""Many articles at once: a load in large transactions, prepared ahead."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice

from corpus import index
from corpus.ahead import FEW, ahead
from corpus.database import transaction
from corpus.keeping import Result, keep_many
from corpus.records import Outcome
from corpus.sieve import Sieve
from corpus.uncollected import uncollected

EACH = 2_000
"""Results in one transaction."""
_LOG_PAGES = 16_384
"""Pages of the write-ahead log (64 MB) before SQLite copies them into the file. At its own 1,000 each transaction of a
load is followed by a copy, which writes the same pages of the look-up keys again and again."""

_SEGMENTS = 16
"""Segments of the search index that are merged together. By four, each word is written anew with each fourfold growth
of the index: beside a million articles commits took 0.1 to 0.42 ms an article, by where in that cycle the index was,
0.136 by sixteen, and 0.06 with no merging."""


def load(
    connection: sqlite3.Connection, results: Iterable[Result], sieve: Sieve, each: int = EACH
) -> Iterator[list[Outcome]]:
    """See ``Corpus.load``."""
    rest = ahead(results, FEW)
    with _for_a_load(connection), sieve.for_a_load():
        while some := list(islice(rest, each)):
            sieve.fill()
            with uncollected():
                outcomes = keep_many(connection, some, sieve)
            yield outcomes


@contextmanager
def _for_a_load(connection: sqlite3.Connection) -> Iterator[None]:
    """Settings for a load. If the process is killed, that of the index stays in the file until the next load ends or
    the index is merged (``tintinh optimize``): searches then look into some more segments."""
    before = connection.execute("PRAGMA wal_autocheckpoint").fetchone()[0]
    connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    with transaction(connection):
        index.merge_from(connection, _SEGMENTS)
    try:
        yield
    finally:
        with transaction(connection):
            index.merge_from(connection, index.SEGMENTS)
        connection.execute(f"PRAGMA wal_autocheckpoint = {before}")
