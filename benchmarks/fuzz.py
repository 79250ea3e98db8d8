"""Does any input break a reader? ``python -m benchmarks.fuzz [--minutes 10] [--reader NAME]…``.

Every reader of bytes that others made (``benchmarks.fuzz_targets``) is given damaged input, made from sound input of
ours by a seed, and input drawn by Hypothesis that is right in form. It must be read, or refused in the one way the
reader names; anything else is a finding: another exception, more than ``DEADLINE`` seconds of processor time, more
memory than ``MEMORY`` bytes, a process that dies. Each kind of finding is kept in a file that gives it again. Exit code
1 where there are findings.
"""

from __future__ import annotations

import logging
import os
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import click

from benchmarks.forked import SERVER
from benchmarks.fuzz_targets import TARGETS, Target
from benchmarks.mutate import damage_bytes

DEADLINE = 10.0
"""Seconds of processor time for one input; the slowest page of a sound kind takes 0.3."""
MEMORY = 1 << 30
"""Bytes that a reader may take beyond what its process holds when it begins."""
LARGEST = 400_000
"""Bytes of one input: as large as the largest saved page, and half again."""

_DRAWN = 400
_CONTEXT: Any = SERVER


@dataclass
class Result:
    """What became of the inputs of one reader; ``findings``: kind → how often, ``kept``: kind → where one lies."""

    inputs: int = 0
    refused: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    kept: dict[str, Path] = field(default_factory=dict)
    slowest: float = 0.0
    seconds: float = 0.0


def inputs(target: Target, seed: int, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Inputs without end, from number ``start`` on; the same number of a seed is the same input."""
    sound = target.seeds()
    drawn = _drawn(target, seed)
    number = start
    while True:
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - damage, not secrets
        if drawn and number % 4 == 0:
            data = drawn[number // 4 % len(drawn)]
            if number // 4 >= len(drawn):  # drawn ones are few: from the second time on they are damaged, too
                data = damage_bytes(data, chance, target.scraps, target.mark)
        else:
            data = chance.choice(sound)
            for _ in range(chance.randint(0 if number < len(sound) else 1, 8)):
                data = damage_bytes(data, chance, target.scraps, target.mark)
            if chance.random() < 0.02:  # what grows faster than its input shows at many times a part of it
                begin = chance.randrange(len(data) + 1)
                data = data[:begin] + data[begin : begin + chance.randint(1, 40)] * 3000 + data[begin:]
        yield number, data[:LARGEST]
        number += 1


@cache
def _drawn(target: Target, seed: int) -> list[bytes]:
    """Inputs that Hypothesis draws, the same for the same seed."""
    if target.made is None:
        return []
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded

    found: list[bytes] = []

    @seeded(seed)
    @settings(
        max_examples=_DRAWN,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(target.made)
    def draw(data: bytes) -> None:
        found.append(data)

    draw()
    return found


def _work(
    name: str, seed: int, start: int, seconds: float, most: int | None, pipe: Connection, at: Any, now: Path
) -> None:
    """Read inputs for so long (of the wall clock) or until there were ``most``, and tell of them through ``pipe``.

    The input that is being read lies in the file ``now``, for whoever outlives this process.
    """
    end = time.time() + seconds  # from here on: to start and to import takes seconds
    logging.disable(logging.CRITICAL)
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - warcio prints; open to the end
    warnings.simplefilter("ignore")  # what a parser warns of, of damaged input, is no finding
    target = TARGETS[name]
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with TemporaryDirectory(prefix="fuzz-") as scratch:
        _read(target, target.seeds()[0], Path(scratch))  # imports what is imported late
        resource.setrlimit(resource.RLIMIT_AS, (_held() + MEMORY, hard))
        for number, data in inputs(target, seed, start):
            if time.time() > end or (most is not None and number >= most):
                break
            at.value = number
            now.write_bytes(data)
            # Its default action ends the process, whatever library does not come back.
            signal.setitimer(signal.ITIMER_PROF, DEADLINE)
            began = time.process_time()
            kind = _read(target, data, Path(scratch))
            seconds = time.process_time() - began
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send((number, kind, seconds, data if kind else b""))
    pipe.send(None)


def _held() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _read(target: Target, data: bytes, folder: Path) -> str | None:
    """None where the input was read, ``""`` where it was refused in a way the reader names, else what is wrong."""
    try:
        target.read(data, folder)
    except target.allowed:
        return ""
    except Exception as error:  # finding them is the purpose
        own = [one for one in traceback.extract_tb(error.__traceback__) if "site-packages" not in one.filename]
        place = next((one for one in reversed(own) if "benchmarks" not in one.filename), own[-1])
        said = str(error).splitlines()[0][:80] if isinstance(error, AssertionError) else ""
        return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno} {said}".strip()
    return None


def fuzz(name: str, *, seconds: float, seed: int, keep: Path, most: int | None = None) -> Result:
    """Fuzz one reader for so long (of the wall clock), or with ``most`` inputs; findings are kept in ``keep``."""
    result = Result()
    began, left, start = time.time(), seconds, 0
    keep.mkdir(parents=True, exist_ok=True)
    now = keep / f".{name}"
    whole = False
    while not whole and left > 0:
        ours, theirs = _CONTEXT.Pipe(duplex=False)
        at = _CONTEXT.Value("q", start)
        process = _CONTEXT.Process(target=_work, args=(name, seed, start, left, most, theirs, at, now), daemon=True)
        running = 0.0
        process.start()
        theirs.close()
        with suppress(EOFError):  # it died
            while (told := ours.recv()) is not None:
                running = running or time.time()
                number, *what = told
                _count(result, *what, keep / f"{name}-{seed}-{number}")
            whole = True
        process.join()
        if not whole:
            code = process.exitcode or 0
            hung = -code == signal.SIGPROF
            kind = f"no end after {DEADLINE:g} s of processor time" if hung else f"the process ended with {code}"
            data = now.read_bytes() if now.exists() else b""
            _count(result, kind, DEADLINE if hung else 0.0, data, keep / f"{name}-{seed}-{at.value}")
            start = at.value + 1
            left -= time.time() - running if running else DEADLINE
    result.seconds = time.time() - began
    now.unlink(missing_ok=True)
    return result


def _count(result: Result, kind: str | None, seconds: float, data: bytes, path: Path) -> None:
    """Count an input; of each kind of finding one is kept, at ``path``."""
    result.inputs += 1
    result.refused += kind == ""
    result.slowest = max(result.slowest, seconds)
    if kind:
        result.findings[kind] += 1
        if kind not in result.kept:
            path.write_bytes(data)
            result.kept[kind] = path


@click.command()
@click.option("--minutes", default=10.0, show_default=True, type=click.FloatRange(min=0), help="For each reader.")
@click.option("--reader", "readers", multiple=True, type=click.Choice(list(TARGETS)), help="Only these.")
@click.option("--seed", default=0, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), default=Path("/tmp/fuzz"), show_default=True)  # noqa: S108
@click.option(
    "--again", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Read one kept input again."
)
def main(minutes: float, readers: tuple[str, ...], seed: int, keep: Path, again: Path | None) -> None:
    """Give readers of untrusted bytes input that they do not expect."""
    if again is not None:
        TARGETS[again.name.split("-")[0]].read(again.read_bytes(), Path(mkdtemp()))
        return
    rows = []
    for name in readers or TARGETS:
        result = fuzz(name, seconds=60 * minutes, seed=seed, keep=keep)
        rows.append(
            f"| {name} | {result.inputs:,} | {100 * result.refused / max(result.inputs, 1):.0f} % |"
            f" {len(result.findings)} | {result.slowest:.2f} s |"
        )
        click.echo(rows[-1], err=True)
        for kind, count in result.findings.most_common():
            click.echo(f"  {count} × {kind}: {result.kept[kind]}", err=True)
    click.echo("| reader | inputs | refused by name | findings | slowest |\n|---|--:|--:|--:|--:|")
    click.echo("\n".join(rows))
    sys.exit(1 if any("| 0 |" not in row for row in rows) else 0)


if __name__ == "__main__":
    main()
