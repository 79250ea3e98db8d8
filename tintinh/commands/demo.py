"""``demo``: the whole way, without a network."""

from __future__ import annotations

from pathlib import Path

import click

from tintinh.settings import settings


@click.command(
    "demo",
    epilog="\b\nExamples:\n  tintinh demo            run it twice: the second night is empty\n  tintinh demo --fresh",
)
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=lambda: settings().home / "data" / "var" / "demo",
    show_default="data/var/demo",
    help="Folder for its corpus, archive and report.",
)
@click.option("--fresh", is_flag=True, help="Begin anew; without it a second demo is a second night.")
def demo_command(into: Path, fresh: bool) -> None:
    """Crawl five loopback outlets, archive, extract, store, segment, tag, search, plot and write a report."""
    from tintinh.demo import run_demo

    run_demo(into, fresh=fresh)
