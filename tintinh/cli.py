"""The command ``tintinh``: joins the parts. Exit codes: 0 done, 1 failed, 2 done but an expectation was broken."""

from __future__ import annotations

import importlib
import os
import sqlite3
import sys
from collections.abc import Sequence

import click

from tintinh.colours import colour
from tintinh.language import require_language, tell
from tintinh.output import say
from tintinh.trouble import show

# Command → module that defines it; loaded when it is asked for, so that a search does not wait for Scrapy.
_COMMANDS = {
    "night": "night",
    "crawl": "collect",
    "backfill": "night",
    "replay": "collect",
    "merge": "merging",
    "archive": "archive",
    "import": "bring",
    "sources": "sources",
    "extract": "extract",
    "segment": "opinions",
    "tag": "opinions",
    "annotate": "opinions",
    "label": "label",
    "train": "models",
    "evaluate": "evaluate",
    "search": "explore",
    "show": "explore",
    "trend": "trends",
    "keywords": "words",
    "concordance": "words",
    "network": "network",
    "export": "exports",
    "stats": "explore",
    "report": "report",
    "serve": "serve",
    "health": "health",
    "check": "check",
    "optimize": "optimize",
    "forget": "forget",
    "demo": "demo",
    "sample": "sample",
}
DONE, FAILED, BROKEN = 0, 1, 2


class _Commands(click.Group):
    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            # click looks for names like it among commands that are loaded; here none is.
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=self.list_commands(ctx), ctx=ctx
            ) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"tintinh.commands.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="tintinh")
def tintinh() -> None:
    """tin tỉnh: collect, keep, segment, tag and ask Vietnamese provincial news.

    \b
    A first minute:    tintinh demo
    Every night:       tintinh night
    A question:        tintinh search "hợp tác" --theme partner_cooperation --province "Hà Giang"

    Data goes to standard output, words to standard error. Exit code 0: done; 1: failed; 2: done, but an expectation
    of a source was broken.

    TINTINH_LANG=vi makes the words Vietnamese, TINTINH_HOME says where data lie, TINTINH_CONTACT who asks the outlets;
    NO_COLOR and FORCE_COLOR are respected. Every command has examples in its help. The whole manual: make docs, or the
    folder docs.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave the process with its exit code."""
    # Vietnamese on every terminal and in every pipe, whatever the locale of cron says.
    for stream, errors in ((sys.stdin, "strict"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            # A file's name may hold bytes that are no UTF-8; to print it must not be what fails.
            stream.reconfigure(encoding="utf-8", errors=errors)
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; an error that a person can mend becomes one sentence."""
    try:
        require_language()
        result = tintinh.main(args=arguments, prog_name="tintinh", standalone_mode=False, color=colour())
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        say("tintinh: " + tell("stopped"))
        return FAILED
    except BrokenPipeError:
        # The reader of the pipe (head, less) has what it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except (click.ClickException, OSError, sqlite3.Error) as error:
        show(error)
        return FAILED
    except Exception as error:
        if not _is_ours(error):
            raise
        show(error)
        return FAILED
    return result if isinstance(result, int) else DONE


def _is_ours(error: Exception) -> bool:
    """Whether an error was raised by us as a sentence for people, rather than by a fault in the code."""
    from corpus.errors import CorpusError
    from crawler.errors import TintinhError
    from nlp.errors import NlpError

    return isinstance(error, (TintinhError, CorpusError, NlpError))
