"""Copies among the texts of VNTC: which test texts were already read in training.

A copy is one in the sense of ``corpus.duplicates``, the same judgement by which the corpus tells a reprint, or a text
that reads the same letter by letter, however short.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from benchmarks.vntc_texts import NewsFile, Prepared, WordsFile, read_text
from corpus.duplicates import shingles, similarity

# As in corpus.duplicates: the likeliest by shared keys are verified on the exact texts.
_VERIFIED_AT_MOST = 32
# A key that more texts share is a contact line or a programme's heading, and tells nothing.
_HOLDERS_PER_KEY = 100


@dataclass(frozen=True, slots=True)
class Copy:
    """What a text is a copy of: the index of the training text, whether word for word, and the Jaccard index (0–1)."""

    of: int
    exact: bool
    similarity: float


class Taught:
    """The training texts, to be asked for copies: their keys in two sorted arrays, 40 MB for 34,000 texts."""

    def __init__(self, items: Sequence[NewsFile], prepared: Sequence[Prepared]) -> None:
        self._items = items
        # The first text that reads so; indexes are in order.
        self._same: dict[bytes, int] = {}
        for index, one in enumerate(prepared):
            self._same.setdefault(one.same, index)
        holders = np.repeat(np.arange(len(prepared)), [len(one.keys) for one in prepared])
        everything = np.concatenate([one.keys for one in prepared]) if prepared else np.zeros(0, dtype=np.int64)
        order = np.argsort(everything, kind="stable")
        self._keys, self._holders = everything[order], holders[order]
        self._shingles = lru_cache(maxsize=256)(self._read)

    def _read(self, index: int) -> frozenset[str]:
        return shingles([read_text(self._items[index].path)])

    def copy(self, item: NewsFile, known: Prepared) -> Copy | None:
        """What ``item`` is a copy of, the likest of the training texts; None where it is none."""
        if (same := self._same.get(known.same)) is not None:
            return Copy(same, exact=True, similarity=1.0)
        starts, ends = (np.searchsorted(self._keys, known.keys, side=side) for side in ("left", "right"))
        votes: Counter[int] = Counter()
        for start, end in zip(starts, ends, strict=True):
            votes.update(self._holders[start : min(end, start + _HOLDERS_PER_KEY)].tolist())
        if not votes:
            return None
        own = shingles([read_text(item.path)])
        best: Copy | None = None
        for index, _ in sorted(votes.items(), key=lambda pair: (-pair[1], pair[0]))[:_VERIFIED_AT_MOST]:
            alike = similarity(own, self._shingles(index))
            if alike is not None and (best is None or alike > best.similarity):
                best = Copy(index, exact=False, similarity=alike)
        return best


def copies(
    words: WordsFile,
    taught: tuple[Sequence[NewsFile], Sequence[bytes]],
    asked: tuple[Sequence[NewsFile], Sequence[bytes]],
    advance: Callable[[int], None] = lambda _: None,
) -> dict[int, Copy]:
    """The texts ``asked`` that are copies of texts ``taught``, by index; each is its files and their digests."""
    known = Taught(taught[0], [words.prepared(digest) for digest in taught[1]])
    found: dict[int, Copy] = {}
    for index, (item, digest) in enumerate(zip(*asked, strict=True)):
        copy = known.copy(item, words.prepared(digest))
        if copy is not None:
            found[index] = copy
        advance(1)
    return found
