"""``archive``: look after the page archive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.commands.options import Day, archive_option, corpus_option
from tintinh.completion import complete_sources
from tintinh.language import tell, translated
from tintinh.output import formats, print_json, print_rows, progress, say

if TYPE_CHECKING:
    from corpus.store import Corpus
    from crawler.verify import Finding

_COLUMNS = ("file", "bytes", "records", "pages", "revisits", "damaged", "first", "last")
_source_option = click.option(
    "--source", "source_id", metavar="ID", shell_complete=complete_sources, help="Only the files of this source."
)


@click.group(
    "archive",
    epilog="\b\nExamples:\n  tintinh archive verify\n  tintinh archive list --source bao_ha_giang"
    "\n  tintinh archive export may.warc.gz --since 2026-05-01 --until 2026-05-31",
)
def archive_command() -> None:
    """Look after the page archive: verify, list, export, repair."""


@archive_command.command(
    "verify", epilog="\b\nExamples:\n  tintinh archive verify\n  tintinh archive verify --source bao_ha_giang --json"
)
@_source_option
@corpus_option
@archive_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, one object a finding.")
def verify_command(source_id: str | None, corpus_path: Path, archive_path: Path, as_json: bool) -> int:
    """Read every record, compute every digest, and compare the archive with the corpus; nothing is changed.

    A line for each finding says file, byte offset, what is wrong and what to do. Exit code 0: all is well; 2: there
    are findings. Run it while no crawl runs: a page that is just being written looks cut.
    """
    from crawler.verify import Checked, verify

    _require(archive_path, source_id)
    checked, findings = Checked(), 0
    with _index(corpus_path) as corpus, progress("records") as advance:
        index = corpus.connection if corpus else None
        for finding in verify(archive_path, index, checked, source=source_id, advance=advance):
            findings += 1
            if as_json:
                print_json(asdict(finding))
            else:
                click.echo(_line(finding))
    counts = asdict(checked)
    if findings:
        say(
            tell(
                "{files} files, {records} records, {pages} pages, {revisits} revisits: {n} findings",
                n=findings,
                **counts,
            )
        )
    else:
        say(tell("{files} files, {records} records, {pages} pages, {revisits} revisits: all is well", **counts))
    return 2 if findings else 0


@archive_command.command("list", epilog="\b\nExample:\n  tintinh archive list --source bao_ha_giang")
@_source_option
@archive_option
@formats
def list_command(source_id: str | None, archive_path: Path, as_json: bool, as_csv: bool) -> None:
    """Files of the archive: bytes, records, pages, unreadable stretches, first and last fetch (+07:00)."""
    from crawler.copying import archive_files, summary

    _require(archive_path, source_id)
    with progress("records") as advance:
        rows: list[dict[str, Any]] = [
            asdict(summary(archive_path, path, advance)) for path in archive_files(archive_path, source_id)
        ]
    print_rows(rows, _COLUMNS, as_json=as_json, as_csv=as_csv)


@archive_command.command(
    "export",
    epilog="\b\nExamples:\n  tintinh archive export all.warc.gz\n"
    "  tintinh archive export one.warc.gz --url https://baohagiang.vn/xa-hoi/",
)
@click.argument("target", metavar="FILE.warc.gz", type=click.Path(path_type=Path, dir_okay=False))
@_source_option
@click.option("--since", type=Day(), metavar="DAY", help="Only pages fetched on this day or later (+07:00).")
@click.option("--until", type=Day(), metavar="DAY", help="Only pages fetched on this day or earlier.")
@click.option("--url", metavar="START", help="Only addresses that begin with this.")
@archive_option
def export_command(
    target: Path, source_id: str | None, since: date | None, until: date | None, url: str | None, archive_path: Path
) -> int:
    """Write pages of the archive, with their requests, to a new WARC file that other tools read.

    Exit code 1 where no page was chosen (the file then holds none).
    """
    from crawler.copying import export

    _require(archive_path, source_id)
    with progress("records") as advance:
        pages = export(archive_path, target, source=source_id, since=since, until=until, url=url, advance=advance)
    say(tell("{pages} pages written to {target}", pages=pages, target=target))
    return 0 if pages else 1


@archive_command.command(
    "repair", epilog="\b\nExample:\n  tintinh archive repair data/archive/bao_a/bao_a-20261121-1.warc.gz"
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@corpus_option
@archive_option
def repair_command(file: Path, corpus_path: Path, archive_path: Path) -> None:
    """Copy the whole records of a damaged archive file to a new one and set the damaged one aside.

    Nothing is deleted: the damaged file gets the ending .damaged. The corpus then finds its pages in the new file.
    """
    from corpus import archived
    from corpus.store import Corpus
    from crawler.copying import rescue, set_aside

    root, damaged = archive_path.resolve(), file.resolve()
    target, offsets, faults = rescue(root, damaged)
    for fault in faults:
        say(f"tintinh: {translated(str(fault))}")
    lost: list[str] = []
    if corpus_path.exists():
        with Corpus.open(corpus_path) as corpus:
            lost = archived.move(corpus.connection, damaged.relative_to(root).as_posix(), target, offsets)
    aside = set_aside(damaged)
    for url in lost:
        say(tell("lost: {url}", url=url))
    say(
        tell(
            "{records} records are whole in {file}; the damaged file is {aside}",
            records=len(offsets),
            file=root / target,
            aside=aside,
        )
    )


def _line(finding: Finding) -> str:
    """A finding as a person reads it; in English it is ``str(finding)``."""
    place = finding.file
    if finding.offset is not None:
        place = tell("{file}: offset {offset}", file=finding.file, offset=finding.offset)
    return f"{place}: {translated(finding.what)}; {translated(finding.do)}"


def _require(archive_path: Path, source_id: str | None) -> None:
    if not archive_path.is_dir():
        raise click.BadParameter(f"{archive_path}: there is no archive", param_hint="--archive")
    if source_id is not None and not (archive_path / source_id).is_dir():
        known = ", ".join(sorted(one.name for one in archive_path.iterdir() if one.is_dir()))
        raise click.BadParameter(f"{source_id!r} has no files in {archive_path}; {known} have", param_hint="--source")


@contextmanager
def _index(path: Path) -> Iterator[Corpus | None]:
    """The corpus that the archive is compared with, or None, which is said, where there is none."""
    from corpus.store import Corpus

    if not path.exists():
        say(tell("there is no corpus at {path}: only the files are read, not compared", path=path))
        yield None
        return
    with Corpus.open(path, read_only=True) as corpus:
        yield corpus
