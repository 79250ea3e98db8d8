"""What is marked in a text, and how two editions are compared."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from corpus import Block, BlockKind
from corpus.mentions import named_text
from corpus.snippet import Snippet
from tests.made_articles import story
from tintinh.explorer.drawing import harmless, shortened
from tintinh.explorer.editions import compare
from tintinh.explorer.marking import Marker, Span, cut, parts
from tintinh.explorer.pages.search import pieces
from tintinh.templated import is_web

texts = st.text(alphabet="abcđ ", max_size=20)


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Span]]:
    text = draw(texts)
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted)
    signs = st.sampled_from(["evidence", "mention", "word"])
    spans = draw(st.lists(st.tuples(ends, signs), max_size=6))
    return text, [Span(start, end, sign) for (start, end), sign in spans]


@given(marked())
def test_runs_are_the_text_and_each_letter_has_its_signs(given_text: tuple[str, list[Span]]) -> None:
    text, spans = given_text
    runs = cut(text, spans)
    assert "".join(run.text for run in runs) == text
    at = 0
    for run in runs:
        for place in range(at, at + len(run.text)):
            signs = {span.sign for span in spans if span.start <= place < span.end}
            assert (run.evidence, run.word) == ("evidence" in signs, "word" in signs)
        at += len(run.text)


def test_offsets_of_pieces_are_those_of_mentions() -> None:
    # Captions stand after the body in the text of an article, wherever they stand on the page.
    article = story(1, blocks=(
        Block(BlockKind.LEAD, "Lời dẫn"), Block(BlockKind.CAPTION, "Chú thích một"), Block(BlockKind.PARAGRAPH, "Đoạn"),
        Block(BlockKind.LIST_ITEM, "Mục"), Block(BlockKind.DROPPED, "Bỏ"), Block(BlockKind.CAPTION, "Chú thích hai"),
        Block(BlockKind.TABLE_ROW, "a | b"), Block(BlockKind.HEADING, "Đầu đề"),
    ), lead="Lời dẫn")  # fmt: skip

    seen: list[tuple[str, int]] = []

    class Noting(Marker):
        def runs(self, text: str, offset: int):  # type: ignore[no-untyped-def]
            seen.append((text, offset))
            return super().runs(text, offset)

    title, found = parts(article, Noting())
    whole = named_text(article)
    assert all(whole[offset : offset + len(text)] == text for text, offset in seen)
    assert sorted(offset for _, offset in seen) == sorted({offset for _, offset in seen})
    assert [part.kind.value for part in found] == [
        "lead", "caption", "paragraph", "list_item", "caption", "table_row", "heading",
    ]  # fmt: skip
    assert title[0].text == article.title
    assert all(later[1] != sooner[1] for sooner, later in pairwise(seen))


@given(st.lists(st.sampled_from("abcde"), max_size=12), st.lists(st.sampled_from("abcde"), max_size=12))
def test_what_went_and_what_came_is_all_that_differs(old: list[str], new: list[str]) -> None:
    compared = compare(old, new)
    assert compared is not None
    changes = [sentence.change for sentence in compared]
    assert ("gone" in changes or "new" in changes) == (old != new)
    gone = [sentence.text for sentence in compared if sentence.change == "gone"]
    came = [sentence.text for sentence in compared if sentence.change == "new"]
    assert len(old) - len(gone) == len(new) - len(came)
    assert all(gone.count(text) <= old.count(text) for text in gone)
    assert all(came.count(text) <= new.count(text) for text in came)


def test_too_much_change_is_not_compared() -> None:
    assert compare([f"a{n}" for n in range(700)], [f"b{n}" for n in range(700)]) is None
    same = [f"a{n}" for n in range(5_000)]
    assert [one.text for one in compare([*same, "x"], [*same, "y"]) or []] == ["a4999", "x", "y"]


def test_only_addresses_of_the_web_become_links() -> None:
    assert is_web("https://bao.example/tin?a=1")
    for address in ("javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//evil.example", "/search",
                    "http:", "https:///x", "file:///etc/passwd", "http://[::1", "ftp://x.example/", None):  # fmt: skip
        assert not is_web(address), address


def test_signs_that_turn_a_page_are_shown_by_their_number() -> None:
    assert harmless("a\u202eb\u2066c\x1b[0m\ud800") == "a[U+202E]b[U+2066]c[U+001B][0m[U+D800]"
    assert harmless("Chợ\tLũng\nHòa") == "Chợ\tLũng\nHòa"
    assert harmless(3) == 3


def test_a_long_title_is_cut_at_a_blank() -> None:
    assert shortened("một hai ba bốn", 9) == "một hai …"
    assert shortened("một" * 100, 9) == "mộtmộtmột …"
    assert shortened("một", 9) == "một"


def test_a_snippet_is_cut_at_its_words() -> None:
    found = pieces(Snippet("một hai ba", ((0, 3), (0, 7), (8, 10))))
    assert [(piece.text, piece.marked) for piece in found] == [("một", True), (" hai ", False), ("ba", True)]
