"""The tables made from facts and opinions: by which rule each is made, and made anew where the rule changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from corpus import duplicates, index, syllables, tallies
from corpus.database import transaction
from corpus.errors import CorpusError
from corpus.opinions import chunks
from corpus.rows import load

RULES = {
    "search": index.RULE,
    "sequences": syllables.RULE,
    "duplicate_keys": duplicates.RULE,
    "tallies": tallies.RULE,
}
"""What is derived → the rule by which this version makes it."""


def renew(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    """Make anew what was made by another rule than this version's; all of it, in one transaction, or nothing."""
    made = dict(connection.execute("SELECT name, rule FROM derived"))
    old = {name for name, rule in RULES.items() if made.get(name) != rule}
    if not old:
        return
    if read_only:
        raise CorpusError(f"{path}: its search index is of another version; open it once for writing")
    with transaction(connection):
        if "search" in old or "sequences" in old:
            index.clear(connection)
            for some in entries(connection, "SELECT id FROM articles ORDER BY id"):
                index.add_many(connection, some)
        if "duplicate_keys" in old:
            duplicates.rebuild(connection)
        if "tallies" in old:
            tallies.rebuild(connection)
        connection.executemany(
            "INSERT OR REPLACE INTO derived (name, rule) VALUES (?, ?)", [(name, RULES[name]) for name in sorted(old)]
        )


def entries(connection: sqlite3.Connection, statement: str) -> Iterator[list[tuple[int, index.Entry]]]:
    """What the index holds of the articles whose ids ``statement`` selects, some at a time."""
    for ids in chunks(connection, statement):
        yield [(stored.id, index.entry(stored.article)) for stored in load(connection, ids)]
