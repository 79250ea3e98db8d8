"""Snippets: what they were for an article, and as quick for a text of a million characters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import snippet as module
from corpus.querylang import read
from corpus.snippet import LOOKED_AT, ORDINARY, Snippet, snippet
from tests.plain_snippet import plain_snippet

WORDS = st.sampled_from(["chợ", "phiên", "mật", "ong", "cho", "hoà", "hòa", "bình", "Đồn", "biên", "giới", "a", "2026"])
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from([" ", ", ", ".\n", " – ", "\n\n"])), max_size=400).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
QUERIES = st.sampled_from(
    ["chợ", "cho", "ho*", "hoa binh", '"biên giới"', "chợ OR ong", '"mật ong" đồn', "chợ phiên mật ong", "vắng", "2026"]
)
FILLER = "bà con trong thôn kể ngày mùa "


def pieces(shown: Snippet) -> Iterator[str]:
    yield from (shown.text[start:end] for start, end in shown.matches)


@given(TEXTS, QUERIES)
def test_of_an_article_it_is_what_it_was(text: str, query: str) -> None:
    wanted = read(query)
    assert snippet(text, wanted) == plain_snippet(text, wanted)


@given(TEXTS, QUERIES)
def test_of_a_long_text_it_shows_the_first_that_is_found(text: str, query: str) -> None:
    """A match is shown where there is one, as it stands in the text, and no word is cut, whatever the pieces are: here
    texts count as long from 150 characters on, and are looked at in pieces of 90."""
    wanted = read(query)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("ORDINARY", 150), ("_PIECE", 90), ("_LEAD", 60)):
            patch.setattr(module, name, value)
        shown = snippet(text, wanted)
    before = plain_snippet(text, wanted)
    assert bool(shown.matches) == bool(before.matches)
    bare = shown.text.removeprefix("… ").removesuffix(" …")
    flat = text.replace("\n", " ")
    assert bare.rstrip() in flat
    assert len(bare.split()) <= 60
    assert set(bare.replace("–", " ").replace(",", " ").replace(".", " ").split()) <= set(
        flat.replace("–", " ").replace(",", " ").replace(".", " ").split()
    )
    spans = [word.span() for word in module.WORD.finditer(text)]
    every = {text[spans[n][0] : spans[last][1]] for n, last, _ in module.matches(text, wanted)}
    assert {piece.replace("\n", " ") for piece in pieces(shown)} <= {piece.replace("\n", " ") for piece in every}
    assert shown.text.startswith("… ") or flat.startswith(bare)


@pytest.mark.parametrize("pad", ["a ", "bà ", "x" * 700 + " "])
def test_a_phrase_is_found_wherever_a_piece_ends(pad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ORDINARY", 150), ("_PIECE", 90), ("_LEAD", 60)):
        monkeypatch.setattr(module, name, value)
    for before in range(100):
        text = f"{pad * before}cửa khẩu biên giới {'a ' * 90}"
        assert list(pieces(snippet(text, read('"khẩu biên giới"')))) == ["khẩu biên giới"], before


def test_a_match_deep_in_a_book_is_shown_around_itself() -> None:
    book = FILLER * 6_000
    assert len(book) > 2 * ORDINARY
    deep = f"{book[:100_000]}Khách đến chợ\nmua mật ong. {book}"
    shown = snippet(deep, read("chợ mật ong"))
    assert list(pieces(shown)) == ["chợ", "mật", "ong"]
    assert shown.text.startswith("… ")
    assert "Khách đến chợ mua mật ong. bà con" in shown.text
    assert shown.text.endswith(" …")
    assert len(shown.text.split()) <= 40


def test_the_end_of_a_book_ends_the_snippet() -> None:
    shown = snippet(f"{FILLER * 3_000}Hết tin.", read("hết"))
    assert shown.text.endswith("mùa Hết tin.")
    assert list(pieces(shown)) == ["Hết"]


def test_no_more_of_a_book_is_looked_at_than_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes it slow is counted, not timed: the characters that are looked through."""
    looked: list[int] = []
    places = module.matches

    def counted(text: str, *others: object) -> list[tuple[int, int, int]]:
        looked.append(len(text))
        return places(text, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "matches", counted)
    for book in ("a " * 700_000, FILLER * 50_000, "x" * 1_400_000, "đ" * 10 + "." * 1_400_000):
        for query in ("a", "a*", '"trong thôn"', "vắng", "bà OR con OR mùa"):
            looked.clear()
            shown = snippet(book, read(query))
            assert sum(looked) < 1.2 * LOOKED_AT
            assert len(shown.text) < ORDINARY
    deep = FILLER * 50_000 + "vắng"
    assert snippet(deep, read("vắng")).matches == ()
    assert snippet(deep, read("vắng")).text.startswith("bà con")
