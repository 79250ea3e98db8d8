"""How a corpus behaves as it grows: ``python -m benchmarks.scale [--articles 100000]``.

Makes a corpus of a tenth of the articles and one of all (benchmarks/made_corpus.py) through the store, without
extraction and archive, and asks both 200 questions drawn by seed. Prints Markdown: rate of loading, bytes an article,
time of opening and exporting, p50 and p95 of each kind of question beside pandas over the same corpus as CSV, and how
much each grew. ``--keep FOLDER`` leaves the corpora there, and a later run asks them again.

Times are those of the clock, once each; beside them the processor's, for a machine that others use as well.
"""

from __future__ import annotations

import math
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click

from benchmarks.load import Watch, load
from benchmarks.scale_pandas import Frame
from benchmarks.scale_questions import KINDS, Question, ask, questions
from corpus import Corpus, Query
from corpus.export import write_csv

MOST_IN_PANDAS = 200_000
"""Articles: with whole texts pandas takes some 6 kB for each, and a hundred questions as many seconds."""
ASKED_OF_PANDAS = 8
"""Questions of each kind: a search over texts takes pandas seconds."""


Times = dict[str, list[Watch]]


def _timed(asked: list[Question], put: Callable[[Question], int]) -> Times:
    found: Times = {kind: [] for kind in KINDS}
    for question in asked:
        with Watch() as watch:
            put(question)
        found[question.kind].append(watch)
    return found


def opening(path: Path) -> float:
    """Seconds to open the corpus for reading in a new process, the middle of five."""
    program = (
        "import sys, time; from corpus.store import Corpus; began = time.perf_counter();"
        "Corpus.open(sys.argv[1], read_only=True).close(); print(time.perf_counter() - began)"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", program, str(path)], check=True, capture_output=True).stdout)  # noqa: S603 - ours
        for _ in range(5)
    ]
    return median(times)


def _p(watches: list[Watch], share: float, which: str = "clock") -> float:
    """Milliseconds that ``share`` of the questions took at most."""
    times = sorted(getattr(watch, which) for watch in watches)
    found: float = 1000 * times[math.ceil(share * len(times)) - 1]
    return found


def _ms(milliseconds: float) -> str:
    return f"{milliseconds:.1f}" if milliseconds < 100 else f"{milliseconds:,.0f}"


def measured(path: Path, articles: int, say: Callable[[str], None]) -> Times:
    """Load the corpus unless it is there, print what loading, opening and exporting took; the times of questions."""
    if not path.exists():
        load(path, articles, say)
    say(f"- opening: {1000 * opening(path):.1f} ms")
    with Corpus.open(path, read_only=True) as corpus:
        times = _timed(questions(), lambda question: ask(corpus, question))
        every = [watch for watches in times.values() for watch in watches]
        say(f"- {len(every)} questions: p50 {_ms(_p(every, 0.5))} ms, p95 {_ms(_p(every, 0.95))} ms")
        some = min(articles, 20_000)
        with Watch() as export, Path(os.devnull).open("w", encoding="utf-8", newline="") as out:
            write_csv(corpus.articles(Query(limit=some)), out)
        say(f"- articles exported as CSV: {export.rate(some)}")
    say(exporting(path, min(articles, 200_000)))
    return times


def exporting(path: Path, articles: int) -> str:
    """What ``benchmarks.scale_parquet`` says of the newest articles."""
    program = [sys.executable, "-m", "benchmarks.scale_parquet", "--corpus", str(path), "--articles", str(articles)]
    return subprocess.run(program, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603 - ours


def in_pandas(path: Path, say: Callable[[str], None]) -> Times:
    """The first questions of each kind put to pandas; every answer must be the corpus's own."""
    table = path.with_suffix(".csv")
    with Corpus.open(path, read_only=True) as corpus:
        with table.open("w", encoding="utf-8", newline="") as out:
            write_csv(corpus.articles(), out)
        frame = Frame(table)
        table.unlink()
        say(f"- pandas: {frame.seconds:.1f} s to read the CSV and fold the texts, {frame.bytes / 1e9:.1f} GB of memory")
        asked = questions()
        some = [one for kind in KINDS for one in [each for each in asked if each.kind == kind][:ASKED_OF_PANDAS]]
        differ = sum(frame.ask(one) != ask(corpus, one) for one in some)
        say(f"- answers of pandas that are another number than ours: {differ} of {len(some)}")
        return _timed(some, frame.ask)


def report(folder: Path, articles: int, say: Callable[[str], None]) -> None:
    """Both corpora, and the table that compares them."""
    times = {}
    for number in (articles // 10, articles):
        say(f"\n## {number:,} articles\n")
        times[number] = measured(folder / f"made-{number}.sqlite", number, say)
    if articles <= MOST_IN_PANDAS:
        beside = in_pandas(folder / f"made-{articles}.sqlite", say)
    else:
        beside = {}
        say(f"- pandas: not asked, for it is given at most {MOST_IN_PANDAS:,} articles (some 6 kB of memory each)")
    say(f"- most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB\n")
    small, large = times.values()
    columns = ("ms", "p50", "p95", "p95 of the processor", "p95 at a tenth", "growth", "pandas p50", "pandas p95")
    say(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for kind in KINDS:
        grown = _p(large[kind], 0.95, "processor") / _p(small[kind], 0.95, "processor")
        cells = [_p(large[kind], 0.5), _p(large[kind], 0.95), _p(large[kind], 0.95, "processor"), _p(small[kind], 0.95)]
        pandas = [_ms(_p(beside[kind], share)) if kind in beside else "" for share in (0.5, 0.95)]
        say(f"| {' | '.join([kind, *map(_ms, cells), f'×{grown:.1f}', *pandas])} |")
    say("\nGrowth is that of the p95 of the processor, for ten times the articles.")


@click.command()
@click.option(
    "--articles", default=100_000, show_default=True, type=click.IntRange(100), help="Articles of the corpus."
)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Leave the corpora in this folder.")
def main(articles: int, keep: Path | None) -> None:
    """Measure a made corpus of ARTICLES, and one of a tenth."""
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(TemporaryDirectory(prefix="tintinh-scale-")))
        folder.mkdir(parents=True, exist_ok=True)
        report(folder, articles, click.echo)


if __name__ == "__main__":
    main()
