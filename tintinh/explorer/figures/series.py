"""A trend as a figure: a point for each period with its interval, hatched where nobody watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from corpus.periods import end, start
from corpus.trend_rows import TrendRow
from tintinh.explorer.figures.axes import Tick, foot, round_top

_LEFT, _RIGHT, _ABOVE, _BELOW = 42.0, 10.0, 8.0, 22.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle: its upper left corner, width and height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Point:
    """A period's value, and the sentence that tells it."""

    x: float
    y: float
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line from top to bottom at ``x``, and the sentence that tells why."""

    x: float
    told: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The trend of one group, in units of its ``width`` × ``height``; ``plot`` is where the values are.

    ``starts`` are the first days of the periods, which divide the plot evenly, ``last`` the last day of the last one:
    what a brush over the plot needs. ``path`` joins the points, with gaps where there is none. ``unwatched`` are the
    stretches in which no outlet was watched.
    """

    group: str | None
    name: str
    width: float
    height: float
    plot: Box
    starts: tuple[str, ...]
    last: str
    intervals: tuple[Box, ...]
    unwatched: tuple[Box, ...]
    path: str
    points: tuple[Point, ...]
    levels: tuple[Line, ...]
    side: tuple[Tick, ...]
    foot: tuple[Tick, ...]


def axis_of(rows: Sequence[TrendRow], *, counted: bool) -> tuple[float, float]:
    """Where the axis of panels that stand side by side ends, and its step: shares, or with ``counted`` counts.

    Not all intervals need to fit: that of one article of one goes up to 1, and would press the others to the ground.
    """
    if counted:
        return round_top(max((row.count or 0 for row in rows), default=0), share=False)
    known = [row for row in rows if row.denominator]
    highs = sorted(row.high or 0.0 for row in known)
    usual = highs[int(0.9 * (len(highs) - 1))] if highs else 0.0
    if highs and highs[-1] <= 1.5 * usual:
        usual = highs[-1]  # none is cut where all of them find room without making the others small
    return round_top(max([usual, *((row.share or 0.0) for row in known)]), share=True)


def panel(
    rows: Sequence[TrendRow],
    name: str,
    axis: tuple[float, float],
    *,
    size: tuple[float, float],
    counted: bool,
    told: Callable[[TrendRow], str],
    written: Callable[[float], str],
    levels: Mapping[str, str],
) -> Panel:
    """The figure of the rows of one group (at least one), ``size`` wide and high.

    ``axis`` is that of ``axis_of``; ``told`` makes the sentence of a period, ``written`` the label of a value;
    ``levels`` are the sentences of the periods at which a new level begins.
    """
    width, height = size
    plot = Box(_LEFT, _ABOVE, width - _LEFT - _RIGHT, height - _ABOVE - _BELOW)
    top, step = axis
    band = plot.width / len(rows)

    def up(value: float) -> float:
        return round(plot.y + plot.height * (1 - min(value, top) / top), 2)

    intervals, points, path, levelled = [], [], [], []
    broken = True
    for place, row in enumerate(rows):
        left = plot.x + place * band
        value = (row.count if counted else row.share) if row.count is not None else None
        if row.period in levels:
            levelled.append(Line(round(left, 2), levels[row.period]))
        if value is None:
            broken = True
            continue
        if not counted and row.low is not None and row.high is not None:
            inset = 0.12 * band
            high, low = up(row.high), up(row.low)
            intervals.append(Box(round(left + inset, 2), high, round(band - 2 * inset, 2), round(low - high, 2)))
        point = Point(round(left + band / 2, 2), up(value), told(row))
        points.append(point)
        path.append(f"{'M' if broken else 'L'}{point.x} {point.y}")
        broken = False
    names = [row.period for row in rows]
    ticks = [n * step for n in range(round(top / step) + 1)]
    return Panel(
        rows[0].group,
        name,
        width,
        height,
        plot,
        tuple(start(period).isoformat() for period in names),
        end(names[-1]).isoformat(),
        tuple(intervals),
        tuple(_unwatched(rows, plot, band)),
        "".join(path),
        tuple(points),
        tuple(levelled),
        tuple(Tick(up(value), written(value)) for value in ticks),
        tuple(foot(names, plot.x, plot.width)),
    )


def _unwatched(rows: Sequence[TrendRow], plot: Box, band: float) -> list[Box]:
    found: list[Box] = []
    begun: int | None = None
    for place in range(len(rows) + 1):
        blank = place < len(rows) and rows[place].count is None
        if blank and begun is None:
            begun = place
        elif not blank and begun is not None:
            found.append(Box(round(plot.x + begun * band, 2), plot.y, round((place - begun) * band, 2), plot.height))
            begun = None
    return found
