"""The page archive: WARC in, WARC out.

One page is a ``response`` record and the ``request`` record that belongs to it, each in a gzip member of its own, as
other WARC tools expect. The payload is stored as it came over the wire, content encoding and all.

A file is written by one writer from its first byte and never reopened: two processes cannot mix their records, and
after a kill only the last record of one file can be cut. Readers leave it out with a warning.
"""

from __future__ import annotations

import hashlib
import heapq
import io
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from corpus.records import VIETNAM, ArchivePlace, Page
from crawler.errors import ArchiveError
from crawler.warc import ORIGINAL, REQUESTED, SOURCE, is_saved, read_placed, read_placed_page, read_warc

__all__ = ["ROTATE_AT", "ArchiveWriter", "read_archive", "read_page", "read_warc"]

ROTATE_AT = 256 * 1024 * 1024
"""Bytes after which a writer begins a new file: small enough to copy and check, large enough to stay few."""

_NAME = re.compile(r"(?P<source>[a-z0-9_]+)-(?P<day>\d{8})-(?P<number>\d+)\.warc\.gz")


class ArchiveWriter:
    """Appends pages to ``root/<source>/<source>-<YYYYMMDD>-<n>.warc.gz``, a file for each source and day (+07:00).

    Pages without a source go to ``other``. ``software`` is what the files' ``warcinfo`` records name as their maker.
    """

    def __init__(self, root: Path, *, rotate_at: int = ROTATE_AT, software: str = "tintinh") -> None:
        self._root = root
        self._rotate_at = rotate_at
        self._software = software
        self._open: dict[str, tuple[date, Path, io.FileIO]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every file; the writer can be used again and then begins new ones."""
        for _, _, file in self._open.values():
            file.close()
        self._open.clear()

    def write(self, page: Page, request_headers: Iterable[tuple[str, str]] = ()) -> ArchivePlace:
        """Store ``page`` and return the place of its response record, which is on the disk when this returns.

        ``request_headers`` are those it was asked for with.

        A write that fails (a full disk) takes back what it began, so that the file stays whole.
        """
        buffer = io.BytesIO()
        warc = WARCWriter(buffer, gzip=True, warc_version="1.1")
        if is_saved(page.url):
            warc.write_record(_resource(warc, page))
            length = buffer.tell()
        else:
            response = _response(warc, page)
            warc.write_record(response)
            length = buffer.tell()
            concurrent_to = response.rec_headers.get_header("WARC-Record-ID")
            warc.write_record(_request(warc, page, concurrent_to, request_headers))
        return self._append(page, buffer.getvalue(), length)

    def write_revisit(
        self, page: Page, *, refers_to_url: str, refers_to_date: datetime, payload_digest: str
    ) -> ArchivePlace:
        """Store that ``page`` repeats an earlier one, without its payload, and return the record's place."""
        buffer = io.BytesIO()
        warc = WARCWriter(buffer, gzip=True, warc_version="1.1")
        headers = {"WARC-Date": _warc_date(page.fetched_at), REQUESTED: page.requested_url}
        if page.source is not None:
            headers[SOURCE] = page.source
        http = _Headers(f"{page.status} {_phrase(page.status)}", list(page.headers), protocol="HTTP/1.1")
        record = warc.create_revisit_record(
            page.url, payload_digest, refers_to_url, _warc_date(refers_to_date), http_headers=http,
            warc_headers_dict=headers,
        )  # fmt: skip
        warc.write_record(record)
        return self._append(page, buffer.getvalue(), buffer.tell())

    def _append(self, page: Page, records: bytes, length: int) -> ArchivePlace:
        path, file = self._file_for(page)
        start = file.tell()
        try:
            _write_whole(file, records)
            os.fsync(file.fileno())
        except BaseException:
            file.seek(start)
            file.truncate()
            raise
        return ArchivePlace(path.relative_to(self._root).as_posix(), start, length)

    def _file_for(self, page: Page) -> tuple[Path, io.FileIO]:
        name, day = page.source or "other", page.fetched_at.astimezone(VIETNAM).date()
        current = self._open.get(name)
        if current is not None:
            opened_on, path, file = current
            if opened_on == day and file.tell() < self._rotate_at:
                return path, file
            file.close()
        path, file = self._create(name, day)
        self._open[name] = (day, path, file)
        return path, file

    def _create(self, name: str, day: date) -> tuple[Path, io.FileIO]:
        folder = self._root / name
        folder.mkdir(parents=True, exist_ok=True)
        taken = {path.name for path in folder.glob(f"{name}-{day:%Y%m%d}-*.warc.gz")}
        number = len(taken)
        while True:
            number += 1
            path = folder / f"{name}-{day:%Y%m%d}-{number}.warc.gz"
            if path.name in taken:
                continue
            try:
                # Unbuffered: a failed write leaves nothing behind that a later flush would bring back.
                file = path.open("xb", buffering=0)
            except FileExistsError:  # another process was faster by a moment; the next number is free
                continue
            buffer = io.BytesIO()
            warc = WARCWriter(buffer, gzip=True, warc_version="1.1")
            info = {"software": self._software, "format": "WARC File Format 1.1", "robots": "obey", "isPartOf": name}
            warc.write_record(warc.create_warcinfo_record(path.name, info))
            _write_whole(file, buffer.getvalue())
            _sync_folder(folder)
            return path, file


def read_page(root: Path, place: ArchivePlace) -> Page:
    """The page at ``place`` of the archive ``root``; raises ``ArchiveError`` where it cannot be read."""
    return read_placed_page(root / place.file, place)


def read_archive(
    root: Path, *, source: str | None = None, since: date | None = None
) -> Iterator[tuple[ArchivePlace, Page]]:
    """Every page of the archive ``root`` in the order of fetching, of one ``source`` or all, from day ``since`` on.

    Days are those of fetching, at +07:00. The order is what makes a replay equal to the nights it repeats: which of
    two near-duplicates came first is a matter of time.
    """
    days: dict[str, list[Path]] = {}
    for path in sorted(root.glob("*/*.warc.gz")):
        named = _NAME.fullmatch(path.name)
        if named is None:
            raise ArchiveError(f"{path}: is no archive file; <source>-<YYYYMMDD>-<n>.warc.gz was expected")
        if source is not None and named["source"] != source:
            continue
        if since is None or named["day"] >= f"{since:%Y%m%d}":
            days.setdefault(named["day"], []).append(path)
    for _, paths in sorted(days.items()):
        streams = [read_placed(path, path.relative_to(root).as_posix()) for path in paths]
        yield from heapq.merge(*streams, key=lambda found: found[1].fetched_at)


class _Headers(StatusAndHeaders):  # type: ignore[misc]  # warcio ships no types
    """Headers written as UTF-8, as warcio reads them; its own way of writing fails on a name that is not ASCII."""

    def to_ascii_bytes(self, header_filter: Any = None) -> bytes:
        """The header block as stored."""
        return bytes(self.to_bytes(header_filter, "utf-8"))


def _resource(warc: WARCWriter, page: Page) -> Any:
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


def _response(warc: WARCWriter, page: Page) -> Any:
    payload = page.body if page.raw is None else page.raw
    headers = {
        "WARC-Date": _warc_date(page.fetched_at),
        "WARC-Payload-Digest": "sha256:" + hashlib.sha256(payload).hexdigest(),
        REQUESTED: page.requested_url,
    }
    if page.source is not None:
        headers[SOURCE] = page.source
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


def _request(warc: WARCWriter, page: Page, concurrent_to: str, sent: Iterable[tuple[str, str]]) -> Any:
    parts = urlsplit(page.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return warc.create_warc_record(
        page.url,
        "request",
        payload=io.BytesIO(b""),
        length=0,
        warc_headers_dict={"WARC-Date": _warc_date(page.fetched_at), "WARC-Concurrent-To": concurrent_to},
        http_headers=StatusAndHeaders(
            f"GET {target} HTTP/1.1", [("Host", parts.netloc), *sent], is_http_request=True, protocol=""
        ),
    )


def _stored_headers(page: Page, size: int) -> list[tuple[str, str]]:
    """The page's headers, those renamed that do not describe the stored payload and would confuse a reader.

    ``Transfer-Encoding`` never does, since the client has joined the chunks; ``Content-Encoding`` does not where only
    the decoded body is known; ``Content-Length`` does not where it differs.
    """
    untrue = {"transfer-encoding"} | ({"content-encoding"} if page.raw is None else set())
    stored = []
    for name, value in page.headers:
        lower = name.lower()
        differs = lower == "content-length" and value.strip() != str(size)
        stored.append((ORIGINAL + name if lower in untrue or differs else name, value))
    return stored


def _write_whole(file: io.FileIO, data: bytes) -> None:
    """Write all of ``data``: an unbuffered file may take only a part at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # servers invent numbers; the phrase is only for the eye
        return "Unknown"


def _warc_date(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _sync_folder(folder: Path) -> None:
    """Make the name of a new file survive a crash of the machine, as its content does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
