"""Answer: what the loopback newspaper says to one request, before it goes over the wire."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong at an address instead of its answer.

    ``status`` is sent with an empty body; ``retry_after`` and ``location`` are headers; ``wait`` are seconds before
    the answer. A fault that only waits (``status`` None) is followed by the right answer.
    """

    status: int | None = None
    retry_after: str | None = None
    location: str | None = None
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One response. ``modified`` is aware or None (no Last-Modified header); ``location`` is set on a redirect."""

    status: int
    content_type: str
    body: bytes
    modified: datetime | None = None
    location: str | None = None

    @property
    def etag(self) -> str:
        """A strong validator: the body's digest."""
        return hashlib.sha256(self.body).hexdigest()[:20]
