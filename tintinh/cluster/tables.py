"""Rows of a dataset: articles, rejected pages and opinions as Parquet has them, and back again without loss."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pyarrow as pa

from corpus.duplicates import keys, paragraphs, shingles
from corpus.mentions import Mention
from corpus.provinces import map_34, map_63
from corpus.records import (
    VIETNAM,
    ArchivePlace,
    Article,
    Block,
    BlockKind,
    Page,
    Picture,
    Rejection,
    Segmentation,
    Tagging,
)

_AS_THEY_ARE = (
    "url", "source", "title", "lead", "agency", "published_at", "published_precision", "published_from", "section",
    "place", "province", "language", "extractor", "extractor_version", "page_digest", "updated_at",
)  # fmt: skip
_HOW_READ = {"extractor", "extractor_version", "page_digest", "fetched_at", "readers"}
"""What says only when and how an article was read: two that differ in nothing else are one edition."""


@dataclass(frozen=True)
class ReadPage(Page):
    """A page of which only the digest is known, as a dataset keeps it; its ``body`` is empty."""

    known: str = ""

    @property
    def digest(self) -> str:  # known, where a page computes it
        """``sha256:`` and the digest of the body that was read."""
        return self.known


@cache
def _types() -> dict[str, Any]:
    text = pa.string()
    return {
        "text": text,
        "texts": pa.list_(text),
        "local": pa.timestamp("us", tz="Asia/Ho_Chi_Minh"),
        "utc": pa.timestamp("us", tz="UTC"),
        "blocks": pa.list_(pa.struct({"kind": text, "text": text, "reason": text, "credit": text})),
        "pictures": pa.list_(pa.struct({"url": text, "alt": text, "caption": text, "credit": text})),
        "mentions": pa.list_(pa.struct({"entity": text, "start": pa.int32(), "end": pa.int32(), "rule": text})),
    }


def _page_schema() -> dict[str, Any]:
    text, int64 = pa.string(), pa.int64()
    return {
        "n": int64, "file": text, "offset": int64, "length": int64, "page_url": text, "requested_url": text,
        "page_source": text, "status": pa.int32(), "fetched_at": _types()["utc"],
    }  # fmt: skip


PAGE = (
    "n", "file", "offset", "length", "page_url", "requested_url", "page_source", "status", "fetched_at",
)  # fmt: skip
"""The columns that say from which page a row was read."""


@cache
def article_schema() -> pa.Schema:
    """The table ``articles``: an article a row, with the page it was read from; ``n`` counts the partition's pages.

    ``text`` is ``Article.text``; ``content`` a digest of what a reader of the paper could see change;
    ``duplicate_keys`` the look-up keys of near-duplicates.
    """
    of = _types()
    text, texts = of["text"], of["texts"]
    return pa.schema(
        {
            **_page_schema(),
            "url": text, "source": text, "title": text, "lead": text, "text": text, "blocks": of["blocks"],
            "authors": texts, "agency": text, "published_at": of["local"], "published_day": pa.date32(),
            "published_precision": text, "published_from": text, "updated_at": of["local"], "section": text,
            "breadcrumb": texts, "tags": texts, "place": text, "province": text, "province_63": text,
            "province_34": text, "language": text, "pictures": of["pictures"], "readers": pa.map_(text, text),
            "extractor": text, "extractor_version": text, "page_digest": text, "content": text,
            "duplicate_keys": pa.list_(pa.int64()),
        }
    )  # fmt: skip


@cache
def rejected_schema() -> pa.Schema:
    """The table ``rejected``: a page a row that is no article, with the reason."""
    text = pa.string()
    return pa.schema(
        {**_page_schema(), "url": text, "source": text, "reason": text, "detail": text, "page_digest": text}
    )


@cache
def opinion_schema() -> pa.Schema:
    """The table ``opinions``: for each row of ``articles``, by ``n``, its words, themes and mentions, each signed."""
    of = _types()
    text, texts = of["text"], of["texts"]
    return pa.schema(
        {
            "n": pa.int64(), "url": text, "words": texts, "words_by": text, "themes": texts, "primary": text,
            "scores": pa.map_(text, pa.float64()), "evidence": pa.map_(text, texts), "tagged_by": text,
            "mentions": of["mentions"], "named_by": text,
        }
    )  # fmt: skip


@cache
def standing_schema() -> pa.Schema:
    """The table ``standing``: the rows of ``articles``, by ``n``, that stand in a corpus, with the head of copies."""
    return pa.schema({"n": pa.int64(), "id": pa.int64(), "copy_of": pa.int64(), "similarity": pa.float64()})


def page_row(n: int, page: Page, place: ArchivePlace) -> dict[str, Any]:
    """What both tables say of a page."""
    return {
        "n": n, "file": place.file, "offset": place.offset, "length": place.length, "page_url": page.url,
        "requested_url": page.requested_url, "page_source": page.source, "status": page.status,
        "fetched_at": page.fetched_at,
    }  # fmt: skip


def article_row(article: Article) -> dict[str, Any]:
    """What ``articles`` says of an article beside its page."""
    published = article.published_at.astimezone(VIETNAM).date() if article.published_at else None
    day = published or article.fetched_at.astimezone(VIETNAM).date()
    texts = paragraphs(article)
    return {
        **{name: getattr(article, name) for name in _AS_THEY_ARE},
        "text": article.text,
        "blocks": [
            {"kind": one.kind.value, "text": one.text, "reason": one.reason, "credit": one.credit}
            for one in article.blocks
        ],
        "authors": list(article.authors),
        "published_day": published,
        "breadcrumb": list(article.breadcrumb),
        "tags": list(article.tags),
        "province_63": map_63(article.province, day) if article.province else None,
        "province_34": map_34(article.province) if article.province else None,
        "pictures": [asdict(picture) for picture in article.pictures],
        "readers": sorted(article.readers.items()),
        "content": _content(article),
        "duplicate_keys": sorted(keys(texts, shingles(texts))),
    }


def rejected_row(rejection: Rejection, page: Page) -> dict[str, Any]:
    """What ``rejected`` says of a rejection beside its page; letters that UTF-8 lacks are escaped."""
    return {
        "url": encodable(rejection.url),
        "source": rejection.source,
        "reason": rejection.reason,
        "detail": encodable(rejection.detail),
        "page_digest": page.digest,
    }


def encodable(text: str) -> str:
    """``text``, with ``\\udXXX`` for halves of letters, which no file in UTF-8 can hold."""
    return text.encode("utf-8", "backslashreplace").decode()


def page_of(row: Mapping[str, Any]) -> ReadPage:
    """The page of a row of ``articles`` or ``rejected``."""
    return ReadPage(
        url=row["page_url"],
        requested_url=row["requested_url"],
        fetched_at=row["fetched_at"].astimezone(UTC),
        status=row["status"],
        headers=(),
        body=b"",
        source=row["page_source"],
        known=row["page_digest"],
    )


def place_of(row: Mapping[str, Any]) -> ArchivePlace:
    """Where the page of a row lies in the archive."""
    return ArchivePlace(row["file"], row["offset"], row["length"])


def article_of(row: Mapping[str, Any]) -> Article:
    """The article of a row of ``articles``, equal to the one that was read."""
    return Article(
        url=row["url"],
        source=row["source"],
        title=row["title"],
        lead=row["lead"],
        blocks=tuple(Block(BlockKind(one["kind"]), one["text"], one["reason"], one["credit"]) for one in row["blocks"]),
        authors=tuple(row["authors"]),
        agency=row["agency"],
        published_at=_local(row["published_at"]),
        published_precision=row["published_precision"],
        published_from=row["published_from"],
        section=row["section"],
        tags=tuple(row["tags"]),
        place=row["place"],
        province=row["province"],
        language=row["language"],
        extractor=row["extractor"],
        extractor_version=row["extractor_version"],
        page_digest=row["page_digest"],
        fetched_at=row["fetched_at"].astimezone(UTC),
        updated_at=_local(row["updated_at"]),
        breadcrumb=tuple(row["breadcrumb"]),
        pictures=tuple(Picture(**one) for one in row["pictures"]),
        readers=dict(row["readers"]),
    )


def rejection_of(row: Mapping[str, Any]) -> Rejection:
    """The rejection of a row of ``rejected``."""
    return Rejection(row["url"], row["source"], row["reason"], row["detail"])


def opinion_row(
    n: int, url: str, words: Segmentation, tagging: Tagging, mentions: tuple[Mention, ...], named_by: str
) -> dict[str, Any]:
    """A row of ``opinions``."""
    return {
        "n": n, "url": url, "words": list(words.sentences), "words_by": words.by,
        "themes": list(tagging.themes), "primary": tagging.primary, "scores": list(tagging.scores.items()),
        "evidence": [(theme, list(found)) for theme, found in tagging.evidence.items()], "tagged_by": tagging.by,
        "mentions": [asdict(mention) for mention in mentions], "named_by": named_by,
    }  # fmt: skip


def opinions_of(row: Mapping[str, Any]) -> tuple[Segmentation, Tagging, tuple[Mention, ...]]:
    """What a row of ``opinions`` says: words, themes, places and partners."""
    return (
        Segmentation(row["words_by"], tuple(row["words"])),
        Tagging(
            row["tagged_by"],
            tuple(row["themes"]),
            row["primary"],
            dict(row["scores"]),
            {theme: tuple(found) for theme, found in row["evidence"]},
        ),
        tuple(Mention(**one) for one in row["mentions"]),
    )


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(VIETNAM) if moment else None


def _content(article: Article) -> str:
    facts = {name: value for name, value in asdict(article).items() if name not in _HOW_READ}
    return hashlib.sha256(json.dumps(facts, ensure_ascii=True, default=str, sort_keys=True).encode()).hexdigest()[:32]
