"""Pages to WARC records."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from corpus.records import Page
from crawler.warc import ORIGINAL, REQUESTED, SOURCE, TRUNCATED

NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"


def wire_digest(page: Page) -> str:
    """The digest of the payload as it is stored, any content encoding and all."""
    return "sha256:" + hashlib.sha256(page.body if page.raw is None else page.raw).hexdigest()


class _Headers(StatusAndHeaders):  # type: ignore[misc]  # warcio ships no types
    """Headers written as UTF-8, as warcio reads them; its own way of writing fails on a name that is not ASCII."""

    def to_ascii_bytes(self, header_filter: Any = None) -> bytes:
        """The header block as stored."""
        return bytes(self.to_bytes(header_filter, "utf-8"))


def resource(warc: WARCWriter, page: Page) -> Any:
    """A file that somebody saved: a WARC resource, since no server's answer is known."""
    headers = {
        "WARC-Date": _warc_date(page.fetched_at),
        "WARC-Payload-Digest": "sha256:" + hashlib.sha256(page.body).hexdigest(),
    }
    if page.source is not None:
        headers[SOURCE] = page.source
    return warc.create_warc_record(
        page.url,
        "resource",
        payload=io.BytesIO(page.body),
        length=len(page.body),
        warc_content_type=page.header("Content-Type") or "application/octet-stream",
        warc_headers_dict=headers,
    )


def response(warc: WARCWriter, page: Page) -> Any:
    """The answer of a server, its payload as it came over the wire."""
    payload = page.body if page.raw is None else page.raw
    headers = {
        "WARC-Date": _warc_date(page.fetched_at),
        "WARC-Payload-Digest": wire_digest(page),
        REQUESTED: page.requested_url,
    }
    if page.source is not None:
        headers[SOURCE] = page.source
    if cut := page.header(TRUNCATED):
        headers[TRUNCATED] = cut
    return warc.create_warc_record(
        page.url,
        "response",
        payload=io.BytesIO(payload),
        length=len(payload),
        warc_headers_dict=headers,
        http_headers=_Headers(
            f"{page.status} {_phrase(page.status)}", _stored_headers(page, len(payload)), protocol="HTTP/1.1"
        ),
    )


def request(warc: WARCWriter, page: Page, concurrent_to: str, sent: Sequence[tuple[str, str]]) -> Any:
    """The request that ``page`` answers, with the headers ``sent``; ``Host``, which every client sends, always."""
    parts = urlsplit(page.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = [] if any(name.lower() == "host" for name, _ in sent) else [("Host", parts.netloc)]
    return warc.create_warc_record(
        page.url,
        "request",
        payload=io.BytesIO(b""),
        length=0,
        warc_headers_dict={"WARC-Date": _warc_date(page.fetched_at), "WARC-Concurrent-To": concurrent_to},
        http_headers=_Headers(f"GET {target} HTTP/1.1", [*host, *sent], is_http_request=True, protocol=""),
    )


def revisit(warc: WARCWriter, page: Page, refers_to_url: str, refers_to_date: datetime, payload_digest: str) -> Any:
    """The note that ``page`` is what was stored before: its headers without its payload."""
    headers = {"WARC-Date": _warc_date(page.fetched_at), REQUESTED: page.requested_url}
    if page.source is not None:
        headers[SOURCE] = page.source
    record = warc.create_revisit_record(
        page.url,
        payload_digest,
        refers_to_url,
        _warc_date(refers_to_date),
        http_headers=_Headers(f"{page.status} {_phrase(page.status)}", list(page.headers), protocol="HTTP/1.1"),
        warc_headers_dict=headers,
    )
    if page.status == HTTPStatus.NOT_MODIFIED:
        record.rec_headers.replace_header("WARC-Profile", NOT_MODIFIED)
    return record


def _stored_headers(page: Page, size: int) -> list[tuple[str, str]]:
    """The page's headers, those renamed that do not describe the stored payload and would confuse a reader.

    ``Transfer-Encoding`` never does, since the client has joined the chunks; ``Content-Encoding`` does not where only
    the decoded body is known; ``Content-Length`` does not where it differs.
    """
    untrue = {"transfer-encoding"} | ({"content-encoding"} if page.raw is None else set())
    stored = []
    for name, value in page.headers:
        lower = name.lower()
        if lower == TRUNCATED.lower():
            continue  # of the record, not of the answer
        differs = lower == "content-length" and value.strip() != str(size)
        stored.append((ORIGINAL + name if lower in untrue or differs else name, value))
    return stored


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # servers invent numbers; the phrase is only for the eye
        return "Unknown"


def _warc_date(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
