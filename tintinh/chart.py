"""Bars and sparklines of text, to see a trend in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = "▁▂▃▄▅▆▇█"


def bars(values: Sequence[float], width: int = 32) -> list[str]:
    """A horizontal bar for each value (≥ 0), the greatest ``width`` characters long, to an eighth of a character."""
    top = max(values, default=0)
    if top <= 0:
        return ["" for _ in values]
    lengths = [round(value / top * width * 8) for value in values]
    return ["█" * (length // 8) + _EIGHTHS[length % 8].strip() for length in lengths]


def spark(values: Sequence[float | None]) -> str:
    """One character for each value (≥ 0), as high as it is of the greatest; ``·`` for nothing, a blank for None."""
    top = max((value for value in values if value is not None), default=0)

    def one(value: float | None) -> str:
        if value is None:
            return " "
        return _HEIGHTS[round(value / top * (len(_HEIGHTS) - 1))] if value > 0 else "·"

    return "".join(map(one, values))
