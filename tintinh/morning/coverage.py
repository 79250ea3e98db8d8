"""What the provinces wrote about: themes against the four weeks before, days, and provinces. Stories, copies once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.provinces import names_34, provinces_63
from corpus.records import ProvinceMap, Query
from corpus.store import Corpus
from corpus.themed import ThemedRow, themed
from nlp.themes import Theme
from tintinh.morning.period import Period
from tintinh.morning.shares import Share, moved


@dataclass(frozen=True, slots=True)
class ThemeToday:
    """A theme's share of the period's tagged stories and of those of the four weeks before.

    ``moved``: 1 more than before, -1 less, 0 no more than chance.
    """

    theme: Theme
    now: Share
    before: Share
    moved: int


@dataclass(frozen=True, slots=True)
class ProvinceShare:
    """A province under the map asked for: its stories with a theme (or the theme asked for) of its tagged ones."""

    name: str
    share: Share


def themes_today(corpus: Corpus, period: Period, themes: Sequence[Theme]) -> list[ThemeToday]:
    """Every theme, the greatest share of the period first."""
    now, before = _shares(corpus, period.asked()), _shares(corpus, period.before())
    empty_now, empty_before = (Share(0, next((one.total for one in found.values()), 0)) for found in (now, before))
    rows = []
    for theme in themes:
        here, past = now.get(theme.slug, empty_now), before.get(theme.slug, empty_before)
        rows.append(ThemeToday(theme, here, past, moved(here, past, len(themes))))
    return sorted(rows, key=lambda row: (-row.now.count, -(row.before.value or 0)))


def _shares(corpus: Corpus, query: Query) -> dict[str, Share]:
    counts: dict[str, int] = {}
    totals: dict[str | None, int] = {}
    for row in corpus.theme_by_province(query, stories=True):
        counts[row.theme] = counts.get(row.theme, 0) + row.count
        totals[row.province] = row.denominator
    # Without a single theme met there is no row to read the denominator from.
    total = sum(totals.values()) or sum(row.tagged for row in themed(corpus.connection, query, "day"))
    return {theme: Share(count, total) for theme, count in counts.items()} or {"": Share(0, total)}


def days(corpus: Corpus, period: Period) -> list[ThemedRow]:
    """Every day of the period and the four weeks before, those without a story too."""
    found = {row.group: row for row in themed(corpus.connection, period.both(), "day")}
    first, last = period.past[0].toordinal(), period.last.toordinal()
    names = (period.last.fromordinal(day).isoformat() for day in range(first, last + 1))
    return [found.get(name, ThemedRow(name, 0, 0, 0)) for name in names]


def province_shares(
    corpus: Corpus, period: Period, province_map: ProvinceMap, theme: str | None = None
) -> list[ProvinceShare]:
    """Every province of the map of 34 or 63 over the period and the four weeks before, by name.

    One day has too few stories of a province to colour it by. ``theme`` asks for one theme instead of any.
    """
    query = replace(period.both(province_map), themes=(theme,) if theme else ())
    found = {row.group: Share(row.themed, row.tagged) for row in themed(corpus.connection, query, "province")}
    names = names_34() if province_map == "34" else tuple(province.name for province in provinces_63())
    return [ProvinceShare(name, found.get(name, Share(0, 0))) for name in names]
