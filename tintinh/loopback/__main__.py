"""``python -m tintinh.loopback``: serve the newspaper until standard input closes or a signal says stop."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import cast

import click

from crawler.errors import TintinhError
from tintinh.loopback.breakage import BREAKAGES, Breakage
from tintinh.loopback.outlets import OUTLETS
from tintinh.loopback.server import LoopbackNewspaper


def _stop(signum: int, frame: FrameType | None) -> None:
    sys.exit(0)


def _breakage(pair: str) -> tuple[str, Breakage]:
    outlet, _, kind = pair.partition("=")
    if outlet not in OUTLETS or kind not in BREAKAGES:
        raise click.BadParameter(
            f"{pair!r} is not OUTLET=KIND with one of {', '.join(OUTLETS)} and of {', '.join(BREAKAGES)}",
            param_hint="--break",
        )
    return outlet, cast(Breakage, kind)


@click.command()
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option(
    "--stories",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of stories (*.jsonl) instead of those that come with the project.",
)
@click.option("--break", "broken", multiple=True, metavar="OUTLET=KIND", help=f"Break it: {', '.join(BREAKAGES)}.")
def main(port: int, stories: Path | None, broken: tuple[str, ...]) -> None:
    """Serve the five look-alike outlets on 127.0.0.1.

    Prints one line of JSON, {"port": …, "hosts": […]}, and serves until standard input closes, SIGTERM or Ctrl-C.

    Example: python -m tintinh.loopback --port 8123
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        with LoopbackNewspaper(stories, port, breakages=dict(map(_breakage, broken))) as paper:
            click.echo(json.dumps({"port": paper.port, "hosts": paper.hosts}))
            # Read unbuffered: a signal ends the wait at once, and no lock on sys.stdin is held at exit.
            while os.read(sys.stdin.fileno(), 65536):
                continue
    except (TintinhError, OSError) as error:
        raise click.ClickException(f"the loopback newspaper cannot be served: {error}") from error


if __name__ == "__main__":
    main()
