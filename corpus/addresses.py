"""What became of each address, and whether it may become something else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from fnmatch import fnmatchcase

from corpus.records import Outcome

TRANSIENT_REASONS = (
    "http_5*",
    "http_403",  # what a firewall answers to a whole night, for a while
    "http_408",
    "http_429",
    "timeout",
    "dns",
    "connection",
    "tls",
    "robots",  # a rule of the day; asking again costs one robots.txt
)
"""Rejections (shell patterns) after which an address is not done: the next night tries it again."""


def is_transient(reason: str) -> bool:
    """Whether a rejection for ``reason`` may come out otherwise another night."""
    return any(fnmatchcase(reason, pattern) for pattern in TRANSIENT_REASONS)


def outcome(connection: sqlite3.Connection, url: str) -> Outcome | None:
    """See ``Corpus.outcome``."""
    row = connection.execute(
        """SELECT source, kind, outcomes.article_id, head_id, similarity, reason, detail
           FROM outcomes LEFT JOIN copies USING (article_id) WHERE url = ?""",
        (url,),
    ).fetchone()
    if row is None:
        return None
    source, kind, article_id, head_id, similarity, reason, detail = row
    if kind == "article" and head_id is not None:
        kind = "copy"
    return Outcome(url, source, kind, article_id, head_id, similarity, reason, detail)


def met(connection: sqlite3.Connection, addresses: Iterable[str]) -> set[str]:
    """Those of these addresses of which the corpus knows what became of them."""
    found = connection.execute(
        "SELECT value FROM json_each(?) WHERE value IN (SELECT url FROM outcomes)", (json.dumps(list(addresses)),)
    )
    return {row[0] for row in found}


def note_new(connection: sqlite3.Connection, notes: Iterable[tuple[object, ...]]) -> None:
    """Store what became of addresses that were never met: rows of ``outcomes`` without ``tries``."""
    connection.executemany(
        """INSERT INTO outcomes (url, source, kind, reason, detail, article_id, page_id, at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        notes,
    )
