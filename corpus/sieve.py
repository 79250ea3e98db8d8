"""Most look-up keys of a new article are nobody's: which ones, told from memory while a load lasts.

A Bloom filter of our own, some lines of numpy: the keys are hashes already, 2,000 articles are asked for at once, and
what it lets through is looked up in the tables all the same. At a million articles the keys of 2,000 lie in 60,000
pages, and to learn that nearly all of them are new is the dearest part of storing them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING

from corpus import rows

if TYPE_CHECKING:
    import numpy as np

_BITS = 29
"""64 MB. Beside the keys of a million articles, 41 million, it lets through 2 of 100 that nobody has; beside those of
ten million articles 60 of 100, and is still right."""
_KEYS_EACH = 40
"""Keys of an article, about: 32 bands and its paragraphs."""
_PRICE = 10
"""To read the keys of one stored article takes a tenth of the time of looking up those of a new one (at a million
articles 0.018 ms of the processor, and 0.16 to 0.2)."""
_AT_ONCE = 100_000


class Sieve:
    """Which keys may be stored: one for a connection, and all that is stored through the connection goes by it.

    Nobody else tells it of what this connection stores (``add``): SQLite tells only of others. While a load lasts it is
    filled from the tables once so many keys were looked up that it pays; it is emptied when another process has stored
    something, and when the load ends. Empty, it lets everything through and holds nothing.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._bits: np.ndarray | None = None
        self._version: int | None = None
        self._asked = 0

    @contextmanager
    def for_a_load(self) -> Iterator[None]:
        """Hold nothing before a load and after it; of a load inside a load, the outer one begins again."""
        self._empty()
        try:
            yield
        finally:
            self._empty()

    def fill(self) -> None:
        """Read all keys, if that pays by now; call between transactions, for it takes twenty seconds at a million."""
        if self._bits is not None or self._connection.in_transaction:
            return
        if self._asked * _PRICE < rows.last_id(self._connection) * _KEYS_EACH:
            return
        import numpy as np

        self._bits = np.zeros(1 << (_BITS - 3), np.uint8)
        self._connection.execute("BEGIN")  # so that the version is that of the keys
        try:
            self._version = self._stored_version()
            found = self._connection.execute("SELECT key FROM duplicate_keys UNION ALL SELECT key FROM recent_keys")
            while some := found.fetchmany(_AT_ONCE):
                self.add(np.fromiter(chain.from_iterable(some), np.int64, len(some)))
        except BaseException:
            self._bits = None
            raise
        finally:
            self._connection.execute("ROLLBACK")

    def begin(self) -> None:
        """Forget everything if another process has stored something since; call in a transaction that writes."""
        if self._bits is not None and self._stored_version() != self._version:
            self._empty()

    def _empty(self) -> None:
        self._bits, self._asked = None, 0

    def _stored_version(self) -> int:
        # SQLite changes it for this connection when another one has committed, and never for our own commits.
        version: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return version

    def add(self, keys: np.ndarray) -> None:
        """Learn that these keys (64-bit signed) are stored."""
        if self._bits is None:
            return
        for places in _places(keys):
            for bit in range(8):
                self._bits[places[(places & 7) == bit] >> 3] |= 1 << bit

    def among(self, keys: np.ndarray) -> np.ndarray:
        """Those of ``keys`` that may be stored; the others are not."""
        self._asked += len(keys)
        if self._bits is None:
            return keys
        import numpy as np

        one, other = (self._bits[places >> 3] >> (places & 7).astype(np.uint8) for places in _places(keys))
        found: np.ndarray = keys[(one & other & 1) == 1]
        return found


def _places(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two bits for each key."""
    mask = (1 << _BITS) - 1
    return keys & mask, (keys >> _BITS) & mask
