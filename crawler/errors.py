"""Errors that name what was wrong, where, and what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corpus.nights import Night


class TintinhError(Exception):
    """Something a person can mend; its text is one sentence that names the thing."""


class SourceError(TintinhError):
    """A source file that cannot be used as it stands."""


class Rejected(TintinhError):  # noqa: N818 - a verdict on a page, named as the outcome it becomes
    """A page that is no article: ``reason`` can be counted, the text says why in one sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class DiscoveryError(TintinhError):
    """A feed, sitemap or listing that cannot be read."""


class NightFailed(TintinhError):  # noqa: N818 - names what happened, as Rejected does
    """Sources whose crawl ended without an account: a sentence for each, and the ``nights`` of all the others."""

    def __init__(self, failures: Sequence[str], nights: Sequence[Night]) -> None:
        super().__init__("\n".join(failures))
        self.failures = tuple(failures)
        self.nights = tuple(nights)


class ArchiveError(TintinhError):
    """A file of the page archive that is damaged or not there; the text names file and byte offset."""

    def __init__(self, text: str, offset: int | None = None) -> None:
        super().__init__(text)
        self.offset = offset


class CutError(ArchiveError):
    """A file that ends before its last record does: what a kill or a full disk leaves."""


class RevisitError(ArchiveError):
    """A place in the archive that holds no page of its own, only the note that one had not changed."""
