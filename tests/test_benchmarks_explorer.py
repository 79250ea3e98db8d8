"""The benchmark of the explorer runs: a real server, readers over HTTP, and a night into the same corpus."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from click.testing import CliRunner

from benchmarks.explorer import main
from benchmarks.explorer_readers import KINDS, addresses
from benchmarks.scale import load
from corpus import Corpus
from tests.made_articles import story


def test_readers_are_answered_while_a_night_is_written_into_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "made.sqlite"
    load(path, 300, lambda line: None)
    given = ["--corpus", str(path), "--readers", "3", "--seconds", "3", "--pause", "0.5", "--night", "20"]
    done = CliRunner().invoke(main, [*given, "--folder", str(tmp_path / "copies")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert "# The explorer over 300 articles" in done.output
    assert "the night: 20 of 20 articles stored and tagged" in done.output
    assert done.output.count("| all | ") == 2
    assert done.output.count("the corpus was locked: 0") == 2
    rows = [line for line in done.output.splitlines() if line.startswith("| article | ")]
    assert all(row.endswith("| 0 |") for row in rows), "every article is given"
    with Corpus.open(path, read_only=True) as corpus:
        assert corpus.stats().articles == 300, "the night went into the copy"
    assert not list((tmp_path / "copies").iterdir())


def test_a_corpus_of_somebody_is_not_written_into(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        corpus.keep(story(1), page=None, place=None)
    done = CliRunner().invoke(main, ["--corpus", str(path), "--in-place"])
    assert done.exit_code == 1
    assert "is no made corpus" in done.output
    with Corpus.open(path, read_only=True) as corpus:
        assert corpus.stats().articles == 1


def test_what_is_asked_is_the_same_every_time() -> None:
    asked = list(islice(addresses(1_000, 1), 200))
    assert asked == list(islice(addresses(1_000, 1), 200))
    assert {kind for kind, _ in asked} == set(KINDS)
    assert asked != list(islice(addresses(1_000, 2), 200))
