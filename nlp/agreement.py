"""Agreement: two people's themes of the same articles, side by side.

Neither is taken for the truth: every figure is the same when the two change places. Only articles that both labelled
are compared; the others are named, never counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nlp.errors import NlpError
from nlp.labelled import Labelled


@dataclass(frozen=True, slots=True)
class ThemeAgreement:
    """One theme: to how many articles the first gave it, the second, and both.

    ``f1`` (0–1) is the share of their labels that they share; None where neither gave it. ``kappa`` (Cohen's, at most
    1, 0 is chance) is None where chance alone would make them agree, as when neither gave it or both always did.
    """

    theme: str
    first: int
    second: int
    both: int
    f1: float | None
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An article whose themes differ: those only the first gave, and only the second, in the order of the slugs."""

    id: str
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two labellings of the same ``articles`` (a count) agree.

    ``macro_f1`` is the mean over the themes that at least one of them gave, None where none was given; ``exact_match``
    the share of articles with the same themes, none included. ``missing_first`` and ``missing_second`` are the ids
    that only the other one labelled: left out of every figure.
    """

    articles: int
    themes: tuple[ThemeAgreement, ...]
    macro_f1: float | None
    exact_match: float
    disagreements: tuple[Disagreement, ...]
    missing_first: tuple[str, ...]
    missing_second: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


def agreement(
    first: Mapping[str, frozenset[str]], second: Mapping[str, frozenset[str]], slugs: Sequence[str]
) -> Agreement:
    """The agreement of two labellings, each an article's id → the themes given; ``slugs`` are all the themes there are.

    Articles are in the order of ``first``. Raises ``NlpError`` for a theme that is not among ``slugs``, and where no
    article was labelled by both.
    """
    for given in (first, second):
        _check(given, slugs)
    shared = [one for one in first if one in second]
    if not shared:
        raise NlpError(
            f"no article was labelled by both: {len(first)} ids in the first, {len(second)} in the second, none shared"
        )
    themes = tuple(_theme(slug, [(slug in first[one], slug in second[one]) for one in shared]) for slug in slugs)
    scored = [theme.f1 for theme in themes if theme.f1 is not None]
    differing = tuple(
        Disagreement(one, _in_order(first[one] - second[one], slugs), _in_order(second[one] - first[one], slugs))
        for one in shared
        if first[one] != second[one]
    )
    return Agreement(
        articles=len(shared),
        themes=themes,
        macro_f1=sum(scored) / len(scored) if scored else None,
        exact_match=1 - len(differing) / len(shared),
        disagreements=differing,
        missing_first=tuple(one for one in second if one not in first),
        missing_second=tuple(one for one in first if one not in second),
    )


def themes_given(rows: Iterable[Labelled]) -> dict[str, frozenset[str]]:
    """Labelled news as ``agreement`` takes it: id → themes."""
    return {row.id: frozenset(row.tagging.themes) for row in rows}


def _check(given: Mapping[str, frozenset[str]], slugs: Sequence[str]) -> None:
    for one, themes in given.items():
        if unknown := sorted(themes.difference(slugs)):
            raise NlpError(f"article {one!r} has the unknown theme {unknown[0]!r}; expected one of {', '.join(slugs)}")


def _theme(slug: str, pairs: Sequence[tuple[bool, bool]]) -> ThemeAgreement:
    count = len(pairs)
    first, second = sum(one for one, _ in pairs), sum(other for _, other in pairs)
    both = sum(one and other for one, other in pairs)
    # In whole numbers, so that "chance alone" is an exact zero: both sides of kappa times the square of the count.
    observed = count * (count - first - second + 2 * both)
    expected = first * second + (count - first) * (count - second)
    chance_left = count * count - expected
    return ThemeAgreement(
        theme=slug,
        first=first,
        second=second,
        both=both,
        f1=2 * both / (first + second) if first + second else None,
        kappa=(observed - expected) / chance_left if chance_left else None,
    )


def _in_order(themes: frozenset[str], slugs: Sequence[str]) -> tuple[str, ...]:
    return tuple(slug for slug in slugs if slug in themes)
