"""Which outlet a page comes from: by its address, else by what is printed on it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from corpus.records import Page
from corpus.text import line, match_key
from crawler.extract.decode import decode
from crawler.extract.markup import body_of, lines_of, parse
from crawler.extract.structured import structured
from crawler.source import Source, source_for_url

_ADDRESS = re.compile(r"^https?://\S+$")


def recognise(page: Page, sources: Mapping[str, Source]) -> Source | None:
    """The source of ``page``, or None where nothing speaks for exactly one.

    In order: the host it came from, the address the page gives itself, a bare address printed on it, the outlet's
    name or dateline on a line of its own, its printed signs.
    """
    by_host = source_for_url(page.url, dict(sources))
    if by_host is not None or page.status >= 400:
        return by_host
    text = decode(page)
    lines = [line(raw) for raw in text.split("\n")]
    if "<" in text and (page.header("content-type") or "text/html").startswith(("text/html", "application/xhtml")):
        root = parse(text.encode("utf-8", "replace"), page.url)
        claimed = structured(root).canonical
        found = source_for_url(claimed, dict(sources)) if claimed else None
        if found is not None:
            return found
        lines = [item.text for item, _ in lines_of(body_of(root, page.url))]
    for test in (_by_address, _by_name, _by_dateline, _by_signs):
        matching = [source for source in sources.values() if test(source, lines)]
        if len(matching) == 1:
            return matching[0]
    return None


def _by_address(source: Source, lines: list[str]) -> bool:
    return any(_ADDRESS.match(text) and urlsplit(text).hostname in source.hosts for text in lines)


def _by_name(source: Source, lines: list[str]) -> bool:
    name = match_key(source.name)
    return any(match_key(text) == name for text in lines if len(text) < 120)


def _by_dateline(source: Source, lines: list[str]) -> bool:
    # An agency's dateline stands in every paper that runs its stories and says nothing about the outlet.
    if source.kind == "agency":
        return False
    opening = tuple(f"{mark} {dash} " for mark in source.datelines for dash in "-–")
    first = next((text for text in lines if len(text) >= 60), "")
    return bool(opening) and first.startswith((*opening, *(f"({mark})" for mark in source.datelines)))


def _by_signs(source: Source, lines: list[str]) -> bool:
    return bool(source.signs) and all(any(text.startswith(sign) for text in lines) for sign in source.signs)
