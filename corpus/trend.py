"""Trends: how much of the coverage is about something, period by period, with the denominator beside every count.

What is counted is the *subject*: the themes asked for, else the words, else every article. The denominator is what
could have been counted: the articles of the same period and group under the query's other filters, for themes only
those that have a tagging, for an article nobody has tagged says nothing about themes; for partners only those that were
read for names.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from corpus import tallies
from corpus.changepoints import change_points
from corpus.conditions import PROVINCE_COLUMN, themed
from corpus.counting import THEME, Counted, Group, all_days, by_day, undated_of
from corpus.coverage import Coverage, Seen, coverage_of, seen
from corpus.entities import PARTNERS_NAMED
from corpus.errors import QueryError
from corpus.intervals import wilson
from corpus.periods import Period, label, periods
from corpus.records import Query
from corpus.text import fold
from corpus.trend_rows import Change, Trend, TrendRow

MOST = 10
"""Partners that a trend per partner has rows for, where it is not told how many."""
_OVERLAPPING = ("theme", "partner")
"""Groups of which an article may be in several, or in none: the denominator is the same for each."""


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
    most: int = MOST,
) -> Trend:
    """The subject of ``query`` by period (``query.limit`` is not read).

    ``per="theme"`` gives rows for each of ``themes``, or for every theme met; ``query.themes`` must then be empty. For
    any other ``per`` the subject is ``query.themes`` and ``themes`` together (all must be given). ``stories`` counts
    copies once, with their head. ``per="partner"`` gives rows for each of the ``most`` partners (countries, places
    abroad, organisations) that most articles name, the most named first. ``query.partner`` is a subject as words are,
    but filters where there are themes or rows per theme or partner. ``changes`` looks for the periods at which the
    share changes its level.
    """
    require_share(query, per, themes, changes=changes)
    found = counted(connection, query, by, per, themes, stories=stories)
    return shown(found, query, by, per, themes, changes=changes, most=most)


def require_share(query: Query, per: Group | None, themes: tuple[str, ...], *, changes: bool) -> None:
    """Raise ``QueryError`` where ``changes`` are asked for and there is no share that could change."""
    if changes and per not in _OVERLAPPING and not (query.text or query.partner or query.themes or themes):
        raise QueryError(
            "changes are looked for in a share: ask for words, a theme or a partner, or per theme or partner"
        )


@dataclass
class Counts:
    """What a trend is made of: by day and group the denominators and counts, the undated, and who was looking; those
    of parts of a corpus can be added up."""

    denominators: Counter[tuple[Any, ...]]
    counts: Counter[tuple[Any, ...]]
    undated: int
    seen: Seen

    def add(self, other: Counts) -> None:
        """Count in what another part of the corpus has."""
        self.denominators.update(other.denominators)
        self.counts.update(other.counts)
        self.undated += other.undated
        self.seen.add(other.seen)


def counted(
    connection: sqlite3.Connection,
    query: Query,
    by: Period = "month",
    per: Group | None = None,
    themes: tuple[str, ...] = (),
    *,
    stories: bool = False,
) -> Counts:
    """The counts that ``trend`` shows."""
    given: str | None = None
    if per == "theme":
        if query.themes:
            raise QueryError("a trend per theme takes its themes from `themes`, not from the query's filter")
        subject = base = Counted(replace(query, probability=None), tallies.TAGGED, stories)
        given = themed(query)
    elif per == "partner":
        query = replace(query, themes=tuple(dict.fromkeys([*query.themes, *themes])))
        subject = base = Counted(query, tallies.READ, stories)
        given = PARTNERS_NAMED
    else:
        query = replace(query, themes=tuple(dict.fromkeys([*query.themes, *themes])))
        subject = Counted(query, query.themes[0] if query.themes else tallies.EVERY, stories)
        no_words = replace(query, text=None, partner=None)
        asked = replace(query, themes=(), probability=None) if query.themes else no_words
        kind = tallies.READ if query.partner else tallies.EVERY
        base = Counted(asked, tallies.TAGGED if query.themes else kind, stories)
    denominators = by_day(connection, by, None if per in _OVERLAPPING else per, base)
    counts = by_day(connection, by, per, subject, given)
    open_ended = replace(subject.query, since=None, until=None)
    undated = undated_of(connection, replace(subject, query=open_ended))
    return Counts(denominators, counts, undated, seen(connection, query, by, per))


def shown(
    found: Counts,
    query: Query,
    by: Period = "month",
    per: Group | None = None,
    themes: tuple[str, ...] = (),
    *,
    changes: bool = False,
    most: int = MOST,
) -> Trend:
    """The trend of what was ``counted``, with the same arguments."""
    left_out = 0
    groups: Mapping[str | None, str | None]
    if per == "theme":
        groups = dict.fromkeys(themes or sorted({name for _, name in found.counts if name}))
    elif per == "partner":
        named = _totals(found.counts)
        groups, left_out = dict.fromkeys(named[:most]), max(0, len(named) - most)
    else:
        groups = {name: name for name in sorted({name for _, name in found.denominators}, key=by_name)}
    watch = coverage_of(found.seen, query, by, per) if found.denominators else None
    rows = tuple(_rows(found.counts, found.denominators, groups, by, watch, query)) if watch else ()
    return Trend(rows, found.undated, tuple(_changes(rows)) if changes else (), left_out)


def theme_by_province(connection: sqlite3.Connection, query: Query, *, stories: bool = False) -> list[ThemeRow]:
    """Every theme met in every province under ``query.province_map``, zeros too, by province and theme.

    The denominators are the tagged articles of the province under the query's filters other than themes;
    ``query.themes`` narrows which themes are shown.
    """
    base = Counted(replace(query, themes=(), probability=None), tallies.TAGGED, stories)
    column = PROVINCE_COLUMN[query.province_map]
    denominators = all_days(connection, (column,), base)
    counts = all_days(connection, (column, THEME), base, themed(query))
    themes = query.themes or sorted({theme for _, theme in counts})
    return [
        ThemeRow(province, theme, counts[province, theme], total, counts[province, theme] / total)
        for (province,), total in sorted(denominators.items(), key=lambda item: by_name(item[0][0]))
        for theme in themes
    ]


def _totals(counts: Counter[tuple[Any, ...]]) -> list[str]:
    """The groups, those with most first, by name among equals."""
    found: Counter[str] = Counter()
    for (_, name), count in counts.items():
        found[name] += count
    return sorted(found, key=lambda name: (-found[name], by_name(name)))


def by_name(name: str | None) -> tuple[bool, str, str]:
    """What groups are sorted by: folded first, for Đ stands after D, not after Z; the unknown comes last."""
    return name is None, fold(name or ""), name or ""


def _rows(
    counts: Counter[tuple[Any, ...]],
    denominators: Counter[tuple[Any, ...]],
    groups: Mapping[str | None, str | None],
    by: Period,
    watch: Coverage,
    query: Query,
) -> Iterator[TrendRow]:
    """Rows for each group (its name → the group of its denominators) over all periods from the first to the last that
    has articles or was crawled."""
    days = [date.fromisoformat(day) for day in {day for day, _ in denominators}]
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


def _changes(rows: Iterable[TrendRow]) -> Iterator[Change]:
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
