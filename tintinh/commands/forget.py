"""``forget``: take a story out of everything, and remember not to fetch it again."""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tintinh.commands.options import archive_option, corpus_option
from tintinh.language import tell, translated
from tintinh.output import formats, print_json, print_rows, progress, say

if TYPE_CHECKING:
    from corpus.forgetting import Plan
    from corpus.forgotten import Memory
    from corpus.store import Corpus
    from crawler.forgetting import Looked

_COLUMNS = ("at", "domain", "whole", "addresses", "reason", "by")


@click.command(
    "forget",
    epilog="\b\nExamples:\n  tintinh forget https://baolang.vn/tin/mot-nguoi-12.html --dry-run\n"
    "  tintinh forget https://baolang.vn/tin/mot-nguoi-12.html --reason 'letter of 3 May' --exports papers/\n"
    "  tintinh forget --domain baolang.vn\n  tintinh forget --list",
)
@click.argument("addresses", metavar="[ADDRESS]...", nargs=-1)
@click.option("--domain", "domains", multiple=True, metavar="D", help="Everything of this domain and its subdomains.")
@click.option("--reason", metavar="TEXT", help="Remembered with it; name nobody in it.")
@click.option("--dry-run", is_flag=True, help="Only show what would go; write nothing.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option(
    "--exports",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Also name the exports in this folder that hold it; they are not changed.",
)
@click.option(
    "--no-vacuum", is_flag=True, help="Do not write the database anew, for which it takes twice its size in free disk."
)
@click.option(
    "--like",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="CORPUS",
    help="All that this other corpus has forgotten: for a corpus made anew, or merged from several.",
)
@click.option("--list", "listed", is_flag=True, help="Show what was forgotten.")
@click.option("--undo", is_flag=True, help="Allow these addresses to be fetched again; brings nothing back.")
@corpus_option
@archive_option
@formats
def forget_command(
    addresses: tuple[str, ...],
    domains: tuple[str, ...],
    reason: str | None,
    dry_run: bool,
    yes: bool,
    exports: tuple[Path, ...],
    no_vacuum: bool,
    like: Path | None,
    listed: bool,
    undo: bool,
    corpus_path: Path,
    archive_path: Path,
    as_json: bool,
    as_csv: bool,
) -> int | None:
    """Take stories out of corpus, search index and archive, and never fetch or store them again.

    An address stands for its story, with every address that leads to it, every edition, and every archived page; the
    archive files that hold these are written anew without them. It is shown first and then asked for; without a
    terminal it takes --yes. Near-duplicates at other outlets are named, and stay. Killed anywhere, run it again,
    without an address if need be: it finishes. Exit code 1 where something is left to be done.
    """
    from corpus.store import Corpus
    from tintinh.alone import alone

    asked, named = [_address(one) for one in addresses], [_domain(one) for one in domains]
    if as_csv and not listed:
        raise click.UsageError("--csv is for --list; what goes is shown as text, or as JSON with --json")
    if listed:
        with Corpus.open(corpus_path, create=False) as corpus:
            _list(corpus, as_json=as_json, as_csv=as_csv)
        return None
    with alone(corpus_path), Corpus.open(corpus_path, create=False) as corpus:
        if undo:
            return _undo(corpus, asked, named)
        memory = _memory(like) if like else []
        return _Forgetting(corpus, archive_path, memory, vacuum=not no_vacuum).run(
            asked, named, reason, exports, dry_run=dry_run, yes=yes, as_json=as_json
        )


def _address(given: str) -> str:
    """An address in the one spelling under which it is stored."""
    from crawler.address import address

    try:
        spelled = address(given)
    except ValueError as error:
        raise click.BadParameter(f"{given!r} is no address ({error})", param_hint="ADDRESS") from error
    if not spelled.startswith(("http://", "https://", "urn:sha256:")) or spelled.endswith("://"):
        raise click.BadParameter(
            f"{given!r} is no address; http://… or https://… was expected (of a whole outlet: --domain)",
            param_hint="ADDRESS",
        )
    return spelled


def _domain(given: str) -> str:
    from corpus.errors import CorpusError
    from corpus.forgotten import domain_of

    try:
        return domain_of(given)
    except CorpusError as error:
        raise click.BadParameter(str(error), param_hint="--domain") from error


def _memory(path: Path) -> Memory:
    from corpus.forgotten import memory
    from corpus.store import Corpus

    with Corpus.open(path, read_only=True) as other:
        return memory(other.connection)


def _list(corpus: Corpus, *, as_json: bool, as_csv: bool) -> None:
    from corpus import erasures
    from corpus.forgotten import entries

    print_rows((asdict(one) for one in entries(corpus.connection)), _COLUMNS, as_json=as_json, as_csv=as_csv)
    if erasures.is_pending(corpus.connection):
        say(tell("a forgetting that was stopped is not finished: run tintinh forget"))


def _undo(corpus: Corpus, asked: list[str], domains: list[str]) -> int:
    from corpus.forgotten import undo

    if not asked and not domains:
        raise click.UsageError("--undo needs an ADDRESS or --domain")
    count = undo(corpus.connection, asked, domains)
    if count:
        say(tell("{count} addresses may be fetched again; nothing is brought back", count=count))
    else:
        say(tell("none of these was forgotten"))
    return 0 if count else 1


class _Forgetting:
    """One run over an open corpus and the archive it belongs to."""

    def __init__(self, corpus: Corpus, archive: Path, memory: Memory, *, vacuum: bool) -> None:
        self._corpus = corpus
        self._archive = archive
        self._memory = memory
        self._vacuum = vacuum

    def run(
        self,
        asked: list[str],
        domains: list[str],
        reason: str | None,
        exports: tuple[Path, ...],
        *,
        dry_run: bool,
        yes: bool,
        as_json: bool,
    ) -> int:
        from corpus import erasures
        from corpus.forgetting import plan
        from corpus.forgotten import stored_of
        from tintinh.going import as_lines, as_object, naming

        connection = self._corpus.connection
        if not dry_run and erasures.is_pending(connection):
            say(tell("a forgetting that was stopped is finished first"))
            unfinished = self._finish()
            if unfinished or not (asked or domains or self._memory):
                return unfinished
        elif not (asked or domains or self._memory):
            raise click.UsageError("name an ADDRESS or a --domain; --list shows what was forgotten")
        going = plan(connection, [*asked, *stored_of(connection, self._memory)], domains)
        looked = self._look(going)
        if as_json:
            print_json(
                {"dry_run": dry_run, **as_object(going, looked, list(naming(going, exports, self._corpus.path)))}
            )
        else:
            for line in as_lines(going, looked, self._archive):
                click.echo(line)
            for line in naming(going, exports, self._corpus.path):
                click.echo(translated(line))
        if dry_run:
            return 0
        if not yes:
            if not (sys.stdin.isatty() and sys.stderr.isatty()):
                raise click.UsageError("without a terminal to ask at, forgetting takes --yes (or --dry-run)")
            click.confirm(tell("Forget this, for good?"), abort=True, err=True)
        self._carry_out(going, looked, reason)
        return self._finish()

    def _look(self, going: Plan) -> list[Looked]:
        from crawler.forgetting import look

        if not self._archive.is_dir():
            if going.pages:
                raise click.BadParameter(
                    f"{self._archive}: there is no archive, but {len(going.pages)} pages are said to lie in it",
                    param_hint="--archive",
                )
            return []
        with progress("records looked at") as advance:
            return list(look(self._archive, going.match, advance))

    def _carry_out(self, going: Plan, looked: list[Looked], reason: str | None) -> None:
        from corpus import erasures
        from corpus.forgetting import carry_out
        from corpus.forgotten import Request
        from crawler.forgetting import drop_copies, rewrite

        connection = self._corpus.connection
        if self._archive.is_dir():
            drop_copies(self._archive, set(erasures.files(connection)))
        erasures.zeroing(connection)
        moved = {one.path.relative_to(self._archive).as_posix(): rewrite(one) for one in looked if one.goes}
        carry_out(connection, going, Request(datetime.now(UTC), _user(), reason), moved, self._memory)
        say(
            tell(
                "forgotten: {articles} articles; archive files written anew: {files}",
                articles=len(going.stories),
                files=len(moved),
            )
        )

    def _finish(self) -> int:
        """Do what a committed forgetting has still to do; 1 where something is left."""
        from corpus import erasures
        from crawler.forgetting import drop_copies, replace

        connection = self._corpus.connection
        erasures.zeroing(connection)
        for file, size in erasures.files(connection).items():
            replace(self._archive, file, size)
            erasures.done(connection, file)
        if self._archive.is_dir():
            drop_copies(self._archive, set())
        if not erasures.overwrite(
            connection, self._corpus.path, vacuum=self._vacuum, tell=lambda step: say(translated(step))
        ):
            say(
                tell(
                    "another process reads the corpus, so that its write-ahead log still holds what was deleted; run"
                    " tintinh forget again when it has ended"
                )
            )
            return 1
        return 0


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container without a name for its user
        return f"uid {os.getuid()}"
