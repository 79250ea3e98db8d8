"""Ask a made corpus again without loading it: ``python -m benchmarks.scale_asked --corpus FILE [--tenth FILE]``.

FILE is one that ``python -m benchmarks.scale --keep FOLDER`` left. Prints p50 and p95 of each kind of question, by the
clock and by the processor, and beside a corpus of a tenth how much they grew; then what each filter of a query costs a
count and a trend, and how many articles a second go out as Parquet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click

from benchmarks.made_corpus import outlet
from benchmarks.scale import Times, Watch, _ms, _p, _timed, exporting, opening
from benchmarks.scale_questions import KINDS, ask, questions
from corpus import Corpus, Query
from corpus.provinces import names_34

FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "words": {"text": "tỉnh"},
    "theme": {"themes": ("border",)},
    "two themes": {"themes": ("border", "training")},
    "theme from a probability on": {"themes": ("border",), "probability": 0.3},
    "by hand": {"by_hand": True},
    "section": {"section": "Kinh tế"},
    "author": {"author": "Tác Giả 7"},
    "language": {"language": "vi"},
    "stories": {"stories": True},
    "outlet": {"source": outlet(3)},
    "province": {"province": names_34()[3], "province_map": "34"},
    "province and outlet": {"province": names_34()[3], "province_map": "34", "source": outlet(3)},
    "since, within a month": {"since": date(2021, 3, 9)},
}


def asked(path: Path) -> Times:
    """The times of all questions, once each."""
    with Corpus.open(path, read_only=True) as corpus:
        return _timed(questions(), lambda question: ask(corpus, question))


def filtered(path: Path) -> Iterator[tuple[str, Watch, Watch]]:
    """Each filter, and what a count and a trend by month under it took."""
    with Corpus.open(path, read_only=True) as corpus:
        for name, filters in FILTERS.items():
            query = Query(limit=0, **filters)
            with Watch() as count:
                corpus.search(query)
            with Watch() as trend:
                corpus.trend(query)
            yield name, count, trend


@click.command()
@click.option(
    "--corpus",
    "path",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What is asked.",
)
@click.option(
    "--tenth", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="One of a tenth, beside it."
)
@click.option("--export", type=click.IntRange(1), default=200_000, show_default=True, help="Articles to Parquet.")
@click.option("--parquet/--no-parquet", default=True, show_default=True, help="Whether to export.")
def main(path: Path, tenth: Path | None, export: int, *, parquet: bool) -> None:
    """Ask a made corpus 200 questions, and each filter by itself."""
    click.echo(f"- corpus: {path.stat().st_size / 1e9:.2f} GB, load of the machine {os.getloadavg()[0]:.1f}")
    click.echo(f"- opening: {1000 * opening(path):.1f} ms")
    small = asked(tenth) if tenth else None
    large = asked(path)
    click.echo("\n| ms | p50 | p95 | p95 of the processor | growth of that |\n|---|---|---|---|---|")
    for kind in KINDS:
        grown = f"×{_p(large[kind], 0.95, 'processor') / _p(small[kind], 0.95, 'processor'):.1f}" if small else ""
        cells = [_p(large[kind], 0.5), _p(large[kind], 0.95), _p(large[kind], 0.95, "processor")]
        click.echo(f"| {' | '.join([kind, *map(_ms, cells), grown])} |")
    click.echo("\n| filter, ms of the processor | count | trend by month |\n|---|---|---|")
    for name, count, trend in filtered(path):
        click.echo(f"| {name} | {_ms(1000 * count.processor)} | {_ms(1000 * trend.processor)} |")
    if parquet:
        click.echo(f"\n{exporting(path, export)}")


if __name__ == "__main__":
    main()
