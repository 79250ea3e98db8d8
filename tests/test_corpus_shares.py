"""Shares by province: the same two counts as a trend's, over all days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from corpus import Corpus, Query
from corpus.intervals import wilson
from tests.made_articles import put


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        yield opened
        assert opened.check() == []


def test_a_theme_is_a_share_of_the_tagged_articles_of_the_province_under_the_map(corpus: Corpus) -> None:
    put(corpus, "2024-03-01", ("border",), province="Hà Giang")
    put(corpus, "2024-04-01", (), province="Tuyên Quang")
    put(corpus, "2024-05-01", None, province="Tuyên Quang")  # nobody has tagged it
    put(corpus, "2024-05-02", ("border",), province="Đắk Lắk")
    put(corpus, "2024-05-03", (), province="Điện Biên")
    put(corpus, "2024-05-04", ("border",), province=None)
    new = corpus.province_shares(Query(themes=("border",), province_map="34"))
    # Đ stands after D, the articles without a province come last.
    assert [(row.province, row.count, row.denominator) for row in new] == [
        ("Đắk Lắk", 1, 1),
        ("Điện Biên", 0, 1),
        ("Tuyên Quang", 1, 2),
        (None, 1, 1),
    ]
    assert (new[2].share, (new[2].low, new[2].high)) == (0.5, wilson(1, 2))
    old = corpus.province_shares(Query(themes=("border",), province_map="63"))
    assert {row.province: row.count for row in old if row.province} == {
        "Hà Giang": 1, "Tuyên Quang": 0, "Đắk Lắk": 1, "Điện Biên": 0,
    }  # fmt: skip


def test_words_are_a_share_of_all_articles_and_days_are_kept_to(corpus: Corpus) -> None:
    put(corpus, "2024-03-10", None, province="Lào Cai")
    put(corpus, "2024-03-20", None, province="Lào Cai")
    word = corpus.article(1).article.title.split()[0]  # type: ignore[union-attr]
    whole = corpus.province_shares(word)
    assert [(row.province, row.denominator) for row in whole] == [("Lào Cai", 2)]
    some = corpus.province_shares(Query(word, since=date(2024, 3, 15)))
    assert [(row.province, row.denominator) for row in some] == [("Lào Cai", 1)]
    assert corpus.province_shares(Query(since=date(2025, 1, 1))) == []


def test_copies_count_once_where_stories_are_asked_for(corpus: Corpus) -> None:
    put(corpus, "2024-03-01", ("border",), text=7, province="Lào Cai")
    put(corpus, "2024-03-02", ("border",), text=7, province="Lào Cai")
    asked = Query(themes=("border",))
    assert [row.count for row in corpus.province_shares(asked)] == [2]
    assert [row.count for row in corpus.province_shares(asked, stories=True)] == [1]
