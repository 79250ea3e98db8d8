"""Answer: what the loopback newspaper says to one request, before it goes over the wire."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


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
