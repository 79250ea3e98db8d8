"""One crawl of a corpus at a time: two at once would ask every outlet twice as fast as it was promised."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from crawler.errors import TintinhError


class AlreadyRunning(TintinhError):  # noqa: N818 - says what is so, not what went wrong
    """Another crawl works on the corpus; the text says which and since when."""


@contextmanager
def alone(corpus_path: Path) -> Iterator[None]:
    """Hold the lock ``<corpus>.lock`` while the block runs; raises ``AlreadyRunning`` where another process has it.

    The lock is the operating system's and ends with its process, however that ends; the file stays.
    """
    path = corpus_path.with_name(corpus_path.name + ".lock")
    made = [folder for folder in (path.parent, *path.parents[1:]) if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with _held(path, corpus_path):
            yield
    finally:
        if made and not corpus_path.exists():  # a crawl that was refused leaves nothing behind
            path.unlink()
            for folder in made:
                with suppress(OSError):  # somebody else has put something there
                    folder.rmdir()


@contextmanager
def _held(path: Path, corpus_path: Path) -> Iterator[None]:
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"{corpus_path}: {_who(path)}; it was left to finish") from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "since": datetime.now().astimezone().isoformat("T", "seconds")}))
        file.flush()
        yield
        file.truncate(0)


def _who(path: Path) -> str:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # the other process has the lock, and has not yet written its name
        return "another process is crawling"
    return f"process {told['pid']} is crawling since {told['since']}"
