"""Readers: ours and the peers, each as a function from a recorded page to what it read there.

Every peer is asked the way its own documentation recommends, without its comments and without fetching anything, and
is given the page already decoded; ours decode the bytes themselves. Each is imported only when it is asked for.
"""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import html

from benchmarks.recorded import Case
from corpus.records import VIETNAM
from crawler.errors import Rejected
from crawler.extract import extract
from crawler.normalise import normalise


@dataclass(frozen=True)
class Reading:
    """What a reader made of a page: ``lines`` are its running text, lead included; None where it gives no such field.

    ``failed`` names the exception or rejection where nothing was read at all.
    """

    lines: tuple[str, ...] = ()
    title: str | None = None
    lead: str | None = None
    authors: tuple[str, ...] | None = None
    published_at: datetime | None = None
    failed: str | None = None


Reader = Callable[[Case], Reading]


def ours(case: Case, *, rules: bool) -> Reading:
    """Our own reading, by the source's rules or by the generic reader alone."""
    try:
        draft = extract(case.page, case.source if rules else None)
    except Rejected as rejected:
        return Reading(failed=rejected.reason)
    article = normalise(draft, case.page, case.source if rules else None)
    return Reading(
        lines=(*([article.lead] if article.lead else []), *article.body),
        title=article.title,
        lead=article.lead,
        authors=article.authors,
        published_at=article.published_at,
    )


OURS: dict[str, Reader] = {
    "**tintinh, rules**": lambda case: ours(case, rules=True),
    "**tintinh, generic**": lambda case: ours(case, rules=False),
}


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line for line in map(str.strip, (text or "").splitlines()) if line)


def _moment(value: Any) -> datetime | None:
    """A peer's date, with its own time zone or, where it names none, Việt Nam's."""
    if not value:
        return None
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found.replace(tzinfo=VIETNAM) if found.tzinfo is None else found.astimezone(VIETNAM)


def _trafilatura(**options: bool) -> Reader:
    trafilatura = importlib.import_module("trafilatura")

    def read(case: Case) -> Reading:
        found = trafilatura.bare_extraction(
            case.text, url=case.page.url, include_comments=False, with_metadata=True, **options
        )
        if found is None:
            return Reading(failed="nothing")
        given = found.as_dict()
        authors = tuple(name.strip() for name in (given["author"] or "").split(";") if name.strip())
        return Reading(_lines(given["text"]), given["title"], given["description"], authors, _moment(given["date"]))

    return read


def _newspaper() -> Reader:
    newspaper = importlib.import_module("newspaper")

    def read(case: Case) -> Reading:
        found = newspaper.article(
            case.page.url, language="vi", input_html=case.text, fetch_images=False, disable_category_cache=True
        )
        return Reading(
            _lines(found.text), found.title, found.meta_description, tuple(found.authors), _moment(found.publish_date)
        )

    return read


def _readability() -> Reader:
    readability = importlib.import_module("readability")

    def read(case: Case) -> Reading:
        document = readability.Document(case.text, url=case.page.url)
        summary = html.fromstring(document.summary(html_partial=True))
        for element in summary.iter("p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "figcaption", "blockquote"):
            element.tail = "\n" + (element.tail or "")
        return Reading(_lines(summary.text_content()), document.short_title())

    return read


def _justext() -> Reader:
    justext = importlib.import_module("justext")
    stop_words = justext.get_stoplist("Vietnamese")

    def read(case: Case) -> Reading:
        paragraphs = justext.justext(case.text.encode(), stop_words, encoding="utf-8")
        return Reading(tuple(paragraph.text for paragraph in paragraphs if not paragraph.is_boilerplate))

    return read


def _goose() -> Reader:
    goose = importlib.import_module("goose3").Goose(
        {"enable_image_fetching": False, "use_meta_language": False, "target_language": "vi"}
    )

    def read(case: Case) -> Reading:
        found = goose.extract(url=case.page.url, raw_html=case.text)
        return Reading(
            _lines(found.cleaned_text),
            found.title,
            found.meta_description,
            tuple(found.authors),
            _moment(found.publish_datetime_utc or found.publish_date),
        )

    return read


def _bare_parse() -> Reader:
    # The floor of any reader built on lxml: bytes to tree and nothing else.
    def read(case: Case) -> Reading:
        html.document_fromstring(case.page.body)
        return Reading()

    return read


STANDARD = "trafilatura, standard"
BARE_PARSE = "lxml parse only"
NOT_GIVEN: dict[str, frozenset[str]] = {
    "readability-lxml": frozenset({"lead", "authors", "minute", "day"}),
    "jusText": frozenset({"lead", "title", "authors", "minute", "day"}),
    BARE_PARSE: frozenset(
        {"f1", "exact", "captions_leaked", "bylines_leaked", "related_leaked"}
        | {"lead", "title", "authors", "minute", "day"}
    ),
}
"""The figures that a reader has no field for, and that say nothing about it."""

PEERS: dict[str, Callable[[], Reader]] = {
    STANDARD: _trafilatura,
    "trafilatura, fast": lambda: _trafilatura(fast=True),
    "trafilatura, precision": lambda: _trafilatura(favor_precision=True),
    "newspaper4k": _newspaper,
    "readability-lxml": _readability,
    "jusText": _justext,
    "goose3": _goose,
    BARE_PARSE: _bare_parse,
}


def peer(name: str) -> Reader | None:
    """The reader of that name, a crash of it counted as a page not read; None where it is not installed."""
    try:
        read = PEERS[name]()
    except ImportError:
        return None
    for logger in ("trafilatura", "newspaper", "readability", "justext", "goose3", "htmldate"):
        logging.getLogger(logger).setLevel(logging.CRITICAL)

    def guarded(case: Case) -> Reading:
        try:
            return read(case)
        except Exception as error:  # what a foreign reader raises on a page is its result on that page
            return Reading(failed=type(error).__name__)

    return guarded


def link_texts(case: Case) -> set[str]:
    """The texts of the page's links, as printed."""
    root = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", case.text))
    return {" ".join(link.text_content().split()) for link in root.iter("a")}
