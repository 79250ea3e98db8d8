"""Where colour may stand: on a terminal, never with ``NO_COLOR``; ``FORCE_COLOR`` asks for it in a pipe, too."""

from __future__ import annotations

import os
import re
import sys

from rich.console import Console

_STYLES = {
    "broken": "bold red",
    "failed": "bold red",
    "warning": "yellow",
    "findings": "yellow",
    "note": "dim",
    "good": "green",
    "as expected": "green",
    "fits": "green",
}
"""Severities and verdicts, as they are called in English, and the manner of each."""


def colour() -> bool | None:
    """Whether to colour: False never, True always, None where the stream is a terminal.

    ``NO_COLOR``, set and not empty, wins over ``FORCE_COLOR``, set and neither empty nor 0; a terminal that calls
    itself dumb has no colours.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "") not in {"", "0"}:
        return True
    return False if os.environ.get("TERM") == "dumb" else None


def coloured(verdict: str) -> str:
    """The manner, as rich names it, in which a severity or verdict is written; none for other words."""
    return _STYLES.get(re.sub(r"^\d+ ", "", verdict), "")


def console(*, stderr: bool = False, soft_wrap: bool = False, width: int | None = None) -> Console:
    """A console of rich that colours as ``colour`` says; nothing in a text is read as markup."""
    wanted = colour()
    # Said outright: rich reads NO_COLOR and FORCE_COLOR by rules of its own, and an empty one as "no terminal".
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(
        stderr=stderr,
        soft_wrap=soft_wrap,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        force_terminal=terminal or wanted is True,
        no_color=wanted is False,
        color_system=None if wanted is False else "standard" if wanted else "auto",
    )


def painted(text: str, verdict: str) -> str:
    """``text`` in the manner of a severity or verdict, for ``click.echo``, which takes it off where none may stand."""
    import click

    style = coloured(verdict).split()
    hue = next((one for one in style if one not in {"bold", "dim"}), None)
    return click.style(text, fg=hue, bold="bold" in style or None, dim="dim" in style or None)
