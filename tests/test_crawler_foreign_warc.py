"""WARC as wget, Common Crawl and browsertrix write it, and files made to do harm. All bytes are composed here."""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.records import Page
from corpus.store import Corpus
from crawler.archive import read_warc
from crawler.errors import ArchiveError
from crawler.ingest import ingest
from crawler.saved import pages_in
from tests.archived import HTML
from tests.command import ROOT, tintinh
from tests.small_paper import article

STORY = article("Khơi mương ở Khuổi Vài", "12/10/2021", "nước về tận chân ruộng")
URL = "http://baodongsuoi.example/tin/mot.html"


def record(kind: str, block: bytes, url: str | None = URL, length: int | None = None, **headers: str) -> bytes:
    lines = ["WARC/1.0", f"WARC-Type: {kind}", "WARC-Date: 2021-10-12T02:15:00Z"]
    lines += ["WARC-Record-ID: <urn:uuid:5f3f2a1c-0000-4000-8000-000000000001>"]
    lines += [f"WARC-Target-URI: {url}"] if url else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(block) if length is None else length}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n"


def answer(body: bytes, *headers: str, status: str = "HTTP/1.1 200 OK") -> bytes:
    return "\r\n".join([status, "Content-Type: text/html; charset=UTF-8", *headers]).encode() + b"\r\n\r\n" + body


def chunked(body: bytes, size: int = 700) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(f"{len(one):X}\r\n".encode() + one + b"\r\n" for one in [*pieces, b""])


REQUEST = b"GET /tin/mot.html HTTP/1.1\r\nUser-Agent: Wget/1.21.3\r\nHost: baodongsuoi.example\r\n\r\n"


def wget() -> bytes:
    """Plain, addresses in angle brackets (1.19 and others), the request before the response, logs as records."""
    log = b"--2021-10-12 09:15:00--  http://baodongsuoi.example/\n"
    here = "<urn:uuid:5f3f2a1c-0000-4000-8000-000000000002>"
    return b"".join(
        (
            record("warcinfo", b"software: Wget/1.21.3 (linux-gnu)\r\n", None, WARC_Filename="a.warc"),
            record("request", REQUEST, f"<{URL}>", Content_Type="application/http;msgtype=request"),
            record(
                "response",
                answer(chunked(STORY), "Transfer-Encoding: chunked"),
                f"<{URL}>",
                Content_Type="application/http;msgtype=response",
                WARC_Concurrent_To=here,
                WARC_IP_Address="192.0.2.1",
            ),
            record("metadata", b"", "<metadata://gnu.org/software/wget/warc/MANIFEST.txt>", Content_Type="text/plain"),
            record("resource", log, "<metadata://gnu.org/software/wget/warc/wget.log>", Content_Type="text/plain"),
        )
    )


def common_crawl(*, cut: bool = False) -> bytes:
    """A member a record, encodings undone and their headers renamed, robots.txt and metadata between."""
    body = STORY[: len(STORY) // 2] if cut else STORY
    found = answer(
        body,
        "X-Crawler-Content-Encoding: gzip",
        "X-Crawler-Content-Length: 812",
        "X-Crawler-Transfer-Encoding: chunked",
        f"Content-Length: {len(body)}",
    )
    kind = "application/http; msgtype=response"
    extra = {"WARC_Truncated": "length"} if cut else {}
    records = (
        record("warcinfo", b"isPartOf: CC-MAIN-2021-43\r\n", None),
        record("response", answer(b"User-agent: *\n"), "http://baodongsuoi.example/robots.txt", Content_Type=kind),
        record("request", REQUEST, Content_Type="application/http; msgtype=request"),
        record("response", found, Content_Type=kind, WARC_Identified_Payload_Type="text/html", **extra),
        record("metadata", b"fetchTimeMs: 312\r\n", Content_Type="application/warc-fields"),
    )
    return b"".join(map(gzip.compress, records))


def browsertrix() -> bytes:
    """A zip file: WARC, pages list, index; HTTP/2 status lines, screenshots and texts as resources."""
    records = (
        record("warcinfo", b"software: Browsertrix-Crawler\r\n", None),
        record(
            "response",
            answer(STORY, "x-orig-content-encoding: br", status="HTTP/2 200"),
            Content_Type="application/http; msgtype=response",
            WARC_Page_ID="1",
        ),
        record("resource", b"\x89PNG", f"urn:view:{URL}", Content_Type="image/png"),
        record("resource", b"some text", f"urn:text:{URL}", Content_Type="text/plain"),
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("datapackage.json", "{}")
        packed.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0"}\n')
        packed.writestr("../../../tmp/archive/evil.warc", record("response", answer(b"x"), "http://ac.example/"))
        packed.writestr("archive/data.warc.gz", b"".join(map(gzip.compress, records)))
        packed.writestr("indexes/index.cdx", "")
    return out.getvalue()


FORMS = {"wget.warc": wget(), "cc.warc.gz": common_crawl(), "bt.wacz": browsertrix(), "khong-duoi.warc": browsertrix()}


@pytest.mark.parametrize("name", FORMS)
def test_a_page_comes_in_whoever_archived_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FORMS[name])
    (one,) = pages_in(tmp_path / name)
    assert isinstance(one, Page)
    assert (one.url, one.status, one.body) == (URL, 200, STORY)
    done = tintinh("import", name, "--json", home=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert sum(row["article"] for row in done.rows()) == 1
    replayed = tintinh("replay", "--json", home=tmp_path)
    assert sum(row["unchanged"] for row in replayed.rows()) == 1
    assert tintinh("archive", "verify", home=tmp_path).code == 0


def test_a_page_kept_in_part_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "cc.warc.gz").write_bytes(common_crawl(cut=True))
    (one,) = pages_in(tmp_path / "cc.warc.gz")
    assert isinstance(one, Page)
    with Corpus.open(tmp_path / "c.sqlite") as corpus:
        outcome = ingest(one, None, corpus, None)
    assert (outcome.kind, outcome.reason) == ("rejected", "truncated")
    assert outcome.detail == f"{URL}: its archive holds only a part of it (WARC-Truncated: length)"


SIZE = 1 << 29
"""What a trap unpacks to: more than the memory that the process reading it is given."""


HEAD = answer(b"<html>")
GOOD = gzip.compress(record("response", answer(HTML), "http://tot.example/1"))


def bomb(opening: bytes) -> bytes:
    """A gzip member of ``opening`` and ``SIZE`` zeros, made of one packed piece again and again."""
    piece = bytes(1 << 22)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    start = packer.compress(opening) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(piece) + packer.flush(zlib.Z_FULL_FLUSH)
    times, crc = SIZE // len(piece), zlib.crc32(opening)
    for _ in range(times):
        crc = zlib.crc32(piece, crc)
    end = struct.pack("<LL", crc, (len(opening) + SIZE) & 0xFFFFFFFF)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + start + again * times + packer.flush() + end


def huge(length: int) -> bytes:
    whole = record("response", HEAD, length=length)
    return whole[: whole.index(HEAD)] + HEAD


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a response of half a gigabyte": (lambda: bomb(huge(SIZE + len(HEAD))) + GOOD, f"holds {SIZE + 6} bytes"),
    "a header of half a gigabyte": (
        lambda: bomb(b"WARC/1.0\r\nX: ") + GOOD,
        "is not WARC (its header is longer than",
    ),
    "half a gigabyte of nothing": (lambda: bomb(b"") + GOOD, "is not WARC"),
    "an HTTP header of half a gigabyte": (
        lambda: bomb(huge(SIZE)[: -len(b"\r\n\r\n<html>")]) + GOOD,
        "is not WARC (its header is longer than",
    ),
    "a length that is a lie": (lambda: gzip.compress(huge(10**18)) + GOOD, "is shorter than it says"),
    "a plain length that is a lie": (
        lambda: huge(10**18) + b"\r\n\r\n" + gzip.decompress(GOOD),
        "is shorter than it says",
    ),
    "packed twice": (lambda: gzip.compress(GOOD), "is not WARC (it is packed twice)"),
    "cut in the middle": (lambda: GOOD[:-30] + GOOD, "is damaged"),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_made_to_do_harm_is_named_in_bounded_memory(hostile: Path, name: str) -> None:
    make, sentence = HOSTILE[name]
    path = hostile / "ac.warc.gz"
    path.write_bytes(make())
    # Of address space: what Python and the libraries map, and no half gigabyte beside.
    script = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (480 << 20, 480 << 20))
from pathlib import Path
from crawler.errors import ArchiveError
from crawler.saved import pages_in
try:
    for one in pages_in(Path({str(path)!r})):
        print(one if isinstance(one, ArchiveError) else one.url)
except ArchiveError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    first, *rest = done.stdout.splitlines()
    assert first.startswith(f"{path}: the record at offset 0 ")
    assert sentence in first
    # What is only too large does not take its neighbours with it.
    assert rest == (["http://tot.example/1"] if "holds" in sentence else [])


def test_an_import_names_the_page_that_is_too_large_and_stores_the_others(tmp_path: Path) -> None:
    story = gzip.compress(record("response", answer(STORY)))
    (tmp_path / "ac.warc.gz").write_bytes(bomb(huge(SIZE + len(HEAD))) + story)
    done = tintinh("import", "ac.warc.gz", "--json", home=tmp_path)
    assert done.code == 1
    assert f"tintinh: ac.warc.gz: the record at offset 0 holds {SIZE + 6} bytes" in done.err
    assert sum(row["article"] for row in done.rows()) == 1


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "..\\..\\x", "a\x00b"])
def test_names_inside_a_file_are_never_paths(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "ben-trong"
    folder.mkdir()
    data = record("warcinfo", b"x: y\r\n", None, WARC_Filename=name) + record(
        "response", answer(STORY), WARC_Tintinh_Source=name, WARC_Filename=name
    )
    (folder / "la.warc").write_bytes(data)
    done = tintinh("import", folder / "la.warc", "--json", home=folder)
    assert done.code == 0, done.err
    assert [one.name for one in tmp_path.iterdir()] == ["ben-trong"]
    assert [one.parent.name for one in folder.glob("data/archive/*/*")] == ["other"]


def test_a_wacz_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "la.wacz"
    path.write_bytes(browsertrix()[:500])
    with pytest.raises(ArchiveError, match=r"la\.wacz: cannot be read as WACZ"):
        list(read_warc(path))
    with zipfile.ZipFile(path, "w") as empty:
        empty.writestr("x.txt", "x")
    with pytest.raises(ArchiveError, match=r"la\.wacz: holds no WARC file under archive/"):
        list(read_warc(path))
    data = bytearray(browsertrix())
    at = data.index(b"\x1f\x8b") + 30
    data[at : at + 8] = bytes(8)
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"la\.wacz!archive/data\.warc\.gz: is damaged"):
        list(read_warc(path))


def test_a_large_file_packed_as_one_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "mot-khoi.warc.gz"
    film = record("response", answer(bytes(1 << 20)).replace(b"text/html", b"video/mp4"), "http://phim.example/1")
    with gzip.open(path, "wb", compresslevel=1) as out:
        for _ in range(40):
            out.write(film)
        out.write(record("response", answer(HTML), "http://tot.example/2"))
    assert [one.url for one in read_warc(path)][-1] == "http://tot.example/2"
