"""Scores: taggings beside the labels of people, as figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from corpus.records import Tagging

Floats = NDArray[np.float64]

CONFIDENCES = (0.5, 0.6, 0.7, 0.8, 0.9)
"""Below each of these an article counts as not decided in ``Scores.abstaining``."""

_BINS = 10
_RESAMPLES = 1000
_INTERVAL = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class ThemeScore:
    """One theme: precision, recall and F1 in 0–1 (0 where nothing was given or labelled), ``support`` its labels.

    ``f1_low`` and ``f1_high`` bound F1 (95 % percentile bootstrap, see ``score``). ``average_precision`` is the area
    under precision and recall, ``ece`` the expected calibration error over ten bins; None without probabilities, the
    former also without labels.
    """

    theme: str
    precision: float
    recall: float
    f1: float
    support: int
    f1_low: float = 0.0
    f1_high: float = 0.0
    average_precision: float | None = None
    ece: float | None = None


@dataclass(frozen=True, slots=True)
class Reliability:
    """The probabilities between two tenths: their mean, the share that was right, and how many there were."""

    stated: float
    observed: float
    count: int


@dataclass(frozen=True, slots=True)
class Abstention:
    """If only articles are tagged whose least sure decision has this confidence: their share, and of them exact."""

    confidence: float
    coverage: float
    exact_match: float


@dataclass(frozen=True, slots=True)
class Scores:
    """How well one method does on one set of articles; every share is in 0–1.

    ``macro_f1`` is the mean over the themes that have at least one label, ``micro_*`` count every (article, theme)
    alike, ``exact_match`` is the share of articles with exactly the labelled themes (none, where none is labelled),
    ``primary_accuracy`` the share of the articles with a primary theme whose primary was found, ``ece`` the expected
    calibration error over ten bins of all (article, theme) probabilities, ``reliability`` those bins; None and empty
    for a method without probabilities. ``macro_f1_low`` and ``macro_f1_high`` are a 95 % percentile bootstrap over
    ``groups`` groups of articles, over single articles where that is None.
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
    macro_f1_low: float = 0.0
    macro_f1_high: float = 0.0
    reliability: tuple[Reliability, ...] = ()
    abstaining: tuple[Abstention, ...] = ()
    groups: int | None = None

    @property
    def worst(self) -> ThemeScore | None:
        """The theme with the lowest F1 among those with a label; None where there is none."""
        return min((theme for theme in self.themes if theme.support), key=lambda theme: theme.f1, default=None)

    @property
    def worst_theme(self) -> float:
        """The F1 of the theme that is found worst among those with a label; 0 where there is none."""
        return 0.0 if self.worst is None else self.worst.f1

    @property
    def macro_average_precision(self) -> float | None:
        """The mean average precision over the themes with a label; None without probabilities or labels."""
        ranked = [theme.average_precision for theme in self.themes if theme.average_precision is not None]
        return sum(ranked) / len(ranked) if ranked else None

    def macro_f1_from(self, support: int) -> float:
        """Macro F1 over the themes with at least ``support`` labels; 0 where there is none."""
        scored = [theme.f1 for theme in self.themes if theme.support >= support]
        return _share(sum(scored), len(scored))

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON, figures to four decimals."""
        return {
            **_rounded(asdict(self)),
            "worst_theme": round(self.worst_theme, 4),
            "macro_average_precision": _rounded(self.macro_average_precision),
        }


def score(
    method: str,
    labelled: Sequence[Tagging],
    given: Sequence[Tagging],
    slugs: Sequence[str],
    groups: Sequence[str] | None = None,
) -> Scores:
    """The figures of the taggings ``given`` by ``method``, beside those ``labelled`` for the same articles in order.

    The bootstrap draws whole ``groups`` (a key for each article): articles of one outlet or story succeed and fail
    together, so drawing them singly gives bounds that are too narrow. Without groups, or where all articles are one
    group, it draws articles.
    """
    pairs = list(zip(labelled, given, strict=True))
    truth, found = _matrix([one for one, _ in pairs], slugs), _matrix([one for _, one in pairs], slugs)
    right = truth * found
    stated = (
        np.array([[guess.scores[slug] for slug in slugs] for guess in given], dtype=np.float64)
        if given and all(guess.scores for guess in given)
        else None
    )
    count = len(set(groups)) if groups is not None else 0
    drawn = _resampled(right, found, truth, groups if count > 1 else None)
    themes = tuple(_theme(column, slug, right, found, truth, stated, drawn) for column, slug in enumerate(slugs))
    with_primary = [(one, other) for one, other in pairs if one.primary is not None]
    exact = (truth == found).all(axis=1)
    low, high = _macro_bounds(drawn)
    return Scores(
        method=method,
        articles=len(pairs),
        macro_f1=_share(sum(theme.f1 for theme in themes), sum(theme.support > 0 for theme in themes)),
        micro_precision=_share(right.sum(), found.sum()),
        micro_recall=_share(right.sum(), truth.sum()),
        micro_f1=_share(2 * right.sum(), found.sum() + truth.sum()),
        exact_match=_share(exact.sum(), len(pairs)),
        primary_accuracy=_share(sum(one.primary == other.primary for one, other in with_primary), len(with_primary)),
        ece=_calibration_error(stated, truth) if stated is not None else None,
        themes=themes,
        macro_f1_low=low,
        macro_f1_high=high,
        reliability=_reliability(stated, truth) if stated is not None else (),
        abstaining=_abstaining(stated, exact) if stated is not None else (),
        groups=count if count > 1 else None,
    )


def _matrix(taggings: Sequence[Tagging], slugs: Sequence[str]) -> Floats:
    rows = [[float(slug in tagging.themes) for slug in slugs] for tagging in taggings]
    return np.array(rows, dtype=np.float64).reshape(len(taggings), len(slugs))


def _theme(
    column: int, slug: str, right: Floats, found: Floats, truth: Floats, stated: Floats | None, drawn: Floats
) -> ThemeScore:
    hits, given, wanted = (float(matrix[:, column].sum()) for matrix in (right, found, truth))
    low, high = _bounds(drawn[:, column])
    own, labels = (None if stated is None else stated[:, [column]]), truth[:, [column]]
    return ThemeScore(
        theme=slug,
        precision=_share(hits, given),
        recall=_share(hits, wanted),
        f1=_share(2 * hits, given + wanted) if wanted else 0.0,
        support=int(wanted),
        f1_low=float(low),
        f1_high=float(high),
        average_precision=float(average_precision_score(labels, own)) if own is not None and wanted else None,
        ece=None if own is None else _calibration_error(own, labels),
    )


def _resampled(right: Floats, found: Floats, truth: Floats, groups: Sequence[str] | None) -> Floats:
    """F1 of every theme in each of ``_RESAMPLES`` draws of as many groups with replacement: draws × themes.

    NaN where a draw holds no label of the theme, as ``macro_f1`` leaves such a theme out.
    """
    if groups is not None:
        places = np.unique(list(groups), return_inverse=True)[1]
        right, found, truth = (_summed(matrix, places) for matrix in (right, found, truth))
    count = len(truth)
    if not count:
        return np.full((1, truth.shape[1]), np.nan)
    times = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), size=_RESAMPLES)
    wanted = times @ truth
    f1 = 2 * (times @ right) / np.maximum(1, times @ found + wanted)
    return np.asarray(np.where(wanted > 0, f1, np.nan), dtype=np.float64)


def _summed(matrix: Floats, places: NDArray[np.intp]) -> Floats:
    total = np.zeros((int(places.max()) + 1, matrix.shape[1]))
    np.add.at(total, places, matrix)
    return total


def _macro_bounds(drawn: Floats) -> tuple[float, float]:
    there = ~np.isnan(drawn)
    some = there.any(axis=1)
    return _bounds(np.nansum(drawn[some], axis=1) / there[some].sum(axis=1))


def _bounds(drawn: Floats) -> tuple[float, float]:
    values = drawn[~np.isnan(drawn)]
    if not len(values):
        return 0.0, 0.0
    low, high = np.percentile(values, _INTERVAL)
    return float(low), float(high)


def _bins(stated: Floats, truth: Floats) -> list[tuple[Floats, Floats]]:
    places = np.minimum(_BINS - 1, (stated * _BINS).astype(int))
    return [(stated[places == place], truth[places == place]) for place in range(_BINS)]


def _calibration_error(stated: Floats, truth: Floats) -> float:
    return _share(sum(abs(float(p.sum() - true.sum())) for p, true in _bins(stated, truth)), truth.size)


def _reliability(stated: Floats, truth: Floats) -> tuple[Reliability, ...]:
    return tuple(Reliability(float(p.mean()), float(true.mean()), len(p)) for p, true in _bins(stated, truth) if len(p))


def _abstaining(stated: Floats, exact: NDArray[np.bool_]) -> tuple[Abstention, ...]:
    sure = np.maximum(stated, 1 - stated).min(axis=1)
    result = []
    for confidence in CONFIDENCES:
        decided = sure >= confidence
        result.append(Abstention(confidence, float(decided.mean()), _share(exact[decided].sum(), decided.sum())))
    return tuple(result)


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
