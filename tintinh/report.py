"""The report: one self-contained HTML file on what was collected and what the provinces wrote about."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import sqrt
from pathlib import Path
from typing import Literal

from jinja2 import Environment

from corpus.nights import Night
from corpus.provinces import canonical
from corpus.records import VIETNAM, Query
from corpus.rows import StoredArticle
from corpus.store import Corpus
from corpus.text import fold
from nlp.themes import Theme
from tintinh.morning import charts, coverage, words
from tintinh.morning.names import names_today
from tintinh.morning.outlets import findings, outlets
from tintinh.morning.period import Period, period_of
from tintinh.morning.stories import day_stories
from tintinh.templated import templates

_NO_PROVINCE = "(toàn quốc)"
_SURE = 0.9
"""A story's probability must be this share of the best one's of its theme."""


@dataclass(frozen=True, slots=True)
class Month:
    """One column of the chart of months: all articles, and those with at least one theme."""

    label: str
    articles: int
    themed: int


@dataclass(frozen=True, slots=True)
class Cell:
    """One field of theme × province; ``heat`` (0–1) colours it by the share that is sure, not by one article of one."""

    count: int
    denominator: int
    heat: float


@dataclass(frozen=True, slots=True)
class Story:
    """An article worth reading for one theme, with the sentence that carried it."""

    theme: Theme
    title: str
    url: str
    when: str
    province: str
    source: str
    score: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for: ``day`` None is the day of the newest night; ``theme`` (a slug) colours the map."""

    day: date | None = None
    days: int = 1
    province_map: Literal["34", "63"] = "34"
    theme: str | None = None


def write_report(
    corpus: Corpus,
    nights: Sequence[Night],
    themes: Sequence[Theme],
    names: Mapping[str, str],
    out: Path,
    asked: Asked | None = None,
) -> Path:
    """Write the report to ``out`` and return it; ``names`` are the outlets' names by source id."""
    asked = asked or Asked()
    stats = corpus.stats()
    period = period_of(corpus, nights, asked.day, asked.days)
    data = chart_data(corpus, themes, period, asked)
    provinces, cells, totals = _theme_by_province(corpus, themes)
    themed, stories = _read_through(corpus, themes)
    drawn = charts.available()
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            made=datetime.now(VIETNAM),
            period=period,
            stats=stats,
            outlets=outlets(corpus, nights, names),
            findings=findings(corpus, nights, names),
            day_stories=day_stories(corpus, period, themes, names) if period else [],
            new_names=names_today(corpus, period, names),
            theme_rows=data.themes,
            days=data.days,
            provinces_now=data.provinces,
            province_map=asked.province_map,
            map_theme=next((theme for theme in themes if theme.slug == asked.theme), None),
            charts=charts.page_charts(data) if drawn else {},
            charts_available=drawn,
            chart_packages=charts.PACKAGES,
            names=names,
            months=_months(corpus, themed),
            themes=themes,
            theme_totals=_theme_totals(corpus, themes),
            provinces=provinces,
            no_province=_NO_PROVINCE,
            cells=cells,
            province_totals=totals,
            stories=stories,
        )
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed: whoever reads the report while a night writes it sees the old one or the new one.
    draft = out.with_suffix(".part")
    draft.write_text(page, encoding="utf-8")
    os.replace(draft, out)  # noqa: PTH105 - Path.replace is the same call
    return out


def chart_data(corpus: Corpus, themes: Sequence[Theme], period: Period | None, asked: Asked) -> charts.ChartData:
    """The figures that the charts and the tables beside them show; all empty where there is no period."""
    if period is None:
        return charts.ChartData((), (), (), asked.province_map)
    return charts.ChartData(
        coverage.themes_today(corpus, period, themes),
        coverage.days(corpus, period),
        coverage.province_shares(corpus, period, asked.province_map, asked.theme),
        asked.province_map,
    )


def _environment() -> Environment:
    environment = templates("templates")
    environment.filters["percent"] = lambda share: "–" if share is None else f"{share * 100:.0f} %"
    environment.filters["number"] = lambda value: f"{value:,}".replace(",", "\u202f")  # read alike in both languages
    environment.filters["decimal"] = lambda value: f"{value:.2f}"
    environment.filters["day"] = _day
    environment.filters["tail"] = lambda rows, count: rows[len(rows) - count :]
    environment.globals.update(t=words.say_both, told=words.say_in, both=words.both, known_words=words.words())
    return environment


def _day(moment: date) -> str:
    return f"{moment.astimezone(VIETNAM) if isinstance(moment, datetime) else moment:%d/%m/%Y}"


def _months(corpus: Corpus, themed: Mapping[str, int]) -> list[Month]:
    return [
        Month(row.period, row.count or 0, themed.get(row.period, 0)) for row in corpus.trend(Query(limit=None)).rows
    ]


def _theme_totals(corpus: Corpus, themes: Sequence[Theme]) -> list[tuple[Theme, int, int]]:
    counts: dict[str, int] = defaultdict(int)
    tagged: dict[str | None, int] = {}
    for row in corpus.theme_by_province(Query(limit=None)):
        counts[row.theme] += row.count
        tagged[row.province] = row.denominator
    total = sum(tagged.values())
    return sorted(((theme, counts[theme.slug], total) for theme in themes), key=lambda item: -item[1])


def _theme_by_province(
    corpus: Corpus, themes: Sequence[Theme]
) -> tuple[list[str], dict[tuple[str, str], Cell], dict[str, int]]:
    cells: dict[tuple[str, str], Cell] = {}
    totals: dict[str, int] = {}
    for row in corpus.theme_by_province(Query(limit=None, province_map="day")):
        name = row.province or _NO_PROVINCE
        totals[name] = row.denominator
        cells[name, row.theme] = Cell(row.count, row.denominator, _sure_share(row.count, row.denominator))
    top = max((cell.heat for cell in cells.values()), default=0.0) or 1.0
    cells = {key: replace(cell, heat=cell.heat / top) for key, cell in cells.items()}
    ordered = sorted(totals, key=lambda name: (canonical(name) is None, -totals[name], fold(name)))
    return ordered, cells, totals


def _sure_share(count: int, total: int) -> float:
    """The lower end of the 80 % Wilson interval of a share."""
    if total < 5:
        # One article of one is no tendency; the number in the field says all there is to say.
        return 0.0
    z, share = 1.2816, count / total
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, (share + z * z / (2 * total) - spread) / (1 + z * z / total))


def _read_through(corpus: Corpus, themes: Sequence[Theme]) -> tuple[Counter[str], list[Story]]:
    """In one reading of the corpus: how many articles of each month have a theme, and a story worth reading for each.

    A theme's story is the newest of its surest, with a probability of at least nine tenths of the best one's.
    """
    themed: Counter[str] = Counter()
    choices = {theme.slug: _Choice() for theme in themes}
    for stored in corpus.articles(Query(limit=None)):  # the newest first
        if stored.tagging is None:
            continue
        if stored.tagging.themes and stored.article.published_at:
            themed[f"{stored.article.published_at:%Y-%m}"] += 1
        if stored.copy_of is None:
            for slug in stored.tagging.themes:
                if slug in choices:
                    choices[slug].offer(stored.tagging.scores.get(slug, 1.0), stored)
    found = ((theme, choices[theme.slug].newest) for theme in themes)
    return themed, [_story(theme, *newest) for theme, newest in found if newest is not None]


class _Choice:
    """The articles of one theme that may still be its story: each surer than all newer ones, and sure enough."""

    def __init__(self) -> None:
        self._open: list[tuple[float, StoredArticle]] = []

    def offer(self, score: float, stored: StoredArticle) -> None:
        """Consider an article that is older than all before."""
        if not self._open or score > self._open[-1][0]:
            self._open = [one for one in self._open if one[0] >= _SURE * score]
            self._open.append((score, stored))

    @property
    def newest(self) -> tuple[float, StoredArticle] | None:
        """The newest article that is sure enough, with its probability."""
        return self._open[0] if self._open else None


def _story(theme: Theme, score: float, stored: StoredArticle) -> Story:
    article, evidence = stored.article, stored.tagging.evidence if stored.tagging else {}
    return Story(
        theme,
        article.title,
        article.url,
        article.published_at.strftime("%d/%m/%Y") if article.published_at else "",
        article.province or "",
        article.source or "",
        score,
        next(iter(evidence.get(theme.slug, ())), ""),
    )
