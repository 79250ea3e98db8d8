"""The sentence: extract, normalise, deduplicate, store.

``ingest`` is called from exactly two places, the crawl's pipeline and ``replay``, so that a corpus rebuilt from the
archive equals the one that the nights made.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from corpus import erasures
from corpus.keeping import Result
from corpus.records import ArchivePlace, Article, Outcome, Page, Rejection
from corpus.store import Corpus
from corpus.text import line
from crawler.archive import read_archive
from crawler.errors import ArchiveError, Rejected
from crawler.extract import extract
from crawler.normalise import normalise
from crawler.saved import SavedFileError, article_of, is_record
from crawler.source import Source
from crawler.warc import TRUNCATED

logger = logging.getLogger(__name__)


def ingest(
    page: Page,
    source: Source | None,
    corpus: Corpus,
    place: ArchivePlace | None,
    note: Callable[[Article | Rejection], None] | None = None,
) -> Outcome:
    """Store what ``page`` says, or why it is no article, and return what became of its address.

    The page must be on the disk of the archive at ``place`` before: the transaction in here is what marks it as done.
    ``note`` is told what was read, before it is stored.
    """
    result = read(page, source)
    if note is not None:
        note(result)
    return store(result, page, corpus, place)


def store(result: Article | Rejection, page: Page, corpus: Corpus, place: ArchivePlace | None) -> Outcome:
    """Store what ``read`` made of ``page``, and return what became of its address; see ``ingest``."""
    try:
        return corpus.keep(result, page=page, place=place, requested_url=page.requested_url)
    except sqlite3.Error:
        raise  # the disk or the database, not this page
    except Exception as error:
        if isinstance(result, Rejection):
            raise
        # The corpus refuses an article that would be stored wrong, or trips over it. Where it is not the article but
        # the corpus that is at fault, this fails again, and loudly.
        return corpus.keep(bug(page, error), page=page, place=place, requested_url=page.requested_url)


def ingest_many(pages: Sequence[tuple[Page, Source | None, ArchivePlace | None]], corpus: Corpus) -> list[Outcome]:
    """As ``ingest`` one page after the other, in one transaction: all are stored or none.

    Where the corpus refuses an article, each page is stored in a transaction of its own.
    """
    results = [Result(read(page, source), page, place, page.requested_url) for page, source, place in pages]
    try:
        return corpus.keep_many(results)
    except sqlite3.Error:
        raise  # the disk or the database, not a page
    except Exception as error:
        logger.warning("%d pages are stored one by one, for together they could not be", len(pages), exc_info=error)
        return [ingest(page, source, corpus, place) for page, source, place in pages]


_TOGETHER = 100
"""Pages of an archive that are stored in one transaction: they are read again in seconds, should it not come to its
end."""


def replay(
    corpus: Corpus,
    archive_root: Path,
    sources: Mapping[str, Source],
    source_id: str | None = None,
    since: date | None = None,
) -> Iterator[Outcome]:
    """Ingest again every page of the archive, of one source or all, fetched on day ``since`` (+07:00) or later.

    Pages come in the order of fetching, as they did at night; a page of a source that is no more is read by the
    generic extractor. Raises ``ArchiveError`` where the archive is damaged, or where a forgetting that was stopped has
    still to put rewritten files into it: the corpus knows their offsets already.
    """
    if left := erasures.files(corpus.connection):
        raise ArchiveError(f"{next(iter(left))}: a forgetting that was stopped has still to replace it: tintinh forget")
    pages = iter(read_archive(archive_root, source=source_id, since=since))
    some: list[tuple[Page, Source | None, ArchivePlace | None]] = []
    try:
        for place, page in pages:
            some.append((page, sources.get(page.source or ""), place))
            if len(some) >= _TOGETHER:
                yield from ingest_many(some, corpus)
                some = []
    except ArchiveError:
        yield from ingest_many(some, corpus)  # what comes before the damage is sound
        raise
    yield from ingest_many(some, corpus)


def read(page: Page, source: Source | None) -> Article | Rejection:
    """What ``page`` says, or why it is no article; nothing is stored."""
    try:
        _refuse_status(page)
        _refuse_part(page)
        if is_record(page):
            return _given(page)
        return normalise(extract(page, source), page, source)
    except Rejected as verdict:
        return Rejection(page.url, page.source, verdict.reason, line(verdict.detail))
    except Exception as error:  # one odd page must not end the night, and is read again by replay once mended
        return bug(page, error)


def bug(page: Page, error: Exception) -> Rejection:
    """The rejection of a page that an ``error`` of ours kept from being read or stored; it is logged with its trace."""
    logger.error("%s: could not be read, by a fault of ours", page.url, exc_info=error)
    return Rejection(page.url, page.source, "bug", line(f"{page.url}: {type(error).__name__}: {error}"))


def _given(page: Page) -> Article:
    """The article that a line of JSON Lines states."""
    try:
        return article_of(page, page.url)
    except SavedFileError as error:  # it was good when it was archived; what is asked of a line has changed since
        raise Rejected("bad_record", str(error)) from error


def _refuse_part(page: Page) -> None:
    """A page kept in part (Common Crawl cuts long ones) would be stored as an article without its end."""
    if cut := page.header(TRUNCATED):
        raise Rejected("truncated", f"{page.url}: its archive holds only a part of it ({TRUNCATED}: {line(cut)})")


def _refuse_status(page: Page) -> None:
    """Server faults share one reason, since they pass; every other answer is named by its number."""
    if not 200 <= page.status < 300:
        reason = "http_5xx" if page.status >= 500 else f"http_{page.status}"
        raise Rejected(reason, f"{page.url}: the server answered {page.status}")
