"""``tintinh`` in a process that is to be killed, and the places at which it kills itself.

The processes are forked from a server that has imported everything already (``benchmarks.forked``): of the time of a
night on the loopback, most would be imports, and a kill among them proves nothing. Scrapy's reactor is made after the
fork.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import corpus.agenda
import corpus.erasures
import corpus.forgetting
import corpus.forgotten
import corpus.opinions
import corpus.store
import corpus.upkeep
import crawler.archive
import crawler.forgetting
import crawler.ledger
import crawler.night
import crawler.pipelines
import tintinh.cli
import tintinh.commands.forget
import tintinh.commands.night
import tintinh.report
from benchmarks.forked import SERVER

AFTER: dict[str, tuple[ModuleType | type, str]] = {
    "archived": (crawler.archive.ArchiveWriter, "write"),
    "settled": (crawler.ledger.Ledger, "settle"),
    "noted": (corpus.agenda.Agenda, "find"),
    "read whole": (crawler.ledger.Ledger, "read_whole"),
    "segmented": (corpus.store.Corpus, "add_segmentations"),
    "tagged": (corpus.store.Corpus, "add_taggings"),
    "accounted": (corpus.store.Corpus, "record_night"),
}
"""Places right after a call: of a page between archive and corpus; inside the transactions of a page's outcome, of a
listing's addresses, and of its end; after each batch of opinions; after the account of an outlet."""

BEFORE: dict[str, tuple[ModuleType | type, str]] = {
    "stored": (crawler.pipelines.IngestPipeline, "_counted"),
    "reported": (tintinh.report, "write_report"),
}
"""Places right before a call: after the commit of an outcome; before the report is written."""

CUT = "cut"
"""The place in the middle of a record: a part of its bytes is in the file."""

PLACES = (*AFTER, *BEFORE, CUT)

_FORGOTTEN: dict[str, tuple[ModuleType | type, str]] = {
    "copied": (crawler.forgetting, "rewrite"),
    "taken out": (corpus.forgetting, "_remove"),
    "remembered": (corpus.forgotten, "remember"),
    "replaced": (crawler.forgetting, "replace"),
    "noted as replaced": (corpus.erasures, "done"),
    "merged": (corpus.upkeep, "_merge"),
    "overwritten": (corpus.upkeep, "optimize"),
}
_FORGETTING: dict[str, tuple[ModuleType | type, str]] = {
    "half copied": (crawler.forgetting.shutil, "copymode"),
    "committed": (crawler.forgetting, "replace"),
}
FORGETTING = (*_FORGOTTEN, *_FORGETTING)
"""Places of `tintinh forget`: after the copy of a file; inside the transaction; after a file took its place, and after
that was noted; after the index was merged, and the database written anew; before a copy is whole; after the commit."""


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("SIGKILL cannot be survived")


def doom(place: str, count: int) -> None:
    """Make this process kill itself with SIGKILL when it comes to ``place`` for the ``count``-th time."""
    left = count

    def is_time() -> bool:
        nonlocal left
        left -= 1
        return left == 0

    if place == CUT:
        whole: Callable[[Any, bytes], None] = crawler.archive._write_whole

        def in_part(file: Any, records: bytes) -> None:
            if is_time():
                file.write(records[: len(records) * (count % 4) // 4 + 1])
                _die()
            whole(file, records)

        crawler.archive._write_whole = in_part
        return
    after, before = {**AFTER, **_FORGOTTEN}, {**BEFORE, **_FORGETTING}
    holder, name = after[place] if place in after else before[place]
    real = getattr(holder, name)

    def doomed(*arguments: Any, **named: Any) -> Any:
        if place in after:
            answer = real(*arguments, **named)
            if is_time():
                _die()
            return answer
        if is_time():
            _die()
        return real(*arguments, **named)

    setattr(holder, name, doomed)


def _run(home: str, arguments: Sequence[str], before: Callable[[], None] | None) -> None:
    for name in [name for name in os.environ if name.startswith("TINTINH")]:
        del os.environ[name]
    os.environ["TINTINH_HOME"] = home
    os.chdir(home)
    for stream, name in ((1, "out"), (2, "err")):
        file = os.open(f"{home}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, stream)
        os.close(file)
    if before is not None:
        before()
    sys.argv = ["tintinh", *arguments]
    tintinh.cli.main()


def started(
    home: Path,
    arguments: Sequence[str],
    place: str | None = None,
    count: int = 0,
    before: Callable[[], None] | None = None,
) -> ForkServerProcess:
    """``tintinh`` with ``arguments`` at ``home``, where its words go to the files ``out`` and ``err``.

    With a ``place`` it kills itself there; else ``before`` is called in the process first.
    """
    first = before if place is None else partial(doom, place, count)
    process = SERVER.Process(target=_run, args=(str(home), tuple(arguments), first))
    process.start()
    return process


def code_of(home: Path, *arguments: str) -> int:
    """The exit code of ``tintinh`` with ``arguments`` at ``home``, run to its end."""
    process = started(home, arguments)
    process.join()
    assert process.exitcode is not None  # noqa: S101 - it was joined
    return process.exitcode
