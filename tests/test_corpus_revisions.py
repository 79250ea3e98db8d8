"""Editions of a story are kept whole, whatever an article can hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from corpus.records import VIETNAM, Block, BlockKind, Picture
from corpus.store import Corpus
from tests.made_articles import story

FULL = story(
    1,
    updated_at=datetime(2025, 2, 3, 9, 45, tzinfo=VIETNAM),
    breadcrumb=("Xã hội", "Đời sống"),
    pictures=(Picture("https://baohagiang.vn/anh/2.jpg", "cho", "Bà con họp.", "Minh Đức"),),
    readers={"title": "rules", "date": "structured"},
)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        yield opened
        assert opened.check() == []


def test_a_story_that_was_updated_before_is_kept_whole_when_it_is_edited_again(corpus: Corpus) -> None:
    corpus.keep(FULL, page=None, place=None)
    later = replace(
        FULL,
        blocks=(*FULL.blocks, Block(BlockKind.PARAGRAPH, "Tin bổ sung lúc 10 giờ.")),
        page_digest="sha256:" + "0" * 64,
        fetched_at=FULL.fetched_at + timedelta(days=1),
    )
    outcome = corpus.keep(later, page=None, place=None)
    assert outcome.kind == "changed"
    assert [one.article for one in corpus.revisions(outcome.article_id or 0)] == [FULL, later]
    assert corpus.editions(FULL.url) == 2
    assert corpus.editions("https://baohagiang.vn/khac") == 0


def test_another_reader_of_the_same_words_makes_no_edition(corpus: Corpus) -> None:
    corpus.keep(FULL, page=None, place=None)
    outcome = corpus.keep(
        replace(FULL, readers={"title": "generic"}, section="Khác", page_digest="sha256:" + "1" * 64),
        page=None,
        place=None,
    )
    # The section is what a reader sees, and so is an edition; who read the title is not.
    assert corpus.editions(FULL.url) == 2
    again = replace(
        FULL, readers={"title": "rules"}, section="Khác", extractor="generic", page_digest="sha256:" + "2" * 64
    )
    corpus.keep(again, page=None, place=None)
    assert len(corpus.revisions(outcome.article_id or 0)) == 2


def test_an_edition_kept_by_an_earlier_release_is_still_read(corpus: Corpus) -> None:
    """Releases before this one wrote JSON by hand, and the first of them had no pictures, readers or update time."""
    outcome = corpus.keep(FULL, page=None, place=None)
    fact = asdict(FULL)
    for name in ("updated_at", "breadcrumb", "pictures", "readers"):
        del fact[name]
    fact |= {name: fact[name].isoformat() for name in ("published_at", "fetched_at")}
    corpus.connection.execute(
        "INSERT INTO revisions (article_id, number, article, fetched_at) VALUES (?, 1, ?, ?)",
        (outcome.article_id, json.dumps(fact, ensure_ascii=False), "2025-03-02T18:00:00.000000+00:00"),
    )
    first = corpus.revisions(outcome.article_id or 0)[0].article
    assert first == replace(FULL, updated_at=None, breadcrumb=(), pictures=(), readers={})
