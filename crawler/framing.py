"""Where one WARC record ends and the next begins: files of records, whoever wrote them, in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from warcio.archiveiterator import ArchiveIterator

from crawler.errors import ArchiveError, CutError
from crawler.members import CHUNK, GZIP, members

_MAX_HEADER = 1 << 20  # bytes; the largest header that servers accept or send is some kilobytes


@dataclass(frozen=True)
class Record:
    """One record: its type, place in the file (that of its gzip member where it has one), address, WARC headers, the
    HTTP headers where it has some, and the ``size`` of its payload in bytes.

    ``payload`` is there where it was asked for and is no larger than was asked; ``faults`` are the digests that do
    not hold, one sentence each.
    """

    kind: str
    offset: int
    length: int
    url: str | None
    headers: Any
    http_headers: Any
    content_type: str | None
    size: int
    payload: bytes | None
    faults: tuple[str, ...]


Wanted = Callable[[str, str], bool]
"""Whether the payload of a record is wanted, from its type and address."""


def read_records(
    file: Any,
    path: Path | str,
    start: int = 0,
    *,
    wanted: Wanted = lambda kind, url: False,
    limit: int = 0,
    check: bool = False,
) -> Iterator[Record]:
    """Every record of the open ``file`` from byte ``start`` on, with the payloads that are ``wanted`` and hold at most
    ``limit`` bytes; with ``check`` every digest is computed.

    Raises ``CutError`` where the last record is cut, ``ArchiveError`` at any other damage; both name ``path``.
    """
    file.seek(start)
    magic = file.read(len(GZIP))
    file.seek(start)
    reader = _Reader(path, wanted, limit, check=check)
    if magic != GZIP:
        yield from reader.records(file, None)
        return
    for offset, length, content in members(file, path, start):
        yield from reader.records(content, (offset, length))


def records_in(
    member: IO[bytes], path: Path | str, place: tuple[int, int], *, wanted: Wanted, limit: int
) -> Iterator[Record]:
    """As ``read_records``, of the content of one gzip member (or one plain record) that lay at ``place``."""
    yield from _Reader(path, wanted, limit, check=False).records(member, place)


class _Bounded:
    """A stream of which no more than ``left`` bytes may be read; None while a payload is read, which has its own."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.left: int | None = None
        self.tell = stream.tell

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        if self.left is not None:
            self.left -= len(piece)
            if self.left < 0:
                raise ValueError(f"its header is longer than {_MAX_HEADER} bytes")
        return piece


class _ShortError(ValueError):
    """A record of which there is less than it says."""


@dataclass(frozen=True)
class _Reader:
    path: Path | str
    wanted: Wanted
    limit: int
    check: bool

    def records(self, stream: IO[bytes], member: tuple[int, int] | None) -> Iterator[Record]:
        """The plain records in ``stream``; ``member`` is the place of the gzip member that held it, if one did."""
        begin = stream.tell()
        if member is not None and stream.read(len(GZIP)) == GZIP:
            raise self._not_warc(member[0], "it is packed twice")
        stream.seek(begin)
        bounded = _Bounded(stream)
        records = ArchiveIterator(bounded, arc2warc=True, check_digests=self.check)
        offset = begin
        while True:
            at = offset if member is None else member[0]
            try:
                bounded.left = _MAX_HEADER
                record = next(records, None)
                if record is None:
                    return
                bounded.left = None
                size, payload = self._payload(record)
                bounded.left = _MAX_HEADER
                start, length = records.get_record_offset(), records.get_record_length()
            except Exception as error:  # warcio believes what it reads and fails in many ways where that is not so
                short = isinstance(error, _ShortError)
                if member is None and _ends_inside(stream, offset, in_header=not short):
                    raise CutError(f"{self.path}: the last record, at offset {at}, was cut short", at) from error
                if short:
                    raise ArchiveError(
                        f"{self.path}: the record at offset {at} is shorter than it says ({error})", at
                    ) from error
                raise self._not_warc(at, (str(error).strip().splitlines() or [type(error).__name__])[0]) from error
            place = member or (start, length)
            yield Record(
                kind=record.rec_type or "",
                offset=place[0],
                length=place[1],
                url=record.rec_headers.get_header("WARC-Target-URI"),
                headers=record.rec_headers,
                http_headers=record.http_headers,
                content_type=record.content_type,
                size=size,
                payload=payload,
                faults=tuple(record.digest_checker.problems),
            )
            offset = start + length

    def _not_warc(self, at: int, reason: str) -> ArchiveError:
        return ArchiveError(f"{self.path}: the record at offset {at} is not WARC ({reason})", at)

    def _payload(self, record: Any) -> tuple[int, bytes | None]:
        """How large the payload is, which is read to its end, and the payload itself where it is wanted."""
        kept = self.wanted(record.rec_type or "", record.rec_headers.get_header("WARC-Target-URI") or "")
        size, pieces = 0, []
        while piece := record.raw_stream.read(CHUNK):
            size += len(piece)
            if kept and size <= self.limit:
                pieces.append(piece)
            else:
                pieces.clear()
        if record.length is None:
            raise _ShortError("it gives no length")
        expected = record.payload_length if record.http_headers is not None and record.length else record.length
        if size < expected:
            raise _ShortError(f"{expected} bytes, of which there are {size}")
        return size, b"".join(pieces) if kept and size <= self.limit else None


def _ends_inside(stream: IO[bytes], offset: int, *, in_header: bool) -> bool:
    """Whether the plain file ends inside the record at ``offset``: in its header, or with no other record after it."""
    stream.seek(offset)
    rest = stream.read(CHUNK).lstrip(b"\r\n")
    if in_header:
        return rest.startswith(b"WARC/") and b"\r\n\r\n" not in rest
    while rest:
        if b"\r\n\r\nWARC/1." in rest:
            return False  # it claims to be longer than it is, over records that follow
        more = stream.read(CHUNK)
        rest = rest[-16:] + more if more else b""
    return True
