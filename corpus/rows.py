"""Articles to rows and back again."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from corpus.entities import Named, named
from corpus.errors import CorpusError
from corpus.provinces import canonical, map_34, map_63
from corpus.records import VIETNAM, ArchivePlace, Article, Block, BlockKind, Picture, Tagging


@dataclass(frozen=True)
class StoredArticle:
    """An article as the corpus holds it, with what is known of it beside what the paper printed.

    ``province_63`` and ``province_34`` are its province under the map before and from 2025-07-01 (the first None
    where that cannot be known); ``copy_of`` is the id of the earlier article it is a near-duplicate of and
    ``similarity`` their Jaccard index; ``taggings`` are all opinions on its themes, the one that questions use first;
    ``named`` is what it names at home and abroad, None where nobody has read it for names.
    """

    id: int
    article: Article
    province_63: str | None
    province_34: str | None
    copy_of: int | None
    similarity: float | None
    taggings: tuple[Tagging, ...]
    named: Named | None = None

    @property
    def tagging(self) -> Tagging | None:
        """The tagging that questions use: a hand label before a model's, among equals the newest."""
        return self.taggings[0] if self.taggings else None


@dataclass(frozen=True, slots=True)
class PageRecord:
    """What the corpus knows of a page; its bytes lie in the archive at ``place`` (None: it was never archived).

    ``fetched_at`` is aware, in UTC; ``digest`` that of the body, as ``Page.digest``.
    """

    id: int
    url: str
    requested_url: str
    source: str | None
    fetched_at: datetime
    status: int
    digest: str
    place: ArchivePlace | None


_FACTS = (
    "url", "source", "title", "lead", "agency", "published_at", "published_day", "published_precision",
    "published_from", "section", "place", "province", "province_63", "province_34", "language", "extractor",
    "extractor_version", "page_digest", "fetched_at", "page_id", "updated_at",
)  # fmt: skip


def utc(moment: datetime) -> str:
    """``moment`` (aware) as it is stored: ISO 8601 in UTC, to the microsecond, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def require_storable(article: Article) -> None:
    """Raise ``CorpusError`` for an article that would be stored wrong."""
    for name, moment in (
        ("published_at", article.published_at),
        ("updated_at", article.updated_at),
        ("fetched_at", article.fetched_at),
    ):
        if moment is not None and moment.tzinfo is None:
            raise CorpusError(f"{article.url}: {name} must carry a time zone, got {moment.isoformat()}")
    if (article.published_at is None) != (article.published_precision is None):
        raise CorpusError(f"{article.url}: published_at and published_precision must be given together, or neither")
    if article.updated_at and article.published_at and article.updated_at <= article.published_at:
        raise CorpusError(
            f"{article.url}: updated_at must be later than published_at, got {article.updated_at.isoformat()}"
        )
    if article.province is not None and canonical(article.province) != article.province:
        raise CorpusError(
            f"{article.url}: province {article.province!r} is not spelled as corpus/provinces.toml spells a province"
        )


def _facts(article: Article, page_id: int | None) -> tuple[object, ...]:
    published = article.published_at.astimezone(VIETNAM) if article.published_at else None
    day = published.date() if published else article.fetched_at.astimezone(VIETNAM).date()
    return (
        article.url,
        article.source,
        article.title,
        article.lead,
        article.agency,
        published.isoformat() if published else None,
        published.date().isoformat() if published else None,
        article.published_precision,
        article.published_from,
        article.section,
        article.place,
        article.province,
        map_63(article.province, day) if article.province else None,
        map_34(article.province) if article.province else None,
        article.language,
        article.extractor,
        article.extractor_version,
        article.page_digest,
        utc(article.fetched_at),
        page_id,
        article.updated_at.astimezone(VIETNAM).isoformat() if article.updated_at else None,
    )


def insert(connection: sqlite3.Connection, article: Article, page_id: int | None) -> int:
    """Store a new article; its id."""
    places = ", ".join("?" * len(_FACTS))
    cursor = connection.execute(
        f"INSERT INTO articles ({', '.join(_FACTS)}) VALUES ({places})",  # noqa: S608 - column names of ours
        _facts(article, page_id),
    )
    article_id = cursor.lastrowid
    if article_id is None:
        raise CorpusError(f"{article.url}: SQLite gave the stored article no id")
    _insert_parts(connection, article_id, article)
    return article_id


def replace(connection: sqlite3.Connection, article_id: int, article: Article, page_id: int | None) -> None:
    """Store another reading of an article in its place; opinions, index and duplicate keys are the caller's."""
    places = ", ".join(f"{name} = ?" for name in _FACTS)
    connection.execute(
        f"UPDATE articles SET {places} WHERE id = ?",  # noqa: S608 - column names of ours
        (*_facts(article, page_id), article_id),
    )
    for table in ("blocks", "authors", "article_tags", "breadcrumbs", "pictures", "readers"):
        connection.execute(f"DELETE FROM {table} WHERE article_id = ?", (article_id,))  # noqa: S608 - names of ours
    _insert_parts(connection, article_id, article)


def _insert_parts(connection: sqlite3.Connection, article_id: int, article: Article) -> None:
    connection.executemany(
        "INSERT INTO blocks (article_id, n, kind, text, reason, credit) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (article_id, n, block.kind.value, block.text, block.reason, block.credit)
            for n, block in enumerate(article.blocks)
        ],
    )
    connection.executemany(
        "INSERT INTO authors (article_id, n, name) VALUES (?, ?, ?)",
        [(article_id, n, name) for n, name in enumerate(article.authors)],
    )
    connection.executemany(
        "INSERT INTO article_tags (article_id, n, tag) VALUES (?, ?, ?)",
        [(article_id, n, tag) for n, tag in enumerate(article.tags)],
    )
    connection.executemany(
        "INSERT INTO breadcrumbs (article_id, n, step) VALUES (?, ?, ?)",
        [(article_id, n, step) for n, step in enumerate(article.breadcrumb)],
    )
    connection.executemany(
        "INSERT INTO pictures (article_id, n, url, alt, caption, credit) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (article_id, n, picture.url, picture.alt, picture.caption, picture.credit)
            for n, picture in enumerate(article.pictures)
        ],
    )
    _insert_readers(connection, article_id, article)


def note_readers(connection: sqlite3.Connection, article_id: int, article: Article) -> None:
    """Store what read each field of an article, in place of what was noted before."""
    connection.execute("DELETE FROM readers WHERE article_id = ?", (article_id,))
    _insert_readers(connection, article_id, article)


def _insert_readers(connection: sqlite3.Connection, article_id: int, article: Article) -> None:
    connection.executemany(
        "INSERT INTO readers (article_id, field, reader) VALUES (?, ?, ?)",
        [(article_id, name, reader) for name, reader in article.readers.items()],
    )


def load(connection: sqlite3.Connection, ids: Sequence[int]) -> list[StoredArticle]:
    """The articles of these ids (at most some hundred), in their order; ids that are gone are left out."""
    some = f"({', '.join('?' * len(ids))})"

    def parts(columns: str, table: str, order: str = "n") -> dict[int, list[tuple[Any, ...]]]:
        found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        rows = connection.execute(
            f"SELECT article_id, {columns} FROM {table} WHERE article_id IN {some} ORDER BY article_id, {order}",  # noqa: S608
            ids,
        )
        for article_id, *values in rows:
            found[article_id].append(tuple(values))
        return found

    blocks, authors, tags = (
        parts("kind, text, reason, credit", "blocks"),
        parts("name", "authors"),
        parts("tag", "article_tags"),
    )
    breadcrumbs, pictures, readers = (
        parts("step", "breadcrumbs"),
        parts("url, alt, caption, credit", "pictures"),
        parts("field, reader", "readers", "field"),
    )
    taggings, names = _taggings(connection, ids), named(connection, ids)
    stored: dict[int, StoredArticle] = {}
    rows = connection.execute(
        f"""SELECT articles.id, head_id, similarity, {", ".join(_FACTS)}
            FROM articles LEFT JOIN copies ON article_id = articles.id WHERE articles.id IN {some}""",  # noqa: S608
        ids,
    )
    for article_id, copy_of, similarity, *values in rows:
        fact = dict(zip(_FACTS, values, strict=True))
        stored[article_id] = StoredArticle(
            article_id,
            Article(
                url=fact["url"],
                source=fact["source"],
                title=fact["title"],
                lead=fact["lead"],
                blocks=tuple(Block(BlockKind(kind), *rest) for kind, *rest in blocks[article_id]),
                authors=tuple(name for (name,) in authors[article_id]),
                agency=fact["agency"],
                published_at=vietnam(fact["published_at"]),
                published_precision=fact["published_precision"],
                published_from=fact["published_from"],
                section=fact["section"],
                tags=tuple(tag for (tag,) in tags[article_id]),
                place=fact["place"],
                province=fact["province"],
                language=fact["language"],
                extractor=fact["extractor"],
                extractor_version=fact["extractor_version"],
                page_digest=fact["page_digest"],
                fetched_at=datetime.fromisoformat(fact["fetched_at"]),
                updated_at=vietnam(fact["updated_at"]),
                breadcrumb=tuple(step for (step,) in breadcrumbs[article_id]),
                pictures=tuple(Picture(*values) for values in pictures[article_id]),
                readers=dict(readers[article_id]),
            ),
            fact["province_63"],
            fact["province_34"],
            copy_of,
            similarity,
            tuple(taggings[article_id]),
            names.get(article_id),
        )
    return [stored[article_id] for article_id in ids if article_id in stored]


def vietnam(stored: str | None) -> datetime | None:
    """A stored ``published_at`` as the aware moment it was, at +07:00."""
    return datetime.fromisoformat(stored).astimezone(VIETNAM) if stored else None


def _taggings(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, list[Tagging]]:
    # The order is that of the view current_taggings.
    rows = connection.execute(
        f"""SELECT t.id, t.article_id, t.made_by, t.primary_theme, g.theme, g.probability, g.given, g.evidence
            FROM taggings AS t LEFT JOIN tagging_themes AS g ON g.tagging_id = t.id
            WHERE t.article_id IN ({", ".join("?" * len(ids))})
            ORDER BY t.article_id, t.made_by GLOB 'hand:*' DESC, t.id DESC, g.given, g.theme""",  # noqa: S608
        ids,
    )
    opinions: dict[int, tuple[int, str, str | None, list[tuple[Any, ...]]]] = {}
    for tagging_id, article_id, made_by, primary, *weighed in rows:
        opinions.setdefault(tagging_id, (article_id, made_by, primary, []))[3].append(tuple(weighed))
    found: dict[int, list[Tagging]] = defaultdict(list)
    for article_id, made_by, primary, themes in opinions.values():
        found[article_id].append(
            Tagging(
                made_by,
                tuple(theme for theme, _, given, _ in themes if given),
                primary,
                {theme: probability for theme, probability, _, _ in themes if probability is not None},
                {theme: tuple(json.loads(evidence)) for theme, _, _, evidence in themes if evidence is not None},
            )
        )
    return found
