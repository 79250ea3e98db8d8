"""Data on standard output, words on standard error: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tintinh.colours import colour, coloured, console
from tintinh.language import heading, tell, translated

Row = Mapping[str, Any]
_SAID = {"finding", "severity", "verdict"}
"""Columns whose cells are words of ours, made in English; other cells are data and stay as they are."""


def words() -> Console:
    """The console for words: standard error."""
    return console(stderr=True, soft_wrap=True)


def say(text: str) -> None:
    """Tell the person at the terminal something."""
    click.echo(text, err=True)


def formats(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options ``--json`` and ``--csv`` of every command that answers with rows."""
    for name, says in (
        ("csv", "Print CSV (formula injection neutralised)."),
        ("json", "Print JSON Lines, one object a line."),
    ):
        command = click.option(f"--{name}", f"as_{name}", is_flag=True, callback=_only_one, help=says)(command)
    return command


def _only_one(context: click.Context, parameter: click.Parameter, given: bool) -> bool:
    """Refuse the second of the two formats while the command line is read, before any work is done."""
    if given and any(context.params.get(name) for name in ("as_json", "as_csv") if name != parameter.name):
        raise click.UsageError("--json and --csv cannot be given together")
    return given


def plain(value: object) -> Any:
    """``value`` as JSON has it: dates in ISO 8601, tuples as lists."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def print_json(value: object) -> None:
    """One JSON value on one line, Vietnamese letters as they are."""
    click.echo(json.dumps(plain(value), ensure_ascii=False))


def print_rows(rows: Iterable[Row], columns: Sequence[str], *, as_json: bool, as_csv: bool, title: str = "") -> None:
    """Print ``rows`` as JSON Lines, CSV, or a table of ``columns`` with numbers to the right."""
    if as_json:
        for row in rows:
            print_json(row)
    elif as_csv:
        from corpus.export import write_table

        write_table(({key: _exact(row.get(key)) for key in columns} for row in rows), columns, sys.stdout)
    else:
        print_table(rows, columns, title)


def print_table(rows: Iterable[Row], columns: Sequence[str], title: str = "") -> None:
    """A table for people, as wide as the terminal allows."""
    style = "" if colour() is False else "bold"
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style=style)
    all_rows = list(rows)
    for column in columns:
        numeric = bool(all_rows) and all(isinstance(row.get(column), (int, float, type(None))) for row in all_rows)
        table.add_column(heading(column), justify="right" if numeric else "left", overflow="fold")
    for row in all_rows:
        table.add_row(*(_shown(column, row.get(column)) for column in columns))
    # A pipe has no width of its own; 160 keeps a row on one line there.
    console(width=None if sys.stdout.isatty() else 160).print(table)


def _shown(column: str, value: object) -> Text:
    """A cell for people: words of ours in their language and colour, data as they are."""
    if column in _SAID and isinstance(value, str):
        return Text(translated(value), style=coloured(value))
    return Text(_cell(value))


def _exact(value: object) -> object:
    """A value as CSV has it, for programs: whole moments, unrounded numbers."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return ", ".join(str(_exact(item)) for item in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_exact(item)}" for key, item in value.items())
    return value


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_cell, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_cell(item)}" for key, item in value.items())
    return str(value)


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error while the block runs; the yielded function advances it. Quiet in a pipe."""
    screen = words()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # Asked of the stream itself: with FORCE_COLOR the console calls a pipe a terminal.
    with Progress(*columns, console=screen, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(tell(label), total=total)
        yield lambda steps: bar.update(task, advance=steps)
