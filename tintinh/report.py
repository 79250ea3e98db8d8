"""The report: one self-contained HTML file on what was collected and what the provinces wrote about."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import sqrt
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from corpus.provinces import canonical
from corpus.records import VIETNAM, Night, Query
from corpus.store import Corpus
from corpus.text import fold
from nlp.themes import Theme

_NO_PROVINCE = "(toàn quốc)"


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


def write_report(
    corpus: Corpus, nights: Sequence[Night], themes: Sequence[Theme], names: dict[str, str], out: Path
) -> Path:
    """Write the report to ``out`` and return it; ``names`` are the outlets' names by source id."""
    stats = corpus.stats()
    provinces, cells, totals = _theme_by_province(corpus, themes)
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(
            made=datetime.now(VIETNAM),
            stats=stats,
            nights=nights,
            names=names,
            months=_months(corpus),
            themes=themes,
            theme_totals=_theme_totals(corpus, themes),
            provinces=provinces,
            cells=cells,
            province_totals=totals,
            stories=_stories(corpus, themes),
        )
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and renamed: whoever reads the report while a night writes it sees the old one or the new one.
    draft = out.with_suffix(".part")
    draft.write_text(page, encoding="utf-8")
    os.replace(draft, out)  # noqa: PTH105 - Path.replace is the same call
    return out


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tintinh", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: "–" if share is None else f"{share * 100:.0f} %".replace(".", ",")
    environment.filters["number"] = lambda value: f"{value:,}".replace(",", ".")
    # An address from a page may be anything; only these two are ever made a link.
    environment.tests["web"] = lambda url: str(url).startswith(("http://", "https://"))
    return environment


def _months(corpus: Corpus) -> list[Month]:
    themed: dict[str, int] = defaultdict(int)
    seen: dict[str, set[int]] = defaultdict(set)
    everything = corpus.trend(Query(limit=None), "month").rows
    for stored in corpus.articles(Query(limit=None)):
        if stored.tagging and stored.tagging.themes and stored.article.published_at:
            label = stored.article.published_at.strftime("%Y-%m")
            if stored.id not in seen[label]:
                seen[label].add(stored.id)
                themed[label] += 1
    return [Month(row.period, row.count, themed[row.period]) for row in everything]


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
    if not total:
        return 0.0
    z, share = 1.2816, count / total
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, (share + z * z / (2 * total) - spread) / (1 + z * z / total))


def _stories(corpus: Corpus, themes: Sequence[Theme]) -> list[Story]:
    """For each theme the newest of its surest articles: probability at least nine tenths of the best one's."""
    best: dict[str, list[tuple[float, Story]]] = defaultdict(list)
    by_slug = {theme.slug: theme for theme in themes}
    for stored in corpus.articles(Query(limit=None)):
        tagging, article = stored.tagging, stored.article
        if tagging is None or stored.copy_of is not None:
            continue
        for slug in tagging.themes:
            score = tagging.scores.get(slug, 1.0)
            when = article.published_at.strftime("%d/%m/%Y") if article.published_at else "không rõ ngày"
            sentence = next(iter(tagging.evidence.get(slug, ())), "")
            if slug in by_slug:
                story = Story(
                    by_slug[slug],
                    article.title,
                    article.url,
                    when,
                    article.province or "",
                    article.source or "",
                    score,
                    sentence,
                )
                best[slug].append((score, story))
    chosen = []
    for theme in themes:
        if best[theme.slug]:
            bar = 0.9 * max(score for score, _ in best[theme.slug])
            # corpus.articles() gives the newest first.
            chosen.append(next(story for score, story in best[theme.slug] if score >= bar))
    return chosen
