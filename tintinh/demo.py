"""The main job on the embedded default: five loopback outlets, no network, no server but our own."""

from __future__ import annotations

import importlib.util
import shlex
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import click

from corpus.records import Query
from corpus.store import Corpus
from crawler.source import load_sources
from nlp.themes import Theme, load_themes
from tintinh.chart import bars
from tintinh.commands.collect import crawl_sources, night_row, settle, tell_verdict
from tintinh.commands.explore import print_hits
from tintinh.commands.opinions import annotate, tagger_at
from tintinh.language import tell
from tintinh.loopback import NewspaperProcess
from tintinh.output import print_table, say
from tintinh.report import Asked, write_report
from tintinh.settings import settings

_QUESTION = "hop tac bien gioi"
_MARK = ".tintinh-demo"


def run_demo(folder: Path, *, fresh: bool) -> Path:
    """One night over the loopback newspaper into ``folder``; prints what came of it and returns the report's path.

    Without ``fresh`` the corpus of an earlier demo goes on, as a second night would.
    """
    _prepare(folder, fresh=fresh)
    corpus_path, archive_path = folder / "corpus.sqlite", folder / "archive"
    known = load_sources()
    with NewspaperProcess(settings().stories) as paper:
        sources = [source for source in known.values() if set(source.hosts) & set(paper.hosts)]
        _heading(
            "1. Một đêm thu thập",
            tell("a night: {outlets} outlets, crawled with Scrapy from {url}", outlets=len(sources), url=paper.url),
        )
        # On our own machine there is nobody to be polite to.
        options = {
            "CONNECT_TO": paper.connect_to,
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
        nights = crawl_sources(sources, corpus_path, archive_path, options)
    print_table(
        map(night_row, nights),
        ["source", "found", "known", "stored", "copies", "same", "rejected", "generic", "verdict"],
    )
    tell_verdict(nights, settle(nights, corpus_path, archive_path))
    with Corpus.open(corpus_path) as corpus:
        _heading("2. Tách từ, gắn chủ đề", tell("words and themes"))
        tagger = tagger_at(None)
        segmented, tagged, named = annotate(corpus, tagger)
        say(
            tell(
                "{segmented} articles segmented, {tagged} tagged by {model}, {named} read for places and partners",
                segmented=segmented,
                tagged=tagged,
                model=tagger.by,
                named=named,
            )
        )
        themes = load_themes()
        _print_matrix(corpus, themes)
        _print_months(corpus)
        _print_search(corpus)
        names = {source.id: source.name for source in sources}
        # The demo's news was told over two years: its last three months, for no story is of last night.
        asked = Asked(day=corpus.stats().last, days=90)
        report = write_report(corpus, nights, themes, names, folder / "report.html", asked)
    _heading("6. Báo cáo", tell("open this file in a browser"))
    click.echo(str(report))
    if importlib.util.find_spec("datasette") and importlib.util.find_spec("uvicorn"):
        _heading("7. Kho tin", tell("explore the corpus in a browser"))
        archive = f" --archive {shlex.quote(str(archive_path))}"
        click.echo(f"tintinh serve --corpus {shlex.quote(str(corpus_path))}{archive} --open")
    return report


def _prepare(folder: Path, *, fresh: bool) -> None:
    """Make ``folder`` and mark it as a demo's; with ``fresh``, delete in it what an earlier demo made, nothing else.

    A corpus or archive that stands in an unmarked folder may be anybody's work, and an archive cannot be made again.
    """
    mark, corpus, archive, report = (folder / name for name in (_MARK, "corpus.sqlite", "archive", "report.html"))
    used = corpus.exists() or archive.exists()
    if fresh and used and not mark.exists():
        raise click.BadParameter(
            f"{folder} holds a corpus or archive that no demo made; --fresh deletes only a demo's own",
            param_hint="--into",
        )
    if fresh and mark.exists():
        for path in (*folder.glob("corpus.sqlite*"), report):
            path.unlink(missing_ok=True)
        if archive.exists():
            shutil.rmtree(archive)
    if fresh or not used:
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text("Made by: tintinh demo. `tintinh demo --fresh` deletes corpus, archive and report here.\n")


def _heading(vietnamese: str, english: str) -> None:
    click.echo()
    click.echo(click.style(vietnamese, bold=True) + click.style(f"  {english}", dim=True))


def _print_matrix(corpus: Corpus, themes: Sequence[Theme]) -> None:
    _heading("3. Chủ đề × tỉnh", tell("articles by theme and province (of the article's day)"))
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    articles: dict[str, int] = {}
    for row in corpus.theme_by_province(Query(limit=None)):
        name = row.province or tell("(none)")
        counts[row.theme][name] = row.count
        articles[name] = row.denominator
    shown = sorted(articles, key=lambda name: -articles[name])[:7]
    rows = [{"theme": theme.slug, **{name: counts[theme.slug].get(name) or None for name in shown}} for theme in themes]
    rows.append({"theme": tell("all articles"), **{name: articles[name] for name in shown}})
    print_table(rows, ["theme", *shown])
    if len(articles) > len(shown):
        say(
            tell(
                "… and {provinces} provinces with fewer articles; all of them in the report",
                provinces=len(articles) - len(shown),
            )
        )


def _print_months(corpus: Corpus) -> None:
    _heading(
        "4. Theo tháng", tell("partner_cooperation, border and tourism_promotion by month: articles of all tagged ones")
    )
    wanted = ("partner_cooperation", "border", "tourism_promotion")
    trend = corpus.trend(Query(limit=None), "month", "theme", wanted)
    months: dict[str, dict[str, object]] = {}
    totals: dict[str, int] = defaultdict(int)
    for row in trend.rows:
        months.setdefault(row.period, {"month": row.period})[row.group or ""] = row.count
        months[row.period]["tagged"] = row.denominator
        totals[row.period] += row.count or 0
    for month, bar in zip(months, bars([totals[month] for month in months]), strict=True):
        months[month]["chart"] = bar
    print_table(months.values(), ["month", *wanted, "tagged", "chart"])


def _print_search(corpus: Corpus) -> None:
    _heading("5. Tìm", tell("tintinh search {question!r} (typed without tones)", question=_QUESTION))
    answer = corpus.search(Query(text=_QUESTION, limit=4))
    print_hits(answer.hits)
    say(tell("{total} articles", total=answer.total))
