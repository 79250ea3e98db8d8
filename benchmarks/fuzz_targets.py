"""The readers of bytes that others made, each as a function that may refuse its input in named ways only."""

from __future__ import annotations

from benchmarks import fuzz_files, fuzz_typed, fuzz_web
from benchmarks.fuzz_target import Target

TARGETS: dict[str, Target] = {**fuzz_web.TARGETS, **fuzz_files.TARGETS, **fuzz_typed.TARGETS}
"""Every reader by name."""
