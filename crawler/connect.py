"""Connect to another address than the URL names, as curl's ``--connect-to`` does.

``CONNECT_TO = {"baohagiang.vn": "http://127.0.0.1:8123"}`` sends every request for baohagiang.vn to that address, with
``Host: baohagiang.vn`` and the path and query unchanged. Requests, responses, robots.txt, redirects, delays and the
archive see the original addresses only. Of use for a mirror, and for a rehearsal on this machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

from scrapy import Request
from scrapy.core.downloader.contextfactory import _ScrapyClientContextFactory
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.internet.ssl import CertificateOptions

from crawler.encodings import is_cut
from crawler.errors import TintinhError


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
        response = await self._answer(request)
        encoding = b", ".join(response.headers.getlist("Content-Encoding")).decode("latin-1")
        if encoding and is_cut(response.body, encoding):
            raise ResponseDataLossError(f"{request.url}: the answer breaks off in the middle of its {encoding}")
        return response

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


def tls_contexts(crawler: Crawler) -> TlsContexts:
    """The TLS contexts of a crawl, as its source allows them."""
    source = getattr(crawler.spidercls, "source", None)
    contexts = TlsContexts.from_crawler(crawler)
    contexts.legacy = source is not None and source.polite.legacy_tls
    return contexts


class TlsContexts(_ScrapyClientContextFactory):
    """Scrapy's TLS contexts, but for servers without secure renegotiation (RFC 5746) only where a source allows it.

    Scrapy allows it everywhere.
    """

    legacy = False

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


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
