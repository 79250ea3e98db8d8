"""The corpus out as Parquet: a folder of files by year and province, for DuckDB, Polars, Dask, Spark, R and pandas.

``year=2025/province_key=ha_giang/part-0.parquet``, as Hive has it: every reader takes the two from the path. The key of
a province is its name without tones, for Spark reads an escaped ``à`` wrong; the name itself is the column ``province``
(that of the article's day). Articles without a date lie under ``year=0``, without a province under ``unknown``: of
Hive's own sign for null, pandas says *cannot yet unify dictionaries with nulls*. Files are written one after the other,
so that memory is bounded and the same corpus gives the same files.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.conditions import limit, where
from corpus.errors import CorpusError
from corpus.manifest import Tally, manifest, write_manifest
from corpus.opinions import chunks
from corpus.records import VIETNAM, Query
from corpus.rows import StoredArticle, load
from corpus.text import fold

if TYPE_CHECKING:
    import pyarrow as pa

MANIFEST = "_manifest.json"
"""Beside the folders; readers leave out what begins with an underscore."""
ROWS = 4000
"""Articles of a row group: some ten megabytes of text in memory."""
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
        tally, files = Tally(), []
        for (year, key), articles in groupby(tally.counting(_articles(connection, query)), _partition):
            path = draft / f"year={year}" / f"province_key={key}" / "part-0.parquet"
            path.parent.mkdir(parents=True)
            _write(pq, articles, path)
            files.append(path)
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


def _articles(connection: sqlite3.Connection, query: Query | None) -> Iterator[StoredArticle]:
    query = query or Query(limit=None)
    asked = where(query)
    statement = f"""
        SELECT id FROM articles
        WHERE id IN (SELECT id FROM articles WHERE {asked.sql} ORDER BY published_at DESC, id DESC LIMIT ?)
        ORDER BY substr(published_day, 1, 4), fold(province), published_at, id
    """  # noqa: S608 - made by conditions.py
    for ids in chunks(connection, statement, (*asked.values, limit(query))):
        yield from load(connection, list(ids))


def _partition(stored: StoredArticle) -> tuple[str, str]:
    published, province = stored.article.published_at, stored.article.province
    year = str(published.astimezone(VIETNAM).year) if published else NO_YEAR
    return year, re.sub("[^a-z0-9]+", "_", fold(province)).strip("_") if province else NO_PROVINCE


def _write(pq: Any, articles: Iterator[StoredArticle], path: Path) -> None:
    import pyarrow as pa

    schema = _schema()
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while some := list(islice(articles, ROWS)):
            writer.write_table(pa.Table.from_pylist([_row(stored) for stored in some], schema=schema))


def _schema() -> pa.Schema:
    import pyarrow as pa

    # A zone by name, for some readers know no offsets; Việt Nam is at +07:00 all year.
    text, texts, local = pa.string(), pa.list_(pa.string()), pa.timestamp("us", tz="Asia/Ho_Chi_Minh")
    return pa.schema(
        {
            "id": pa.int64(), "url": text, "source": text, "title": text, "lead": text, "body": text,
            "captions": texts, "authors": texts, "agency": text, "published_at": local, "published_day": pa.date32(),
            "published_precision": text, "published_from": text, "updated_at": local, "section": text, "tags": texts,
            "place": text, "province": text, "province_63": text, "province_34": text, "language": text,
            "themes": texts, "primary": text, "scores": pa.map_(text, pa.float64()), "tagged_by": text,
            "places": texts, "partners": texts,
            "copy_of": pa.int64(), "similarity": pa.float64(), "extractor": text, "extractor_version": text,
            "page_digest": text, "fetched_at": pa.timestamp("us", tz="UTC"),
        }
    )  # fmt: skip


def _row(stored: StoredArticle) -> dict[str, Any]:
    """An article as a row: lists as lists, moments as moments, paragraphs joined by line breaks."""
    article, tagging = stored.article, stored.tagging
    return {
        **{name: getattr(article, name) for name in _AS_THEY_ARE},
        "id": stored.id,
        "body": "\n".join(article.body),
        "published_day": article.published_at.astimezone(VIETNAM).date() if article.published_at else None,
        "province_63": stored.province_63,
        "province_34": stored.province_34,
        "themes": tagging.themes if tagging else None,
        "primary": tagging.primary if tagging else None,
        "scores": sorted(tagging.scores.items()) if tagging else None,
        "tagged_by": tagging.by if tagging else None,
        "places": stored.named.places if stored.named else None,
        "partners": stored.named.partners if stored.named else None,
        "copy_of": stored.copy_of,
        "similarity": stored.similarity,
    }


_AS_THEY_ARE = (
    "url", "source", "title", "lead", "captions", "authors", "agency", "published_at", "published_precision",
    "published_from", "updated_at", "section", "tags", "place", "province", "language", "extractor",
    "extractor_version", "page_digest", "fetched_at",
)  # fmt: skip
