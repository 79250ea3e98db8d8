"""The journal of a crawl: what is written is read again, in the order of fetching."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from corpus.records import ArchivePlace, Article, Outcome, Rejection
from crawler.ingest import read
from crawler.journal import Account, Entry, Journal, PageNote, note_of, page_of
from crawler.ledger import payload_digest
from crawler.retelling import placed
from tests.archived import NIGHT, page
from tests.made_articles import story

PLACE = ArchivePlace("bao_dong_suoi/bao_dong_suoi-20260531-1.warc.gz", 410, 900)


def note(seconds: int = 0) -> PageNote:
    fetched = page(at=NIGHT + timedelta(seconds=seconds))
    return note_of(fetched, payload_digest(fetched))


def test_entries_come_back_whole_by_the_moment_of_fetching(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    late = Entry("b", "u1", NIGHT + timedelta(9), page=note(2), place=PLACE, article=story(3), visit=True)
    early = Entry("b", "u2", NIGHT + timedelta(9), page=note(1), place=PLACE, article=story(4))
    tied = Entry(
        "a", "u3", NIGHT + timedelta(seconds=2), rejection=Rejection("u3", "a", "timeout", "u3: …"), retry=True
    )
    same = Entry("b", "u4", NIGHT + timedelta(9), page=note(3), place=PLACE)
    for one in (same, late, early, tied):
        journal.write(one)
    assert list(journal.entries()) == [early, tied, late, same]
    assert list(journal.entries("a")) == [tied]
    journal.close()


def test_a_page_that_is_told_has_its_digests_and_validators(tmp_path: Path) -> None:
    fetched = page()
    told = page_of(note_of(fetched, "sha256:0"))
    assert (told.digest, told.url, told.fetched_at, told.body) == (fetched.digest, fetched.url, NIGHT, b"")
    assert told.header("Set-Cookie") is None, "only what a later request asks with"
    assert isinstance(read(fetched, None), Article | Rejection)


def test_an_article_that_was_refused_is_told_as_the_rejection_it_became(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    refused = Entry("a", "u", NIGHT, page=note(), place=PLACE, article=story(1))
    journal.write(refused, Outcome("u", "a", "rejected", reason="bug", detail="u: KeyError"))
    journal.write(refused, Outcome("u", "a", "article", 7))
    (first, second) = journal.entries()
    assert (first.article, first.rejection) == (None, Rejection("u", "a", "bug", "u: KeyError"))
    assert second == refused
    journal.close()


def test_accounts_come_back(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.sqlite")
    account = Account(
        "a", NIGHT, NIGHT + timedelta(1), 5, 2, ("x could not be read",), {"u": 3}, {"s": "fault"}, "shutdown"
    )
    journal.account(account)
    assert journal.accounts() == [account]
    journal.close()


def test_places_follow_a_file_that_was_copied_without_some_records() -> None:
    one = Entry("a", "u", NIGHT, page=note(), place=PLACE, article=story(1))
    assert placed(one, {PLACE.file: None}) == one
    moved = placed(one, {PLACE.file: {410: 100}})
    assert moved.place == ArchivePlace(PLACE.file, 100, 900)
    assert placed(one, {PLACE.file: {0: 0}}).place is None
