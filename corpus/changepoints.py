"""Where the level of a series of shares changes: the best cut into stretches of one share each, by the likelihood.

The method is optimal partitioning (Jackson et al. 2005) on the binomial likelihood: the cut with the least sum of
deviances plus a price for every change, found exactly. Two things keep news from looking like change. Shares of news
vary more than coins do, for stories come in bursts: the price rises with the dispersion, estimated from neighbouring
periods, which a few changes hardly touch. And it is a price that series without any change seldom pay: measured on
made series of 12 to 120 periods, 0 to 3 % of them with independent articles, 1 to 7 % with shares that vary as a
beta variable of strength 50 or 15, but 5 to 30 % where a theme of 2 % comes in bursts alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHORTEST = 2
"""Periods of a stretch, at least: one month of much news is an event, no new level."""
FEWEST = 6
"""Periods of a series, at least, in which a change is looked for."""


def change_points(counts: Sequence[int], totals: Sequence[int]) -> list[int]:
    """The indices at which a new level of ``counts``/``totals`` begins, in order; empty where one level explains all.

    Every total must be above 0 (leave periods without articles out). Quadratic in the number of periods: a tenth of a
    second for ten years of days.
    """
    import numpy as np

    if len(counts) != len(totals) or any(not 0 <= k <= n or n == 0 for k, n in zip(counts, totals, strict=False)):
        raise ValueError("a series needs as many counts as totals, each count from 0 to its total, each total above 0")
    periods = len(counts)
    if periods < FEWEST:
        return []
    k, n = (np.concatenate([[0.0], np.cumsum(np.asarray(values, dtype=float))]) for values in (counts, totals))
    price = 3.0 * log(periods) * dispersion(counts, totals)
    # best[t]: least cost of the first t periods; cut[t]: where their last stretch begins.
    best = np.full(periods + 1, np.inf)
    best[0] = -price
    cut = np.zeros(periods + 1, dtype=int)
    for end in range(SHORTEST, periods + 1):
        starts = np.arange(0, end - SHORTEST + 1)
        costs = best[starts] + _deviance(k[end] - k[starts], n[end] - n[starts]) + price
        cut[end] = int(np.argmin(costs))
        best[end] = costs[cut[end]]
    found, end = [], periods
    while cut[end] > 0:
        end = int(cut[end])
        found.append(end)
    return found[::-1]


def dispersion(counts: Sequence[int], totals: Sequence[int]) -> float:
    """How many times more neighbouring shares differ than those of independent articles would; at least 1."""
    import numpy as np

    k, n = np.asarray(counts, dtype=float), np.asarray(totals, dtype=float)
    pooled = (k[1:] + k[:-1]) / (n[1:] + n[:-1])
    variance = pooled * (1 - pooled) * (1 / n[1:] + 1 / n[:-1])
    # Neighbours that are both all or both nothing do not differ, and say so.
    difference = k[1:] / n[1:] - k[:-1] / n[:-1]
    squares = np.divide(difference**2, variance, out=np.zeros_like(variance), where=variance > 0)
    # The second factor: from a dozen periods the dispersion is often guessed too low.
    return max(1.0, float(squares.mean()) * (1 + 5 / len(squares)))


def _deviance(k: Floats, n: Floats) -> Floats:
    """-2 log-likelihood of stretches with ``k`` of ``n``, each at its own share."""
    import numpy as np

    share = k / n
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = np.where(k > 0, k * np.log(share), 0.0)
        misses = np.where(n - k > 0, (n - k) * np.log1p(-share), 0.0)
    result: Floats = -2.0 * (hits + misses)
    return result
