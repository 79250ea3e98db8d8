"""The network as a figure: provinces on the left, partners on the right, a ribbon for each pair.

The layout is deterministic, so that a figure in a paper can be made again: columns begin in the order of the names, and
are sorted in turn by the weighted mean place of what each is tied to (the barycentre rule of Sugiyama et al. 1981),
which leaves few crossings. No force, no random start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from corpus.network import Edge
from corpus.text import fold

_WIDTH, _NAMES, _ROW, _MARGIN = 440.0, 140.0, 19.0, 12.0
_THIN, _THICK = 0.8, 9.0
_SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Tie:
    """A province and a partner over all years asked for; ``years`` are the first and the last (None: all undated).

    ``stories`` counts copies once within a year; ``ids`` are the articles behind, in order.
    """

    province: str
    partner: str
    name: str
    kind: str
    country: str | None
    years: tuple[int, int] | None
    articles: int
    stories: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A name beside its dot: ``weight`` is how many articles its ties in the figure have, ``size`` the dot's radius."""

    key: str
    name: str
    y: float
    size: float
    weight: int


@dataclass(frozen=True, slots=True)
class Ribbon:
    """The curve of a tie, ``thick`` units wide."""

    tie: Tie
    path: str
    thick: float


@dataclass(frozen=True, slots=True)
class Ribbons:
    """The figure: both columns with their x, and the ribbons, the thinnest last so that none hides another."""

    width: float
    height: float
    left: float
    right: float
    provinces: tuple[Node, ...]
    partners: tuple[Node, ...]
    ribbons: tuple[Ribbon, ...]


def ties(edges: Sequence[Edge]) -> list[Tie]:
    """The edges of all years joined, that with most articles first, then by name."""
    behind: dict[tuple[str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        behind[edge.province, edge.partner].append(edge)
    found = []
    for (province, partner), some in behind.items():
        years = [edge.year for edge in some if edge.year is not None]
        ids = sorted(number for edge in some for number in edge.ids)
        span = (min(years), max(years)) if years else None
        counted = sum(edge.articles for edge in some), sum(edge.stories for edge in some)
        found.append(Tie(province, partner, some[0].name, some[0].kind, some[0].country, span, *counted, tuple(ids)))
    return sorted(found, key=lambda tie: (-tie.articles, fold(tie.province), fold(tie.name), tie.partner))


def ribbons(drawn: Sequence[Tie]) -> Ribbons:
    """The figure of these ties."""
    provinces: dict[str, dict[str, int]] = defaultdict(dict)
    partners: dict[str, dict[str, int]] = defaultdict(dict)
    names = {tie.partner: tie.name for tie in drawn} | {tie.province: tie.province for tie in drawn}
    for tie in drawn:
        provinces[tie.province][tie.partner] = partners[tie.partner][tie.province] = tie.articles
    left = sorted(provinces, key=lambda key: (fold(key), key))
    right = sorted(partners, key=lambda key: (fold(names[key]), key))
    for _ in range(_SWEEPS):
        right = _swept(right, partners, left)
        left = _swept(left, provinces, right)
    rows = max(len(left), len(right), 1)
    height = 2 * _MARGIN + rows * _ROW
    places = _placed(left, height) | _placed(right, height)
    most = max((tie.articles for tie in drawn), default=1)
    heaviest = max((sum(tied.values()) for tied in [*provinces.values(), *partners.values()]), default=1)

    def nodes(keys: Sequence[str], tied: Mapping[str, Mapping[str, int]]) -> tuple[Node, ...]:
        weights = {key: sum(tied[key].values()) for key in keys}
        return tuple(
            Node(key, names[key], places[key], round(1.5 + 5 * sqrt(weights[key] / heaviest), 2), weights[key])
            for key in keys
        )

    start, end = _NAMES, _WIDTH - _NAMES
    middle = (start + end) / 2
    curves = []
    for tie in sorted(drawn, key=lambda one: -one.articles):
        here, there = places[tie.province], places[tie.partner]
        thick = round(_THIN + (_THICK - _THIN) * tie.articles / most, 2)
        curves.append(Ribbon(tie, f"M{start} {here}C{middle} {here} {middle} {there} {end} {there}", thick))
    return Ribbons(_WIDTH, height, start, end, nodes(left, provinces), nodes(right, partners), tuple(curves))


def _swept(keys: list[str], tied: Mapping[str, Mapping[str, int]], others: list[str]) -> list[str]:
    place = {key: number for number, key in enumerate(others)}

    def mean(key: str) -> float:
        return sum(place[other] * weight for other, weight in tied[key].items()) / sum(tied[key].values())

    # A stable sort: those that are equal stay in the order they had.
    return sorted(keys, key=mean)


def _placed(keys: list[str], height: float) -> dict[str, float]:
    """The shorter column is spread over the height of the longer one."""
    row = (height - 2 * _MARGIN) / max(len(keys), 1)
    return {key: round(_MARGIN + row * (number + 0.5), 2) for number, key in enumerate(keys)}
