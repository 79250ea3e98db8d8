"""Recorded cases: the articles of a proposal as the tests of recorded pages read them, for a person to correct.

They are other people's texts: they belong into a folder that is never committed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corpus.records import Article, BlockKind
from crawler.normalise import normalise
from crawler.propose.layouts import Reading
from crawler.source import Source


def expected(article: Article) -> dict[str, Any]:
    """An article as a case's ``expected.json`` holds it."""
    return {
        "title": article.title,
        "lead": article.lead,
        "body": article.body,
        "headings": article.headings,
        "captions": article.captions,
        "credits": [block.credit for block in article.blocks if block.kind is BlockKind.CAPTION],
        "authors": list(article.authors),
        "agency": article.agency,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "published_precision": article.published_precision,
        "section": article.section,
        "tags": list(article.tags),
        "province": article.province,
    }


def write_cases(folder: Path, source: Source, read: Iterable[Reading]) -> int:
    """Write a case for each article read, ``<digest>/{page.html, page.json, expected.json}``; returns how many.

    ``expected.json`` is what the rules read, true only once a person has compared it with the page.
    """
    number = 0
    for one in read:
        if one.draft is None:
            continue
        page = one.specimen.page
        case = folder / page.digest.removeprefix("sha256:")[:12]
        case.mkdir(parents=True, exist_ok=True)
        about = {
            "url": page.url,
            "fetched_at": page.fetched_at.isoformat(),
            "content_type": page.header("content-type") or "text/html",
        }
        (case / "page.html").write_bytes(page.body)
        for name, value in (("page", about), ("expected", expected(normalise(one.draft, page, source)))):
            text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
            (case / f"{name}.json").write_text(text, encoding="utf-8")
        number += 1
    return number
