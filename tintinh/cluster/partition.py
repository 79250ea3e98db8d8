"""Partitions: an archive cut into pieces of work that do not depend on each other.

Files of one source and month lie together up to ``SIZE``, for a night's file of an outlet has fifty pages; a larger
file is cut into ranges of bytes, for that of a long walk into the past has twenty thousand. A range has the records
that begin in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from crawler.archive import NAME
from crawler.errors import ArchiveError
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.storage import Storage

SIZE = 16 * 1024 * 1024
"""Bytes of an archive in a partition: some 1,200 pages of 13 kB, half a minute of work, lost when a worker dies."""
_ID = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """The records of the archive file ``file`` that begin at byte ``start`` or later and before ``end``."""

    file: str
    start: int
    end: int

    @property
    def day(self) -> str:
        """The day of fetching that the file is named for, ``YYYYMMDD``."""
        named = NAME.fullmatch(self.file.rpartition("/")[2])
        if named is None:
            raise ArchiveError(f"{self.file}: is no archive file; <source>-<YYYYMMDD>-<n>.warc.gz was expected")
        return named["day"]


@dataclass(frozen=True, slots=True)
class Partition:
    """Pieces of one source that are worked on together, in order of day and file; ``name`` is that of its files."""

    name: str
    pieces: tuple[Piece, ...]

    @property
    def bytes(self) -> int:
        """How much of the archive it is."""
        return sum(piece.end - piece.start for piece in self.pieces)


def plan(archive: Storage, source: str | None = None, since: date | None = None, size: int = SIZE) -> list[Partition]:
    """The partitions of an archive, of one ``source`` or all, of days of fetching from ``since`` on.

    New files change the last partition of their source and month, or make further ones. Raises ``ClusterError`` where
    there is no archive, ``ArchiveError`` for a file that is named like none.
    """
    found = archive.files("*/*.warc.gz")
    if not found:
        raise ClusterError(f"{archive.address}: holds no archive files <source>/<source>-<YYYYMMDD>-<n>.warc.gz")
    if source is not None and not _ID.fullmatch(source):
        raise ClusterError(f"{source!r} is no source id: small letters, digits and _ were expected")
    whole = [Piece(name, 0, length) for name, length in found.items()]
    chosen = [
        piece
        for piece in whole
        if since is None or piece.day >= f"{since:%Y%m%d}"
        if source is None or piece.file.rpartition("/")[2].startswith(f"{source}-")
    ]
    chosen.sort(key=lambda piece: (piece.file.partition("/")[0], piece.day, piece.file))
    months = groupby(chosen, key=lambda piece: (piece.file.partition("/")[0], piece.day[:6]))
    return [partition for _, pieces in months for partition in _packed(list(pieces), size)]


def _packed(pieces: list[Piece], size: int) -> Iterator[Partition]:
    waiting: list[Piece] = []
    for piece in pieces:
        if waiting and sum(one.end for one in waiting) + piece.end > size:
            yield _named(waiting)
            waiting = []
        if piece.end <= size:
            waiting.append(piece)
            continue
        for start in range(0, piece.end, size):
            yield _named([Piece(piece.file, start, min(start + size, piece.end))])
    if waiting:
        yield _named(waiting)


def _named(pieces: list[Piece]) -> Partition:
    first = pieces[0]
    stem = first.file.rpartition("/")[2].removesuffix(".warc.gz")
    return Partition(f"{stem}.{first.start:012}" if first.start else stem, tuple(pieces))
