"""Downloader middlewares: requests that are not made get a name, answers keep their bytes as over the wire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response


class Refused(IgnoreRequest):
    """A request that we do not make; ``reason`` is the slug under which it is counted."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Wire:
    """An answer as it came over the wire: the payload still encoded, the headers as received, the time in UTC.

    Of headers that came more than once the order among each other is kept; Scrapy groups them by name.
    """

    body: bytes
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime


class WireMiddleware:
    """Keeps each answer in ``request.meta["wire"]`` before anything above decompresses it."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Pass ``response`` on as it is."""
        headers = tuple((_text(name), _text(value)) for name, values in response.headers.items() for value in values)
        request.meta["wire"] = Wire(response.body, headers, datetime.now(UTC))
        return response


def _text(header: bytes) -> str:
    # As the archive's readers decode them, so that a page read back has equal headers.
    try:
        return header.decode("utf-8")
    except UnicodeDecodeError:
        return header.decode("latin-1")


class OnSiteMiddleware:
    """Refuses hosts that the spider does not allow; redirects come by here too.

    An outlet must not send us where its source file does not, nor a rehearsal out into the open net.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of making it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise ``Refused`` (``offsite``) where the request must not be made."""
        allowed = getattr(self._crawler.spider, "allowed_domains", None) or ()
        if (urlsplit(request.url).hostname or "") not in allowed:
            raise Refused("offsite", f"{request.url}: is not on one of the hosts {', '.join(allowed)}")


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's robots.txt middleware, whose refusals have a name."""

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raise ``Refused`` (``robots``) where robots.txt forbids the address to us."""
        try:
            await super().process_request(request)
        except IgnoreRequest as error:
            raise Refused("robots", f"{request.url}: robots.txt forbids it to {self._robotstxt_useragent}") from error
