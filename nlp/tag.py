"""Tagging: articles → the themes they are about, with probabilities and the sentences that carried each theme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from scipy.special import expit

from corpus.records import Segmentation, Tagging
from nlp.artefact import Artefact, load
from nlp.document import Document, read, segment_article, segment_articles
from nlp.explain import Explanation, explain, sentence_weights
from nlp.features import Features
from nlp.model import ThemeModel

MAX_EVIDENCE = 3
# A sentence is evidence beside the strongest one if it carried at least half as much.
_EVIDENCE_SHARE = 0.5
# The primary theme is the one the title is about (the guide), so the title is heard once more when it is chosen:
# primary accuracy 0.853 instead of 0.843 with the article alone, and 0.843 with the full weight.
_TITLE_AGAIN = 0.5


@dataclass(frozen=True)
class Tagger:
    """A loaded model that tags articles; ``by`` is the name and version that sign its taggings."""

    model: ThemeModel
    by: str
    notes: tuple[str, ...] = ()

    @classmethod
    def load(cls, path: Path) -> Tagger:
        """The tagger of the artefact in folder ``path``; raises ``ModelError`` as ``nlp.artefact.load`` does.

        ``notes`` are sentences for the person at the terminal (another version of scikit-learn, …); usually none.
        """
        return cls.of(load(path))

    @classmethod
    def of(cls, artefact: Artefact) -> Tagger:
        """The tagger of an artefact."""
        return cls(artefact.model, artefact.by, artefact.notes)

    def tag(self, title: str, text: str) -> Tagging:
        """The themes of one article; ``text`` is everything below the title, one paragraph a line."""
        return next(self.tag_many([(title, text)]))

    def tag_many(
        self, items: Iterable[tuple[str, str]], batch_size: int = 64, *, evidence: bool = True
    ) -> Iterator[Tagging]:
        """The themes of many articles, given as (title, text), in their order; memory holds one batch."""
        return self.tag_segmented(_segmented(items, batch_size), batch_size, evidence=evidence)

    def tag_segmented(
        self, items: Iterable[tuple[str, str, Segmentation]], batch_size: int = 64, *, evidence: bool = True
    ) -> Iterator[Tagging]:
        """As ``tag_many``, for articles with the segmentation that ``segment_article`` made of them before.

        Without ``evidence`` the taggings have none, and come about a half faster. Raises ``NlpError`` for a
        segmentation that is not of its article.
        """
        remaining = iter(items)
        while batch := list(islice(remaining, batch_size)):
            documents = [read(title, text, words, self.model.keywords) for title, text, words in batch]
            features = [self.model.features(document) for document in documents]
            taggings = _decide(self.model, documents, features, self.by)
            if not evidence:
                yield from taggings
                continue
            for document, taken, tagging in zip(documents, features, taggings, strict=True):
                yield replace(tagging, evidence=self._evidence(document, taken, tagging.themes))

    def explain(self, title: str, text: str, theme: str) -> Explanation:
        """What every sentence and word of an article put into the decision on ``theme``."""
        document = read(title, text, segment_article(title, text), self.model.keywords)
        return explain(self.model, document, theme)

    def evidence(self, title: str, text: str, themes: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """For each of ``themes``, given or not, the sentences of an article that speak most for it; often none."""
        document = read(title, text, segment_article(title, text), self.model.keywords)
        return self._evidence(document, self.model.features(document), themes)

    def _evidence(self, document: Document, features: Features, themes: Sequence[str]) -> dict[str, tuple[str, ...]]:
        return {
            theme: _strongest(document, *sentence_weights(self.model, document, features, theme)) for theme in themes
        }


def _segmented(items: Iterable[tuple[str, str]], batch_size: int) -> Iterator[tuple[str, str, Segmentation]]:
    remaining = iter(items)
    while batch := list(islice(remaining, batch_size)):
        for (title, text), words in zip(batch, segment_articles(batch), strict=True):
            yield title, text, words


def decide(model: ThemeModel, documents: Sequence[Document], by: str) -> list[Tagging]:
    """The taggings of ``documents`` without evidence: themes in order of probability, scores to four decimals."""
    return _decide(model, documents, [model.features(document) for document in documents], by)


def _decide(model: ThemeModel, documents: Sequence[Document], features: Sequence[Features], by: str) -> list[Tagging]:
    decisions = model.weigh(features)
    titles = model.decisions([Document(document.title, ()) for document in documents])
    mainly = decisions + _TITLE_AGAIN * np.where(np.isfinite(titles), titles, 0.0)
    probabilities = expit(decisions)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    taggings = []
    for scores, ranked, rank in zip(probabilities.tolist(), order.tolist(), mainly.tolist(), strict=True):
        given = [row for row in ranked if scores[row] >= model.thresholds[row]]
        taggings.append(
            Tagging(
                by=by,
                themes=tuple(model.themes[row] for row in given),
                primary=model.themes[max(given, key=lambda row: rank[row])] if given else None,
                scores={slug: round(score, 4) for slug, score in zip(model.themes, scores, strict=True)},
            )
        )
    return taggings


def _strongest(document: Document, title: Sequence[float], body: Sequence[float]) -> tuple[str, ...]:
    """The sentences that carried a theme, in reading order: from the text, from the title where none of those did."""
    for passages, weights in ((document.body, body), (document.title, title)):
        ranked = sorted(range(len(weights)), key=lambda index: -weights[index])[:MAX_EVIDENCE]
        if ranked and (best := weights[ranked[0]]) > 0:
            chosen = sorted(index for index in ranked if weights[index] >= _EVIDENCE_SHARE * best)
            return tuple(dict.fromkeys(passages[index].printed for index in chosen))
    return ()
