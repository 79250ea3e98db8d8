"""Many texts segmented in order, by as many processes as there are processors where it pays."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from typing import TypeVar

from corpus.processors import processors
from corpus.records import Segmentation
from nlp.segment import segment_together

K = TypeVar("K")

TOGETHER = 512
"""Texts that are segmented, and sent to a process, at once: with 64 the others now and then wait for the next."""
FEW = 2_048
"""So many texts are not worth another process: each takes a second of processor time to start and to make its
tables, as long as two thousand texts of 1,100 characters take here."""
AHEAD = 4
"""Batches that a process has before it."""
WAITING = 10
"""Batches for each process that are segmented while the next in order is not: what this one makes while the others
start. Some 30 MB of texts of the press."""


def segment_many(items: Iterable[tuple[K, str]], processes: int | None = None) -> Iterator[tuple[K, Segmentation]]:
    """The segmentation of each text, with the key that came with it, in order.

    ``processes`` are as many as there are processors if it is None; this process is one of them and segments, too,
    while it would wait. The others are started where there are more than ``FEW`` texts. ``items`` is read ahead by one
    batch, with processes by ``FEW`` texts, and by ``AHEAD`` batches each. Processes are started afresh, never forked: a
    fork would take open databases and threads along.
    """
    batches = _batches(items)
    others = (processes or processors()) - 1
    first = list(islice(batches, FEW // TOGETHER + 1)) if others else []
    if len(first) <= FEW // TOGETHER:
        for batch in chain(first, batches):
            yield from _paired(batch, segment_together(_texts(batch)))
        return
    with ProcessPoolExecutor(others, mp_context=get_context("spawn")) as pool:
        remaining = chain(first, batches)
        waiting: deque[tuple[list[tuple[K, str]], Future[list[Segmentation]]]] = deque()
        try:
            while True:
                for batch in islice(remaining, AHEAD * others - sum(not future.done() for _, future in waiting)):
                    waiting.append((batch, pool.submit(segment_together, _texts(batch))))
                wait = waiting and (waiting[0][1].done() or len(waiting) >= WAITING * others)
                if not wait and (mine := next(remaining, None)):
                    done: Future[list[Segmentation]] = Future()
                    done.set_result(segment_together(_texts(mine)))
                    waiting.append((mine, done))
                elif waiting:
                    batch, future = waiting.popleft()
                    yield from _paired(batch, future.result())
                else:
                    return
        finally:
            for _, future in waiting:
                future.cancel()


def _texts(batch: list[tuple[K, str]]) -> list[str]:
    return [text for _, text in batch]


def _paired(batch: list[tuple[K, str]], made: list[Segmentation]) -> Iterator[tuple[K, Segmentation]]:
    for (key, _), segmentation in zip(batch, made, strict=True):
        yield key, segmentation


def _batches(items: Iterable[tuple[K, str]]) -> Iterator[list[tuple[K, str]]]:
    remaining = iter(items)
    while batch := list(islice(remaining, TOGETHER)):
        yield batch
