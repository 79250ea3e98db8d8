"""Nights on which the machine fails, not the outlet: a full disk, a locked database, a clock that is wrong."""

from __future__ import annotations

import random
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from OpenSSL import SSL
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from corpus.agenda import Agenda, Pause
from corpus.database import BUSY_SECONDS
from corpus.store import Corpus
from crawler.archive import read_archive
from crawler.connect import tls_contexts
from crawler.failures import Schedules, reason_of
from crawler.source import load_sources
from crawler.spiders.loader import spider_for
from tests.nights import CHECKOUT, arguments, database, night, turn_clock
from tests.small_paper import HOST, Answer, Paper, running, write_source


@pytest.fixture
def paper() -> Iterator[Paper]:
    with running() as paper:
        yield paper


def test_a_full_disk_ends_the_night_and_loses_nothing(tmp_path: Path, paper: Paper) -> None:
    # Half as large in the archive as on the page.
    noise = random.Random(7).randbytes(3_000_000).hex()  # noqa: S311 - nothing secret
    page = paper.answers["/tin/bai-9.html"].body
    paper.answers["/tin/bai-9.html"] = Answer(page.replace(b"</body>", f"<!-- {noise} --></body>".encode()))
    whole = night(tmp_path / "whole", paper)
    home = tmp_path / "full"
    line = arguments(home, paper)
    # A limit on the size of files is to a program what a full disk is: the write fails half way.
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2_500_000, 2_500_000));"
        "from scrapy.cmdline import execute; execute(['scrapy', *sys.argv[1:]])"
    )
    limited = [line[0], "-c", code, *line[line.index("scrapy") + 1 :]]
    done = subprocess.run(limited, cwd=CHECKOUT, capture_output=True, text=True, timeout=90, check=False)
    assert "bai-9.html: the page could not be archived: [Errno 27]" in done.stderr, done.stderr[-2000:]
    assert "Spider closed (archive_failed)" in done.stderr
    with Corpus.open(home / "corpus.sqlite") as corpus:
        assert corpus.check() == []
        assert corpus.stats().articles < whole.stored
    night(home, paper)
    with Corpus.open(home / "corpus.sqlite") as corpus, Corpus.open(tmp_path / "whole" / "corpus.sqlite") as other:
        assert {one.article.url for one in corpus.articles()} == {one.article.url for one in other.articles()}
        kept = {page.url for _, page in read_archive(home / "archive")}
        assert {one.article.url for one in corpus.articles()} <= kept


def test_a_database_locked_by_another_program_is_said_and_loses_nothing(tmp_path: Path, paper: Paper) -> None:
    assert BUSY_SECONDS >= 10, "a moment's lock is waited out"
    Corpus.open(tmp_path / "corpus.sqlite").close()
    code = (
        "import corpus.database; corpus.database.BUSY_SECONDS = 0.2;"
        "import sys; from scrapy.cmdline import execute; execute(['scrapy', *sys.argv[1:]])"
    )
    line = arguments(tmp_path, paper)
    command = [line[0], "-c", code, *line[line.index("scrapy") + 1 :]]
    with closing(sqlite3.connect(tmp_path / "corpus.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=90, check=False)
        other.execute("ROLLBACK")
    assert "cannot be written to: database is locked" in done.stderr
    assert paper.articles_asked() == []
    assert night(tmp_path, paper).stored == 12


def test_what_a_wrong_clock_put_off_for_years_is_due_now(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/xa-hoi/?trang=2"] = paper.answers["/tin/hong.html"]
    night(tmp_path, paper)
    turn_clock(tmp_path, -24 * 400)  # as a night would have written that ran with the clock a year ahead
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        ahead = datetime.now(UTC) + timedelta(days=400)
        Agenda(corpus.connection).pause(Pause(HOST, ahead, "answered 429"), "bao_dong_suoi")
    night(tmp_path, paper)
    assert "/tin/hong.html" in paper.articles_asked()


def test_a_clock_behind_the_newest_page_is_a_finding(tmp_path: Path, paper: Paper) -> None:
    night(tmp_path, paper)
    with database(tmp_path) as connection:
        connection.execute("UPDATE pages SET fetched_at = '2035-01-01T00:00:00.000000+00:00' WHERE id = 1")
    (finding,) = [one for one in night(tmp_path, paper).findings if "the clock of this machine" in one]
    assert "but the corpus holds pages fetched 2035-01-01 00:00 UTC" in finding


def test_only_a_source_that_says_so_may_renegotiate_tls_the_old_way(tmp_path: Path) -> None:
    plain = write_source(tmp_path / "plain")
    legacy = write_source(tmp_path / "legacy") / "bao_dong_suoi.toml"
    legacy.write_text(legacy.read_text("utf-8") + "\n[polite]\nlegacy_tls = true\n", encoding="utf-8")
    allowed = []
    for folder in (plain, legacy.parent):
        spider = spider_for(load_sources(folder)["bao_dong_suoi"])
        crawler = get_crawler(spider, {"CONNECT_TO": {HOST: "http://127.0.0.1:1"}}, prevent_warnings=True)
        context = tls_contexts(crawler)._get_context()
        options = SSL._lib.SSL_CTX_get_options(context._context)
        allowed.append(bool(options & SSL._lib.SSL_OP_LEGACY_SERVER_CONNECT))
    assert allowed == [False, True]


def test_a_tls_failure_has_its_name_and_says_what_helps() -> None:
    failure = SSL.Error([("SSL routines", "", "unsafe legacy renegotiation disabled")])
    error = RuntimeError("response never received")
    error.reasons = [failure]  # type: ignore[attr-defined]  # as Twisted keeps them
    reason, detail = reason_of(error)
    assert reason == "tls"
    assert "legacy_tls = true" in detail


def test_failures_wait_longer_each_time_and_end() -> None:
    hours = {"RETRY_AFTER_MINUTES": 30, "RETRY_AT_MOST_HOURS": 24, "RETRY_ATTEMPTS": 9, "RETRY_DAYS": 7}
    schedules = Schedules.from_settings(Settings(hours))
    now = datetime(2026, 11, 22, tzinfo=UTC)
    patience = schedules.for_reason("http_5xx")
    assert patience is not None
    waits = [patience.next(attempts, now, now) for attempts in range(1, 10)]
    assert [at and (at - now) / timedelta(minutes=30) for at in waits] == [1, 2, 4, 8, 16, 32, 48, 48, None]
    assert patience.next(1, now - timedelta(days=7), now) is None
    assert schedules.for_reason("http_404") is None
    assert schedules.for_reason("http_410") is None
    assert schedules.for_reason("bug") is None


def test_a_fault_of_ours_is_a_finding_and_loses_nothing(tmp_path: Path, paper: Paper) -> None:
    code = (
        "import crawler.spiders.walk as walk; walk._READ['section'] = lambda body, url, source: 1 / 0;"
        "import sys; from scrapy.cmdline import execute; execute(['scrapy', *sys.argv[1:]])"
    )
    line = arguments(tmp_path, paper)
    command = [line[0], "-c", code, *line[line.index("scrapy") + 1 :]]
    subprocess.run(command, cwd=CHECKOUT, capture_output=True, timeout=90, check=True)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        (account,) = corpus.nights()
    assert "xa-hoi/ met a fault of ours (ZeroDivisionError)" in "\n".join(account.findings)
    assert account.stored == 4, "the feed and the sitemap were read all the same"
    assert night(tmp_path, paper).stored == 8
