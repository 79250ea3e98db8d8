"""Trends: how much of the coverage is about something, period by period; a stretch can be brushed and read."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Literal, cast

from corpus.periods import Period, end, start
from corpus.records import Query
from corpus.store import Corpus
from corpus.trend_rows import Trend, TrendRow
from tintinh.explorer.address import require_one_of
from tintinh.explorer.figures.series import Panel, axis_of, panel
from tintinh.explorer.numbers import percent, period_name
from tintinh.explorer.view import Shown, View, Visit

Per = Literal["theme", "province", "source", "partner"]
LENGTHS: tuple[Period, ...] = ("day", "week", "month", "quarter", "year")
GROUPS: tuple[Per, ...] = ("theme", "province", "source", "partner")
MOST_DRAWN = 9
"""Groups in the figure and its tables, those with most articles; all of them are in CSV and JSON."""
MOST_PERIODS = 400
"""Periods that a figure can show: at more, a period is thinner than a dot."""
_WIDE, _NARROW, _SMALL = (960.0, 280.0), (360.0, 240.0), (360.0, 180.0)
COLUMNS = ("period", "group", "name", "count", "denominator", "share", "low", "high", "outlets", "before", "after")


@dataclass(frozen=True, slots=True)
class Series:
    """One group as it is shown: the figures of its panel (wide and narrow, or one small), and the rows of its table."""

    group: str | None
    name: str
    panels: tuple[Panel, ...]
    rows: tuple[tuple[TrendRow, str | None], ...]
    levels: tuple[str, ...]


def answer(corpus: Corpus, visit: Visit) -> Shown:
    """The trend of the query, with a figure and a table of the same numbers."""
    by, per = _length(corpus, visit), _group(visit)
    changes = require_one_of("changes", visit.beside.get("changes", "0"), ("0", "1")) == "1"
    subject = visit.query.text or visit.query.themes or visit.query.partner
    counted = not subject and per not in ("theme", "partner")
    found, names = _ask(corpus, visit, by, per, changes=changes and not counted)
    by_group: dict[str | None, list[TrendRow]] = defaultdict(list)
    for row in found.rows:
        by_group[row.group].append(row)
    drawn = sorted(by_group, key=lambda group: -sum(row.count or 0 for row in by_group[group]))[:MOST_DRAWN]
    shown = [row for group in drawn for row in by_group[group]]
    too_many = bool(shown) and len(by_group[drawn[0]]) > MOST_PERIODS
    axis = axis_of(shown, counted=counted)
    facts = {
        "query": visit.query,
        "by": by,
        "per": per,
        "changes": changes,
        "counted": counted,
        "lengths": LENGTHS,
        "groups": GROUPS,
        "series": [
            _series(visit, found, by_group[group], names, axis, alone=per is None, counted=counted, draw=not too_many)
            for group in drawn
        ],
        "too_many": too_many,
        "hidden": len(by_group) - len(drawn) + found.left_out,
        "undated": found.undated,
        "unwatched": any(row.count is None for row in shown),
        "span": _span(found.rows, visit.query),
        "period": period_name,
        "percent": lambda value: percent(value, visit.language),
        "searched": lambda row: _searched(visit, per, row),
        "kept": _kept(visit.query),
    }
    levels = {(change.group, change.period): change for change in found.changes}
    rows = []
    for row in found.rows:
        change = levels.get((row.group, row.period))
        told = {"before": change.before if change else None, "after": change.after if change else None}
        rows.append({**asdict(row), "name": names.get(row.group, row.group), **told})
    return Shown(
        title=visit.t("trends.title"),
        facts=facts,
        rows=rows,
        columns=COLUMNS,
        more={"by": by, "per": per, "undated": found.undated},
        cited=visit.query,
    )


def _length(corpus: Corpus, visit: Visit) -> Period:
    """The length asked for; else one that gives some dozens of periods."""
    given = visit.beside.get("by")
    if given is not None:
        return cast(Period, require_one_of("by", given, LENGTHS))
    months = list(corpus.overview().months) if not (visit.query.since and visit.query.until) else []
    first = visit.query.since or (start(months[0]) if months else None)
    last = visit.query.until or (end(months[-1]) if months else None)
    days = (last - first).days if first and last else 0
    return "day" if days <= 45 else "week" if days <= 270 else "month" if days <= 8 * 366 else "quarter"


def _group(visit: Visit) -> Per | None:
    given = visit.beside.get("per")
    return cast(Per, require_one_of("per", given, GROUPS)) if given is not None else None


def _ask(
    corpus: Corpus, visit: Visit, by: Period, per: Per | None, *, changes: bool
) -> tuple[Trend, Mapping[str | None, str]]:
    """The trend, and the names of its groups in the language of the page."""
    query = visit.query
    if per == "partner":
        # In CSV and JSON all of them, as for every other group.
        most = MOST_DRAWN if visit.form == "html" else sys.maxsize
        found = corpus.trend(query, by, per, changes=changes, most=most)
        return found, {row.group: row.group for row in found.rows if row.group}
    if per == "theme":
        found = corpus.trend(replace(query, themes=()), by, per, query.themes, changes=changes)
        return found, {row.group: visit.theme(row.group) for row in found.rows if row.group}
    found = corpus.trend(query, by, per, changes=changes)
    if per == "source":
        return found, {row.group: visit.outlet(row.group) for row in found.rows}
    return found, {None: visit.t("trends.no_province" if per else "trends.all")}


def _series(
    visit: Visit,
    found: Trend,
    rows: Sequence[TrendRow],
    names: Mapping[str | None, str],
    axis: tuple[float, float],
    *,
    alone: bool,
    counted: bool,
    draw: bool,
) -> Series:
    group = rows[0].group
    name = names.get(group, group or "")
    changes = [change for change in found.changes if change.group == group]
    levels = {
        change.period: visit.t(
            "trends.level",
            period=period_name(change.period),
            before=percent(change.before, visit.language),
            after=percent(change.after, visit.language),
        )
        for change in changes
    }
    decimals = 0 if axis[1] >= 0.01 else 1 if axis[1] >= 0.001 else 2
    panels = [
        panel(
            rows,
            name,
            axis,
            size=size,
            counted=counted,
            told=lambda row: _told(visit, row, counted=counted),
            written=lambda value: visit.number(round(value)) if counted else percent(value, visit.language, decimals),
            levels=levels,
        )
        for size in ((_WIDE, _NARROW) if alone else (_SMALL,))
        if draw
    ]
    return Series(
        group, name, tuple(panels), tuple((row, levels.get(row.period)) for row in rows), tuple(levels.values())
    )


def _told(visit: Visit, row: TrendRow, *, counted: bool) -> str:
    period = period_name(row.period)
    if row.share is None or counted:
        return visit.t("trends.told_count", period=period, count=visit.number(row.count or 0), outlets=row.outlets)
    return visit.t(
        "trends.told",
        period=period,
        count=visit.number(row.count or 0),
        denominator=visit.number(row.denominator),
        share=percent(row.share, visit.language),
        low=percent(row.low, visit.language),
        high=percent(row.high, visit.language),
        outlets=row.outlets,
    )


def _span(rows: Sequence[TrendRow], query: Query) -> tuple[date, date] | None:
    """The first and the last day that the rows are of."""
    if not rows:
        return None
    first, last = start(rows[0].period), end(rows[-1].period)
    return max(first, query.since or first), min(last, query.until or last)


def narrowed(query: Query, per: Per | None, group: str | None) -> Query:
    """``query`` kept to a group of a trend; as it is where the group is of what is unknown."""
    if group is None:
        return query if query.province else replace(query, province_map="day")
    if per == "theme":
        return replace(query, themes=tuple(dict.fromkeys([*query.themes, group])))
    if per == "province":
        return replace(query, province=group)
    return replace(query, source=group) if per == "source" else replace(query, partner=group)


def _searched(visit: Visit, per: Per | None, row: TrendRow) -> str:
    """The address of the news behind a number: of the group, in the days of the period."""
    query = visit.query if per != "theme" else replace(visit.query, themes=())
    days = _span([row], query)
    since, until = days if days else (None, None)
    return visit.link("search", replace(narrowed(query, per, row.group), since=since, until=until))


def _kept(query: Query) -> Query:
    """What a form for a stretch of time keeps of a query: all but its days."""
    return replace(query, since=None, until=None)


VIEW = View("trends", answer, beside=("by", "per", "changes"), scripts=("brush.js",), reads_map=True)
