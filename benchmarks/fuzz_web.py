"""Fuzzed readers of what outlets send, and of what keeps it: pages, feeds, sitemaps, listings, archives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from benchmarks import fuzz_seeds as seeds
from benchmarks.fuzz_target import JSON, Reader, Target, as_json, values
from corpus.forgotten import Match
from corpus.records import Page
from crawler import discover
from crawler.errors import ArchiveError, DiscoveryError, Rejected
from crawler.extract import extract
from crawler.forgetting import look_into
from crawler.normalise import normalise
from crawler.saved import pages_in
from crawler.source import Source
from crawler.verify import whole_records

_XML = (
    b"<![CDATA[",
    b"]]>",
    b"<?xml version='1.0' encoding='utf-7'?>",
    b"<!DOCTYPE a [<!ENTITY b '&b;'>]>",
    b"&b;",
    b"&#0;",
    b"</item>",
    b"<link>",
    b"http://[",
    b"99999-99-99",
    b"Sat, 31 Feb 9999 99:99:99 +9999",
    b"\xff\xfe",
)
_HTML = (
    b"<",
    b">",
    b"</div>",
    b"<table><tr><td>",
    b"<!--",
    b"<script>",
    b"&#x0;",
    b"\xcc\x81" * 40,
    b"<div>" * 400,
    b'<meta charset="utf-16">',
    b'<base href="http://[">',
    b'<link rel="canonical" href="https://[0/">',
    b'<link rel="canonical" href="https://baosuoinguon.example:99999/tin/a.html">',
    b'<script type="application/ld+json">' + b"[" * 3000 + b"</script>",
    b"<p>1/1/0001 99:99</p>",
    b"31/12/9999",
    "<p>cách đây 99999999999999999999 phút</p>".encode(),
    b'<img src="data:image/gif;base64,R0"',
    b"\x00\x01",
)
_WARC = (
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: -1\r\n",
    b"WARC/1.1\r\n",
    b"\r\n\r\n",
    b"\x1f\x8b\x08",
    b"WARC-Date: 0001-01-01T00:00:00Z\r\n",
    b"HTTP/1.1 999999 x\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"ffffffff\r\n",
    b"Content-Encoding: br, gzip, deflate\r\n",
    b"WARC-Type: response\r\n",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"\x00" * 600,
)


@cache
def _source() -> Source:
    table = {
        "id": "bao_suoi_nguon",
        "name": "Báo Suối Nguồn",
        "kind": "paper",
        "home": f"{seeds.HOST}/",
        "hosts": ("baosuoinguon.example",),
        "verified": "facts only",
        "facts": "invented",
        "province": ({"name": "Hà Giang"},),
        "discover": {
            "article": r"/tin/[a-z0-9-]+\.html$",
            "sections": (f"{seeds.HOST}/xa-hoi/",),
            "links": "h3 a[href]",
            "next": "a.sau",
            "endpoints": (f"{seeds.HOST}/them?page={{n}}",),
            "json_path": "data.rows[].url",
        },
        "layout": ({"title": "h1", "date": "div.ngay", "body": "div.noi-dung", "caption": "p.caption"},),
    }
    return Source.model_validate(table)


def _html(data: bytes, folder: Path) -> None:
    kind = "text/html; charset=utf-8" if len(data) % 3 else "text/html"
    url = f"{seeds.HOST}/tin/khoi-muong-12.html"
    page = Page(
        url, url, datetime(2026, 5, 31, tzinfo=UTC), 200, (("Content-Type", kind),), data, data, "bao_suoi_nguon"
    )
    source = _source() if len(data) % 2 else None
    normalise(extract(page, source), page, source)


def _listed(read: Callable[[bytes, str, Source], discover.Listing]) -> Reader:
    return lambda data, folder: void(read(data, f"{seeds.HOST}/danh-sach", _source()))


def void(value: Any) -> None:
    """Read all of ``value``, which may be lazy."""
    if hasattr(value, "__next__"):
        for _ in value:
            pass


def _archive(data: bytes, folder: Path) -> None:
    wacz = data.startswith(b"PK")
    path = folder / ("a.wacz" if wacz else "bao-20260531-1.warc.gz")
    path.write_bytes(data)
    refused: ArchiveError | None = None
    for read in (pages_in, whole_records, lambda one: look_into(one, Match(frozenset(["x"])))):
        if wacz and read is not pages_in:
            continue
        try:
            void(read(path))  # type: ignore[operator]  # three of different answers
        except ArchiveError as error:  # one reader's refusal is not the others'
            refused = error
    if refused is not None:
        raise refused


_answers = values.map(lambda value: as_json({"data": {"rows": value}}))
_items = st.lists(
    st.tuples(st.text("<>&abc /:.đ", max_size=30), st.one_of(st.datetimes().map(str), st.text(max_size=30))), max_size=6
).map(
    lambda rows: (
        (
            "<rss><channel>" + "".join(f"<item><link>{link}</link><pubDate>{at}</pubDate></item>" for link, at in rows)
        ).encode("utf-8", "surrogatepass")
        + b"</channel></rss>"
    )
)


TARGETS: dict[str, Target] = {
    "html": Target(seeds.pages, _html, (Rejected,), _HTML),
    "feed": Target(seeds.feeds, _listed(discover.feed), (DiscoveryError,), _XML, made=_items),
    "sitemap": Target(seeds.sitemaps, _listed(discover.sitemap), (DiscoveryError,), _XML),
    "listing": Target(seeds.listings, _listed(discover.listing), (DiscoveryError,), _HTML),
    "endpoint": Target(seeds.endpoints, _listed(discover.endpoint), (DiscoveryError,), JSON, b",", _answers),
    "warc": Target(seeds.archives, _archive, (ArchiveError,), _WARC, b"\r\n"),
}
"""Every one by name."""
