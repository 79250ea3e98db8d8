"""Vietnamese text: what is stored is as printed, what is compared forgets what readers forget."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.text import clean, fold, has_tones, line, match_key, tone_style

VIETNAMESE = st.text("aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđbcghklmnpqrstvx ĐÔƯ")
ANY = st.text() | VIETNAMESE | st.text("Ððđ\u00a0\u200b\u00ad\u0301\u0323\u0302oae \r\n\t")
HALVES = st.text(st.characters(categories=["Cs", "Ll", "Mn"]))


@given(ANY | HALVES)
@example("e\u0323\u0302")
@example("\u0344\u1100\u1161")
@example("a\u200b\u0301")
@example("\r\u00ad\n")
@example("\ud83d \udc00\u0301")
def test_clean_text_is_nfc_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert clean(cleaned) == cleaned
    assert not set(cleaned) & set("Ðð\u00a0\u200b\u00ad\ufeff\x00\r")
    assert cleaned.encode().decode() == cleaned
    assert line(line(text)) == line(text)
    assert "\n" not in line(text)


@pytest.mark.parametrize(
    ("printed", "stored"),
    [
        ("Ðồng Tháp, ðêm", "Đồng Tháp, đêm"),
        (unicodedata.normalize("NFD", "Thừa Thiên Huế"), "Thừa Thiên Huế"),
        ("Hà\u00a0Giang\u200b  và\tbiên \u00adgiới", "Hà Giang và biên giới"),
        ("một\r\nhai\rba", "một\nhai\nba"),
        ("½ tạ ﬁ ①", "½ tạ ﬁ ①"),  # NFC, never NFKC
        ("hoà bình", "hoà bình"),  # the printed style stands
        ("Vui quá \ud83d!", "Vui quá \ufffd!"),  # half an emoji
    ],
)
def test_stored_text_is_as_printed_but_sound(printed: str, stored: str) -> None:
    assert clean(printed) == stored


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "hòa"),
        ("KHOẺ", "khỏe"),
        ("Thuỷ  điện", "thủy\nđiện"),
        ("Xã Hòa Thuý", "xã Hoà Thúy"),
        ("Ðà Nẵng", "Đà Nẵng"),
        (unicodedata.normalize("NFD", "Loè loẹt"), "lòe loẹt"),
    ],
)
def test_spellings_of_one_word_have_one_key(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


@pytest.mark.parametrize("word", ["quý", "quỳ", "hoàn", "toán", "huyền", "khoét", "ngoài", "thuế", "Estée", "qua"])
def test_words_with_one_style_are_left_alone(word: str) -> None:
    assert tone_style(word) == word


@pytest.mark.parametrize(("one", "other"), [("hòa", "họa"), ("quý", "quy"), ("má", "mà"), ("da", "đa")])
def test_words_with_other_tones_have_other_keys(one: str, other: str) -> None:
    assert match_key(one) != match_key(other)
    assert fold(one) == fold(other)


def test_folded_text_is_what_a_bare_keyboard_types() -> None:
    assert fold("Quảng bá DU LỊCH Đồng Văn – Hà Giang, 30/4") == "quang ba du lich dong van – ha giang, 30/4"
    assert fold("Ðắk Lắk ưỡn ẹo") == "dak lak uon eo"


def test_tones_are_seen_where_they_are_typed() -> None:
    assert [has_tones(text) for text in ("quang ba", "Quang Bá", "da", "đa", "Ðak", "ABC 123 -*", "")] == [
        False, True, False, True, True, False, False,
    ]  # fmt: skip


@given(ANY)
def test_keys_are_settled_and_folded_text_has_no_tones(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text)
    assert line(fold(line(text))) == line(fold(match_key(text)))


@given(VIETNAMESE)
def test_folding_vietnamese_leaves_ascii_without_tones(text: str) -> None:
    assert fold(text).isascii()
    assert not has_tones(fold(text))
    assert fold(match_key(text)) == fold(line(text))
