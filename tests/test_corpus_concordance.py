"""Concordances: every place once, as printed, with its own paragraph around it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Corpus, Query, QueryError
from tests.made_articles import paragraph_blocks, story

TEXTS = {
    1: ("Chợ phiên đầu năm", "Bà con đi chợ, rồi về. Chợ chiều vãn khách.\nHọp chợ hai lần mỗi tháng."),
    2: ("Hoà giải", "Tổ hòa giải họp ở chợ cũ."),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus.open(tmp_path_factory.mktemp("concordance") / "corpus.sqlite") as opened:
        for n, (title, text) in TEXTS.items():
            article = story(n, title=title, lead=None, blocks=paragraph_blocks(*text.split("\n")))
            opened.keep(article, page=None, place=None)
        yield opened


def shown(corpus: Corpus, text: str, **changes: object) -> list[str]:
    found = corpus.concordance(Query(text), **changes)  # type: ignore[arg-type]
    return [f"{line.left}[{line.match}]{line.right}" for line in found.lines]


def test_every_place_stands_in_its_paragraph(corpus: Corpus) -> None:
    assert shown(corpus, "chợ", width=3) == [
        "giải họp ở[chợ]cũ",
        "[Chợ]phiên đầu năm",
        "Bà con đi[chợ], rồi về. Chợ",
        "chợ, rồi về.[Chợ]chiều vãn khách",
        "Họp[chợ]hai lần mỗi",
    ]
    found = corpus.concordance("chợ", limit=2)
    assert (len(found.lines), found.total, found.articles) == (2, 5, 2)
    assert found.lines[1].part == "title"


def test_words_side_by_side_are_one_place(corpus: Corpus) -> None:
    assert shown(corpus, "hoa giai") == ["[Hoà giải]", "Tổ[hòa giải]họp ở chợ cũ"]
    assert shown(corpus, "họp OR hai", width=1) == ["giải[họp]ở", "[Họp]chợ", "chợ[hai]lần"]
    assert shown(corpus, "giải NOT phiên", width=1) == ["Hoà[giải]", "hòa[giải]họp"]


def test_lines_are_sorted_by_what_stands_beside(corpus: Corpus) -> None:
    assert shown(corpus, "cho", width=1, order="right") == [
        "về.[Chợ]chiều", "ở[chợ]cũ", "Họp[chợ]hai", "[Chợ]phiên", "đi[chợ], rồi",
    ]  # fmt: skip
    assert shown(corpus, "cho", width=1, order="left")[:3] == ["[Chợ]phiên", "đi[chợ], rồi", "Họp[chợ]hai"]


def test_a_frame_and_what_has_no_answer(corpus: Corpus) -> None:
    frame = corpus.concordance("chợ").to_pandas()
    assert list(frame.columns) == ["article_id", "published_at", "source", "part", "left", "match", "right"]
    assert list(corpus.concordance("vắng").to_pandas().columns) == list(frame.columns)
    for query, sentence in ((Query(), "needs words"), (Query("…"), "holds no letter")):
        with pytest.raises(QueryError, match=sentence):
            corpus.concordance(query)
    with pytest.raises(QueryError, match="must be 1 or more words"):
        corpus.concordance("chợ", width=0)
    with pytest.raises(QueryError, match="must be 0 or more"):
        corpus.concordance("chợ", limit=-1)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["chợ", "họp", "ho*", "OR", "NOT", '"bà con"', "hòa", "giải"]), max_size=5).map(" ".join)
)
def test_every_line_is_a_piece_of_its_article(corpus: Corpus, text: str) -> None:
    try:
        found = corpus.concordance(text, width=2, limit=None)
    except QueryError:
        return
    hits = {hit.id for hit in corpus.search(Query(text, limit=None)).hits}
    assert {line.article_id for line in found.lines} <= hits
    assert found.total == len(found.lines)
    for line in found.lines:
        title, body = TEXTS[line.article_id]
        assert line.match in (title if line.part == "title" else body)


def test_without_counting_no_more_is_read_than_is_shown(corpus: Corpus) -> None:
    whole, some = corpus.concordance("chợ", limit=1), corpus.concordance("chợ", limit=1, count=False)
    assert some.lines == whole.lines
    assert (some.total, some.articles) == (1, 1), "of the first article alone"
    assert corpus.concordance("chợ", order="right", limit=1, count=False).total == 5, "to sort, all are read"
