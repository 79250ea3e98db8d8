"""New articles of one transaction that wait to be indexed and counted together."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from corpus import index, tallies
from corpus.records import Article

_AT_MOST = 500
"""Articles held in memory, some 5 MB."""


@dataclass
class Waiting:
    """New articles of this transaction that are not yet in the index and the tallies.

    They go there together, for FTS5 writes a segment of its own for an article that other writes follow. Before a
    stored article is changed or withdrawn they must be there, for it may be one of them.
    """

    connection: sqlite3.Connection
    entries: list[tuple[int, tuple[str, str, str, str]]] = field(default_factory=list)

    def add(self, article_id: int, article: Article) -> None:
        """Let an article wait that was just stored; of those before it must be known whose copies they are."""
        if len(self.entries) >= _AT_MOST:
            self.settle()
        self.entries.append((article_id, index.entry(article)))

    def settle(self) -> None:
        """Index and count all that wait."""
        if self.entries:
            index.add_many(self.connection, self.entries)
            tallies.add(self.connection, [article_id for article_id, _ in self.entries])
            self.entries.clear()
