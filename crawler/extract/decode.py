"""Bytes to text: the real encoding of a page, whatever was declared, decided once.

In this order: byte order mark or the shape of UTF-16; UTF-8 where the bytes are UTF-8, or nearly; else the single-byte
encoding that makes Vietnamese of them (windows-1258, or one of the legacy code pages); else what was declared; else
windows-1252. Then what was damaged before it was served: legacy fonts, and UTF-8 stored as Latin. ``clean`` comes last.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

from corpus.records import Page
from corpus.text import clean
from crawler.errors import Rejected
from crawler.extract import legacy
from crawler.extract.codepages import WINDOWS_1252

_SIGNATURES = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP or Office file",
    b"\x1f\x8b": "a gzip file",
    b"ID3": "an MP3 file",
    b"RIFF": "a media file",
}
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\f\r\x1b")
# Encodings of the other languages that provincial portals print; only these are believed when declared. A Latin one
# says nothing on a Vietnamese page, and Python knows codecs (idna, unicode_escape) that are no encodings of pages.
_FOREIGN = frozenset(
    {"gb18030", "big5", "big5hkscs", "cp932", "shift_jis", "euc_jp", "euc_kr", "cp949", "tis-620", "cp874"}
    | {"iso8859-11", "cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp1250", "iso8859-2", "iso8859-15"}
)
_LATIN = "\x80-\xff" + "".join(WINDOWS_1252.values())
# UTF-8 that was read as Latin: every other Vietnamese word has a letter of U+1EA0-1EF9, read as á, º or », and a third.
# (Twice over, the á and the sign have become two characters each.)
_MOJIBAKE = re.compile(f"á[º»][{_LATIN}]|Ã¡Â[º»]")
_MOJIBAKE_SIGNS = "º»"  # one of them is in all of it, and in few sound pages; the pattern costs as much as parsing
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_LATIN_RUN = re.compile(f"[\x20-\x7f{_LATIN}]+")


def decode(page: Page) -> str:
    """The text of ``page.body``, cleaned (NFC, no invisible characters), legacy Vietnamese in Unicode.

    Bytes that no encoding explains stand as U+FFFD. Raises ``Rejected`` (``empty_page``, ``not_text``).
    """
    text = clean(utf_8(page).decode("utf-8", "surrogatepass"))
    if not text.strip():
        raise Rejected("empty_page", f"{page.url}: the page holds nothing but blanks")
    return text


def utf_8(page: Page) -> bytes:
    """What ``decode`` gives, as UTF-8 and not yet cleaned: for a parser, of whose tree only what is kept need be clean.

    (To clean a page whole takes longer than to parse it.)
    """
    body = page.body
    if not body.strip():
        raise Rejected("empty_page", f"{page.url}: the page is empty")
    for signature, name in _SIGNATURES.items():
        if body.startswith(signature):
            raise Rejected("not_text", f"{page.url}: is {name}, not a page of text")
    read, octets = _unicode(page)
    text = _unmangled(legacy.convert(read))
    if octets is None or text is not read:
        octets = text.encode("utf-8", "surrogatepass")
    # Binary data decodes as something, too, but text has hardly any control characters; a parser would end at a NUL.
    plain = octets.translate(None, _CONTROLS)
    if len(plain) < len(octets) * 0.99:
        raise Rejected("not_text", f"{page.url}: is binary data, or in an encoding that is not known here")
    return plain


def _unicode(page: Page) -> tuple[str, bytes | None]:
    """The characters that the bytes stand for, before any repair; and the bytes themselves where they are UTF-8."""
    body = page.body
    marked, mark = read_bom(body)
    if marked is not None and mark is not None:
        return body[len(mark) :].decode(marked, "replace"), None
    wide = _utf_16(body)
    if wide is not None:
        return body.decode(wide, "replace"), None
    text = body.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if damaged == 0:
        return text, body
    # A stray byte, a letter cut in two by a shortened teaser, a comment in another encoding: the page is UTF-8 all the
    # same. The damage stays visible as U+FFFD, which is what a browser shows; dropping it would turn "Qu\ufffdng Bình"
    # into a word that nobody wrote. Of Vietnamese in a single-byte encoding less than an eighth happens to be UTF-8.
    if damaged < sum(map(len, _NOT_ASCII.findall(text))) / 2:
        return text, None
    return _single_byte(page), None


def _utf_16(body: bytes) -> str | None:
    """Which UTF-16 ``body`` is without saying so: every other byte of markup, blanks and plain letters is zero."""
    head = body[:8_192]
    pairs = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    # The other bytes are zero now and then, too: the grave accent of decomposed text is U+0300.
    if odd > pairs * 0.3 and even < odd / 3:
        return "utf-16-le"
    if even > pairs * 0.3 and odd < even / 3:
        return "utf-16-be"
    return None


def _single_byte(page: Page) -> str:
    """The reading of bytes that are not UTF-8: Vietnamese if there is one, else as declared, else windows-1252."""
    declared = _declared(page)
    latin = page.body.decode("latin-1")
    windows_1258 = page.body.decode("cp1258", "replace")
    converted = legacy.convert(latin)
    share = legacy.vietnamese_share(unicodedata.normalize("NFC", unescape(windows_1258)))
    if converted is not latin and legacy.vietnamese_share(unescape(converted)) > share:
        return converted.translate(WINDOWS_1252)
    if declared == "cp1258" or share > 0.8:  # right readings reach 0.97, other languages at most 0.25
        return windows_1258
    if declared in _FOREIGN:
        foreign = page.body.decode(declared, "replace")
        if foreign.count("\ufffd") <= len(foreign) / 100:
            return foreign
    return latin.translate(WINDOWS_1252)


def _declared(page: Page) -> str | None:
    """The encoding that header or markup name, as Python calls it; the header wins, as in a browser."""
    named = http_content_type_encoding(page.header("content-type"))
    named = named or html_body_declared_encoding(page.body)
    return resolve_encoding(named) if named else None


def _unmangled(text: str) -> str:
    """``text`` with UTF-8 that was read as Latin-1 or windows-1252, once or twice, and stored again put right."""
    if not any(sign in text for sign in _MOJIBAKE_SIGNS) or not _MOJIBAKE.search(text):
        return text
    import ftfy  # one page in thousands needs it

    # Run by run: ftfy mends what is damaged throughout, and a page has sound Unicode beside the damaged lines.
    return _LATIN_RUN.sub(
        lambda run: ftfy.fix_encoding(run.group()) if _MOJIBAKE.search(run.group()) else run.group(), text
    )
