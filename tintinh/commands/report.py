"""``report``: the morning report, made again for any day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from tintinh.commands.options import Day, corpus_option, themes_at
from tintinh.completion import complete_themes
from tintinh.language import tell
from tintinh.output import say
from tintinh.settings import settings


@click.command(
    "report",
    epilog="\b\nExamples:\n  tintinh report                     the newest night, as `tintinh night` writes it\n"
    "  tintinh report --day 2026-11-20 --days 7 --out week.html\n"
    "  tintinh report --theme border --map 63 --figures figures/",
)
@click.option("--day", type=Day(), metavar="DAY", help="The day told of [default: that of the newest night].")
@click.option(
    "--days", type=click.IntRange(1, 92), default=1, show_default=True, help="So many days up to it, as one period."
)
@click.option(
    "--theme",
    metavar="SLUG",
    shell_complete=complete_themes,
    help="Colour the map by this theme [default: by any theme].",
)
@click.option(
    "--map",
    "province_map",
    type=click.Choice(["34", "63"]),
    default="34",
    show_default=True,
    help="The provinces of the tile map: of today, or those before July 2025.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=lambda: settings().home / "data" / "var" / "report.html",
    show_default="data/var/report.html",
    help="Where the report goes.",
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the charts to this folder, too, as SVG and PNG in both languages.",
)
@corpus_option
def report_command(
    day: date | None,
    days: int,
    theme: str | None,
    province_map: Any,
    out: Path,
    figures: Path | None,
    corpus_path: Path,
) -> int:
    """Write the morning report: one HTML file in Vietnamese and English, without scripts or network.

    What was collected, what broke, the ten stories of the day, what the provinces wrote about against the four weeks
    before, and a tile map. A night that begins before noon tells of the day before.
    """
    from corpus.store import Corpus
    from crawler.source import SOURCES, load_each
    from nlp.themes import slugs
    from tintinh.morning import charts
    from tintinh.morning.period import last_nights, period_of
    from tintinh.report import Asked, chart_data, write_report

    themes = themes_at(settings().themes)
    if theme is not None and theme not in slugs(themes):
        raise click.BadParameter(f"{theme!r} is no theme; there are {', '.join(slugs(themes))}", param_hint="--theme")
    if figures is not None and not charts.available():
        raise click.ClickException(f"--figures needs {charts.PACKAGES}: pip install 'tintinh[figures]'")
    asked = Asked(day, days, province_map, theme)
    sources, _ = load_each(SOURCES)
    with Corpus.open(corpus_path, create=False, read_only=True) as corpus:
        nights = last_nights(corpus, day)
        names = {source.id: source.name for source in sources.values()}
        say(tell("report: {path}", path=write_report(corpus, nights, themes, names, out, asked)))
        if figures is not None:
            data = chart_data(corpus, themes, period_of(corpus, nights, day, days), asked)
            written = charts.write_figures(data, figures)
            for path in written:
                say(tell("figure: {path}", path=path))
            if not written:
                say(tell("no figure: no story of that time is in the corpus; --day and --days name another"))
    return 0
