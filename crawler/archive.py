"""The page archive: WARC in, WARC out.

One page is a ``response`` record and the ``request`` record that belongs to it, each in a gzip member of its own, as
other WARC tools expect. The payload is stored as it came over the wire, content encoding and all.

A file is written by one writer from its first byte and never reopened: two processes cannot mix their records, and
after a kill only the last record of one file can be cut. Readers leave it out with a warning.
"""

from __future__ import annotations

import heapq
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self

from warcio.warcwriter import WARCWriter

from corpus.records import VIETNAM, ArchivePlace, Page
from crawler.errors import ArchiveError
from crawler.recording import request, resource, response, revisit, wire_digest
from crawler.warc import is_saved, read_placed, read_placed_page, read_warc

__all__ = ["ROTATE_AT", "ArchiveWriter", "read_archive", "read_page", "read_warc"]

ROTATE_AT = 256 * 1024 * 1024
"""Bytes after which a writer begins a new file: small enough to copy and check, large enough to stay few."""

NAME = re.compile(r"(?P<source>[a-z0-9_]+)-(?P<day>\d{8})-(?P<number>\d+)\.warc\.gz")


class ArchiveWriter:
    """Appends pages to ``root/<source>/<source>-<YYYYMMDD>-<n>.warc.gz``, a file for each source and day (+07:00).

    Pages without a source go to ``other``. ``software`` is what the files' ``warcinfo`` records name as their maker,
    ``first`` the lowest number of a file: where files of several archives are to lie in one, each needs its own.
    """

    def __init__(self, root: Path, *, rotate_at: int = ROTATE_AT, software: str = "tintinh", first: int = 1) -> None:
        self._root = root
        self._first = first
        self._rotate_at = rotate_at
        self._software = software
        self._open: dict[str, tuple[date, Path, io.FileIO]] = {}
        self._unsynced: set[io.FileIO] | None = None

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

    def write(self, page: Page, request_headers: Sequence[tuple[str, str]] = ()) -> ArchivePlace:
        """Store ``page`` and return the place of its response record, which is on the disk when this returns.

        ``request_headers`` are those really sent for it, in order, where they are known. A write that fails (a full
        disk) takes back what it began, so that the file stays whole.
        """
        buffer, warc = _records()
        if is_saved(page.url):
            warc.write_record(resource(warc, page))
            length = buffer.tell()
        else:
            answer = response(warc, page)
            warc.write_record(answer)
            length = buffer.tell()
            identity = answer.rec_headers.get_header("WARC-Record-ID")
            warc.write_record(request(warc, page, identity, request_headers))
        return self._append(page, buffer.getvalue(), length)

    def write_revisit(
        self, page: Page, *, refers_to_url: str, refers_to_date: datetime, payload_digest: str
    ) -> ArchivePlace:
        """Store that ``page`` is what was stored before, without storing it again; the place of the ``revisit`` record,
        which is on the disk when this returns.

        ``page.status`` is 304 (profile ``server-not-modified``; its own body, empty, is not looked at) or 200 with an
        unchanged body (``identical-payload-digest``). ``refers_to_url`` and ``refers_to_date`` (aware) are ``url`` and
        ``fetched_at`` of the stored page, ``payload_digest`` its ``Page.digest``, as the table ``pages`` has it, or the
        ``WARC-Payload-Digest`` of its record. Raises ``ValueError`` where the body is another: it would be lost. A
        revisit is no page: ``read_warc``, ``read_archive`` and replay pass it over.
        """
        if page.status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED} or is_saved(page.url):
            raise ValueError(f"{page.url}: a revisit is an answer 200 or 304 from the web, not {page.status}")
        if refers_to_date.tzinfo is None:
            raise ValueError(f"{page.url}: refers_to_date must carry a time zone, got {refers_to_date!r}")
        if page.status == HTTPStatus.OK and payload_digest not in {page.digest, wire_digest(page)}:
            raise ValueError(f"{page.url}: its body is {page.digest}, not the stored {payload_digest}; write it whole")
        buffer, warc = _records()
        warc.write_record(revisit(warc, page, refers_to_url, refers_to_date, payload_digest))
        return self._append(page, buffer.getvalue(), buffer.tell())

    @contextmanager
    def together(self) -> Iterator[None]:
        """Pages written inside are on the disk when the block ends, not one by one: for files that can be read again.

        Waiting for the disk takes as long as all else that is done for a page.
        """
        self._unsynced = set()
        try:
            yield
            for file in self._unsynced:
                os.fsync(file.fileno())
        finally:
            self._unsynced = None

    def _append(self, page: Page, records: bytes, length: int) -> ArchivePlace:
        path, file = self._file_for(page)
        start = file.tell()
        try:
            _write_whole(file, records)
            if self._unsynced is None:
                os.fsync(file.fileno())
            else:
                self._unsynced.add(file)
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
            if self._unsynced is not None and file in self._unsynced:
                os.fsync(file.fileno())
                self._unsynced.discard(file)
            file.close()
        path, file = self._create(name, day)
        self._open[name] = (day, path, file)
        return path, file

    def _create(self, name: str, day: date) -> tuple[Path, io.FileIO]:
        folder = self._root / name
        folder.mkdir(parents=True, exist_ok=True)
        taken = {path.name for path in folder.glob(f"{name}-{day:%Y%m%d}-*.warc.gz")}
        number = self._first - 1 + len(taken)
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
            buffer, warc = _records()
            info = {"software": self._software, "format": "WARC File Format 1.1", "robots": "obey", "isPartOf": name}
            warc.write_record(warc.create_warcinfo_record(path.name, info))
            try:
                _write_whole(file, buffer.getvalue())
                sync_folder(folder)
            except BaseException:  # a full disk: a file that could not even begin holds nothing to keep
                file.close()
                path.unlink()
                raise
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
        named = NAME.fullmatch(path.name)
        if named is None:
            raise ArchiveError(f"{path}: is no archive file; <source>-<YYYYMMDD>-<n>.warc.gz was expected")
        if source is not None and named["source"] != source:
            continue
        if since is None or named["day"] >= f"{since:%Y%m%d}":
            days.setdefault(named["day"], []).append(path)
    for _, paths in sorted(days.items()):
        streams = [read_placed(path, path.relative_to(root).as_posix()) for path in paths]
        yield from heapq.merge(*streams, key=lambda found: found[1].fetched_at)


def _records() -> tuple[io.BytesIO, WARCWriter]:
    buffer = io.BytesIO()
    return buffer, WARCWriter(buffer, gzip=True, warc_version="1.1")


def _write_whole(file: io.FileIO, data: bytes) -> None:
    """Write all of ``data``: an unbuffered file may take only a part at a time."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def sync_folder(folder: Path) -> None:
    """Make the name of a new file survive a crash of the machine, as its content does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
