"""How two readings of one article differ, field by field, and the spot where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from difflib import SequenceMatcher
from types import MappingProxyType

from corpus.records import Article, Block, BlockKind

_AROUND = 24
"""Characters shown on either side of a difference."""
_SHOWN = 60
"""Characters of a difference that are shown; of a longer one its two ends."""


def _of_kind(kind: BlockKind) -> Callable[[Article], str]:
    return lambda article: "\n".join(_block(block) for block in article.blocks if block.kind is kind)


def _block(block: Block) -> str:
    reason = f"[{block.reason}] " if block.reason else ""
    return f"{reason}{block.text}" + (f" ({block.credit})" if block.credit else "")


FIELDS: Mapping[str, Callable[[Article], str]] = MappingProxyType(
    {
        "title": lambda article: article.title,
        "lead": lambda article: article.lead or "",
        "body": lambda article: "\n".join(article.body),
        "captions": _of_kind(BlockKind.CAPTION),
        "authors": lambda article: ", ".join(article.authors),
        "agency": lambda article: article.agency or "",
        "date": lambda article: (
            f"{article.published_at.isoformat()} ({article.published_precision})" if article.published_at else ""
        ),
        "date_origin": lambda article: article.published_from or "",
        "section": lambda article: article.section or "",
        "tags": lambda article: ", ".join(article.tags),
        "place": lambda article: article.place or "",
        "province": lambda article: article.province or "",
        "language": lambda article: article.language,
        "source": lambda article: article.source or "",
        "bylines": _of_kind(BlockKind.BYLINE),
        "dropped": _of_kind(BlockKind.DROPPED),
        # Everything the page said, in order and with its kinds: what differs here alone is a paragraph that became a
        # heading, or a caption that moved.
        "blocks": lambda article: "\n".join(f"{block.kind.value}: {_block(block)}" for block in article.blocks),
    }
)
"""The fields that are compared, each as the text that is shown of it. When and how a page was read is none of them."""


def changed_fields(before: Article, after: Article) -> tuple[str, ...]:
    """The names of the fields that differ, in the order of ``FIELDS``; ``blocks`` only where no other field of the
    text says it."""
    found = [name for name, text in FIELDS.items() if text(before) != text(after)]
    if {"lead", "body", "captions", "bylines", "dropped"} & set(found):
        found = [name for name in found if name != "blocks"]
    if not found and content(before) != content(after):
        found.append("blocks")  # two that read alike here and are not the same, such as a credit in brackets
    return tuple(found)


def content(article: Article) -> Article:
    """``article`` without what says only when and how it was read: two equal ones are ``unchanged`` to the corpus."""
    return replace(
        article, extractor="", extractor_version="", page_digest="", fetched_at=datetime(1970, 1, 1, tzinfo=UTC)
    )


def shortened(before: str, after: str) -> tuple[str, str]:
    """Both texts, cut to the surroundings of their first difference; ``…`` stands for what was cut."""
    if max(len(before), len(after)) <= _SHOWN + 2 * _AROUND:
        return _one_line(before), _one_line(after)
    start = next((at for at, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), None)
    if start is None:
        start = min(len(before), len(after))
    begin = max(start - _AROUND, 0)
    # From here on only a window is compared: a diff of two whole articles would take seconds.
    window = (before[begin : begin + 600], after[begin : begin + 600])
    blocks = SequenceMatcher(None, *window, autojunk=False).get_matching_blocks()
    ends = next(((one.a, one.b) for one in blocks if one.a + one.b > 2 * (start - begin) and one.size >= 8), None)
    if ends is None:
        ends = (len(window[0]), len(window[1]))
    return _cut(before, begin, begin + ends[0] + _AROUND), _cut(after, begin, begin + ends[1] + _AROUND)


def _cut(text: str, begin: int, end: int) -> str:
    piece = text[begin:end]
    if len(piece) > _SHOWN + 2 * _AROUND:
        half = _SHOWN // 2 + _AROUND
        piece = f"{piece[:half]} … {piece[-half:]}"
    return _one_line(("…" if begin else "") + piece + ("…" if end < len(text) else ""))


def _one_line(text: str) -> str:
    return text.replace("\n", " ⏎ ")
