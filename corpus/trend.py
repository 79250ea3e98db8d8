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
from typing import Any, Literal

from corpus.conditions import PROVINCE_COLUMN, Where, themed, where
from corpus.errors import QueryError
from corpus.records import Query
from corpus.text import fold

Period = Literal["day", "week", "month", "quarter", "year"]
Group = Literal["source", "province", "theme"]


@dataclass(frozen=True, slots=True)
class TrendRow:
    """One period of one group. ``share`` is count/denominator, None where the denominator is 0.

    ``period``: ``2025-02-11``, ``2025-W07`` (ISO week), ``2025-02``, ``2025-Q1`` or ``2025``, of the day at +07:00.
    ``group`` is None where nothing was asked per group, and for articles without source or known province.
    """

    period: str
    group: str | None
    count: int
    denominator: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """The rows, by group and period without gaps, and ``undated``: counted articles that have no date to stand at."""

    rows: tuple[TrendRow, ...]
    undated: int


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
) -> Trend:
    """The subject of ``query`` by period (``query.limit`` is not read).

    ``per="theme"`` gives rows for each of ``themes``, or for every theme met; ``query.themes`` must then be empty. For
    any other ``per`` the subject is ``query.themes`` and ``themes`` together (all must be given). ``stories`` counts
    copies once, with their head.
    """
    if per == "theme":
        if query.themes:
            raise QueryError("a trend per theme takes its themes from `themes`, not from the query's filter")
        subject = base = _tagged(replace(query, probability=None), stories)
    else:
        query = replace(query, themes=tuple(dict.fromkeys([*query.themes, *themes])))
        subject = where(query, heads_only=stories)
        asked = replace(query, themes=(), probability=None) if query.themes else replace(query, text=None)
        base = _tagged(asked, stories) if query.themes else where(asked, heads_only=stories)
    group = _GROUP_COLUMN[per] if per != "province" else PROVINCE_COLUMN[query.province_map]
    denominators = _by_day(connection, "NULL" if per == "theme" else group, base)
    counts = _by_day(connection, group, subject, _with_themes(query) if per == "theme" else "articles")
    if per == "theme":
        names: Iterable[str | None] = themes or sorted({name for _, name in counts if name})
        groups: Mapping[str | None, str | None] = dict.fromkeys(names)
    else:
        groups = {name: name for name in sorted({name for _, name in denominators}, key=_order)}
    open_ended = replace(query, since=None, until=None, probability=None if per == "theme" else query.probability)
    undated = _tagged(open_ended, stories) if per == "theme" else where(open_ended, heads_only=stories)
    return Trend(tuple(_rows(counts, denominators, groups, by)), _undated(connection, undated))


def theme_by_province(connection: sqlite3.Connection, query: Query, *, stories: bool = False) -> list[ThemeRow]:
    """Every theme met in every province under ``query.province_map``, zeros too, by province and theme.

    The denominators are the tagged articles of the province under the query's filters other than themes;
    ``query.themes`` narrows which themes are shown.
    """
    base = _tagged(replace(query, themes=(), probability=None), stories)
    column = PROVINCE_COLUMN[query.province_map]
    denominators = _counts(connection, column, "articles", base)
    counts = _counts(connection, f"{column}, theme", _with_themes(query), base)
    themes = query.themes or sorted({theme for _, theme in counts})
    return [
        ThemeRow(province, theme, counts[province, theme], total, counts[province, theme] / total)
        for (province,), total in sorted(denominators.items(), key=lambda item: _order(item[0][0]))
        for theme in themes
    ]


_ANY_TAGGING = "SELECT 1 FROM taggings WHERE taggings.article_id = articles.id"
_GROUP_COLUMN: dict[Group | None, str] = {None: "NULL", "source": "articles.source", "theme": "themed.theme"}


def _with_themes(query: Query) -> str:
    return f"articles JOIN {themed(query)} AS themed ON themed.article_id = articles.id"


def _tagged(query: Query, stories: bool) -> Where:
    condition = where(query, heads_only=stories)
    return Where(f"{condition.sql} AND EXISTS ({_ANY_TAGGING})", condition.values)


def _counts(connection: sqlite3.Connection, columns: str, tables: str, condition: Where) -> Counter[tuple[Any, ...]]:
    """How many rows under ``condition`` there are of each combination of ``columns``."""
    rows = connection.execute(
        f"SELECT {columns}, count(*) FROM {tables} WHERE {condition.sql} GROUP BY {columns}",  # noqa: S608 - our names
        condition.values,
    )
    return Counter({tuple(key): count for *key, count in rows})


def _by_day(
    connection: sqlite3.Connection, group: str, condition: Where, tables: str = "articles"
) -> Counter[tuple[Any, ...]]:
    dated = Where(f"published_day IS NOT NULL AND {condition.sql}", condition.values)
    return _counts(connection, f"published_day, {group}", tables, dated)


def _undated(connection: sqlite3.Connection, condition: Where) -> int:
    row = connection.execute(
        f"SELECT count(*) FROM articles WHERE published_day IS NULL AND {condition.sql}",  # noqa: S608 - our names
        condition.values,
    ).fetchone()
    return int(row[0])


def _order(name: str | None) -> tuple[bool, str, str]:
    # Folded first: Đ stands after D, not after Z; the unknown comes last.
    return name is None, fold(name or ""), name or ""


def _rows(
    counts: Counter[tuple[Any, ...]],
    denominators: Counter[tuple[Any, ...]],
    groups: Mapping[str | None, str | None],
    by: Period,
) -> Iterator[TrendRow]:
    """Rows for each group (its name → the group of its denominators) over all periods from the first to the last."""
    if not denominators:
        return
    days = [day for day, _ in denominators]
    periods = list(_periods(date.fromisoformat(min(days)), date.fromisoformat(max(days)), by))
    count, denominator = _by_period(counts, by), _by_period(denominators, by)
    for name, whole in groups.items():
        for period in periods:
            part, total = count[period, name], denominator[period, whole]
            yield TrendRow(period, name, part, total, part / total if total else None)


def _by_period(by_day: Counter[tuple[Any, ...]], by: Period) -> Counter[tuple[Any, ...]]:
    found: Counter[tuple[Any, ...]] = Counter()
    for (day, group), count in by_day.items():
        found[_label(date.fromisoformat(day), by), group] += count
    return found


def _label(day: date, by: Period) -> str:
    match by:
        case "day":
            return day.isoformat()
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        case "month":
            return f"{day.year:04}-{day.month:02}"
        case "quarter":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year:04}"


def _periods(first: date, last: date, by: Period) -> Iterator[str]:
    label = ""
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        # Day by day is quick enough for a century and knows every calendar's corners.
        if (here := _label(date.fromordinal(ordinal), by)) != label:
            label = here
            yield label
