"""How long a question may take: for a server, which cannot let one reader keep the others waiting."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from corpus.errors import CorpusError

_STEPS = 50_000
"""Instructions of SQLite's machine between two looks at the clock: some 5 ms. Each look waits until Python is free;
with fifty readers in one process a look every 0.1 ms made a question all waiting."""


class TookTooLong(CorpusError):  # noqa: N818 - what happened, said to a reader
    """A question was stopped because its time was up; ``seconds`` is the time it was given."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the question took longer than {seconds:g} s and was stopped; ask for less at once")
        self.seconds = seconds


PATIENCE = 3
"""How much longer a question may take by the clock than it may work: others work on the same processors."""


class Deadline:
    """The moments at which questions to one connection are stopped, and the earlier ones inside it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._ends: list[tuple[float, float]] = []

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Stop what SQLite does in the block, which must be one thread's, once this has worked for ``seconds``, or
        ``PATIENCE`` times that have passed by the clock; raises ``TookTooLong``.

        Blocks may lie in each other; an inner one never has more time than is left of the outer one.
        """
        work, clock = time.thread_time() + seconds, time.monotonic() + PATIENCE * seconds
        before_work, before_clock = self._ends[-1] if self._ends else (work, clock)
        self._ends.append((min(work, before_work), min(clock, before_clock)))
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
        work, clock = self._ends[-1]

        def is_over() -> bool:
            return time.thread_time() >= work or time.monotonic() >= clock

        # What is returned true stops the statement with SQLITE_INTERRUPT.
        self._connection.set_progress_handler(is_over, _STEPS)
