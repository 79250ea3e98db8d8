"""Many texts segmented in order, by as many processes as there are processors where it pays."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from typing import TypeVar

from corpus.records import Segmentation
from nlp.segment import segment_together

K = TypeVar("K")

TOGETHER = 64
"""Texts that are segmented, and sent to a process, at once."""
FEW = 8_192
"""So many texts are segmented within this process, before others are started: each takes a second of
processor time to start and to make its tables, as long as two thousand texts of 1,100 characters take here."""


def segment_many(items: Iterable[tuple[K, str]], processes: int | None = None) -> Iterator[tuple[K, Segmentation]]:
    """The segmentation of each text, with the key that came with it, in order.

    ``processes`` are as many as there are processors if it is None; they begin after the first ``FEW`` texts, where
    there are more. ``items`` is read ahead by one batch, with processes by four batches each. Processes are started
    afresh, never forked: a fork would take open databases and threads along.
    """
    batches = _batches(items)
    processes = processes or _processors()
    for batch in islice(batches, FEW // TOGETHER) if processes > 1 else batches:
        yield from _paired(batch, segment_together([text for _, text in batch]))
    following = next(batches, None)
    if following is None:
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting: deque[tuple[list[tuple[K, str]], Future[list[Segmentation]]]] = deque()
        try:
            for batch in chain([following], batches):
                waiting.append((batch, pool.submit(segment_together, [text for _, text in batch])))
                if len(waiting) >= 4 * processes:
                    yield from _next(waiting)
            while waiting:
                yield from _next(waiting)
        finally:
            for _, future in waiting:
                future.cancel()


def _paired(batch: list[tuple[K, str]], made: list[Segmentation]) -> Iterator[tuple[K, Segmentation]]:
    for (key, _), segmentation in zip(batch, made, strict=True):
        yield key, segmentation


def _next(
    waiting: deque[tuple[list[tuple[K, str]], Future[list[Segmentation]]]],
) -> Iterator[tuple[K, Segmentation]]:
    batch, future = waiting.popleft()
    return _paired(batch, future.result())


def _batches(items: Iterable[tuple[K, str]]) -> Iterator[list[tuple[K, str]]]:
    remaining = iter(items)
    while batch := list(islice(remaining, TOGETHER)):
        yield batch


def _processors() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
