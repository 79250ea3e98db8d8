"""Bytes to text: the declared and the real encoding of a page, decided once."""

from __future__ import annotations

import re

from bs4.dammit import EncodingDetector

from corpus.records import Page
from corpus.text import clean
from crawler.errors import Rejected

# Encodings met on Vietnamese pages, tried in this order after the declared one. windows-1258 decodes any byte string
# but a few, so it stays last but for latin-1, which is never right for Vietnamese.
_KNOWN = ("utf-8", "windows-1258")
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
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


def decode(page: Page) -> str:
    """The text of ``page.body``, cleaned (NFC, no invisible characters).

    The byte order mark wins, then the encoding that really decodes the bytes among: HTTP header, meta element,
    UTF-8, windows-1258. Raises ``Rejected`` (``empty_page``, ``not_text``, ``encoding``).
    """
    body = page.body
    if not body.strip():
        raise Rejected("empty_page", f"{page.url}: the page is empty")
    for signature, name in _SIGNATURES.items():
        if body.startswith(signature):
            raise Rejected("not_text", f"{page.url}: is {name}, not a page of text")
    declared = _CHARSET.search(page.header("content-type") or "")
    detector = EncodingDetector(
        body,
        known_definite_encodings=[declared.group(1)] if declared else [],
        is_html=True,
        user_encodings=_KNOWN,
        exclude_encodings=("ascii", "iso-8859-1", "latin-1", "windows-1252"),
    )
    for encoding in detector.encodings:
        try:
            text = detector.markup.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        # Binary data decodes as windows-1258, too: text has hardly any control characters.
        controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 32)))
        if controls > len(text) / 100:
            continue
        return clean(text)
    raise Rejected("not_text", f"{page.url}: is binary data, or in an encoding that none of {', '.join(_KNOWN)} reads")
