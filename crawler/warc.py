"""Reading WARC files, ours and anybody's: gzip per record, gzip as a whole, or plain; ARC too.

A record that ends before its time at the very end of a file was cut by a kill and is left out with a warning;
damage anywhere else is an ``ArchiveError`` that names file and offset.
"""

from __future__ import annotations

import io
import logging
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import BufferedReader, ChunkedDataReader

from corpus.records import ArchivePlace, Page
from crawler.errors import ArchiveError

logger = logging.getLogger(__name__)

REQUESTED = "WARC-Tintinh-Requested-URI"
SOURCE = "WARC-Tintinh-Source"
ORIGINAL = "X-Archive-Orig-"
"""Prefix, as Webrecorder uses it, of a header that was true on the wire but is not of the stored payload."""

MAX_BODY_BYTES = 64 * 1024 * 1024
"""No news page unpacks to more; what does is a trap or a film."""

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 16
# A record up to this size is read in memory, a larger one (a film in somebody's WARC) by way of a temporary file.
_SPOOL = 16 * 1024 * 1024


def read_warc(path: Path) -> Iterator[Page]:
    """Every HTTP response of a WARC or ARC file as a ``Page``, in file order, whatever its status.

    Raises ``ArchiveError`` with file and offset where the file is damaged, is none, or is not there.
    """
    for _, page in read_placed(path, path.name):
        yield page


def read_placed(path: Path, name: str) -> Iterator[tuple[ArchivePlace, Page]]:
    """As ``read_warc``, each page with its place in the archive, where the file goes by ``name``."""
    with _opened(path) as file:
        if file.peek(2)[:2] != _GZIP:
            for offset, length, page in _pages(file, path):
                yield ArchivePlace(name, offset, length), page
            return
        for start, length, content in _members(file, path):
            for _, _, page in _pages(content, path, member=start):
                yield ArchivePlace(name, start, length), page


def read_placed_page(path: Path, place: ArchivePlace) -> Page:
    """The page at ``place`` of the file ``path``; raises ``ArchiveError`` where there is none."""
    with _opened(path) as file:
        file.seek(place.offset)
        record = file.read(place.length)
    if len(record) < place.length:
        raise ArchiveError(
            f"{path}: ends at byte {place.offset + len(record)}, inside the record of {place.length} bytes "
            f"at offset {place.offset}"
        )
    if record.startswith(_GZIP):
        try:
            record = zlib.decompress(record, zlib.MAX_WBITS | 16)
        except zlib.error as error:
            raise ArchiveError(f"{path}: the record at offset {place.offset} is damaged ({error})") from error
    for _, _, page in _pages(io.BytesIO(record), path, member=place.offset):
        return page
    raise ArchiveError(f"{path}: the record at offset {place.offset} is not an HTTP response")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise ArchiveError(f"{path}: there is no such archive file") from None
    with file:
        yield file


def _members(file: IO[bytes], path: Path) -> Iterator[tuple[int, int, IO[bytes]]]:
    """Each gzip member of ``file``: its offset, its compressed length, its content."""
    start, held = 0, b""
    while True:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as content:
            length = 0
            while not unpacker.eof:
                piece, held = held or file.read(_CHUNK), b""
                # Zeros where a member should begin are what a crash of the machine leaves of unwritten blocks.
                if not piece.strip(b"\0") and (not piece or not length):
                    if piece or length:
                        _warn_cut(path, start)
                    return
                try:
                    content.write(unpacker.decompress(piece))
                except zlib.error as error:
                    raise ArchiveError(f"{path}: the record at offset {start} is damaged ({error})") from error
                length += len(piece)
            held = unpacker.unused_data
            length -= len(held)
            content.seek(0)
            yield start, length, content
        start += length


def _pages(stream: IO[bytes], path: Path, member: int | None = None) -> Iterator[tuple[int, int, Page]]:
    """The HTTP responses of the plain WARC records in ``stream``, each with its offset and length in it.

    ``member`` is the offset in the file of the gzip member that held ``stream``; it is what errors name then.
    """
    records = ArchiveIterator(stream, arc2warc=True)
    offset = 0
    while True:
        at = offset if member is None else member
        try:
            record = next(records, None)
        except Exception as error:  # warcio believes what it reads and fails in many ways where that is not so
            if member is None and _ends_in_header(stream, offset):
                _warn_cut(path, at)
                return
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise ArchiveError(f"{path}: the record at offset {at} is not WARC ({reason})") from error
        if record is None:
            return
        payload = record.raw_stream.read()
        if record.length is None or len(payload) < record.payload_length:
            if member is None:  # a plain file runs out only at its end; a whole gzip member never does
                _warn_cut(path, at)
                return
            raise ArchiveError(f"{path}: the record at offset {at} is shorter than it says")
        page = _page(record, payload, path, at)
        start, length = records.get_record_offset(), records.get_record_length()
        if page is not None:
            yield start, length, page
        offset = start + length


def _ends_in_header(stream: IO[bytes], offset: int) -> bool:
    """Whether the file ends before the WARC header of its last record does."""
    stream.seek(offset)
    rest = stream.read(_CHUNK)
    return rest.lstrip(b"\r\n").startswith(b"WARC/") and b"\r\n\r\n" not in rest.lstrip(b"\r\n")


def is_saved(url: str) -> bool:
    """Whether an address is that of a saved file, named by its content, rather than of a page on the web."""
    return url.startswith("urn:sha256:")


def _saved(record: Any, payload: bytes, url: str, moment: str, path: Path, offset: int) -> Page:
    """The page of a resource record that ``tintinh import`` made of a saved file."""
    try:
        fetched_at = datetime.fromisoformat(moment)
    except ValueError:
        raise ArchiveError(f"{path}: the record at offset {offset} has date {moment!r}, not ISO 8601") from None
    return Page(
        url=url,
        requested_url=url,
        fetched_at=fetched_at if fetched_at.tzinfo else fetched_at.replace(tzinfo=UTC),
        status=200,
        headers=(("Content-Type", record.content_type or "application/octet-stream"),),
        body=payload,
        source=record.rec_headers.get_header(SOURCE),
    )


def _page(record: Any, payload: bytes, path: Path, offset: int) -> Page | None:
    """The page of one response record; None for other records, which are passed over by their type."""
    moment = record.rec_headers.get_header("WARC-Date")
    url = record.rec_headers.get_header("WARC-Target-URI")
    if record.rec_type == "resource" and is_saved(url or ""):
        return _saved(record, payload, url, moment, path, offset)
    if record.rec_type != "response" or record.http_headers is None:
        return None
    status = record.http_headers.get_statuscode()
    try:
        code, fetched_at = int(status), datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        raise ArchiveError(
            f"{path}: the record at offset {offset} has status {status!r} and date {moment!r}; "
            "a number and an ISO 8601 date were expected"
        ) from None
    headers = tuple((name.removeprefix(ORIGINAL), value) for name, value in record.http_headers.headers)
    stored = {name.lower(): value for name, value in record.http_headers.headers}
    if stored.get("transfer-encoding", "").strip().lower() == "chunked":
        payload = _joined(payload)
    return Page(
        url=url,
        requested_url=record.rec_headers.get_header(REQUESTED) or url,
        fetched_at=fetched_at if fetched_at.tzinfo else fetched_at.replace(tzinfo=UTC),
        status=code,
        headers=headers,
        body=decoded(payload, stored.get("content-encoding"), url),
        # A renamed Content-Encoding says that only the decoded body was known when the page was stored.
        raw=None if (ORIGINAL + "content-encoding").lower() in stored else payload,
        source=record.rec_headers.get_header(SOURCE),
    )


def decoded(payload: bytes, encoding: str | None, url: str) -> bytes:
    """``payload`` without its content encoding; as it is, with a warning, where that cannot be undone.

    Used for pages on their way in and out of the archive, so that a live page and a replayed one have equal bodies.
    A payload left encoded is binary to every reader and is rejected there by name.
    """
    body = payload
    for name in reversed([part.strip().lower() for part in (encoding or "").split(",")]):
        try:
            body = _undone(body, name)
        except (zlib.error, ValueError) as error:
            logger.warning("%s: the content encoding %r cannot be undone (%s)", url, name, error)
            return payload
    return body


def _undone(body: bytes, encoding: str) -> bytes:
    if encoding in {"", "identity"}:
        return body
    if encoding in {"gzip", "x-gzip"}:
        return _inflated(body, zlib.MAX_WBITS | 16)
    if encoding == "deflate":
        # Servers mean either of two formats by this name; a zlib stream begins with a checked header.
        is_zlib = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
        return _inflated(body, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
    if encoding in BufferedReader.get_supported_decompressors():  # br: never asked for, but found in others' WARCs
        return bytes(BufferedReader(io.BytesIO(body), decomp_type=encoding).read(MAX_BODY_BYTES))
    raise ValueError("it is not one of gzip, deflate, br")


def _inflated(body: bytes, window: int) -> bytes:
    plain = b""
    while body:
        unpacker = zlib.decompressobj(window)
        plain += unpacker.decompress(body, MAX_BODY_BYTES - len(plain))
        if not unpacker.eof:
            raise ValueError(f"it is cut, or holds more than {MAX_BODY_BYTES} bytes")
        # Bytes after the end that are no further member are padding some servers append.
        body = unpacker.unused_data if unpacker.unused_data.startswith(_GZIP) else b""
    return plain


def _joined(payload: bytes) -> bytes:
    """A chunked payload in one piece; one that only claims to be chunked as it is."""
    return bytes(ChunkedDataReader(io.BytesIO(payload)).read())


def _warn_cut(path: Path, offset: int) -> None:
    logger.warning("%s: the last record, at offset %d, was cut short and is left out", path, offset)
