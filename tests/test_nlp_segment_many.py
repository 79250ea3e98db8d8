from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from benchmarks.fuzzed import fuzzed
from nlp import segment_many
from nlp.segment import segment, segment_together


def numbered(count: int) -> list[tuple[int, str]]:
    return list(enumerate(fuzzed(count, seed=4)))


def test_texts_together_are_segmented_as_one_by_one():
    texts = ["", *(text for _, text in numbered(300)), "\n"]
    assert segment_together(texts) == [segment(text) for text in texts]
    assert segment_together([]) == []


def test_processes_give_what_one_gives_in_order(monkeypatch: pytest.MonkeyPatch):
    items = numbered(500)
    alone = list(segment_many.segment_many(items, processes=1))
    assert alone == [(number, segment(text)) for number, text in items]
    started: list[int] = []

    class Pool(ProcessPoolExecutor):
        def __init__(self, processes: int, **named: Any) -> None:
            started.append(processes)
            super().__init__(processes, **named)

    monkeypatch.setattr(segment_many, "FEW", 100)
    monkeypatch.setattr(segment_many, "TOGETHER", 20)
    monkeypatch.setattr(segment_many, "ProcessPoolExecutor", Pool)
    assert list(segment_many.segment_many(iter(items), processes=2)) == alone
    assert started == [1]  # beside this process


def test_a_few_texts_start_no_process(monkeypatch: pytest.MonkeyPatch):
    def no_pool(*given, **named):
        raise AssertionError("a process was started")

    monkeypatch.setattr(segment_many, "ProcessPoolExecutor", no_pool)
    assert len(list(segment_many.segment_many(numbered(50), processes=2))) == 50
    assert list(segment_many.segment_many([], processes=2)) == []


def test_texts_are_read_ahead_within_bounds(monkeypatch: pytest.MonkeyPatch):
    read: list[int] = []

    def items() -> Iterator[tuple[int, str]]:
        for number in range(2_000):
            read.append(number)
            yield number, "Mưa to."

    monkeypatch.setattr(segment_many, "FEW", 100)
    monkeypatch.setattr(segment_many, "TOGETHER", 20)
    made = segment_many.segment_many(items(), processes=2)
    next(made)
    ahead = 20 * (segment_many.AHEAD + segment_many.WAITING + 1)
    assert len(read) <= 120 + ahead
    for _ in range(1_000):
        next(made)
    assert len(read) <= 1_001 + ahead
    made.close()
