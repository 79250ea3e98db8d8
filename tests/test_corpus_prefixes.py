"""Beginnings of words spelled out find what FTS5 finds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.made_corpus import made_corpus
from corpus import Corpus, prefixes
from corpus.index import Term, Wanted
from corpus.keeping import Result
from corpus.prefixes import has_prefix, spelled_out
from corpus.querylang import read
from tests.made_articles import story

ASKED = [
    "tỉn*", "tin*", "hợp*", "hop*", "của*", "cua*", "đườ* biên", "duo* bien", '"hợp tá"*', '"hop ta"*', "hoà*", "hòa*",
    "hoa* OR cử*", "biên NOT giớ*", "bien (gio* OR khau)", "b*", "hạ* ho*", "2025*", "không đâu có thếnày*",
]  # fmt: skip


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus.open(tmp_path_factory.mktemp("prefixes") / "corpus.sqlite") as made:
        made.keep_many(Result(each.article) for each in made_corpus(300))
        for n, title in enumerate(
            ("Hoà bình, hoàn toàn", "HÒA hợp - Hoa nở", "Hợp tác: hạ tầng hỏa tốc", "Biên giới 2025")
        ):
            made.keep(story(n, title=title), page=None, place=None)
        yield made


def found(corpus: Corpus, wanted: Wanted, *, in_title: bool = False) -> list[int]:
    expression = wanted.expression(in_title=in_title)
    rows = corpus.connection.execute("SELECT rowid FROM search WHERE search MATCH ?", (expression,))
    return [article_id for (article_id,) in rows]


@pytest.mark.parametrize("few", [prefixes.FEW, 60])
@pytest.mark.parametrize("text", ASKED)
def test_the_same_articles_are_found(corpus: Corpus, text: str, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "FEW", few)
    wanted = read(text)
    spelled = spelled_out(corpus.connection, wanted)
    for in_title in (False, True):
        assert found(corpus, spelled, in_title=in_title) == found(corpus, wanted, in_title=in_title)


def test_few_words_are_spelled_out_and_many_are_left_to_the_index(corpus: Corpus) -> None:
    few = spelled_out(corpus.connection, read("hoà*"))
    assert not has_prefix(few.whole)
    assert "hoàn" in few.expression()
    assert spelled_out(corpus.connection, read("h*")) == read("h*")
    nothing = read("thếnày*")
    assert spelled_out(corpus.connection, nothing).whole == Term(("thếnày",), prefix=True)
