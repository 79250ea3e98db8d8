"""Files of Parquet written by one process: rows are read (``corpus.columns``) while the last ones are compressed."""

from __future__ import annotations

import sqlite3
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import database
from corpus.manifest import Tally
from corpus.uncollected import uncollected

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 4000
"""Articles of a row group: some ten megabytes of text in memory."""
_WAITING = 4
"""Row groups (and ends of files) that may wait to be written."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Articles of one row group, by id, in order; ``path`` is that of the file, below the folder of the export."""

    path: Path
    ids: array[int]


def load_pyarrow() -> None:
    """Load what takes a third of a second, for a process that has nothing to write yet."""
    import pyarrow.parquet  # noqa: F401

    import corpus.columns  # noqa: F401


def write_share(path: Path, pieces: list[Piece], root: Path) -> Tally:
    """As ``write_files``, for a process of its own, of the corpus at ``path``."""
    with closing(database.connect(path, create=False, read_only=True)) as connection:
        return write_files(connection, pieces, root)


def write_files(connection: sqlite3.Connection, pieces: Iterable[Piece], root: Path) -> Tally:
    """Write the pieces, those of a file one after the other, to their files below ``root``; what was written.

    Memory is bounded by some row groups, and the same corpus gives the same files.
    """
    tally = Tally()
    _write(_tables(connection, pieces, tally), root)
    return tally


def _tables(connection: sqlite3.Connection, pieces: Iterable[Piece], tally: Tally) -> Iterator[tuple[Piece, pa.Table]]:
    """The rows of each piece. Small pieces are read together, for a statement costs as much as ten articles."""
    from corpus.columns import table

    for some in _together(pieces):
        ids = [article_id for piece in some for article_id in piece.ids]
        with uncollected():
            rows = table(connection, ids, tally)
        # Articles may have been withdrawn meanwhile.
        held = set(rows.column("id").to_pylist()) if rows.num_rows < len(ids) else None
        start = 0
        for piece in some:
            count = len(piece.ids) if held is None else sum(article_id in held for article_id in piece.ids)
            if count:
                yield piece, rows.slice(start, count)
            start += count


def _together(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    some: list[Piece] = []
    for piece in pieces:
        if some and sum(len(each.ids) for each in some) + len(piece.ids) > ROWS:
            yield some
            some = []
        some.append(piece)
    if some:
        yield some


def _write(tables: Iterable[tuple[Piece, pa.Table]], root: Path) -> None:
    import pyarrow.parquet as pq

    # One thread, so that files are written in order. It works outside of Python, while the next rows are read here.
    with ThreadPoolExecutor(1) as thread:
        writing: deque[Future[None]] = deque()
        for below, some in groupby(tables, lambda each: each[0].path):
            path = root / below
            path.parent.mkdir(parents=True)
            writer = None
            for _, rows in some:
                writer = writer or pq.ParquetWriter(path, rows.schema, compression="zstd")
                writing.append(thread.submit(writer.write_table, rows))
                if len(writing) > _WAITING:
                    writing.popleft().result()
            if writer is not None:
                writing.append(thread.submit(writer.close))
        for each in writing:
            each.result()
