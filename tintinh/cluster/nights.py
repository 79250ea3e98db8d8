"""A night over many workers: one task for each outlet, from the snapshot of what it must know to a finished part."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus import parted
from corpus.store import Corpus
from crawler.source import Source
from tintinh.cluster.crawling import LOOK, Crawl, crawl_part
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.jobs import Failure, Job
from tintinh.cluster.part import BEGUN, MANIFEST, SNAPSHOT, Part
from tintinh.cluster.running import Workers
from tintinh.cluster.storage import Storage
from tintinh.cluster.versions import READING, code_of

_NIGHT = re.compile(r"\d{14}")
_AGAIN = 60.0
"""Seconds that a further attempt at a part waits: a worker elsewhere that lost its scheduler, and does not know it yet,
has then noticed (Dask gives up a connection after 30) and ended its crawl; and few hosts ask for a longer delay."""


@dataclass
class Crawled:
    """What came of a ``night``, a folder's name: the finished parts, and for outlets without an account a sentence that
    says why, by id."""

    night: str
    parts: list[Part] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


def groups(sources: Sequence[Source]) -> list[list[Source]]:
    """The outlets that must be crawled one after the other, since they share a host; most are alone."""
    found: list[list[Source]] = []
    for source in sources:
        near = [group for group in found if any(not set(source.hosts).isdisjoint(one.hosts) for one in group)]
        found = [group for group in found if group not in near]
        found.append([*(one for group in near for one in group), source])
    return found


def earlier(out: Storage) -> tuple[list[Part], list[str]]:
    """The finished parts of nights in ``out`` that did not come to be taken in, and the folders of those nights."""
    finished = out.files(f"*/*/{MANIFEST}")
    folders = {name.split("/")[0] for name in (*finished, *out.files(f"*/*/{SNAPSHOT}"), *out.files(f"*/*/{BEGUN}"))}
    parts = [Part.at(Storage(out.label(name.rpartition("/")[0]))) for name in finished]
    return [one for one in parts if one is not None], sorted(filter(_NIGHT.fullmatch, folders))


def call_off(out: Storage, night: str) -> bool:
    """Take the snapshots of a night away, at which whoever still crawls for it ends; whether any were there."""
    names = list(out.files(f"{night}/*/{SNAPSHOT}"))
    for name in names:
        out.remove(name)
    return bool(names)


def crawl_night(
    workers: Workers,
    out: Storage,
    corpus_path: Path,
    sources: Sequence[Source],
    options: Mapping[str, Any],
    *,
    near: bool,
    since: date | None = None,
    minutes: float | None = None,
    advance: Callable[[int], None] = lambda outlets: None,
) -> Crawled:
    """Crawl ``sources``, each as one task, into parts below ``out``; what came of it, in the order of its end.

    ``near``: the workers are on this machine. ``minutes`` is how long anything is fetched; ``advance`` is told of
    outlets that are through. However this ends, nobody goes on crawling for it.
    """
    started = datetime.now(UTC)
    night = f"{started:%Y%m%d%H%M%S}"
    crawled = Crawled(night)
    together = {group[0].id: group for group in groups(sources)}
    # In a rehearsal on this machine the delay that was asked for is enough.
    again = float(options["DOWNLOAD_DELAY"]) if near and "DOWNLOAD_DELAY" in options else _AGAIN
    try:
        with Corpus.open(corpus_path) as whole, TemporaryDirectory(prefix="tintinh-night-") as scratch:
            for name, group in together.items():
                path = Path(scratch) / f"{name}.sqlite"
                parted.take_out(whole, path, [one.id for one in group], [host for one in group for host in one.hosts])
                out.put(f"{night}/{name}/{SNAPSHOT}", path)
                path.unlink()
        jobs = [
            Job(
                name,
                crawl_part,
                (
                    Crawl(
                        night=night,
                        name=name,
                        address=out.label(f"{night}/{name}"),
                        sources={one.id: one.model_dump_json() for one in group},
                        options=dict(options),
                        first_file=int(night) * 1000 + 1,
                        code=code_of(READING),
                        pause=max(again, *(one.polite.delay for one in group)),
                        since=since,
                        until=started + timedelta(minutes=minutes) if minutes is not None else None,
                    ),
                ),
            )
            for name, group in together.items()
        ]
        for done in workers.run(jobs, waits=True):
            if isinstance(done, Failure):
                crawled.failures |= {one.id: f"{one.id}: {done.reason}" for one in together[done.name]}
                advance(len(together[done.name]))
                continue
            part = Part.at(Storage(done))
            if part is None:
                raise ClusterError(f"{done}: a worker finished its part, but it is not there; --out must be one place")
            crawled.parts.append(part)
            crawled.failures |= part.manifest.failures
            advance(len(part.manifest.sources))
    finally:
        call_off(out, night)
    return crawled


def wait_for_called_off() -> None:
    """Wait until those whose night was called off have noticed."""
    time.sleep(2 * LOOK)
