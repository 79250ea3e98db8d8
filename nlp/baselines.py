"""Baselines: what a model must beat to be worth its upkeep. Each gives taggings like the model's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
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

PLAIN = "plain TF-IDF and logistic regression"
RULES = "keyword rules"
NONE = "no theme"
UNDERTHESEA = "underthesea TextClassifier"

# A theme is given where a keyword of it stands in the title, or this many different ones anywhere. Of fourteen rules
# tried (title; one to six occurrences; two to four different ones; the lead) this is the best on our 910 stories
# (macro F1 0.690; three occurrences 0.631) and on 320 real articles (0.568; 0.507): the baseline that is hard to beat.
_DIFFERENT = 2

_YES, _NO = "yes", "no"


def no_theme(count: int) -> list[Tagging]:
    """The most frequent answer, no theme, for every article."""
    return [Tagging(by=f"baseline: {NONE}", themes=(), primary=None)] * count


def keyword_rules(documents: Sequence[Document], keywords: Keywords) -> list[Tagging]:
    """A theme where a keyword of it is in the title, or two different ones are in the article; primary has the most.

    The keywords are those of themes.toml, written from the labelling guide. They state no probability.
    """
    taggings = []
    for document in documents:
        title, body = (
            [phrase for passage in part for phrase in passage.phrases] for part in (document.title, document.body)
        )
        in_title, in_body = _by_theme(title, keywords), _by_theme(body, keywords)
        different = _by_theme({*title, *body}, keywords)
        given = tuple(slug for slug in keywords.by_theme if in_title[slug] or different[slug] >= _DIFFERENT)
        primary = max(given, key=lambda slug: (in_title[slug], in_body[slug])) if given else None
        taggings.append(Tagging(by=f"baseline: {RULES}", themes=given, primary=primary))
    return taggings


def _by_theme(phrases: Iterable[str], keywords: Keywords) -> Counter[str]:
    return Counter(slug for phrase in phrases for slug in keywords.themes_of(phrase))


def plain_regression(
    train: Sequence[Document], labels: Floats, test: Sequence[Document], slugs: Sequence[str]
) -> list[Tagging]:
    """What one writes first: TF-IDF of segmented words, balanced logistic regression, as scikit-learn sets it, at 0.5.

    Words, because they beat syllables on few labels. Balanced, because otherwise it gives nothing a theme, which is
    another baseline. ``labels`` are 0/1, articles of ``train`` × ``slugs``. Raises ``NlpError`` for a theme without an
    example for or against it.
    """
    _require(labels, slugs, 1)
    not_blank = r"\S+"
    chain = make_pipeline(
        TfidfVectorizer(token_pattern=not_blank),
        OneVsRestClassifier(LogisticRegression(class_weight="balanced", max_iter=1000)),
    )
    chain.fit([_words(document) for document in train], labels)
    taggings = []
    for row in chain.predict_proba([_words(document) for document in test]):
        given = [index for index in np.argsort(-row, kind="stable") if row[index] >= 0.5]
        taggings.append(
            Tagging(
                by=f"baseline: {PLAIN}",
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
    _require(labels, slugs, 2)
    for column in range(len(slugs)):
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


def learnable(labels: Floats) -> bool:
    """Whether every baseline can learn from these 0/1 labels: two examples for and two against each theme."""
    return len(labels) > 0 and bool((np.minimum(labels.sum(axis=0), (1 - labels).sum(axis=0)) >= 2).all())


def _require(labels: Floats, slugs: Sequence[str], least: int) -> None:
    for slug, given in zip(slugs, labels.sum(axis=0), strict=True):
        if min(given, len(labels) - given) < least:
            raise NlpError(
                f"theme {slug!r} has {int(given)} examples among {len(labels)} articles; this baseline is compared "
                f"where there are at least {least} for it and {least} against it"
            )


def _words(document: Document) -> str:
    return " ".join(word for passage in document.title + document.body for word in passage.words)


def _text(row: Labelled) -> str:
    return f"{row.title}\n{row.text}"
