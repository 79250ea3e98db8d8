"""Connect to another address than the URL names, as curl's ``--connect-to`` does.

``CONNECT_TO = {"baohagiang.vn": "http://127.0.0.1:8123"}`` sends every request for baohagiang.vn to that address, with
``Host: baohagiang.vn`` and the path and query unchanged. Requests, responses, robots.txt, redirects, delays and the
archive see the original addresses only. Of use for a mirror, and for a rehearsal on this machine.

Everything else is connected to at public addresses only: an outlet's owner, or whoever has taken it over, could point
its name to the network that the crawl runs in, or to a cloud's metadata service. What is checked is the very address
that is connected to, however often the name changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import ClassVar, Self
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, ResponseDataLossError
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from scrapy.settings import BaseSettings
from twisted.internet.base import ReactorBase
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError
from twisted.internet.ssl import CertificateOptions

from crawler.encodings import is_cut
from crawler.errors import TintinhError
from crawler.failures import Refused

MAX_HEADER_BYTES = 64 * 1024
"""Servers send one or two kilobytes of headers; the readers of the archive take up to 1 MiB with a record."""


class ConnectToHandler(HTTP11DownloadHandler):
    """Scrapy's own HTTP handler, connecting where ``CONNECT_TO`` says; without a mapping for a host, as ever.

    An answer whose compressed stream breaks off is a download that failed, as one that is shorter than its length:
    above here half a listing would be read as a whole one.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._targets = connect_to(crawler.settings)
        self._contextFactory = tls_contexts(crawler)  # type: ignore[assignment]  # Scrapy's class says so by a decorator only

    async def download_request(self, request: Request) -> Response:
        """The answer to ``request``, from the mapped address where its host has one."""
        host = urlsplit(request.url).hostname or ""
        if host not in self._targets:
            self._refuse(request, host if _is_address(host) and not is_public(host) else None)
        try:
            response = await self._answer(request)
        except CannotResolveHostError:
            self._refuse(request, PublicResolver.refused.get(host))
            raise
        size = sum(len(name) + len(value) for name, values in response.headers.items() for value in values)
        if size > MAX_HEADER_BYTES:
            raise Refused("too_large", f"{request.url}: its headers are {size} bytes, more than {MAX_HEADER_BYTES}")
        encoding = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        if encoding and is_cut(response.body, encoding):
            raise ResponseDataLossError(f"{request.url}: the answer breaks off in the middle of its {encoding}")
        return response

    def _refuse(self, request: Request, found: str | None) -> None:
        if found is not None:
            raise Refused("private_address", f"{request.url}: leads to {found}, which is no address of the open net")

    async def _answer(self, request: Request) -> Response:
        parts = urlsplit(request.url)
        target = self._targets.get(parts.hostname or "")
        if target is None:
            return await super().download_request(request)
        there = urlsplit(target)
        mapped = request.replace(url=urlunsplit((there.scheme, there.netloc, parts.path, parts.query, "")))
        mapped.headers["Host"] = parts.netloc
        mapped.meta.pop("proxy", None)  # the address given is where to connect, not what to ask a proxy for
        response = await super().download_request(mapped)
        # AutoThrottle reads the latency from the request it knows.
        request.meta["download_latency"] = mapped.meta["download_latency"]
        return response.replace(url=request.url)


class PublicResolver(CachingThreadedResolver):
    """Scrapy's resolver without the names that lead to an address which is not public.

    ``allowed`` are the names that may: those of the targets of ``CONNECT_TO``, which the person who runs the crawl has
    given. ``refused`` holds what the others led to: of a failure Twisted passes on that there was one.
    """

    refused: ClassVar[dict[str, str]] = {}

    def __init__(self, reactor: ReactorBase, cache_size: int, timeout: float) -> None:
        super().__init__(reactor, cache_size, timeout)
        self.allowed: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: ReactorBase) -> Self:
        """Scrapy's way of making it, once in a process."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.allowed = frozenset(urlsplit(one).hostname or "" for one in connect_to(crawler.settings).values())
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        """The address of ``name``; fails with ``DNSLookupError`` where it is not public."""
        return super().getHostByName(name, timeout).addCallback(self._public, name)

    def _public(self, found: str, name: str) -> str:
        if name in self.allowed or is_public(found):
            self.refused.pop(name, None)
            return found
        self.refused[name] = found
        raise DNSLookupError(f"{name} leads to {found}, which is no address of the open net")


def is_public(found: str) -> bool:
    """Whether an IP address is one of the open net: not of this machine, a private network, a link or a group."""
    one: IPv4Address | IPv6Address = ip_address(found)
    if isinstance(one, IPv6Address):
        one = one.ipv4_mapped or one.sixtofour or one
    return one.is_global and not one.is_multicast


def tls_contexts(crawler: Crawler) -> TlsContexts:
    """The TLS contexts of a crawl, as its source allows them."""
    source = getattr(crawler.spidercls, "source", None)
    contexts = TlsContexts.from_crawler(crawler)
    if source is not None:
        contexts.allow(legacy=source.polite.legacy_tls, unverified=source.polite.unverified_tls)
    return contexts


class TlsContexts(_ScrapyClientContextFactory):
    """Scrapy's TLS contexts, but for servers without secure renegotiation (RFC 5746) only where a source allows it.

    Scrapy allows it everywhere.
    """

    legacy = False

    def allow(self, *, legacy: bool, unverified: bool) -> None:
        """Say what the server of this outlet may be like; one that renegotiates the old way goes unchecked."""
        self.legacy = legacy
        self._verify_certificates = self._verify_certificates and not (legacy or unverified)

    def _get_cert_options(self) -> CertificateOptions:
        if self.legacy:
            return super()._get_cert_options()
        return CertificateOptions(**self._get_cert_options_kwargs())


def connect_to(settings: BaseSettings) -> dict[str, str]:
    """The setting ``CONNECT_TO`` (a mapping, or JSON on the command line), host in lower case -> ``http://host:port``.

    Raises ``TintinhError`` naming the entry that is no such address.
    """
    try:
        mapping = settings.getdict("CONNECT_TO")
    except ValueError as error:
        raise TintinhError(f"CONNECT_TO: is neither a mapping nor JSON of one ({error})") from error
    for host, target in mapping.items():
        parts = urlsplit(str(target))
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path not in {"", "/"}:
            raise TintinhError(f"CONNECT_TO: {host} is mapped to {target!r}; http://host:port was expected")
    return {host.lower(): str(target) for host, target in mapping.items()}


def only_here(hosts: Iterable[str], mapping: Mapping[str, str]) -> bool:
    """Whether every one of ``hosts`` is mapped to this machine, so that a crawl of them is a rehearsal."""
    return all(host in mapping and _is_loopback(urlsplit(mapping[host]).hostname or "") for host in hosts)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
