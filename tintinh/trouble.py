"""What went wrong, as a person is told it: one sentence that names the thing, and, where it helps, what to do next."""

from __future__ import annotations

import errno
import sqlite3

import click

from tintinh.language import language, tell, translated
from tintinh.output import say


def show(error: Exception) -> None:
    """Say ``error`` on standard error: a mistake on the command line as click says it, any other as one sentence."""
    if isinstance(error, click.ClickException):
        _show_click(error)
    elif isinstance(error, sqlite3.Error):
        say("tintinh: " + tell("the corpus database refused: {error}", error=error))
    elif isinstance(error, OSError):
        # The machine said no (a full disk, a folder that cannot be written to): a fact about it, no fault in the code.
        say(f"tintinh: {error.filename}: {error.strerror}" if error.filename else f"tintinh: {error}")
    else:
        say(f"tintinh: {translated(str(error))}")
    if step := next_step(error):
        say(step)


def next_step(error: Exception) -> str | None:
    """What a person can do about ``error``, where its own sentence does not say it."""
    sentence = error.format_message() if isinstance(error, click.ClickException) else str(error)
    if isinstance(error, OSError) and error.errno is not None:
        return _of_the_machine(error.errno)
    if "there is no such corpus" in sentence:
        return tell(
            "next: tintinh night or tintinh import FILES makes your own, tintinh demo one to look at; "
            "--corpus names another place"
        )
    if "there is no archive" in sentence:
        return tell("next: the first tintinh night, crawl or import makes it; --archive names another place")
    if "open it once for writing" in sentence:
        return tell("next: tintinh optimize --corpus PATH opens it for writing")
    if "there is no such article" in sentence:
        return tell("next: tintinh search WORDS prints the numbers of articles")
    if "database is locked" in sentence:
        return tell("next: wait until the night or the other command that writes has ended, and run this again")
    if any(told in sentence for told in ("malformed", "is not a database", "corrupt")):
        return tell("next: tintinh check says what is broken; tintinh replay --corpus NEW makes it anew")
    return None


def _of_the_machine(number: int) -> str | None:
    if number in {errno.ENOSPC, errno.EDQUOT}:
        return tell("next: make room on the disk and run this again; what was stored is safe")
    if number in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return tell("next: look who may write there, or name another place (TINTINH_HOME, --corpus, --archive)")
    return None


def _show_click(error: click.ClickException) -> None:
    if language() == "en":
        error.show()
        return
    if isinstance(error, click.UsageError) and error.ctx is not None:
        usage = error.ctx.get_usage().removeprefix("Usage: ")
        say(tell("Usage: {usage}", usage=usage))
        say(tell("Help: {command} --help", command=error.ctx.command_path) + "\n")
    say(tell("Error: {message}", message=translated(error.format_message())))
