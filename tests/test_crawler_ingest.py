"""The sentence: extract, normalise, deduplicate, store, for one page at a time."""

from __future__ import annotations

import logging
import sqlite3
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.errors import CorpusError
from corpus.records import Article, Page
from corpus.store import Corpus
from crawler import ingest as module
from crawler.archive import ArchiveWriter
from crawler.errors import ArchiveError
from crawler.ingest import ingest, ingest_many, replay
from crawler.source import Source
from tests.small_paper import HOME, TOML, article

SOURCE = Source.model_validate(tomllib.loads(TOML), strict=False)
URL = HOME + "tin/mot.html"
STORY = article("Khơi mương ở Khuổi Vài", "12/10/2026", "nước về tận chân ruộng")


def page(body: bytes = STORY, status: int = 200, kind: str = "text/html; charset=utf-8", url: str = URL) -> Page:
    fetched_at = datetime(2026, 10, 12, 15, tzinfo=UTC)
    return Page(url, url, fetched_at, status, (("Content-Type", kind),), body, body, SOURCE.id)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        yield corpus


def test_an_article_is_stored_and_done(corpus: Corpus) -> None:
    outcome = ingest(page(), SOURCE, corpus, None)
    assert outcome.kind == "article"
    stored = corpus.article(URL)
    assert stored is not None
    assert stored.article.title == "Khơi mương ở Khuổi Vài"
    assert stored.article.published_at is not None
    assert stored.article.published_at.isoformat() == "2026-10-12T08:30:00+07:00"
    assert corpus.known([URL]) == {URL}


@pytest.mark.parametrize(
    ("given", "reason", "done"),
    [
        (page(b"<html><body>khong thay</body></html>", 404), "http_404", True),
        (page(b"", 410), "http_410", True),
        (page(STORY, 500), "http_5xx", False),
        (page(STORY, 503), "http_5xx", False),
        (page(b"", 429), "http_429", False),
        (page(b"", 304), "http_304", True),
        (page(b"<html><body><h1>Dang cap nhat</h1></body></html>"), "not_an_article", True),
    ],
)
def test_what_is_no_article_is_rejected_by_name(corpus: Corpus, given: Page, reason: str, done: bool) -> None:
    outcome = ingest(given, SOURCE, corpus, None)
    assert (outcome.kind, outcome.reason) == ("rejected", reason)
    assert outcome.detail is not None
    assert URL in outcome.detail
    assert corpus.known([URL]) == ({URL} if done else set())
    assert corpus.article(URL) is None


@pytest.mark.parametrize("body", [b"", b"\x00\x01\x02\xff" * 200, b"%PDF-1.7 \x00\xff", bytes(range(256)) * 40])
@pytest.mark.parametrize("kind", ["text/html", "application/octet-stream", ""])
def test_rubbish_is_rejected_and_never_a_bug(corpus: Corpus, body: bytes, kind: str) -> None:
    outcome = ingest(page(body, kind=kind), SOURCE, corpus, None)
    assert outcome.kind == "rejected"
    assert outcome.reason != "bug", outcome.detail


def test_a_redirect_marks_both_addresses(corpus: Corpus) -> None:
    old = HOME + "tin/cu.html"
    ingest(replace(page(), requested_url=old), SOURCE, corpus, None)
    assert corpus.known([old, URL]) == {old, URL}
    assert ingest(page(), SOURCE, corpus, None).kind == "unchanged"


def test_a_fault_of_ours_is_kept_logged_and_mended_by_replay(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(page: Page, source: Source | None) -> None:
        raise ZeroDivisionError("a fault of ours")

    with ArchiveWriter(tmp_path / "archive") as archive:
        place = archive.write(page())
    with monkeypatch.context() as patched, caplog.at_level(logging.ERROR):
        patched.setattr(module, "extract", faulty)
        outcome = ingest(page(), SOURCE, corpus, place)
    assert (outcome.kind, outcome.reason) == ("rejected", "bug")
    assert outcome.detail == f"{URL}: ZeroDivisionError: a fault of ours"
    assert "Traceback" in caplog.text

    assert [one.kind for one in replay(corpus, tmp_path / "archive", {SOURCE.id: SOURCE})] == ["article"]
    assert corpus.article(URL) is not None


def test_an_article_the_corpus_refuses_is_a_fault_of_ours_too(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    normalise = module.normalise

    def without_zone(*given: object) -> Article:
        made = normalise(*given)  # type: ignore[arg-type]
        return replace(made, published_at=datetime(2026, 10, 12))  # noqa: DTZ001 - the fault

    monkeypatch.setattr(module, "normalise", without_zone)
    outcome = ingest(page(), SOURCE, corpus, None)
    assert outcome.reason == "bug"
    assert "published_at must carry a time zone" in str(outcome.detail)


def test_what_the_corpus_trips_over_is_a_fault_of_ours_too(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    normalise = module.normalise

    def half_an_emoji(*given: object) -> Article:
        made = normalise(*given)  # type: ignore[arg-type]
        return replace(made, title="Vui \ud83d")

    monkeypatch.setattr(module, "normalise", half_an_emoji)
    outcome = ingest(page(), SOURCE, corpus, None)
    assert outcome.reason == "bug"
    assert "UnicodeEncodeError" in str(outcome.detail)
    monkeypatch.undo()
    assert ingest(page(), SOURCE, corpus, None).kind == "article"


def test_a_broken_database_is_no_fault_of_the_page(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object, **named: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(corpus, "keep", full)
    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        ingest(page(), SOURCE, corpus, None)


def test_a_corpus_that_cannot_be_written_is_loud(tmp_path: Path) -> None:
    Corpus.open(tmp_path / "c.sqlite").close()
    with Corpus.open(tmp_path / "c.sqlite", read_only=True) as corpus, pytest.raises(CorpusError):
        ingest(page(), SOURCE, corpus, None)


def test_a_page_of_a_source_that_is_no_more_is_read_by_the_generic_reader(corpus: Corpus, tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path / "archive") as archive:
        archive.write(page())
    assert [one.kind for one in replay(corpus, tmp_path / "archive", {})] == ["article"]
    stored = corpus.article(URL)
    assert stored is not None
    assert stored.article.extractor == "generic"


def test_pages_before_damage_in_the_archive_are_replayed(corpus: Corpus, tmp_path: Path) -> None:
    root = tmp_path / "archive"
    with ArchiveWriter(root) as writer:
        places = [writer.write(page(url=f"https://baohagiang.vn/{n}.html")) for n in range(3)]
    path = root / places[0].file
    data = bytearray(path.read_bytes())
    data[places[2].offset + 30] ^= 0xFF
    path.write_bytes(data + data[places[0].offset :])
    found = replay(corpus, root, {})
    assert [next(found).kind, next(found).kind] == ["article", "copy"]
    with pytest.raises(ArchiveError, match="is damaged"):
        next(found)
    assert corpus.stats().pages == 2
    assert corpus.check() == []


def test_pages_together_are_stored_as_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = [(page(url=f"https://baohagiang.vn/{n}.html"), None, None) for n in range(3)]
    given.append((page(b"", status=404, url="https://baohagiang.vn/4.html"), None, None))
    with Corpus.open(tmp_path / "one.sqlite") as one, Corpus.open(tmp_path / "many.sqlite") as many:
        alone = [ingest(*each[:2], one, each[2]) for each in given]
        assert ingest_many(given, many) == alone
        # Rows written in another order fill the pages of the file otherwise.
        assert replace(many.stats(), size=0) == replace(one.stats(), size=0)

        # What the corpus trips over is a fault of ours for one page, and the others are stored all the same.
        def refuse(result: object, *rest: object) -> None:
            if getattr(result, "url", "").endswith("/9.html"):
                raise ValueError("nine")

        monkeypatch.setattr("corpus.rows.require_storable", refuse)
        more = [(page(url=f"https://baohagiang.vn/{n}.html"), None, None) for n in (8, 9)]
        first, second = ingest_many(more, many)
        assert (first.kind, second.kind, second.reason) == ("copy", "rejected", "bug")
        assert many.check() == []
