"""A text with what is to be seen in it: evidence of a theme, places and partners, the words looked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Literal

from corpus.index import Wanted
from corpus.mentions import Entity, Mention
from corpus.records import BODY_KINDS, Article, BlockKind
from corpus.snippet import matches
from corpus.text import WORD

Sign = Literal["evidence", "mention", "word"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in characters, and what it is; ``entity`` is that of a mention."""

    start: int
    end: int
    sign: Sign
    entity: Entity | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a text within which nothing begins or ends."""

    text: str
    evidence: bool = False
    word: bool = False
    entity: Entity | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an article as it is drawn: ``rows`` are the cells of a table, one row each."""

    kind: BlockKind
    runs: tuple[Run, ...] = ()
    credit: str | None = None
    rows: tuple[tuple[str, ...], ...] = ()
    items: tuple[tuple[Run, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Marker:
    """What is marked in an article: sentences of evidence, mentions, and words looked for."""

    evidence: tuple[str, ...] = ()
    named: tuple[tuple[Entity, Mention], ...] = ()
    wanted: Wanted | None = None

    def runs(self, text: str, offset: int) -> tuple[Run, ...]:
        """``text``, which begins at ``offset`` of the text that mentions are counted in, cut where a sign begins or
        ends."""
        return cut(text, [*self._evidence(text), *self._mentions(text, offset), *self._words(text)])

    def _evidence(self, text: str) -> Iterable[Span]:
        for sentence in self.evidence:
            start = text.find(sentence) if sentence else -1
            if start >= 0:
                yield Span(start, start + len(sentence), "evidence")

    def _mentions(self, text: str, offset: int) -> Iterable[Span]:
        for entity, mention in self.named:
            if offset <= mention.start and mention.end <= offset + len(text):
                yield Span(mention.start - offset, mention.end - offset, "mention", entity)

    def _words(self, text: str) -> Iterable[Span]:
        if self.wanted is None:
            return
        words = [word.span() for word in WORD.finditer(text)]
        for first, last, _ in matches(text, self.wanted):
            yield Span(words[first][0], words[last][1], "word")


def cut(text: str, spans: Sequence[Span]) -> tuple[Run, ...]:
    """``text`` in runs: each lies wholly inside or outside every span. Together they are the text."""
    bounds = sorted({0, len(text), *(place for span in spans for place in (span.start, span.end))})
    opening: dict[int, list[Span]] = {}
    for span in spans:
        opening.setdefault(span.start, []).append(span)
    runs, inside = [], list[Span]()
    for start, end in pairwise(bounds):
        inside = [span for span in inside if span.end > start] + [
            span for span in opening.get(start, []) if span.end > start
        ]
        signs = {span.sign for span in inside}
        entity = next((span.entity for span in inside if span.entity is not None), None)
        runs.append(Run(text[start:end], "evidence" in signs, "word" in signs, entity))
    return tuple(runs)


def parts(article: Article, marker: Marker) -> tuple[tuple[Run, ...], list[Part]]:
    """The title, and the lead, body and captions in the order of the page; lists and tables as one part each.

    Offsets are those of ``corpus.mentions.named_text``: title, lead, body, then captions, each on a line of its own.
    """
    title = marker.runs(article.title, 0)
    offset = len(article.title) + 1
    found: list[Part] = []
    if article.lead:
        found.append(Part(BlockKind.LEAD, marker.runs(article.lead, offset)))
        offset += len(article.lead) + 1
    captions_at = offset + sum(len(text) + 1 for text in article.body)
    for kind, blocks in groupby(article.blocks, lambda block: block.kind):
        drawn: list[tuple[Run, ...]] = []
        same = list(blocks)
        for block in same:
            if kind in BODY_KINDS:
                drawn.append(marker.runs(block.text, offset))
                offset += len(block.text) + 1
            elif kind is BlockKind.CAPTION:
                found.append(Part(kind, marker.runs(block.text, captions_at), block.credit))
                captions_at += len(block.text) + 1
        if kind is BlockKind.LIST_ITEM:
            found.append(Part(kind, items=tuple(drawn)))
        elif kind is BlockKind.TABLE_ROW:
            # As corpus texts have the cells of a row; within a table nothing is marked.
            found.append(Part(kind, rows=tuple(tuple(block.text.split(" | ")) for block in same)))
        else:
            found += [Part(kind, runs) for runs in drawn]
    return title, found
