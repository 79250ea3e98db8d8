"""Readers of untrusted bytes, given what they do not expect: the short form of ``python -m benchmarks.fuzz``."""

from __future__ import annotations

import multiprocessing
import time
from itertools import islice
from pathlib import Path

import pytest

from benchmarks import fuzz
from benchmarks.fuzz_targets import TARGETS, Target

INPUTS = 150


@pytest.mark.parametrize("name", TARGETS)
def test_every_input_is_read_or_refused_by_name(name: str, tmp_path: Path) -> None:
    result = fuzz.fuzz(name, seconds=240, seed=20261122, keep=tmp_path, most=INPUTS)
    assert result.findings == {}, result.kept
    assert result.inputs == INPUTS
    assert result.refused < result.inputs, "a sound input is read"


def test_the_same_seed_is_the_same_input() -> None:
    for name in ("feed", "query", "artefact"):
        whole = list(islice(fuzz.inputs(TARGETS[name], 5), 40))
        assert next(fuzz.inputs(TARGETS[name], 5, 30)) == whole[30]
        assert len({data for _, data in whole}) > 20
        assert [data for _, data in islice(fuzz.inputs(TARGETS[name], 6), 40)] != [data for _, data in whole]


def _endless(data: bytes, folder: Path) -> None:
    if data == b"2":
        raise KeyError("this")
    if data == b"3":
        while time.process_time() >= 0:
            pass
    if data == b"4":
        bytearray(4 << 30)
    if data == b"5":
        raise ValueError("refused by name")


def test_a_fault_a_hang_and_a_glutton_are_found_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process's own children, forked, so that they know the reader made up here."""
    target = Target(lambda: (b"0",), _endless, (ValueError,))
    monkeypatch.setitem(TARGETS, "made up", target)
    monkeypatch.setattr(fuzz, "_CONTEXT", multiprocessing.get_context("fork"))
    monkeypatch.setattr(fuzz, "DEADLINE", 0.3)
    monkeypatch.setattr(fuzz, "inputs", lambda target, seed, start=0: ((n, str(n).encode()) for n in range(start, 99)))
    result = fuzz.fuzz("made up", seconds=60, seed=0, keep=tmp_path, most=8)
    assert result.inputs == 8
    assert result.refused == 1
    assert sum(result.findings.values()) == 3
    kinds = " | ".join(sorted(result.findings))
    assert "KeyError at" in kinds
    assert "MemoryError at" in kinds
    assert "no end after 0.3 s of processor time" in kinds
    assert sorted(path.read_bytes() for path in tmp_path.iterdir()) == [b"2", b"3", b"4"]
