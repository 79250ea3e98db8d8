"""Forgotten stories on their way in again: met before anything of them is archived."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin

from corpus import forgotten
from corpus.records import Article, Page, Rejection
from corpus.store import Corpus
from crawler.address import address
from crawler.errors import Rejected
from crawler.extract.decode import utf_8
from crawler.extract.markup import parse
from crawler.extract.structured import structured
from crawler.ingest import read
from crawler.saved import is_record
from crawler.source import Source

_ABSOLUTE = re.compile(r"""https?://[^\s"'<>\\]{1,2000}""")
_GIVEN = re.compile(r"""(?:href|content)\s*=\s*["']([^"']{1,2000})["']""", re.IGNORECASE)


def refused(page: Page, source: Source | None, corpus: Corpus) -> Rejection | None:
    """The rejection of a page that is, or states the address of, a forgotten story; None for every other.

    It is to be neither archived nor stored, and the addresses it came from are remembered with the story. A page that
    came from another address (a view for print, a saved file) is known by the address it gives itself; it is read for
    that only where a forgotten address stands in it at all.
    """
    connection = corpus.connection
    if not forgotten.anything(connection):
        return None
    own = (page.url, page.requested_url)
    gone = forgotten.among(connection, own)
    to = next((url for url in own if url in gone), None)
    if to is None and forgotten.among(connection, _addresses(page)):
        gone = forgotten.among(connection, claims := _claims(page, source))
        to = next((url for url in claims if url in gone), None)
    if to is None:
        return None
    if to != page.requested_url or page.url == page.requested_url:
        forgotten.lead(connection, own, to=to)
    said = f"{page.requested_url}: was forgotten on request, and is neither archived nor stored again"
    return Rejection(page.requested_url, page.source, forgotten.REASON, said)


def _claims(page: Page, source: Source | None) -> list[str]:
    """The addresses that a page gives itself: of the article read from it, and as its head states it."""
    article = read(page, source)
    claims = [article.url] if isinstance(article, Article) else []
    if not is_record(page):
        try:
            stated = structured(parse(utf_8(page), page.url)).canonical
        except Rejected:  # nothing that could be stored
            stated = None
        claims += _spelled([stated], page.url) if stated else ()
    return claims


def _addresses(page: Page) -> set[str]:
    """Every address that stands in a page, in the spelling of stored ones; as many as can be made out."""
    # Addresses are ASCII in every encoding of the press, but for the zeros of UTF-16; a few are Vietnamese in UTF-8.
    text = html.unescape(page.body.decode("utf-8", "replace").replace("\x00", "").replace("\\/", "/"))
    return set(_spelled([*_ABSOLUTE.findall(text), *_GIVEN.findall(text)], page.url))


def _spelled(urls: list[str], base: str) -> Iterator[str]:
    for url in dict.fromkeys(urls):
        try:
            yield address(urljoin(base, url.strip()))
        except ValueError:  # no address, so it is not that of a story
            continue
