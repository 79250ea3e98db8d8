"""How long a question may take: for a server, which cannot let one reader keep the others waiting."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from corpus.errors import CorpusError

_STEPS = 1_000
"""Instructions of SQLite's machine between two looks at the clock: some 0.1 ms."""


class TookTooLong(CorpusError):  # noqa: N818 - what happened, said to a reader
    """A question was stopped because its time was up; ``seconds`` is the time it was given."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the question took longer than {seconds:g} s and was stopped; ask for less at once")
        self.seconds = seconds


class Deadline:
    """The moment at which questions to one connection are stopped, and the earlier ones inside it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._ends: list[float] = []

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Stop what SQLite does in the block once ``seconds`` have passed; raises ``TookTooLong``.

        Blocks may lie in each other; an inner one never has more time than is left of the outer one.
        """
        end = time.monotonic() + seconds
        self._ends.append(min([end, *self._ends[-1:]]))
        self._watch()
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            raise TookTooLong(seconds) from error
        finally:
            self._ends.pop()
            self._watch()

    def _watch(self) -> None:
        if not self._ends:
            self._connection.set_progress_handler(None, 0)
            return
        end = self._ends[-1]
        # What is returned true stops the statement with SQLITE_INTERRUPT.
        self._connection.set_progress_handler(lambda: time.monotonic() >= end, _STEPS)
