"""The corpus out as Parquet: a folder of files by year and province, for DuckDB, Polars, Dask, Spark, R and pandas.

``year=2025/province_key=ha_giang/part-0.parquet``, as Hive has it: every reader takes the two from the path. The key of
a province is its name without tones, for Spark reads an escaped ``à`` wrong; the name itself is the column ``province``
(that of the article's day). Articles without a date lie under ``year=0``, without a province under ``unknown``: of
Hive's own sign for null, pandas says *cannot yet unify dictionaries with nulls*. The same corpus gives the same files,
by however many processes they are written.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from corpus.conditions import limit, where
from corpus.errors import CorpusError
from corpus.manifest import Tally, manifest, write_manifest
from corpus.parquet_files import ROWS, Piece, load_pyarrow, write_files, write_share
from corpus.records import Query
from corpus.text import fold

MANIFEST = "_manifest.json"
"""Beside the folders; readers leave out what begins with an underscore."""
SHARE = 10_000
"""Articles that a process is given to write at once, or one file with more of them."""
NO_YEAR, NO_PROVINCE = "0", "unknown"


def write_parquet(
    connection: sqlite3.Connection,
    query: Query | None,
    out: Path,
    processes: int = 1,
    advance: Callable[[int], None] = lambda articles: None,
) -> dict[str, Any]:
    """Write the articles of ``query`` (None: all), up to its limit, to the new folder ``out``; its manifest.

    ``processes`` share the files where there are more than ``SHARE`` articles; each takes a second to start.
    ``advance`` is told how many articles more were written. ``CorpusError`` where ``out`` exists already, where an
    export to it was broken off, or where pyarrow is missing. The folder appears when it is whole.
    """
    _require_pyarrow()
    draft = out.with_name(out.name + ".part")
    if out.exists():
        raise CorpusError(f"{out}: exists already; an export to Parquet makes a new folder")
    if draft.exists():
        raise CorpusError(f"{draft}: is left of an export that was broken off; remove it and export again")
    draft.mkdir(parents=True)
    try:
        with _others(connection, query, processes) as pool:  # they start while it is read what there is to write
            shares = list(_shares(_pieces(connection, query)))
            files = sorted({draft / piece.path for share in shares for piece in share})
            tally = Tally()
            if pool is None or len(shares) < 2:
                written: Generator[Tally] = (write_files(connection, share, draft) for share in shares)
            else:
                written = _spread(connection, shares, draft, pool)
            for part in written:
                tally.include(part)
                advance(part.articles)
        # All of a file may have been withdrawn meanwhile.
        facts = manifest(connection, query, tally, [file for file in files if file.exists()], draft)
        write_manifest(facts, draft / MANIFEST)
        os.replace(draft, out)  # noqa: PTH105 - Path.replace is the same call
    except BaseException:
        shutil.rmtree(draft)
        raise
    return facts


def _require_pyarrow() -> None:
    try:
        import pyarrow.parquet  # noqa: F401
    except ModuleNotFoundError as error:
        raise CorpusError("Parquet needs pyarrow, which is not installed: pip install 'tintinh[parquet]'") from error


def _pieces(connection: sqlite3.Connection, query: Query | None) -> Iterator[Piece]:
    """What is exported, as of one moment, file by file: eight bytes an article."""
    query = query or Query(limit=None)
    asked = where(query)
    # An index has these columns; articles are rows of half a kilobyte.
    statement = f"""
        SELECT id, substr(published_at, 1, 4), province FROM (
            SELECT articles.id, published_at, province FROM articles WHERE {asked.sql}
            ORDER BY published_at DESC, articles.id DESC LIMIT ?)
        ORDER BY province, published_at, id
    """  # noqa: S608 - made by conditions.py
    files: defaultdict[tuple[str, str], array[int]] = defaultdict(lambda: array("q"))
    for article_id, year, province in connection.execute(statement, (*asked.values, limit(query))):
        files[year or NO_YEAR, _key(province)].append(article_id)
    for (year, key), ids in sorted(files.items(), key=lambda each: each[0]):
        for start in range(0, len(ids), ROWS):
            yield Piece(Path(f"year={year}") / f"province_key={key}" / "part-0.parquet", ids[start : start + ROWS])


@cache
def _key(province: str | None) -> str:
    return re.sub("[^a-z0-9]+", "_", fold(province)).strip("_") if province else NO_PROVINCE


def _shares(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces in runs of whole files."""
    share: list[Piece] = []
    for piece in pieces:
        if share and piece.path != share[-1].path and sum(len(each.ids) for each in share) >= SHARE:
            yield share
            share = []
        share.append(piece)
    if share:
        yield share


@contextmanager
def _others(
    connection: sqlite3.Connection, query: Query | None, processes: int
) -> Iterator[ProcessPoolExecutor | None]:
    """Processes that write with this one's corpus, started; None where there is no more than a share to write."""
    if processes == 1 or not _many(connection, query or Query(limit=None)):
        yield None
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            for _ in range(processes):
                pool.submit(load_pyarrow)
            yield pool
        except BaseException:
            # Else they write on while the draft is removed.
            pool.shutdown(cancel_futures=True)
            raise


def _many(connection: sqlite3.Connection, query: Query) -> bool:
    """Whether a query asks for more than a share; ``False`` where its limit says otherwise."""
    if -1 < limit(query) <= SHARE:
        return False
    asked = where(query)
    row = connection.execute(
        f"SELECT 1 FROM articles WHERE {asked.sql} LIMIT 1 OFFSET ?",  # noqa: S608 - made by conditions.py
        (*asked.values, SHARE),
    )
    return row.fetchone() is not None


def _spread(
    connection: sqlite3.Connection, shares: list[list[Piece]], root: Path, pool: ProcessPoolExecutor
) -> Generator[Tally]:
    """Have the shares written by other processes; the tally of each as it is done."""
    path = Path(connection.execute("SELECT file FROM pragma_database_list WHERE name = 'main'").fetchone()[0])
    waiting: list[Future[Tally]] = [pool.submit(write_share, path, share, root) for share in shares]
    for done in as_completed(waiting):
        yield done.result()
