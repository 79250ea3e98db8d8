"""Looked through by themselves, articles hold what the index finds in them, and a search says the same either way."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.made_corpus import made_corpus
from corpus import Corpus, Query, Rejection, index, sequences
from corpus.errors import QueryError
from corpus.forms import forms
from corpus.index import Wanted
from corpus.keeping import Result
from corpus.querylang import read
from corpus.syllables import unpacked
from tests.made_articles import page_of, story

_SEVERAL = ["du", "dư", "lịch", "lích", "hoa", "hòa", "hôa", "đắk", "dak", "ôtô", "usd", "usdt", "đ", "2025", "12000"]
_WORDS = st.sampled_from([*_SEVERAL, "Й", "и", "中国", "中", "Kê̆ng", "keng", "İl", "il", "ﬁ"])
_WRITTEN = st.one_of(_WORDS, _WORDS, _WORDS, st.sampled_from(["–", "🥳", "\uf073", "\u0306", "a\u0305b"]))
_LINES = st.tuples(st.lists(_WRITTEN, min_size=1, max_size=9), st.sampled_from([" ", " ", "🥳", "\uf073"]))
_TEXTS = st.lists(_LINES.map(lambda line: line[1].join(line[0])), min_size=1, max_size=4)
_TERMS = st.one_of(
    _WORDS,
    _WORDS.map("{}*".format),
    st.lists(_WORDS, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.lists(_WORDS, min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"*'),
)
_QUERIES = st.one_of(
    st.lists(_WORDS, min_size=2, max_size=4).map(" ".join),
    st.lists(_TERMS, min_size=1, max_size=3).map(" ".join),
    st.tuples(_TERMS, _TERMS).map(" OR ".join),
    st.tuples(_TERMS, _TERMS, _TERMS).map(lambda terms: f"{terms[0]} ({terms[1]} OR {terms[2]})"),
    st.tuples(_TERMS, _TERMS).map(" NOT ".join),
)


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What makes the index and the words in order, without the rest of a corpus."""
    with Corpus.open(tmp_path_factory.mktemp("schema") / "corpus.sqlite") as corpus:
        rows = corpus.connection.execute("SELECT sql FROM sqlite_master WHERE name IN ('search', 'sequences')")
        return [statement for (statement,) in rows]


@settings(max_examples=100, deadline=None)
@given(st.lists(_TEXTS, min_size=1, max_size=8), st.lists(_QUERIES, min_size=1, max_size=12))
def test_a_text_holds_what_the_index_finds_in_it(schema: list[str], texts: list[list[str]], queries: list[str]) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in schema:
            connection.execute(statement)
        index.add_many(connection, [(n, index.entry_of(forms(text))) for n, text in enumerate(texts, 1)])
        held = sequences.read(connection, range(1, len(texts) + 1)) or {}
        for query in queries:
            try:
                wanted = read(query)
            except QueryError:
                continue
            _same(connection, held, wanted)
            if wanted.toned:
                _same(connection, held, wanted.without_tones())


def _same(connection: sqlite3.Connection, held: dict[int, bytes], wanted: Wanted) -> None:
    asked = [
        (wanted.expression(), sequences.holding(wanted)),
        (wanted.expression(in_title=True), sequences.in_title(wanted)),
        *zip(wanted.together() or (), sequences.together(wanted) or (), strict=True),
    ]
    for expression, test in asked:
        rows = connection.execute("SELECT rowid FROM search WHERE search MATCH ? ORDER BY 1", (expression,))
        assert [n for n, text in held.items() if test(unpacked(text))] == [n for (n,) in rows], expression
    rows = connection.execute("SELECT rowid FROM search WHERE search MATCH ? ORDER BY 1 DESC", (wanted.expression(),))
    assert sequences.found(held, wanted) == [n for (n,) in rows]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    path = tmp_path_factory.mktemp("sequences") / "corpus.sqlite"
    with Corpus.open(path) as made:
        made.keep_many(Result(each.article) for each in made_corpus(400))
        yield made


@pytest.mark.parametrize("limit", [5, 0, None])
@pytest.mark.parametrize("filters", [{"source": "bao_so_01"}, {"source": "bao_so_02", "stories": True}])
@pytest.mark.parametrize("frequent", [10, 50_000])
def test_a_search_under_filters_is_that_of_the_index(
    corpus: Corpus,
    monkeypatch: pytest.MonkeyPatch,
    filters: dict[str, object],
    limit: int | None,
    frequent: int,
) -> None:
    monkeypatch.setattr("corpus.telling.FREQUENT", frequent)
    monkeypatch.setattr("corpus.ranking.SCATTERED", 1)
    looked_through = Mock(wraps=sequences.few)
    monkeypatch.setattr(sequences, "few", looked_through)
    asked = ["tỉnh", "tinh", "của tỉnh", "cua tinh*", '"hợp tác"', "hop tac", "biên giới NOT cửa", "của OR không"]
    queries = [Query(text, limit=limit, **filters) for text in (*asked, "khôngđâu", "đường")]  # type: ignore[arg-type]
    by_words = [corpus.search(query) for query in queries]
    assert looked_through.call_count >= len(queries)
    monkeypatch.setattr("corpus.ranking.SCATTERED", 10**9)
    assert [corpus.search(query) for query in queries] == by_words
    assert sum(answer.total > 0 for answer in by_words) > 5


def test_what_was_changed_or_withdrawn_is_found_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.ranking.SCATTERED", 1)

    def found(text: str) -> list[int]:
        return [hit.id for hit in corpus.search(Query(text, source=story(1).source)).hits]

    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        first = replace(story(1), title="Đoàn khảo sát bến Thành Long")
        kept = corpus.keep(first, page=None, place=None)
        assert found("thành long") == [kept.article_id]
        later = replace(first, title="Đoàn khảo sát bến Hồng Gai", fetched_at=first.fetched_at + timedelta(hours=2))
        page = page_of(later)
        later = replace(later, page_digest=page.digest)
        assert corpus.keep(later, page=None, place=None).kind == "changed"
        assert (found("thành long"), found("hồng gai")) == ([], [kept.article_id])
        corpus.keep(Rejection(first.url, first.source, "no_body", "no text"), page=page, place=None)
        assert found("hồng gai") == []
        assert corpus.connection.execute("SELECT count(*) FROM sequences").fetchone() == (0,)
        assert list(corpus.check()) == []


def test_words_in_order_that_are_missing_are_told(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n in range(3):
            corpus.keep(story(n), page=None, place=None)
        corpus.connection.execute("DELETE FROM sequences WHERE article_id = 2")
        told = "1 articles are missing from the words in order; tintinh optimize adds them"
        assert list(corpus.check()) == [told]
        corpus.optimize()
        assert list(corpus.check()) == []
        corpus.connection.execute("PRAGMA foreign_keys = OFF")
        corpus.connection.execute("INSERT INTO sequences VALUES (9, x'')")
        assert "1 words in order belong to no article" in list(corpus.check())
        corpus.connection.execute("DELETE FROM derived WHERE name = 'sequences'")
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert list(corpus.check()) == []


@pytest.mark.parametrize("text", ["mừng", "kỳ", "ngày", "Kê̆ng", "keng", "Ilkay", "İlkay", "gundogan"])
def test_signs_of_other_scripts_part_words_and_marks_stay_in_them(
    tmp_path: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.ranking.SCATTERED", 1)
    titles = ["Chúc mừng🥳 năm mới", "Hoa 🤝kỳ", "Xem thêm\uf073ngày", "Làng Plei Kê̆ng", "İlkay Gündoğan"]
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n, title in enumerate(titles):
            corpus.keep(story(n, title=title), page=None, place=None)
        for filters in ({}, {"source": story(0).source}):
            for limit in (20, None):
                answer = corpus.search(Query(text, limit=limit, **filters))  # type: ignore[arg-type]
                assert (answer.total, len(answer.hits)) == (1, 1), (filters, limit)


def test_articles_as_long_as_books_are_left_to_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n in range(40):
            corpus.keep(story(n), page=None, place=None)
        size = sum(map(len, (sequences.read(corpus.connection, range(1, 41)) or {}).values()))
        monkeypatch.setattr(sequences, "_HELD", size - 1)
        assert sequences.read(corpus.connection, range(1, 41)) is None
        assert len(sequences.read(corpus.connection, range(1, 40)) or {}) == 39
        monkeypatch.setattr("corpus.ranking.SCATTERED", 1)
        monkeypatch.setattr("corpus.telling.FREQUENT", 0)
        assert corpus.search(Query("chợ", source=story(0).source)) == corpus.search("chợ")


def test_for_many_words_at_once_the_index_is_read() -> None:
    assert sequences.suits(read("một hai ba bốn năm sáu bảy tám"))
    assert not sequences.suits(read("một hai ba (bốn OR năm) NOT sáu bảy tám chín"))
