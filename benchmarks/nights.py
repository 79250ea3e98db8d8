"""What a night costs the outlets and this machine: ``python -m benchmarks.nights [--pages 20000]``.

First requests: a second night at the loopback newspaper where 5 % of the stories are new, and one where none is.
Then speed and memory: a crawl of many made pages beside a bare Scrapy spider that only downloads the same pages, both
with one request at a time and all pauses off. Prints Markdown.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import click

from benchmarks.made_paper import HOST, MadePaper, write_source
from benchmarks.made_stories import long_pages, write_stories
from corpus.store import Corpus
from tintinh.loopback import LoopbackNewspaper
from tintinh.loopback.outlets import OUTLETS
from tintinh.loopback.server import Request

ROOT = Path(__file__).parents[1]
MILESTONES = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)

CRAWL = """
import json, sys
from pathlib import Path
from crawler.night import crawl
from crawler.source import load_sources
nights = crawl(load_sources(Path(sys.argv[1])).values(), json.loads(sys.argv[2]))
print(sum(night.stored + night.copies for night in nights))
"""

BARE = """
import sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

class Bare(Spider):
    name = "bare"
    start_urls = [f"{sys.argv[1]}/robots.txt"]
    handle_httpstatus_list = [404]
    def parse(self, response):
        # From a callback, as links are: Scrapy asks for requests of start() with pauses of up to a second.
        for number in range(int(sys.argv[2])):
            yield Request(f"{sys.argv[1]}/tin/bai-{number}.html", self.read, dont_filter=True)
    def read(self, response):
        assert len(response.body) > 50_000

# One request at a time in all, else Scrapy opens a connection a page and loses a second on every few.
process = AsyncCrawlerProcess({"LOG_LEVEL": "ERROR", "CONCURRENT_REQUESTS": 1, "DOWNLOAD_DELAY": 0,
    "COOKIES_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": False})
process.crawl(Bare)
process.start()
"""


# Requests


@dataclass(frozen=True)
class Asked:
    """One night: the requests by what they were for, how many were answered 304, and the new articles."""

    kinds: Counter[str]
    unchanged: int
    new: int

    @property
    def all(self) -> int:
        """All requests."""
        return self.kinds.total()


def asked(paper: LoopbackNewspaper, home: Path) -> Asked:
    """One crawl of every outlet of ``paper``, kept under ``home``."""
    mapped = [part for host, url in paper.connect_to.items() for part in ("--connect-to", f"{host}={url}")]
    before = _stored(home)
    start = len(paper.requests)
    words = ["crawl", *OUTLETS, *mapped, "--delay", "0", "--json"]
    code = _python(home, "from tintinh.cli import main; main()", *words).wait()
    if code not in {0, 2}:
        raise click.ClickException(f"the crawl ended with {code}: {(home / 'err').read_text(encoding='utf-8')}")
    with Corpus.open(home / "data/var/corpus.sqlite", read_only=True) as corpus:
        articles = {url for (url,) in corpus.connection.execute("SELECT url FROM addresses")}
    made = paper.requests[start:]
    kinds = Counter(_kind(one, articles) for one in made)
    return Asked(kinds, sum(one.status == 304 for one in made), _stored(home) - before)


def _kind(one: Request, articles: set[str]) -> str:
    if one.path == "/robots.txt":
        return "robots.txt"
    if f"https://{one.host}{one.path}" in articles:
        return "articles"
    outlet = next(outlet for outlet in OUTLETS.values() if one.host in outlet.hosts)
    if one.path in {section.path for section in outlet.sections}:
        return "sections"
    if one.path == outlet.feed or "sitemap" in one.path:
        return "feeds and sitemaps"
    return "further pages of sections"


def _stored(home: Path) -> int:
    path = home / "data/var/corpus.sqlite"
    if not path.exists():
        return 0
    with Corpus.open(path, read_only=True) as corpus:
        return corpus.stats().articles


def print_requests(root: Path, sizes: Sequence[int]) -> None:
    """The table of requests, for outlets of each size."""
    click.echo(
        "| stories an outlet | night | new articles | requests | of them 304 | requests a new article | where they go |"
    )
    click.echo("|---|---|---|---|---|---|---|")
    with long_pages():
        for each in sizes:
            new = each // 20
            home = root / f"home-{each}"
            home.mkdir(parents=True)
            write_stories(root / f"fewer-{each}", each, new)
            write_stories(root / f"all-{each}", each, 0)
            nights = []
            with LoopbackNewspaper(root / f"fewer-{each}") as paper:
                nights.append(("first", asked(paper, home)))
                nights.append(("unchanged", asked(paper, home)))
            with LoopbackNewspaper(root / f"all-{each}") as paper:
                nights.append(("5 % new", asked(paper, home)))
            for name, night in nights:
                share = f"{night.all / night.new:.2f}" if night.new else "–"
                where = ", ".join(f"{kind} {count}" for kind, count in night.kinds.most_common())
                click.echo(f"| {each} | {name} | {night.new} | {night.all} | {night.unchanged} | {share} | {where} |")
    click.echo()


# Speed and memory


def _python(home: Path, code: str, *arguments: str) -> subprocess.Popen[bytes]:
    home.mkdir(parents=True, exist_ok=True)
    given = {key: value for key, value in os.environ.items() if not key.startswith("TINTINH")}
    with (home / "out").open("wb") as out, (home / "err").open("wb") as err:
        return subprocess.Popen(  # noqa: S603 - our own words, by our own interpreter
            [sys.executable, "-c", code, *arguments],
            cwd=home,
            env={**given, "PYTHONPATH": str(ROOT), "TINTINH_HOME": str(home)},
            stdout=out,
            stderr=err,
        )


def resident(pid: int) -> int:
    """The memory of a process that is in RAM, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return round(int(line.split()[1]) / 1024)
    raise ValueError(f"/proc/{pid}/status: has no line VmRSS")


def processor(pid: int) -> float:
    """The processor seconds a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Run:
    """A process that fetched made pages: when each was answered, and after some of them its processor seconds and MB.

    A page counts when it is answered, so the work on the last one is in no figure.
    """

    clock: list[float]
    used: dict[int, float]
    memory: dict[int, int]

    def rate(self, first: int = 1, last: int | None = None) -> float:
        """Pages a second between two of them, by number."""
        last = last or len(self.clock)
        return (last - first) / (self.clock[last - 1] - self.clock[first - 1])

    def cost(self, first: int = 1, last: int | None = None) -> float:
        """Processor milliseconds a page between two of them, by number."""
        last = last or len(self.clock)
        return 1000 * (self.used[last] - self.used[first]) / (last - first)


def fetched(root: Path, pages: int, *, bare: bool, tell: Callable[[Run, int], None] = lambda run, reached: None) -> Run:
    """``pages`` fetched by the spider that only downloads, or by a crawl of ours, which must store them all; ``tell``
    is called at every milestone."""
    run = Run([], {}, {})
    child: subprocess.Popen[bytes] | None = None

    def at(served: int) -> None:
        if served in {1, *MILESTONES, pages} and child is not None:
            run.used[served], run.memory[served] = processor(child.pid), resident(child.pid)
            tell(run, served)

    with MadePaper(pages, at) as paper:
        run.clock = paper.clock
        settings = {
            "CONNECT_TO": {HOST: paper.url},
            "ARCHIVE_DIR": str(root / "archive"),
            "CORPUS_PATH": str(root / "corpus.sqlite"),
            "DOWNLOAD_DELAY": 0,
            "AUTOTHROTTLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
        }
        if bare:
            child = _python(root, BARE, paper.url, str(pages))
        else:
            child = _python(root, CRAWL, str(write_source(root / "sources")), json.dumps(settings))
        child.wait()
    got = str(len(run.clock)) if bare else (root / "out").read_text(encoding="utf-8").strip()
    if child.returncode or got != str(pages):
        said = (root / "err").read_text(encoding="utf-8")
        raise click.ClickException(f"{root.name}: {got or 'none'} of {pages} pages: {said}")
    return run


def print_speed(root: Path, pages: int, compared: int, rounds: int) -> None:
    """Speed side by side, on ``compared`` pages each, turn by turn; then one long crawl, a row when it is reached."""
    ratios, costs = [], []
    click.echo(
        "| round | bare spider, pages/s | tintinh, pages/s | ratio | bare, CPU ms a page | tintinh, CPU ms a page |"
    )
    click.echo("|---|---|---|---|---|---|")
    for number in range(1, rounds + 1):
        one = fetched(root / f"bare-{number}", compared, bare=True)
        ours = fetched(root / f"ours-{number}", compared, bare=False)
        ratios.append(ours.rate() / one.rate())
        costs.append(one.cost() / ours.cost())
        rates = f"{one.rate():.1f} | {ours.rate():.1f} | {ratios[-1]:.2f}"
        click.echo(f"| {number} | {rates} | {one.cost():.1f} | {ours.cost():.1f} |")
    click.echo(
        f"\n{compared} pages, one request at a time: median ratio {median(ratios):.2f} by the clock, "
        f"{median(costs):.2f} by processor time\n"
    )
    click.echo("| pages | pages/s since the row before | CPU ms a page | RSS |")
    click.echo("|---|---|---|---|")
    before = 1

    def tell(run: Run, reached: int) -> None:
        nonlocal before
        if reached > before:
            figures = f"{run.rate(before, reached):.1f} | {run.cost(before, reached):.1f} | {run.memory[reached]} MB"
            click.echo(f"| {reached} | {figures} |")
            before = reached

    fetched(root / "long", pages, bare=False, tell=tell)


@click.command()
@click.option("--pages", default=20_000, show_default=True, type=click.IntRange(100), help="Of the long crawl.")
@click.option("--compared", default=1_000, show_default=True, type=click.IntRange(100), help="Pages side by side.")
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Of the comparison.")
@click.option("--only", type=click.Choice(["requests", "speed"]), help="One half alone.")
def main(pages: int, compared: int, rounds: int, only: str | None) -> None:
    """Count requests, measure speed and memory, and print Markdown."""
    begun = time.monotonic()
    with TemporaryDirectory() as scratch:
        if only != "speed":
            print_requests(Path(scratch), (100, 400, 800))
        if only != "requests":
            print_speed(Path(scratch), pages, compared, rounds)
    click.echo(f"\n{time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
