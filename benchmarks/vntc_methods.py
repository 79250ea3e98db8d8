"""The classifiers that are compared on VNTC, each taught from texts that stream past and asked in batches.

- ``Ours``: words of our segmenter, TF-IDF with logarithmic counts, a linear model. Which linear model, how strongly
  regularised, and whether pairs of words help is chosen on a part of the training texts, never on the test.
- ``Readme``: what the VNTC play of underthesea's README figure sets: TF-IDF of syllables and pairs of them in at most
  half of the texts, scikit-learn's LinearSVC as it comes. Its vocabulary has some millions: on 33,759
  made-up texts of 414 words the process peaked at 2.9 GB, the others below 1.5 GB.
- ``Rust``: underthesea_core's TextClassifier as its documentation sets it. It takes its training texts as one list.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.feature_selection import chi2
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import accuracy_score
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits
from underthesea_core import TextClassifier

BATCH = 1000


class Method(Protocol):
    """A classifier that is compared."""

    def fit(self, texts: Iterable[str], topics: Sequence[str]) -> None:
        """Learn the topics of ``texts``."""

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The topic of each text."""


def predict_all(method: Method, texts: Iterable[str], advance: Callable[[int], None] = lambda _: None) -> list[str]:
    """The topic of each text, asked in batches of ``BATCH``."""
    stream: Iterator[str] = iter(texts)
    answers: list[str] = []
    while batch := list(islice(stream, BATCH)):
        answers += method.predict(batch)
        advance(len(batch))
    return answers


@dataclass(frozen=True, slots=True)
class Recipe:
    """One setting of ``Ours``: pairs of words kept (0 is words only), the linear model, its strength.

    ``strength`` is the penalty (alpha) of ``sgd``, logistic loss by stochastic gradient descent, and the inverse
    penalty (C) of ``svc``, LinearSVC.
    """

    pairs: int
    learner: str
    strength: float

    def __str__(self) -> str:
        features = f"words and {self.pairs:,} pairs" if self.pairs else "words"
        name = "SGD log-loss, alpha" if self.learner == "sgd" else "LinearSVC, C"
        return f"{features}, {name} {self.strength:g}"

    def learner_new(self) -> Any:
        """The linear model, not yet fitted; seeded."""
        if self.learner == "sgd":
            return SGDClassifier(loss="log_loss", alpha=self.strength, random_state=0)
        return LinearSVC(C=self.strength, random_state=0)


# Simplest first: of recipes that are level the first is taken.
RECIPES = tuple(
    Recipe(pairs, learner, strength)
    for pairs in (0, 100_000, 300_000)
    for learner, strength in (("sgd", 1e-5), ("sgd", 5e-5), ("svc", 0.3), ("svc", 1.0))
)

# Hashed, so that the pairs of 34,000 texts (some millions) need no vocabulary in memory.
_BUCKETS = 2**22
_MIN_TEXTS = 2


def _hashed(texts: Iterable[str], length: int) -> csr_matrix:
    hasher = HashingVectorizer(
        tokenizer=str.split,
        token_pattern=None,
        lowercase=False,
        ngram_range=(length, length),
        n_features=_BUCKETS,
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    return csr_matrix(hasher.transform(texts))


class Features:
    """Counts → TF-IDF of the words and of the pairs that say most about the topic (chi², on the training texts)."""

    def __init__(self, pairs: int) -> None:
        self._pairs = pairs

    def fit(self, words: csr_matrix, pairs: csr_matrix | None, topics: Sequence[str]) -> csr_matrix:
        """Choose the columns and weigh them; the training texts × features."""
        self._columns = [_in_several(words)]
        if pairs is not None:
            several = _in_several(pairs)
            if len(several) > self._pairs:
                worth = chi2(pairs[:, several], topics)[0]
                several = np.sort(several[np.argsort(-worth, kind="stable")[: self._pairs]])
            self._columns.append(several)
        counts = self._chosen(words, pairs)
        self._weights = TfidfTransformer(sublinear_tf=True).fit(counts)
        return csr_matrix(self._weights.transform(counts))

    def transform(self, words: csr_matrix, pairs: csr_matrix | None) -> csr_matrix:
        """Texts × features."""
        return csr_matrix(self._weights.transform(self._chosen(words, pairs)))

    def _chosen(self, words: csr_matrix, pairs: csr_matrix | None) -> csr_matrix:
        parts = [words] if pairs is None else [words, pairs]
        return csr_matrix(hstack([part[:, columns] for part, columns in zip(parts, self._columns, strict=True)]))


def _in_several(counts: csr_matrix) -> Any:
    return np.flatnonzero(np.asarray(counts.getnnz(axis=0)) >= _MIN_TEXTS)


@dataclass(frozen=True, slots=True)
class Choice:
    """One recipe tried on held-out training texts: accuracy (0–1), and the seconds it took to fit."""

    recipe: Recipe
    accuracy: float
    seconds: float


def choose(
    texts: Iterable[str], topics: Sequence[str], inner: Sequence[int], held: Sequence[int], recipes: Sequence[Recipe]
) -> list[Choice]:
    """Every recipe taught with the training texts ``inner`` and asked ``held`` (indexes), best first."""
    words, pairs = _both(texts, any(recipe.pairs for recipe in recipes))
    known, truth = [topics[index] for index in inner], [topics[index] for index in held]
    tried: list[Choice] = []
    for kept in dict.fromkeys(recipe.pairs for recipe in recipes):
        started = time.perf_counter()
        own = pairs if kept else None
        features = Features(kept)
        taught = features.fit(words[inner], None if own is None else own[inner], known)
        asked = features.transform(words[held], None if own is None else own[held])
        shared = time.perf_counter() - started
        for recipe in (one for one in recipes if one.pairs == kept):
            started = time.perf_counter()
            with threadpool_limits(1):
                answers = recipe.learner_new().fit(taught, known).predict(asked)
            seconds = shared + time.perf_counter() - started
            tried.append(Choice(recipe, float(accuracy_score(truth, answers)), seconds))
    return sorted(tried, key=lambda one: -one.accuracy)


def _both(texts: Iterable[str], with_pairs: bool) -> tuple[csr_matrix, csr_matrix | None]:
    """Counts of words, and of pairs where they are asked for; the texts are read once, in batches."""
    stream = iter(texts)
    words: list[csr_matrix] = []
    pairs: list[csr_matrix] = []
    while batch := list(islice(stream, BATCH)):
        words.append(_hashed(batch, 1))
        if with_pairs:
            pairs.append(_hashed(batch, 2))
    return _stacked(words), _stacked(pairs) if with_pairs else None


def _stacked(parts: list[csr_matrix]) -> csr_matrix:
    return csr_matrix(vstack(parts)) if len(parts) > 1 else parts[0]


class Ours:
    """Words of our segmenter (texts come segmented, words parted by blanks) under one recipe."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def fit(self, texts: Iterable[str], topics: Sequence[str]) -> None:
        """Learn the topics of ``texts``."""
        words, pairs = _both(texts, bool(self.recipe.pairs))
        self._features = Features(self.recipe.pairs)
        with threadpool_limits(1):
            self._learner = self.recipe.learner_new().fit(self._features.fit(words, pairs, topics), topics)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The topic of each text."""
        return [
            str(topic)
            for topic in self._learner.predict(self._features.transform(*_both(texts, bool(self.recipe.pairs))))
        ]


class Readme:
    """TF-IDF of syllables and pairs of them, LinearSVC: the configuration behind underthesea's 92.8."""

    def fit(self, texts: Iterable[str], topics: Sequence[str]) -> None:
        """Learn the topics of ``texts``."""
        self._vectoriser = TfidfVectorizer(ngram_range=(1, 2), max_df=0.5)
        self._learner = LinearSVC(random_state=0).fit(self._vectoriser.fit_transform(texts), topics)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The topic of each text."""
        return [str(topic) for topic in self._learner.predict(self._vectoriser.transform(texts))]


class Rust:
    """underthesea_core's TextClassifier as its documentation sets it; not repeatable to the last text."""

    def fit(self, texts: Iterable[str], topics: Sequence[str]) -> None:
        """Learn the topics of ``texts``."""
        self._classifier = TextClassifier(max_features=20000, ngram_range=(1, 2))
        self._classifier.fit(list(texts), list(topics))

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The topic of each text."""
        return [str(topic) for topic in self._classifier.predict_batch(list(texts))]
