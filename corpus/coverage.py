"""Who was looking: in which periods each outlet was watched, so that an outlet nobody read is not counted as silent.

An outlet was *watched* in a period if

- the corpus holds an article of it that is dated in the period, or
- a night that found addresses at it ran in the period, or on the day after (a night at half past one reads yesterday),
- a walk into its past that came to its end went over the period, or
- it was never crawled at all, only imported, and the period lies between its first article and its last.

Else nobody can tell whether it was silent.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property

from corpus import leaps, tallied
from corpus.conditions import province_named
from corpus.periods import Period, label, periods
from corpus.provinces import MERGED_SINCE, map_34, names_34, provinces_63
from corpus.records import Query

Outlet = str | None
"""A source id; None stands for the articles that have none."""

# The days of each outlet's articles, found by leaping through an index: one step for each outlet and day, however many
# articles there are. The index is named, for SQLite takes any that begins with the outlet, and reads all articles of it
# to find the first.
_DATED = "FROM articles INDEXED BY articles_source_newest WHERE source IS name"
_HELD = f"""
    WITH RECURSIVE
    {leaps.values("outlets", "articles", "source")},
    held (name, at) AS (
        SELECT name, (SELECT min(published_at) {_DATED}) FROM outlets
        UNION ALL
        SELECT name, (SELECT min(published_at) {_DATED} AND published_at > substr(held.at, 1, 10) || '~')
        FROM held WHERE at IS NOT NULL
    )
    SELECT name, substr(at, 1, 10) FROM held WHERE at IS NOT NULL"""  # noqa: S608 - ours


_NOBODY = 1
"""The bit of the articles without an outlet."""


@dataclass
class _Watch:
    """What is known of one outlet: the periods in which it was watched, and the days of crawling and walking."""

    names: set[str] = field(default_factory=set)
    held: list[date] = field(default_factory=list)
    crawled: list[date] = field(default_factory=list)


@dataclass(frozen=True)
class Coverage:
    """By group and period the outlets that were watched; ``crawled`` are the first and last day of any crawl of them.

    ``members`` are the outlets of each group; for a group that is not there, those of None, which are all.
    """

    watched: Mapping[Outlet, set[str]]
    members: Mapping[str | None, set[Outlet]]
    crawled: tuple[date, date] | None
    gone: Mapping[str | None, str]

    def at(self, group: str | None, period: str) -> tuple[int, bool]:
        """How many outlets of ``group`` were watched in the period, and whether a zero there means silence."""
        if group in self.gone and period >= self.gone[group]:
            return 0, False
        here = self._member_bits[group if group in self.members else None] & self._watching.get(period, 0)
        return (here & ~_NOBODY).bit_count(), bool(here)

    # Sets of outlets as bits of a number: they are cut for each row of a trend, some thousand times.

    @cached_property
    def _bits(self) -> Mapping[Outlet, int]:
        outlets = (name for name in self.watched if name is not None)
        return {None: _NOBODY, **{name: _NOBODY << n for n, name in enumerate(outlets, 1)}}

    @cached_property
    def _member_bits(self) -> Mapping[str | None, int]:
        return {group: sum(self._bits.get(name, 0) for name in names) for group, names in self.members.items()}

    @cached_property
    def _watching(self) -> Mapping[str, int]:
        """The outlets that were watched in each period."""
        found: dict[str, int] = defaultdict(int)
        for name, named in self.watched.items():
            for period in named:
                found[period] |= self._bits[name]
        return found


@dataclass
class Seen:
    """What a corpus, or a part of one, knows of who was looking: by outlet the days (or one of each month) of its
    articles, the nights that found something and the walks that ended; by province the outlets that wrote of it."""

    held: dict[Outlet, set[date]]
    nights: dict[Outlet, set[date]]
    walks: list[tuple[Outlet, date, date]]
    places: dict[str | None, set[Outlet]]

    def add(self, other: Seen) -> None:
        """Take in what another part knows."""
        for name, days in other.held.items():
            self.held.setdefault(name, set()).update(days)
        for name, days in other.nights.items():
            self.nights.setdefault(name, set()).update(days)
        for place, names in other.places.items():
            self.places.setdefault(place, set()).update(names)
        self.walks += other.walks


def seen(connection: sqlite3.Connection, query: Query, by: Period, per: str | None) -> Seen:
    """What ``coverage_of`` is made from, of a corpus or a part of one (``per`` as in a trend)."""
    found = Seen(defaultdict(set), defaultdict(set), [], defaultdict(set))
    if by in {"day", "week"}:
        for name, day in connection.execute(_HELD):
            found.held[name].add(date.fromisoformat(day))
    else:
        for name, months in tallied.months(connection):
            found.held[name].update(map(_first_day, months))
    nights = "SELECT DISTINCT source, date(started_at, '+7 hours') FROM nights WHERE found > 0"
    for name, day in connection.execute(nights):
        found.nights[name].add(date.fromisoformat(day))
    walks = "SELECT source, since, date(at, '+7 hours') FROM walks WHERE rest = '[]'"
    for name, since, day in connection.execute(walks):
        found.walks.append((name, date.fromisoformat(since[:10]), date.fromisoformat(day)))
    if per == "province" or (per != "source" and query.province is not None):
        for name, place in tallied.places(connection, query.province_map):
            found.places[place].add(name)
    return found


@cache
def _first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")


def coverage_of(parts: Seen, query: Query, by: Period, per: str | None) -> Coverage:
    """Which outlets, of those that ``query`` may ask about, were watched in which periods, by what was ``seen``."""
    found: dict[Outlet, _Watch] = defaultdict(_Watch)
    walked: dict[Outlet, list[tuple[date, date]]] = defaultdict(list)
    for name, days in parts.held.items():
        found[name].held += days
    for name, days in parts.nights.items():
        for night in days:
            found[name].crawled += [night - timedelta(days=1), night]
    for name, first, last in parts.walks:
        found[name].crawled += [first, last]
        walked[name].append((first, last))
    # Named once, for outlets have most of their days in common.
    labels = {day: label(day, by) for day in {day for watch in found.values() for day in (*watch.held, *watch.crawled)}}
    run = list(periods(min(labels), max(labels), by)) if labels else []
    places = {name: place for place, name in enumerate(run)}
    for name, watch in found.items():
        watch.names.update(labels[day] for day in (*watch.held, *watch.crawled))
        for first, last in walked[name] if watch.crawled else [(min(watch.held), max(watch.held))]:
            watch.names.update(run[places[labels[first]] : places[labels[last]] + 1])
    members = _members(parts, query, per, set(found))
    asked = set().union(*members.values())
    crawled = [day for name in asked if name in found for day in found[name].crawled]
    return Coverage(
        {name: watch.names for name, watch in found.items()},
        members,
        (min(crawled), max(crawled)) if crawled else None,
        _gone(query, by, members) if per == "province" or query.province is not None else {},
    )


def _members(parts: Seen, query: Query, per: str | None, known: set[Outlet]) -> dict[str | None, set[Outlet]]:
    everyone: set[Outlet] = {query.source} if query.source is not None else known
    nobody: set[Outlet] = set()
    if per == "source":
        return {None: nobody, **{name: {name} for name in everyone}}
    if per != "province" and query.province is None:
        return {None: everyone}
    # An outlet belongs to a province if it ever wrote of it: most write of one, the national ones of many.
    places: dict[str | None, set[Outlet]] = defaultdict(set)
    for place, names in parts.places.items():
        if here := names & everyone:
            places[place] = here
    if per == "province":
        return {None: nobody, **places}
    return {None: places[province_named(query.province, query.province_map)]} if query.province else {None: everyone}


def _gone(query: Query, by: Period, groups: Iterable[str | None]) -> dict[str | None, str]:
    """The groups whose province the map has no more after June 2025, each with the first period wholly after it.

    Under the map of the day a merged province is gone; under that of 63 nobody can tell its part of the new one.
    """
    asked = province_named(query.province, query.province_map) if query.province is not None else None
    last = label(MERGED_SINCE - timedelta(days=1), by)
    after = next(name for name in periods(MERGED_SINCE, MERGED_SINCE + timedelta(days=400), by) if name > last)
    found: dict[str | None, str] = {}
    for group in groups:
        place = asked or group
        if place is None or query.province_map == "34":
            continue
        merged = sum(province.now == map_34(place) for province in provinces_63()) > 1
        if merged if query.province_map == "63" else place not in names_34():
            found[group] = after
    return found
