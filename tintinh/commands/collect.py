"""How pages come in: crawl, replay, import."""

from __future__ import annotations

import logging
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.colours import painted
from tintinh.commands.options import Day, archive_address_option, archive_option, corpus_option
from tintinh.commands.spread import cluster_options, dataset_at, replay_spread
from tintinh.completion import complete_sources
from tintinh.foreseen import as_lines, print_forecast
from tintinh.language import tell, translated
from tintinh.output import formats, print_rows, progress, say

if TYPE_CHECKING:
    from corpus.nights import Finding, Night
    from corpus.records import Outcome
    from crawler.forecast import Forecast
    from crawler.source import Source

_MET_AGAIN = "{known} met again that are in the corpus already"
_NIGHT = ("source", "found", "known", "stored", "copies", "same", "rejected", "generic", "verdict")


def chosen_sources(ids: tuple[str, ...]) -> list[Source]:
    """The sources of these ids, or all; an unknown id is a usage error that names those there are."""
    from crawler.source import load_sources

    sources = load_sources()
    unknown = [one for one in ids if one not in sources]
    if unknown:
        raise click.BadParameter(f"{', '.join(unknown)} is no source; there are {', '.join(sources)}")
    return [sources[one] for one in ids] if ids else list(sources.values())


def connections(pairs: tuple[str, ...]) -> dict[str, str]:
    """``HOST=ADDRESS`` options as the crawler's ``CONNECT_TO``."""
    mapping = {}
    for pair in pairs:
        host, sign, target = pair.partition("=")
        if not (host and sign and target.startswith(("http://", "https://"))):
            raise click.BadParameter(f"{pair!r} is not HOST=http://ADDRESS", param_hint="--connect-to")
        mapping[host] = target
    return mapping


def crawl_options(command: Any) -> Any:
    """How every command that fetches is told whom to ask, and how slowly."""
    options = (
        click.option(
            "--contact", envvar="TINTINH_CONTACT", help="Address shown to the outlets [env: TINTINH_CONTACT]."
        ),
        click.option(
            "--connect-to", multiple=True, metavar="HOST=URL", help="Connect there for HOST, as curl does (mirrors)."
        ),
        click.option(
            "--delay", type=click.FloatRange(min=0), help="Seconds between requests; below 1 only on this machine."
        ),
        click.option("--verbose", is_flag=True, help="Show Scrapy's log."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def crawl_settings(
    connect_to: tuple[str, ...], contact: str | None, delay: float | None, *, verbose: bool
) -> dict[str, Any]:
    """The ``crawl_options`` as Scrapy settings."""
    settings: dict[str, Any] = {"CONNECT_TO": connections(connect_to), "LOG_LEVEL": "INFO" if verbose else "ERROR"}
    if contact:
        settings["TINTINH_CONTACT"] = contact
    if delay is not None:
        settings["DOWNLOAD_DELAY"] = delay
    return settings


@click.command(
    "crawl",
    epilog="\b\nExamples:\n  tintinh crawl                      every source\n  tintinh crawl bao_ha_giang --json  one",
)
@click.argument("source_ids", metavar="[SOURCE]...", nargs=-1, shell_complete=complete_sources)
@click.option("--since", type=Day(), metavar="DAY", help="Leave out what a listing dates earlier.")
@crawl_options
@corpus_option
@archive_option
@formats
def crawl_command(
    source_ids: tuple[str, ...],
    since: date | None,
    contact: str | None,
    connect_to: tuple[str, ...],
    delay: float | None,
    verbose: bool,
    corpus_path: Path,
    archive_path: Path,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Collect what is new at the outlets: discover, fetch, archive, extract, store.

    Safe to stop and to run again: what is stored is not fetched twice.
    """
    options = crawl_settings(connect_to, contact, delay, verbose=verbose)
    from crawler.errors import NightFailed
    from tintinh.alone import alone

    failures: tuple[str, ...] = ()
    chosen = chosen_sources(source_ids)
    try:
        with alone(corpus_path):
            nights = crawl_sources(chosen, corpus_path, archive_path, options, since)
    except NightFailed as error:
        nights, failures = list(error.nights), error.failures
    print_rows((night_row(night) for night in nights), _NIGHT, as_json=as_json, as_csv=as_csv)
    code = tell_verdict(nights, settle(nights, corpus_path, archive_path)) if nights else 0
    for failure in failures:
        say(f"tintinh: {translated(failure)}")
    return 1 if failures else code


def crawl_sources(
    sources: list[Source],
    corpus_path: Path,
    archive_path: Path,
    options: Mapping[str, Any],
    since: date | None = None,
    back_to: date | None = None,
) -> list[Night]:
    """One night over ``sources`` with a progress bar, or a walk into the past; ``options`` are Scrapy settings."""
    from crawler.night import Progress, crawl

    if options.get("LOG_LEVEL") == "ERROR":
        # A host that does not answer is a finding, a sentence; its traceback helps nobody at night. Not by a level:
        # Scrapy's own set-up of logging takes it back.
        logging.getLogger("scrapy.downloadermiddlewares.robotstxt").addFilter(_by_level)
    done: Counter[str] = Counter()
    with progress("pages") as advance:

        def report(state: Progress) -> None:
            advance(state.done - done[state.source])
            done[state.source] = state.done

        paths = {"CORPUS_PATH": str(corpus_path), "ARCHIVE_DIR": str(archive_path)}
        return crawl(sources, {**paths, **options}, report, since=since, back_to=back_to)


def _by_level(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.CRITICAL


def night_row(night: Night) -> dict[str, Any]:
    """A night as a row of the summary."""
    return {
        "source": night.source,
        "found": night.found,
        "known": night.known,
        "stored": night.stored,
        "copies": night.copies,
        "same": night.same,
        "rejected": dict(night.rejected),
        "generic": night.generic,
        "started_at": night.started_at,
        "ended_at": night.ended_at,
        "verdict": f"{len(night.findings)} findings" if night.findings else "as expected",
        "findings": list(night.findings),
    }


def settle(nights: list[Night], corpus_path: Path, archive_path: Path) -> list[Finding]:
    """The findings of ``nights`` once all sources are in, over all sources the worst first."""
    from corpus.store import Corpus
    from crawler.expectations import ranked, settled
    from crawler.source import load_sources

    with Corpus.open(corpus_path) as corpus:
        found = settled(corpus, archive_path, load_sources(), nights)
    return list(ranked([one for findings in found.values() for one in findings]))


def tell_verdict(nights: list[Night], findings: Sequence[Finding] = ()) -> int:
    """Say what the night brought and what it broke, the worst of ``findings`` first; the exit code of it."""
    found, known = sum(night.found for night in nights), sum(night.known for night in nights)
    copies = sum(night.copies for night in nights)
    if new := copies + sum(night.stored for night in nights):
        alike = tell(", {copies} of them near-duplicates of earlier ones", copies=copies) if copies else ""
        say(f"{tell('{new} new articles', new=new)}{alike}; " + tell(_MET_AGAIN, known=known))
    elif not found:
        say(tell("nothing was found: no feed, sitemap or listing showed an article"))
    elif not known:
        say(tell("nothing new: none of the {found} addresses met gave an article", found=found))
    else:
        say(tell("nothing new: the {known} articles met are all in the corpus already", known=known))
    for finding in findings:
        say(f"{painted(translated(finding.severity), finding.severity)}: {translated(finding.sentence)}")
    serious = [finding for finding in findings if finding.severity != "note"]
    if serious:
        say(tell("more: tintinh health {source}", source=serious[0].source))
        return 2
    return 0


@click.command(
    "replay",
    epilog="\b\nExamples:\n  tintinh replay --source bao_ha_giang --dry-run\n"
    "  tintinh replay --source bao_ha_giang --since 2026-05-01\n"
    "  tintinh replay --dataset all --dask local:4    into a dataset, by four processes",
)
@click.option("--source", "source_id", metavar="ID", shell_complete=complete_sources, help="Only pages of this source.")
@click.option("--since", type=Day(), metavar="DAY", help="Only pages fetched on this day or later.")
@click.option("--dry-run", is_flag=True, help="Only show what would change; write nothing.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@corpus_option
@archive_address_option
@cluster_options
@formats
def replay_command(
    source_id: str | None,
    since: date | None,
    dry_run: bool,
    yes: bool,
    corpus_path: Path,
    archive_address: str,
    dataset: str | None,
    dask: str | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Read the archived pages again with today's code and store what changed; nothing is fetched.

    First it shows what would change. On a terminal it then asks before it writes; elsewhere, as from cron, it writes.
    Into a corpus that is not there yet it writes at once: nothing in it can change.

    With --dataset it writes Parquet files in place of the corpus, a partition of the archive each, and what is finished
    there is not read twice; --dask lets many processes do it. tintinh merge takes a dataset into a corpus.
    """
    if (into := dataset_at(dataset, dask, "corpus_path", "dry_run", "yes")) is not None:
        return replay_spread(into, dask, archive_address, source_id, since, as_json=as_json, as_csv=as_csv)
    archive_path = Path(archive_address)
    from corpus.store import Corpus
    from crawler.ingest import replay
    from crawler.source import load_sources

    if not archive_path.is_dir():
        raise click.BadParameter(f"{archive_path}: there is no archive", param_hint="--archive")
    if dry_run:
        print_forecast(_forecast(corpus_path, archive_path, source_id, since), as_json=as_json, as_csv=as_csv)
        return 0
    if corpus_path.exists():
        Corpus.open(corpus_path).close()  # an older schema is brought up to date before it is read
        foreseen = _forecast(corpus_path, archive_path, source_id, since)
        for line in as_lines(foreseen):
            say(line)
        if foreseen.anything and not yes and sys.stdin.isatty() and sys.stderr.isatty():
            click.confirm(tell("Write this to the corpus?"), abort=True, err=True)
    counts: dict[str, Counter[str]] = {}
    with Corpus.open(corpus_path) as corpus, progress("pages") as advance:
        for outcome in replay(corpus, archive_path, load_sources(), source_id, since):
            count_outcome(counts, outcome)
            advance(1)
    print_outcomes(counts, as_json=as_json, as_csv=as_csv)
    return 0


def _forecast(corpus_path: Path, archive_path: Path, source_id: str | None, since: date | None) -> Forecast:
    """What a replay would change; the corpus is opened for reading only, and not made where there is none."""
    from corpus.store import Corpus
    from crawler.forecast import Forecaster
    from crawler.source import load_sources

    opened = Corpus.open(corpus_path, read_only=True) if corpus_path.exists() else nullcontext(None)
    with opened as corpus, progress("pages compared") as advance:
        forecaster = Forecaster(corpus, load_sources())
        for _ in forecaster.run(archive_path, source_id, since):
            advance(1)
        return forecaster.result()


def count_outcome(counts: dict[str, Counter[str]], outcome: Outcome) -> None:
    """Count one outcome under its source."""
    kind = f"rejected {outcome.reason}" if outcome.kind == "rejected" else outcome.kind
    counts.setdefault(outcome.source or "(unknown)", Counter())[kind] += 1


def print_outcomes(counts: dict[str, Counter[str]], *, as_json: bool, as_csv: bool) -> None:
    """A row for each source: how many pages became what."""
    kinds = ["article", "copy", "changed", "unchanged", "same"]
    kinds += sorted({kind for counter in counts.values() for kind in counter} - set(kinds))
    rows = [{"source": source, **{kind: counter[kind] for kind in kinds}} for source, counter in sorted(counts.items())]
    print_rows(rows, ["source", *kinds], as_json=as_json, as_csv=as_csv)
