"""Downloader middlewares: requests that are not made get a name, answers keep their bytes as over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import DownloadFailedError, IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Headers, Response
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred

from crawler.failures import Refused, reason_of
from crawler.spiders.news import spider_of


@dataclass(frozen=True, slots=True)
class Wire:
    """An answer as it came over the wire: the payload still encoded, the headers as received, the time in UTC.

    Of headers that came more than once the order among each other is kept; Scrapy groups them by name. ``sent`` are
    the headers of the request, without those that hold a secret of whoever runs the crawl: an archive is passed on.
    """

    body: bytes
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime
    sent: tuple[tuple[str, str], ...] = ()


class WireMiddleware:
    """Keeps each answer in ``request.meta["wire"]`` before anything above decompresses it."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass ``response`` on as it is."""
        sent = tuple(pair for pair in _pairs(request.headers) if pair[0].lower() not in _SECRET)
        request.meta["wire"] = Wire(response.body, _pairs(response.headers), datetime.now(UTC), sent)
        return response


_SECRET = frozenset({"authorization", "proxy-authorization", "cookie"})


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple((_text(name), _text(value)) for name, values in headers.items() for value in values)


def _text(header: bytes) -> str:
    # As the archive's readers decode them, so that a page read back has equal headers.
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError:
        return header.decode("latin-1")


class OnSiteMiddleware:
    """Refuses hosts that the spider does not allow, and what was forgotten; redirects come by here too.

    An outlet must not send us where its source file does not, nor a rehearsal out into the open net.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of making it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise ``Refused`` (``offsite``, ``forgotten``) where the request must not be made."""
        allowed = getattr(self._crawler.spider, "allowed_domains", None) or ()
        ledger = getattr(self._crawler.spider, "ledger", None)
        if ledger is not None and ledger.is_forgotten(request.url, request.meta.get("redirect_urls", ())):
            raise Refused("forgotten", f"{request.url}: was forgotten on request, and is not fetched again")
        if (urlsplit(request.url).hostname or "") not in allowed:
            raise Refused("offsite", f"{request.url}: is not on one of the hosts {', '.join(allowed)}")


class LoopMiddleware(RedirectMiddleware):
    """Scrapy's redirect middleware, whose refusal to go on for ever has a name."""

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        been = request.meta.get("redirect_urls", [])
        if redirected.url in {*been, request.url} or len(been) >= self.max_redirect_times:
            raise Refused("redirect_loop", f"{request.url}: redirects in a circle, or more than {len(been)} times")
        return super()._redirect(redirected, request, reason)


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's robots.txt middleware as RFC 9309 has it: no answer and 5xx forbid all, 4xx forbids nothing.

    Refusals have a name; ``Crawl-delay`` slows the crawl down where it is longer than ours.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._without: dict[str, Refused] = {}

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raise ``Refused`` (``robots``, ``robots_unreachable``) where robots.txt forbids the address, or may."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        try:
            await super().process_request(request)
        except IgnoreRequest as error:
            raise Refused("robots", f"{request.url}: robots.txt forbids it to {self._robotstxt_useragent}") from error
        refusal = self._without.get(urlsplit(request.url).netloc)
        if refusal is not None:
            raise Refused(refusal.reason, str(refusal))

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            raise DownloadFailedError(f"http_{response.status}")
        if response.status >= 400:
            response = response.replace(body=b"")
        self._forget_cancelled(netloc)
        await super()._parse_robots(response, netloc, request)
        parser = self._parsers[netloc]
        delay = parser.crawl_delay(self._robotstxt_useragent or "*") if isinstance(parser, RobotParser) else None
        if delay:
            self._slow_down(netloc, delay)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, Refused) and exc.reason == "left_alone":
            self._without[netloc] = exc
        else:
            said = str(exc) if str(exc).startswith("http_") else ": ".join(reason_of(exc))
            self._without[netloc] = Refused("robots_unreachable", f"{netloc}: robots.txt could not be read ({said})")
            spider_of(self.crawler).note(
                f"https://{netloc}/robots.txt could not be read ({said}), so nothing of that host was fetched",
                "robots_unread",
            )
        self._forget_cancelled(netloc)
        super()._robots_error(exc, netloc)

    def _forget_cancelled(self, netloc: str) -> None:
        """Let go of requests that were given up while they waited for robots.txt: Scrapy answers them all the same."""
        waiting = self._parsers.get(netloc)
        if isinstance(waiting, Deferred) and waiting.called:
            self._parsers[netloc] = Deferred()

    def _slow_down(self, netloc: str, delay: float) -> None:
        downloader, throttle = self.crawler.engine.downloader, self.crawler.get_extension(AutoThrottle)
        downloader._delay = max(downloader._delay, delay)
        slot = downloader.slots.get(netloc.partition(":")[0])
        if slot is not None:
            slot.delay = max(slot.delay, delay)
        if throttle is not None:  # which would soon lower it again
            throttle.mindelay = max(throttle.mindelay, delay)
            throttle.maxdelay = max(throttle.maxdelay, delay)
        if delay > _LONG_DELAY:
            spider_of(self.crawler).note(
                f"robots.txt of {netloc} asks for {delay:g} seconds between requests; the night is slow there",
                "slow_host",
            )


_LONG_DELAY = 60.0
