"""How far two people agree on the themes of the same news: ``python -m benchmarks.agreement A.jsonl B.jsonl``.

Both files are labelled news as in data/labelled. Prints Markdown: the figures of each theme, then every article whose
themes differ. Articles that stand in one file only are named and left out of the figures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from nlp.agreement import Agreement, agreement, themes_given
from nlp.errors import NlpError
from nlp.labelled import read_labelled
from nlp.themes import load_themes, slugs


@click.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
def main(first: Path, second: Path) -> None:
    """Print the agreement of two files of labelled news, FIRST (A) and SECOND (B)."""
    known = slugs(load_themes())
    try:
        ours, theirs = (read_labelled([path], known) for path in (first, second))
        found = agreement(themes_given(ours), themes_given(theirs), known)
    except NlpError as error:
        raise click.ClickException(str(error)) from error
    titles = {row.id: row.title for row in ours}
    click.echo("\n".join(report(found, titles, str(first), str(second))))


def report(found: Agreement, titles: dict[str, str], first: str, second: str) -> list[str]:
    """The lines that are printed; ``titles`` are those of the first file, id → title."""
    lines = [
        f"A is {first}, B is {second}; {found.articles} articles in both.",
        "",
        "| theme | A | B | both | F1 | kappa |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {one.theme} | {one.first} | {one.second} | {one.both} | {_figure(one.f1)} | {_figure(one.kappa)} |"
        for one in found.themes
    ]
    lines += ["", f"Macro F1 {_figure(found.macro_f1)}, exact match {found.exact_match:.3f}."]
    lines += [
        f"Only in {name}, not compared: {', '.join(ids)}."
        for name, ids in (("A", found.missing_second), ("B", found.missing_first))
        if ids
    ]
    if found.disagreements:
        lines += ["", "| id | title | only A | only B |", "|---|---|---|---|"]
        lines += [
            f"| {one.id} | {_cell(titles[one.id])} | {', '.join(one.only_first)} | {', '.join(one.only_second)} |"
            for one in found.disagreements
        ]
    return lines


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    sys.exit(main())
