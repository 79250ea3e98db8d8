"""Words as signs: each word has one code and no two share it, and what is the same without tones is found as that."""

from __future__ import annotations

import re
import sys

from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.forms import forms
from corpus.syllables import SIGNS, bare, coded, folded_signs, packed, signs, spelled, unpacked
from corpus.text import WORD, fold, match_key
from tests.made_articles import story

_PART = re.compile(f"[{SIGNS}]|[^ \n{SIGNS}]+")
_WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            ["du", "lịch", "quỳnh", "đắk", "hôa", "ôtô", "usd", "2025", "01", "12000", "đh", "trung", "中国"]
        ),
        st.text("aăâbcdđeêghơqutưyạửễ0129中한й𝐚k\u0306\u0307", min_size=1, max_size=7).map(match_key),
    ).filter(lambda word: WORD.fullmatch(word) is not None),
    max_size=12,
)


def words_of(text: str) -> list[str]:
    """The words of a coded text again."""
    of = {sign: word for word, sign in signs().items()}
    back = {ord(letter) + 0xF0000: letter for letter in map(chr, range(0x3000, 0x10000))}
    return [of.get(part) or part.translate(back) for part in _PART.findall(text)]


def test_each_syllable_has_a_sign_of_its_own_and_is_spelled_as_texts_are_compared() -> None:
    assert len(set(signs().values())) == len(signs()) > 30_000
    assert all(re.fullmatch(f"[{SIGNS}]", sign) for sign in signs().values())
    assert all(match_key(word) == word for word in signs())
    assert {
        "hòa",
        "thúy",
        "quý",
        "khuỷu",
        "ngoèo",
        "giếng",
        "gì",
        "nghiêng",
        "thuở",
        "lắk",
        "0",
        "007",
    } <= signs().keys()


def test_without_tones_each_sign_is_found_once_and_by_its_folded_word() -> None:
    assert sorted("".join(folded_signs().values())) == sorted(signs().values())
    assert all(signs()[word] in folded_signs()[fold(word)] for word in signs())


def test_nearly_every_word_of_a_story_has_a_sign() -> None:
    found = [word for text in forms([story(n).text for n in range(40)]) for word in text.words.split()]
    assert sum(word in signs() for word in found) > 0.9 * len(found)


@settings(deadline=None)
@given(_WORDS)
@example(["usd", "usd", "du", "usd"])
def test_a_text_is_its_words_and_no_others(words: list[str]) -> None:
    text = coded(words)
    assert words_of(text) == words
    assert "  " not in text
    assert unpacked(packed([" ".join(words), " ".join(words)])) == f"{text}\n{text}"


@settings(deadline=None)
@given(_WORDS)
def test_bare_letters_are_folded_letters(words: list[str]) -> None:
    assert list(map(fold, words_of(bare(coded(words))))) == list(map(fold, words))
    assert all(word in signs() or word == fold(word) for word in words_of(bare(coded(words))))


def test_of_all_letters_there_are_those_that_fold_to_a_letter_are_known_as_it() -> None:
    for code in range(0x80, sys.maxunicode + 1):
        letter = chr(code)
        key = fold(letter)
        # Of a text the match key is coded: what is written otherwise there never stands in it.
        if len(key) == 1 and key.isascii() and letter.isalnum() and match_key(letter) == letter:
            assert re.fullmatch(spelled(key, toned=False), letter), (hex(code), letter)
