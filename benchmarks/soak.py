"""Does a long night hold when everything goes wrong? ``python -m benchmarks.soak [--pages 50000] [--seed 0]``.

A rehearsed ``tintinh night`` crawls the outlets of ``benchmarks.unruly``, whose server misbehaves by chance. Most of
its starts are disturbed: killed with SIGKILL, ended with SIGTERM, on a disk that is full after so many bytes, under a
clock that was set back by three days. The night is started again, what is put off being due at once as if hours had
passed, until nothing is due any more. At the end each story that can be reached must be stored once, with the text that
the outlet printed, nothing else stored, every address accounted for, archive and corpus whole. Exit code 1 where it is
not so. Prints Markdown, with the memory of the first starts and of the last.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import time_machine

from benchmarks.doomed import code_of, started
from benchmarks.kills import LEFT_BY_A_KILL
from benchmarks.nights import resident
from benchmarks.unruly import GONE, UnrulyPaper, story
from corpus.store import Corpus

HOW = {"kill": 4.0, "terminate": 3.0, "full disk": 2.0, "clock back": 2.0, "undisturbed": 2.0}
"""How starts are disturbed, and how often; all end with SIGTERM when they had their share, but the killed ones."""
_BACK = timedelta(days=3)
_ROOM = 8 * 1024 * 1024


def fill_disk(limit: int) -> None:
    """Let no file of this process grow beyond ``limit`` bytes, as a full disk would; a write beyond fails."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def set_back() -> None:
    """Set the clock of this process back by three days; it runs on from there."""
    time_machine.travel(datetime.now(UTC) - _BACK, tick=True).start()


class Soak:
    """A night of ``paper`` at ``home``, disturbed by the chance of ``seed`` until nothing is due."""

    def __init__(self, home: Path, paper: UnrulyPaper, seed: int) -> None:
        self._home, self._paper = home, paper
        self._pick = random.Random(seed)  # noqa: S311 - to disturb by
        mapped = [part for host, url in paper.connect_to.items() for part in ("--connect-to", f"{host}={url}")]
        folder = paper.write_sources(home / "sources")
        self._words = ["night", "--sources-dir", str(folder), *mapped, "--delay", "0", "--json"]
        self.corpus = home / "data" / "var" / "corpus.sqlite"
        self.starts: Counter[str] = Counter()
        self.codes: Counter[str] = Counter()
        self.memory: list[int] = []

    def run(self, each: int) -> None:
        """Start until nothing is due; a disturbance comes after ``each`` answers on the average."""
        while True:
            before = self._paper.answered.total()
            how = self._pick.choices(list(HOW), list(HOW.values()))[0]
            if self._open() == 0 and before:
                return
            self._start(how, before + int(each * self._pick.uniform(0.3, 1.7)))
            self._put_forward()
            done = self._paper.answered.total()
            click.echo(f"{how}: {done - before} answers, {self._open()} addresses open, {self.memory[-1]} MB", err=True)

    def _start(self, how: str, until: int) -> None:
        self.starts[how] += 1
        before = {"full disk": partial(fill_disk, self._largest() + _ROOM), "clock back": set_back}.get(how)
        process = started(self._home, self._words, before=before)
        assert process.pid is not None  # noqa: S101 - it was started
        largest = 0
        while process.is_alive():
            process.join(0.2)
            with suppress(ValueError, FileNotFoundError):  # it has just ended
                largest = max(largest, resident(process.pid))
            # Else the first start that is left alone makes the whole night, and nothing is left to disturb.
            if self._paper.answered.total() >= until:
                os.kill(process.pid, signal.SIGKILL if how == "kill" else signal.SIGTERM)
                process.join(120)
                if process.is_alive():
                    raise click.ClickException(f"a start did not end within two minutes of {how}")
        self.memory.append(largest)
        code = process.exitcode
        self.codes[f"{how}: {code}"] += 1
        if code not in {0, 2} and (how, code) not in {("kill", -signal.SIGKILL), ("full disk", 1)}:
            said = (self._home / "err").read_text(encoding="utf-8")
            raise click.ClickException(f"a start ({how}) ended with {code}: {said[-2000:]}")

    def _largest(self) -> int:
        return max((file.stat().st_size for file in (self._home / "data").rglob("*") if file.is_file()), default=0)

    def _open(self) -> int:
        if not self.corpus.exists():
            return 0
        with closing(sqlite3.connect(self.corpus)) as connection:
            found: int = connection.execute(
                "SELECT count(*) FROM addresses WHERE task IN ('fetch', 'retry') AND due_at IS NOT NULL"
            ).fetchone()[0]
        return found

    def _put_forward(self) -> None:
        """Make what was put off due now, as if the hours had passed."""
        if not self.corpus.exists():
            return
        now = datetime.now(UTC) - timedelta(minutes=1)
        moment = now.isoformat("T", "microseconds")
        with closing(sqlite3.connect(self.corpus)) as connection, connection:
            connection.execute("UPDATE addresses SET due_at = ? WHERE task IN ('fetch', 'retry')", (moment,))
            connection.execute("UPDATE pauses SET until = ?", (moment,))

    def faults(self) -> list[str]:
        """A sentence for everything that is not as it must be."""
        paper = self._paper
        wanted = {paper.address(number): number for number in paper.reachable}
        wrong: list[str] = []
        stored: Counter[str] = Counter()
        with Corpus.open(self.corpus, read_only=True) as corpus:
            wrong += [f"check: {fault}" for fault in corpus.check()]
            for one in corpus.articles():
                stored[one.article.url] += 1
                if one.article.url not in wanted:
                    wrong.append(f"{one.article.url}: stored, but it is no story")
                    continue
                title, lead, body = story(wanted[one.article.url])
                printed = [title, lead, *body]
                read = [one.article.title, *(block.text for block in one.article.blocks)]
                if read != printed:
                    pair = next(pair for pair in zip_longest(read, printed) if pair[0] != pair[1])
                    wrong.append(f"{one.article.url}: read {pair[0]!r}, printed {pair[1]!r}")
            outcomes = dict(corpus.connection.execute("SELECT url, kind FROM outcomes"))
        wrong += [f"{url}: reachable, not stored ({outcomes.get(url)})" for url in wanted if not stored[url]]
        wrong += [f"{url}: stored {count} times" for url, count in stored.items() if count > 1]
        gone = {paper.address(number) for number in range(0, paper.pages, GONE)}
        wrong += [f"{url}: gone, and not said to be" for url in gone if outcomes.get(url) != "rejected"]
        code = code_of(self._home, "archive", "verify", "--json")
        found = [json.loads(row) for row in (self._home / "out").read_text(encoding="utf-8").splitlines()]
        wrong += [f"archive: {one}" for one in found if one["kind"] not in LEFT_BY_A_KILL]
        self.left = Counter(one["kind"] for one in found)
        if code not in {0, 2}:
            wrong.append(f"archive verify ended with {code}")
        return wrong


@click.command(help=__doc__)
@click.option("--pages", default=50_000, show_default=True, type=click.IntRange(100))
@click.option("--outlets", default=10, show_default=True, type=click.IntRange(2))
@click.option("--each", default=2_500, show_default=True, type=click.IntRange(10), help="Answers to a disturbance.")
@click.option("--seed", default=0, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Keep corpus and archive here.")
def main(pages: int, outlets: int, each: int, seed: int, keep: Path | None) -> None:
    begun = time.monotonic()
    with TemporaryDirectory() as scratch, UnrulyPaper(pages, outlets, seed) as paper:
        home = keep or Path(scratch) / "home"
        home.mkdir(parents=True, exist_ok=True)
        soak = Soak(home, paper, seed)
        soak.run(each)
        wrong = soak.faults()
    click.echo(f"{pages:,} stories at {outlets} outlets, {time.monotonic() - begun:.0f} s, seed {seed}\n")
    click.echo("| what | how often |\n|---|---|")
    click.echo(f"| starts | {soak.starts.total()}: {_counts(soak.starts)} |")
    click.echo(f"| exit codes | {_counts(soak.codes)} |")
    click.echo(f"| answers for stories | {paper.answered.total():,}: {_counts(paper.answered)} |")
    click.echo(f"| left in the archive by kills | {_counts(soak.left) or 'nothing'} |")
    click.echo(f"| largest size of each start, MB | {', '.join(str(size) for size in soak.memory)} |")
    click.echo(f"| faults found | {len(wrong)} |")
    for one in wrong[:20]:
        click.echo(f"\n{one}")
    sys.exit(1 if wrong else 0)


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common())


if __name__ == "__main__":
    main()
