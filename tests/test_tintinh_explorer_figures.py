"""Figures as geometry: round axes, periods along the foot, gaps where nobody watched."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.intervals import wilson
from corpus.periods import Period, periods
from corpus.trend_rows import TrendRow
from tintinh.explorer.figures.axes import foot, round_top
from tintinh.explorer.figures.columns import columns
from tintinh.explorer.figures.series import axis_of, panel
from tintinh.explorer.numbers import percent, period_name


@pytest.mark.parametrize(
    ("most", "share", "end", "step"),
    [(0.13, True, 0.15, 0.05), (0.2, True, 0.2, 0.05), (0.93, True, 1.0, 0.5), (0.004, True, 0.004, 0.001),
     (3, False, 3, 1), (97, False, 100, 50), (0, False, 4, 1), (0, True, 0.04, 0.01)],
)  # fmt: skip
def test_axes_end_at_round_numbers(most: float, share: bool, end: float, step: float) -> None:
    assert round_top(most, share=share) == (pytest.approx(end), pytest.approx(step))


@given(st.floats(1e-6, 1))
def test_an_axis_of_shares_holds_what_it_must(most: float) -> None:
    end, step = round_top(most, share=True)
    assert most <= end * (1 + 1e-9) <= 1 + 1e-9
    assert end / step <= 4 + 1e-6


@given(
    st.dates(date(1999, 1, 1), date(2029, 1, 1)),
    st.integers(0, 4000),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
)
def test_labels_at_the_foot_have_room_and_are_in_order(first: date, days: int, by: Period) -> None:
    names = list(periods(first, date.fromordinal(first.toordinal() + days), by))
    ticks = foot(names, 40, 900)
    assert len(ticks) <= 900 // 58 + 1
    assert [tick.at for tick in ticks] == sorted(tick.at for tick in ticks)
    assert all(40 <= tick.at <= 940 for tick in ticks)


def row(period: str, count: int | None, total: int) -> TrendRow:
    low, high = wilson(count or 0, total) if total else (None, None)
    share = (count or 0) / total if total else None
    return TrendRow(period, None, count, total, share, low, high, 1)


ROWS = [
    row("2024-01", 1, 10),
    row("2024-02", None, 0),
    row("2024-03", None, 0),
    row("2024-04", 0, 0),
    row("2024-05", 5, 10),
]


def drawn(rows: list[TrendRow], axis: tuple[float, float], *, counted: bool = False):  # type: ignore[no-untyped-def]
    return panel(
        rows, "all", axis, size=(360, 180), counted=counted, told=lambda row: row.period, written=str,
        levels={"2024-05": "from May on"},
    )  # fmt: skip


def test_a_panel_shows_what_is_known_and_hatches_what_is_not() -> None:
    figure = drawn(ROWS, (0.5, 0.1))
    assert [point.told for point in figure.points] == ["2024-01", "2024-05"]
    assert figure.path.count("M") == 2
    (blank,) = figure.unwatched
    band = figure.plot.width / 5
    assert (blank.x, blank.width) == (pytest.approx(figure.plot.x + band, abs=0.01), pytest.approx(2 * band, abs=0.01))
    assert figure.points[1].y == figure.plot.y, "a half is the top of an axis that ends there"
    assert [line.x for line in figure.levels] == [pytest.approx(figure.plot.x + 4 * band, abs=0.01)]
    assert (figure.starts[0], figure.starts[-1], figure.last) == ("2024-01-01", "2024-05-01", "2024-05-31")
    for box in (*figure.intervals, *figure.unwatched):
        assert figure.plot.y <= box.y
        assert box.y + box.height <= figure.plot.y + figure.plot.height + 0.01


def test_counts_have_no_interval_and_a_watched_silence_is_zero() -> None:
    figure = drawn(ROWS, axis_of(ROWS, counted=True), counted=True)
    assert figure.intervals == ()
    assert [point.told for point in figure.points] == ["2024-01", "2024-04", "2024-05"]
    assert figure.points[1].y == figure.plot.y + figure.plot.height


def test_one_wide_interval_does_not_press_the_others_to_the_ground() -> None:
    many = [row(f"2024-{month:02}", 5, 100) for month in range(1, 12)]
    assert axis_of([*many, row("2024-12", 0, 1)], counted=False)[0] < 0.2
    assert axis_of([], counted=False) == (0.04, 0.01)


def test_columns_fill_months_without_an_article() -> None:
    figure = columns({"2023-11": 4, "2024-02": 8}, (360, 110))
    assert [(name, count) for _, name, count in figure.columns] == [
        ("2023-11", 4), ("2023-12", 0), ("2024-01", 0), ("2024-02", 8),
    ]  # fmt: skip
    assert figure.columns[0][0].height * 2 == figure.columns[3][0].height
    assert columns({}, (360, 110)).columns == ()


def test_numbers_are_written_as_each_language_does() -> None:
    assert (percent(0.0864, "vi"), percent(0.0864, "en")) == ("8,6\xa0%", "8.6\xa0%")
    assert (percent(None, "vi"), percent(1.0, "en", 0)) == ("–", "100\xa0%")
    assert [period_name(name) for name in ("2024-03-05", "2024-W07", "2024-03", "2024-Q1", "2024")] == [
        "05/03/2024", "2024-W07", "3/2024", "Q1/2024", "2024",
    ]  # fmt: skip
