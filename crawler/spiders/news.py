"""The spider that serves every source: reads its feeds, sitemaps and listings, and fetches what is new, newest first.

It yields a ``Fetched`` page for every answer and a ``Rejection`` for every article address that gave none. What a page
says is not its business; what is to be fetched, and what was done, stands in the ``Ledger``.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, UsageError
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from twisted.python.failure import Failure

from corpus.agenda import Task
from corpus.errors import CorpusError
from corpus.nights import Night
from corpus.records import VIETNAM, Page, Rejection
from crawler.address import address
from crawler.connect import connect_to, only_here
from crawler.discover import Candidate
from crawler.errors import TintinhError
from crawler.failures import PUT_OFF, reason_of
from crawler.source import Source
from crawler.spiders.walk import Walk, walks_of
from crawler.warc import decoded

if TYPE_CHECKING:
    from crawler.ledger import Ledger
    from crawler.middlewares import Wire

logger = logging.getLogger(__name__)

DELAY_FLOOR = 1.0
"""Seconds between two requests to a host, at least: what no source and no setting can lower on the open net."""

POLITE: dict[str, Any] = {
    "ROBOTSTXT_OBEY": True,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
    "DOWNLOAD_DELAY_JITTER": 0.0,
    "DOWNLOAD_SLOTS": {},
    "HOST_REFUSALS": 5,
}
"""Settings that hold on the open net whatever a command line says."""

# Above every article: what is newest is known only when all listings are read.
_FIRST = 2
# Between the two: what earlier nights have left.
_DUE = 1


class CannotStart(TintinhError, UsageError):  # noqa: N818 - says what a person must give first
    """A crawl that must not begin as it was asked for; Scrapy prints the sentence without a traceback."""


class Fetched:
    """An answer for an article's address, with the headers that were sent for it."""

    def __init__(self, page: Page, sent: tuple[tuple[str, str], ...]) -> None:
        self.page = page
        self.sent = sent
        self.url = page.url


class NewsSpider(Spider):
    """One night at one source. Arguments: ``since`` (YYYY-MM-DD) leaves out what a listing dates earlier; with
    ``back_to`` (YYYY-MM-DD) it walks into the past to that day instead of reading what is new.

    ``ledger`` is set by the ingest pipeline. ``met`` holds every article address of the night and whether it was known
    when first met, ``visits`` the articles that are looked at again, ``retries`` the addresses that failed in an
    earlier night, ``answered`` those that gave a page, ``listed`` the number of article addresses on each declared feed
    and listing that was read, ``findings`` a sentence with its kind for each feed, sitemap, listing or host that
    could not be read; ``night`` is the account, once the pipeline has written it.
    """

    source: ClassVar[Source]
    ledger: Ledger

    def __init__(self, since: str | date | None = None, back_to: str | date | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        first = _day(since, "since")
        self.since = datetime.combine(first, time.min, VIETNAM) if first else None
        self.back_to = _day(back_to, "back_to")
        self.allowed_domains = list(self.source.hosts)
        self.met: dict[str, bool] = {}
        self.answered: set[str] = set()
        self.visits: set[str] = set()
        self.retries: set[str] = set()
        self.listed: dict[str, int] = {}
        self.findings: dict[str, str] = {}
        self.revisited = self.changed = 0
        self.night: Night | None = None

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Fix user agent and delay; raises ``CannotStart`` where a crawl of the open net has no contact to show.

        In a rehearsal, where ``CONNECT_TO`` maps every host of the listings to this machine, no contact is needed
        and the caller's own ``DOWNLOAD_DELAY`` holds. Everywhere else the largest of the project's delay, the
        source's and ``DELAY_FLOOR`` does.
        """
        super().update_settings(settings)
        rehearsal = _is_rehearsal(cls.source, settings)
        contact = str(settings.get("TINTINH_CONTACT") or "").strip()
        if not rehearsal and not contact:
            raise CannotStart(
                f"{cls.source.id}: a crawl of {cls.source.home} needs a contact that its outlet can reach; "
                "set TINTINH_CONTACT to a mail or web address"
            )
        delay = settings.getfloat("DOWNLOAD_DELAY")
        asked = (settings.getpriority("DOWNLOAD_DELAY") or 0) >= SETTINGS_PRIORITIES["cmdline"]
        if not (rehearsal and asked):
            delay = max(DELAY_FLOOR, cls.source.polite.delay, delay)  # in this order NaN does not win
        # Above the command line: the floor holds against it too.
        highest = max(SETTINGS_PRIORITIES.values()) + 10
        settings.set("DOWNLOAD_DELAY", delay, priority=highest)
        settings.set("AUTOTHROTTLE_START_DELAY", delay, priority=highest)
        if not rehearsal:
            for name, value in POLITE.items():
                settings.set(name, value, priority=highest)
        settings.set("USER_AGENT", f"{settings['USER_AGENT']} (+{contact or 'rehearsal'})", priority=highest)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way of making it; in a rehearsal no host is left but those mapped to this machine."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if _is_rehearsal(cls.source, crawler.settings):
            mapping = connect_to(crawler.settings)
            spider.allowed_domains = [host for host in cls.source.hosts if only_here([host], mapping)]
        crawler.signals.connect(spider.note_fault, signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every feed, sitemap and first listing page of the source, then for what earlier nights have left."""
        clock = self.ledger.clock_finding()
        if clock is not None:
            self.note(clock, "clock_wrong")
        for walk in walks_of(self.source, self.ledger, self.back_to):
            yield self.ask(walk)
        for task in self.ledger.due():
            if task.kind == "revisit":
                self.visits.add(task.url)
            else:
                self.met[task.url] = False
                if task.kind == "retry":
                    self.retries.add(task.url)
            yield self._article(task.url, _DUE, task)

    def read_listing(self, response: Response, walk: Walk) -> Iterator[Request]:
        """The new articles of a feed, sitemap or listing page, and the page to read after it."""
        try:
            new = walk.read(self, response)
        except (CorpusError, sqlite3.Error) as error:
            # To go on would ask the outlet for listings whose articles cannot be noted.
            self.note(f"what {response.url} shows could not be noted: {error}", "not_noted")
            raise CloseSpider("corpus_failed") from error
        for url in new:
            # One priority a page: the queue is first in, first out, and looks through all priorities at every turn.
            yield self._article(url, -2 * walk.page)
        if walk.following is not None:
            yield self.ask(walk)

    def read_article(self, response: Response, requested: str) -> Iterator[Fetched]:
        """The page as it came, whatever its status."""
        url = address(response.url)
        self.answered.add(url)
        wire: Wire = response.meta["wire"]
        encoding = ", ".join(value for name, value in wire.headers if name.lower() == "content-encoding")
        page = Page(
            url=url,
            requested_url=requested,
            fetched_at=wire.fetched_at,
            status=response.status,
            headers=wire.headers,
            body=decoded(wire.body, encoding, response.url),
            raw=wire.body,
            source=self.source.id,
        )
        yield Fetched(page, wire.sent)

    def article_failed(self, failure: Failure) -> Iterator[Rejection]:
        """A name for why an article address gave no answer; none where it was its host that was left alone."""
        requested = failure.request.cb_kwargs["requested"]  # type: ignore[attr-defined]  # Scrapy sets it
        reason, detail = reason_of(failure.value)
        if reason not in PUT_OFF:
            yield Rejection(requested, self.source.id, reason, f"{requested}: {detail}")

    def listing_failed(self, failure: Failure) -> Iterator[Request]:
        """Note a feed, sitemap or listing that gave no answer, and go on with the sitemaps after it."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        walk: Walk = request.cb_kwargs["walk"]
        reason, detail = reason_of(failure.value)
        if reason not in PUT_OFF:  # which was said of the host, once
            self.note_unread(request.url, f"{reason}: {detail}")
        walk.broke_off()
        if walk.following is not None:
            yield self.ask(walk)

    def ask(self, walk: Walk) -> Request:
        """The request for the page that ``walk`` is to read next."""
        # Never filtered by Scrapy: it would drop a redirect to an address already asked for without a word.
        return Request(
            str(walk.following),
            self.read_listing,
            errback=self.listing_failed,
            cb_kwargs={"walk": walk},
            headers=walk.conditions(),
            meta={"download_maxsize": walk.largest(self.settings)},
            # Into the past, the articles of a page come before the next page: their dates say where to stop.
            priority=_FIRST if self.back_to is None else -2 * walk.page - 1,
            dont_filter=True,
        )

    def note(self, sentence: str, kind: str) -> None:
        """Say a finding of the night, once."""
        if sentence not in self.findings:
            self.logger.warning("%s", sentence)
            self.findings[sentence] = kind

    def note_unread(self, url: str, why: str) -> None:
        """Say that a feed, sitemap or listing could not be read."""
        self.note(f"{url} could not be read ({why})", "listing_unread")

    def note_fault(self, failure: Failure, response: Response) -> None:
        """Say that a page met a fault of ours; what it shows, or is, stays due."""
        if not isinstance(failure.value, CloseSpider):
            fault = type(failure.value).__name__
            self.note(f"{response.url} met a fault of ours ({fault}); it stays due, and the log says more", "fault")

    def is_wanted(self, candidate: Candidate) -> bool:
        """Whether a listing does not date an article before ``since``."""
        hint, first = candidate.published_hint, self.since
        if self.back_to is not None:
            first = datetime.combine(self.back_to, time.min, VIETNAM)
        return first is None or hint is None or hint >= first

    def _article(self, url: str, priority: int, task: Task | None = None) -> Request:
        headers = {}
        if task is not None and task.kind == "revisit" and task.payload_digest is not None:
            conditions = {"If-None-Match": task.etag, "If-Modified-Since": task.last_modified}
            headers = {name: value for name, value in conditions.items() if value}
        return Request(
            url,
            self.read_article,
            errback=self.article_failed,
            cb_kwargs={"requested": url},
            headers=headers,
            priority=priority,
            dont_filter=True,
        )


def spider_of(crawler: Crawler) -> NewsSpider:
    """The spider of ``crawler``, which must be a ``NewsSpider``."""
    if not isinstance(crawler.spider, NewsSpider):
        raise TypeError(f"this project's parts serve NewsSpider, not {type(crawler.spider).__name__}")
    return crawler.spider


def _is_rehearsal(source: Source, settings: BaseSettings) -> bool:
    hosts = {urlsplit(url).hostname or "" for url in source.discover.addresses}
    return only_here(hosts, connect_to(settings))


def _day(given: str | date | None, name: str) -> date | None:
    if given is None or given == "":
        return None
    try:
        return given if isinstance(given, date) else date.fromisoformat(given)
    except ValueError as error:
        raise CannotStart(f"{name}={given}: is not a day; YYYY-MM-DD was expected") from error
