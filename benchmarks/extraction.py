"""How well and how fast pages are read, beside the peers: ``python -m benchmarks.extraction [FOLDER…]``.

Prints a Markdown table over the recorded pages (tests/newspapers), or over any folders of cases: a folder with
``page.html`` and ``expected.json`` is one. The peers come with ``pip install 'tintinh[bench]'``; one that is not
installed is named as such. Speed is pages a second on one core, the best of several rounds over all pages, and beside
it the ratio to trafilatura's standard mode in the same run; every reader gives all the fields that it has. Body F1 is
the mean over pages on 4-gram shingles of words; "minute" counts the pages that print one, "day" all that have a date.

``--check`` judges our own readers alone, against benchmarks/extraction-floors.json; ``--raise-floors`` lifts the floors
to what is reached now and never lowers one.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import click

from benchmarks.measures import Score
from benchmarks.mutate import read_damaged
from benchmarks.readers import NOT_GIVEN, OURS, PEERS, STANDARD, Reader, peer
from benchmarks.recorded import RECORDED, VARIANTS, Case, Variant, in_variant, read_cases

FLOORS = Path(__file__).with_name("extraction-floors.json")

_COLUMNS = {
    "f1": "body F1",
    "exact": "exact",
    "captions_leaked": "captions leaked",
    "bylines_leaked": "bylines leaked",
    "related_leaked": "related leaked",
    "lead": "lead",
    "title": "title",
    "authors": "authors",
    "minute": "minute",
    "day": "day",
}
_COUNTED = ("captions_leaked", "bylines_leaked", "related_leaked")


def score(reader: Reader, cases: Iterable[Case]) -> Score:
    """The figures of one reader over ``cases``."""
    result = Score()
    for case in cases:
        result.add(case, reader(case))
    return result


def pages_per_second(reader: Reader, cases: list[Case], rounds: int) -> float:
    """The speed of one reader: pages a second in the best of ``rounds`` rounds over all pages."""
    best = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        for case in cases:
            reader(case)
        best = min(best, time.perf_counter() - started)
    return len(cases) / best


def below_floors(cases: list[Case]) -> list[str]:
    """One sentence for each figure of ours that is worse than its floor."""
    floors: dict[str, dict[str, float]] = json.loads(FLOORS.read_text(encoding="utf-8"))
    sentences = []
    for name, wanted in floors.items():
        got = score(OURS[f"**{name}**"], cases).figures()
        for figure, floor in wanted.items():
            worse = got[figure] > floor if figure in _COUNTED else got[figure] < floor
            if worse:
                sentences.append(f"{name}: {_COLUMNS[figure]} is {got[figure]:.4f}, its floor is {floor:.4f}")
    return sentences


def raise_floors(cases: list[Case]) -> None:
    """Lift every floor to what our readers reach now; a floor that is better already stays."""
    floors: dict[str, dict[str, float]] = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    for title, reader in OURS.items():
        kept = floors.setdefault(title.strip("*"), {})
        for figure, value in score(reader, cases).figures().items():
            better = min if figure in _COUNTED else max
            kept[figure] = better(kept.get(figure, value), value)
    FLOORS.write_text(json.dumps(floors, indent=2) + "\n", encoding="utf-8")


def table(cases: list[Case], rounds: int) -> str:
    """The Markdown table of all readers over ``cases``."""
    rows = [["reader", *_COLUMNS.values(), "not read", "pages/s", "× standard"]]
    speeds: dict[str, float] = {}
    lines: dict[str, list[str]] = {}
    for name in (*OURS, *PEERS):
        click.echo(f"{name} …", err=True)
        reader = OURS.get(name) or peer(name)
        if reader is None:
            lines[name] = [name, "not installed", *[""] * (len(rows[0]) - 2)]
            continue
        figures = _figures(score(reader, cases), NOT_GIVEN.get(name, frozenset()))
        speeds[name] = pages_per_second(reader, cases, rounds)
        lines[name] = [name, *figures, f"{speeds[name]:.0f}"]
    for name, cells in lines.items():
        if name in speeds:
            cells.append(f"{speeds[name] / speeds[STANDARD]:.1f}" if STANDARD in speeds else "–")
        rows.append(cells)
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _figures(result: Score, not_given: frozenset[str]) -> list[str]:
    cells = []
    for figure in _COLUMNS:
        value = getattr(result, figure)
        if value.share is None or figure in not_given:
            cells.append("–")
        elif figure in _COUNTED:
            cells.append(f"{value.hits:.0f} of {value.of}")
        else:
            cells.append(f"{value.share:.3f}")
    failed = ", ".join(f"{count} {reason}" for reason, count in sorted(result.failed.items()))
    return [*cells, failed or "0"]


def _fuzz(cases: list[Case], count: int, seed: int) -> int:
    damage = read_damaged(cases, count, seed)
    rejected = ", ".join(f"{reason} {number}" for reason, number in damage.rejected.most_common())
    click.echo(f"{count} damaged pages: {damage.read} read, {damage.rejected.total()} rejected ({rejected})")
    click.echo(
        f"slowest page {damage.slowest:.2f} s: {damage.slowest_name}; peak memory {damage.peak_megabytes:.0f} MB"
    )
    for name, error in damage.errors:
        click.echo(f"ERROR {name}: {error}")
    return 1 if damage.errors else 0


@click.command()
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--variant", type=click.Choice(VARIANTS), default=VARIANTS[0], show_default=True, help="Encoding to try.")
@click.option("--rounds", default=3, show_default=True, help="Rounds over all pages; the best counts.")
@click.option("--fuzz", type=click.IntRange(min=1), help="Read so many damaged pages instead.")
@click.option("--seed", default=0, show_default=True, help="Seed of the damage.")
@click.option("--check", is_flag=True, help="Fail where a figure of ours is below its floor.")
@click.option("--raise-floors", "lift", is_flag=True, help="Lift the floors to what is reached now.")
def main(
    folders: tuple[Path, ...],
    variant: Variant,
    rounds: int,
    fuzz: int | None,
    seed: int,
    check: bool,
    lift: bool,
) -> None:
    """Measure how pages are read."""
    cases = [in_variant(case, variant) for case in read_cases(folders or (RECORDED,))]
    if fuzz is not None:
        sys.exit(_fuzz(cases, fuzz, seed))
    if lift:
        raise_floors(cases)
    if check:
        sentences = below_floors(cases)
        click.echo("\n".join(sentences) or f"{len(cases)} pages: nothing below its floor")
        sys.exit(1 if sentences else 0)
    if not lift:
        click.echo(f"{len(cases)} pages, {variant}\n\n{table(cases, rounds)}")


if __name__ == "__main__":
    main()
