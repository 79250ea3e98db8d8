"""Scores: taggings beside the labels of people, as figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corpus.records import Tagging

_BINS = 10


@dataclass(frozen=True, slots=True)
class ThemeScore:
    """One theme: precision, recall and F1 in 0–1 (0 where nothing was given or labelled), ``support`` its labels."""

    theme: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, slots=True)
class Scores:
    """How well one method does on one set of articles; every share is in 0–1.

    ``macro_f1`` is the mean over the themes that have at least one label, ``micro_*`` count every (article, theme)
    alike, ``exact_match`` is the share of articles with exactly the labelled themes (none, where none is labelled),
    ``primary_accuracy`` the share of the articles with a primary theme whose primary was found, ``ece`` the expected
    calibration error over ten bins of all (article, theme) probabilities; None for a method without probabilities.
    """

    method: str
    articles: int
    macro_f1: float
    micro_precision: float
    micro_recall: float
    micro_f1: float
    exact_match: float
    primary_accuracy: float
    ece: float | None
    themes: tuple[ThemeScore, ...]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON, figures to four decimals."""
        value = asdict(self)
        value["themes"] = [_rounded(theme) for theme in value["themes"]]
        return _rounded(value)


def score(method: str, labelled: Sequence[Tagging], given: Sequence[Tagging], slugs: Sequence[str]) -> Scores:
    """The figures of the taggings ``given`` by ``method``, beside those ``labelled`` for the same articles in order."""
    pairs = list(zip(labelled, given, strict=True))
    themes = tuple(_theme(slug, pairs) for slug in slugs)
    right = sum(len({*truth.themes} & {*guess.themes}) for truth, guess in pairs)
    found, wanted = sum(len(guess.themes) for _, guess in pairs), sum(len(truth.themes) for truth, _ in pairs)
    scored = [theme.f1 for theme in themes if theme.support]
    with_primary = [(truth, guess) for truth, guess in pairs if truth.primary is not None]
    return Scores(
        method=method,
        articles=len(pairs),
        macro_f1=_share(sum(scored), len(scored)),
        micro_precision=_share(right, found),
        micro_recall=_share(right, wanted),
        micro_f1=_share(2 * right, found + wanted),
        exact_match=_share(sum({*truth.themes} == {*guess.themes} for truth, guess in pairs), len(pairs)),
        primary_accuracy=_share(
            sum(truth.primary == guess.primary for truth, guess in with_primary), len(with_primary)
        ),
        ece=_calibration_error(pairs, slugs) if all(guess.scores for guess in given) else None,
        themes=themes,
    )


def _theme(slug: str, pairs: Sequence[tuple[Tagging, Tagging]]) -> ThemeScore:
    right = sum(slug in truth.themes and slug in guess.themes for truth, guess in pairs)
    wanted = sum(slug in truth.themes for truth, _ in pairs)
    found = sum(slug in guess.themes for _, guess in pairs)
    return ThemeScore(slug, _share(right, found), _share(right, wanted), _share(2 * right, found + wanted), wanted)


def _calibration_error(pairs: Sequence[tuple[Tagging, Tagging]], slugs: Sequence[str]) -> float:
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for truth, guess in pairs:
        for slug in slugs:
            probability = guess.scores[slug]
            bins[min(_BINS - 1, int(probability * _BINS))].append((probability, slug in truth.themes))
    total = len(pairs) * len(slugs)
    return sum(abs(sum(p for p, _ in held) - sum(true for _, true in held)) / total for held in bins if held)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _rounded(value: dict[str, Any]) -> dict[str, Any]:
    return {key: round(item, 4) if isinstance(item, float) else item for key, item in value.items()}
