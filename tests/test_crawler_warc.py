"""Reading WARC files that others wrote, files that something happened to, and payloads in any encoding."""

from __future__ import annotations

import gzip
import io
import logging
import shutil
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import read_warc
from crawler.encodings import is_cut
from crawler.errors import ArchiveError
from crawler.warc import decoded
from tests.archived import HTML, only_file, page, written


def attempt(path: Path) -> tuple[list[str], str | None]:
    """The addresses that a file gives before it ends or fails, and how it fails."""
    urls: list[str] = []
    try:
        for one in read_warc(path):
            urls.append(one.url)  # noqa: PERF401 - what came before the error counts
    except ArchiveError as error:
        return urls, str(error)
    return urls, None


@pytest.mark.parametrize(
    "junk", [b"<html>not a warc</html>\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"WARC/1.0\r\n"]
)
@pytest.mark.parametrize("packed", [False, True])
def test_what_is_no_warc_is_named(tmp_path: Path, junk: bytes, packed: bool) -> None:
    path = tmp_path / "la.warc"
    path.write_bytes(gzip.compress(junk) if packed else junk)
    pages, error = attempt(path)
    # A header line alone is a plain file cut at its first record.
    assert (pages, error) == ([], None) if junk.startswith(b"WARC") and not packed else error is not None
    assert error is None or error.startswith(f"{path}: the record at offset 0 ")


def test_an_empty_file_holds_no_pages(tmp_path: Path) -> None:
    (tmp_path / "rong.warc.gz").write_bytes(b"")
    assert list(read_warc(tmp_path / "rong.warc.gz")) == []


def others_warc(*, packed: bool) -> bytes:
    """As wget and browsers' archivers write: plain or packed, chunked and encoded, with records of other kinds."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "someone's"}))
    zipped = gzip.compress(HTML, mtime=0)
    chunked = f"{len(zipped):x}\r\n".encode() + zipped + b"\r\n0\r\n\r\n"
    for url, headers, payload, status in (
        ("https://a.vn/1", [("Content-Encoding", "gzip"), ("Transfer-Encoding", "chunked")], chunked, "200 OK"),
        ("https://a.vn/2", [("Content-Type", "text/html")], HTML, "404 Not Found"),
        ("https://a.vn/3", [], b"", "301 Moved Permanently"),
    ):
        record = writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(payload),
            length=len(payload),
            warc_headers_dict={"WARC-Date": "2021-06-03T02:15:00Z"},
            http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"),
        )
        writer.write_record(record)
    writer.write_record(writer.create_warc_record("dns:a.vn", "response", payload=io.BytesIO(b"1.2.3.4"), length=7))
    writer.write_record(writer.create_warc_record("urn:x", "metadata", payload=io.BytesIO(b"x: y"), length=4))
    return out.getvalue()


@pytest.mark.parametrize("form", ["plain", "a member a record", "one member"])
def test_others_files_are_read_whatever_their_form(tmp_path: Path, form: str) -> None:
    data = others_warc(packed=form == "a member a record")
    path = tmp_path / "cua-nguoi-khac.warc.gz"
    path.write_bytes(gzip.compress(data) if form == "one member" else data)
    pages = list(read_warc(path))
    assert [(one.url, one.status) for one in pages] == [
        ("https://a.vn/1", 200),
        ("https://a.vn/2", 404),
        ("https://a.vn/3", 301),
    ]
    assert [one.body for one in pages] == [HTML, HTML, b""]
    assert pages[0].fetched_at == datetime(2021, 6, 3, 2, 15, tzinfo=UTC)
    assert pages[0].requested_url == pages[0].url


@pytest.mark.parametrize("cut", [-30, 5, 300])
def test_a_plain_file_cut_at_its_end(tmp_path: Path, caplog: pytest.LogCaptureFixture, cut: int) -> None:
    data = others_warc(packed=False)
    path = tmp_path / "cut.warc"
    path.write_bytes(data[: data.index(b"https://a.vn/2") + cut])
    assert [one.url for one in read_warc(path)] == ["https://a.vn/1"]
    assert "was cut short and is left out" in caplog.text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), cut=st.booleans())
def test_any_damage_is_an_error_with_a_name_or_changes_nothing(
    tmp_path: Path, where: float, byte: int, cut: bool
) -> None:
    root = tmp_path / "damage"
    if not root.exists():
        written(root, page(1), page(2))
        shutil.copy(only_file(root), tmp_path / "whole.warc.gz")
    data = bytearray((tmp_path / "whole.warc.gz").read_bytes())
    position = int(where * len(data))
    if cut:
        del data[position:]
    else:
        data[position] = byte
    path = tmp_path / "hurt.warc.gz"
    path.write_bytes(bytes(data))
    urls, error = attempt(path)
    assert urls == [page(1).url, page(2).url][: len(urls)]
    assert error is None or error.startswith(f"{path}: the record at offset ")


@pytest.mark.parametrize(
    ("encoding", "payload"),
    [
        ("gzip", gzip.compress(HTML, mtime=0)),
        ("GZIP", gzip.compress(HTML[:20]) + gzip.compress(HTML[20:])),
        ("x-gzip", gzip.compress(HTML, mtime=0) + bytes(8)),
        ("deflate", zlib.compress(HTML)),
        ("deflate", zlib.compress(HTML)[2:-4]),
        ("gzip, gzip", gzip.compress(gzip.compress(HTML, mtime=0), mtime=0)),
        ("identity", HTML),
        (None, HTML),
    ],
)
def test_content_encodings_are_undone(encoding: str | None, payload: bytes) -> None:
    assert decoded(payload, encoding, "https://a.vn/") == HTML


@pytest.mark.parametrize(
    ("encoding", "payload"), [("gzip", gzip.compress(HTML, mtime=0)[:-5]), ("gzip", HTML), ("zstd", HTML)]
)
def test_an_encoding_that_cannot_be_undone_stays_with_a_warning(
    caplog: pytest.LogCaptureFixture, encoding: str, payload: bytes
) -> None:
    with caplog.at_level(logging.WARNING):
        assert decoded(payload, encoding, "https://a.vn/") == payload
    assert f"https://a.vn/: the content encoding '{encoding}' cannot be undone" in caplog.text


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_stream_is_cut_wherever_its_end_is_missing(encoding: str) -> None:
    whole = gzip.compress(HTML, mtime=0) if encoding == "gzip" else zlib.compress(HTML)
    assert [end for end in range(1, len(whole) + 1) if not is_cut(whole[:end], encoding)] == [len(whole)]
    assert not is_cut(b"", encoding)
    assert not is_cut(whole + b"\0\0", encoding)
    assert not is_cut(HTML, encoding)
    assert not is_cut(HTML, None)
