"""What an outlet changed in a story: its editions compared sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from corpus.records import Article
from corpus.revisions import Revision, changed_fields, told

Change = Literal["same", "gone", "new"]

_END = re.compile(r"(?<=[.!?…])[\"”»)]*\s+")
_MOST = 600
"""Changed sentences on either side that are compared: the time grows with their product, and no story has as many."""
_AROUND = 1
"""Sentences shown on either side of a change."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an edition; ``same`` ones stand for their place."""

    change: Change
    text: str


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition beside the one before it: changed fields (name, was, is) and sentences, both empty for the first.

    ``skipped`` says that so much changed that the sentences were not compared.
    """

    revision: Revision
    fields: tuple[tuple[str, str, str], ...]
    sentences: tuple[Sentence, ...]
    skipped: bool = False


def editions(revisions: list[Revision], most: int) -> list[Edition]:
    """The newest ``most`` editions of a story, the oldest of them first, each beside the one before it."""
    shown = []
    start = max(0, len(revisions) - most)
    for number, revision in enumerate(revisions[start:], start):
        before = revisions[number - 1].article if number else None
        if before is None:
            shown.append(Edition(revision, (), ()))
            continue
        fields = tuple(changed_fields(before, revision.article))
        compared = compare(sentences(before), sentences(revision.article))
        shown.append(Edition(revision, fields, tuple(compared or ()), compared is None))
    return shown


def sentences(article: Article) -> list[str]:
    """The sentences of all that a reader sees of the text, in the order of the page."""
    return [sentence for block in told(article).blocks for sentence in _END.split(block.text) if sentence]


def compare(old: list[str], new: list[str]) -> list[Sentence] | None:
    """What went and what came, with a sentence of the rest around it; None where it is too much to compare."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    was, now = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(was), len(now)) > _MOST:
        return None
    if not was and not now:
        return []
    before = [Sentence("same", text) for text in old[max(0, head - _AROUND) : head]]
    after = [Sentence("same", text) for text in old[len(old) - tail :][:_AROUND]]
    return [*before, *_changes(was, now), *after]


def _changes(was: list[str], now: list[str]) -> Iterator[Sentence]:
    for tag, i, j, k, m in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            kept = was[i:j]
            if len(kept) > 2 * _AROUND:
                kept = [*kept[:_AROUND], "…", *kept[-_AROUND:]]
            yield from (Sentence("same", text) for text in kept)
        else:
            yield from (Sentence("gone", text) for text in was[i:j])
            yield from (Sentence("new", text) for text in now[k:m])
