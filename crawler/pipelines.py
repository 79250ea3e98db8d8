"""From page to corpus, to be read as a list: archive the bytes, then ingest what they say.

Items on the way are a ``Fetched`` page or a ``Rejection`` from the spider, and an ``Archived`` or ``Unchanged`` page
between the two pipelines. What follows from an outcome is written in the transaction that stores it.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem

from corpus import recent
from corpus.errors import CorpusError
from corpus.export import full
from corpus.nights import Night
from corpus.records import ArchivePlace, Article, Outcome, Page, Rejection
from corpus.rows import StoredArticle
from corpus.store import Corpus
from crawler.archive import ArchiveWriter
from crawler.expectations import Counts, judged, verdict
from crawler.ingest import ingest
from crawler.journal import Account, Entry, Journal, note_of
from crawler.ledger import Ledger, payload_digest
from crawler.spiders.news import Fetched, NewsSpider, spider_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Archived:
    """A page whose bytes are on the disk."""

    page: Page
    place: ArchivePlace

    @property
    def url(self) -> str:
        """The address that answered."""
        return self.page.url


class Unchanged(Archived):
    """A page looked at again that is what it was; the archive says so in a revisit record."""


class ArchivePipeline:
    """Writes every page to the archive ``ARCHIVE_DIR`` before anything is made of it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._writer = ArchiveWriter(
            Path(crawler.settings["ARCHIVE_DIR"]),
            software=crawler.settings["USER_AGENT"],
            first=crawler.settings.getint("ARCHIVE_FIRST"),
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of making it."""
        return cls(crawler)

    def process_item(self, item: object) -> object:
        """A ``Fetched`` page becomes ``Archived``, ``Unchanged``, or a ``Rejection`` where its story was forgotten.

        Anything else passes.
        """
        if not isinstance(item, Fetched):
            return item
        page = item.page
        try:
            ledger = spider_of(self._crawler).ledger
            if (rejection := ledger.refused(page)) is not None:
                return rejection
            original = ledger.original(page)
            if original is None:
                return Archived(page, self._writer.write(page, item.sent))
            place = self._writer.write_revisit(
                page,
                refers_to_url=original.url,
                refers_to_date=original.fetched_at,
                payload_digest=original.payload_digest,
            )
            return Unchanged(page, place)
        except OSError as error:
            _stop(self._crawler, "archive_failed", f"{item.url}: the page could not be archived: {error}")
            raise

    def close_spider(self) -> None:
        """Close the archive files of this crawl."""
        self._writer.close()


class IngestPipeline:
    """Stores what pages say in the corpus ``CORPUS_PATH``, counts what became of each address, and writes the night.

    With ``JOURNAL_PATH`` all of it is written there, too, and the night is neither judged nor kept here: this corpus
    knows only a part of what it would be compared with.
    Articles go on, as dictionaries, to Scrapy's feed exports; everything else is dropped and counted under
    ``tintinh/…`` in Scrapy's stats.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._corpus = Corpus.open(Path(crawler.settings["CORPUS_PATH"]))
        path = crawler.settings.get("JOURNAL_PATH")
        self._journal = Journal(Path(path)) if path else None
        self._ledger: Ledger  # made when the spider is there
        self._started_at = datetime.now(UTC)
        self._kinds: Counter[str] = Counter()
        self._rejected: Counter[str] = Counter()
        self._generic = self._dated = 0
        # Only this signal carries the reason for which the crawl ended.
        crawler.signals.connect(self._end_night, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of making it."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Give the spider the ledger of its night."""
        spider = spider_of(self._crawler)
        spider.ledger = self._ledger = Ledger(self._corpus, spider.source, self._crawler.settings)

    def process_item(self, item: object) -> object:
        """The stored article as a dictionary; ``DropItem`` for whatever became no new article."""
        spider = spider_of(self._crawler)
        said: list[Article | Rejection] = []
        try:
            with self._ledger.transaction():
                if isinstance(item, Unchanged):
                    self._ledger.settle_unchanged(item.page.requested_url)
                    outcome = None
                elif isinstance(item, Archived):
                    editions = self._corpus.editions(item.page.url)
                    outcome = ingest(item.page, spider.source, self._corpus, item.place, said.append)
                    spider.changed += self._corpus.editions(item.page.url) > editions > 0
                    self._ledger.settle(item.page.requested_url, outcome, item.page)
                elif isinstance(item, Rejection):
                    said.append(item)
                    outcome = self._corpus.keep(item, page=None, place=None, requested_url=item.url)
                    self._ledger.settle(item.url, outcome, None)
                else:
                    return item
            self._note(item, said, outcome)
        except (CorpusError, sqlite3.Error) as error:
            _stop(self._crawler, "corpus_failed", f"{self._corpus.path}: could not be written: {error}")
            raise
        if outcome is None:
            spider.revisited += 1
            raise DropItem(f"{item.url}: unchanged")
        asked = item.page.requested_url if isinstance(item, Archived) else item.url
        if asked in spider.visits:  # a visit to an article of an earlier night is in no count of this one
            spider.revisited += 1
            raise DropItem(f"{outcome.url}: {outcome.reason or outcome.kind}")
        if outcome.kind == "rejected" and asked in spider.retries:
            # Counted on the night it failed first; again and again it would make a broken site of one page.
            raise DropItem(f"{outcome.url}: {outcome.reason}, again")
        article = self._counted(outcome)
        if article is None:
            raise DropItem(f"{outcome.url}: {outcome.reason or outcome.kind}")
        return full(article)

    def _note(self, item: Archived | Rejection, said: Sequence[Article | Rejection], outcome: Outcome | None) -> None:
        """Write into the journal, if there is one, what was made of ``item`` and what became of it."""
        if self._journal is None:
            return
        spider, result = spider_of(self._crawler), said[0] if said else None
        page = item.page if isinstance(item, Archived) else None
        asked = page.requested_url if page is not None else item.url
        entry = Entry(
            source=spider.source.id,
            asked=asked,
            at=datetime.now(UTC),
            visit=asked in spider.visits,
            retry=asked in spider.retries,
            page=note_of(page, payload_digest(page)) if page is not None else None,
            place=item.place if isinstance(item, Archived) else None,
            article=result if isinstance(result, Article) else None,
            rejection=result if isinstance(result, Rejection) else None,
        )
        self._journal.write(entry, outcome)

    def _counted(self, outcome: Outcome) -> StoredArticle | None:
        """Count ``outcome``; the article where it is one that was not in the corpus before."""
        self._kinds[outcome.kind] += 1
        stats = self._crawler.stats
        if outcome.kind == "rejected":
            self._rejected[str(outcome.reason)] += 1
            stats.inc_value(f"tintinh/rejected/{outcome.reason}")
            return None
        stats.inc_value(f"tintinh/{outcome.kind}")
        if outcome.kind not in {"article", "copy"} or outcome.article_id is None:
            return None
        stored = self._corpus.article(outcome.article_id)
        if stored is not None:
            self._generic += stored.article.extractor == "generic"
            self._dated += stored.article.published_at is not None
        return stored

    def _end_night(self, spider: NewsSpider, reason: str) -> None:
        try:
            known = sum(spider.met.values())
            counts = Counts(
                found=len(spider.met),
                known=known,
                stored=self._kinds["article"],
                copies=self._kinds["copy"],
                # An address that answers with an article we have, in whatever edition, gave nothing new.
                same=self._kinds["same"] + self._kinds["unchanged"] + self._kinds["changed"],
                rejected=dict(self._rejected),
                generic=self._generic,
                dated=self._dated,
                unread=tuple(said for said, kind in spider.findings.items() if kind == "listing_unread"),
                said={said: kind for said, kind in spider.findings.items() if kind != "listing_unread"},
                listings=dict(spider.listed),
                # A night of a given length ends as it should: what is left is due in the next.
                ended="finished" if reason == "closespider_timeout" else reason,
            )
            backwards = spider.back_to is not None  # a walk into the past is no night to measure others by
            ended_at = datetime.now(UTC)
            findings = (
                map(str, verdict(spider.source, counts))
                if backwards or self._journal is not None
                else judged(spider.source, counts, self._corpus, self._started_at)
            )
            night = counts.night(spider.source.id, self._started_at, ended_at, findings)
            if self._journal is not None:
                self._journal.account(_account(night, counts))
            elif backwards:
                recent.merge_if_many(self._corpus.connection)  # as the keeping of a night does
            else:
                self._corpus.record_night(night)
        except (CorpusError, sqlite3.Error) as error:
            logger.error("%s: the account of %s could not be written: %s", self._corpus.path, spider.name, error)
            return
        finally:
            self._corpus.close()
            if self._journal is not None:
                self._journal.close()
        spider.night = night
        self._crawler.stats.set_value("tintinh/found", counts.found)
        self._crawler.stats.set_value("tintinh/known", counts.known)
        self._crawler.stats.set_value("tintinh/forgotten", len(self._ledger.forgotten))
        for finding in night.findings:
            logger.warning("%s", finding)


def _account(night: Night, counts: Counts) -> Account:
    return Account(
        source=night.source,
        started_at=night.started_at,
        ended_at=night.ended_at,
        found=counts.found,
        known=counts.known,
        unread=counts.unread,
        listings=counts.listings,
        said=counts.said,
        ended=counts.ended,
    )


def _stop(crawler: Crawler, reason: str, sentence: str) -> None:
    """End the crawl: to go on would ask the outlet for pages that cannot be kept."""
    logger.error("%s; the crawl of %s ends here", sentence, spider_of(crawler).name)
    task: asyncio.Task[Any] = asyncio.get_running_loop().create_task(crawler.engine.close_spider_async(reason=reason))
    _STOPPING.add(task)
    task.add_done_callback(_STOPPING.discard)


_STOPPING: set[asyncio.Task[Any]] = set()
"""Tasks nobody awaits: the event loop itself holds them only weakly."""
