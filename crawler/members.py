"""The gzip members of a WARC file, one after another, in bounded memory whatever they unpack to."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crawler.errors import ArchiveError, CutError

GZIP = b"\x1f\x8b"
CHUNK = 1 << 16
_WINDOW = zlib.MAX_WBITS | 16
# A member that unpacks to no more is held in memory; a larger one (a whole file packed as one, a film, a trap) is
# unpacked a second time while it is read, which costs time and no memory.
_HELD = 16 * 1024 * 1024


def members(file: IO[bytes], path: Path | str, start: int = 0) -> Iterator[tuple[int, int, IO[bytes]]]:
    """Each gzip member of ``file`` from byte ``start`` on: its offset, its compressed length, its content.

    A content may be read until the next one is asked for. Raises ``CutError`` where the file ends inside a member (or
    in the zeros that a crash of the machine leaves), ``ArchiveError`` where a member is damaged; both name ``path``
    and carry the offset.
    """
    file.seek(start)
    held = b""
    while True:
        unpacker = zlib.decompressobj(_WINDOW)
        kept: io.BytesIO | None = io.BytesIO()
        length = 0
        while not unpacker.eof:
            piece, held = held or file.read(CHUNK), b""
            # Zeros where a member should begin are what a crash of the machine leaves of unwritten blocks.
            if not piece.strip(b"\0") and (not piece or not length):
                if piece or length:
                    raise CutError(f"{path}: the last record, at offset {start}, was cut short", start)
                return
            length += len(piece)
            try:
                for plain in _unpacked(unpacker, piece):
                    kept = _keep(kept, plain)
            except zlib.error as error:
                raise ArchiveError(f"{path}: the record at offset {start} is damaged ({error})", start) from error
        held = unpacker.unused_data
        length -= len(held)
        after = file.tell()
        if kept is not None:
            kept.seek(0)
            yield start, length, kept
        else:
            with gzip.GzipFile(fileobj=_Part(file, start, length)) as content:
                yield start, length, io.BufferedReader(content)
        file.seek(after)
        start += length


def next_member(file: IO[bytes], after: int) -> int | None:
    """The offset of the first WARC record in a gzip member of its own beyond byte ``after``, or None."""
    begin = after + 1
    file.seek(begin)
    window = file.read(CHUNK)
    while window:
        at = window.find(GZIP + b"\x08")
        if at < 0:
            begin += max(len(window) - 2, 1)
        else:
            begin += at
            file.seek(begin)
            if _opens_with_warc(file.read(CHUNK)):
                return begin
            begin += 1
        file.seek(begin)
        window = file.read(CHUNK)
        if len(window) < len(GZIP) + 1:
            return None
    return None


def _opens_with_warc(packed: bytes) -> bool:
    try:
        return zlib.decompressobj(_WINDOW).decompress(packed, 16).startswith(b"WARC/")
    except zlib.error:
        return False


def _unpacked(unpacker: zlib._Decompress, piece: bytes) -> Iterator[bytes]:
    """What ``piece`` unpacks to, at most ``CHUNK`` bytes at a time."""
    while True:
        plain = unpacker.decompress(piece, CHUNK)
        yield plain
        piece = unpacker.unconsumed_tail
        if unpacker.eof or (not piece and len(plain) < CHUNK):
            return


def _keep(kept: io.BytesIO | None, plain: bytes) -> io.BytesIO | None:
    if kept is None or kept.tell() + len(plain) > _HELD:
        return None
    kept.write(plain)
    return kept


class _Part:
    """The ``length`` bytes of ``file`` from ``start`` on, as a file to be read; others may move ``file`` meanwhile."""

    def __init__(self, file: IO[bytes], start: int, length: int) -> None:
        self._file = file
        self._start = start
        self._length = length
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        rest = self._length - self._at
        self._file.seek(self._start + self._at)
        piece = self._file.read(rest if size < 0 else min(size, rest))
        self._at += len(piece)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only from the beginning")
        self._at = offset
        return offset
