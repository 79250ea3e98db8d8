"""How soon the explorer answers: ``python -m benchmarks.explorer [--corpus FILE | --articles 100000]``.

Starts ``tintinh serve`` as a process of its own over a made corpus (benchmarks/made_corpus.py; FILE is one that
``benchmarks.scale --keep`` left) and asks it over HTTP: 200 pages drawn by seed, one after the other; then 50 readers
at once for a minute, each reading a page for some seconds before it asks for the next, while another process writes a
night's worth of articles into the same corpus, one at a time as a crawl does. Prints Markdown: p50 and p95 of each kind
of page, pages that were not given and why, locks, the night's own times, the memory of the server.

The night is written into a copy of the corpus, and so are the places and partners, which made texts do not name and
which are drawn; ``--in-place`` writes into FILE itself. Times are those of the clock; all share this machine.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks.explorer_readers import (
    ASKED,
    PATIENCE,
    ROOT,
    Answer,
    Server,
    at_once,
    get,
    one_by_one,
    p_ms,
    served,
    table,
)
from benchmarks.scale import load
from corpus import Corpus
from corpus.mentions import Mention
from nlp.gazetteer import load_gazetteer, signature

NIGHT = """
import json, sys, time
from pathlib import Path
from benchmarks.made_corpus import made
from corpus import Corpus
path, first, articles, seconds = Path(sys.argv[1]), *map(int, sys.argv[2:5])
stories = [made(first + n, first + n + 1) for n in range(articles)]
times, wrong = [], []
with Corpus.open(path) as corpus:
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    for n, story in enumerate(stories):
        time.sleep(max(0.0, began + n * seconds / articles - time.perf_counter()))
        at = time.perf_counter()
        try:
            kept = corpus.keep(story.article, page=None, place=None)
            for tagging in story.taggings if kept.article_id else ():
                corpus.add_tagging(kept.article_id, tagging)
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")
        times.append(time.perf_counter() - at)
    took = time.perf_counter() - began
print(json.dumps({"times": times, "wrong": wrong, "took": took}))
"""


def a_night(
    server: Server, corpus: Path, articles: int, night: int, readers: int, seconds: int, pause: float
) -> list[Answer]:
    """What the readers were given while a night was written, and, printed, what became of the night."""
    command = [sys.executable, "-c", NIGHT, str(corpus), str(articles), str(night), str(seconds)]
    with subprocess.Popen(  # noqa: S603 - our own words, by our own interpreter
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    ) as writer:
        assert writer.stdin is not None  # noqa: S101 - it was asked for
        assert writer.stdout is not None  # noqa: S101 - as well
        if writer.stdout.readline() != "ready\n":
            raise click.ClickException("the night did not start; its error stands above")
        writer.stdin.write("\n")
        writer.stdin.flush()
        given = at_once(server, articles, readers, seconds, pause)
        last = writer.stdout.readline()
    if not last:
        raise click.ClickException("the night did not come to its end; its error stands above")
    told = json.loads(last)
    times, stored = told["times"], night - len(told["wrong"])
    click.echo(
        f"- the night: {stored:,} of {night:,} articles stored and tagged in {told['took']:.0f} s, each in"
        f" p50 {p_ms(times, 0.5)} ms, p95 {p_ms(times, 0.95)} ms, at most {p_ms(times, 1)} ms"
    )
    for why, times_met in Counter(told["wrong"]).most_common(5):
        click.echo(f"- not stored: {times_met} × {why}")
    return given


def name(path: Path, articles: int) -> None:
    """Give the articles the places and partners that made texts do not have, unless they were given some.

    Two in three name nobody abroad, the others one to three countries or places, the nearer the oftener.
    """
    gazetteer, by = load_gazetteer(), signature()
    abroad = sorted(one.id for one in gazetteer.entities.values() if one.kind in ("country", "foreign"))
    likely = [1 / (place + 1) for place in range(len(abroad))]
    pick = random.Random(3)  # noqa: S311 - no secret
    pick.shuffle(abroad)
    with Corpus.open(path) as corpus:
        if next(corpus.to_name(by), None) is None:
            return
        corpus.keep_entities(gazetteer.entities.values())
        for first in range(1, articles + 1, 5_000):
            made = []
            for number in range(first, min(first + 5_000, articles + 1)):
                some = pick.choices(abroad, likely, k=pick.choice((0, 0, 0, 0, 0, 0, 1, 1, 2, 3)))
                named = tuple(Mention(one, 9 * n, 9 * n + 8, "name") for n, one in enumerate(dict.fromkeys(some)))
                made.append((number, named))
            corpus.add_mentions(made, by)


def _articles_of(path: Path) -> int:
    with Corpus.open(path, read_only=True) as corpus:
        stats = corpus.stats()
    if not all(name.startswith("bao_so_") for name in stats.sources):
        raise click.ClickException(
            f"{path}: is no made corpus; one that `python -m benchmarks.scale --keep` left was expected"
        )
    return stats.articles


def _copied(path: Path, folder: Path) -> Path:
    """A copy to write into, with all that is still in the write-ahead log."""
    need, free = path.stat().st_size, shutil.disk_usage(folder).free
    if need * 1.2 > free:
        raise click.ClickException(
            f"{folder}: {free / 1e9:.0f} GB are free, a copy needs {need / 1e9:.0f}; try --in-place"
        )
    copy = folder / "corpus.sqlite"
    for end in ("", "-wal"):
        if Path(f"{path}{end}").exists():
            shutil.copyfile(f"{path}{end}", f"{copy}{end}")
    return copy


@click.command()
@click.option(
    "--corpus",
    "path",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A corpus of benchmarks.scale.",
)
@click.option(
    "--articles", default=100_000, show_default=True, type=click.IntRange(100), help="Articles to make, without FILE."
)
@click.option("--in-place", is_flag=True, help="Write the night into FILE itself and not into a copy.")
@click.option("--readers", default=50, show_default=True, type=click.IntRange(1), help="Readers at once.")
@click.option("--seconds", default=60, show_default=True, type=click.IntRange(1), help="How long they read.")
@click.option(
    "--pause", default=2.0, show_default=True, type=click.FloatRange(0.01), help="Seconds between pages of a reader."
)
@click.option("--night", default=2_000, show_default=True, type=click.IntRange(1), help="Articles written meanwhile.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), help="Where a corpus is made or copied to.")
def main(
    path: Path | None,
    articles: int,
    in_place: bool,
    readers: int,
    seconds: int,
    pause: float,
    night: int,
    folder: Path | None,
) -> None:
    """Measure the explorer over a made corpus."""
    with ExitStack() as stack:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        place = Path(stack.enter_context(TemporaryDirectory(prefix="tintinh-explorer-", dir=folder)))
        if path is None:
            path = place / "made.sqlite"
            load(path, articles, lambda line: None)
        elif not in_place:
            path = _copied(path, place)
        articles = _articles_of(path)
        name(path, articles)
        click.echo(f"# The explorer over {articles:,} articles, {path.stat().st_size / 1e9:.1f} GB\n")
        server = stack.enter_context(served(path, place))
        with closing(http.client.HTTPConnection(server.host, timeout=PATIENCE)) as connection:
            first = get(connection, "first view", "/")
        click.echo(f"- the first page of a new process: {1_000 * first.seconds:.0f} ms, status {first.status}")
        click.echo(f"\n## {ASKED} pages, one after the other\n")
        table(one_by_one(server, articles))
        click.echo(
            f"\n## {readers} readers at once for {seconds} s, a page every {pause:g} s and its own time, and a night\n"
        )
        given = a_night(server, path, articles, night, readers, seconds, pause)
        click.echo(f"- pages given: {sum(one.status == 200 for one in given) / seconds:.1f} a second\n")
        table(given)
        said = server.told.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
        click.echo(f"- what the server printed: {len(said)} lines")
        click.echo("".join(f"      {line}\n" for line in said[:60]), nl=False)
        click.echo(f"- most memory of the server: {server.memory():.0f} MB")


if __name__ == "__main__":
    main()
