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
import math
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlsplit

import click

from benchmarks.scale import load
from benchmarks.scale_questions import questions
from corpus import Corpus, Query
from corpus.mentions import Mention
from nlp.gazetteer import load_gazetteer, signature
from tintinh.explorer.address import query_string

ROOT = Path(__file__).parents[1]
KINDS = ("first view", "search", "article", "trend", "network", "map")
ASKED = 200
PATIENCE = 60.0
"""Seconds that a reader waits for a page before it counts as not given."""
NIGHT = """
import json, sys, time
from pathlib import Path
from benchmarks.made_corpus import made
from corpus import Corpus, Query
from corpus.mentions import Mention
from nlp.gazetteer import load_gazetteer, signature
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


@dataclass(frozen=True)
class Answer:
    """What became of a request: its kind, seconds until the last byte, status (0: none came) and why it was no page."""

    kind: str
    seconds: float
    status: int
    why: str = ""


@dataclass(frozen=True)
class Server:
    """The running explorer."""

    host: str
    process: int
    told: Path

    def memory(self) -> float:
        """The most memory that it had, in MB."""
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{self.process}/status").read_text())
        if found is None:
            raise click.ClickException(f"/proc/{self.process}/status: says nothing of the memory; VmHWM was expected")
        return int(found[1]) / 1_000


@contextmanager
def served(corpus: Path, folder: Path) -> Iterator[Server]:
    """``tintinh serve`` over ``corpus``; what it prints goes to a file in ``folder``."""
    told = folder / "server.txt"
    command = [sys.executable, "-m", "tintinh", "serve", "--corpus", str(corpus), "--port", "0"]
    with told.open("wb") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=out) as server:  # noqa: S603
        try:
            until = time.monotonic() + 120
            while (at := re.search(r" is at http://(\S+)/ ", told.read_text())) is None:
                if server.poll() is not None or time.monotonic() > until:
                    raise click.ClickException(f"tintinh serve did not start: {told.read_text()}")
                time.sleep(0.05)
            yield Server(at[1], server.pid, told)
        finally:
            server.terminate()


def address(kind: str, query: Query, articles: int, pick: random.Random) -> str:
    """The address of a page of this kind, in either language."""
    start = pick.choice(["", "/en"])
    asked = f"?{query_string(query)}"
    match kind:
        case "first view":
            return start or "/"
        case "article":
            return f"{start}/article/{pick.randint(1, articles)}"
        case "trend":
            return f"{start}/trends{asked}"
        case "map":
            return f"{start}/map{asked}"
        case "network":
            return f"{start}/network{asked}"
    return f"{start}/search{asked}"


def addresses(articles: int, seed: int) -> Iterator[tuple[str, str]]:
    """Kinds and addresses without end, the same for the same seed, each kind as often."""
    pick = random.Random(seed)  # noqa: S311 - no secret
    while True:
        for n, question in enumerate(questions(pick.randrange(1 << 30))):
            kind = KINDS[n % len(KINDS)]
            yield kind, address(kind, question.query, articles, pick)


def get(connection: http.client.HTTPConnection, kind: str, path: str) -> Answer:
    """One page, read to its end; redirects are followed, as a browser does."""
    began = time.perf_counter()
    try:
        for _ in range(3):
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                # Idle for long, it was closed by the server; a browser, too, asks again on a new one.
                connection.close()
                connection.request("GET", path)
                answer = connection.getresponse()
            body = answer.read()
            if answer.status not in (301, 302):
                break
            to = urlsplit(answer.headers["location"])
            path = to.path + (f"?{to.query}" if to.query else "")
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return Answer(kind, time.perf_counter() - began, 0, type(error).__name__)
    took = time.perf_counter() - began
    if answer.status == 200:
        return Answer(kind, took, 200)
    said = re.search(rb'class="sorry"[^>]*>(.*?)</p>', body, re.S)
    why = re.sub(r"<[^>]+>|\d+", "", said[1].decode()).strip() if said else body[:80].decode(errors="replace")
    return Answer(kind, took, answer.status, why)


def one_by_one(server: Server, articles: int) -> list[Answer]:
    """``ASKED`` pages, one after the other."""
    source = addresses(articles, 1)
    with closing(http.client.HTTPConnection(server.host, timeout=PATIENCE)) as connection:
        return [get(connection, *next(source)) for _ in range(ASKED)]


def at_once(server: Server, articles: int, readers: int, seconds: float, pause: float) -> list[Answer]:
    """What ``readers`` who each pause ``pause`` seconds between pages, on average, were given in ``seconds``."""
    given: list[list[Answer]] = [[] for _ in range(readers)]
    until = time.perf_counter() + seconds

    def read(number: int) -> None:
        pick = random.Random(number)  # noqa: S311 - no secret
        source = addresses(articles, 100 + number)
        with closing(http.client.HTTPConnection(server.host, timeout=PATIENCE)) as connection:
            time.sleep(pick.uniform(0, pause))  # they did not all sit down in the same moment
            while time.perf_counter() < until:
                given[number].append(get(connection, *next(source)))
                time.sleep(min(pick.expovariate(1 / pause), max(0.0, until - time.perf_counter())))

    threads = [Thread(target=read, args=[number]) for number in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answer for some in given for answer in some]


def _p(times: Sequence[float], share: float) -> str:
    if not times:
        return "–"
    milliseconds = 1_000 * sorted(times)[math.ceil(share * len(times)) - 1]
    return f"{milliseconds:.0f}" if milliseconds < 1_000 else f"{milliseconds:,.0f}"


def table(answers: Sequence[Answer]) -> None:
    """Times of each kind, of pages given and not given alike, and what kept those that were not."""
    click.echo("| page | asked | p50 ms | p95 ms | longest ms | not given |\n|---|--:|--:|--:|--:|--:|")
    for kind in (*KINDS, "all"):
        some = [one for one in answers if kind in ("all", one.kind)]
        times = [one.seconds for one in some]
        failed = sum(one.status != 200 for one in some)
        click.echo(f"| {kind} | {len(some)} | {_p(times, 0.5)} | {_p(times, 0.95)} | {_p(times, 1)} | {failed} |")
    click.echo()
    reasons = Counter((one.kind, one.status, one.why) for one in answers if one.status != 200)
    for (kind, status, why), times_met in reasons.most_common(12):
        click.echo(f"- {kind}: {times_met} × {status} {why}")
    locked = sum("locked" in one.why for one in answers)
    click.echo(f"- answers that say the corpus was locked: {locked}")


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
    click.echo(
        f"- the night: {night - len(told['wrong']):,} of {night:,} articles stored and tagged in {told['took']:.0f} s,"
        f" each in p50 {_p(told['times'], 0.5)} ms, p95 {_p(told['times'], 0.95)} ms, at most {_p(told['times'], 1)} ms"
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
        click.echo(f"- what the server printed: {len(said)} lines{': ' + said[-1][:200] if said else ''}")
        click.echo(f"- most memory of the server: {server.memory():.0f} MB")


if __name__ == "__main__":
    main()
