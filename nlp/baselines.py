"""Baselines: what a model must beat to be worth its upkeep. Each gives taggings like the model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from underthesea_core import TextClassifier

from corpus.records import Tagging
from nlp.document import Document
from nlp.errors import NlpError
from nlp.features import Floats
from nlp.keywords import Keywords
from nlp.labelled import Labelled

# A theme is given where a keyword of it stands in the title, or this often in the text.
_OFTEN = 3

_YES, _NO = "yes", "no"


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


def underthesea_classifier(
    train: Sequence[Labelled], labels: Floats, test: Sequence[Labelled], slugs: Sequence[str]
) -> list[Tagging]:
    """What underthesea offers for this: its Rust TF-IDF and linear SVM, set as its README does, one for each theme.

    Title and text go in as printed. Its confidence in "yes" is the score (the sigmoid of a distance, not calibrated);
    themes are given by its own predictions, primary is the one it is surest of. ``labels`` are 0/1, articles of
    ``train`` × ``slugs``. Not repeatable: which of the n-grams equally frequent at the limit of 20,000 are kept changes
    from run to run, and there is no seed. Measured on data/labelled (397 articles taught, 123 asked, five runs): scores
    move by up to 0.027, the themes of one article changed in one run. Raises ``NlpError`` for a theme with fewer than
    two examples for or against it.
    """
    texts, asked = [_text(row) for row in train], [_text(row) for row in test]
    scores = np.zeros((len(test), len(slugs)))
    given = np.zeros((len(test), len(slugs)), dtype=bool)
    for column, slug in enumerate(slugs):
        examples = int(labels[:, column].sum())
        if min(examples, len(train) - examples) < 2:
            raise NlpError(
                f"theme {slug!r} has {examples} examples among {len(train)} articles; underthesea's classifier is "
                "compared where there are at least two for it and two against it"
            )
        classifier = TextClassifier(max_features=20000, ngram_range=(1, 2))
        classifier.fit(texts, [_YES if value else _NO for value in labels[:, column]])
        for place, (answer, confidence) in enumerate(classifier.predict_with_scores(asked)):
            given[place, column] = answer == _YES
            # The score belongs to the answer; of two classes the other has the rest.
            scores[place, column] = confidence if answer == _YES else 1 - confidence
    taggings = []
    for chosen, row in zip(given, scores, strict=True):
        order = [index for index in np.argsort(-row, kind="stable") if chosen[index]]
        taggings.append(
            Tagging(
                by=f"baseline: underthesea_core {version('underthesea_core')} TextClassifier",
                themes=tuple(slugs[index] for index in order),
                primary=slugs[order[0]] if order else None,
                scores={slug: float(value) for slug, value in zip(slugs, row, strict=True)},
            )
        )
    return taggings


def _text(row: Labelled) -> str:
    return f"{row.title}\n{row.text}"
