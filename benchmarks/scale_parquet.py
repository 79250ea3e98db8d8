"""How many articles a second go out as Parquet: ``python -m benchmarks.scale_parquet --corpus FILE``.

A program of its own and a small one, for each process that writes loads the program anew.
"""

from __future__ import annotations

import resource
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import click

from corpus import Corpus, Query
from corpus.processors import processors


def exported(path: Path, articles: int) -> str:
    """Export the newest ``articles`` by one process and by as many as there are processors; the rates as Markdown."""
    spent = []
    with TemporaryDirectory(prefix="tintinh-parquet-") as folder, Corpus.open(path, read_only=True) as corpus:
        for number in sorted({1, processors()}):
            before, began, used = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter(), process_time()
            facts = corpus.to_parquet(Path(folder) / "out", Query(limit=articles), processes=number)
            clock, used = perf_counter() - began, process_time() - used
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            shutil.rmtree(Path(folder) / "out")
            used += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            each = 1e6 * used / facts["articles"]
            spent.append(f"{facts['articles'] / clock:,.0f} a second by {number} ({each:.0f} µs of the processor each)")
    return f"- {facts['articles']:,} articles exported to Parquet, {len(facts['files'])} files: {', '.join(spent)}"


@click.command()
@click.option(
    "--corpus",
    "path",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="What is exported.",
)
@click.option("--articles", type=click.IntRange(1), default=200_000, show_default=True, help="How many, the newest.")
def main(path: Path, articles: int) -> None:
    """Export a corpus to Parquet and say how quickly."""
    click.echo(exported(path, articles))


if __name__ == "__main__":
    main()
