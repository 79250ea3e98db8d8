"""Trends: how much of the coverage is about something, period by period, with the denominator beside every count.

What is counted is the *subject*: the themes asked for, else the words, else every article. The denominator is what
could have been counted: the articles of the same period and group under the query's other filters, for themes only
those that have a tagging, for an article nobody has tagged says nothing about themes.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from corpus import tallies
from corpus.changepoints import change_points
from corpus.conditions import PROVINCE_COLUMN, STANDING, Where, themed, where
from corpus.coverage import Coverage, coverage
from corpus.errors import QueryError
from corpus.intervals import wilson
from corpus.periods import Period, label, periods
from corpus.records import Query
from corpus.text import fold

if TYPE_CHECKING:
    import pandas as pd

Group = Literal["source", "province", "theme"]


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One period of one group. ``share`` is count/denominator, None where the denominator is 0.

    ``period``: ``2025-02-11``, ``2025-W07`` (ISO week), ``2025-02``, ``2025-Q1`` or ``2025``, of the day at +07:00.
    ``group`` is None where nothing was asked per group, and for articles without source or known province.
    ``count`` is None where nobody was looking: 0 articles of no outlet watched are no silence. ``low`` and ``high`` are
    the ends of the 95 % interval of the share (Wilson), None as it is. ``outlets`` is how many outlets that the group
    has were watched in the period (``corpus.coverage``).
    """

    period: str
    group: str | None
    count: int | None
    denominator: int
    share: float | None
    low: float | None
    high: float | None
    outlets: int


@dataclass(frozen=True, slots=True)
class Change:
    """A new level: from ``period`` on the share of ``group`` is ``after``, until then ``before`` (whole stretches)."""

    group: str | None
    period: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Trend:
    """The rows, by group and period without gaps, and ``undated``: counted articles that have no date to stand at.

    ``changes`` are those asked for, by group and period.
    """

    rows: tuple[TrendRow, ...]
    undated: int
    changes: tuple[Change, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """A frame with a row for each of ``rows``; see ``corpus.frames.trend_frame``."""
        from corpus.frames import trend_frame

        return trend_frame(self)


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """How many articles of a province carry a theme, of how many tagged ones; both None for articles without one."""

    province: str | None
    theme: str
    count: int
    denominator: int
    share: float | None


def trend(
    connection: sqlite3.Connection,
    query: Query,
    by: Period = "month",
    per: Group | None = None,
    themes: tuple[str, ...] = (),
    *,
    stories: bool = False,
    changes: bool = False,
) -> Trend:
    """The subject of ``query`` by period (``query.limit`` is not read).

    ``per="theme"`` gives rows for each of ``themes``, or for every theme met; ``query.themes`` must then be empty. For
    any other ``per`` the subject is ``query.themes`` and ``themes`` together (all must be given). ``stories`` counts
    copies once, with their head. ``changes`` looks for the periods at which the share changes its level.
    """
    if changes and per != "theme" and not (query.text or query.themes or themes):
        raise QueryError("changes are looked for in a share: ask for words or a theme, or per theme")
    if per == "theme":
        if query.themes:
            raise QueryError("a trend per theme takes its themes from `themes`, not from the query's filter")
        subject = base = Counted(replace(query, probability=None), tallies.TAGGED, stories)
        given = themed(query)
    else:
        query = replace(query, themes=tuple(dict.fromkeys([*query.themes, *themes])))
        subject = Counted(query, query.themes[0] if query.themes else tallies.EVERY, stories)
        asked = replace(query, themes=(), probability=None) if query.themes else replace(query, text=None)
        base = Counted(asked, tallies.TAGGED if query.themes else tallies.EVERY, stories)
        given = None
    denominators = _by_day(connection, by, None if per == "theme" else per, base)
    counts = _by_day(connection, by, per, subject, given)
    if per == "theme":
        names: Iterable[str | None] = themes or sorted({name for _, name in counts if name})
        groups: Mapping[str | None, str | None] = dict.fromkeys(names)
    else:
        groups = {name: name for name in sorted({name for _, name in denominators}, key=by_name)}
    open_ended = replace(subject.query, since=None, until=None)
    undated = replace(subject, query=open_ended)
    watch = coverage(connection, query, by, per) if denominators else None
    rows = tuple(rows_of(counts, denominators, groups, by, watch, query)) if watch else ()
    return Trend(rows, _undated(connection, undated), tuple(changes_of(rows)) if changes else ())


def theme_by_province(connection: sqlite3.Connection, query: Query, *, stories: bool = False) -> list[ThemeRow]:
    """Every theme met in every province under ``query.province_map``, zeros too, by province and theme.

    The denominators are the tagged articles of the province under the query's filters other than themes;
    ``query.themes`` narrows which themes are shown.
    """
    base = Counted(replace(query, themes=(), probability=None), tallies.TAGGED, stories)
    column = PROVINCE_COLUMN[query.province_map]
    denominators = all_days(connection, (column,), base)
    counts = all_days(connection, (column, _THEME), base, themed(query))
    themes = query.themes or sorted({theme for _, theme in counts})
    return [
        ThemeRow(province, theme, counts[province, theme], total, counts[province, theme] / total)
        for (province,), total in sorted(denominators.items(), key=lambda item: by_name(item[0][0]))
        for theme in themes
    ]


_ANY_TAGGING = "SELECT 1 FROM taggings WHERE taggings.article_id = articles.id"
_THEME = "standing_themes.theme"
_GROUP_COLUMN: dict[Group | None, str] = {None: "NULL", "source": "articles.source", "theme": _THEME}


def _tables(given: str | None) -> str:
    """What is counted in: articles, or each with its themes, those of the relation ``given`` (``themed``)."""
    joined = f"articles JOIN {given} AS standing_themes ON standing_themes.article_id = articles.id"
    return joined if given else "articles"


def _is_tallied(given: str | None) -> bool:
    """Whether tallies count the themes of this relation: those in use, not those from some probability on."""
    return given is None or given == STANDING


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted: the articles of ``query``, and the ``kind`` of tally that counts the same (one theme at most).

    ``tallies.TAGGED`` means only those with a tagging, ``stories`` those that are no copies.
    """

    query: Query
    kind: str
    stories: bool

    @property
    def heads_only(self) -> bool:
        return self.stories or self.query.stories

    def where(self) -> Where:
        condition = where(self.query, heads_only=self.stories)
        if self.kind != tallies.TAGGED:
            return condition
        return Where(f"{condition.sql} AND EXISTS ({_ANY_TAGGING})", condition.values)


def all_days(
    connection: sqlite3.Connection, columns: tuple[str, ...], what: Counted, given: str | None = None
) -> Counter[tuple[Any, ...]]:
    """How many articles there are of each combination of ``columns``, the undated too where no day is asked for."""
    found: Counter[tuple[Any, ...]] = Counter()
    months = tallies.split(what.query, columns) if _is_tallied(given) else None
    for edge in months.edges if months else (what.query,):
        found += counts_of(connection, ", ".join(columns), _tables(given), replace(what, query=edge).where())
    if months:
        kind = None if given else what.kind
        found += tallies.counts(
            connection, what.query, months, kind, columns, by_month=False, heads_only=what.heads_only
        )
    return found


def counts_of(connection: sqlite3.Connection, columns: str, tables: str, condition: Where) -> Counter[tuple[Any, ...]]:
    """How many rows under ``condition`` there are of each combination of ``columns``."""
    rows = connection.execute(
        f"SELECT {columns}, count(*) FROM {tables} WHERE {condition.sql} GROUP BY {columns}",  # noqa: S608 - our names
        condition.values,
    )
    return Counter({tuple(key): count for *key, count in rows})


def _by_day(
    connection: sqlite3.Connection, by: Period, per: Group | None, what: Counted, given: str | None = None
) -> Counter[tuple[Any, ...]]:
    """How many articles there are of each day and group; those of whole months may stand at the first of the month."""
    group = _GROUP_COLUMN[per] if per != "province" else PROVINCE_COLUMN[what.query.province_map]
    months = None
    if by in {"month", "quarter", "year"} and _is_tallied(given):
        months = tallies.split(what.query, (group,))
    found: Counter[tuple[Any, ...]] = Counter()
    for edge in months.edges if months else (what.query,):
        condition = replace(what, query=edge).where()
        dated = Where(f"published_day IS NOT NULL AND {condition.sql}", condition.values)
        found += counts_of(connection, f"published_day, {group}", _tables(given), dated)
    if months:
        kind = None if per == "theme" else what.kind
        monthly = tallies.counts(
            connection, what.query, months, kind, (group,), by_month=True, heads_only=what.heads_only
        )
        found.update({(f"{month}-01", name): count for (month, name), count in monthly.items() if month})
    return found


def _undated(connection: sqlite3.Connection, what: Counted) -> int:
    if tallies.split(what.query):
        counted = tallies.counts(
            connection, what.query, tallies.UNDATED, what.kind, (), by_month=False, heads_only=what.heads_only
        )
        return counted.total()
    condition = what.where()
    row = connection.execute(
        f"SELECT count(*) FROM articles WHERE published_day IS NULL AND {condition.sql}",  # noqa: S608 - our names
        condition.values,
    ).fetchone()
    return int(row[0])


def by_name(name: str | None) -> tuple[bool, str, str]:
    """What groups are sorted by: folded first, for Đ stands after D, not after Z; the unknown comes last."""
    return name is None, fold(name or ""), name or ""


def rows_of(
    counts: Counter[tuple[Any, ...]],
    denominators: Counter[tuple[Any, ...]],
    groups: Mapping[str | None, str | None],
    by: Period,
    watch: Coverage,
    query: Query,
) -> Iterator[TrendRow]:
    """Rows for each group (its name → the group of its denominators) over all periods from the first to the last that
    has articles or was crawled."""
    days = [date.fromisoformat(day) for day, _ in denominators]
    days += [min(max(day, query.since or day), query.until or day) for day in watch.crawled or ()]
    count, denominator = _by_period(counts, by), _by_period(denominators, by)
    names = list(periods(min(days), max(days), by))
    for name, whole in groups.items():
        for period in names:
            part, total = count[period, name], denominator[period, whole]
            outlets, known = watch.at(whole, period)
            low, high = wilson(part, total) if total else (None, None)
            share = part / total if total else None
            yield TrendRow(period, name, part if known or total else None, total, share, low, high, outlets)


def changes_of(rows: Iterable[TrendRow]) -> Iterator[Change]:
    """The new levels of each group."""
    by_group: dict[str | None, list[TrendRow]] = {}
    for row in rows:
        if row.denominator:
            by_group.setdefault(row.group, []).append(row)
    for group, series in by_group.items():
        counts, totals = [row.count or 0 for row in series], [row.denominator for row in series]
        cuts = change_points(counts, totals)
        for before, at, after in zip([0, *cuts], cuts, [*cuts[1:], len(series)], strict=False):
            old = sum(counts[before:at]) / sum(totals[before:at])
            yield Change(group, series[at].period, old, sum(counts[at:after]) / sum(totals[at:after]))


def _by_period(by_day: Counter[tuple[Any, ...]], by: Period) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    labels = {day: label(date.fromisoformat(day), by) for day in {day for day, _ in by_day}}
    for (day, group), count in by_day.items():
        found[labels[day], group] += count
    return found
