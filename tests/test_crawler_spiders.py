"""The spider against a small paper on this machine, run as any Scrapy user runs it."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from corpus.store import Corpus
from crawler.archive import read_archive, read_page
from crawler.ingest import replay
from crawler.source import load_sources
from crawler.spiders.loader import spider_for
from crawler.spiders.news import CannotStart
from tests.small_paper import HOST, Answer, Paper, article, listing, running, write_source

CHECKOUT = Path(__file__).parents[1]


@pytest.fixture
def paper() -> Iterator[Paper]:
    with running() as paper:
        yield paper


@dataclass(frozen=True)
class FirstNight:
    """One night at the paper: where it is kept, what Scrapy said, what was asked for."""

    home: Path
    said: str
    asked: list[str]
    agents: set[str]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> FirstNight:
    home = tmp_path_factory.mktemp("first")
    with running() as paper:
        done = crawl(home, paper, "-O", str(home / "out.jsonl"))
        return FirstNight(home, done.stderr, paper.asked, paper.agents)


def scrapy(
    *arguments: str, home: Path, paper: Paper | None = None, code: int = 0, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m scrapy`` with archive and corpus under ``home``, the paper's host mapped to this machine."""
    settings = {
        "SOURCES_DIR": str(write_source(home / "sources")),
        "ARCHIVE_DIR": str(home / "archive"),
        "CORPUS_PATH": str(home / "corpus.sqlite"),
    }
    if paper is not None:
        settings |= {"CONNECT_TO": json.dumps(paper.connect_to), "DOWNLOAD_DELAY": "0", "RETRY_TIMES": "1"}
        settings |= {"RETRY_AFTER_MINUTES": "0"}
    command = [sys.executable, "-W", "error", "-m", "scrapy", *arguments]
    for name, value in settings.items():
        command += ["-s", f"{name}={value}"]
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={key: value for key, value in os.environ.items() if key != "TINTINH_CONTACT"} | (env or {}),
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def crawl(home: Path, paper: Paper, *arguments: str) -> subprocess.CompletedProcess[str]:
    paper.asked.clear()
    return scrapy("crawl", "bao_dong_suoi", *arguments, home=home, paper=paper)


def outcomes(home: Path) -> dict[str, tuple[str, str | None]]:
    connection = sqlite3.connect(home / "corpus.sqlite")
    try:
        rows = connection.execute("SELECT url, kind, reason FROM outcomes").fetchall()
    finally:
        connection.close()
    return {url.rpartition("/")[2]: (kind, reason) for url, kind, reason in rows}


def test_scrapy_list_prints_the_source_files(tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "scrapy", "list"], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert listed.stdout.split() == sorted(path.stem for path in (CHECKOUT / "crawler" / "sources").glob("*.toml"))
    assert scrapy("list", home=tmp_path).stdout.split() == ["bao_dong_suoi"]


def test_a_night_keeps_everything_and_names_what_failed(first: FirstNight) -> None:
    became = outcomes(first.home)
    assert {name: became.pop(name)[0] for name in list(became) if name.startswith("bai-")} == {
        f"bai-{n}.html": "article" for n in range(1, 13)
    }
    assert became.pop("tai-ve.html")[0] == "rejected"
    assert became == {
        "khong-con.html": ("rejected", "http_404"),
        "cam-vao.html": ("rejected", "robots"),
        "mot-loi-thoi.html": ("rejected", "not_an_article"),
        "hong.html": ("rejected", "connection"),
        "di-mat.html": ("rejected", "offsite"),
        "doi-cho.html": ("same", None),
    }
    assert "/tin/cam-vao.html" not in first.asked
    (agent,) = first.agents
    assert agent.startswith("tintinh/")
    assert "Traceback" not in first.said
    assert "'tintinh/rejected/http_404': 1" in first.said


def test_each_article_is_fetched_once_the_newest_first(first: FirstNight) -> None:
    asked = [path for path in first.asked if path.startswith("/tin/bai-")]
    assert asked[0] == "/tin/bai-12.html"
    # Feed and section both name an article; a redirect may lead to one before or after it is met itself.
    assert set(asked) == {f"/tin/bai-{n}.html" for n in range(1, 13)}
    assert len([path for path in asked if path != "/tin/bai-3.html"]) == 11


def test_every_found_address_is_counted_in_one_place(first: FirstNight) -> None:
    with Corpus.open(first.home / "corpus.sqlite") as corpus:
        (night,) = corpus.nights("bao_dong_suoi")
    assert (night.known, night.stored, night.generic) == (0, 12, 0)
    assert night.found == night.known + night.stored + night.copies + night.same + sum(night.rejected.values())
    assert night.started_at < night.ended_at


def test_feed_exports_hold_the_articles(first: FirstNight) -> None:
    exported = [json.loads(line) for line in (first.home / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {row["title"] for row in exported} == {f"Chuyện thứ {n} của bản" for n in range(1, 13)}
    assert {row["published_at"][10:] for row in exported} == {"T08:30:00+07:00"}


def test_a_second_night_fetches_no_article_again(first: FirstNight, tmp_path: Path, paper: Paper) -> None:
    home = tmp_path / "second"
    shutil.copytree(first.home, home)
    paper.answers["/tin/hong.html"] = Answer(article("Chuyện mới sửa", "20/10/2026", "nguyên vẹn trở lại"))
    crawl(home, paper)
    assert paper.articles_asked() == ["/tin/hong.html"], "only what failed for the moment is tried again"
    assert "/xa-hoi/?trang=2" not in paper.asked, "the first page held nothing new, so the listing ends there"

    paper.answers["/tin/bai-13.html"] = Answer(article("Chuyện thứ 13 của bản", "13/10/2026", "mười ba"))
    paper.answers["/xa-hoi/"] = Answer(listing(range(13, 9, -1), "/xa-hoi/?trang=2"))
    crawl(home, paper)
    assert paper.articles_asked() == ["/tin/bai-13.html"]
    assert "/xa-hoi/?trang=2" not in paper.asked


def test_the_archive_holds_the_wire_and_replays_to_the_same_corpus(first: FirstNight, tmp_path: Path) -> None:
    archive = first.home / "archive"
    (path,) = archive.glob("bao_dong_suoi/*.warc.gz")
    with path.open("rb") as file:
        records = ArchiveIterator(file, check_digests="raise")
        found = [
            (record.rec_headers["WARC-Target-URI"], record.http_headers["content-encoding"], record.raw_stream.read())
            for record in records
            if record.rec_type == "response"
        ]
    zipped = {url: raw for url, encoding, raw in found if encoding == "gzip"}
    assert set(zipped) == {f"https://{HOST}/tin/bai-{n}.html" for n in range(2, 13, 2)}
    assert "riêng2x7" in gzip.decompress(zipped[f"https://{HOST}/tin/bai-2.html"]).decode()

    pages = list(read_archive(archive))
    assert all(read_page(archive, place) == page for place, page in pages)
    assert {page.status for _, page in pages} == {200, 404}

    sources = load_sources(first.home / "sources")
    shutil.copy(first.home / "corpus.sqlite", tmp_path / "live.sqlite")
    with Corpus.open(tmp_path / "live.sqlite") as live, Corpus.open(tmp_path / "again.sqlite") as again:
        made = list(replay(again, archive, sources))
        assert [(one.id, one.article, one.copy_of) for one in again.articles()] == [
            (one.id, one.article, one.copy_of) for one in live.articles()
        ]
        assert len(made) == len(pages)
        assert {outcome.kind for outcome in replay(live, archive, sources)} <= {"unchanged", "same", "rejected"}


def test_since_leaves_out_what_a_listing_dates_earlier(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/xa-hoi/"] = Answer(b"<html><body>khong co gi</body></html>")
    crawl(tmp_path, paper, "-a", "since=2026-10-11")
    assert sorted(paper.articles_asked()) == ["/tin/bai-11.html", "/tin/bai-12.html"]
    spider = spider_for(load_sources(tmp_path / "sources")["bao_dong_suoi"])
    with pytest.raises(CannotStart, match="since=11/10/2026: is not a day; YYYY-MM-DD was expected"):
        spider(since="11/10/2026")


def test_a_broken_listing_is_a_finding_of_the_night(tmp_path: Path, paper: Paper) -> None:
    paper.answers["/rss.xml"] = Answer(b"<html>Dang bao tri</html>")
    paper.answers["/sitemap.xml"] = Answer(status=503)
    paper.answers["/xa-hoi/"] = Answer(broken=True)
    crawl(tmp_path, paper)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        (night,) = corpus.nights()
    assert night.found == 0
    findings = "\n".join(night.findings)
    assert "rss.xml could not be read (is not an RSS or Atom feed" in findings
    assert "sitemap.xml could not be read (http_503)" in findings
    assert "xa-hoi/ could not be read (connection" in findings
    assert "found no article address, expected at least 1" in findings


def test_killed_anywhere_and_run_again_is_an_unbroken_night(first: FirstNight, tmp_path: Path, paper: Paper) -> None:
    broken = tmp_path / "broken"
    arguments = ["-s", f"CONNECT_TO={json.dumps(paper.connect_to)}", "-s", "DOWNLOAD_DELAY=0.1"]
    for name, value in (("SOURCES_DIR", write_source(broken / "sources")), ("ARCHIVE_DIR", broken / "archive")):
        arguments += ["-s", f"{name}={value}"]
    arguments += ["-s", f"CORPUS_PATH={broken / 'corpus.sqlite'}"]
    paper.asked.clear()
    child = subprocess.Popen(
        [sys.executable, "-m", "scrapy", "crawl", "bao_dong_suoi", *arguments],
        cwd=CHECKOUT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 30
        while len(paper.articles_asked()) < 5 and time.monotonic() < until:
            time.sleep(0.02)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert 0 < len(outcomes(broken)) < 19
    crawl(broken, paper)
    assert outcomes(broken) == outcomes(first.home)
    with Corpus.open(broken / "corpus.sqlite") as corpus, Corpus.open(first.home / "corpus.sqlite") as whole:
        assert {one.article.url: one.article.blocks for one in corpus.articles()} == {
            one.article.url: one.article.blocks for one in whole.articles()
        }
        assert corpus.check() == []
        kept = {page.url for _, page in read_archive(broken / "archive")}
        assert {one.article.url for one in corpus.articles()} <= kept, "nothing is stored that was not archived before"


def test_a_corpus_that_cannot_be_written_ends_the_crawl(tmp_path: Path, paper: Paper) -> None:
    blocked = tmp_path / "archive"
    blocked.write_text("a file where the archive folder should be")
    done = crawl(tmp_path, paper)
    assert "the page could not be archived" in done.stderr
    assert "Spider closed (archive_failed)" in done.stderr
    assert len(paper.articles_asked()) < 6
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        (night,) = corpus.nights()
    assert "the night was cut short (archive_failed)" in night.findings[0]


def test_the_open_net_is_not_crawled_without_a_contact(tmp_path: Path) -> None:
    refused = scrapy("crawl", "bao_dong_suoi", home=tmp_path, code=2)
    assert "bao_dong_suoi: a crawl of https://baodongsuoi.example/ needs a contact" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "archive").exists()


def test_crawl_returns_the_nights_and_tells_how_far_it_is(tmp_path: Path, paper: Paper) -> None:
    program = f"""
from crawler.night import crawl
from crawler.source import load_sources
told = []
nights = crawl(load_sources(__import__("pathlib").Path({str(write_source(tmp_path / "sources"))!r})).values(),
               {{"CONNECT_TO": {paper.connect_to!r}, "DOWNLOAD_DELAY": 0, "RETRY_TIMES": 0, "LOG_LEVEL": "ERROR",
                "ARCHIVE_DIR": {str(tmp_path / "archive")!r}, "CORPUS_PATH": {str(tmp_path / "corpus.sqlite")!r}}},
               told.append)
print(nights[0].found, nights[0].stored, told[-1].done, told[-1].found)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found, stored, *told = map(int, done.stdout.split())
    assert (stored, told) == (12, [found, found]), done.stderr
