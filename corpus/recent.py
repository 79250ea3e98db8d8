"""The look-up keys of near-duplicates that were stored last: a small table before the large one, and how it is emptied.

A key stands in ``recent_keys`` or in ``duplicate_keys``, never in both with one article; whoever looks for keys asks
both (``corpus.duplicates``), so that it makes no difference to any answer where a key stands.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence

from corpus.database import transaction
from corpus.errors import CorpusError
from corpus.records import Outcome

logger = logging.getLogger(__name__)

AT_MOST = 2_000_000
"""Recent keys (some 49,000 articles, 55 MB, which is about what SQLite's cache holds) above which they are merged."""
_LOOKED_EVERY = 2_000
"""Articles between two looks at how many keys there are, which take up to 10 ms."""
_TOGETHER = 100_000
"""Keys that go over in one transaction: at a million articles some 50 MB of log, and a third of a second of the
processor that a writer waits."""
_PARTS = 20
"""Such transactions one after the other, at most, when something else has just been stored: some six seconds of
the processor at a million articles. What a backfill of months leaves is merged by several nights, and none of them pays
for all."""
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def merge_after(connection: sqlite3.Connection, outcomes: Sequence[Outcome]) -> None:
    """Merge the recent keys if they are too many; looked at with every two-thousandth article stored."""
    new = [one.article_id for one in outcomes if one.kind in ("article", "copy") and one.article_id is not None]
    if new and (new[0] - 1) // _LOOKED_EVERY != new[-1] // _LOOKED_EVERY:
        merge_if_many(connection)


def merge_if_many(connection: sqlite3.Connection) -> None:
    """Merge the recent keys, ``_PARTS`` of them, if there are more than ``AT_MOST``.

    Not inside a transaction, which it would make long. It comes after what the caller had to store, so it never fails:
    where another process writes for too long, or the disk is full, a warning says that the keys stay where they are.
    """
    if connection.in_transaction:
        return
    try:
        if connection.execute("SELECT count(*) FROM recent_keys").fetchone()[0] > AT_MOST:
            merge(connection, _PARTS)
    except (CorpusError, sqlite3.Error) as error:
        logger.warning("the look-up keys of near-duplicates stay among the recent until the next look: %s", error)


def merge(connection: sqlite3.Connection, parts: int | None = None) -> None:
    """Move all recent keys to the others, or so many ``parts`` of them, in the order of keys; call outside of any
    transaction.

    Each part is a transaction of its own: another process writes between two of them, and one that is killed has
    moved whole parts.
    """
    begin, end, moved = _LOWEST, _LOWEST, 0
    while end < _HIGHEST and moved != parts:
        with transaction(connection):
            last = connection.execute(
                "SELECT key FROM recent_keys WHERE key >= ? ORDER BY key LIMIT 1 OFFSET ?", (begin, _TOGETHER - 1)
            ).fetchone()
            end = last[0] if last else _HIGHEST
            connection.execute(
                "INSERT INTO duplicate_keys (key, article_id) SELECT key, article_id FROM recent_keys"
                " WHERE key BETWEEN ? AND ? ORDER BY key, article_id",
                (begin, end),
            )
            connection.execute("DELETE FROM recent_keys WHERE key BETWEEN ? AND ?", (begin, end))
        begin, moved = end, moved + 1
