"""Evaluation: a model beside its baselines, on labelled news it has not seen.

Folds never split a province, an outlet or a story; calibration and thresholds are chosen inside the training part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.records import Tagging
from nlp.artefact import Artefact
from nlp.background import Background
from nlp.baselines import keyword_rules, no_theme, plain_regression
from nlp.document import Document, read, segment_articles
from nlp.features import Floats
from nlp.keywords import Keywords
from nlp.labelled import Labelled, groups, read_labelled
from nlp.pipeline import FOLDS, fit, folds
from nlp.scores import Scores, score
from nlp.tag import decide


@dataclass(frozen=True)
class Labels:
    """Labelled articles made ready for a model: the rows, their documents, and 0/1 labels (articles × themes)."""

    rows: tuple[Labelled, ...]
    documents: tuple[Document, ...]
    values: Floats

    @property
    def taggings(self) -> list[Tagging]:
        """What people gave, in order."""
        return [row.tagging for row in self.rows]

    def only(self, indexes: Sequence[int]) -> Labels:
        """Those articles, in that order."""
        return Labels(
            tuple(self.rows[index] for index in indexes),
            tuple(self.documents[index] for index in indexes),
            self.values[list(indexes)],
        )

    def __add__(self, other: Labels) -> Labels:
        return Labels(self.rows + other.rows, self.documents + other.documents, np.vstack([self.values, other.values]))


@dataclass(frozen=True)
class Evaluation:
    """One comparison: on which articles, split how, with which seed, and the figures of every method."""

    dataset: str
    split: str
    seed: int | None
    scores: tuple[Scores, ...]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "dataset": self.dataset,
            "split": self.split,
            "seed": self.seed,
            "scores": [item.as_dict() for item in self.scores],
        }


def prepare(rows: Sequence[Labelled], keywords: Keywords) -> Labels:
    """``rows`` segmented and read; takes about a second for five hundred articles."""
    values = np.array(
        [[float(slug in row.tagging.themes) for slug in keywords.by_theme] for row in rows], dtype=np.float64
    ).reshape(len(rows), len(keywords.by_theme))
    segmented = segment_articles((row.title, row.text) for row in rows)
    documents = tuple(read(row.title, row.text, words, keywords) for row, words in zip(rows, segmented, strict=True))
    return Labels(tuple(rows), documents, values)


def evaluate(paths: Sequence[Path], artefact: Artefact) -> Evaluation:
    """A stored model beside keyword rules and no theme, on the labelled files ``paths``.

    Whether the model has seen those articles is for the caller to know: ``split`` says only that none were held out
    here. Raises ``LabelledError`` for a file that does not read.
    """
    model = artefact.model
    labels = prepare(read_labelled(paths, model.themes), model.keywords)
    scores = (
        score(artefact.by, labels.taggings, decide(model, labels.documents, artefact.by), model.themes),
        *_simple(labels, model.keywords),
    )
    return Evaluation(_names(paths), "all articles, by the stored model", None, scores)


def cross_validate(
    labels: Labels,
    keywords: Keywords,
    *,
    seed: int = 0,
    also: Labels | None = None,
    background: Background | None = None,
) -> list[Evaluation]:
    """Five folds by group: every article is tagged by a model that has not seen its group.

    ``also`` are further articles, folded together with ``labels``; the figures of the two are given apart.
    """
    everything = labels if also is None else labels + also
    taggings: dict[int, Tagging] = {}
    plain: dict[int, Tagging] = {}
    keys = groups(everything.rows)
    for train, test in folds(keys, seed):
        taught, held = everything.only(train), everything.only(test)
        within = [keys[index] for index in train]
        model = fit(taught.documents, taught.values, within, keywords, seed=seed, background=background)
        taggings |= zip(test, decide(model, held.documents, "model"), strict=True)
        plain |= zip(test, plain_regression(taught.rows, taught.values, held.rows, model.themes), strict=True)
    split = f"{FOLDS} folds by province, outlet and story; calibration and thresholds inside"
    if also is not None:
        split += f"; folds hold {_sources(labels)} and {_sources(also)} together"
    evaluations, start = [], 0
    for part in (labels,) if also is None else (labels, also):
        indexes = range(start, start + len(part.rows))
        given, simple = [taggings[index] for index in indexes], [plain[index] for index in indexes]
        evaluations.append(_compared(part, given, simple, keywords, split=split, seed=seed))
        start += len(part.rows)
    return evaluations


def transfer(
    taught: Labels, judged: Labels, keywords: Keywords, *, seed: int = 0, background: Background | None = None
) -> Evaluation:
    """Train on all of ``taught``, judge on all of ``judged``: how the model does on another kind of news."""
    model = fit(taught.documents, taught.values, groups(taught.rows), keywords, seed=seed, background=background)
    plain = plain_regression(taught.rows, taught.values, judged.rows, model.themes)
    given = decide(model, judged.documents, "model")
    return _compared(judged, given, plain, keywords, split=f"trained on all of {_sources(taught)}", seed=seed)


def _compared(
    labels: Labels, model: list[Tagging], plain: list[Tagging], keywords: Keywords, *, split: str, seed: int
) -> Evaluation:
    slugs = tuple(keywords.by_theme)
    scores = (
        score("model", labels.taggings, model, slugs),
        score("plain TF-IDF and logistic regression", labels.taggings, plain, slugs),
        *_simple(labels, keywords),
    )
    return Evaluation(_sources(labels), split, seed, scores)


def _simple(labels: Labels, keywords: Keywords) -> tuple[Scores, Scores]:
    slugs = tuple(keywords.by_theme)
    return (
        score("keyword rules", labels.taggings, keyword_rules(labels.documents, keywords), slugs),
        score("no theme", labels.taggings, no_theme(len(labels.rows)), slugs),
    )


def _sources(labels: Labels) -> str:
    return ", ".join(dict.fromkeys(row.tagging.by.removeprefix("hand:") for row in labels.rows))


def _names(paths: Sequence[Path]) -> str:
    return ", ".join(path.stem for path in paths)
