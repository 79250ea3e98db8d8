"""Texts looked up in tables, all together, come out as the rules of corpus/text.py make them one by one."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from corpus.forms import forms
from corpus.text import WORD, fold, match_key

SIGNS = "aàâầoòóọỏuùúũụyýỷeẻqQhnOÀ  \n\t\u00a0\u200b.,-_…“ßİÐđĐ🙂\ud83d\u0301\u1100\u1161\u0306\u0307µ\x1f\x85ﬁKſ1²½"
TEXTS = st.lists(st.one_of(st.text(SIGNS, max_size=12), st.text(max_size=8), st.text("oauyàáỷẻqh ", max_size=9)))


def alone(text: str) -> tuple[str, str, str]:
    words = " ".join(WORD.findall(match_key(text)))
    return words, fold(words), " ".join(re.findall(r"[^\W_]+", match_key(text)))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example(["hoà", "à", "o"])
@example(["o", "à"])
@example(["\u0301", "a"])
@example(["a \U0001f642", "hoà bình "])
def test_many_texts_have_the_forms_of_each_alone(texts: list[str]) -> None:
    assert forms(texts) == list(map(alone, texts))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hoà bình, Thuỷ lợi", ("hòa bình thủy lợi", "hoa binh thuy loi", "hòa bình thủy lợi")),
        ("Quý I/2024: hoàn thành", ("quý i 2024 hoàn thành", "quy i 2024 hoan thanh", "quý i 2024 hoàn thành")),
        ("ÐƯỜNG  biên\tgiới", ("đường biên giới", "duong bien gioi", "đường biên giới")),
        ("Plei Kê̆ng, 5µm", ("plei kê̆ng 5μm", "plei keng 5μm", "plei kê ng 5μm")),
        ("  – ", ("", "", "")),
        ("", ("", "", "")),
    ],
)
def test_forms_of_a_line(text: str, expected: tuple[str, str, str]) -> None:
    assert forms([text, "khác"])[0] == expected
