"""Intervals of shares, beside those of SciPy."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import binomtest

from corpus.intervals import wilson


@given(st.integers(0, 400), st.integers(1, 400))
@example(0, 1)
@example(1, 1)
def test_intervals_are_wilson_s(count: int, total: int) -> None:
    count = min(count, total)
    low, high = wilson(count, total)
    expected = binomtest(count, total).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-6)
    assert 0 <= low <= count / total <= high <= 1
