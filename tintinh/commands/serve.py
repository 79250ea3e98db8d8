"""``serve``: the corpus in a browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from threading import Thread

import click

from tintinh.commands.options import archive_option, corpus_option, themes_at
from tintinh.output import say
from tintinh.settings import settings


@click.command(
    "serve",
    epilog="\b\nExamples:\n  tintinh serve --open\n  tintinh serve --corpus data/var/demo/corpus.sqlite --port 0",
)
@corpus_option
@archive_option
@click.option(
    "--port", type=click.IntRange(0, 65_535), default=8484, show_default=True, help="The port; 0 takes a free one."
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="The address to bind to. Any other than the loopback opens the corpus to whoever can reach this machine.",
)
@click.option("--open", "in_browser", is_flag=True, help="Open it in a browser.")
@click.option("--sql", "open_sql", is_flag=True, help="Also open Datasette's own pages: tables, rows, read-only SQL.")
def serve_command(
    corpus_path: Path, archive_path: Path, port: int, host: str, in_browser: bool, open_sql: bool
) -> None:
    """Explore the corpus in a browser on this machine: search, facets, articles with their evidence.

    Read-only; a question is stopped after a second. Pages are in Vietnamese, and in English under /en; each is also
    CSV and JSON. Stop it with Ctrl-C.
    """
    try:
        from tintinh.explorer.server import bound, is_loopback, serve
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"serve needs {error.name}, which is not installed: pip install 'tintinh[explorer]'"
        ) from error
    from corpus.store import Corpus
    from tintinh.explorer.site import Site, outlet_names

    # An older corpus, or none, is told now and not by the first page.
    Corpus.open(corpus_path, read_only=True).close()
    try:
        listening = bound(host, port)
    except OSError as error:
        raise click.ClickException(f"{host} port {port} cannot be had: {error.strerror or error}") from error
    site = Site(
        corpus_path.absolute(),
        themes_at(settings().themes),
        archive_path.absolute() if archive_path.is_dir() else None,
        outlet_names(),
        open_sql=open_sql,
    )

    def ready(address: str) -> None:
        say(f"tintinh: {corpus_path} is at {address} (Ctrl-C stops it)")
        if not is_loopback(host):
            say(f"tintinh: bound to {host}: whoever can reach this machine can read the corpus")
        if in_browser:
            # A browser of the terminal would keep the server from answering it.
            Thread(target=webbrowser.open, args=[address], daemon=True).start()

    with listening:
        serve(site, host, listening, ready)
