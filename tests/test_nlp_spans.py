import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.text import clean
from nlp.segment import segment
from nlp.spans import spans
from tests.test_nlp_segment import NEWS

ROOT = Path(__file__).parent.parent


def in_place(text: str) -> list[list[str]]:
    found = spans(text, segment(text))
    return [[text[start:end] for start, end in sentence] for sentence in found]


def test_a_word_is_shown_where_it_stands():
    text = "Tỉnh ủy  Hòa Bình họp (ngày 2.9).\nDu\u00a0lịch tăng."
    assert in_place(text) == [
        ["Tỉnh ủy", "Hòa Bình", "họp", "(", "ngày", "2.9", ")", "."],
        ["Du\u00a0lịch", "tăng", "."],
    ]


def assert_words_stand_in(text: str) -> None:
    segmentation = segment(text)
    found = spans(text, segmentation)
    end = 0
    for sentence, places in zip(segmentation.sentences, found, strict=True):
        for word, (start, after) in zip(sentence.split(" "), places, strict=True):
            assert end <= start < after <= len(text)
            assert not text[end:start].strip()
            printed = text[start:after]
            assert printed == printed.strip()
            # Each ``_`` is printed, or stands for white space, or for nothing between two tokens.
            assert re.fullmatch("".join(r"(?:_|\s*)" if char == "_" else re.escape(char) for char in word), printed)
            end = after
    assert not text[end:].strip()


@settings(deadline=None, max_examples=200)
@given(st.one_of(NEWS, st.text("ab_ =-(). 1A\nờ", max_size=30)))
def test_every_word_stands_where_its_span_says(text):
    assert_words_stand_in(clean(text))


def test_every_word_of_labelled_news_is_its_span_with_blanks_for_underscores():
    for row in (ROOT / "data" / "labelled" / "themes.jsonl").read_text(encoding="utf-8").splitlines()[::9]:
        text = clean(json.loads(row)["text"])
        assert_words_stand_in(text)
        words = [word for sentence in segment(text).sentences for word in sentence.split(" ")]
        for word, printed in zip(words, (one for sentence in in_place(text) for one in sentence), strict=True):
            if word.replace("_", "").isalpha():
                assert printed == word.replace("_", " ")


def test_a_segmentation_of_another_text_is_refused():
    words = segment("Mưa to. Nắng gắt.")
    with pytest.raises(
        ValueError, match=r"sentence 2 .* has the word 'Nắng', the text goes on with ' Gió': segment it"
    ):
        spans("Mưa to. Gió", words)
    with pytest.raises(ValueError, match="ends before ' Gió'"):
        spans("Mưa to. Nắng gắt. Gió", words)
    with pytest.raises(ValueError, match="has the word ''"):
        spans("Mưa", replace(words, sentences=("",)))
