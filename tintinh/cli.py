"""The command ``tintinh``: joins the parts. Exit codes: 0 done, 1 failed, 2 done but an expectation was broken."""

from __future__ import annotations

import importlib
import os
import sqlite3
import sys
from collections.abc import Sequence

import click

from tintinh.output import say

# Command → module that defines it; loaded when it is asked for, so that a search does not wait for Scrapy.
_COMMANDS = {
    "night": "night",
    "crawl": "collect",
    "backfill": "night",
    "replay": "collect",
    "archive": "archive",
    "import": "bring",
    "sources": "sources",
    "extract": "bring",
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
    "demo": "demo",
    "sample": "sample",
}
DONE, FAILED, BROKEN = 0, 1, 2


class _Commands(click.Group):
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
        result = tintinh.main(args=arguments, prog_name="tintinh", standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort:
        say("tintinh: stopped")
        return FAILED
    except click.ClickException as error:
        error.show()
        return FAILED
    except BrokenPipeError:
        # The reader of the pipe (head, less) has what it wanted.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        # The machine said no (a full disk, a folder that cannot be written to): a fact about it, no fault in the code.
        say(f"tintinh: {error.filename}: {error.strerror}" if error.filename else f"tintinh: {error}")
        return FAILED
    except sqlite3.Error as error:
        say(f"tintinh: the corpus database refused: {error}")
        return FAILED
    except Exception as error:
        if not _is_ours(error):
            raise
        say(f"tintinh: {error}")
        return FAILED
    return result if isinstance(result, int) else DONE


def _is_ours(error: Exception) -> bool:
    """Whether an error was raised by us as a sentence for people, rather than by a fault in the code."""
    from corpus.errors import CorpusError
    from crawler.errors import TintinhError
    from nlp.errors import NlpError

    return isinstance(error, (TintinhError, CorpusError, NlpError))
