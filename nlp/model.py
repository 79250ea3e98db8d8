"""The fitted model: what it holds, and what it decides. ``nlp.pipeline`` makes one; nothing here needs scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit

from nlp.document import Document
from nlp.features import Features, Floats, features_of, signal_array, word_matrix
from nlp.keywords import Keywords
from nlp.vocabulary import Vocabulary


@dataclass(frozen=True)
class ThemeModel:
    """A fitted model. ``themes`` are slugs in order; arrays have one row a theme.

    ``words``: themes × vocabulary, ``signals``: themes × ``SIGNALS``, ``bias``: themes, all calibrated: a decision is
    ``x·words + s·signals + bias`` and its sigmoid the probability. ``thresholds``: themes, in 0–1.
    """

    themes: tuple[str, ...]
    keywords: Keywords
    vocabulary: Vocabulary
    words: Floats
    signals: Floats
    bias: Floats
    thresholds: Floats

    @cached_property
    def _by_word(self) -> Floats:
        # A sparse product reads it row by row; turned anew for every batch it would cost more than the product.
        return np.ascontiguousarray(self.words.T)

    def features(self, document: Document) -> Features:
        """The document as this model weighs it."""
        return features_of(document, self.vocabulary, self.keywords)

    def weigh(self, features: Sequence[Features]) -> Floats:
        """Calibrated log odds, documents × themes; a document without a word has minus infinity everywhere."""
        result = np.asarray(word_matrix(features, len(self.vocabulary.words)) @ self._by_word) + self.bias
        result += (signal_array(features, len(self.themes)) * self.signals).sum(axis=2)
        result[[one.is_empty for one in features]] = -np.inf
        return np.asarray(result, dtype=np.float64)

    def decisions(self, documents: Sequence[Document]) -> Floats:
        """``weigh`` of documents whose features were not taken yet."""
        return self.weigh([self.features(document) for document in documents])

    def probabilities(self, documents: Sequence[Document]) -> Floats:
        """Calibrated probabilities in 0–1, documents × themes."""
        return np.asarray(expit(self.decisions(documents)), dtype=np.float64)
