"""``sample``: a corpus of invented news, large enough to plot."""

from __future__ import annotations

from pathlib import Path

import click

from tintinh.language import tell
from tintinh.settings import settings


@click.command(
    "sample",
    epilog="\b\nExamples:\n  tintinh sample\n"
    "  tintinh trend --theme border --by quarter --corpus data/var/sample/corpus.sqlite",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: settings().sample_home,
    show_default="data/var/sample",
    help="Folder for its corpus.",
)
def sample_command(into: Path) -> None:
    """Make the sample corpus: three years of invented news from twelve invented outlets, segmented and tagged.

    Prints the path of its database. Nothing is done where it is there and up to date. What it is good for, and what
    must not be concluded from it, stands in data/sample/README.md.
    """
    from corpus.store import Corpus
    from tintinh.output import say
    from tintinh.sample import sample_corpus

    path = sample_corpus(into)
    with Corpus.open(path, read_only=True) as corpus:
        held = corpus.stats()
    say(
        tell(
            "{articles} articles of {outlets} invented outlets, {copies} of them copies",
            articles=held.articles,
            outlets=len(held.sources),
            copies=held.copies,
        )
    )
    click.echo(str(path))
