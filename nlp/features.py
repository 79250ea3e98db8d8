"""Features: a document as numbers that all come from countable things in its sentences.

- TF-IDF of words and keyword phrases (logarithmic counts, unit length), the title counted ``TITLE_WEIGHT`` times;
- for each theme three signals from its own keywords: whether one stands in the title, how many different ones the
  article has, how dense they are in the text.

Because the model is linear in them, a sentence's share in a decision is exact: see ``nlp.explain``.

Measured by grouped five-fold cross-validation over our labelled news and 320 real articles (mean average precision,
ours / real): words alone 0.914 / 0.723; with phrases 0.919 / 0.753; with the signals as well 0.936 / 0.814. Title
counted once 0.912 / 0.721, five times 0.913 / 0.720; word bigrams 0.901 / 0.704; raw counts 0.876 / 0.659.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp.document import Document, Passage
from nlp.keywords import Keywords
from nlp.vocabulary import Vocabulary

TITLE_WEIGHT = 3
SIGNALS = ("title", "variety", "density")
"""The keyword signals of a theme, in the order of their columns."""

# The signals are on the scale of a strong word's TF-IDF: 0.2 and 0.4 were measured slightly worse.
_SIGNAL_SCALE = 0.3
_FEW = 6
MARK = "#"
"""Tells a keyword phrase from a word; no word begins with it."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Features:
    """One document as the model weighs it.

    Of the known ``tokens`` the ``columns`` in the vocabulary, the ``times`` each was counted and its ``values``
    (TF-IDF); ``signals``: themes × ``SIGNALS``; ``is_empty``: whether there was not one word to read.
    """

    tokens: list[str]
    columns: NDArray[np.int32]
    times: Floats
    values: Floats
    signals: Floats
    is_empty: bool


def tokens(passage: Passage) -> list[str]:
    """What is counted in a passage: its words, and its keyword phrases with a mark."""
    return [*passage.words, *(MARK + phrase for phrase in passage.phrases)]


def counts(document: Document) -> Counter[str]:
    """How often each token stands in the document, the title counted ``TITLE_WEIGHT`` times."""
    total: Counter[str] = Counter()
    for passage in document.title:
        for token in tokens(passage):
            total[token] += TITLE_WEIGHT
    for passage in document.body:
        total.update(passage.words)
        if passage.phrases:
            total.update(MARK + phrase for phrase in passage.phrases)
    return total


def token_strings(documents: Iterable[Document]) -> Iterator[str]:
    """The documents as scikit-learn's vectorisers read them: tokens parted by blanks."""
    return (" ".join(counts(document).elements()) for document in documents)


def features_of(document: Document, vocabulary: Vocabulary, keywords: Keywords) -> Features:
    """The features of a document under a vocabulary.

    Values have unit length together, except where fewer than ``_FEW`` different tokens are known: those are shorter in
    proportion, or one word alone (``Tin trong ngày``: only *tin*) would speak as loudly as a whole article.
    """
    counted, column_of = counts(document), vocabulary.columns
    known = [token for token in counted if token in column_of]
    columns = np.array([column_of[token] for token in known], dtype=np.int32)
    times = np.array([counted[token] for token in known], dtype=np.float64)
    values = (np.log(times) + 1) * vocabulary.idf[columns]
    if known:
        values *= min(1.0, len(known) / _FEW) / math.sqrt(float(np.square(values).sum()))
    return Features(known, columns, times, values, _signals(document, keywords), document.is_empty)


def word_matrix(features: Sequence[Features], width: int) -> csr_matrix:
    """The values of many documents: documents × ``width``, the length of the vocabulary."""
    ends = np.cumsum([0, *(len(one.columns) for one in features)], dtype=np.int32)
    columns = np.concatenate([one.columns for one in features]) if features else np.zeros(0, dtype=np.int32)
    values = np.concatenate([one.values for one in features]) if features else np.zeros(0)
    return csr_matrix((values, columns, ends), shape=(len(features), width))


def signal_array(features: Sequence[Features], themes: int) -> Floats:
    """The signals of many documents: documents × themes × ``SIGNALS``, each value from 0 to about 0.4."""
    stacked = np.array([one.signals for one in features], dtype=np.float64)
    return stacked.reshape(len(features), themes, len(SIGNALS))


def _signals(document: Document, keywords: Keywords) -> Floats:
    result = np.zeros((len(keywords.by_theme), len(SIGNALS)))
    title = [phrase for passage in document.title for phrase in passage.phrases]
    body = [phrase for passage in document.body for phrase in passage.phrases]
    if not title and not body:
        return result
    # Short teasers must not look dense by having few words: under fifty words count as fifty.
    length = max(50, sum(len(passage.words) for passage in document.body))
    in_title = Counter(slug for phrase in title for slug in keywords.themes_of(phrase))
    in_body = Counter(slug for phrase in body for slug in keywords.themes_of(phrase))
    different = Counter(slug for phrase in {*title, *body} for slug in keywords.themes_of(phrase))
    for row, slug in enumerate(keywords.by_theme):
        if different[slug]:
            result[row] = (
                _SIGNAL_SCALE * min(1, in_title[slug]),
                _SIGNAL_SCALE * math.log1p(different[slug]) / 2,
                _SIGNAL_SCALE * min(3.0, 100 * in_body[slug] / length) / 3,
            )
    return result
