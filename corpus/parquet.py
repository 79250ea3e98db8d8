"""The corpus out as Parquet: a folder of files by year and province, for DuckDB, Polars, Dask, Spark, R and pandas.

``year=2025/province_key=ha_giang/part-0.parquet``, as Hive has it: every reader takes the two from the path. The key of
a province is its name without tones, for Spark reads an escaped ``à`` wrong; the name itself is the column ``province``
(that of the article's day). Articles without a date lie under ``year=0``, without a province under ``unknown``: of
Hive's own sign for null, pandas says *cannot yet unify dictionaries with nulls*. Files are written one after the other,
so that memory is bounded and the same corpus gives the same files; the next rows are read (``corpus.columns``) while
the last ones are compressed.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from array import array
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.conditions import limit, where
from corpus.errors import CorpusError
from corpus.manifest import Tally, manifest, write_manifest
from corpus.records import Query
from corpus.text import fold

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "_manifest.json"
"""Beside the folders; readers leave out what begins with an underscore."""
ROWS = 4000
"""Articles of a row group: some ten megabytes of text in memory."""
_WAITING = 4
"""Row groups (and ends of files) that may wait to be written."""
NO_YEAR, NO_PROVINCE = "0", "unknown"


def write_parquet(connection: sqlite3.Connection, query: Query | None, out: Path) -> dict[str, Any]:
    """Write the articles of ``query`` (None: all), up to its limit, to the new folder ``out``; its manifest.

    ``CorpusError`` where ``out`` exists already, where an export to it was broken off, or where pyarrow is missing. The
    folder appears when it is whole.
    """
    pq = _pyarrow()
    draft = out.with_name(out.name + ".part")
    if out.exists():
        raise CorpusError(f"{out}: exists already; an export to Parquet makes a new folder")
    if draft.exists():
        raise CorpusError(f"{draft}: is left of an export that was broken off; remove it and export again")
    draft.mkdir(parents=True)
    try:
        tally = Tally()
        files = _write(pq, _tables(connection, list(_pieces(connection, query)), tally), draft)
        facts = manifest(connection, query, tally, files, draft)
        write_manifest(facts, draft / MANIFEST)
        os.replace(draft, out)  # noqa: PTH105 - Path.replace is the same call
    except BaseException:
        shutil.rmtree(draft)
        raise
    return facts


def _pyarrow() -> Any:
    try:
        import pyarrow.parquet as pq
    except ModuleNotFoundError as error:
        raise CorpusError("Parquet needs pyarrow, which is not installed: pip install 'tintinh[parquet]'") from error
    return pq


@dataclass(frozen=True, slots=True)
class _Piece:
    """Articles of one row group of one file, by id, in order."""

    year: str
    key: str
    ids: array[int]


def _pieces(connection: sqlite3.Connection, query: Query | None) -> Iterator[_Piece]:
    """What is exported, as of one moment: eight bytes an article."""
    query = query or Query(limit=None)
    asked = where(query)
    statement = f"""
        SELECT id, substr(published_day, 1, 4), province FROM articles
        WHERE id IN (SELECT id FROM articles WHERE {asked.sql} ORDER BY published_at DESC, id DESC LIMIT ?)
        ORDER BY substr(published_day, 1, 4), fold(province), published_at, id
    """  # noqa: S608 - made by conditions.py
    rows = connection.execute(statement, (*asked.values, limit(query)))
    for (year, key), some in groupby(rows, lambda row: (row[1] or NO_YEAR, _key(row[2]))):
        ids = array("q", (article_id for article_id, _, _ in some))
        for start in range(0, len(ids), ROWS):
            yield _Piece(year, key, ids[start : start + ROWS])


@cache
def _key(province: str | None) -> str:
    return re.sub("[^a-z0-9]+", "_", fold(province)).strip("_") if province else NO_PROVINCE


def _tables(
    connection: sqlite3.Connection, pieces: Iterable[_Piece], tally: Tally
) -> Iterator[tuple[_Piece, pa.Table]]:
    """The rows of each piece. Small pieces are read together, for a statement costs as much as ten articles."""
    from corpus.columns import table

    for some in _together(pieces):
        ids = [article_id for piece in some for article_id in piece.ids]
        rows = table(connection, ids, tally)
        # Articles may have been withdrawn meanwhile.
        held = set(rows.column("id").to_pylist()) if rows.num_rows < len(ids) else None
        start = 0
        for piece in some:
            count = len(piece.ids) if held is None else sum(article_id in held for article_id in piece.ids)
            if count:
                yield piece, rows.slice(start, count)
            start += count


def _together(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    some: list[_Piece] = []
    for piece in pieces:
        if some and sum(len(each.ids) for each in some) + len(piece.ids) > ROWS:
            yield some
            some = []
        some.append(piece)
    if some:
        yield some


def _write(pq: Any, tables: Iterable[tuple[_Piece, pa.Table]], root: Path) -> list[Path]:
    """Write a file for each year and province; their paths in order."""
    files: list[Path] = []
    # One thread, so that files are written in order. It works outside of Python, while the next rows are read here.
    with ThreadPoolExecutor(1) as thread:
        writing: deque[Future[None]] = deque()
        for (year, key), some in groupby(tables, lambda each: (each[0].year, each[0].key)):
            path = root / f"year={year}" / f"province_key={key}" / "part-0.parquet"
            path.parent.mkdir(parents=True)
            files.append(path)
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
    return files
