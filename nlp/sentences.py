"""Sentences of Vietnamese news, as printed: every sentence is a piece of its text, and none spans a line break.

A rule of our own, because underthesea's ``sent_tokenize`` ignores line breaks and splits after ``T.Ư.``, ``PGS.TS.``,
``TX.``, inside addresses (``c.html?`` | ``x=1``), inside ``./.`` and before a closing quotation mark.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from corpus.text import clean

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LETTER = re.compile(r"\w")
_LINE_END = re.compile("[\n\r\u2028\u2029]+")
# A full stop (or several), the quotes and brackets it closes, then white space.
_STOP = re.compile(r"(?P<word>[^\s.!?…]*(?:[.][^\s.!?…]+)*)(?P<stop>[.!?…]+)(?P<closing>[\"”’»)\]]*)(?=\s)")
_OPENING = '"“‘«([-–—•*+ \t\u00a0'

# Titles and administrative units that stand before a name: the stop after them never ends a sentence.
_TITLES = """
    tp tx tt q p kp
    gs pgs ts ths th.s tskh ncs gs.ts pgs.ts gs.tskh pgs.tskh
    bs bs.cki bs.ckii gs.bs ts.bs ths.bs ks ls đ/c đc hlv nxb nsnd nsưt
    mr mrs ms dr
    """
_BEFORE_A_NAME = frozenset(_TITLES.split())
# ``T.Ư.`` ends a sentence often enough (``… của T.Ư. Lãnh đạo Báo …``) unless one of its own bodies follows.
_CENTRAL = frozenset({"t.ư", "t.w", "tư", "tw"})
_CENTRAL_BODIES = ("Đảng", "Đoàn", "Hội", "MTTQ", "Mặt trận")
# How far a sentence is looked into that may begin: past opening signs and the longest of the bodies.
_AHEAD = 40
_ENUMERATOR = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5}|[a-zđA-ZĐ])")


def encodable(text: str) -> str:
    """``text`` as printed but for lone surrogates, which become U+FFFD as in ``corpus.text.clean``.

    A sentence is shown and stored as evidence, and half a character can be neither.
    """
    return _SURROGATE.sub("\ufffd", text)


def lines(text: str) -> list[str]:
    """The lines of ``text`` (``encodable``) that have something to read, without blanks at their ends."""
    return [line.strip() for line in _LINE_END.split(encodable(text)) if _is_readable(line)]


def sentences(text: str) -> list[str]:
    """The sentences of ``text`` in order, each without blanks at its ends."""
    return [sentence for line in lines(text) for sentence in _of_line(line) if _is_readable(sentence)]


def _is_readable(text: str) -> bool:
    # Cleaning removes no letter and no digit, so nearly always one look tells.
    return bool(_LETTER.search(text)) or bool(clean(text).strip())


def _of_line(line: str) -> Iterator[str]:
    start = 0
    for match in _STOP.finditer(line):
        if _ends_sentence(line, start, match):
            yield line[start : match.end()].strip()
            start = match.end()
    yield line[start:].strip()


def _ends_sentence(line: str, start: int, match: re.Match[str]) -> bool:
    # Composed, for the lists below are; the pieces that are given out stay as printed.
    following = unicodedata.normalize("NFC", line[match.end() :].lstrip()[:_AHEAD])
    opened = following.lstrip(_OPENING)[:1]
    if not (opened.isupper() or opened.isdigit()):
        return False
    if match["stop"] != "." or match["closing"]:
        return True
    word = unicodedata.normalize("NFC", match["word"].lstrip('"“‘«(['))
    if word.lower() in _BEFORE_A_NAME:
        return False
    if word.lower() in _CENTRAL:
        return not following.startswith(_CENTRAL_BODIES)
    if _ENUMERATOR.fullmatch(word) and not line[start : match.start()].strip():
        return False  # the number of a list item stays with what it numbers
    # ``Đ. 3``, ``Nguyễn V. A.``: an initial; but ``Trần Văn T. Qua điều tra …`` ends a sentence.
    initial = len(word) == 1 and word.isupper()
    return not (initial and (following[:1].isdigit() or re.match(r"\w\.(?:\s|$)", following)))
