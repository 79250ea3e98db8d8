"""Crawling: the night of one outlet, or of outlets that share a host, on whatever machine a worker runs.

A crawl is a process of its own (``python -m tintinh.cluster.crawling JOB``), for Scrapy's reactor does not start
twice. It ends with its worker, at once: the part is made anew elsewhere, and a host must not be asked by two.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus import parted
from crawler.errors import NightFailed
from crawler.journal import Journal
from crawler.source import Source
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.part import (
    ARCHIVE,
    JOURNAL,
    SNAPSHOT,
    Part,
    PartManifest,
    begun,
    made_of,
    publish,
)
from tintinh.cluster.storage import Storage
from tintinh.cluster.versions import READING, code_of

_THIS = "tintinh.cluster.crawling"
LOOK = 5.0
"""Seconds after which a crawl looks whether it was called off."""


@dataclass(frozen=True)
class Crawl:
    """What a worker needs to crawl a part of the night ``night``, whose snapshot lies at ``address``.

    ``sources`` are the outlets as JSON, by id; ``options`` Scrapy settings; ``since`` a day; ``until`` the moment at
    which fetching is to end (aware), None where it may take as long as it takes. An attempt that is not the first waits
    ``pause`` seconds, for the host was asked a moment ago. ``code`` is that of the process that asks.
    """

    night: str
    name: str
    address: str
    sources: dict[str, str]
    options: dict[str, Any]
    first_file: int
    code: str
    pause: float
    since: date | None = None
    until: datetime | None = None


def crawl_part(task: Crawl) -> str:
    """Crawl the outlets of a part one after the other and publish it; its address.

    What one of them fails by stands in the manifest. Raises ``ClusterError`` where the part was called off
    (``call_off``), or where this is another tintinh.
    """
    if (code := code_of(READING)) != task.code:
        raise ClusterError(
            f"{task.name}: this worker has the code {code}, the command {task.code}; install the same tintinh there"
        )
    storage = Storage(task.address)
    if Part.at(storage) is not None:
        return task.address  # another worker had finished it when it was lost
    if not storage.files(SNAPSHOT):
        raise ClusterError(
            f"{task.address}: holds no snapshot; the night was called off, or --out is not one place for all workers"
        )
    attempt, again = begun(storage)
    if again:
        time.sleep(task.pause)
    with TemporaryDirectory(prefix="tintinh-night-") as scratch:
        folder = Path(scratch)
        storage.get(SNAPSHOT, folder / SNAPSHOT)
        shutil.copyfile(folder / SNAPSHOT, folder / "corpus.sqlite")
        Journal(folder / JOURNAL).close()
        failures = {}
        for name, told in task.sources.items():
            if (failure := _crawled(task, told, folder)) is not None:
                failures[name] = failure
        parted.note_learnt(folder / "corpus.sqlite", folder / SNAPSHOT, folder / JOURNAL)
        archive = folder / "archive"
        files = {f"{ARCHIVE}{path.relative_to(archive).as_posix()}": path for path in sorted(archive.glob("*/*"))}
        files[JOURNAL] = folder / JOURNAL
        manifest = PartManifest(
            night=task.night,
            name=task.name,
            code=code,
            attempt=attempt,
            sources=task.sources,
            files={name: made_of(path) for name, path in files.items()},
            failures=failures,
        )
        publish(storage, files, manifest)
    return task.address


def _crawled(task: Crawl, source: str, folder: Path) -> str | None:
    """Crawl one outlet in a process of its own; None, or the sentence that says why it has no account."""
    options = {
        **task.options,
        "CORPUS_PATH": str(folder / "corpus.sqlite"),
        "ARCHIVE_DIR": str(folder / "archive"),
        "JOURNAL_PATH": str(folder / JOURNAL),
        "ARCHIVE_FIRST": task.first_file,
    }
    name = json.loads(source)["id"]
    if task.until is not None:
        left = (task.until - datetime.now(UTC)).total_seconds()
        if left < 1:
            return f"{name}: no worker was free before the night was over; it is due in the next"
        options["CLOSESPIDER_TIMEOUT"] = left
    job = folder / "job.json"
    since = task.since.isoformat() if task.since else None
    job.write_text(json.dumps({"source": source, "options": options, "since": since}), encoding="utf-8")
    said = folder / "said.txt"
    with said.open("w", encoding="utf-8") as errors:
        # Its standard input is never written to: it ends when this process does, and says so to the crawl.
        child = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", _THIS, str(job)], stdin=subprocess.PIPE, stdout=errors, stderr=errors
        )
        try:
            code = _awaited(child, Storage(task.address))
        finally:
            child.kill()
            child.wait()
            if child.stdin is not None:
                child.stdin.close()
    sys.stderr.write(said.read_text(encoding="utf-8", errors="replace"))  # into the worker's own log
    result = folder / "result.json"
    if code == 0 and result.exists():
        failure: str | None = json.loads(result.read_text(encoding="utf-8"))
        result.unlink()
        return failure
    tale = [line for line in said.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return f"{name}: the crawl ended with {code}: {tale[-1] if tale else 'it said nothing'}"


def _awaited(child: subprocess.Popen[bytes], storage: Storage) -> int:
    """How the crawl ended; raises ``ClusterError`` where its part was called off."""
    while True:
        try:
            return child.wait(LOOK)
        except subprocess.TimeoutExpired:
            if not storage.files(SNAPSHOT):
                raise ClusterError(f"{storage.address}: was called off") from None


def main() -> None:
    """Crawl the outlet of the job file that the command line names; the result lies beside it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    path = Path(sys.argv[1])
    job = json.loads(path.read_text(encoding="utf-8"))
    from crawler.night import crawl

    if job["options"].get("LOG_LEVEL") == "ERROR":  # as commands/collect.py: what is a finding needs no traceback
        robots = logging.getLogger("scrapy.downloadermiddlewares.robotstxt")
        robots.addFilter(lambda record: record.levelno >= logging.CRITICAL)
    since = date.fromisoformat(job["since"]) if job["since"] else None
    failure = None
    try:
        crawl([Source.model_validate_json(job["source"])], job["options"], since=since)
    except NightFailed as error:
        failure = error.failures[0]
    path.with_name("result.json").write_text(json.dumps(failure), encoding="utf-8")


def _end_with_parent() -> None:
    """End this process at once when the worker that began it is gone, whatever took it."""
    while os.read(0, 1):  # not sys.stdin, whose lock Python asks for when it ends
        continue
    os._exit(70)


if __name__ == "__main__":
    main()
