"""Parts that are merged after the corpus at home has gone on: what is newer there stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy.settings import Settings

from corpus.agenda import Agenda, Found, Reading, Task
from corpus.history import rejected_examples
from corpus.records import Page, Rejection
from corpus.store import Corpus
from crawler.archive import ArchiveWriter
from crawler.ingest import ingest
from crawler.journal import Entry
from crawler.ledger import Ledger
from crawler.source import Source, read_source
from tests.archived import NIGHT
from tests.parted_nights import merged, part_of_pages
from tests.small_paper import HOME, TOML, article

STORY, OTHER = f"{HOME}tin/bai-1.html", f"{HOME}tin/bai-1-cu.html"
HOUR = timedelta(hours=1)
LATER = NIGHT + 4 * HOUR


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "bao_dong_suoi.toml").write_text(TOML, encoding="utf-8")
    return read_source(tmp_path / "bao_dong_suoi.toml")


def edition(said: str, at: datetime = NIGHT, *, status: int = 200, asked: str = STORY, etag: str = "") -> Page:
    """A page of the story, printed on the day of ``NIGHT``, as it was at ``at``."""
    headers = (("Content-Type", "text/html; charset=utf-8"), ("ETag", etag or f'"{said}"'))
    body = article("Cầu treo thông xe", "31/05/2026", said)
    return Page(STORY, asked, at, status, headers, body, source="bao_dong_suoi")


def ledger_at(corpus: Corpus, source: Source, at: datetime) -> Ledger:
    settings = Settings()
    settings.setmodule("crawler.settings")
    return Ledger(corpus, source, settings, lambda: at)


def fetched(home: Path, source: Source, *pages: Page) -> None:
    """What a night of this machine does with ``pages``."""
    with Corpus.open(home / "corpus.sqlite") as corpus, ArchiveWriter(home / "archive") as writer:
        for page in pages:
            ledger = ledger_at(corpus, source, page.fetched_at)
            with ledger.transaction():
                outcome = ingest(page, source, corpus, writer.write(page))
                ledger.settle(page.requested_url, outcome, page)


def task(home: Path, url: str = STORY) -> Task:
    with Corpus.open(home / "corpus.sqlite", read_only=True) as corpus:
        found = Agenda(corpus.connection).task(url)
        assert found is not None
        return found


def revisited(home: Path, source: Source, page: Page) -> str:
    """What the archive is given for ``page``, fetched when it was looked at again."""
    with Corpus.open(home / "corpus.sqlite") as corpus, ArchiveWriter(home / "archive") as writer:
        original = ledger_at(corpus, source, page.fetched_at).original(page)
        if original is None:
            writer.write(page)
            return "whole"
        writer.write_revisit(
            page,
            refers_to_url=original.url,
            refers_to_date=original.fetched_at,
            payload_digest=original.payload_digest,
        )
        return "revisit"


@pytest.mark.parametrize("status", [200, 404, 503])
def test_a_page_that_is_older_than_what_is_stored_settles_nothing(tmp_path: Path, source: Source, status: int) -> None:
    part = part_of_pages(tmp_path, source, edition("bản đầu", status=status))
    fetched(tmp_path, source, edition("bản sửa", LATER))
    before = task(tmp_path)
    assert (before.kind, before.etag) == ("revisit", '"bản sửa"')
    merged(tmp_path, part)
    assert task(tmp_path) == before
    assert revisited(tmp_path, source, edition("bản sửa", LATER + 6 * HOUR)) == "revisit"


def test_an_older_redirect_is_done_and_leaves_the_story_as_it_is(tmp_path: Path, source: Source) -> None:
    part = part_of_pages(tmp_path, source, edition("bản đầu", asked=OTHER))
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        Agenda(corpus.connection).write(Task(OTHER, source.id, NIGHT - HOUR, "fetch", NIGHT - HOUR))
    fetched(tmp_path, source, edition("bản sửa", LATER))
    before = task(tmp_path)
    merged(tmp_path, part)
    assert task(tmp_path) == before
    assert task(tmp_path, OTHER).kind is None, "it is not asked for again"


def test_an_older_failure_does_not_cancel_a_later_try(tmp_path: Path, source: Source) -> None:
    """Of an address that has no page yet, and failed again at home since."""
    part = part_of_pages(tmp_path, source, edition("bản đầu", status=404))
    fetched(tmp_path, source, edition("bản sửa", LATER, status=503))
    before = task(tmp_path)
    assert (before.kind, before.attempts) == ("retry", 1)
    merged(tmp_path, part)
    assert task(tmp_path) == before


def test_what_a_wrong_clock_wrote_gives_way_to_a_part(tmp_path: Path, source: Source) -> None:
    """Of a story that was fetched a hundred years from now the next page settles; or it would be asked for for ever."""
    fetched(tmp_path, source, edition("bản đầu", NIGHT + 36_525 * 24 * HOUR))
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        ahead = Agenda(corpus.connection).task(STORY)
        assert ahead is not None
        Agenda(corpus.connection).write(Task(STORY, source.id, NIGHT, "revisit", NIGHT, fetched_at=ahead.fetched_at))
    merged(tmp_path, part_of_pages(tmp_path, source, edition("bản sửa", LATER)))
    assert task(tmp_path).fetched_at == LATER


def test_bytes_that_come_and_go_are_no_revisit_of_others(tmp_path: Path, source: Source) -> None:
    """The text stays, the page around it is one, another, and the first again: the last names the second's payload."""
    one, two = edition("như cũ"), edition("như cũ", LATER)
    two = Page(two.url, two.requested_url, two.fetched_at, 200, two.headers, two.body + b"<!-- -->", source=two.source)
    fetched(tmp_path, source, one, two)
    assert revisited(tmp_path, source, edition("như cũ", LATER + 6 * HOUR)) == "whole"


def test_a_listing_that_a_wrong_clock_noted_is_replaced(tmp_path: Path, source: Source) -> None:
    def read_at(moment: datetime, etag: str) -> Callable[[Corpus], None]:
        return lambda corpus: Agenda(corpus.connection).read(
            Reading(f"{HOME}rss.xml", moment, etag, None, "r", ()), "a"
        )

    for number, (home_at, stands) in enumerate([(NIGHT + 36_525 * 24 * HOUR, "part"), (LATER, "home")], start=1):
        with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
            read_at(home_at, "home")(corpus)
        part = part_of_pages(tmp_path, source, edition("như cũ"), number=number, learn=read_at(NIGHT, "part"))
        merged(tmp_path, part)
        with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
            reading = Agenda(corpus.connection).reading(f"{HOME}rss.xml")
            assert reading is not None
            assert reading.etag == stands


def test_a_rejection_without_a_page_is_of_its_own_moment(tmp_path: Path, source: Source) -> None:
    """A later night that is judged shows examples of its own, not of what is merged while it runs."""
    timeout = Rejection(STORY, source.id, "timeout", f"{STORY}: timeout")

    def learn(corpus: Corpus) -> None:
        Agenda(corpus.connection).find([Found(STORY, f"{HOME}rss.xml")], source.id, NIGHT)

    entries = [Entry(source.id, STORY, NIGHT + HOUR, rejection=timeout)]
    merged(tmp_path, part_of_pages(tmp_path, source, entries=entries, learn=learn))
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for since, found in ((NIGHT, 1), (LATER, 0)):
            assert len(rejected_examples(corpus.connection, source.id, since, ("timeout",))) == found


@pytest.mark.parametrize(("ahead", "attempts"), [(36_525 * 24 * HOUR, 1), (5 * HOUR, 0)])
def test_a_task_that_a_wrong_clock_put_off_is_settled_by_a_part_without_a_page(
    tmp_path: Path, source: Source, ahead: timedelta, attempts: int
) -> None:
    """A night gives out what is due in a hundred years; that it timed out is then to be told at home, too."""
    timeout = Rejection(STORY, source.id, "timeout", f"{STORY}: timeout")
    part = part_of_pages(tmp_path, source, entries=[Entry(source.id, STORY, NIGHT, rejection=timeout)])
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        Agenda(corpus.connection).write(Task(STORY, source.id, NIGHT, "fetch", datetime.now(UTC) + ahead))
    merged(tmp_path, part)
    assert task(tmp_path).attempts == attempts
