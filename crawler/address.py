"""Addresses: one spelling for each, so that an article is met, stored and found again under the same one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit, urlunsplit

from w3lib.url import safe_url_string

_TRACKING = re.compile(r"^(?:utm_\w+|fbclid|gclid|zarsrc|gidzl|mc_[ce]id)$", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def address(url: str) -> str:
    """The one spelling of an address: no fragment, no tracking parameters, host in lower case, no default port.

    The order of the other parameters stays, since some portals (``?gd=…&cn=…&tc=…``) are recognised by it; what is no
    web address (``urn:sha256:…``) stays as it is. Idempotent. Raises ``ValueError`` where ``url`` is no address.
    """
    if url.startswith("urn:"):
        return url
    parts = urlsplit(safe_url_string(url.strip()))
    host = parts.hostname or ""
    if not host and parts.scheme in _DEFAULT_PORTS:
        raise ValueError(f"{url!r} names no host")
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(parts.scheme):
        host = f"{host}:{parts.port}"
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _TRACKING.match(pair.partition("=")[0]))
    return urlunsplit((parts.scheme, host, parts.path or "/", query, ""))
