"""Evaluation: a model beside its baselines, on labelled news it has not seen.

Folds never split a province, an outlet or a story; calibration and thresholds are chosen inside the training part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from corpus.records import Tagging
from nlp.artefact import Artefact
from nlp.background import Background
from nlp.baselines import (
    NONE,
    PLAIN,
    RULES,
    UNDERTHESEA,
    keyword_rules,
    learnable,
    no_theme,
    plain_regression,
    underthesea_classifier,
)
from nlp.document import Document, read, segment_articles
from nlp.features import Floats
from nlp.keywords import Keywords
from nlp.labelled import Labelled, groups, read_labelled
from nlp.pipeline import FOLDS, fit, folds
from nlp.scores import Scores, score
from nlp.tag import decide

Advance = Callable[[int], object]
"""Told how many steps of long work are done."""


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

    def as_dict(self, least: int | None = None) -> dict[str, Any]:
        """Ready for JSON; with ``least`` also macro F1 over the themes with at least so many labels."""
        return {
            "dataset": self.dataset,
            "split": self.split,
            "seed": self.seed,
            "scores": [
                item.as_dict()
                | ({} if least is None else {"least": least, "macro_f1_least": round(item.macro_f1_from(least), 4)})
                for item in self.scores
            ],
        }


_TOGETHER = 64
"""Articles segmented at once: enough to be fast, few enough to tell how far it is."""


def prepare(rows: Sequence[Labelled], keywords: Keywords, advance: Advance | None = None) -> Labels:
    """``rows`` segmented and read; about a second for five hundred articles, each told to ``advance``."""
    values = np.array(
        [[float(slug in row.tagging.themes) for slug in keywords.by_theme] for row in rows], dtype=np.float64
    ).reshape(len(rows), len(keywords.by_theme))
    documents: list[Document] = []
    for start in range(0, len(rows), _TOGETHER):
        some = rows[start : start + _TOGETHER]
        segmented = segment_articles((row.title, row.text) for row in some)
        documents += (read(row.title, row.text, words, keywords) for row, words in zip(some, segmented, strict=True))
        if advance is not None:
            advance(len(some))
    return Labels(tuple(rows), tuple(documents), values)


def evaluate(paths: Sequence[Path], artefact: Artefact, taught: Labels | None = None) -> Evaluation:
    """A stored model beside its baselines, on the labelled files ``paths``.

    Keyword rules and no theme stand beside it, and, taught with ``taught``, the plain pipeline and underthesea's
    classifier; stories of ``taught`` that are in ``paths`` too are left out of their teaching. Whether the model has
    seen those articles is for the caller to know: ``split`` says only that none were held out here. Raises
    ``LabelledError`` for a file that does not read.
    """
    model = artefact.model
    return judge(artefact, prepare(read_labelled(paths, model.themes), model.keywords), taught)


def judge(artefact: Artefact, labels: Labels, taught: Labels | None = None) -> Evaluation:
    """As ``evaluate``, on labels made ready with the keywords of the model."""
    model = artefact.model
    split = "all articles, by the stored model"
    answers = {artefact.by: decide(model, labels.documents, artefact.by)}
    if taught is not None:
        taught, shared = _apart(taught, labels)
        if learnable(taught.values):
            answers |= _taught(taught, labels, model.themes, underthesea=True)
            split += f"; baselines taught {_sources(taught)}" + _left_out(shared)
        else:
            split += f"; no other article has enough labels to teach a baseline{_left_out(shared)}"
    return _compared(labels, answers, model.keywords, split=split, seed=None)


def cross_validate(
    labels: Labels,
    keywords: Keywords,
    *,
    seed: int = 0,
    also: Labels | Sequence[Labels] | None = None,
    background: Background | None = None,
    underthesea: bool = False,
    advance: Advance | None = None,
) -> list[Evaluation]:
    """Five folds by group: every article is tagged by a model that has not seen its group.

    ``also`` are further articles, folded together with ``labels``; the figures of each are given apart, those of
    ``labels`` first. With ``underthesea`` its classifier is another baseline, whose figures are not repeatable to the
    last digit. ``advance`` is told each fold done.
    """
    parts = [labels, *([also] if isinstance(also, Labels) else also or ())]
    everything = labels
    for part in parts[1:]:
        everything += part
    answers: dict[str, dict[int, Tagging]] = {}
    keys = groups(everything.rows)
    for train, test in folds(keys, seed):
        taught, held = everything.only(train), everything.only(test)
        within = [keys[index] for index in train]
        model = fit(taught.documents, taught.values, within, keywords, seed=seed, background=background)
        given = {"model": decide(model, held.documents, "model")}
        for method, taggings in (given | _taught(taught, held, model.themes, underthesea=underthesea)).items():
            answers.setdefault(method, {}).update(zip(test, taggings, strict=True))
        if advance is not None:
            advance(1)
    split = f"{FOLDS} folds by province, outlet and story; calibration and thresholds inside"
    if len(parts) > 1:
        split += f"; folds hold {' and '.join(map(_sources, parts))} together"
    evaluations, start = [], 0
    for part in parts:
        indexes = range(start, start + len(part.rows))
        own = {method: [taggings[index] for index in indexes] for method, taggings in answers.items()}
        evaluations.append(
            _compared(part, own, keywords, split=split, seed=seed, keys=[keys[index] for index in indexes])
        )
        start += len(part.rows)
    return evaluations


def transfer(
    taught: Labels,
    judged: Labels,
    keywords: Keywords,
    *,
    seed: int = 0,
    background: Background | None = None,
    underthesea: bool = False,
) -> Evaluation:
    """Train on all of ``taught``, judge on all of ``judged``: how the model does on another kind of news.

    Stories of ``taught`` that are in ``judged`` too are not learnt from; ``split`` says how many.
    """
    taught, shared = _apart(taught, judged)
    model = fit(taught.documents, taught.values, groups(taught.rows), keywords, seed=seed, background=background)
    answers = {"model": decide(model, judged.documents, "model")}
    answers |= _taught(taught, judged, model.themes, underthesea=underthesea)
    split = f"trained on all of {_sources(taught)}{_left_out(shared)}"
    return _compared(judged, answers, keywords, split=split, seed=seed)


def _apart(taught: Labels, judged: Labels) -> tuple[Labels, int]:
    """``taught`` without the stories that ``judged`` holds as well, and how many articles that were."""
    rows = taught.rows + judged.rows
    # Every row a group of its own, so that only a shared story joins them: a shared province is no leak here.
    keys = groups([replace(row, id=str(index), province=None, outlet=None) for index, row in enumerate(rows)])
    asked = set(keys[len(taught.rows) :])
    kept = [index for index in range(len(taught.rows)) if keys[index] not in asked]
    return taught.only(kept), len(taught.rows) - len(kept)


def _left_out(shared: int) -> str:
    return f" without {shared} of their articles, whose stories are judged here" if shared else ""


def _taught(taught: Labels, asked: Labels, slugs: Sequence[str], *, underthesea: bool) -> dict[str, list[Tagging]]:
    """The answers of the baselines that learn."""
    answers = {PLAIN: plain_regression(taught.documents, taught.values, asked.documents, slugs)}
    if underthesea:
        answers[UNDERTHESEA] = underthesea_classifier(taught.rows, taught.values, asked.rows, slugs)
    return answers


def _compared(
    labels: Labels,
    answers: dict[str, list[Tagging]],
    keywords: Keywords,
    *,
    split: str,
    seed: int | None,
    keys: Sequence[str] | None = None,
) -> Evaluation:
    slugs = tuple(keywords.by_theme)
    answers = answers | {RULES: keyword_rules(labels.documents, keywords), NONE: no_theme(len(labels.rows))}
    drawn = groups(labels.rows) if keys is None else keys
    scores = tuple(score(method, labels.taggings, given, slugs, drawn) for method, given in answers.items())
    return Evaluation(_sources(labels), split, seed, scores)


def _sources(labels: Labels) -> str:
    return ", ".join(dict.fromkeys(row.tagging.by.removeprefix("hand:") for row in labels.rows))
