"""What a page says about itself to machines: JSON-LD, OpenGraph, meta elements. Never trusted without the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.text import line as one_line
from crawler.extract import breadcrumb
from crawler.extract.markup import Node

_ARTICLE_TYPES = (
    "NewsArticle",
    "Article",
    "ReportageNewsArticle",
    "BlogPosting",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
)


@dataclass(frozen=True)
class Structured:
    """Machine-readable claims of a page; ``dates`` and ``updated`` in order of trust, each as the page gave it."""

    title: str | None = None
    description: str | None = None
    dates: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    section: str | None = None
    tags: tuple[str, ...] = ()
    site_name: str | None = None
    canonical: str | None = None
    is_article: bool = False
    updated: tuple[str, ...] = ()
    breadcrumb: tuple[str, ...] = ()


def structured(root: Node) -> Structured:
    """The claims of ``root``; a JSON-LD block that is not JSON is passed over, as every reader of the web does."""
    meta: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = (element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        content = one_line(element.get("content") or "")
        if name and content:
            meta.setdefault(name, []).append(content)
    items = list(_items(root))
    story = next((item for item in items if _has_type(item, _ARTICLE_TYPES)), {})
    path = next((item for item in items if _has_type(item, ("BreadcrumbList",))), None)

    def first(*names: str) -> str | None:
        return next((meta[name][0] for name in names if name in meta), None)

    dates = [_text(story.get("datePublished"))]
    dates += [
        first(name) for name in ("article:published_time", "datepublished", "pubdate", "dc.date.issued", "publish-date")
    ]
    updates = [
        _text(story.get("dateModified")),
        first("article:modified_time"),
        first("datemodified", "og:updated_time"),
    ]
    times = [element.get("datetime") for element in root.iter("time")]
    canonical = next(
        (link.get("href") for link in root.iter("link") if (link.get("rel") or "").lower() == "canonical"), None
    )
    return Structured(
        title=first("og:title", "dcterms.title", "twitter:title") or _text(story.get("headline")),
        description=first("og:description", "description"),
        dates=tuple(dict.fromkeys(value for value in [*dates, *times[:1]] if value)),
        authors=tuple(_names(story.get("author"))) or tuple(meta.get("article:author", ())),
        section=first("article:section") or _text(story.get("articleSection")),
        tags=tuple(dict.fromkeys(meta.get("article:tag", ()))),
        site_name=first("og:site_name"),
        canonical=canonical or first("og:url"),
        is_article=bool(story) or first("og:type") == "article",
        updated=tuple(dict.fromkeys(value for value in updates if value)),
        breadcrumb=breadcrumb.listed(path) if path else (),
    )


def _items(root: Node) -> Iterator[dict[str, Any]]:
    for script in root.iter("script"):
        if (script.get("type") or "").lower() != "application/ld+json" or not script.text:
            continue
        try:
            data = json.loads(script.text, strict=False)
        except (ValueError, RecursionError):
            continue
        stack = [data]
        while stack:
            item = stack.pop()
            if isinstance(item, list):
                stack.extend(item)
            elif isinstance(item, dict):
                yield item
                stack.extend(value for key, value in item.items() if key in {"@graph", "breadcrumb"})


def _has_type(item: dict[str, Any], types: tuple[str, ...]) -> bool:
    kinds = item.get("@type")
    return any(kind in types for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _text(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return one_line(value) or None if isinstance(value, str) else None


def _names(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        name = item.get("name") if isinstance(item, dict) else item
        # A site's own name or address is no author.
        if isinstance(name, str) and name.strip() and "." not in name and "/" not in name and len(name.split()) <= 6:
            yield one_line(name)
