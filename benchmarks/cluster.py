"""Several processes beside one: ``python -m benchmarks.cluster [--articles 100000] [--kills 20] [--keep FOLDER]``.

Makes an archive (benchmarks/made_archive.py), reads and annotates it into a dataset by one process and by two local
Dask workers, and compares the two row for row; kills workers at random moments and compares again; makes a corpus by
the ordinary commands and one by merging the dataset, and compares these. Prints Markdown: what an article costs in each
stage, the speed-up, the memory of a worker, and what follows for a cluster of ten. Exit code 1 on any difference.

With ``--keep`` it goes on where it was broken off: what is finished is not done twice, and times are added up.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import click

from benchmarks.made_archive import write_archive, write_sources
from corpus.records import Query
from corpus.store import Corpus
from crawler.ingest import replay
from nlp.tag import Tagger
from tintinh.cluster import stages
from tintinh.cluster.annotating import PackedModel
from tintinh.cluster.asking import TrendQuestion, WordQuestion
from tintinh.cluster.dataset import Dataset
from tintinh.cluster.jobs import Here, Runner
from tintinh.cluster.merge import Opinions, merge
from tintinh.cluster.running import Workers, workers
from tintinh.cluster.standing import settle
from tintinh.cluster.storage import Storage
from tintinh.commands.opinions import annotate, model_folder

TABLES = ("articles", "rejected", "opinions")


class Bench:
    """One benchmark in a folder; times of the clock and the processor, rows and peaks are kept in ``times.json``."""

    def __init__(self, root: Path, articles: int, count: int) -> None:
        self.root, self.articles, self.workers = root, articles, count
        self.differences: list[str] = []
        self._begun = time.monotonic()
        self._file = root / "times.json"
        self.times: dict[str, dict[str, float]] = json.loads(self._file.read_text()) if self._file.exists() else {}
        folder = model_folder(None)
        self.tagger = Tagger.load(folder)
        self.model: PackedModel = stages.packed(folder, self.tagger.by)
        self.sources = write_sources(root / "sources")
        size = write_archive(root / "archive", articles, lambda written: self.tell(f"archive: {written} pages"))
        self.archive = Storage(str(root / "archive"))
        self.note("archive", bytes=float(size))

    def tell(self, text: str) -> None:
        """Say on standard error how far it is."""
        click.echo(f"{time.monotonic() - self._begun:7.0f} s  {text}", err=True)

    def note(self, name: str, **figures: float) -> None:
        """Keep figures in place of earlier ones."""
        self.times.setdefault(name, {}).update(figures)
        self._file.write_text(json.dumps(self.times, indent=1))

    def add(self, name: str, **figures: float) -> None:
        """Add to figures, as of a part of the work after a break."""
        before = self.times.get(name, {})
        self.note(name, **{key: before.get(key, 0.0) + value for key, value in figures.items()})

    def dataset(self, name: str) -> Dataset:
        """The dataset of that name."""
        return Dataset.at(str(self.root / name))

    def make(self, name: str, runner: Runner, at: Callable[[float], None] = lambda share: None) -> Dataset:
        """Read and annotate the archive into the dataset ``name``; ``at`` hears how much of the two stages is done."""
        dataset = self.dataset(name)
        done = 0

        def advance(steps: int) -> None:
            nonlocal done
            done += steps
            total = max(1, 2 * len(dataset.partitions()))
            if done * 20 // total != (done - steps) * 20 // total:
                self.tell(f"{name}: {done / total:.0%}")
            at(done / total)

        for stage, run in (
            ("read", lambda: stages.read_archive(runner, self.archive, dataset, self.sources, advance=advance)),
            ("annotate", lambda: stages.annotate(runner, dataset, self.model, advance=advance)),
        ):
            clock = time.monotonic()
            summary = run()
            self.differences += [f"{name}: {one.name}: {one.reason}" for one in summary.failures]
            if summary.made:
                spent = {f"cpu {part}": seconds for part, seconds in summary.seconds.items()}
                rows = float(summary.new.total())
                self.add(f"{name} {stage}", clock=time.monotonic() - clock, rows=rows, **spent)
        return dataset

    def compare(self, one: Dataset, other: Dataset) -> int:
        """Note every partition in which two datasets differ, row for row; how many rows were compared."""
        rows = 0
        names = [partition.name for partition in one.partitions()]
        if names != [partition.name for partition in other.partitions()]:
            self.differences.append(f"{other.storage.address}: has other partitions")
        for name in names:
            for table in TABLES:
                found = zip(one.rows(table, name), other.rows(table, name), strict=True)  # type: ignore[arg-type]
                for mine, theirs in found:
                    rows += 1
                    if mine != theirs:
                        self.differences.append(f"{other.storage.address}: {table} {name} n {mine['n']}")
        return rows


@contextmanager
def killing(kills: int, seconds: float, seed: int) -> Iterator[list[int]]:
    """Kill one of this process's workers again and again while the block runs, at most ``kills`` times, every
    ``seconds`` on average; the list grows with the processes killed."""
    import psutil

    pick, over, killed = random.Random(seed), Event(), []  # noqa: S311 - to kill by

    def work() -> None:
        while len(killed) < kills and not over.wait(pick.uniform(0, 2 * seconds)):
            alive = [
                child
                for child in psutil.Process().children()
                if any("spawn_main" in part for part in child.cmdline()) and child.pid not in killed
            ]
            if alive:
                chosen = pick.choice(alive)
                killed.append(chosen.pid)
                chosen.kill()

    thread = Thread(target=work, daemon=True)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def killed_again_and_again(bench: Bench, kills: int) -> tuple[int, int, int]:
    """Make the dataset anew while workers are killed, until there were ``kills``; kills, datasets, rows compared."""
    whole, total, runs, rows = bench.dataset("one"), 0, 0, 0
    clock = sum(bench.times[f"two {stage}"]["clock"] for stage in ("read", "annotate"))
    while total < kills:
        name = f"killed-{runs}"
        with workers(f"local:{bench.workers}") as two, killing(kills - total, max(2.0, clock / 12), runs) as killed:
            made = bench.make(name, two)
        total, runs = total + len(killed), runs + 1
        rows += bench.compare(whole, made)
        bench.tell(f"{name}: {len(killed)} kills, {len(bench.differences)} differences")
    return total, runs, rows


def corpora(bench: Bench) -> int:
    """Compare the corpus of the ordinary commands with the one that the merged dataset gives; rows compared."""
    ordinary, merged = bench.root / "ordinary.sqlite", bench.root / "merged.sqlite"
    if "ordinary annotate" not in bench.times:
        with Corpus.open(ordinary) as corpus:
            clock, spent = time.monotonic(), time.process_time()
            for number, _ in enumerate(replay(corpus, Path(bench.archive.address), bench.sources)):
                if number % 5000 == 0:
                    bench.tell(f"ordinary replay: {number} pages")
            pages = float(number + 1)
            bench.note("ordinary replay", clock=time.monotonic() - clock, cpu=time.process_time() - spent, rows=pages)
            clock, spent = time.monotonic(), time.process_time()
            annotated = annotate(corpus, bench.tagger)[1]
            bench.note(
                "ordinary annotate", clock=time.monotonic() - clock, cpu=time.process_time() - spent, rows=annotated
            )
    if "merge" not in bench.times:
        with Corpus.open(merged) as corpus:
            clock, spent = time.monotonic(), time.process_time()
            for number, _ in enumerate(merge(bench.dataset("two"), corpus, Opinions(), opinions=True)):
                if number % 5000 == 0:
                    bench.tell(f"merge: {number} pages")
            pages = float(number + 1)
            bench.note("merge", clock=time.monotonic() - clock, cpu=time.process_time() - spent, rows=pages)
    return _compared(bench, ordinary, merged)


def _compared(bench: Bench, ordinary: Path, merged: Path) -> int:
    rows = 0
    with closing(sqlite3.connect(ordinary)) as connection:
        connection.execute("ATTACH ? AS other", (str(merged),))
        tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            if table.startswith(("search", "sqlite_")) or table == "recent_keys":
                continue
            columns = [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]
            kept = [name for name in columns if name not in {"at", "tries", "tagging_id"}]
            kept = [f"t.{name}" for name in kept if (table, name) != ("taggings", "id")]
            joined = f"{{}}.{table} AS t"
            if "tagging_id" in columns:  # numbered by age, which an edition in between changes
                kept.append("g.article_id")
                joined += " JOIN {}.taggings AS g ON g.id = t.tagging_id"
            one, other = (
                f"SELECT {', '.join(kept)} FROM {joined.format(where, where)}"  # noqa: S608 - names of tables
                for where in ("main", "other")
            )
            if table == "duplicate_keys":  # in which of its two tables a key stands is a matter of when it was moved
                one, other = (
                    f"SELECT * FROM ({asked} UNION ALL SELECT {', '.join(columns)} FROM {where}.recent_keys)"  # noqa: S608
                    for asked, where in ((one, "main"), (other, "other"))
                )
            asked = f"SELECT count(*) FROM (SELECT * FROM ({one} EXCEPT {other}) UNION ALL SELECT * FROM ({other} EXCEPT {one}))"  # noqa: S608, E501
            if found := connection.execute(asked).fetchone()[0]:
                bench.differences.append(f"corpus: {found} rows of {table} differ")
            rows += connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
    return rows


QUESTIONS: dict[str, Any] = {
    "trend --per theme": TrendQuestion(Query(), "month", "theme", ()),
    "trend --query --per source": TrendQuestion(Query("hợp tác"), "month", "source", ()),
    "keywords --theme border": WordQuestion(Query(themes=("border",)), None),
}


def ask(bench: Bench, runner: Runner) -> dict[str, float]:
    """The seconds of each question over the dataset; another answer than the corpus's is a difference."""
    took = {}
    with Corpus.open(bench.root / "ordinary.sqlite", read_only=True) as corpus:
        for name, one in QUESTIONS.items():
            clock = time.monotonic()
            if isinstance(one, TrendQuestion):
                found: Any = stages.ask_trend(runner, bench.dataset("two"), one, changes=False)
                expected: Any = corpus.trend(one.query, one.by, one.per, one.themes)
            else:
                found = stages.ask_words(runner, bench.dataset("two"), one, order="likelihood", least=5, limit=None)
                expected = corpus.keywords(one.query, limit=None)
            took[name] = time.monotonic() - clock
            if found != expected:
                bench.differences.append(f"{name}: another answer than the corpus's")
    return took


@click.command()
@click.option("--articles", default=100_000, show_default=True, type=click.IntRange(200))
@click.option("--workers", "count", default=2, show_default=True, type=click.IntRange(2))
@click.option("--kills", default=20, show_default=True, type=click.IntRange(0))
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Work here, and go on where it was.")
def main(articles: int, count: int, kills: int, keep: Path | None) -> None:
    """Two local Dask workers beside one process, and killed ones beside both."""
    from benchmarks.cluster_report import report

    with TemporaryDirectory() as scratch:
        root = keep or Path(scratch)
        root.mkdir(parents=True, exist_ok=True)
        bench = Bench(root, articles, count)
        one = bench.make("one", Here())
        with workers(f"local:{count}") as found:
            two = bench.make("two", found, _watch(bench, found))
            rows = bench.compare(one, two)
            clock, spent = time.monotonic(), time.process_time()
            if settle(two):
                bench.note("standing", clock=time.monotonic() - clock, cpu=time.process_time() - spent, rows=articles)
            bench.tell(f"{rows} rows compared, {len(bench.differences)} differences")
            in_corpora = corpora(bench)
            asked = ask(bench, found)
        killed = killed_again_and_again(bench, kills) if kills else (0, 0, 0)
        click.echo(report(bench, rows, in_corpora, asked, killed))
    for difference in bench.differences:
        click.echo(f"DIFFERS   {difference}")
    sys.exit(1 if bench.differences else 0)


def _watch(bench: Bench, found: Workers) -> Callable[[float], None]:
    """Notes the peak of the workers at each quarter of the work."""
    seen: set[int] = set()

    def at(share: float) -> None:
        quarter = int(share * 4)
        if quarter and quarter not in seen:
            seen.add(quarter)
            peak = float(max(found.peaks().values()))
            before = bench.times.get("peaks", {}).get(str(quarter), 0.0)
            bench.note("peaks", **{str(quarter): max(before, peak)})

    return at


if __name__ == "__main__":
    main()
