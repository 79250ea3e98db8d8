"""Vietnamese typed before Unicode, found in a page and turned into Unicode; text in Unicode is never touched.

A page is rarely of one piece: a Unicode frame around a story pasted from Word in .VnTime is the common case. So the
page is taken apart into runs (text between tags, a line at most, and the attributes a reader sees), the page as a whole
names the one code page that makes Vietnamese out of what is not, and each run then decides for itself.

Not covered: two legacy encodings in one page, a letter cut in two by a tag (VNI's base and mark), capitals drawn by a
font named in a style sheet, JSON-LD, and the rarer encodings (VIQR, BK HCM, VietWare).
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from itertools import chain, islice, repeat

from crawler.extract.codepages import CODE_PAGES, WINDOWS_1252, CodePage
from crawler.extract.syllables import is_syllable

# Letters and signs of Latin-1 that Unicode Vietnamese does not use and each of the code pages does, in every sentence.
_SIGNS = "µ¸¶¹¾¨ª¬®ÆÇËÏÎÑÖØÜÞßäåæçëïîñöøûüþ"
_SIGN_NAMES = re.compile(
    r"&(?:micro|cedil|para|sup1|frac34|uml|ordf|not|reg|AElig|Ccedil|Euml|Iuml|Icirc|Ntilde|Ouml|Oslash|Uuml|THORN"
    r"|szlig|auml|aring|aelig|ccedil|euml|iuml|icirc|ntilde|ouml|oslash|ucirc|uuml|thorn|shy|#1[6-9]\d|#2[0-5]\d);"
)
_SIGNS_SHOWN = 3  # a Vietnamese line of ten words has four; a Unicode page has ® and perhaps a footballer's ü
# Of the marked words of the runs that gain, so many must be Vietnamese once converted. 200 news texts in each encoding:
# the right reading 0.88-1.00 (median 1.00), the wrong ones 0.04-0.75 (median 0.14-0.52).
_CONVINCED = 0.8
_WORDS_ENOUGH = 5  # different words, so that one foreign name all over a page proves nothing …
_WORDS_WITH_FONT = 2  # … but a page that names a legacy font needs less
_RUNS_READ = 400  # runs with marked words are enough to name the code page of a page of any size …
_WORDS_READ = 24  # … and so many of its marked words, among so many characters, to judge one run
_RUN_READ = 600
_MARKED_WORDS_READ = 5_000  # are enough for the share of a whole page

_PIECE = re.compile(
    r"(?P<skip><!--.*?(?:-->|\Z)|<(?P<raw>script|style)\b.*?(?:</(?P=raw)\s*>|\Z))"
    r"|(?P<tag><[!/?a-z][^<>]*>?)|(?P<text>[^<\n]+)|.",
    re.IGNORECASE | re.DOTALL,
)
_SHOWN_ATTRIBUTE = re.compile(r"(\b(?:alt|title|content|value)\s*=\s*)(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_CAPITALS_FONT = re.compile(r"\.Vn\w+H\b", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:[a-z]{2,8}\d{0,2}|#\d{2,5}|#x[\da-f]{2,4});?", re.IGNORECASE)
# What a reading of legacy bytes can consist of; anything else in a run says that the run is Unicode.
_BEYOND_LATIN = re.compile(f"[^\x00-\xff{''.join(WINDOWS_1252.values())}]")
_WORD = re.compile(r"[^ \xa0\t-\r!-@\[-`{-\x7f]{1,40}")
_LETTERS = re.compile(r"[^\W\d_]+")


def convert(text: str) -> str:
    """``text`` (a page or plain text) with its legacy Vietnamese in Unicode; the very same string where there is none.

    Conversion touches what a reader sees: text between tags and the attributes alt, title, content, value.
    """
    if not _shows_signs(text):
        return text
    runs = _runs(text)
    page = _code_page(text, runs)
    if page is None:
        return text
    return _Conversion(page, any(_BEYOND_LATIN.search(run) for run in runs)).convert(text)


def vietnamese_share(text: str) -> float:
    """The share, in 0-1, of the words with marks that are spelt like Vietnamese; ``text`` is NFC. 0 where none has."""
    words = (match.group() for match in _LETTERS.finditer(text))
    marked = list(islice((word for word in words if not word.isascii()), _MARKED_WORDS_READ))
    return sum(map(is_syllable, marked)) / max(len(marked), 1)


def _shows_signs(text: str) -> bool:
    shown = sum(sign in text for sign in _SIGNS)
    return shown >= _SIGNS_SHOWN or shown + len(set(_SIGN_NAMES.findall(text))) >= _SIGNS_SHOWN


def _code_page(text: str, runs: list[str]) -> CodePage | None:
    """The code page that makes Vietnamese of the runs that are not, or None."""
    marked = list(islice(filter(None, map(_marked, runs)), _RUNS_READ))
    best: CodePage | None = None
    most = 0
    for page in CODE_PAGES:
        total = right = 0
        proof: set[str] = set()
        for words in marked:
            as_is, converted = _vietnamese(words, None), _vietnamese(words, page)
            if converted > as_is:
                total += len(words)
                right += converted
                proof.update(word for word in words if _reads(word, page) and not _reads(word, None))
        enough = _WORDS_WITH_FONT if page.fonts and page.fonts.search(text) else _WORDS_ENOUGH
        if len(proof) >= enough and right >= _CONVINCED * total and right > most:
            best, most = page, right
    return best


class _Conversion:
    """One pass over one page: what the run before was decides a run that reads equally well both ways (``cã``)."""

    def __init__(self, page: CodePage, has_unicode: bool) -> None:
        self._page = page
        self._in_legacy = not has_unicode
        self._capitals = False

    def convert(self, text: str) -> str:
        return "".join(map(self._piece, _PIECE.finditer(text)))

    def _piece(self, piece: re.Match[str]) -> str:
        whole = piece.group()
        if piece["text"] is not None:
            return self._run(whole, capitals=self._capitals)
        if piece["tag"] is None:
            return whole
        # Word and FrontPage put the font in the tag right before its text.
        self._capitals = _CAPITALS_FONT.search(whole) is not None
        return _SHOWN_ATTRIBUTE.sub(lambda match: match.group(1) + self._run(match.group(2)), whole)

    def _run(self, run: str, *, capitals: bool = False) -> str:
        letters = _unescaped(run)
        if _BEYOND_LATIN.search(letters):
            self._in_legacy = False
            return run
        words = _marked(run)
        as_is, converted = _vietnamese(words, None), _vietnamese(words, self._page)
        if converted != as_is:
            self._in_legacy = converted > as_is
        if not self._in_legacy or letters.isascii():
            return run
        text = self._page.convert(letters)
        return text.upper() if capitals and "&" not in text else text


def _runs(text: str) -> list[str]:
    """Every run of the page that a reader sees, in order."""
    pieces = _PIECE.finditer(text)
    return list(
        chain.from_iterable(
            [piece.group()]
            if piece["text"] is not None
            else [match.group(2) for match in _SHOWN_ATTRIBUTE.finditer(piece["tag"] or "")]
            for piece in pieces
        )
    )


def _marked(run: str) -> list[str]:
    """The first words of a run that could be legacy Vietnamese: those beyond ASCII, in a run that is not Unicode."""
    if run.isascii() and "&" not in run:
        return []
    letters = _unescaped(run)
    if letters.isascii() or _BEYOND_LATIN.search(letters):
        return []
    words = _WORD.findall(letters, 0, _RUN_READ)
    return [word for word in words if not word.isascii()][:_WORDS_READ]


def _vietnamese(words: list[str], page: CodePage | None) -> int:
    return sum(map(_reads, words, repeat(page)))


@lru_cache(maxsize=50_000)
def _reads(word: str, page: CodePage | None) -> bool:
    """Whether every marked part of ``word`` is Vietnamese, once converted from ``page`` (None: as it stands)."""
    letters = _LETTERS.findall(word if page is None else page.convert(word))
    marked = [part for part in letters if not part.isascii()]
    return bool(marked) and all(map(is_syllable, marked))


def _unescaped(run: str) -> str:
    """``run`` with its character references resolved, but for those that are markup (``&lt;``) or blanks (``&nbsp;``).

    Pages made with FrontPage write TCVN3 as references: ``nh&micro;`` is *nhà*, ``t&shy;`` is *tư*.
    """
    if "&" not in run:
        return run

    def letter(match: re.Match[str]) -> str:
        char = unescape(match.group())
        return char if len(char) == 1 and not char.isascii() and char != "\u00a0" else match.group()

    return _REFERENCE.sub(letter, run)
