"""How a host that refuses is treated: it gets the pause it asks for, or is left alone for the night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic, time
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.failures import Refused, reason_of
from crawler.spiders.news import spider_of

# The longest pause a host may ask for and a night waits out; a longer one is for a later night.
_WAITED_OUT = 60.0
# A server that says "too many" without saying how long means minutes; RFC 6585 names no figure.
_UNSAID = 600.0
_LONGEST = timedelta(days=7)
_REFUSALS = frozenset({403, 429})


class PatienceMiddleware:
    """Honours ``Retry-After``, and stops asking a host that refuses ``HOST_REFUSALS`` addresses in a row.

    Below the retry middleware, so that each answer is seen. What is not asked for is ``Refused`` as ``left_alone``
    and stays due; the host's pause is written down, so that a second start honours it, too.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._allowed = crawler.settings.getint("HOST_REFUSALS")
        self._rest = timedelta(hours=crawler.settings.getfloat("HOST_PAUSE_HOURS"))
        self._refused: dict[str, dict[str, str]] = {}
        self._pauses: dict[str, int] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way of making it."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise ``Refused`` (``left_alone``) where the host is to be left alone."""
        host = urlsplit(request.url).hostname or ""
        pause = spider_of(self._crawler).ledger.pause_of(host)
        if pause is not None:
            raise Refused("left_alone", f"{request.url}: {host} is left alone until {pause.until:%Y-%m-%d %H:%M} UTC")

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Pass an answer on; count a refusal, and wait out a short pause that the host asks for."""
        host = urlsplit(request.url).hostname or ""
        if response.status < 500 and response.status not in _REFUSALS:
            self._refused.pop(host, None)
            self._pauses.pop(host, None)
            return response
        # A server that says nothing of a site but this is no refusal by the host: robots.txt is judged by its reader.
        wait = retry_after(response) if response.status in {429, 503} else None
        if response.status == 429 and wait is None:
            wait = _UNSAID
        if wait is not None:
            self._pauses[host] = self._pauses.get(host, 0) + 1
            if wait > _WAITED_OUT or self._pauses[host] >= self._allowed:
                self._leave(host, timedelta(seconds=wait), f"answered {response.status} and asked for a pause")
                return response
            self._hold(host, wait)
            if not request.meta.get("waited"):
                return request.replace(meta={**request.meta, "waited": True}, dont_filter=True)
        self._count(host, request.url, f"http_{response.status}")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Count a request that got no answer; one that was never made counts for nothing."""
        if not isinstance(exception, IgnoreRequest):
            self._count(urlsplit(request.url).hostname or "", request.url, reason_of(exception)[0])

    def _count(self, host: str, url: str, reason: str) -> None:
        # Each address once: the retries of one broken page are no sign of a broken host.
        refused = self._refused.setdefault(host, {})
        refused[url] = reason
        if reason != "too_large" and len(refused) >= self._allowed:
            reasons = ", ".join(sorted(set(refused.values())))
            self._leave(host, self._rest, f"refused {len(refused)} addresses in a row ({reasons})")

    def _hold(self, host: str, wait: float) -> None:
        slot = self._crawler.engine.downloader.slots.get(host)
        if slot is not None:
            # Scrapy holds a slot for its delay after `lastseen`, and not at all where the delay is 0 (a rehearsal).
            slot.delay = max(slot.delay, 0.001)
            slot.lastseen = monotonic() + wait

    def _leave(self, host: str, wait: timedelta, why: str) -> None:
        ledger = spider_of(self._crawler).ledger
        if ledger.pause_of(host) is not None:
            return
        until = datetime.now(UTC) + min(wait, _LONGEST)
        ledger.leave(host, until, why)
        spider_of(self._crawler).note(
            f"{host} {why}; it is left alone until {until:%Y-%m-%d %H:%M} UTC, and what is left there is due later",
            "host_paused",
        )


def retry_after(response: Response) -> float | None:
    """The seconds that ``Retry-After`` asks for (a number or an HTTP date), 0 at least; None where it is not there."""
    said = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time())
    except (TypeError, ValueError):
        return None
