"""``tintinh night --dask``: a night over two Dask workers is the night of one process, also when a worker is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.store import Corpus
from crawler.verify import Checked, verify
from tests.command import ROOT, tintinh
from tests.parted_nights import shared
from tests.test_tintinh_night import OUTLETS, asked_articles, corpus_of, words
from tintinh.loopback import Fault, LoopbackNewspaper

HOST = "baohagiang.vn"


@pytest.fixture(scope="module")
def paper() -> Iterator[LoopbackNewspaper]:
    with LoopbackNewspaper() as paper:
        yield paper


@pytest.fixture(scope="module")
def whole(paper: LoopbackNewspaper, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The night of one process."""
    home = tmp_path_factory.mktemp("whole")
    done = tintinh(*words(paper, "--json"), home=home)
    assert done.code == 0, done.err
    return home


def parts_of(home: Path) -> Path:
    """Where the parts of a night lie, unless it is said."""
    return home / "data" / "var" / "corpus.sqlite.parts"


def assert_equal(home: Path, whole: Path, out: Path | None = None) -> None:
    with Corpus.open(corpus_of(home), read_only=True) as corpus:
        assert corpus.check() == []
        assert corpus.stats().tagged == corpus.stats().articles > 40
        assert list(verify(home / "data" / "archive", corpus.connection, Checked())) == []
    assert shared(corpus_of(home)) == shared(corpus_of(whole))
    assert not list((out or parts_of(home)).iterdir()), "parts that were merged are gone"


def test_two_workers_make_the_night_of_one_process(paper: LoopbackNewspaper, whole: Path, tmp_path: Path) -> None:
    first = tintinh(*words(paper, "--json", "--dask", "local:2", "--out", str(tmp_path / "out")), home=tmp_path)
    assert first.code == 0, first.err
    assert "Dask's dashboard: http://127.0.0.1:" in first.err
    assert [row["source"] for row in first.rows()] == list(OUTLETS)
    assert all(row["findings"] == [] and row["verdict"] == "as expected" for row in first.rows())
    assert_equal(tmp_path, whole, tmp_path / "out")


def crawls() -> dict[int, tuple[int, str]]:
    """The crawls that run on this machine: process → its parent, and its job file."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        if b"tintinh.cluster.crawling" in command:
            found[int(folder.name)] = (parent, command[-2].decode())
    return found


def test_a_worker_killed_in_the_night_is_made_good_and_the_host_is_left_in_peace(
    paper: LoopbackNewspaper, whole: Path, tmp_path: Path
) -> None:
    paper.faults[(HOST, "*")] = Fault(wait=0.05)
    before = set(crawls())
    start = len(paper.requests)
    with (tmp_path / "said").open("w+", encoding="utf-8") as said:
        night = subprocess.Popen(
            [sys.executable, "-c", "from tintinh.cli import main; main()", *words(paper, "--dask", "local:2")],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TINTINH_HOME": str(tmp_path)},
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        try:
            child, worker = _among_the_articles(paper, start, before, night)
            os.kill(worker, signal.SIGKILL)
            killed_at, asked = time.monotonic(), _of_host(paper, start)
            until = killed_at + 5
            while child in crawls() and time.monotonic() < until:
                time.sleep(0.01)
            assert child not in crawls(), "a crawl ends with its worker"
            while _of_host(paper, start) <= asked + 1 and night.poll() is None:  # one may have been under way
                time.sleep(0.01)
            assert time.monotonic() - killed_at >= 1.0, "the next one waits as long as between two requests"
            night.wait(timeout=120)
        finally:
            night.kill()
            night.wait()
            paper.faults.clear()
        said.seek(0)
        told = said.read()
    assert night.returncode == 0, told
    assert "Traceback" not in told
    robots = [one for one in paper.requests[start:] if (one.host, one.path) == (HOST, "/robots.txt")]
    assert len(robots) == 2, "the outlet was crawled twice"
    assert_equal(tmp_path, whole)


def _of_host(paper: LoopbackNewspaper, start: int) -> int:
    return sum(one.host == HOST for one in paper.requests[start:])


def _among_the_articles(
    paper: LoopbackNewspaper, start: int, before: set[int], night: subprocess.Popen[bytes]
) -> tuple[int, int]:
    """The crawl of the slow outlet, once it has fetched some articles, and the worker it belongs to."""
    until = time.monotonic() + 90
    while time.monotonic() < until and night.poll() is None:
        if len(asked_articles(paper, start)) >= 5:
            for pid, (parent, job) in crawls().items():
                if pid not in before and "bao_ha_giang" in Path(job).read_text(encoding="utf-8"):
                    return pid, parent
        time.sleep(0.005)
    raise AssertionError("the outlet was not crawled")


def test_parts_of_a_night_that_was_stopped_are_taken_in_first(
    paper: LoopbackNewspaper, whole: Path, tmp_path: Path
) -> None:
    """The command is killed when one outlet has its part and the other has not."""
    paper.faults[(HOST, "*")] = Fault(wait=0.5)
    command = [sys.executable, "-c", "from tintinh.cli import main; main()", *words(paper, "--dask", "local:2")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TINTINH_HOME": str(tmp_path)}
    before = set(crawls())
    night = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 90
        while not list(parts_of(tmp_path).glob("*/bao_dong_thap/_part.json")):
            assert time.monotonic() < until
            assert night.poll() is None
            time.sleep(0.02)
    finally:
        night.kill()
        night.wait()
        paper.faults.clear()
    until = time.monotonic() + 20
    while set(crawls()) - before and time.monotonic() < until:
        time.sleep(0.02)
    assert set(crawls()) <= before, "nobody goes on crawling"
    with Corpus.open(corpus_of(tmp_path), read_only=True) as corpus:
        assert corpus.stats().articles == 0
    again = tintinh(*words(paper, "--dask", "local:2"), home=tmp_path)
    assert again.code == 0, again.err
    assert "1 parts of a night that was stopped were taken in: bao_dong_thap" in again.err
    one, other = shared(corpus_of(tmp_path)), shared(corpus_of(whole))
    for name in ("articles", "outcomes", "addresses", "listings", "revisions"):
        assert one[name] == other[name]


def test_options_that_say_nothing_are_mistakes(tmp_path: Path) -> None:
    done = tintinh("night", "--out", "parts", home=tmp_path)
    assert (done.code, "give it with --dask" in done.err) == (1, True)
    done = tintinh("night", "--dask", "2", home=tmp_path)
    assert "is neither local:N" in done.err
    done = tintinh("night", "--dask", "local:2", "--sources", OUTLETS[0], home=tmp_path)
    assert done.code == 1
    assert "needs a contact" in done.err
    assert not list(tmp_path.rglob("*parts"))


def test_no_time_left_is_said(paper: LoopbackNewspaper, tmp_path: Path) -> None:
    done = tintinh(*words(paper, "--json", "--dask", "local:1", "--max-minutes", "0.001"), home=tmp_path)
    assert done.code == 1
    assert {json.loads(line)["source"] for line in done.out.splitlines()} == set(OUTLETS)
    assert "no worker was free before the night was over" in done.err
    with Corpus.open(corpus_of(tmp_path), read_only=True) as corpus:
        assert corpus.nights() == []
