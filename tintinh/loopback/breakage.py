"""Breakage: what happens to a real outlet one night, done to one of ours, to rehearse that it is found out.

Every breakage changes finished answers, by the selectors of the outlet's source, so that it can befall any of the
outlets; all are of kinds that were seen on real sites.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Literal, get_args

from bs4 import BeautifulSoup, Tag

from corpus.records import VIETNAM
from crawler.source import Layout, load_sources
from tintinh.loopback.answer import Answer

Breakage = Literal[
    "body_renamed",
    "date_gone",
    "listings_empty",
    "forbidden",
    "captions_as_paragraphs",
    "related_in_body",
    "clock_for_date",
]
"""How an outlet can be broken; one that cannot be reached is mapped to a port that answers nothing instead."""

BREAKAGES: tuple[str, ...] = get_args(Breakage)


def break_answer(breakage: Breakage, source_id: str, path: str, answer: Answer) -> Answer:
    """``answer`` to a GET of ``path`` as the broken outlet ``source_id`` gives it; robots.txt is never touched."""
    if path == "/robots.txt":
        return answer
    if breakage == "forbidden":
        return Answer(403, "text/html; charset=utf-8", b"<html><body><h1>403 Forbidden</h1></body></html>")
    if answer.status != 200 or not ("html" in answer.content_type or "xml" in answer.content_type):
        return answer
    if breakage == "listings_empty":
        return _without_articles(source_id, path, answer)
    change = _PAGES[breakage]
    source = load_sources()[source_id]
    if "html" not in answer.content_type:
        return answer
    # The page names its own charset where it is an old code page; Beautiful Soup reads that.
    soup = BeautifulSoup(answer.body, "lxml")
    for layout in source.layout:
        body = soup.select_one(layout.body)
        if body is not None:
            change(soup, body, layout)
            return replace(answer, content_type="text/html; charset=utf-8", body=_utf8(soup))
    return answer


def _utf8(soup: BeautifulSoup) -> bytes:
    for meta in soup.select("meta[charset]"):
        meta["charset"] = "utf-8"
    return soup.encode("utf-8")


def _without_articles(source_id: str, path: str, answer: Answer) -> Answer:
    """Listings are rebuilt so that no selector of links fits; the feed is there and has no items."""
    discover = load_sources()[source_id].discover
    if "xml" in answer.content_type:
        soup = BeautifulSoup(answer.body, "xml")
        for item in soup.select("item, url, sitemap"):
            item.decompose()
        return replace(answer, body=soup.encode("utf-8"))
    soup = BeautifulSoup(answer.body, "lxml")
    links = soup.select(discover.links)
    if any(soup.select_one(layout.body) for layout in load_sources()[source_id].layout) or not links:
        return answer
    for link in links:
        link.name = "span"
        link["data-href"] = link.attrs.pop("href", "")
    return replace(answer, body=_utf8(soup))


def _rename_body(soup: BeautifulSoup, body: Tag, layout: Layout) -> None:
    """The publishing system was renewed: the element of the text has another name."""
    body.attrs.pop("id", None)
    body["class"] = "bai-viet-moi"
    for outer in body.parents:
        # A selector may name an element around the body (#contentNews .singular-content).
        if isinstance(outer, Tag) and outer.get("id") and outer.select(layout.body):
            del outer["id"]


def _lose_date(soup: BeautifulSoup, body: Tag, layout: Layout) -> None:
    """The date is drawn by a script from now on, and stands nowhere in the page."""
    for element in _dates(soup, layout):
        element.decompose()


def _captions_as_paragraphs(soup: BeautifulSoup, body: Tag, layout: Layout) -> None:
    """Pictures lose their frames: they come in a gallery above the text, what was said of them among its paragraphs."""
    captions = [found for found in body.select(layout.caption) if found.get_text(strip=True)] if layout.caption else []
    for caption in captions:
        paragraph = soup.new_tag("p")
        paragraph.string = caption.get_text(" ", strip=True).split(" (Ảnh")[0]
        frame = caption.find_parent("figure") or caption
        frame.replace_with(paragraph)
    for picture in body.select("img"):
        picture.decompose()


def _related_in_body(soup: BeautifulSoup, body: Tag, layout: Layout) -> None:
    """The box of related stories moves into the text, as plain paragraphs under no name that gives it away."""
    titles = [link.get_text(" ", strip=True) for link in soup.select("a[href]")]
    first = body.find("p") or body
    for title in reversed(list(dict.fromkeys(title for title in titles if len(title) >= 30))):
        paragraph = soup.new_tag("p")
        paragraph.string = title
        first.insert_after(paragraph)


def _clock_for_date(soup: BeautifulSoup, body: Tag, layout: Layout) -> None:
    """The date's place on the page is taken by a clock."""
    for element in _dates(soup, layout)[:1]:
        element.string = f"{datetime.now(VIETNAM):%H:%M, %d/%m/%Y}"


def _dates(soup: BeautifulSoup, layout: Layout) -> list[Tag]:
    return list(soup.select(layout.date)) if layout.date else []


_PAGES: Mapping[str, Callable[[BeautifulSoup, Tag, Layout], None]] = {
    "body_renamed": _rename_body,
    "date_gone": _lose_date,
    "captions_as_paragraphs": _captions_as_paragraphs,
    "related_in_body": _related_in_body,
    "clock_for_date": _clock_for_date,
}
