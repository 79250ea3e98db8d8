"""Nights at the small paper, for the tests of the crawl: each is a Scrapy run in a process of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from corpus.nights import Night
from corpus.store import Corpus
from tests.small_paper import Paper, write_source

CHECKOUT = Path(__file__).parents[1]
SOURCE = "bao_dong_suoi"
_EARLIER = "strftime('%Y-%m-%dT%H:%M:%f', ?, ?) || '000+00:00'"


def arguments(home: Path, paper: Paper, **settings: object) -> list[str]:
    """The command line of a night at ``paper``, kept under ``home``; ``settings`` are Scrapy's."""
    given: dict[str, object] = {
        "SOURCES_DIR": home / "sources" if (home / "sources").exists() else write_source(home / "sources"),
        "ARCHIVE_DIR": home / "archive",
        "CORPUS_PATH": home / "corpus.sqlite",
        "CONNECT_TO": json.dumps(paper.connect_to),
        "DOWNLOAD_DELAY": 0,
        "RETRY_TIMES": 0,
        **settings,
    }
    named = [part for name, value in given.items() for part in ("-s", f"{name}={value}")]
    return [sys.executable, "-W", "error", "-m", "scrapy", "crawl", SOURCE, *named]


def night(home: Path, paper: Paper, *more: str, **settings: object) -> Night:
    """One night at the paper: its account. What the paper was asked before is forgotten."""
    paper.asked.clear()
    paper.unchanged.clear()
    done = subprocess.run(
        [*arguments(home, paper, **settings), *more],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env={key: value for key, value in os.environ.items() if key != "TINTINH_CONTACT"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with Corpus.open(home / "corpus.sqlite") as corpus:
        account = corpus.nights(SOURCE)[0]
        assert corpus.check() == []
    return account


@contextmanager
def database(home: Path) -> Iterator[sqlite3.Connection]:
    """The corpus file of ``home``, committed at the end: to look into, and to turn a clock."""
    with closing(sqlite3.connect(home / "corpus.sqlite")) as connection, connection:
        yield connection


def turn_clock(home: Path, hours: float) -> None:
    """Make everything that is put off due so many hours earlier, as if they had passed."""
    with database(home) as connection:
        for table, column, key in (("addresses", "due_at", "url"), ("pauses", "until", "host")):
            rows = connection.execute(
                f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608 - names above
            ).fetchall()
            for name, moment in rows:
                connection.execute(
                    f"UPDATE {table} SET {column} = {_EARLIER} WHERE {key} = ?",  # noqa: S608 - names above
                    (moment, f"{-hours:+} hours", name),
                )
        for name, moment in connection.execute("SELECT url, stored_at FROM addresses WHERE stored_at IS NOT NULL"):
            connection.execute(
                f"UPDATE addresses SET stored_at = {_EARLIER} WHERE url = ?",  # noqa: S608 - our own words
                (moment, f"{-hours:+} hours", name),
            )
