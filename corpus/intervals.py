"""How sure a share of so many is."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from statistics import NormalDist


@lru_cache(maxsize=64)
def _deviations(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(count: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of the share ``count`` / ``total`` (above 0) at ``level``, without continuity correction."""
    z, share = _deviations(level), count / total
    middle = share + z * z / (2 * total)
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    # At both ends the formula is exact, and its rounding is not.
    low = (middle - spread) / (1 + z * z / total) if count else 0.0
    high = (middle + spread) / (1 + z * z / total) if count < total else 1.0
    return low, high
