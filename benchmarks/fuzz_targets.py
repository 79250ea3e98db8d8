"""The readers of bytes that others made, each as a function that may refuse its input in named ways only."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from benchmarks import fuzz_seeds as seeds
from corpus.errors import QueryError
from corpus.forgotten import Match
from corpus.index import Wanted
from corpus.querylang import read as read_query
from corpus.records import Page, Query
from corpus.store import Corpus
from crawler import discover, publishing
from crawler.address import address
from crawler.errors import ArchiveError, DiscoveryError, Rejected, SourceError
from crawler.extract import extract
from crawler.forgetting import look_into
from crawler.normalise import normalise
from crawler.saved import SavedFileError, articles_in, pages_in
from crawler.source import Source, read_source
from crawler.verify import whole_records
from nlp.artefact import MANIFEST, load
from nlp.errors import LabelledError, ModelError
from nlp.labelled import read_labelled
from nlp.themes import load_themes, slugs

Reader = Callable[[bytes, Path], None]
"""Reads input in whatever way it has, in a folder of its own for files; what is not in ``allowed`` is a finding."""


@dataclass(frozen=True)
class Target:
    """One reader: what fuzzing begins with, what it puts in, where parts begin, and how the input may be refused.

    ``made`` are whole inputs that are right in form and odd in content, drawn by Hypothesis.
    """

    seeds: Callable[[], Sequence[bytes]]
    read: Reader
    allowed: tuple[type[Exception], ...]
    scraps: tuple[bytes, ...] = (b"\x00", b"\xff", b"<", b">", b'"', b"\\", b"\r\n")
    mark: bytes = b"<"
    made: SearchStrategy[bytes] | None = None


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
_JSON = (
    b"[" * 2000,
    b'{"a":' * 2000,
    b"1e999",
    b"NaN",
    b"-0",
    b"9" * 5000,
    b'"\\ud800"',
    b'"\\u0000"',
    b"null",
    b"true",
    b'""',
    b"{}",
    b"[]",
    b',"title":1',
    b'"published_at":"9999-12-31T23:59:59+00:00"',
    b'"date":"0001-01-01"',
    b"\xef\xbb\xbf",
    b'"url":"http://["',
    b"\xe2\x80\xa8",
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
_TOML = (
    b"[" * 500,
    b"a." * 500,
    b'"""',
    b"'''",
    b"= [",
    b"=" + b"[" * 2000,
    b"1979-05-27T07:32:00Z",
    b"0x",
    b"inf",
    b"\\u0000",
    b"[[layout]]",
    b"[[province]]",
    b"since = 0001-01-01\n",
    b"{a={a={",
    b"\xff",
    b"article = '((a+)+)+$'\n",
    b":not(" * 300,
    b"= -9223372036854775809\n",
    b'links = "a:has(> b',
)
_QUERY = (
    b"(",
    b")",
    b'"',
    b"*",
    b" OR ",
    b" NOT ",
    b" AND ",
    b"NEAR(",
    b"^",
    b":",
    b"\xcc\x81",
    b"\xf0\x9f\x87\xbb",
    b"(" * 50,
    b"a " * 500,
    b"\xee\x80\x80",
    b"{title_toned}:",
    b"'",
    b"--",
    b"\x00",
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


def _toml(data: bytes, folder: Path) -> None:
    path = folder / "bao_thu.toml"
    # The name of a file is its source's id, else nothing but that would ever be refused.
    try:
        found = tomllib.loads(data.decode()).get("id")
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, str) and found.isidentifier() and len(found) < 60:
        path = folder / f"{found}.toml"
    path.write_bytes(data)
    try:
        read_source(path)
    finally:
        path.unlink()


def _platform(data: bytes, folder: Path) -> None:
    (folder / "thu.toml").write_bytes(data)
    publishing.load_platform.__wrapped__("thu", folder)


def _rows(data: bytes, folder: Path) -> None:
    path = folder / "rows.jsonl"
    path.write_bytes(data)
    refused = [one for one in articles_in(path) if isinstance(one, SavedFileError)]
    if refused:
        raise refused[0]


def _labels(data: bytes, folder: Path) -> None:
    path = folder / "labels.jsonl"
    path.write_bytes(data)
    read_labelled([path], slugs(load_themes()))


def _model(data: bytes, folder: Path) -> None:
    """One file of a model changed, and the manifest true of it: a digest alone keeps nobody out who can write one."""
    files = dict(seeds.model())
    name = list(files)[data[0] % len(files)] if data else MANIFEST
    files[name] = data[1:]
    if name != MANIFEST:
        files[MANIFEST] = seeds.signed(files)
    for one, content in files.items():
        (folder / one).write_bytes(content)
    load(folder, seeds.THEMES)


_OPEN: dict[Path, Corpus] = {}


def _query(data: bytes, folder: Path) -> None:
    """Read it, and ask the search index what was understood: its own parser must understand it, too."""
    corpus = _OPEN.get(folder)
    if corpus is None:
        corpus = _OPEN[folder] = Corpus.open(folder / "asked.sqlite")
    text = data.decode("utf-8", "surrogateescape" if len(data) % 5 else "replace")
    wanted: Wanted = read_query(text)
    corpus.connection.execute("SELECT 1 FROM search WHERE search MATCH ?", (wanted.expression(),)).fetchall()
    corpus.search(Query(text))


def _address(data: bytes, folder: Path) -> None:
    spelled = address(data.decode("utf-8", "replace"))
    if spelled.startswith(("http://", "https://")) and address(spelled) != spelled:
        raise AssertionError(f"{spelled!r} is spelled otherwise the second time: {address(spelled)!r}")


_words = st.sampled_from(
    ["chợ", "du", "lịch", "hoà", "Lào", "a", "ð", "1", "_", "🇻🇳", "OR", "AND", "NOT", "(", ")", '"', "*", "-"]
)
_query_texts = st.lists(st.one_of(_words, st.text(max_size=6)), max_size=30).map(" ".join)
_values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.dates().map(str),
        st.datetimes().map(str),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)
_KEYS = (
    "title",
    "text",
    "url",
    "lead",
    "source",
    "published_at",
    "date",
    "section",
    "province",
    "authors",
    "agency",
    "tags",
)


def _as_json(value: Any) -> bytes:
    import json

    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


_json_rows = st.dictionaries(st.sampled_from(_KEYS), st.one_of(st.text(min_size=1, max_size=30), _values)).map(
    lambda row: _as_json({"title": "Tin", "text": "Bài", **row})
)
_answers = _values.map(lambda value: _as_json({"data": {"rows": value}}))
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
_urls = st.one_of(st.text(max_size=60), st.text("htps:/?#[]@%&=.;0aÀ ", max_size=40).map("http://".__add__)).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)

TARGETS: dict[str, Target] = {
    "html": Target(seeds.pages, _html, (Rejected,), _HTML),
    "feed": Target(seeds.feeds, _listed(discover.feed), (DiscoveryError,), _XML, made=_items),
    "sitemap": Target(seeds.sitemaps, _listed(discover.sitemap), (DiscoveryError,), _XML),
    "listing": Target(seeds.listings, _listed(discover.listing), (DiscoveryError,), _HTML),
    "endpoint": Target(seeds.endpoints, _listed(discover.endpoint), (DiscoveryError,), _JSON, b",", _answers),
    "warc": Target(seeds.archives, _archive, (ArchiveError,), _WARC, b"\r\n"),
    "source": Target(seeds.sources, _toml, (SourceError,), _TOML, b"\n"),
    "platform": Target(seeds.tables, _platform, (SourceError,), _TOML, b"\n"),
    "jsonl": Target(seeds.rows, _rows, (SavedFileError,), _JSON, b",", _json_rows),
    "labelled": Target(seeds.labels, _labels, (LabelledError,), _JSON, b","),
    "artefact": Target(
        seeds.models, _model, (ModelError,), (*_JSON, b"\x93NUMPY", b"PK\x01\x02", b"(9999999999,)"), b","
    ),
    "query": Target(
        seeds.queries,
        _query,
        (QueryError,),
        _QUERY,
        b" ",
        _query_texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    ),
    "address": Target(
        seeds.addresses,
        _address,
        (ValueError,),
        (b"[", b"]", b"%", b"@", b":", b"//", b"?", b"#", b"\xe2\x84\x80"),
        b"/",
        _urls,
    ),
}
"""Every reader by name."""
