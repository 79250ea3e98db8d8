"""Young stories are looked at again, and every edition of them is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from corpus.records import VIETNAM
from corpus.store import Corpus
from crawler.ingest import replay
from crawler.source import load_sources
from tests.command import tintinh
from tests.nights import database, night, turn_clock
from tests.small_paper import HOST, Answer, Paper, article, listing, running

YOUNG = f"https://{HOST}/tin/bai-12.html"


@pytest.fixture
def paper() -> Iterator[Paper]:
    with running() as paper:
        paper.answers["/sitemap.xml"] = Answer(b"<urlset></urlset>", kind="text/xml")
        paper.answers["/rss.xml"] = Answer(b"<rss></rss>", kind="text/xml")
        paper.answers["/xa-hoi/"] = Answer(listing(range(12, 10, -1), None))
        paper.answers["/tin/bai-12.html"] = Answer(today("Cầu treo thông xe", "bản đầu"), etag='"mot"')
        yield paper


def today(title: str, extra: str) -> bytes:
    """A story that was published this morning."""
    return article(title, datetime.now(VIETNAM).strftime("%d/%m/%Y"), extra)


def records(home: Path) -> list[tuple[str, str | None]]:
    found = []
    for path in sorted((home / "archive").glob("*/*.warc.gz")):
        with path.open("rb") as file:
            found += [
                (record.rec_type, record.rec_headers["WARC-Payload-Digest"])
                for record in ArchiveIterator(file)
                if record.rec_headers["WARC-Target-URI"] == YOUNG and record.rec_type != "request"
            ]
    return found


def test_a_young_story_is_looked_at_three_times_and_an_old_one_never(tmp_path: Path, paper: Paper) -> None:
    night(tmp_path, paper)
    asked = []
    for hours in (5, 1.5, 18, 48, 100):
        turn_clock(tmp_path, hours)
        account = night(tmp_path, paper)
        asked.append(paper.articles_asked())
        assert (account.stored, account.same, dict(account.rejected)) == (0, 0, {})
        assert paper.unchanged == (asked[-1])
    assert asked == [[], ["/tin/bai-12.html"], ["/tin/bai-12.html"], ["/tin/bai-12.html"], []]
    kinds = records(tmp_path)
    assert [kind for kind, _ in kinds] == ["response", "revisit", "revisit", "revisit"]
    assert len({digest for _, digest in kinds}) == 1
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        stored = corpus.article(YOUNG)
        assert stored is not None
        assert [one.number for one in corpus.revisions(stored.id)] == [1]


def test_an_edited_story_is_a_new_revision_and_no_edition_is_lost(tmp_path: Path, paper: Paper) -> None:
    night(tmp_path, paper)
    editions = ["bản đầu", "bản sửa số liệu", "bản đính chính"]
    for extra, hours in zip(editions[1:], (7, 20), strict=True):
        paper.answers["/tin/bai-12.html"] = Answer(today("Cầu treo thông xe", extra))
        turn_clock(tmp_path, hours)
        night(tmp_path, paper)
        assert paper.articles_asked() == ["/tin/bai-12.html"]
    sources = load_sources(tmp_path / "sources")
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus, Corpus.open(tmp_path / "again.sqlite") as again:
        for each in (corpus, again):
            if each is again:
                list(replay(again, tmp_path / "archive", sources))
            stored = each.article(YOUNG)
            assert stored is not None
            revisions = each.revisions(stored.id)
            assert [one.article.lead for one in revisions] == [
                f"Cầu treo thông xe: chuyện một buổi sáng {extra}." for extra in editions
            ]
            assert [one.number for one in revisions] == [1, 2, 3]
            assert revisions[-1].article == stored.article
            assert len({one.page_id for one in revisions}) == 3
            assert each.check() == []
    shown = tintinh("show", YOUNG, "--revisions", "--corpus", tmp_path / "corpus.sqlite", home=tmp_path)
    assert shown.code == 0, shown.err
    assert "lead: Cầu treo thông xe: chuyện một buổi sáng bản đầu. → Cầu treo" in shown.out
    assert "+ [paragraph] " in shown.out
    rows = tintinh("show", YOUNG, "--revisions", "--json", "--corpus", tmp_path / "corpus.sqlite", home=tmp_path).rows()
    assert [(row["number"], bool(row["changed"])) for row in rows] == [(1, False), (2, True), (3, True)]


def test_news_around_a_story_is_no_edition_of_it(tmp_path: Path, paper: Paper) -> None:
    night(tmp_path, paper)
    page = paper.answers["/tin/bai-12.html"].body
    paper.answers["/tin/bai-12.html"] = Answer(page.replace("Tin khác".encode(), "Tin khác nữa".encode()))
    turn_clock(tmp_path, 7)
    night(tmp_path, paper)
    assert paper.articles_asked() == ["/tin/bai-12.html"]
    assert [kind for kind, _ in records(tmp_path)] == ["response", "response"]
    with database(tmp_path) as connection:
        assert connection.execute("SELECT count(*) FROM revisions").fetchone() == (0,)


def test_a_story_that_was_withdrawn_stays_and_is_not_asked_for_again(tmp_path: Path, paper: Paper) -> None:
    night(tmp_path, paper)
    paper.answers["/tin/bai-12.html"] = Answer(status=404)
    turn_clock(tmp_path, 7)
    night(tmp_path, paper)
    turn_clock(tmp_path, 70)
    night(tmp_path, paper)
    assert paper.articles_asked() == []
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert corpus.article(YOUNG) is not None
