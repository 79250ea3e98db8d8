"""The night as cron starts it: against the loopback newspaper, killed, started twice, with faults of every kind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from corpus.store import Corpus
from crawler.source import SOURCES
from tests.command import ROOT, Done, tintinh
from tintinh.loopback import Fault, LoopbackNewspaper

OUTLETS = ("bao_ha_giang", "bao_dong_thap")


@pytest.fixture
def paper() -> Iterator[LoopbackNewspaper]:
    with LoopbackNewspaper() as paper:
        yield paper


def words(paper: LoopbackNewspaper, *more: str, command: str = "night") -> list[str]:
    mapped = [part for host, url in paper.connect_to.items() for part in ("--connect-to", f"{host}={url}")]
    sources = ["--sources", ",".join(OUTLETS)] if command == "night" and "--sources" not in more else []
    return [command, *sources, *mapped, "--delay", "0", *more]


def night(home: Path, paper: LoopbackNewspaper, *more: str) -> Done:
    return tintinh(*words(paper, *more, "--json"), home=home)


def corpus_of(home: Path) -> Path:
    return home / "data" / "var" / "corpus.sqlite"


def what_is_stored(home: Path) -> dict[str, Any]:
    with Corpus.open(corpus_of(home), read_only=True) as corpus:
        assert corpus.check() == []
        return {one.article.url: (one.article.title, one.article.text) for one in corpus.articles()}


def asked_articles(paper: LoopbackNewspaper, start: int) -> list[str]:
    with_number = [one for one in paper.requests[start:] if one.host == "baohagiang.vn"]
    return [one.path for one in with_number if one.path.count("/") > 3 and one.status == 200]


def test_a_night_does_everything_and_a_second_fetches_nothing(tmp_path: Path, paper: LoopbackNewspaper) -> None:
    plan = tintinh(*words(paper, "--dry-run", "--json"), home=tmp_path)
    assert (plan.code, [row["source"] for row in plan.rows()]) == (0, list(OUTLETS))
    assert plan.rows()[0]["addresses"][0].startswith("https://baohagiang.vn/")
    assert paper.requests == []
    assert not (tmp_path / "data").exists(), "a dry run writes nothing"

    first = night(tmp_path, paper)
    assert first.code == 0, first.err
    rows = first.rows()
    assert [row["source"] for row in rows] == list(OUTLETS)
    assert all(row["stored"] > 10 and row["waiting"] < 4 and row["findings"] == [] for row in rows)
    assert "\x1b" not in first.err, "no progress bar in a pipe"
    assert (tmp_path / "data" / "var" / "report.html").stat().st_size > 10_000
    stored = sum(row["stored"] + row["copies"] for row in rows)
    with Corpus.open(corpus_of(tmp_path), read_only=True) as corpus:
        stats = corpus.stats()
    assert (stats.articles, stats.tagged, stats.segmented) == (stored, stored, stored)

    start = len(paper.requests)
    second = night(tmp_path, paper)
    assert second.code == 0, second.err
    assert all(row["found"] - row["waiting"] <= row["known"] >= 20 for row in second.rows())
    later = paper.requests[start:]
    assert asked_articles(paper, start) == []
    # An index of sitemaps may stay as it is while they change, so it alone is read again.
    read = [one.path for one in later if one.status == 200 and one.path != "/robots.txt"]
    assert len(read) <= 1, read
    assert sum(one.status == 304 for one in later) >= 6
    again = tintinh(*words(paper, "--dry-run"), home=tmp_path)
    assert "a dry run" in again.err


def test_one_broken_file_and_one_failing_outlet_stop_no_other(tmp_path: Path, paper: LoopbackNewspaper) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    for name in OUTLETS:
        shutil.copy(SOURCES / f"{name}.toml", folder)
    (folder / "bao_hong.toml").write_text('id = "bao_hong"\nkhoa = \n', encoding="utf-8")
    Corpus.open(corpus_of(tmp_path)).close()
    with closing(sqlite3.connect(corpus_of(tmp_path))) as connection, connection:
        # The account of this outlet's night, and of no other's, cannot be written.
        connection.execute(
            "CREATE TRIGGER broken BEFORE INSERT ON nights WHEN NEW.source = 'bao_dong_thap'"
            " BEGIN SELECT RAISE(ABORT, 'no room for it'); END"
        )
    done = tintinh(
        *words(paper, "--sources-dir", str(folder), "--json", "--sources", "bao_hong,bao_ha_giang"), home=tmp_path
    )
    assert done.code == 2, done.err
    assert {row["source"]: row.get("failed", "")[-40:] for row in done.rows()}.keys() == {"bao_ha_giang", "bao_hong"}
    assert "bao_hong.toml: is not TOML" in done.err

    done = night(tmp_path, paper)
    assert done.code == 2, done.err
    rows = {row["source"]: row for row in done.rows()}
    assert rows["bao_ha_giang"]["known"] > 0
    assert "ended without an account of its night" in rows["bao_dong_thap"]["failed"]
    with Corpus.open(corpus_of(tmp_path), read_only=True) as corpus:
        assert corpus.stats().tagged == corpus.stats().articles > 30, (
            "what it fetched is stored and tagged all the same"
        )


def test_a_night_without_a_contact_cannot_run(tmp_path: Path) -> None:
    done = tintinh("night", "--sources", OUTLETS[0], home=tmp_path)
    assert done.code == 1
    assert "needs a contact" in done.err
    assert not (tmp_path / "data").exists()
    done = tintinh("night", "--sources", "bao_khong_co", home=tmp_path)
    assert done.code == 1
    assert "bao_khong_co is no source" in done.err


def test_an_outlet_that_is_down_is_a_sentence_and_its_news_come_later(tmp_path: Path, paper: LoopbackNewspaper) -> None:
    paper.faults[("baohagiang.vn", "/robots.txt")] = Fault(500)
    down = night(tmp_path, paper)  # which finds no traceback in what it says
    assert down.code == 2
    assert "https://baohagiang.vn/robots.txt could not be read (http_500), so nothing of that host" in down.err
    assert {row["source"]: row["stored"] > 0 for row in down.rows()} == {"bao_ha_giang": False, "bao_dong_thap": True}
    assert {one.path for one in paper.requests if one.host == "baohagiang.vn"} == {"/robots.txt"}
    paper.faults.clear()
    up = night(tmp_path, paper)
    assert (up.code, up.rows()[0]["stored"] + up.rows()[0]["copies"]) == (0, 23), up.err


def test_a_corpus_locked_by_another_program_is_said_before_anybody_is_asked(
    tmp_path: Path, paper: LoopbackNewspaper
) -> None:
    Corpus.open(corpus_of(tmp_path)).close()
    code = "import corpus.database as d; d.BUSY_SECONDS = 0.2; from tintinh.cli import main; main()"
    with closing(sqlite3.connect(corpus_of(tmp_path), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = subprocess.run(
            [sys.executable, "-c", code, *words(paper)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TINTINH_HOME": str(tmp_path)},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "tintinh: the corpus cannot be written to: database is locked",
        "next: wait until the night or the other command that writes has ended, and run this again",
    ]
    assert paper.requests == []


def test_killed_and_run_again_is_an_unbroken_night(tmp_path: Path, paper: LoopbackNewspaper) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for home in (whole, broken):
        home.mkdir()
    assert night(whole, paper).code == 0
    paper.faults[("baohagiang.vn", "*")] = Fault(wait=0.03)
    for rounds in range(4):
        start = len(paper.requests)
        child = started(broken, paper)
        # Each time a little later: among the listings, among the articles, at the end.
        until = time.monotonic() + 60
        while len(paper.requests) < start + 4 + rounds * 9 and child.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        child.send_signal(signal.SIGKILL)
        child.wait()
    done = night(broken, paper)
    assert done.code in {0, 2}, done.err
    assert what_is_stored(broken) == what_is_stored(whole)
    with Corpus.open(corpus_of(broken), read_only=True) as corpus:
        assert corpus.stats().tagged == corpus.stats().articles


def started(home: Path, paper: LoopbackNewspaper, *more: str) -> subprocess.Popen[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TINTINH")}
    return subprocess.Popen(
        [sys.executable, "-c", "from tintinh.cli import main; main()", *words(paper, *more)],
        cwd=home,
        env={**environment, "PYTHONPATH": str(ROOT), "TINTINH_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_started_twice_the_second_says_who_is_at_work(tmp_path: Path, paper: LoopbackNewspaper) -> None:
    paper.faults[("baohagiang.vn", "*")] = Fault(wait=0.3)
    child = started(tmp_path, paper)
    try:
        until = time.monotonic() + 60
        while len(paper.requests) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        start = len(paper.requests)
        second = night(tmp_path, paper)
        assert (second.code, second.out) == (0, "")
        assert f"process {child.pid} is crawling since 20" in second.err
        crawl = tintinh(*words(paper, "bao_ha_giang", command="crawl"), home=tmp_path)
        assert crawl.code == 1
        assert "is crawling since" in crawl.err
        assert len(paper.requests) - start < 60
    finally:
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 2
    paper.faults.clear()
    assert night(tmp_path, paper).code == 0, "the lock is gone with its process"


def test_a_night_of_a_given_length_leaves_the_rest_for_the_next(tmp_path: Path, paper: LoopbackNewspaper) -> None:
    paper.faults[("baohagiang.vn", "*")] = Fault(wait=0.25)
    short = night(tmp_path, paper, "--sources", "bao_ha_giang", "--max-minutes", "0.05")
    assert short.code == 0, short.err
    (row,) = short.rows()
    assert row["waiting"] > 5
    assert row["found"] > row["stored"] + row["copies"] + row["same"] + sum(row["rejected"].values())
    paper.faults.clear()
    rest = night(tmp_path, paper, "--sources", "bao_ha_giang")
    assert rest.rows()[0]["stored"] + row["stored"] >= 20
    with Corpus.open(corpus_of(tmp_path), read_only=True) as corpus:
        assert corpus.stats().articles == 23


def test_a_walk_into_the_past_goes_on_where_it_was(tmp_path: Path, paper: LoopbackNewspaper) -> None:
    paper.faults[("baohagiang.vn", "*")] = Fault(wait=0.12)
    more = ("bao_ha_giang", "--since", "2021-01-01", "--json")
    first = tintinh(*words(paper, *more, "--max-minutes", "0.05", command="backfill"), home=tmp_path)
    assert first.code in {0, 2}, first.err
    assert "run it again" in first.err
    paper.faults.clear()
    start = len(paper.requests)
    second = tintinh(*words(paper, *more, command="backfill"), home=tmp_path)
    assert "walked back to 2021-01-01" in second.err
    with Corpus.open(corpus_of(tmp_path), read_only=True) as corpus:
        assert corpus.stats().articles >= 22
    listings = [one.path for one in paper.requests[start:]]
    third = tintinh(*words(paper, *more, command="backfill"), home=tmp_path)
    assert third.code == 0, third.err
    assert listings
    assert json.loads(third.out)["stored"] == 0
