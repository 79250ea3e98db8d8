"""How quickly articles are stored, and on what: ``python -m benchmarks.load [--articles 20000]``.

Made articles (benchmarks/made_corpus.py) go through ``Corpus.load``, with their making outside the watch; then their
opinions are stored. Prints Markdown: articles a second by the clock and by the processor, the processor's time of each
stage, the bytes of each table, and what bare FTS5 takes to index the same texts: the floor under any store with this
index. ``--into FILE`` leaves the corpus there.

Other work on the machine makes the clock slow and the processor's figures half as long again; the floor, measured in
the same minute, says how slow the minute was.
"""

from __future__ import annotations

import resource
import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self
from unittest import mock

import click

from benchmarks.made_corpus import MadeArticle, made_corpus
from corpus import Corpus, addresses, duplicates, index, keeping, recent, rows, sieve, tallies, waiting
from corpus.keeping import Result

HELD = 20_000
"""Articles made at once, outside the watch: some 200 MB."""
BATCH = 2_000

_STAGES = {
    "texts and keys made in this process": [(waiting, "keyed")],
    "addresses met before": [(addresses, "met")],
    "stored keys read into memory": [(sieve.Sieve, "fill")],
    "keys met before": [(sieve.Sieve, "among"), (duplicates, "met"), (duplicates, "holders")],
    "possible copies compared": [(duplicates, "likest")],
    "rows of articles and their parts": [(rows, "insert_many")],
    "rows of keys and copies": [(duplicates, "remember"), (duplicates, "note_copies")],
    "recent keys merged into the others": [(recent, "merge_if_many")],
    "rows of addresses": [(addresses, "note_new")],
    "tallies": [(tallies, "add")],
    "search index": [(index, "add_many")],
}


class Watch:
    """Seconds of the clock and of the processor that its blocks took together."""

    def __init__(self) -> None:
        self.clock = self.processor = 0.0

    def __enter__(self) -> Self:
        self._began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *error: object) -> None:
        self.clock += time.perf_counter() - self._began[0]
        self.processor += time.process_time() - self._began[1]

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Time that does not count."""
        self.__exit__()
        yield
        self.__enter__()

    def rate(self, number: int) -> str:
        """So many a second, by the clock and by the processor."""
        return f"{number / self.clock:,.0f} a second ({number / self.processor:,.0f} a second of the processor)"


class Stages:
    """Seconds of the processor that each stage of storing took in this process; what none of them took is the rest."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self._patches = ExitStack()

    def __enter__(self) -> Self:
        for stage, functions in _STAGES.items():
            for module, name in functions:
                timed = self._timed(stage, getattr(module, name))
                self._patches.enter_context(mock.patch.object(module, name, timed))
        commit = mock.patch.object(keeping, "transaction", self._transaction(keeping.transaction))
        self._patches.enter_context(commit)
        return self

    def __exit__(self, *error: object) -> None:
        self._patches.close()

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any) -> Any:
            began = time.process_time()
            found = function(*given)
            if isinstance(found, Iterator):
                found = list(found)
            self.seconds[stage] += time.process_time() - began
            return found

        return timed

    def _transaction(self, transaction: Callable[..., Any]) -> Callable[..., Any]:
        stages = self

        class Timed:
            def __init__(self, connection: sqlite3.Connection) -> None:
                self._inner = transaction(connection)

            def __enter__(self) -> None:
                self._inner.__enter__()

            def __exit__(self, *error: Any) -> Any:
                began = time.process_time()
                try:
                    return self._inner.__exit__(*error)
                finally:
                    stages.seconds["commit, and the log copied into the file"] += time.process_time() - began

        return Timed


def load(path: Path, articles: int, say: Callable[[str], None]) -> None:
    """Make the corpus at ``path`` and say what it took."""
    storing, tagging, upkeep = Watch(), Watch(), Watch()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    stories, untagged = made_corpus(articles), deque[MadeArticle]()

    def results() -> Iterator[Result]:
        while True:
            with storing.paused():
                held = list(islice(stories, HELD))
            if not held:
                return
            for each in held:
                untagged.append(each)
                yield Result(each.article)

    with Corpus.open(path) as corpus:
        with Stages() as stages, storing:
            for some in corpus.load(results(), BATCH):
                with storing.paused(), tagging:
                    _tag(corpus, [outcome.article_id or 0 for outcome in some], [untagged.popleft() for _ in some])
        with upkeep:
            sizes = corpus.optimize()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    second = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    say(f"- articles stored: {storing.rate(articles)}, in batches of {BATCH:,}")
    say(f"- articles tagged: {tagging.rate(articles)}")
    say(
        f"- size: {sizes.before / articles:,.0f} bytes an article, {sizes.after / articles:,.0f} after `optimize`,"
        f" which took {upkeep.clock:.1f} s"
    )
    say("\n| stage of storing | ms of the processor an article |\n|---|---|")
    say(f"| texts and keys made in the second process | {1000 * second / articles:.3f} |")
    for stage, seconds in stages.seconds.most_common():
        say(f"| {stage} | {1000 * seconds / articles:.3f} |")
    rest = storing.processor - sum(stages.seconds.values())
    say(f"| the rest of this process | {1000 * rest / articles:.3f} |\n")


def _tag(corpus: Corpus, ids: list[int], stories: list[MadeArticle]) -> None:
    some = zip(ids, stories, strict=True)
    corpus.add_taggings((article_id, tagging) for article_id, story in some for tagging in story.taggings)


def tables(path: Path, articles: int, say: Callable[[str], None]) -> None:
    """Say how many bytes of the file each table and index takes, an article, the largest first."""
    say("| table or index | bytes an article |\n|---|---|")
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name ORDER BY bytes DESC")
        for name, size in found:
            if size / articles >= 10:
                say(f"| {name} | {size / articles:,.0f} |")


def floor(folder: Path, articles: int, say: Callable[[str], None]) -> None:
    """Say how quickly bare FTS5 indexes the same texts, in an empty file with the settings of the corpus."""
    with closing(sqlite3.connect(folder / "floor.sqlite", isolation_level=None)) as connection:
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = NORMAL",
            "PRAGMA cache_size = -65536",
            """CREATE VIRTUAL TABLE search USING fts5 (title_toned, body_toned, title_folded, body_folded, content = '',
               tokenize = 'unicode61 remove_diacritics 0')""",
            "INSERT INTO search (search, rank) VALUES ('hashsize', 16777216)",
        ):
            connection.execute(statement)
        indexing = Watch()
        stories = made_corpus(articles)
        first = 1
        while some := list(islice(stories, BATCH)):
            entries = [(first + n, index.entry(story.article)) for n, story in enumerate(some)]
            with indexing:
                connection.execute("BEGIN IMMEDIATE")
                index.add_texts(connection, entries)
                connection.execute("COMMIT")
            first += len(some)
    say(f"- floor: bare FTS5 indexes {indexing.rate(articles)}")


@click.command()
@click.option("--articles", default=20_000, show_default=True, type=click.IntRange(100), help="Articles of the corpus.")
@click.option("--into", type=click.Path(path_type=Path, dir_okay=False), help="Leave the corpus in this new file.")
def main(articles: int, into: Path | None) -> None:
    """Load a made corpus of ARTICLES."""
    if into is not None and into.exists():
        raise click.BadParameter(f"{into}: exists; a new file was expected", param_hint="--into")
    with TemporaryDirectory(prefix="tintinh-load-") as folder:
        path = into or Path(folder) / "made.sqlite"
        click.echo(f"## {articles:,} articles\n")
        load(path, articles, click.echo)
        tables(path, articles, click.echo)
        floor(Path(folder), min(articles, HELD), click.echo)


if __name__ == "__main__":
    main()
