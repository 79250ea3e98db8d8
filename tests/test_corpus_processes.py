"""Several processes at one corpus, and a process that is killed: the file stays sound and nothing is half stored."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus import Corpus, Query
from tests.made_articles import story

KEEP = """
import sys
from pathlib import Path
from tests.made_articles import page_of, story
from corpus import ArchivePlace, Corpus
path, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
with Corpus.open(path) as corpus:
    print("open", flush=True)
    for n in range(first, last):
        article = story(n)
        corpus.keep(article, page=page_of(article), place=ArchivePlace(f"{first}.warc.gz", n * 1000, 1000))
        print(n, flush=True)
"""


def keeper(path: Path, first: int, last: int) -> subprocess.Popen[str]:
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)])}
    return subprocess.Popen(
        [sys.executable, "-c", KEEP, str(path), str(first), str(last)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def assert_sound(path: Path, told: int) -> int:
    """Everything the killed process told us it stored is there, whole; the number of articles."""
    with Corpus.open(path) as corpus:
        assert corpus.check() == []
        stored = {each.article.url: each.article for each in corpus.articles()}
        assert len(stored) >= told
        assert stored == {story(n).url: story(n) for n in range(len(stored))}
        assert corpus.known(story(n).url for n in range(2000)) == set(stored)
        assert corpus.search(Query("chuyen")).total == len(stored) == len(list(corpus.pages()))
        return len(stored)


def test_a_night_killed_anywhere_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    stored = 0
    for wait in (0.0, 0.05, 0.13):
        with keeper(path, stored, 2000) as night:
            assert night.stdout is not None
            told = stored
            while told < stored + 20:
                line = night.stdout.readline()
                told = int(line) + 1 if line.strip().isdigit() else told
            time.sleep(wait)  # somewhere inside a later transaction
            night.send_signal(signal.SIGKILL)
            night.wait()
        assert night.returncode == -signal.SIGKILL
        stored = assert_sound(path, told)
    with Corpus.open(path) as corpus:
        assert corpus.keep(story(0), page=None, place=None).kind == "unchanged"
        assert corpus.keep(story(stored), page=None, place=None).kind == "article"


def test_processes_make_and_write_one_corpus_together(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    nights = [keeper(path, first, first + 60) for first in (0, 60, 40)]  # the last meets articles of both others
    for night in nights:
        with night:
            night.communicate(timeout=60)
        assert night.returncode == 0
    with Corpus.open(path, read_only=True) as corpus:
        assert corpus.stats().articles == 120
        assert corpus.check() == []


def test_a_reader_is_not_held_up_by_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as writer, Corpus.open(path, read_only=True) as reader:
        writer.keep(story(1), page=None, place=None)
        writer.connection.execute("BEGIN IMMEDIATE")
        writer.connection.execute("DELETE FROM blocks")
        assert next(reader.articles()).article == story(1)
        writer.connection.execute("ROLLBACK")


def test_a_corpus_in_a_folder_that_cannot_be_written_to_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        corpus.keep(story(1), page=None, place=None)
    log, shared = Path(f"{path}-wal"), Path(f"{path}-shm")
    with Corpus.open(path, read_only=True) as reader:
        assert reader.stats().articles == 1
        assert shared.exists(), "what SQLite makes beside the file, and could not on a DVD"
    # Whoever runs the tests may write anywhere; the folder says that we may not.
    monkeypatch.setattr("corpus.database.os.access", lambda *_: False)
    log.unlink(missing_ok=True)
    shared.unlink(missing_ok=True)
    with Corpus.open(path, read_only=True) as reader:
        assert reader.stats().articles == 1
        assert not shared.exists()
    with Corpus.open(path) as writer, Corpus.open(path, read_only=True) as reader:
        writer.keep(story(2), page=None, place=None)
        assert reader.stats().articles == 2, "a file that somebody writes to is not taken for one that lies still"
