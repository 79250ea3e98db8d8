"""Explanations: what each sentence and each word put into a decision, exactly.

The model is linear, so a decision is the sum of its features' contributions; a feature's contribution is shared among
the places where it was counted. Sentences (or words) and the bias add up to the decision.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.document import Document, Passage
from nlp.features import MARK, TITLE_WEIGHT, Features, tokens
from nlp.model import ThemeModel


@dataclass(frozen=True)
class Explanation:
    """Contributions to the calibrated log odds of one theme.

    ``title`` and ``body`` hold every sentence in order, as printed; ``words`` every word and keyword phrase that
    counted, the strongest first.
    """

    theme: str
    bias: float
    title: tuple[tuple[str, float], ...]
    body: tuple[tuple[str, float], ...]
    words: tuple[tuple[str, float], ...]

    @property
    def decision(self) -> float:
        """The log odds that all contributions add up to."""
        return self.bias + sum(value for _, value in self.title + self.body)


def explain(model: ThemeModel, document: Document, theme: str) -> Explanation:
    """How ``model`` came to its decision on ``theme`` for ``document``."""
    row = model.themes.index(theme)
    features = model.features(document)
    each = _per_occurrence(model, features, row)
    signals = _signal_shares(model, document, features, row)
    parts: list[list[tuple[str, float]]] = []
    words: defaultdict[str, float] = defaultdict(float)
    for passages, in_title in ((document.title, True), (document.body, False)):
        sums = []
        for passage in passages:
            total = 0.0
            for token, value in _contributions(passage, in_title, each, signals):
                total += value
                words[token.removeprefix(MARK)] += value
            sums.append((passage.printed, total))
        parts.append(sums)
    strongest = sorted(words.items(), key=lambda item: (-abs(item[1]), item[0]))
    return Explanation(theme, float(model.bias[row]), tuple(parts[0]), tuple(parts[1]), tuple(strongest))


def sentence_weights(
    model: ThemeModel, document: Document, features: Features, theme: str
) -> tuple[list[float], list[float]]:
    """What each sentence of the title, and each of the text, put into the decision: those of ``explain``, in order.

    ``features`` are the model's of this document. Several times as fast as ``explain``, for evidence of many articles.
    """
    row = model.themes.index(theme)
    each = _per_occurrence(model, features, row)
    signals = _signal_shares(model, document, features, row)
    title, body = (
        [sum((value for _, value in _contributions(passage, in_title, each, signals)), 0.0) for passage in passages]
        for passages, in_title in ((document.title, True), (document.body, False))
    )
    return title, body


def _contributions(
    passage: Passage, in_title: bool, each: dict[str, float], signals: dict[tuple[bool, str], float]
) -> Iterator[tuple[str, float]]:
    for token in tokens(passage):
        value = each.get(token, 0.0) * (TITLE_WEIGHT if in_title else 1)
        if token.startswith(MARK):
            value += signals.get((in_title, token.removeprefix(MARK)), 0.0)
        if value:
            yield token, value


def _per_occurrence(model: ThemeModel, features: Features, row: int) -> dict[str, float]:
    """What one counted occurrence of each token of the vocabulary contributes."""
    values = features.values * model.words[row, features.columns] / features.times
    return dict(zip(features.tokens, values.tolist(), strict=True))


def _signal_shares(
    model: ThemeModel, document: Document, features: Features, row: int
) -> dict[tuple[bool, str], float]:
    """What one occurrence of a keyword of the theme adds through the signals, by (in the title, phrase)."""
    theme = model.themes[row]
    title_value, variety, density = (features.signals[row] * model.signals[row]).tolist()
    title, body = (
        Counter(
            phrase for passage in passages for phrase in passage.phrases if theme in model.keywords.themes_of(phrase)
        )
        for passages in (document.title, document.body)
    )
    different = {*title, *body}
    shares = {}
    for place, found in ((True, title), (False, body)):
        for phrase in found:
            share = variety / len(different) / (title[phrase] + body[phrase])
            share += title_value / title.total() if place else density / body.total()
            shares[place, phrase] = share
    return shares
