"""Readers of a running explorer, for benchmarks/explorer.py: what they ask for, by seed, and what they were given."""

from __future__ import annotations

import http.client
import math
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import click

from benchmarks.scale_questions import questions
from corpus import Query
from tintinh.explorer.address import query_string

ROOT = Path(__file__).parents[1]
KINDS = ("first view", "search", "article", "trend", "network", "map")
ASKED = 200
PATIENCE = 60.0
"""Seconds that a reader waits for a page before it counts as not given."""


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


def p_ms(times: Sequence[float], share: float) -> str:
    """What ``share`` of the times, in seconds, were at most, in milliseconds."""
    if not times:
        return "–"
    found = 1_000 * sorted(times)[math.ceil(share * len(times)) - 1]
    return f"{found:,.0f}"


def table(answers: Sequence[Answer]) -> None:
    """Times of each kind, of pages given and not given alike, and what kept those that were not."""
    click.echo("| page | asked | p50 ms | p95 ms | longest ms | not given |\n|---|--:|--:|--:|--:|--:|")
    for kind in (*KINDS, "all"):
        some = [one for one in answers if kind in ("all", one.kind)]
        times = [one.seconds for one in some]
        failed = sum(one.status != 200 for one in some)
        click.echo(f"| {kind} | {len(some)} | {p_ms(times, 0.5)} | {p_ms(times, 0.95)} | {p_ms(times, 1)} | {failed} |")
    click.echo()
    reasons = Counter((one.kind, one.status, one.why) for one in answers if one.status != 200)
    for (kind, status, why), times_met in reasons.most_common(12):
        click.echo(f"- {kind}: {times_met} × {status} {why}")
    locked = sum("locked" in one.why for one in answers)
    click.echo(f"- answers that say the corpus was locked: {locked}")
