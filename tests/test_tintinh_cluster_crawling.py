"""A part is made once, by this code, by one crawl at a time, while its night is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from corpus.store import Corpus
from crawler.source import load_sources
from tests.parted_nights import night_in_part, task_of
from tests.small_paper import Answer, Paper, running
from tintinh.cluster import crawling
from tintinh.cluster.crawling import crawl_part
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.jobs import Job
from tintinh.cluster.nights import call_off, crawl_night, earlier, groups
from tintinh.cluster.part import Part, begun
from tintinh.cluster.storage import Storage


@pytest.fixture
def paper() -> Iterator[Paper]:
    with running() as paper:
        yield paper


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that crawls waited for, without waiting; none of them asks for anything."""
    seconds: list[float] = []
    monkeypatch.setattr(crawling, "time", SimpleNamespace(sleep=seconds.append))

    def crawled(task: object, told: object, folder: Path) -> str:
        seconds.append(-1)
        return "not crawled"

    monkeypatch.setattr(crawling, "_crawled", crawled)
    return seconds


def test_an_attempt_that_is_not_the_first_leaves_the_host_in_peace_before_it_asks(
    tmp_path: Path, paper: Paper, waits: list[float]
) -> None:
    task = task_of(tmp_path, paper, pause=60.0)
    _, again = begun(Storage(task.address))  # by a worker that died
    assert not again
    crawl_part(task)
    assert waits == [60.0, -1]
    crawl_part(task)
    assert waits == [60.0, -1], "what is finished is made by nobody again"


def test_the_first_attempt_waits_for_nothing(tmp_path: Path, paper: Paper, waits: list[float]) -> None:
    crawl_part(task_of(tmp_path, paper, pause=60.0))
    assert waits == [-1]


@pytest.mark.parametrize(
    ("near", "options", "pause"),
    [(False, {"DOWNLOAD_DELAY": 0}, 60.0), (True, {"DOWNLOAD_DELAY": 2.5}, 2.5), (True, {}, 60.0)],
)
def test_another_attempt_is_told_to_wait_a_minute_but_in_a_rehearsal(
    tmp_path: Path, near: bool, options: dict[str, Any], pause: float
) -> None:
    source = next(iter(load_sources().values()))
    assert source.polite.delay < 2.5
    given: list[float] = []

    class Nobody:
        def run(self, jobs: Sequence[Job[str]], *, waits: bool) -> Iterator[str]:
            given.extend(job.arguments[0].pause for job in jobs)
            return iter(())

    Corpus.open(tmp_path / "corpus.sqlite").close()
    out: Any = Storage(str(tmp_path / "out"))
    workers: Any = Nobody()
    crawl_night(workers, out, tmp_path / "corpus.sqlite", [source], options, near=near)
    assert given == [pause]


def test_a_night_that_was_called_off_ends_its_crawls(
    tmp_path: Path, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawling, "LOOK", 0.05)
    paper.answers["/robots.txt"] = Answer(by_hand=lambda handler: call_off_and_wait(tmp_path))
    with pytest.raises(ClusterError, match="was called off"):
        night_in_part(tmp_path, paper, 20261122170000)
    assert paper.asked == ["/robots.txt"]
    assert earlier(Storage(str(tmp_path / "parts"))) == ([], ["20261122170000"])


def call_off_and_wait(home: Path) -> None:
    assert call_off(Storage(str(home / "parts")), "20261122170000")


def test_other_code_makes_no_part(tmp_path: Path, paper: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crawling, "code_of", lambda packages: "another")
    with pytest.raises(ClusterError, match="install the same tintinh there"):
        night_in_part(tmp_path, paper)
    assert paper.asked == []


def test_outlets_that_share_a_host_go_together() -> None:
    some = list(load_sources().values())[:4]
    hosts = (("a", "b"), ("c",), ("d", "c2"), ("b", "c"))
    sources = [one.model_copy(update={"hosts": names}) for one, names in zip(some, hosts, strict=True)]
    assert [[one.id for one in group] for group in groups(sources)] == [
        [some[2].id],
        [some[0].id, some[1].id, some[3].id],
    ]


def test_a_part_of_another_shape_is_said(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    assert Part.at(storage) is None
    storage.write("_part.json", b'{"kind": "night"}')
    with pytest.raises(ClusterError, match="is no manifest of this tintinh"):
        Part.at(storage)
