"""The paper that goes with an export: what was asked, what came out, of which versions, and how to cite it."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from corpus.conditions import where
from corpus.migrations import version as schema_version
from corpus.processors import processors
from corpus.records import VIETNAM, Query
from corpus.rows import StoredArticle

FORMAT = 1
"""The release of the manifest's own form."""


@dataclass
class Tally:
    """What went by in an export; wrap its articles in ``counting``.

    ``days`` are the first and last day of publication; ``taggers`` and ``extractors`` count articles by who made what
    stands in them. ``selection`` is made of address and page digest of every article, in any order: two exports of the
    same facts have the same.
    """

    articles: int = 0
    copies: int = 0
    undated: int = 0
    days: tuple[date, date] | None = None
    sources: Counter[str] = field(default_factory=Counter)
    provinces: Counter[str] = field(default_factory=Counter)
    taggers: Counter[str] = field(default_factory=Counter)
    extractors: Counter[str] = field(default_factory=Counter)
    _sum: int = 0

    def counting(self, articles: Iterable[StoredArticle]) -> Iterator[StoredArticle]:
        """The same articles, each counted as it is taken."""
        for stored in articles:
            article = stored.article
            day = article.published_at.astimezone(VIETNAM).date() if article.published_at else None
            self.note(article.url, article.page_digest, article.source, article.province, day, stored.copy_of)
            self.taggers[stored.tagging.by if stored.tagging else ""] += 1
            self.extractors[f"{article.extractor} {article.extractor_version}"] += 1
            yield stored

    def include(self, other: Tally) -> None:
        """Count what ``other`` counted, too."""
        self.articles += other.articles
        self.copies += other.copies
        self.undated += other.undated
        if other.days:
            (first, last), (own_first, own_last) = other.days, self.days or other.days
            self.days = min(first, own_first), max(last, own_last)
        for mine, theirs in (
            (self.sources, other.sources),
            (self.provinces, other.provinces),
            (self.taggers, other.taggers),
            (self.extractors, other.extractors),
        ):
            mine.update(theirs)
        self._sum = (self._sum + other._sum) % 2**256

    def count_columns(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Count articles given as columns, of equal length: ``url``, ``source``, ``province``, ``published_day`` (ISO
        8601), ``copy_of``, ``tagged_by``, ``extractor``, ``extractor_version`` and ``page_digest``."""
        self.articles += len(columns["url"])
        self.copies += sum(copy_of is not None for copy_of in columns["copy_of"])
        days = [day for day in columns["published_day"] if day is not None]
        self.undated += len(columns["url"]) - len(days)
        if days:
            first, last = date.fromisoformat(min(days)), date.fromisoformat(max(days))
            self.days = (min(first, self.days[0]), max(last, self.days[1])) if self.days else (first, last)
        for counter, name in ((self.sources, "source"), (self.provinces, "province"), (self.taggers, "tagged_by")):
            for value, number in Counter(columns[name]).items():
                counter[value or ""] += number
        for (extractor, release), number in Counter(
            zip(columns["extractor"], columns["extractor_version"], strict=True)
        ).items():
            self.extractors[f"{extractor} {release}"] += number
        for url, page_digest in zip(columns["url"], columns["page_digest"], strict=True):
            self._select(url, page_digest)

    def note(
        self,
        url: str,
        page_digest: str,
        source: str | None,
        province: str | None,
        day: date | None,
        copy_of: int | None,
    ) -> None:
        """Count one article, in everything but who made what stands in it."""
        self.articles += 1
        self.copies += copy_of is not None
        if day is None:
            self.undated += 1
        else:
            self.days = (min(day, self.days[0]), max(day, self.days[1])) if self.days else (day, day)
        self.sources[source or ""] += 1
        self.provinces[province or ""] += 1
        self._select(url, page_digest)

    def _select(self, url: str, page_digest: str) -> None:
        # A sum of digests does not ask for an order, and so for no memory.
        digest = hashlib.sha256(f"{url}\n{page_digest}".encode()).digest()
        self._sum = (self._sum + int.from_bytes(digest)) % 2**256

    @property
    def selection(self) -> str:
        """``sum-sha256:`` and 64 hexadecimal digits: the sum of the digests of all articles, modulo 2²⁵⁶."""
        return f"sum-sha256:{self._sum:064x}"


def tally_of(connection: sqlite3.Connection, query: Query) -> Tally:
    """What an export of ``query`` (its limit is not read) would count, without reading a text: all but ``taggers`` and
    ``extractors``."""
    found = where(query)
    tally = Tally()
    rows = connection.execute(
        f"""SELECT url, page_digest, source, province, published_day, head_id
            FROM articles LEFT JOIN copies ON article_id = articles.id WHERE {found.sql}""",  # noqa: S608 - values bound
        found.values,
    )
    for url, page_digest, source, province, day, copy_of in rows:
        tally.note(url, page_digest, source, province, date.fromisoformat(day) if day else None, copy_of)
    return tally


def manifest(
    connection: sqlite3.Connection, query: Query | None, tally: Tally, files: Iterable[Path], root: Path
) -> dict[str, Any]:
    """The manifest of an export as JSON has it; ``files`` are measured and named relative to ``root``.

    ``query`` None is everything. ``""`` in a table of counts stands for articles without (a source, a tagging …).
    """
    corpus_articles, newest = connection.execute("SELECT count(*), max(fetched_at) FROM articles").fetchone()
    made_at = datetime.now(UTC)
    paths = sorted(files)
    with ThreadPoolExecutor(processors()) as threads:
        digests = list(threads.map(_digest, paths))
    return {
        "manifest": FORMAT,
        "made_at": made_at.isoformat(timespec="seconds"),
        "query": asked(query),
        "selection": tally.selection,
        "articles": tally.articles,
        "copies": tally.copies,
        "undated": tally.undated,
        "published": [day.isoformat() for day in tally.days] if tally.days else None,
        **{
            name: dict(sorted(counter.items()))
            for name, counter in (
                ("sources", tally.sources),
                ("provinces", tally.provinces),
                ("tagged_by", tally.taggers),
                ("extracted_by", tally.extractors),
            )
        },
        "corpus": {"articles": corpus_articles, "newest_fetched": newest, "schema": schema_version(connection)},
        "versions": versions(),
        "files": [
            {
                "path": path.relative_to(root).as_posix(),
                "bytes": path.stat().st_size,
                "sha256": digest,
            }
            for path, digest in zip(paths, digests, strict=True)
        ],
        "cite": citation(query, tally, made_at),
    }


def write_manifest(facts: dict[str, Any], path: Path) -> None:
    """Write a manifest as indented JSON, whole or not at all."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    os.replace(draft, path)  # noqa: PTH105 - Path.replace is the same call


def asked(query: Query | None) -> dict[str, Any]:
    """The fields of a query that say something, as JSON has them."""
    if query is None:
        return {}
    blank = asdict(Query())
    given = {name: value for name, value in asdict(query).items() if value != blank[name] and name != "limit"}
    if query.limit is not None:
        given["limit"] = query.limit
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in given.items()}


def versions() -> dict[str, str]:
    """The programs that an export depends on, each with its release; ``unknown`` for a tintinh run from a checkout that
    was never installed."""
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for name in ("tintinh", "pyarrow"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            # An export to CSV needs no pyarrow; tintinh itself always has a release, if only we were told.
            found |= {name: "unknown"} if name == "tintinh" else {}
    return found


def citation(query: Query | None, tally: Tally, made_at: datetime) -> str:
    """How to cite a selection: what it is, of which days and outlets, how it was selected, and its digest."""
    day = made_at.astimezone(VIETNAM).date().isoformat()
    span = f", published {tally.days[0]} to {tally.days[1]}" if tally.days else ""
    filters = "; ".join(f"{name}: {_said(value)}" for name, value in asked(query).items()) or "everything"
    outlets = sum(1 for name in tally.sources if name)
    return (
        f"Vietnamese provincial news collected with tintinh {versions()['tintinh']}: {tally.articles} articles"
        f" ({tally.copies} of them near-duplicates) of {outlets} outlets{span}. Selected by: {filters}."
        f" Exported {day}. Selection {tally.selection}."
    )


def _said(value: object) -> str:
    return " + ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
