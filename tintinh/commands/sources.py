"""``sources``: the outlets that are declared; ``sources new`` proposes one, ``sources check`` looks whether it fits."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.commands.collect import chosen_sources, connections
from tintinh.completion import complete_sources
from tintinh.language import tell, translated
from tintinh.output import formats, print_rows, say
from tintinh.preview import show_proposal
from tintinh.settings import settings

if TYPE_CHECKING:
    from crawler.propose import Inspection, Proposal, Survey
    from crawler.propose.proposal import How

_BROKEN = 2


@click.group(
    "sources",
    invoke_without_command=True,
    epilog="\b\nExamples:\n  tintinh sources\n  tintinh sources --json\n  tintinh sources new https://baosuoinguon.vn/",
)
@formats
@click.pass_context
def sources_command(context: click.Context, as_json: bool, as_csv: bool) -> None:
    """List the outlets with their province under both maps, their platform and how their facts were checked."""
    if context.invoked_subcommand is not None:
        if as_json or as_csv:
            raise click.UsageError(
                f"--json and --csv belong behind the name: tintinh sources {context.invoked_subcommand}"
            )
        return
    from corpus.provinces import map_34
    from crawler.source import load_sources

    rows = [
        {
            "id": source.id,
            "name": source.name,
            "kind": source.kind,
            "home": source.home,
            "province": source.province[0].name if source.province else None,
            "province_now": map_34(source.province[-1].name) if source.province else None,
            "platform": source.platform,
            "layouts": len(source.layout),
            "verified": source.verified,
        }
        for source in load_sources().values()
    ]
    columns = ["id", "name", "kind", "province", "province_now", "platform", "home", "verified"]
    print_rows(rows, columns, as_json=as_json, as_csv=as_csv)


def _asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a command that asks sites for a few pages: those of ``crawl``, with its meaning."""
    options = (
        click.option("--contact", envvar="TINTINH_CONTACT", help="Address shown to the outlet [env: TINTINH_CONTACT]."),
        click.option("--connect-to", multiple=True, metavar="HOST=URL", help="Connect there for HOST, as curl does."),
        click.option("--delay", type=click.FloatRange(min=0), help="Seconds between requests; below 1 only here."),
        click.option("--verbose", is_flag=True, help="Show Scrapy's log."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def _scrapy(contact: str | None, connect_to: tuple[str, ...], delay: float | None, verbose: bool) -> dict[str, Any]:
    """The options of ``_asking`` as Scrapy settings."""
    given: dict[str, Any] = {"CONNECT_TO": connections(connect_to), "LOG_LEVEL": "INFO" if verbose else "ERROR"}
    if contact:
        given["TINTINH_CONTACT"] = contact
    if delay is not None:
        given["DOWNLOAD_DELAY"] = delay
    if not verbose:
        # What does not answer is a sentence of ours; its traceback helps nobody.
        # A filter, for Scrapy sets the levels of its own loggers anew when it starts.
        for name in ("robotstxt", "retry"):
            logging.getLogger(f"scrapy.downloadermiddlewares.{name}").addFilter(lambda record: False)
    return given


def _id(context: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
    if given is not None and not re.fullmatch(r"[a-z][a-z0-9_]*", given):
        raise click.BadParameter(f"{given!r} is no id; lower-case letters, digits and _ were expected")
    return given


@sources_command.command(
    "new",
    epilog="\b\nExamples:\n  tintinh sources new https://baosuoinguon.vn/ --contact you@example.org\n"
    "  tintinh sources new https://baosuoinguon.vn/ --saved pages/ --id bao_suoi_nguon --write",
)
@click.argument("url")
@click.option("--id", "source_id", callback=_id, metavar="ID", help="Id of the source [default: made of its name].")
@click.option(
    "--saved",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of saved pages (page.html with page.json, or WARC) to read instead of asking the site.",
)
@click.option("--write", is_flag=True, help="Write the file without asking.")
@click.option(
    "--sources",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write to [default: crawler/sources].",
)
@_asking
def new_command(
    url: str,
    source_id: str | None,
    saved: Path | None,
    write: bool,
    folder: Path | None,
    contact: str | None,
    connect_to: tuple[str, ...],
    delay: float | None,
    verbose: bool,
) -> int:
    """Propose a source for the site at URL: its lists, the pattern of its addresses, its platform or selectors.

    Reads 25 pages at most, shows the articles as the proposed rules read them and the TOML file, then asks before it
    writes. Articles read are kept as cases in data/var/cases, which git ignores: they are other people's texts.
    """
    from corpus.records import VIETNAM
    from crawler.propose import propose
    from crawler.source import SOURCES, load_sources, source_for_url

    folder = folder or SOURCES
    home = _home(url)
    declared = load_sources(folder)
    other = source_for_url(home, declared) or (declared.get(source_id) if source_id else None)
    if other is not None:
        raise click.ClickException(
            f"{folder / other.id}.toml declares {other.home} already; look whether it fits with "
            f"tintinh sources check {other.id}, or give another folder with --sources"
        )
    found, how = _surveyed(home, saved, _scrapy(contact, connect_to, delay, verbose))
    asks = not write and _at_a_terminal()
    day = datetime.now(VIETNAM).date()
    proposal = propose(found, how=how, day=day, source_id=source_id, looked_at=asks)
    show_proposal(proposal)
    path = folder / f"{proposal.source.id}.toml"
    if not (write or (asks and click.confirm(tell("Write {path}?", path=path)))):
        say(tell("nothing was written") if asks else tell("nothing was written; --write writes {path}", path=path))
        return 0
    _write(path, proposal)
    return 0


def _at_a_terminal() -> bool:
    return sys.stdin.isatty()


def _home(url: str) -> str:
    from crawler.propose.links import resolved

    home = resolved("", url if "://" in url else f"https://{url}")
    if home is None:
        raise click.BadParameter(f"{url!r} is no address on the web, such as https://baosuoinguon.vn/")
    return home


def _surveyed(home: str, saved: Path | None, options: dict[str, Any]) -> tuple[Survey, How]:
    """What the site, or the folder of its saved pages, shows; and where the pages came from."""
    from crawler.propose import SavedSite, ask_saved, survey
    from crawler.propose.survey import probe

    source = probe(home)
    if saved is not None:
        site = SavedSite.read(saved)
        return ask_saved(survey(source, tuple(site.pages)), site), "saved"
    from crawler.connect import only_here
    from crawler.propose.asking import ask

    (found,) = ask([(source, survey(source))], options)
    return found, "rehearsal" if only_here(source.hosts[:1], options["CONNECT_TO"]) else "live"


def _write(path: Path, proposal: Proposal) -> None:
    from crawler.propose.cases import write_cases

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(proposal.toml)
    except FileExistsError:
        raise click.ClickException(f"{path}: is there already; name another id with --id") from None
    cases = settings().home / "data" / "var" / "cases" / proposal.source.id
    number = write_cases(cases, proposal.source, proposal.read)
    say(tell("wrote {path}", path=path))
    say(tell("wrote {number} cases to {folder}: correct each expected.json by its page", number=number, folder=cases))
    say(tell("the cases are other people's texts: git ignores the folder, never commit them"))


@sources_command.command(
    "check",
    epilog="\b\nExamples:\n  tintinh sources check bao_ha_giang\n  tintinh sources check --json",
)
@click.argument("source_ids", metavar="[ID]...", nargs=-1, shell_complete=complete_sources)
@click.option(
    "--sources",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of the sources [default: crawler/sources].",
)
@_asking
@formats
def check_command(
    source_ids: tuple[str, ...],
    folder: Path | None,
    contact: str | None,
    connect_to: tuple[str, ...],
    delay: float | None,
    verbose: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Look whether sources still fit their sites: a few lists and the newest articles of each, nothing is stored.

    Counts what each feed, sitemap and section lists, what each selector selects, articles without a date or that no
    layout fits. Exit code 2 where a source no longer fits.
    """
    from crawler.propose import inspection
    from crawler.propose.asking import ask
    from crawler.source import load_sources

    if folder is None:
        sources = chosen_sources(source_ids)
    else:
        known = load_sources(folder)
        unknown = [one for one in source_ids if one not in known]
        if unknown:
            raise click.BadParameter(f"{', '.join(unknown)} is no source of {folder}; there are {', '.join(known)}")
        sources = [known[one] for one in source_ids] or list(known.values())
    plans = [(source, inspection(source)) for source in sources]
    found = ask(plans, _scrapy(contact, connect_to, delay, verbose))
    columns = ["source", "listed", "read", "generic", "dated", "rejected", "verdict"]
    print_rows((_row(one) for one in found), columns, as_json=as_json, as_csv=as_csv)
    for one in found:
        for finding in one.findings:
            say(translated(finding))
        for note in one.notes:
            say(tell("perhaps chance: {note}", note=translated(note)))
    return _BROKEN if any(one.findings for one in found) else 0


def _row(found: Inspection) -> dict[str, Any]:
    """An inspection as a row."""
    return {
        "source": found.source,
        "listed": sum(found.lists.values()),
        "read": found.read,
        "generic": found.generic,
        "dated": found.dated,
        "rejected": dict(found.rejected),
        "verdict": f"{len(found.findings)} findings" if found.findings else "fits",
        "lists": found.lists,
        "selectors": {name: f"{found.selected[name]} of {number}" for name, number in found.fitted.items()},
        "findings": found.findings,
        "notes": found.notes,
    }
