"""The words of a text in the two forms that are compared, for many texts at once: by match key, and folded.

``text.match_key`` and ``text.fold`` say what these are; here they are words without punctuation, one blank between
them. Nearly every text of a paper holds only characters that keep to themselves (no combining mark, no look-alike, no
white space but single blanks): these are looked up in tables, all texts together, in a twentieth of the time. A text
with any other character goes through the rules alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from corpus.text import WORD, clean, fold, line, match_key

Codes: TypeAlias = np.ndarray[Any, np.dtype[np.uint16]]

_PART = re.compile(r"[^\W_]+")
_PARTED = "\n"
_BLANK, _BREAK = ord(" "), ord(_PARTED)
# Latin, Vietnamese, typographic signs, currencies: none of them composes with what stands before it. Elsewhere some do
# (Hangul, Bengali), though they are no combining marks.
_PLAIN = (*range(0x20, 0x250), *range(0x1E00, 0x1F00), *range(0x2010, 0x2060), *range(0x20A0, 0x20C0))


class Forms(NamedTuple):
    """The words of a text by match key, the same folded, and the first cut at combining marks (``Plei Kê̆ng`` into
    three parts), as near-duplicates are compared."""

    words: str
    bare: str
    parts: str


def _made(text: str) -> Forms:
    key = match_key(text)
    words = " ".join(WORD.findall(key))
    return Forms(words, fold(words), " ".join(_PART.findall(key)))


class _Tables(NamedTuple):
    """By code point, up to U+FFFF: 0 in ``toned`` for a character that is not looked up."""

    toned: Codes
    folded: Codes
    word: Codes  # the match key's character if it is of a word, else a blank
    plain_of: Codes  # of a, e or y with a tone: the letter
    tone_of: Codes  # the tone, 1-5
    letter: np.ndarray[Any, np.dtype[np.bool_]]  # a to z, with any marks
    with_tone: dict[str, Codes]  # o and u by tone


@cache
def _tables() -> _Tables:
    toned, folded, word, plain_of, tone_of = (np.zeros(1 << 16, np.uint16) for _ in range(5))
    letter = np.zeros(1 << 16, np.bool_)
    for code in _PLAIN:
        sign = chr(code)
        key, bare = match_key(sign), fold(line(sign))
        if clean(sign) == sign and not unicodedata.combining(sign) and len(key) == len(bare) == 1:
            toned[code], folded[code] = ord(key), ord(bare)
    for code in {int(code) for code in toned if code}:
        sign = chr(code)
        word[code] = code if WORD.fullmatch(sign) else _BLANK
        folded[code] = ord(fold(sign))  # as the key of another may stand nowhere else in the table
        letter[code] = "a" <= unicodedata.normalize("NFD", sign)[0] <= "z"
    toned[_BLANK] = folded[_BLANK] = word[_BLANK] = _BLANK
    toned[_BREAK] = folded[_BREAK] = word[_BREAK] = _BREAK
    tones = "\u0300\u0301\u0303\u0309\u0323"
    for plain in "aey":
        for number, tone in enumerate(tones, start=1):
            code = ord(unicodedata.normalize("NFC", plain + tone))
            plain_of[code], tone_of[code] = ord(plain), number
    with_tone = {
        first: np.array([0, *(ord(unicodedata.normalize("NFC", first + tone)) for tone in tones)], np.uint16)
        for first in "ou"
    }
    return _Tables(toned, folded, word, plain_of, tone_of, letter, with_tone)


def forms(texts: Sequence[str]) -> list[Forms]:
    """The forms of each text. Some ten thousand characters at once are quicker than one line after the other."""
    joined = _PARTED.join(texts)
    if joined.count(_PARTED) != len(texts) - 1:
        return list(map(_made, texts))
    codes = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), np.uint16)
    if len(codes) != len(joined):  # an emoji is two
        return _apart(texts)
    tables = _tables()
    toned = tables.toned[codes]
    odd = toned == 0
    blank, part = codes == _BLANK, codes == _BREAK
    edge = blank | part
    # A blank at an end, or after a blank: white space that match_key takes out.
    odd[1:] |= blank[1:] & edge[:-1]
    odd[:-1] |= blank[:-1] & part[1:]
    odd[:1] |= blank[:1]
    odd[-1:] |= blank[-1:]
    strange: set[int] = set()
    if odd.any():
        ends = np.flatnonzero(part)
        strange = set(np.searchsorted(ends, np.flatnonzero(odd)).tolist())
    _move_tones(toned, tables)
    word = tables.word[toned]
    blank = word == _BLANK
    kept = np.ones(len(word), np.bool_)
    kept[1:] = ~(blank[1:] & (blank[:-1] | part[:-1]))
    found = zip(_lines(word[kept]), _lines(tables.folded[word[kept]]), strict=True)
    return [
        _made(texts[n]) if n in strange else Forms(one := words.strip(), bare.strip(), one)
        for n, (words, bare) in enumerate(found)
    ]


def _apart(texts: Sequence[str]) -> list[Forms]:
    """As ``forms`` where a text holds a character beyond U+FFFF: that one alone, the others together."""
    beyond = {n for n, text in enumerate(texts) if text and max(text) > "\uffff"}
    rest = iter(forms(["" if n in beyond else text for n, text in enumerate(texts)]))
    return [_made(texts[n]) if n in beyond else made for n, made in enumerate(rest)]


def _lines(codes: Codes) -> list[str]:
    return codes.tobytes().decode("utf-16-le", "surrogatepass").split(_PARTED)


def _move_tones(codes: Codes, tables: _Tables) -> None:
    """``text.tone_style`` on lower case, in place: ``hoà`` becomes ``hòa``."""
    second = np.flatnonzero(tables.plain_of[codes])
    second = second[second > 0]
    first, plain = codes[second - 1], tables.plain_of[codes[second]]
    pair = ((first == ord("o")) & (plain != ord("y"))) | ((first == ord("u")) & (plain == ord("y")))
    second, first = second[pair], first[pair]
    before = np.where(second > 1, codes[second - 2], 0)
    after = np.where(second + 1 < len(codes), codes[np.minimum(second + 1, len(codes) - 1)], 0)
    free = (before != ord("q")) & ~tables.letter[after]
    second, first = second[free], first[free]
    tone = tables.tone_of[codes[second]]
    codes[second - 1] = np.where(first == ord("o"), tables.with_tone["o"][tone], tables.with_tone["u"][tone])
    codes[second] = tables.plain_of[codes[second]]
