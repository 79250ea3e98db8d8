"""Why a request or a page failed, by name, and when an address of that name is tried again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.settings import BaseSettings
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.python.failure import Failure

logger = logging.getLogger(__name__)


class Refused(IgnoreRequest):
    """A request that we do not make; ``reason`` is the slug under which it is counted."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


PUT_OFF = frozenset({"left_alone", "robots_unreachable"})
"""Reasons that say nothing of the address, only of its host tonight: it stays due, and is no failure of its own."""

_REASONS: tuple[tuple[str, tuple[type[BaseException], ...]], ...] = (
    ("timeout", (DownloadTimeoutError, TimeoutError)),
    ("dns", (CannotResolveHostError,)),
    ("tls", (TlsError,)),
    ("connection", (DownloadConnectionRefusedError, DownloadFailedError, ResponseDataLossError)),
    ("connection", (ConnectError, ConnectionClosed)),
    ("too_large", (DownloadCancelledError,)),
)
_TLS_HINTS = {
    "unsafe legacy renegotiation": "the source needs `legacy_tls = true` under [polite]",
    "certificate verify failed": "the outlet's certificate is broken, or somebody answers in its place; a source with "
    "`unverified_tls = true` under [polite] is read all the same",
}
_UNPACKED = "during decompression"  # what Scrapy says of an answer that unpacks to more than is allowed


def reason_of(error: BaseException | None) -> tuple[str, str]:
    """The slug under which a failed request is counted, and what happened."""
    if isinstance(error, Refused):
        return error.reason, str(error)
    if isinstance(error, IgnoreRequest):
        return ("too_large" if _UNPACKED in str(error) else "refused"), str(error)
    detail = f"{type(error).__name__} {error}".strip()
    causes = list(_causes(error))
    if any(isinstance(cause, TlsError) for cause in causes):
        said = " ".join(str(cause) for cause in causes if isinstance(cause, TlsError))
        hints = [f"; {hint}" for what, hint in _TLS_HINTS.items() if what in said]
        return "tls", f"{said}{''.join(hints)}"
    for reason, kinds in _REASONS:
        if isinstance(error, kinds):
            return reason, detail
    logger.error("A request failed in a way that has no name yet", exc_info=error)
    return "fetch_error", detail


def _causes(error: BaseException | None, depth: int = 6) -> Iterator[BaseException]:
    """``error`` and what it came from; Twisted keeps causes of its own in ``reasons``."""
    if error is None or depth == 0:
        return
    yield error
    for reason in getattr(error, "reasons", None) or ():
        yield from _causes(reason.value if isinstance(reason, Failure) else reason, depth - 1)
    yield from _causes(error.__cause__, depth - 1)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a failure is tried again: after ``first``, then twice as long each time up to ``longest``.

    An address is given up after ``attempts`` failures in a row, or when they have gone on for ``within``.
    """

    first: timedelta
    longest: timedelta
    attempts: int
    within: timedelta

    def next(self, attempts: int, failing_since: datetime, now: datetime) -> datetime | None:
        """When to try again after ``attempts`` failures in a row; None where the address is given up."""
        if attempts >= self.attempts or now - failing_since >= self.within:
            return None
        # Doubled at most 20 times: 30 minutes are then 60 years, far beyond any `longest`.
        doubled: int = 2 ** min(attempts - 1, 20)
        return now + min(self.longest, self.first * doubled)


@dataclass(frozen=True, slots=True)
class Schedules:
    """When each kind of failure is tried again, from the crawler's settings."""

    passing: Patience
    slow: Patience

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Schedules:
        """``RETRY_AFTER_MINUTES`` and its kin for what passes; what a person or an editor must mend waits days."""
        return cls(
            passing=Patience(
                timedelta(minutes=settings.getfloat("RETRY_AFTER_MINUTES")),
                timedelta(hours=settings.getfloat("RETRY_AT_MOST_HOURS")),
                settings.getint("RETRY_ATTEMPTS"),
                timedelta(days=settings.getfloat("RETRY_DAYS")),
            ),
            slow=Patience(timedelta(days=1), timedelta(days=4), 3, timedelta(days=30)),
        )

    def for_reason(self, reason: str) -> Patience | None:
        """The schedule of failures named ``reason``; None for those that are final at once (gone, a bug of ours)."""
        for pattern, schedule in ((_PASSING, self.passing), (_SLOW, self.slow)):
            if any(fnmatchcase(reason, one) for one in pattern):
                return schedule
        return None


_PASSING = (
    "http_5*", "http_403", "http_408", "http_425", "http_429", "timeout", "dns", "connection", "tls", "fetch_error",
    "refused",
)  # fmt: skip
# A page that says "being updated" may be a story tomorrow; a rule of robots.txt or a redirect is mended by people.
_SLOW = (
    "robots",
    "offsite",
    "redirect_loop",
    "too_large",
    "not_an_article",
    "no_title",
    "empty_page",
    "private_address",
)
