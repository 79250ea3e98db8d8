"""``optimize``: keep a large corpus quick."""

from __future__ import annotations

from pathlib import Path

import click

from tintinh.commands.options import corpus_option
from tintinh.language import tell, translated
from tintinh.output import say


@click.command("optimize", epilog="\b\nExamples:\n  tintinh optimize\n  tintinh optimize --vacuum")
@click.option("--recount", is_flag=True, help="Also make the counts behind trends anew (`tintinh check` says when).")
@click.option(
    "--vacuum", is_flag=True, help="Also give free space back to the disk; nobody else may be writing meanwhile."
)
@corpus_option
def optimize_command(recount: bool, vacuum: bool, corpus_path: Path) -> None:
    """Merge the search index, measure the indexes, empty the write-ahead log. Safe while others read and write."""
    from corpus.store import Corpus

    with Corpus.open(corpus_path, create=False) as corpus:
        upkeep = corpus.optimize(recount=recount, vacuum=vacuum, tell=lambda step: say(translated(step)))
    click.echo(
        tell(
            "{path}: {before:,} bytes before, {after:,} after",
            path=corpus_path,
            before=upkeep.before,
            after=upkeep.after,
        )
    )
    if upkeep.log_in_use:
        say(tell("another process is reading, so that the write-ahead log could not be emptied; the next writer will"))
