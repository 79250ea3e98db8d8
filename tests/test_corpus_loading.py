"""A corpus loaded in bulk is the corpus that keeps one page after the other, and survives what a load may meet."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from benchmarks.made_corpus import made_corpus
from corpus import Corpus, CorpusError
from corpus.keeping import Result
from tests.made_articles import page_of, story
from tests.test_corpus_keeping import everything, night

ROOT = Path(__file__).parent.parent


def stories(count: int) -> list[Result]:
    return [Result(each.article) for each in made_corpus(count)]


def mixed() -> Iterator[Result]:
    """A night of all that may happen, between made articles with reprints, and some of both again."""
    made = stories(260)
    yield from made[:90]
    yield from night()
    yield from made[80:]
    yield from night()
    article = made[100].result
    yield Result(replace(article, title="Tít khác", page_digest="sha256:0"), page_of(story(60), url=article.url))  # type: ignore[type-var]


def postings(path: Path) -> list[Any]:
    """Every word of the index with article, column and place, whatever the segments it lies in."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, search, instance)")
        return connection.execute("SELECT term, doc, col, offset FROM words ORDER BY 1, 2, 3, 4").fetchall()


def test_a_load_equals_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.loading.FEW", 60)
    singly, loaded = tmp_path / "one.sqlite", tmp_path / "load.sqlite"
    with Corpus.open(singly) as corpus:
        alone = [
            corpus.keep(one.result, page=one.page, place=one.place, requested_url=one.requested_url) for one in mixed()
        ]
    with Corpus.open(loaded) as corpus:
        together = [outcome for some in corpus.load(mixed(), each=70) for outcome in some]
        assert corpus.check() == []
    assert together == alone
    assert {outcome.kind for outcome in alone} == {"article", "copy", "changed", "unchanged", "same", "rejected"}
    assert everything(singly) == everything(loaded)
    assert postings(singly) == postings(loaded)
    assert not active_children()


LOADING = """
import sys
from multiprocessing import active_children
from benchmarks.made_corpus import made_corpus
from corpus import Corpus, loading
from corpus.keeping import Result

if __name__ == "__main__":
    loading.FEW = 50
    with Corpus.open(sys.argv[1]) as corpus:
        for some in corpus.load((Result(each.article) for each in made_corpus(2_000)), each=100):
            print(len(some), *(child.pid for child in active_children()), flush=True)
"""


def test_killed_in_the_middle_it_is_whole_and_goes_on(tmp_path: Path) -> None:
    program, path, whole = tmp_path / "loading.py", tmp_path / "killed.sqlite", tmp_path / "whole.sqlite"
    program.write_text(LOADING, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(program), str(path)],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as load:  # fmt: skip
        assert load.stdout is not None
        lines = [load.stdout.readline().split() for _ in range(3)]
        load.send_signal(signal.SIGKILL)
    assert [line[0] for line in lines] == ["100"] * 3
    second = int(lines[-1][1])
    with Corpus.open(path) as corpus:
        assert corpus.check() == []
        stored = corpus.stats().articles
        assert stored >= 300
        assert stored % 100 == 0
        results = stories(2_000)[: stored + 150]
        known = corpus.known(one.result.url for one in results)
        assert len(known) == stored
        list(corpus.load((one for one in results if one.result.url not in known), each=100))
        assert corpus.check() == []
        corpus.connection.execute("INSERT INTO search (search, rank) VALUES ('automerge', 16)")  # killed once more
        corpus.optimize()
        assert merged_from(corpus) == 4
    with Corpus.open(whole) as corpus:
        corpus.keep_many(results)
    assert everything(path) == everything(whole)
    assert postings(path) == postings(whole)
    assert ends(second), f"the second process {second} outlived the first"


def ends(process: int) -> bool:
    """Whether a process is gone within some seconds, or a zombie that nobody waited for."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.2)
    return False


def test_a_second_process_that_dies_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.loading.FEW", 20)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        loading = corpus.load(iter(stories(3_500)), each=40)
        next(loading)
        next(loading)
        (second,) = active_children()
        second.kill()
        with pytest.raises(CorpusError, match="the process that prepares articles ended with code -9"):
            list(loading)
        assert corpus.check() == []
        assert corpus.stats().articles >= 80
        assert not active_children()


def merged_from(corpus: Corpus) -> int:
    """How many segments of the search index are merged together."""
    found = corpus.connection.execute("SELECT v FROM search_config WHERE k = 'automerge'").fetchone()
    return int(found[0])


def test_a_load_that_is_left_ends_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.loading.FEW", 20)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        before = corpus.connection.execute("PRAGMA wal_autocheckpoint").fetchone()
        loading = corpus.load(iter(stories(400)), each=40)
        next(loading)
        next(loading)
        assert active_children()
        assert merged_from(corpus) == 16
        loading.close()  # type: ignore[attr-defined]
        assert not active_children()
        assert merged_from(corpus) == 4
        assert corpus.connection.execute("PRAGMA wal_autocheckpoint").fetchone() == before
