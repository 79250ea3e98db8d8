"""The night: everything an analyst puts into cron, in one command; and the walk into the past."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.commands.apart import Apart, apart_options
from tintinh.commands.collect import (
    chosen_sources,
    crawl_options,
    crawl_settings,
    crawl_sources,
    night_row,
    settle,
    tell_verdict,
)
from tintinh.commands.options import Day, archive_option, corpus_option, model_option
from tintinh.completion import complete_sources
from tintinh.language import tell, translated
from tintinh.output import formats, print_json, print_rows, print_table, say
from tintinh.settings import settings

if TYPE_CHECKING:
    from corpus.nights import Night
    from crawler.source import Source

_COLUMNS = (
    "source", "found", "known", "stored", "copies", "same", "rejected", "revisited", "changed", "waiting", "verdict",
)  # fmt: skip


@click.command(
    "night",
    epilog="\b\nExamples:\n  tintinh night                                   what belongs into cron\n"
    "  tintinh night --sources bao_ha_giang,bao_lao_cai --max-minutes 60\n"
    "  tintinh night --dry-run                         what it would ask for",
)
@click.option("--sources", "named", metavar="ID,…", shell_complete=complete_sources, help="Only these outlets.")
@click.option(
    "--sources-dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Read the outlets from this folder instead.",
)
@click.option("--since", type=Day(), metavar="DAY", help="Leave out what a listing dates earlier.")
@click.option(
    "--max-minutes", type=click.FloatRange(min=0, min_open=True), help="Stop fetching then; the rest is due next night."
)
@click.option("--dry-run", is_flag=True, help="Say what would be fetched; nothing is fetched or written.")
@click.option(
    "--report",
    "report_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=lambda: settings().home / "data" / "var" / "report.html",
    show_default="data/var/report.html",
    help="Where the report goes.",
)
@crawl_options
@apart_options
@model_option
@corpus_option
@archive_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a source.")
def night_command(
    named: str | None,
    sources_dir: Path | None,
    since: date | None,
    max_minutes: float | None,
    dry_run: bool,
    report_path: Path,
    apart: Apart | None,
    contact: str | None,
    connect_to: tuple[str, ...],
    delay: float | None,
    verbose: bool,
    model_path: Path | None,
    corpus_path: Path,
    archive_path: Path,
    as_json: bool,
) -> int:
    """Do all of a night: crawl every outlet, store, segment and tag, judge, and write the report.

    Safe to kill and to run again, and to start twice: the second says who is at work, and ends with 0. A source file
    that is broken, or an outlet that fails, is a finding and stops no other. Exit code 0: all as expected; 2: with
    findings; 1: it could not run.
    """
    from tintinh.alone import AlreadyRunning, alone

    options = crawl_settings(connect_to, contact, delay, verbose=verbose)
    if max_minutes is not None:
        options["CLOSESPIDER_TIMEOUT"] = max_minutes * 60
    sources, broken = _outlets(named, sources_dir)
    for name, sentence in broken.items():
        say(tell("{name}: left out: {sentence}", name=name, sentence=translated(sentence)))
    if dry_run:
        _tell_plan(sources, corpus_path, as_json=as_json)
        return 2 if broken else 0
    try:
        with alone(corpus_path):
            crawl = _crawled if apart is None else apart.crawled
            nights, failures = crawl(sources, corpus_path, archive_path, options, since)
            _print_nights(nights, {**broken, **failures}, corpus_path, as_json=as_json)
            for failure in failures.values():
                say(translated(failure))
            if not nights:
                say("tintinh: " + tell("no outlet could be crawled"))
                return 1
            code = tell_verdict(nights, settle(nights, corpus_path, archive_path))
            if any("(shutdown)" in finding for night in nights for finding in night.findings):
                say("tintinh: " + tell("stopped; what was fetched is stored, and tagged in the next night"))
                return 2
            _annotate_and_report(nights, sources, corpus_path, model_path, report_path)
            return 2 if broken or failures else code
    except AlreadyRunning as running:
        say(f"tintinh: {translated(str(running))}")
        return 0


@click.command(
    "backfill",
    epilog="\b\nExamples:\n  tintinh backfill bao_ha_giang --since 2024-01-01\n"
    "  tintinh backfill bao_ha_giang --since 2024-01-01 --max-minutes 240",
)
@click.argument("source_id", metavar="SOURCE", shell_complete=complete_sources)
@click.option("--since", type=Day(), metavar="DAY", required=True, help="How far back to go.")
@click.option("--max-minutes", type=click.FloatRange(min=0, min_open=True), help="Stop then; run it again to go on.")
@crawl_options
@corpus_option
@archive_option
@formats
def backfill_command(
    source_id: str,
    since: date,
    max_minutes: float | None,
    contact: str | None,
    connect_to: tuple[str, ...],
    delay: float | None,
    verbose: bool,
    corpus_path: Path,
    archive_path: Path,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Walk the past of one outlet: its sitemaps and the pages of its sections, back to DAY.

    As slow and polite as a night, and safe to stop: run again it goes on where it was.
    """
    from tintinh.alone import alone

    options = crawl_settings(connect_to, contact, delay, verbose=verbose)
    if max_minutes is not None:
        options["CLOSESPIDER_TIMEOUT"] = max_minutes * 60
    (source,) = chosen_sources((source_id,))
    with alone(corpus_path):
        nights = crawl_sources([source], corpus_path, archive_path, options, back_to=since)
    rows = [night_row(night) for night in nights]
    print_rows(rows, _COLUMNS[:7], as_json=as_json, as_csv=as_csv)
    findings = [finding for night in nights for finding in night.findings if "found no article" not in finding]
    for finding in findings:
        say(finding)
    left = _unfinished(source, corpus_path)
    say(
        tell("{left} listings are not walked to their end; run it again", left=left)
        if left
        else tell("walked back to {since}", since=since)
    )
    return 2 if findings else 0


def _unfinished(source: Source, corpus_path: Path) -> int:
    from corpus.agenda import Agenda
    from corpus.store import Corpus

    where = source.discover
    with Corpus.open(corpus_path, read_only=True) as corpus:
        trails = [
            Agenda(corpus.connection).trail(root) for root in (*where.sitemaps, *where.sections, *where.endpoints)
        ]
    return sum(trail is None or bool(trail.rest) for trail in trails)


def _outlets(named: str | None, folder: Path | None) -> tuple[list[Source], dict[str, str]]:
    """The outlets asked for, and what is wrong with the files of those that cannot be used, by name."""
    from crawler.source import SOURCES, load_each

    sources, broken = load_each(folder or SOURCES)
    if named is None:
        return list(sources.values()), broken
    ids = list(dict.fromkeys(part.strip() for part in named.split(",") if part.strip()))
    unknown = [one for one in ids if one not in sources and one not in broken]
    if unknown or not ids:
        raise click.BadParameter(
            f"{', '.join(unknown) or repr(named)} is no source; there are {', '.join(sources)}", param_hint="--sources"
        )
    return [sources[one] for one in ids if one in sources], {one: broken[one] for one in ids if one in broken}


def _crawled(
    sources: list[Source], corpus_path: Path, archive_path: Path, options: dict[str, Any], since: date | None
) -> tuple[list[Night], dict[str, str]]:
    """The nights of the outlets, and for each that has none the sentence that says why."""
    from corpus.database import transaction
    from corpus.store import Corpus
    from crawler.errors import NightFailed

    if not sources:
        return [], {}
    # Once, before anybody is asked: found out by every outlet in turn, a locked corpus would cost half a minute each.
    if corpus_path.exists():
        with Corpus.open(corpus_path) as corpus, transaction(corpus.connection):
            pass
    try:
        return crawl_sources(sources, corpus_path, archive_path, options, since), {}
    except NightFailed as error:
        return list(error.nights), {failure.partition(":")[0]: failure for failure in error.failures}


def _print_nights(nights: Sequence[Night], failed: dict[str, str], corpus_path: Path, *, as_json: bool) -> None:
    from corpus.agenda import Agenda
    from corpus.store import Corpus

    rows = []
    if nights:
        with Corpus.open(corpus_path, read_only=True) as corpus:
            agenda = Agenda(corpus.connection)
            for night in nights:
                visits = {
                    "revisited": agenda.visited(night.source, night.started_at),
                    "changed": agenda.changed(night.source, night.started_at),
                    "waiting": agenda.waiting(night.source),
                }
                rows.append({**night_row(night), **visits})
    if as_json:
        for row in rows:
            print_json(row)
        for name, sentence in failed.items():
            print_json({"source": name, "failed": sentence})
    else:
        print_table([*rows, *({"source": name, "verdict": "failed"} for name in failed)], _COLUMNS)


def _annotate_and_report(
    nights: Sequence[Night], sources: list[Source], corpus_path: Path, model_path: Path | None, report_path: Path
) -> None:
    from corpus.store import Corpus
    from nlp.themes import load_themes
    from tintinh.commands.opinions import annotate, say_annotated, tagger_at
    from tintinh.report import write_report

    with Corpus.open(corpus_path) as corpus:
        say_annotated(*annotate(corpus, tagger_at(model_path)))
        names = {source.id: source.name for source in sources}
        say(tell("report: {path}", path=write_report(corpus, nights, load_themes(), names, report_path)))


def _tell_plan(sources: list[Source], corpus_path: Path, *, as_json: bool) -> None:
    """What a night would ask each outlet for, as far as it is known before its listings are read."""
    from corpus.agenda import Agenda
    from corpus.store import Corpus

    horizon = (now := datetime.now(UTC)) + timedelta(days=8)
    corpus = Corpus.open(corpus_path, read_only=True) if corpus_path.exists() else None
    rows = []
    for source in sources:
        where = source.discover
        listings = [*where.feeds, *where.sitemaps, *where.sections, *where.endpoints]
        due, paused, waiting = [], {}, 0
        if corpus is not None:
            agenda = Agenda(corpus.connection)
            due = agenda.due(source.id, now, horizon)
            paused = {host: one.until for host, one in agenda.pauses(now, horizon).items() if host in source.hosts}
            waiting = agenda.waiting(source.id) - sum(task.kind != "revisit" for task in due)
        row = {"source": source.id, "listings": len(listings), "due": len(due), "later": waiting, "paused": paused}
        rows.append({**row, "addresses": [*listings, *(task.url for task in due)]} if as_json else row)
    if corpus is not None:
        corpus.close()
    if as_json:
        for row in rows:
            print_json(row)
    else:
        print_table(rows, ["source", "listings", "due", "later", "paused"])
    say(
        tell(
            "a dry run: nothing was fetched or written; {outlets} outlets, and what their listings show, would be",
            outlets=len(sources),
        )
    )
