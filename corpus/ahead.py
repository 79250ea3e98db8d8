"""Articles keyed ahead by a second process, while this one stores.

The process is started afresh (never forked: a fork would take open databases along) and ends with this one, however
that ends: it reads from a pipe whose other end only this one holds.
"""

from __future__ import annotations

import pickle
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Self

from corpus.errors import CorpusError
from corpus.keeping import Result
from corpus.keyed import TOGETHER, Keyed, Texts, keyed, texts_of
from corpus.processors import processors
from corpus.records import Article

FEW = 2_000
"""So many results pass before a process is started: it takes a second and a half to load numpy and datasketch."""
_SENT, _HELD = 64, 72
"""Batches (of ``TOGETHER``) that the process has before it or has made, and batches read ahead: 2,900 articles, some
50 MB. A transaction takes its 2,000 all at once and then writes for a second, in which the next are made."""


def ahead(results: Iterable[Result], few: int = FEW) -> Iterator[Result]:
    """The same results in order, the articles keyed; by a second process from the ``few``-th on, where there are two
    processors.

    ``results`` is read ahead by 2,900 at most. Raises ``CorpusError`` if the process ends before its work.
    """
    rest = iter(results)
    yield from islice(rest, few)
    following = next(rest, None)
    if following is None:
        return
    rest = chain([following], rest)
    if processors() < 2:
        yield from rest
        return
    with _Second() as second:
        held: deque[_Batch] = deque()
        while True:
            while len(held) < _HELD and (some := list(islice(rest, TOGETHER))):
                held.append(_Batch(some, [texts_of(one.result) for one in some if isinstance(one.result, Article)]))
            if not held:
                return
            for batch in islice(held, _SENT):
                second.send(batch)
            batch = held.popleft()
            while batch.made is None and not second.ready():
                # Whoever has time: what was not sent yet is made here, the last first.
                idle = next((one for one in reversed(held) if one.made is None and not one.sent), None)
                if idle is None:
                    break
                idle.made = list(keyed(idle.texts))
            made = iter(second.receive() if batch.made is None else batch.made)
            yield from (
                replace(one, made=next(made)) if isinstance(one.result, Article) else one for one in batch.results
            )


@dataclass
class _Batch:
    results: list[Result]
    texts: list[Texts]
    sent: bool = False
    made: list[Keyed] | None = None


class _Second:
    """The second process; batches come back in the order they were sent in."""

    def __init__(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True, name="tintinh-ahead")
        self._process.start()
        theirs.close()  # so that the process alone holds its end, and its death is seen

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pipe.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()
        self._process.close()

    def send(self, batch: _Batch) -> None:
        """Have a batch keyed, unless that was done or asked for."""
        if batch.sent or batch.made is not None:
            return
        batch.sent = True
        try:
            self._pipe.send_bytes(pickle.dumps(batch.texts, pickle.HIGHEST_PROTOCOL))
        except OSError as error:
            raise self._ended() from error

    def ready(self) -> bool:
        """Whether a batch has come back."""
        return self._pipe.poll()

    def receive(self) -> list[Keyed]:
        """The oldest batch that was sent and not received, waited for."""
        try:
            found = pickle.loads(self._pipe.recv_bytes())  # noqa: S301 - from our own process
        except (EOFError, OSError) as error:
            raise self._ended() from error
        if isinstance(found, BaseException):
            raise found
        made: list[Keyed] = found
        return made

    def _ended(self) -> CorpusError:
        self._process.join(5)
        return CorpusError(
            f"the process that prepares articles ended with code {self._process.exitcode}; what is stored is whole,"
            " and the load can be begun again"
        )


def _serve(pipe: Connection[Any, Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that stores; this one ends with its pipe
    asked: SimpleQueue[bytes | None] = SimpleQueue()
    answers: SimpleQueue[bytes] = SimpleQueue()

    # Read and written by threads of their own: else both processes could wait for the other to read, and this one
    # would stand still while the other writes a transaction. The other one bounds what is in the queues.
    def read() -> None:
        try:
            while True:
                asked.put(pipe.recv_bytes())
        except (EOFError, OSError):
            asked.put(None)

    def write() -> None:
        try:
            while True:
                pipe.send_bytes(answers.get())
        except OSError:
            asked.put(None)  # nobody waits for it any more

    Thread(target=read, daemon=True).start()
    Thread(target=write, daemon=True).start()
    while (batch := asked.get()) is not None:
        try:
            made: object = list(keyed(pickle.loads(batch)))  # noqa: S301 - from our own process
        except Exception as error:
            made = error
        answers.put(pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
