"""The language of queries: what each form finds, what each mistake is told, and what no text can do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus import Corpus, Query, QueryError, Tagging
from corpus.querylang import DEEPEST, read
from tests.made_articles import paragraph_blocks, story

TEXTS = {
    1: "Biên giới yên bình, đồn biên phòng tuần tra cùng bạn Lào.",
    2: "Du lịch cộng đồng ở bản vùng biên giới đón khách Trung Quốc.",
    3: "Hoà giải viên kể chuyện du lịch, chợ phiên họp sớm.",
    4: "Trồng ngô trên nương, và một phiên chợ lùi.",
    5: "Dư luận nói về đường du xuân; hòa nhạc ở quảng trường.",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus.open(tmp_path_factory.mktemp("querylang") / "corpus.sqlite") as opened:
        for n, text in TEXTS.items():
            authors = ("Lò Thị Thuý", "Hoàng Yến") if n == 1 else ("Nguyễn Văn Đức",)
            section = "Biên giới - Biển đảo" if n < 3 else None
            article = story(n, title=f"Tin {n}", lead=None, blocks=paragraph_blocks(text), authors=authors,
                            section=section, language="en" if n == 4 else "vi")  # fmt: skip
            opened.keep(article, page=None, place=None)
        opened.add_tagging(1, Tagging("model-1", ("border",), "border", {"border": 0.9, "tourism": 0.1}))
        opened.add_tagging(2, Tagging("model-1", ("border",), "border", {"border": 0.55, "tourism": 0.45}))
        opened.add_tagging(3, Tagging("model-1", ("tourism",), "tourism", {"border": 0.99, "tourism": 0.8}))
        opened.add_tagging(3, Tagging("hand:lan", ("tourism",), "tourism"))
        yield opened


def ids(corpus: Corpus, text: str | None = None, **filters: object) -> set[int]:
    return {hit.id for hit in corpus.search(Query(text, limit=None, **filters)).hits}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("biên giới", {1, 2}),
        ("biên AND giới", {1, 2}),
        ("biên giới NOT du", {1}),
        ("biên giới AND NOT du", {1}),
        ("NOT du biên giới", {1}),
        ("ngô OR lào", {1, 4}),
        ("biên giới OR chợ phiên", {1, 2, 3, 4}),
        ("biên (giới OR chợ)", {1, 2}),
        ('"chợ phiên"', {3}),
        ('"phiên chợ"', {4}),
        ('"chợ phiên" OR "phiên chợ"', {3, 4}),
        ("(chợ OR biên) NOT (lào OR lùi)", {2, 3}),
        ("chợ NOT (phiên NOT lùi)", {4}),
        ("chợ NOT NOT lùi", {4}),
        ("chợ NOT (NOT lùi)", {4}),
        ("chợ (NOT lùi NOT lào)", {3}),
        ("chợ NOT (NOT lùi NOT họp)", {3, 4}),
        ("du* NOT dư*", {2, 3}),
        ('"du lị"*', {2, 3}),
        ("và", {4}),
        ('"AND" OR ngô', {4}),
        ("chợ - phiên", {3, 4}),
        ("chợ (… phiên …)", {3, 4}),
        ("lào and ngô", set()),
        ("CHỢ PHIÊN OR LÀO", {1, 3, 4}),
    ],
)
def test_operators_mean_what_they_say(corpus: Corpus, typed: str, found: set[int]) -> None:
    assert ids(corpus, typed) == found
    assert corpus.search(Query(typed)).total == len(found)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("chợ AND", "at character 5: AND has nothing after it"),
        ("chợ   OR", "at character 5: OR has nothing after it"),
        ("OR chợ", "at character 1: OR has nothing before it"),
        ("chợ AND OR phiên", "at character 5: AND has nothing after it"),
        ("chợ NOT", "at character 5: NOT has nothing after it"),
        ("chợ NOT …", "at character 5: NOT has nothing after it"),
        ("NOT chợ", "at character 1: says only what is not to be found"),
        ("NOT (chợ OR phiên) NOT ngô", "at character 1: says only what is not to be found"),
        ("chợ OR NOT phiên", "at character 8: NOT beside OR has nothing to be taken from"),
        ("(chợ", "at character 1: this \\( is never closed"),
        ("chợ (phiên (ngô)", "at character 5: this \\( is never closed"),
        ("chợ)", "at character 4: this \\) closes no parenthesis"),
        (") chợ", "at character 1: this \\) closes no parenthesis"),
        ("chợ ()", "at character 5: this parenthesis holds nothing"),
        ("(" * 5000 + "chợ" + ")" * 5000, f"at character {DEEPEST + 1}: parentheses are nested more than {DEEPEST}"),
        ("AND OR NOT", "holds no letter or digit"),
    ],
)
def test_a_mistake_is_told_with_its_place(corpus: Corpus, typed: str, sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence) as refused:
        corpus.search(Query(typed))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 10_300


def test_a_snippet_marks_what_was_wanted_and_not_what_was_not(corpus: Corpus) -> None:
    (hit,) = corpus.search(Query("giới (lào OR bạn) NOT du")).hits
    marked = [hit.snippet.text[start:end] for start, end in hit.snippet.matches]
    assert marked == ["giới", "bạn", "Lào"]


def test_a_toned_query_that_finds_nothing_says_what_the_same_question_finds_without_tones(corpus: Corpus) -> None:
    answer = corpus.search(Query("(dú OR chợ) NOT (phiên OR lịch)"))
    assert (answer.total, answer.without_tones) == (0, 1)


# The other filters


def test_the_lowest_probability_takes_the_place_of_the_model_s_threshold(corpus: Corpus) -> None:
    assert ids(corpus, themes=("border",)) == {1, 2}
    assert ids(corpus, themes=("border",), probability=0.6) == {1}
    assert ids(corpus, themes=("tourism",), probability=0.4) == {2, 3}, "a hand label counts as given"
    assert ids(corpus, themes=("border",), probability=0.0) == {1, 2}, "what a person did not give does not count"
    assert ids(corpus, themes=("tourism", "border"), probability=0.1) == {1, 2}
    with pytest.raises(QueryError, match=r"is 1\.5; it must lie between 0 and 1"):
        corpus.search(Query(themes=("border",), probability=1.5))
    with pytest.raises(QueryError, match="needs a theme"):
        corpus.search(Query(probability=0.5))


def test_hand_labels_only(corpus: Corpus) -> None:
    assert ids(corpus, by_hand=True) == {3}
    assert ids(corpus, by_hand=True, themes=("border",)) == set()


@pytest.mark.parametrize(
    ("name", "found"), [("lo thi thuy", {1}), ("LÒ THỊ THÚY", {1}), ("Lò Thị Thuỳ", set()), ("hoang yen", {1}),
                        ("nguyen van duc", {2, 3, 4, 5}), ("Yến", set())]
)  # fmt: skip
def test_an_author_is_a_whole_name_in_any_spelling(corpus: Corpus, name: str, found: set[int]) -> None:
    assert ids(corpus, author=name) == found


def test_section_and_language(corpus: Corpus) -> None:
    assert ids(corpus, section="bien gioi - bien dao") == {1, 2}
    assert ids(corpus, section="Biên giới - Biển đảo", author="hoàng yến") == {1}
    assert ids(corpus, language="en") == {4}
    for blank in ("", " ", "\u200b"):
        with pytest.raises(QueryError, match="no name of a section or an author"):
            corpus.search(Query(section=blank))


def test_stories_leave_reprints_out(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n, source in enumerate(("bao_ha_giang", "bao_dong_thap", "ttxvn_dan_toc")):
            corpus.keep(story(n, blocks=story(1).blocks, lead=None, source=source), page=None, place=None)
        assert corpus.search(Query("vùng cao")).total == 3
        assert corpus.search(Query("vùng cao", stories=True)).total == 1
        assert [stored.id for stored in corpus.articles(Query(stories=True))] == [1]
        assert corpus.trend(Query(stories=True)).rows[0].count == 1


# Properties

PIECES = st.sampled_from(
    ["du", "lịch", "hoà", "hòa", "chợ", "đ*", '"phiên chợ"', '"', "AND", "OR", "NOT", "(", ")", "*", "-", "…", "and",
     "biên", "NEAR", "^", ":", "{title_toned}", "'", ";", "DROP TABLE articles", "\u0345", "\x00", "+"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=30).map(" ".join) | st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
@example("(" * 100_000)
@example("NOT " * 100_000 + "du")
@example("du OR " * 5000 + "du")
@example("du NOT lịch " * 2000)
def test_any_text_is_answered_or_refused_in_a_sentence(corpus: Corpus, text: str) -> None:
    try:
        answer = corpus.search(Query(text))
    except QueryError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either answer is right
        return
    assert answer.total >= len(answer.hits)


WORDS = st.sampled_from(["du", "dư", "lịch", "hoà", "hòa", "chợ", "phiên", "đường", "ngô", "biên", "lào", "và"])
TERMS = WORDS | WORDS.map(lambda word: word + "*") | st.lists(WORDS, min_size=2, max_size=3).map(
    lambda words: f'"{" ".join(words)}"'
)  # fmt: skip


def joined(parts: st.SearchStrategy[str], *operators: str) -> st.SearchStrategy[str]:
    operator = st.sampled_from(operators)
    return st.tuples(parts, st.lists(st.tuples(operator, parts), max_size=3)).map(
        lambda both: "(" + both[0] + "".join(f" {one} {part}" for one, part in both[1]) + ")"
    )


POSITIVE = st.recursive(TERMS, lambda parts: joined(parts, "AND", "OR", ""), max_leaves=12)
ANY = st.recursive(TERMS, lambda parts: joined(parts, "AND", "OR", "", "NOT", "AND NOT"), max_leaves=12)


def found(corpus: Corpus, text: str) -> set[int] | str:
    try:
        return ids(corpus, text)
    except QueryError as error:
        assert "nested" in str(error)  # noqa: PT017
        return "nested too deep"


def bare(text: str) -> str:
    """As it is typed on a keyboard without Vietnamese."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).replace("đ", "d")


@settings(max_examples=200, deadline=None)
@given(POSITIVE)
def test_without_tones_finds_all_that_is_found_with_them(corpus: Corpus, text: str) -> None:
    toned, plain = found(corpus, text), found(corpus, bare(text))
    assert toned == plain or set(toned) <= set(plain)


@settings(max_examples=200, deadline=None)
@given(ANY)
def test_composed_or_not_and_old_or_new_style_are_one_query(corpus: Corpus, text: str) -> None:
    expected = found(corpus, text)
    assert found(corpus, unicodedata.normalize("NFD", text)) == expected
    if "hoà*" not in text and "hòa*" not in text:  # hoà* begins hoàn too, hòa* does not
        assert found(corpus, text.replace("hoà", "hòa")) == found(corpus, text.replace("hòa", "hoà")) == expected


@settings(max_examples=200, deadline=None)
@given(ANY, ANY)
def test_not_and_or_are_those_of_sets(corpus: Corpus, one: str, other: str) -> None:
    # One spelling of tones throughout, for a mark in either half makes the whole count tones.
    a, b = found(corpus, f"{one} AND {one}"), found(corpus, f"{other} AND {other}")
    if isinstance(a, str) or isinstance(b, str) or read(one).toned != read(other).toned:
        return
    assert found(corpus, f"{one} {other}") in (a & b, "nested too deep")
    assert found(corpus, f"{one} OR {other}") in (a | b, "nested too deep")
    assert found(corpus, f"{one} NOT {other}") in (a - b, "nested too deep")


@pytest.mark.parametrize("inner", ["b OR c NOT ({})", "b NOT (c AND d OR e NOT ({}))", "(b c) NOT (d OR ({}) NOT đ*)"])
def test_the_deepest_query_is_answered(corpus: Corpus, inner: str) -> None:
    text = "a"
    for _ in range(20):
        longer = inner.format(text)
        depth = max(longer[:n].count("(") - longer[:n].count(")") for n in range(len(longer)))
        if depth > DEEPEST:
            break
        text = longer
    corpus.search(Query(text))
