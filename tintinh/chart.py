"""Bars of text, to see a trend in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bars(values: Sequence[float], width: int = 32) -> list[str]:
    """A horizontal bar for each value (≥ 0), the greatest ``width`` characters long, to an eighth of a character."""
    top = max(values, default=0)
    if top <= 0:
        return ["" for _ in values]
    lengths = [round(value / top * width * 8) for value in values]
    return ["█" * (length // 8) + _EIGHTHS[length % 8].strip() for length in lengths]
