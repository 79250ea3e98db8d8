"""The best labels of many sentences under a CRF of two labels, exact and almost without a loop.

With two labels the state of Viterbi's recursion is one number, d = score(1) - score(0), and

    d[t] = score[t] + f(d[t-1]),    f(d) = max(d + w11, w01) - max(d + w10, w00).

f is constant on either side of an interval, inside of which alone the label depends on the one after. Most tokens lie
outside of it whatever came before; only the others are gone through one by one (one in fifteen in news).

Ties are not rare in odd text: where the interval lies as it does in underthesea's model, of two alike neighbours inside
of it (signs, letters of another script) the second lies on its border exactly. How a tie falls then hangs on the
rounding of sums, so ties are given back to the caller.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLOSE = 1e-7
"""Paths whose scores differ by less are not told apart here: sums in another order differ by 1e-12 or so."""


def best_labels(
    scores: NDArray[np.float64], transitions: NDArray[np.float64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], list[int]]:
    """Whether each place has label 1, and the places where that is too close to call.

    ``scores`` are those of label 1 less those of label 0, ``transitions[y, z]`` the weight of z after y; ``first`` and
    ``last`` are the places of each sentence's first and last token; there is a place before the first of them and after
    the last, and the score of a place outside of sentences is minus infinity.
    """
    (w00, w01), (w10, w11) = transitions.tolist()
    after_zero, after_one = w01 - w00, w11 - w10  # f far below and far above the interval
    before_zero, before_one = w00 - w10, w01 - w11  # the label before a 0, and before a 1, is 1 where d is larger
    least, most = np.full(len(scores), min(after_zero, after_one)), np.full(len(scores), max(after_zero, after_one))
    below = np.full(len(scores), min(before_zero, before_one))
    above = np.full(len(scores), max(before_zero, before_one))
    least[first] = most[first] = below[last] = above[last] = 0.0
    is_one = scores + least > above + CLOSE
    undecided = np.flatnonzero(~is_one & ~(scores + most < below - CLOSE))
    edges = np.zeros((2, len(scores)), dtype=np.bool_)
    edges[0, first] = edges[1, last] = True
    begins, ends = edges[:, undecided].tolist()
    places, own, one_before = undecided.tolist(), scores[undecided].tolist(), is_one[undecided - 1].tolist()
    states: list[float] = []
    before, d = -2, 0.0
    for place, score, begin, one in zip(places, own, begins, one_before, strict=True):
        if begin:
            d = score
        elif place == before + 1:
            d = score + max(d + w11, w01) - max(d + w10, w00)
        else:
            d = score + (after_one if one else after_zero)
        before = place
        states.append(d)
    close: list[int] = []
    for place, d, end in zip(reversed(places), reversed(states), reversed(ends), strict=True):
        border = 0.0 if end else before_one if is_one[place + 1] else before_zero
        is_one[place] = d > border
        if abs(d - border) <= CLOSE:
            close.append(place)
    return is_one, close
