"""``tintinh replay`` shows what would change before it writes."""

from __future__ import annotations

import os
import pty
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from corpus.store import Corpus
from crawler.archive import ArchiveWriter
from tests.archived import NIGHT
from tests.command import ROOT, tintinh
from tests.pages import MARKUP, SCREEN, page


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two pages imported, one of whose titles then went wrong in the corpus, and one page unheard of."""
    (tmp_path / "a.html").write_text(MARKUP, encoding="utf-8")
    (tmp_path / "b.txt").write_text(SCREEN, encoding="utf-8")
    assert tintinh("import", "a.html", "b.txt", home=tmp_path).code == 0
    with Corpus.open(tmp_path / "data/var/corpus.sqlite") as corpus:
        corpus.connection.execute("UPDATE articles SET title = 'Sai hoàn toàn' WHERE title LIKE 'Chợ phiên%'")
    return tmp_path


def titles(home: Path) -> set[str]:
    with Corpus.open(home / "data/var/corpus.sqlite", read_only=True) as corpus:
        return {one.article.title for one in corpus.articles()}


def dump(home: Path) -> list[str]:
    connection = sqlite3.connect(home / "data/var/corpus.sqlite")
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_a_dry_run_shows_the_difference_and_writes_nothing(home: Path) -> None:
    before, rows = (home / "data/var/corpus.sqlite").read_bytes(), dump(home)
    done = tintinh("replay", "--dry-run", home=home)
    assert (done.code, done.err) == (0, "")
    assert "2 pages read again; articles: 0 new, 1 changed, 1 unchanged, 0 withdrawn" in done.out
    assert "changed fields: title 1" in done.out
    assert "  title: Sai hoàn toàn\n       → Chợ phiên vùng cao đón khách sau tết\n" in done.out
    (found,) = tintinh("replay", "--dry-run", "--json", home=home).rows()
    assert (found["changed"], found["fields"]) == (1, {"title": 1})
    assert found["examples"][0]["after"] == "Chợ phiên vùng cao đón khách sau tết"
    assert "field title,1" in tintinh("replay", "--dry-run", "--csv", home=home).out
    assert (home / "data/var/corpus.sqlite").read_bytes() == before
    assert dump(home) == rows
    assert "Sai hoàn toàn" in titles(home)


def test_without_a_corpus_a_dry_run_makes_none(home: Path) -> None:
    (found,) = tintinh("replay", "--dry-run", "--json", "--corpus", home / "neu.sqlite", home=home).rows()
    assert (found["new"], found["changed"]) == (2, 0)
    assert not (home / "neu.sqlite").exists()


@pytest.mark.parametrize("options", [(), ("--yes",)])
def test_from_cron_it_shows_the_difference_and_writes(home: Path, options: tuple[str, ...]) -> None:
    done = tintinh("replay", "--json", *options, home=home)
    assert done.code == 0
    assert "1 changed" in done.err
    assert "title: Sai hoàn toàn" in done.err
    assert sum(row["changed"] for row in done.rows()) == 1
    assert "Sai hoàn toàn" not in titles(home)


def at_a_terminal(home: Path, answer: bytes, *options: str) -> int:
    main, end = pty.openpty()
    try:
        started = subprocess.Popen(
            [sys.executable, "-c", "from tintinh.cli import main; main()", "replay", *options],
            cwd=home,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TINTINH_HOME": str(home), "TERM": "dumb"},
            stdin=end,
            stdout=subprocess.DEVNULL,
            stderr=end,
        )
        os.write(main, answer)
        return started.wait(timeout=120)
    finally:
        os.close(main)
        os.close(end)


@pytest.mark.parametrize(
    ("answer", "options", "code", "written"),
    [(b"n\n", (), 1, False), (b"y\n", (), 0, True), (b"", ("--yes",), 0, True)],
)
def test_at_a_terminal_it_asks(home: Path, answer: bytes, options: tuple[str, ...], code: int, written: bool) -> None:
    assert at_a_terminal(home, answer, *options) == code
    assert ("Sai hoàn toàn" not in titles(home)) == written


def test_of_one_source_only_its_pages_are_read(home: Path) -> None:
    # A page the corpus never heard of, of a source that is no more: it would be new, by the generic reader.
    body = MARKUP.replace("Chợ phiên", "Chợ đêm")
    with ArchiveWriter(home / "data/archive") as writer:
        writer.write(replace(page(body), fetched_at=NIGHT + timedelta(days=1), source="cu"))
    (found,) = tintinh("replay", "--dry-run", "--source", "cu", "--json", home=home).rows()
    assert (found["pages"], found["new"]) == (1, 1)
