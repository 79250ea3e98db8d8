"""Has something changed? Exact small-sample answers about shares and counts, night by night. Pure.

The past says what is usual, its spread from night to night included; tonight, alone or with the nights just before it,
is a change if the past would hardly ever have given so little. The nights of the change are sought, so that an outlet
of two stories a day is found out after some nights and one of sixty at once, and so that the past it is compared with
ends where the change began. A share is beta-binomial, a count negative binomial, both with a little spread assumed
until the nights show their own; the tails are summed, not approximated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, lgamma, log, log1p

SPANS = (1, 2, 3, 4, 6, 9, 13, 20, 28)
"""How many nights a change may be old. After four weeks what is new has become what is usual."""

MIN_NIGHTS = 3
MIN_ARTICLES = 10
"""With a shorter past than this there is no usual."""

# Spread between nights that is assumed before any is seen, with the weight of so many nights. Real papers print one
# kind of story on one day and another on the next, so that nights differ by more than chance.
_RHO, _PHI, _WEIGHT = 0.02, 0.1, 10


@dataclass(frozen=True)
class Change:
    """A change for the worse over the last ``nights`` nights, tonight the last of them.

    For a share: ``hits`` of ``n`` now, ``usual`` the share before, over ``usual_n`` articles; for a count: ``hits``
    stories now, ``usual`` as many expected, ``n`` and ``usual_n`` the nights. ``low`` and ``high`` bound what 95 of
    100 such nights would give, in the unit of ``usual``. ``chance`` is the probability of as little as this without
    any change, corrected for the number of spans looked at.
    """

    nights: int
    hits: int
    n: int
    usual: float
    usual_n: int
    usual_nights: int
    low: float
    high: float
    chance: float


def fall(nights: Sequence[tuple[int, int]], least: float = 0.0) -> Change | None:
    """The likeliest fall of a share, by ``least`` or more, over ``nights`` of (hits, n), oldest first, tonight last.

    None where there is none, or no past. Nights without articles say nothing and are passed over: a fall stands until
    new articles end it.
    """
    seen = [night for night in nights if night[1] > 0]
    best: Change | None = None
    spans = [span for span in SPANS if len(seen) - span >= MIN_NIGHTS]
    for span in spans:
        past, recent = seen[:-span], seen[-span:]
        if sum(n for _, n in past) < MIN_ARTICLES:
            continue
        hits, n = sum(hit for hit, _ in recent), sum(n for _, n in recent)
        a, b = _share_of(past)
        if a / (a + b) - hits / n < least or not _tonight_too(seen[-1], hits / n, a / (a + b)):
            continue
        chance = min(1.0, _looks(span, len(spans)) * sum(exp(_beta_binomial(k, n, a, b)) for k in range(hits + 1)))
        if best is None or chance < best.chance:
            best = Change(span, hits, n, a / (a + b), sum(n for _, n in past), len(past), a, b, chance)
    if best is None:
        return None
    # Until here low and high held the distribution: its bounds are dear to sum, and asked of the likeliest only.
    low, high = _bounds([exp(_beta_binomial(k, best.n, best.low, best.high)) for k in range(best.n + 1)])
    return replace(best, low=low / best.n, high=high / best.n)


def rise(nights: Sequence[tuple[int, int]], least: float = 0.0) -> Change | None:
    """The likeliest rise of a share by ``least`` or more; ``hits``, ``usual`` and the bounds are of what rises."""
    found = fall([(n - hits, n) for hits, n in nights], least)
    if found is None:
        return None
    return Change(
        found.nights,
        found.n - found.hits,
        found.n,
        1 - found.usual,
        found.usual_n,
        found.usual_nights,
        1 - found.high,
        1 - found.low,
        found.chance,
    )


def drop(nights: Sequence[tuple[int, float]]) -> Change | None:
    """The likeliest drop of a count over ``nights`` of (count, exposure), oldest first and tonight last.

    The exposure is how much of a usual night it was: hours since the night before, weekday. None without a past.
    """
    best: Change | None = None
    spans = [span for span in SPANS if len(nights) - span >= MIN_NIGHTS]
    for span in spans:
        past, recent = nights[:-span], nights[-span:]
        whole = sum(exposure for _, exposure in past)
        if whole <= 0 or sum(count for count, _ in past) < MIN_ARTICLES:
            continue
        rate, spread = rate_of(past)
        count, expected = sum(count for count, _ in recent), rate * sum(exposure for _, exposure in recent)
        # Tonight itself must be low, or a bad week would be told again on the day it ends.
        if expected <= 0 or nights[-1][0] > rate * nights[-1][1] / 2:
            continue
        variance = expected + spread * sum((rate * exposure) ** 2 for _, exposure in recent)
        variance += expected**2 * (1 / (rate * whole) + spread / len(past))
        size = expected**2 / (variance - expected)
        chance = min(
            1.0, _looks(span, len(spans)) * sum(exp(_negative_binomial(k, expected, size)) for k in range(count + 1))
        )
        if best is None or chance < best.chance:
            low, high = _bounds_of_count(expected, size)
            best = Change(span, count, span, expected, len(past), len(past), low, high, chance)
    return best


def rate_of(nights: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """The count at exposure 1, and by how much nights vary beyond chance (variance = mean + spread · mean²)."""
    rate = (sum(count for count, _ in nights) + 0.5) / (sum(exposure for _, exposure in nights) or 1.0)
    squares = sum((rate * exposure) ** 2 for _, exposure in nights)
    beyond = sum((count - rate * exposure) ** 2 - rate * exposure for count, exposure in nights)
    own = min(2.0, max(0.0, beyond / squares)) if squares else 0.0
    return rate, (len(nights) * own + _WEIGHT * _PHI) / (len(nights) + _WEIGHT)


def _looks(span: int, spans: int) -> int:
    """By how much a chance counts for having looked at several spans: half of the doubt is spent on tonight alone."""
    if spans == 1:
        return 1
    return 2 if span == 1 else 2 * (spans - 1)


def _tonight_too(tonight: tuple[int, int], now: float, usual: float) -> bool:
    """Whether tonight's share lies nearer to the fallen one than to the usual: a mended source is told of no more."""
    return tonight[0] / tonight[1] <= (now + usual) / 2


def _share_of(past: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """The beta distribution of the share to come after ``past``.

    The same for one night as for several: what made the past differ from night to night lasted, as a rule, for more
    than a night.
    """
    m, n, hits = len(past), sum(n for _, n in past), sum(hits for hits, _ in past)
    share = (hits + 0.5) / (n + 1)
    own = 0.0
    if m > 1 and 0 < hits < n:
        # The analysis of variance: what nights differ by beyond chance.
        mean, inner = hits / n, hits / n * (1 - hits / n)
        between = sum(size * (hit / size - mean) ** 2 for hit, size in past) / (m - 1)
        typical = (n - sum(size * size for _, size in past) / n) / (m - 1)
        own = min(0.9, max(0.0, (between - inner) / (inner * typical))) if typical > 0 else 0.0
    rho = (m * own + _WEIGHT * _RHO) / (m + _WEIGHT)
    effective = n / (1 + (n / m - 1) * rho)
    whole = 1 / min(0.95, rho + 1 / (effective + 2)) - 1
    return share * whole, (1 - share) * whole


def _beta_binomial(k: int, n: int, a: float, b: float) -> float:
    """The logarithm of the probability of ``k`` of ``n``."""
    return (
        lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        + lgamma(k + a) + lgamma(n - k + b) - lgamma(n + a + b)
        + lgamma(a + b) - lgamma(a) - lgamma(b)
    )  # fmt: skip


def _negative_binomial(k: int, mean: float, size: float) -> float:
    """The logarithm of the probability of a count of ``k``; the variance is mean + mean²/size."""
    return (
        lgamma(k + size) - lgamma(size) - lgamma(k + 1)
        - size * log1p(mean / size) + k * (log(mean) - log(mean + size))
    )  # fmt: skip


def _bounds(chances: Sequence[float]) -> tuple[int, int]:
    """The smallest and the largest outcome of the middle 95 %."""
    low, high, below = 0, len(chances) - 1, 0.0
    for outcome, chance in enumerate(chances):
        if below <= 0.025:
            low = outcome
        below += chance
        if below >= 0.975:
            high = outcome
            break
    return low, high


def _bounds_of_count(mean: float, size: float) -> tuple[int, int]:
    far = int(mean + 12 * (mean + mean * mean / size) ** 0.5) + 10
    return _bounds([exp(_negative_binomial(k, mean, size)) for k in range(far)])
