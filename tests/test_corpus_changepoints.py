"""Change-points on made series: found where they are, and seldom where none is."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.changepoints import SHORTEST, change_points, dispersion


def made(seed: int, shares: list[float], total: int, strength: float | None = None) -> tuple[list[int], list[int]]:
    """A series whose shares vary around ``shares`` as a beta variable of ``strength`` (None: not at all)."""
    draw = random.Random(seed)  # noqa: S311 - the same series every time
    counts = []
    for level in shares:
        share = level if strength is None else draw.betavariate(level * strength, (1 - level) * strength)
        counts.append(sum(draw.random() < share for _ in range(total)))
    return counts, [total] * len(shares)


@pytest.mark.parametrize(("strength", "total", "at_least"), [(None, 60, 38), (50, 60, 34)])
def test_a_change_is_found_where_it_is(strength: float | None, total: int, at_least: int) -> None:
    found = [change_points(*made(seed, [0.1] * 18 + [0.4] * 18, total, strength)) for seed in range(40)]
    assert sum(len(one) == 1 and abs(one[0] - 18) <= 1 for one in found) >= at_least


def test_two_changes_are_found() -> None:
    counts, totals = made(1, [0.1] * 15 + [0.4] * 10 + [0.15] * 15, 200)
    assert change_points(counts, totals) == pytest.approx([15, 25], abs=1)


@pytest.mark.parametrize("strength", [None, 50])
@pytest.mark.parametrize("periods", [12, 24, 60])
def test_a_series_without_change_seldom_has_one(strength: float | None, periods: int) -> None:
    false = sum(bool(change_points(*made(seed, [0.2] * periods, 40, strength))) for seed in range(100))
    assert false <= 7, "one in twenty is expected at most; with a hundred series, chance allows seven"


def test_bursts_raise_the_dispersion() -> None:
    even, bursty = made(3, [0.2] * 60, 100), made(3, [0.2] * 60, 100, 15)
    assert dispersion(*even) < 2 < dispersion(*bursty)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), max_size=30))
def test_stretches_are_long_enough_whatever_the_series(series: list[tuple[int, int]]) -> None:
    totals = [total for _, total in series]
    found = change_points([min(count, total) for count, total in series], totals)
    edges = [0, *found, len(series)]
    assert not found or all(after - before >= SHORTEST for before, after in pairwise(edges))


@pytest.mark.parametrize(("counts", "totals"), [([1], [0]), ([2], [1]), ([1, 1], [2]), ([-1], [1])])
def test_what_is_no_series_is_refused(counts: list[int], totals: list[int]) -> None:
    with pytest.raises(ValueError, match="each total above 0"):
        change_points(counts, totals)


def test_constant_series_have_no_change() -> None:
    assert change_points([0] * 30, [9] * 30) == []
    assert change_points([9] * 30, [9] * 30) == []
    assert change_points([], []) == []
