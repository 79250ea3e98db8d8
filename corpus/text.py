"""Vietnamese text: hygiene for what is stored, and two derived keys for what is compared.

Stored text is NFC (never NFKC), with look-alike letters repaired and invisible characters gone, otherwise as
printed. The *match key* also forgets case, tone-mark style (``hoà``/``hòa``) and white space; the *folded* text
forgets tones and ``đ`` as well and is what a reader types on a keyboard without Vietnamese.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LOOKALIKES = str.maketrans({"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "\u00a0": " ", "\u202f": " ", "\u2007": " "})
# Format characters (Cf: zero-width, soft hyphen, direction marks, BOM) carry nothing in Vietnamese news and break
# search; control characters other than tab and line ends come from damaged bytes.
_UNSEEN = (
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
# Halves of UTF-16 pairs, which no file in UTF-8 can hold: what is left of an emoji cut in two, or JSON's "\\ud83d".
_SURROGATES = re.compile("[\ud800-\udfff]")
_ODD = re.compile(f"[{_UNSEEN}\ud800-\udfffÐðƉ\u00a0\u202f\u2007]")
_BLANKS = re.compile(r"[^\S\n]+")

_MARKS = re.compile(
    "[" + "".join(chr(code) for code in range(0x300, 0x1E94B) if unicodedata.combining(chr(code))) + "]"
)

# Marks that stay a part of the word they stand in (Plei Kê̆ng): those that SQLite's unicode61 takes for one, no others,
# so that the index cuts words as we do.
_IN_WORDS = "\u0300-\u0304\u0306-\u030c\u030f\u0311\u031b\u0323-\u0328\u032d\u032e\u0330\u0331"
WORD = re.compile(rf"[^\W_]+(?:[{_IN_WORDS}]+[^\W_]*)*")
"""A word: letters and digits with the marks in it. Texts, the index and queries are all cut into words so."""
MARKS_IN_WORD = f"[{_IN_WORDS}]*"
"""As many of such marks as there are, as a regular expression."""

_TONES = "\u0300\u0301\u0303\u0309\u0323"
# The 20-entry rule on tone placement: old style marks the first vowel of oa, oe, uy at the end of a syllable
# (hòa), new style the second (hoà). ``quý`` is q+uy and has one style only.
_NEW_STYLE = re.compile(rf"(?<![qQ])([ou])([aey])([{_TONES}])(?![a-z\u0300-\u036f])", re.IGNORECASE)
_PAIRS = frozenset({"oa", "oe", "uy"})
_MAY_BE_NEW_STYLE = re.compile("[ou][àáảãạèéẻẽẹỳýỷỹỵ](?![a-z])", re.IGNORECASE)


def clean(text: str) -> str:
    """``text`` as it is stored: NFC, ``Đ`` for its look-alikes, no invisible or control characters, plain blanks.

    Line breaks stay; runs of other white space become one blank; a lone surrogate becomes U+FFFD, so that the text
    can be encoded. Idempotent.
    """
    return _BLANKS.sub(" ", _composed(text).replace("\r\n", "\n").replace("\r", "\n"))


def _composed(text: str) -> str:
    # Nearly every line is clean already; one search tells.
    if _ODD.search(text):
        text = _SURROGATES.sub("\ufffd", _INVISIBLE.sub("", text)).translate(_LOOKALIKES)
    # Composing can create look-alikes anew only from canonical singletons; none of ours are, so one pass suffices.
    return unicodedata.normalize("NFC", text)


def line(text: str) -> str:
    """``text`` cleaned and on one line, without blanks at its ends."""
    return " ".join(_composed(text).split())


def tone_style(text: str) -> str:
    """``text`` with tone marks of oa, oe, uy moved to the first vowel (``hoà`` → ``hòa``); NFC in and out."""

    def moved(match: re.Match[str]) -> str:
        first, second, tone = match.groups()
        if (first + second).lower() not in _PAIRS:
            return match.group(0)
        return first + tone + second

    text = unicodedata.normalize("NFC", text)
    # Few lines have such a syllable; one search tells.
    if not _MAY_BE_NEW_STYLE.search(text):
        return text
    return unicodedata.normalize("NFC", _NEW_STYLE.sub(moved, unicodedata.normalize("NFD", text)))


def match_key(text: str) -> str:
    """The key under which two spellings of the same words are equal: tone style, case and white space forgotten."""
    return tone_style(line(text).casefold())


def fold(text: str) -> str:
    """``text`` without tones, marks and ``đ``, in lower case: what is typed on a bare keyboard.

    ``Quảng bá du lịch`` → ``quang ba du lich``. White space is kept as it is.
    """
    return _fold_short(text) if len(text) <= 200 else _folded(text)


class _Folding(dict[int, str]):
    """Code point to what is left of the character; learnt as characters are met, since no two depend on each other."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFD", chr(code).casefold().translate(_LOOKALIKES))
        self[code] = _MARKS.sub("", decomposed).replace("đ", "d")
        return self[code]


_FOLDING = _Folding()


def _folded(text: str) -> str:
    return text.translate(_FOLDING)


# A line of a page is asked a dozen questions, each of its folded text; the next page has other lines.
_fold_short = lru_cache(maxsize=512)(_folded)


def has_tones(text: str) -> bool:
    """Whether ``text`` was typed with Vietnamese marks (any diacritic, or ``đ``)."""
    return fold(text) != text.casefold()
