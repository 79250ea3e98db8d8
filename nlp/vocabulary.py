"""Vocabulary: the tokens a model has a weight for, and how rare each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST = 2
"""A token of one document alone says nothing."""
MOST = 0.5
"""A token of more than this share of the documents says nothing either."""


@dataclass(frozen=True)
class Vocabulary:
    """``words`` in the order of their columns, and the ``idf`` of each (inverse document frequency, above 0)."""

    words: tuple[str, ...]
    idf: Floats

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each token."""
        return {word: column for column, word in enumerate(self.words)}

    @classmethod
    def of(cls, counted: Sequence[Iterable[str]]) -> Vocabulary:
        """The vocabulary of documents, each given as its different tokens (or as counts of them), sorted."""
        seen = document_frequencies(counted)
        words = tuple(sorted(word for word, times in seen.items() if LEAST <= times <= MOST * len(counted)))
        frequencies = np.array([seen[word] for word in words], dtype=np.float64)
        return cls(words, inverse_frequencies(frequencies, len(counted)))


def document_frequencies(counted: Iterable[Iterable[str]]) -> Counter[str]:
    """How many of the documents hold each token."""
    seen: Counter[str] = Counter()
    for document in counted:
        # Of counts only the keys: a Counter given as it is would be added up.
        seen.update(document.keys() if isinstance(document, Mapping) else set(document))
    return seen


def inverse_frequencies(frequencies: Floats, documents: int) -> Floats:
    """scikit-learn's smooth IDF: as if one more document held every token once."""
    return np.asarray(np.log((1 + documents) / (1 + frequencies)) + 1, dtype=np.float64)
