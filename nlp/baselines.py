"""Baselines: what a model must beat to be worth its upkeep. Each gives taggings like the model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline

from corpus.records import Tagging
from nlp.document import Document
from nlp.features import Floats
from nlp.keywords import Keywords
from nlp.labelled import Labelled

# A theme is given where a keyword of it stands in the title, or this often in the text.
_OFTEN = 3


def no_theme(count: int) -> list[Tagging]:
    """The most frequent answer, no theme, for every article."""
    return [Tagging(by="baseline: no theme", themes=(), primary=None)] * count


def keyword_rules(documents: Sequence[Document], keywords: Keywords) -> list[Tagging]:
    """A theme where a keyword of it is in the title, or three occurrences are in the text; primary has the most."""
    taggings = []
    for document in documents:
        title, body = (
            Counter(slug for passage in part for phrase in passage.phrases for slug in keywords.themes_of(phrase))
            for part in (document.title, document.body)
        )
        given = tuple(slug for slug in keywords.by_theme if title[slug] or body[slug] >= _OFTEN)
        primary = max(given, key=lambda slug: (title[slug], body[slug])) if given else None
        taggings.append(Tagging(by="baseline: keyword rules", themes=given, primary=primary))
    return taggings


def plain_regression(
    train: Sequence[Labelled], labels: Floats, test: Sequence[Labelled], slugs: Sequence[str]
) -> list[Tagging]:
    """What one writes first: TF-IDF of syllables, balanced logistic regression, all as scikit-learn sets it, at 0.5.

    Balanced, because otherwise it gives nothing a theme, which is the other baseline. ``labels`` are 0/1, articles of
    ``train`` × ``slugs``.
    """
    chain = make_pipeline(
        TfidfVectorizer(), OneVsRestClassifier(LogisticRegression(class_weight="balanced", max_iter=1000))
    )
    chain.fit([_text(row) for row in train], labels)
    taggings = []
    for row in chain.predict_proba([_text(row) for row in test]):
        given = [index for index in np.argsort(-row, kind="stable") if row[index] >= 0.5]
        taggings.append(
            Tagging(
                by="baseline: plain TF-IDF and logistic regression",
                themes=tuple(slugs[index] for index in given),
                primary=slugs[given[0]] if given else None,
                scores={slug: float(value) for slug, value in zip(slugs, row, strict=True)},
            )
        )
    return taggings


def _text(row: Labelled) -> str:
    return f"{row.title}\n{row.text}"
