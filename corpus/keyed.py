"""What is made of an article's texts before it can be stored: its entry in the index, and its look-up keys.

It needs no database, so that another process can make it ahead (``corpus.ahead``).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from corpus import duplicates, index
from corpus.records import BODY_KINDS, Article, BlockKind

TOGETHER = 40
"""Articles keyed at once: some 100,000 characters and 18,000 shingles. By ten, each takes a tenth longer."""


class Texts(NamedTuple):
    """The texts of an article: title, paragraphs (its lead and its body), captions."""

    title: str
    paragraphs: list[str]
    captions: list[str]


class Keyed(NamedTuple):
    """What ``index.entry`` and ``duplicates.keys`` give of an article."""

    entry: index.Entry
    keys: array[int]


def texts_of(article: Article) -> Texts:
    """The texts of ``article``."""
    paragraphs = [article.lead] if article.lead else []
    captions = []
    for block in article.blocks:
        if block.kind in BODY_KINDS:
            paragraphs.append(block.text)
        elif block.kind is BlockKind.CAPTION:
            captions.append(block.text)
    return Texts(article.title, paragraphs, captions)


def keyed(articles: Sequence[Texts]) -> Iterator[Keyed]:
    """The entry and the keys of each article."""
    for start in range(0, len(articles), TOGETHER):
        yield from _keyed(articles[start : start + TOGETHER])


def _keyed(articles: Sequence[Texts]) -> Iterator[Keyed]:
    from corpus.forms import forms

    lines: list[str] = []
    sizes = []
    for article in articles:
        before = len(lines)
        lines.append(article.title)
        lines += "\n".join(article.paragraphs + article.captions).split("\n")
        sizes.append(len(lines) - before)
    made = forms(lines)
    entries, words = [], []
    begin = 0
    for article, size in zip(articles, sizes, strict=True):
        own = made[begin : begin + size]
        entries.append(index.entry_of(own))
        rest = iter(own[1:])
        # A paragraph of several lines is one to the duplicates.
        words.append(
            [
                " ".join(filter(None, [next(rest).parts for _ in range(text.count("\n") + 1)]))
                for text in article.paragraphs
            ]
        )
        begin += size
    yield from map(Keyed, entries, duplicates.keys_together(words))
