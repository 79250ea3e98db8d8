"""The spider that serves every source: reads its feeds, sitemaps and listings, and fetches what is new, newest first.

It yields a ``Page`` for every answer and a ``Rejection`` for every article address that gave none. What a page says is
not its business.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from datetime import date, datetime, time
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UsageError,
)
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.python.failure import Failure

from corpus.records import VIETNAM, Night, Page, Rejection
from crawler import discover
from crawler.address import address
from crawler.connect import connect_to, only_here
from crawler.discover import Candidate, Listing
from crawler.errors import DiscoveryError, TintinhError
from crawler.middlewares import Refused, Wire
from crawler.source import Source
from crawler.warc import decoded

logger = logging.getLogger(__name__)

DELAY_FLOOR = 1.0
"""Seconds between two requests to a host, at least: what no source and no setting can lower on the open net."""

# Above every article: what is newest is known only when all listings are read.
_FIRST = 1
_REASONS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("timeout", (DownloadTimeoutError, TimeoutError)),
    ("dns", (CannotResolveHostError,)),
    ("connection", (DownloadConnectionRefusedError, DownloadFailedError, ResponseDataLossError)),
    ("connection", (ConnectError, ConnectionClosed)),
    ("too_large", (DownloadCancelledError,)),
)

_Read = Callable[[bytes, str, Source], Listing]


class CannotStart(TintinhError, UsageError):  # noqa: N818 - says what a person must give first
    """A crawl that must not begin as it was asked for; Scrapy prints the sentence without a traceback."""


class NewsSpider(Spider):
    """One night at one source. Arguments: ``since`` (YYYY-MM-DD) leaves out what a listing dates earlier.

    ``known`` answers which addresses are done already; the ingest pipeline sets it, without it nothing is known.
    ``met`` holds every article address of the night and whether it was known when first met, ``answered`` those that
    gave a page, ``unread`` a sentence for every feed, sitemap or listing that could not be read, ``listed`` the number
    of article addresses on each one declared that could; ``night`` is the account, once the pipeline has written it.
    """

    source: ClassVar[Source]
    known: Callable[[Iterable[str]], set[str]]

    def __init__(self, since: str | date | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.since = _first_moment(since)
        self.allowed_domains = list(self.source.hosts)
        self.met: dict[str, bool] = {}
        self.answered: set[str] = set()
        self.unread: list[str] = []
        self.listed: dict[str, int] = {}
        self.known = lambda urls: set()
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
        settings.set("USER_AGENT", f"{settings['USER_AGENT']} (+{contact or 'rehearsal'})", priority=highest)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way of making it; in a rehearsal no host is left but those mapped to this machine."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if _is_rehearsal(cls.source, crawler.settings):
            mapping = connect_to(crawler.settings)
            spider.allowed_domains = [host for host in cls.source.hosts if only_here([host], mapping)]
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Ask for every feed, sitemap and first listing page of the source."""
        where = self.source.discover
        for url in where.feeds:
            yield self._ask(url, self.read_feed)
        for url in where.sitemaps:
            yield self._ask(url, self.read_sitemap)
        for url in where.sections:
            yield self._ask(url, self.read_section)

    def read_feed(self, response: Response) -> Iterator[Request]:
        """The new articles of a feed."""
        listing = self._listed(response, discover.feed)
        if listing is not None:
            yield from self._articles(listing)

    def read_sitemap(self, response: Response, rest: tuple[str, ...] = (), page: int = 1) -> Iterator[Request]:
        """The new articles of a sitemap; then the next of ``rest``, unless all of this one's were known."""
        listing = self._listed(response, discover.sitemap)
        go_on = True
        if listing is not None:
            rest = listing.more + rest
            if listing.candidates:
                go_on = yield from self._articles(listing, page)
                page += 1
        if go_on and rest and page <= self.source.discover.max_pages:
            yield self._ask(rest[0], self.read_sitemap, rest=rest[1:], page=page)

    def read_section(self, response: Response, page: int = 1) -> Iterator[Request]:
        """The new articles of a listing page; then its next page, unless all of this one's were known."""
        listing = self._listed(response, discover.listing)
        if listing is None:
            return
        if not listing.candidates:
            self.logger.warning("%s: links to no article; the selector of links may not fit", response.url)
        go_on = yield from self._articles(listing, page)
        if go_on and listing.more and page < self.source.discover.max_pages:
            yield self._ask(listing.more[0], self.read_section, page=page + 1)

    def read_article(self, response: Response, requested: str) -> Iterator[Page]:
        """The page as it came, whatever its status."""
        url = address(response.url)
        self.answered.add(url)
        wire: Wire = response.meta["wire"]
        encoding = ", ".join(value for name, value in wire.headers if name.lower() == "content-encoding")
        yield Page(
            url=url,
            requested_url=requested,
            fetched_at=wire.fetched_at,
            status=response.status,
            headers=wire.headers,
            body=decoded(wire.body, encoding, response.url),
            raw=wire.body,
            source=self.source.id,
        )

    def article_failed(self, failure: Failure) -> Iterator[Rejection]:
        """A name for why an article address gave no answer."""
        requested = failure.request.cb_kwargs["requested"]  # type: ignore[attr-defined]  # Scrapy sets it
        reason, detail = reason_of(failure)
        yield Rejection(requested, self.source.id, reason, f"{requested}: {detail}")

    def listing_failed(self, failure: Failure) -> Iterator[Request]:
        """Note a feed, sitemap or listing that gave no answer, and go on with the sitemaps after it."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        self._note_unread(request.url, ": ".join(reason_of(failure)))
        rest, page = request.cb_kwargs.get("rest", ()), request.cb_kwargs.get("page", 1)
        if rest:
            yield self._ask(rest[0], self.read_sitemap, rest=rest[1:], page=page)

    def _ask(self, url: str, callback: Callable[..., Any], **kwargs: Any) -> Request:
        # Never filtered by Scrapy: it would drop a redirect to an address already asked for without a word.
        return Request(url, callback, errback=self.listing_failed, cb_kwargs=kwargs, priority=_FIRST, dont_filter=True)

    def _listed(self, response: Response, read: _Read) -> Listing | None:
        if response.status != 200:
            self._note_unread(response.url, f"http_{response.status}")
            return None
        try:
            listing = read(response.body, response.url, self.source)
            self._count_links(response.url, listing)
            return listing
        except DiscoveryError as error:
            self._note_unread(response.url, str(error).removeprefix(f"{response.url}: "))
            return None

    def _count_links(self, url: str, listing: Listing) -> None:
        """How much each declared feed and listing yields; further pages and the parts of a sitemap come and go."""
        where = self.source.discover
        if url in where.feeds or url in where.sections:
            self.listed[url] = len(listing.candidates)

    def _note_unread(self, url: str, why: str) -> None:
        sentence = f"{url} could not be read ({why})"
        self.logger.warning("%s", sentence)
        self.unread.append(sentence)

    def _articles(self, listing: Listing, page: int = 1) -> Generator[Request, None, bool]:
        """Requests for the articles not met before, in the listing's order; whether any of its articles was not known.

        What the night itself has found does not count as known: a feed read first must not end the listings, which
        reach further back.
        """
        wanted = [candidate for candidate in listing.candidates if self._may_be_wanted(candidate)]
        # An address that a redirect led to tonight is counted already, under the address that redirects.
        unmet = [one.url for one in wanted if one.url not in self.met and one.url not in self.answered]
        known = self.known(unmet)
        self.met.update({url: url in known for url in unmet})
        fresh = set(unmet) - known
        for position, candidate in enumerate(wanted):
            if candidate.url in fresh:
                yield Request(
                    candidate.url,
                    self.read_article,
                    errback=self.article_failed,
                    cb_kwargs={"requested": candidate.url},
                    priority=-(page * 1000 + position),
                    dont_filter=True,
                )
        return any(not self.met.get(candidate.url) for candidate in wanted)

    def _may_be_wanted(self, candidate: Candidate) -> bool:
        hint = candidate.published_hint
        return self.since is None or hint is None or hint >= self.since


def reason_of(failure: Failure) -> tuple[str, str]:
    """The slug under which a failed request is counted, and what happened."""
    error = failure.value
    if isinstance(error, Refused):
        return error.reason, str(error)
    if isinstance(error, IgnoreRequest):
        return "refused", str(error)
    detail = f"{type(error).__name__} {error}".strip()
    for reason, kinds in _REASONS:
        if isinstance(error, kinds):
            return reason, detail
    logger.error("A request failed in a way that has no name yet", exc_info=error)
    return "fetch_error", detail


def _is_rehearsal(source: Source, settings: BaseSettings) -> bool:
    where = source.discover
    hosts = {urlsplit(url).hostname or "" for url in (*where.feeds, *where.sitemaps, *where.sections)}
    return only_here(hosts, connect_to(settings))


def _first_moment(since: str | date | None) -> datetime | None:
    if since is None or since == "":
        return None
    try:
        day = since if isinstance(since, date) else date.fromisoformat(since)
    except ValueError as error:
        raise CannotStart(f"since={since}: is not a day; YYYY-MM-DD was expected") from error
    return datetime.combine(day, time.min, VIETNAM)
