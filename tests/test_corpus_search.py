"""Search as readers type it: with tones, without, in quotes, in part, and with the worst of intentions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus import Corpus, Query, QueryError, Tagging
from corpus.querylang import read
from corpus.records import VIETNAM
from corpus.snippet import snippet
from tests.made_articles import paragraph_blocks, story

DAYS = [
    datetime(2021, 6, 3, 9, 15, tzinfo=VIETNAM),
    datetime(2025, 6, 30, 8, tzinfo=VIETNAM),
    datetime(2025, 7, 1, 8, tzinfo=VIETNAM),
]
TEXTS = {
    1: (
        "Quảng bá du lịch Hà Giang",
        "Gian hàng của tỉnh mời khách nếm trà Shan tuyết và xem khèn Mông ngay tại hội chợ.",
    ),
    2: (
        "Họp báo ở Đồng Văn",
        "Lãnh đạo huyện giới thiệu cách quảng bá sản phẩm và đón khách du lịch cuối tuần trên cao nguyên đá.",
    ),
    3: (
        "Hoà giải ở cơ sở",
        "Tổ hòa giải thôn Bản Hoàn gỡ được tám vụ việc; lê Đường Thượng năm nay được mùa.",
    ),
    4: (
        "Làm đường mới",
        "Con đường nối hai xã vừa thông xe, bà con chở ngô ra chợ nhanh hơn. Quang cảnh ba thôn đổi khác, du khách "
        "lịch sự.",
    ),
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus.open(tmp_path_factory.mktemp("search") / "corpus.sqlite") as opened:
        for n, (title, text) in TEXTS.items():
            day = DAYS[n - 1] if n <= len(DAYS) else None
            article = story(
                n,
                title=title,
                lead=None,
                blocks=paragraph_blocks(text),
                source="bao_dong_thap" if n == 4 else "bao_ha_giang",
                province={1: "Hà Giang", 2: "Hà Giang", 3: "Tuyên Quang", 4: "Thừa Thiên Huế"}[n],
                published_at=day,
                published_precision="minute" if day else None,
                published_from="printed" if day else None,
            )
            opened.keep(article, page=None, place=None)
        opened.add_tagging(1, Tagging("model-1", ("tourism", "events"), "tourism", {"tourism": 0.9}))
        opened.add_tagging(2, Tagging("model-1", ("tourism",), "tourism", {"tourism": 0.7}))
        yield opened


def ids(corpus: Corpus, text: str | None = None, **filters: object) -> list[int]:
    return [hit.id for hit in corpus.search(Query(text, **filters)).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("quang ba du lich", [1, 2, 4]),
        ("QUANG BA DU LICH", [1, 2, 4]),
        ("quảng bá du lịch", [1, 2]),
        ("quảng bá du lich", []),  # typed with tones: every word is
        ('"quảng bá du lịch"', [1]),
        ('"quang ba du lich"', [1]),
        ("“quảng bá du lịch”", [1]),
        ("Qua\u0309ng ba\u0301 du li\u0323ch", [1, 2]),  # as a Mac types it
        ("hoà giải", [3]),
        ("hòa giải", [3]),
        ("hoa giai", [3]),
        ("hoàn", [3]),
        ("hoà*", [3]),
        ("dong van", [2]),
        ("đồng văn", [2]),
        ("Ðồng Văn", [2]),  # the Icelandic capital, as some keyboards and files have it
        ("đường", [4, 3]),  # in the title it weighs more
        ("duong", [4, 3]),
        ("khe*", [1]),
        ('"khen mo"*', [1]),
        ("khèn -mông", [1]),
        ("gia*", [1, 3]),
        ("không có trong báo", []),
    ],
)
def test_words_find_what_a_reader_means(corpus: Corpus, typed: str, found: list[int]) -> None:
    assert sorted(ids(corpus, typed)) == sorted(found)
    assert corpus.search(Query(typed)).total == len(found)


def test_the_title_weighs_more_than_the_text(corpus: Corpus) -> None:
    assert ids(corpus, "đường") == [4, 3]
    scores = [hit.score for hit in corpus.search(Query("quang ba du lich")).hits]
    assert scores == sorted(scores, key=lambda score: -(score or 0))
    assert ids(corpus, "quang ba du lich")[0] == 1


def test_a_toned_query_is_never_widened_but_says_what_it_might_find(corpus: Corpus) -> None:
    answer = corpus.search(Query("quảng bá du lich"))
    assert (answer.hits, answer.total, answer.without_tones) == ((), 0, 3)
    assert corpus.search(Query("quảng bá")).without_tones is None
    assert corpus.search(Query("khong thay dau")).without_tones is None


def test_without_words_the_newest_come_first_and_the_undated_last(corpus: Corpus) -> None:
    assert ids(corpus) == [3, 2, 1, 4]
    answer = corpus.search(Query(limit=2))
    assert ([hit.id for hit in answer.hits], answer.total) == ([3, 2], 4)
    assert all(hit.score is None for hit in answer.hits)
    assert corpus.search(Query(limit=0)).total == 4
    assert [stored.id for stored in corpus.articles(Query(limit=3))] == [3, 2, 1]
    assert [stored.id for stored in corpus.articles(Query("quang ba", limit=None))] == [2, 1, 4]
    assert [stored.id for stored in corpus.articles()] == [1, 2, 3, 4]


def test_filters_narrow_together(corpus: Corpus) -> None:
    assert ids(corpus, themes=("tourism",)) == [2, 1]
    assert ids(corpus, themes=("tourism", "events")) == [1]
    assert ids(corpus, "quảng bá", themes=("events",), source="bao_ha_giang") == [1]
    assert ids(corpus, source="bao_dong_thap") == [4]
    assert ids(corpus, since=date(2021, 6, 3), until=date(2021, 6, 3)) == [1]
    assert ids(corpus, since=date(2025, 6, 30)) == [3, 2]
    assert ids(corpus, until=date(2021, 6, 2)) == []
    assert ids(corpus, language="en") == []
    assert ids(corpus, language="vi", source="bao_dong_thap") == [4]


def test_a_province_is_asked_for_under_any_map(corpus: Corpus) -> None:
    assert ids(corpus, province="Hà Giang") == [2, 1]
    assert ids(corpus, province="tỉnh HÀ GIANG") == [2, 1]
    assert ids(corpus, province="Tuyên Quang") == [3]
    assert ids(corpus, province="Hà Giang", province_map="34") == [3, 2, 1]
    assert ids(corpus, province="Tuyên Quang", province_map="34") == [3, 2, 1]
    assert ids(corpus, province="Tuyên Quang", province_map="63") == []  # after the merger nobody can tell which part
    assert ids(corpus, province="Huế", province_map="63") == [4]
    assert ids(corpus, province="Thừa Thiên Huế", province_map="34") == [4]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (Query("…"), "holds no letter or digit"),
        (Query('"" * -'), "holds no letter or digit"),
        (Query(""), "holds no letter or digit"),
        (Query("\udcff"), "is not valid Unicode"),
        (Query(province="Atlantis"), "'Atlantis' is not a province"),
        (Query(since=date(2025, 2, 1), until=date(2025, 1, 1)), "no day lies between"),
        (Query(limit=-1), "must be 0 or more"),
    ],
)
def test_a_question_without_meaning_is_one_sentence(corpus: Corpus, query: Query, sentence: str) -> None:
    with pytest.raises(QueryError, match=sentence):
        corpus.search(query)
    with pytest.raises(QueryError, match=sentence):
        list(corpus.articles(query))


HOSTILE = [
    "'; DROP TABLE articles; --",
    'du" OR "1"="1',
    "title_toned : du",
    "{body_folded} : (x)",
    "NEAR(du lich, 5)",
    "du AND NOT lich OR",
    "^du + lich",
    "du:lich*-(",
    '"""',
    "a\x00b",
    "%_?1:x@y$z",
    "\\",
    "ﬁ ẞ İ ŉ ͅ",
    "a" * 5000,
    "du " * 1000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_query_is_read_as_a_command(corpus: Corpus, text: str) -> None:
    try:
        corpus.search(Query(text))
    except QueryError as error:
        # Either answer is right, no other error is.
        assert re.search("holds no letter or digit|cannot be read at character [0-9]+: ", str(error))  # noqa: PT017
    assert corpus.stats().articles == 4
    assert corpus.search(Query(source=text, themes=(text,))).total == 0


@settings(max_examples=300, deadline=None)
@example("\u0345", (), None)
@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from(['"', "*", " ", "-", "(", ")", "{", ":", "hoà", "OR", "đ"])).map("".join),
    st.lists(st.text(max_size=5), max_size=2).map(tuple),
    st.none() | st.text(max_size=5),
)
def test_any_query_is_answered_or_refused_clearly(
    corpus: Corpus, text: str, themes: tuple[str, ...], source: str | None
) -> None:
    try:
        answer = corpus.search(Query(text))
        filtered = corpus.search(Query(text, themes=themes, source=source))
    except QueryError:
        return
    assert answer.total >= filtered.total >= len(filtered.hits)
    for hit in answer.hits:
        for start, end in hit.snippet.matches:
            assert 0 <= start < end <= len(hit.snippet.text)


@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_every_piece_of_a_text_finds_its_article(corpus: Corpus, n: int, data: st.DataObject) -> None:
    words = TEXTS[n][1].split()
    start = data.draw(st.integers(0, len(words) - 1))
    phrase = " ".join(words[start : start + data.draw(st.integers(1, 6))])
    assert n in ids(corpus, f'"{phrase}"')


# Snippets


def marked(text: str, query: str) -> str:
    found = snippet(text, read(query))
    shown = found.text
    for start, end in reversed(found.matches):
        shown = f"{shown[:start]}[{shown[start:end]}]{shown[end:]}"
    return shown


def test_a_snippet_marks_the_words_as_printed() -> None:
    text = "Tổ hoà giải họp.\nHòa Bình gửi quà, hoa nở."
    assert marked(text, "hòa") == "Tổ [hoà] giải họp. [Hòa] Bình gửi quà, hoa nở."
    assert marked(text, "hoa") == "Tổ [hoà] giải họp. [Hòa] Bình gửi quà, [hoa] nở."
    assert marked(text, '"hòa bình"') == "Tổ hoà giải họp. [Hòa Bình] gửi quà, hoa nở."
    assert marked(text, "gi* qua") == "Tổ hoà [giải] họp. Hòa Bình gửi [quà], hoa nở."
    assert marked(text, "vắng") == "Tổ hoà giải họp. Hòa Bình gửi quà, hoa nở."
    assert snippet("", read("a")).text == ""
    assert snippet("Một câu.", None).matches == ()


def test_a_snippet_of_a_long_text_shows_where_the_words_meet() -> None:
    filler = "bà con trong thôn kể chuyện ngày mùa " * 20
    text = f"Chợ phiên đầu năm. {filler} Khách đến chợ mua mật ong bạc hà rất đông. {filler}"
    shown = marked(text, "chợ mật ong")
    assert "[chợ] mua [mật] [ong] bạc hà" in shown
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown.split()) < 45
    assert marked(text, "phiên").startswith("Chợ [phiên] đầu năm.")
    end = marked(f"{filler} Hết tin.", "hết")
    assert end.startswith("… ")
    assert end.endswith("[Hết] tin.")


def test_words_side_by_side_come_before_words_far_apart(tmp_path: Path) -> None:
    scattered = "Du khách ghé bảo tàng. " + "Một câu kể chuyện khác. " * 20 + "Cha xưa xem lịch, quang gánh để ba hôm."
    together = "Tỉnh lo quảng bá du lịch mùa nước nổi."
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for number, text in enumerate((scattered, together, f"{scattered} Hết.")):
            article = story(number, title=f"Tin số {number}", blocks=paragraph_blocks(text))
            corpus.keep(article, page=None, place=None)
        hits = corpus.search(Query(text="quang ba du lich")).hits
    assert len(hits) == 3
    assert hits[0].title == "Tin số 1"


def test_a_phrase_does_not_run_from_one_paragraph_into_the_next(tmp_path: Path) -> None:
    texts = ("Khách ngồi nghe kể chuyện du.", "Lịch treo trên vách. Nhà \ue000 sàn", "quay ra suối.")
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep(story(1, lead=None, blocks=paragraph_blocks(*texts)), page=None, place=None)
        for phrase in ('"du lịch"', '"du lich"', '"sàn quay"', '"du \ue000 lịch"'):
            assert corpus.search(Query(phrase)).total == 0, phrase
        for words in ("du lịch", '"kể chuyện du"', '"Trên vách. Nhà"', "sàn quay"):
            assert corpus.search(Query(words)).total == 1, words
        with pytest.raises(QueryError, match="holds no letter or digit"):
            corpus.search(Query("\ue000"))
        article = next(corpus.articles()).article
        corpus.keep(story(1, blocks=paragraph_blocks("Bài khác.")), page=None, place=None)
        assert corpus.search(Query("vách")).total == 0, "an entry is removed as it was added"
    assert "chuyện du. Lịch treo" in marked(article.text, '"du lịch"')
    assert "[trên vách]" in marked(article.text, '"trên vách"')
