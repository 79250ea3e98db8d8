"""The archived page that an article was read from, as text: its source, escaped, never drawn as a page."""

from __future__ import annotations

from pathlib import Path

from corpus.records import Page
from corpus.rows import PageRecord
from corpus.store import Corpus
from crawler.archive import read_page
from crawler.errors import TintinhError
from crawler.extract.decode import decode
from tintinh.explorer.view import NotThere, Shown, View, Visit

MOST = 300_000
"""Characters shown; the longest page of a newspaper that was seen has some 400 kB, nearly all of it scripts."""


def answer(corpus: Corpus, visit: Visit) -> Shown:
    """The source of the page of an article."""
    number = int(visit.place["place"])
    record = corpus.page_of(number)
    if record is None or record.place is None:
        raise NotThere(visit.t("page.none", number=number))
    page = _archived(visit.site.archive, record, visit)
    text = _source(page)
    row = {
        "article": number,
        "url": page.url,
        "requested_url": page.requested_url,
        "fetched_at": page.fetched_at,
        "status": page.status,
        "digest": page.digest,
        "file": record.place.file,
        "offset": record.place.offset,
        "text": text[:MOST],
    }
    return Shown(
        title=visit.t("page.title", number=number),
        facts={
            "number": number,
            "page": page,
            "record": record,
            "source": text[:MOST],
            "cut": len(text) > MOST,
            "as_noted": page.digest == record.digest,
        },
        rows=[row],
        columns=tuple(row),
        cite=f"The page {page.url}, fetched {page.fetched_at:%Y-%m-%d %H:%M} UTC, {page.digest}",
    )


def _archived(archive: Path | None, record: PageRecord, visit: Visit) -> Page:
    if archive is None or record.place is None:
        raise NotThere(visit.t("page.no_archive"))
    # A corpus from elsewhere may name any file; only those of the archive are opened.
    if not (archive / record.place.file).resolve().is_relative_to(archive.resolve()):
        raise NotThere(visit.t("page.unreadable", why=f"{record.place.file} lies outside the archive"))
    try:
        return read_page(archive, record.place)
    except TintinhError as error:
        raise NotThere(visit.t("page.unreadable", why=error)) from error


def _source(page: Page) -> str:
    try:
        return decode(page)
    except TintinhError:
        # What the reader of pages refuses (a picture, say) can still be looked at.
        return page.body.decode("utf-8", "replace")


VIEW = View("page", answer, asks=False, place=r"\d{1,18}", in_menu=False)
