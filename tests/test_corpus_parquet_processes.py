"""Parquet written by several processes: what one writes, and nothing where one of them or the caller fails."""

from __future__ import annotations

import multiprocessing
import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.made_corpus import made_corpus
from corpus import Corpus, parquet
from corpus.keeping import Result


def test_several_processes_write_what_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "SHARE", 40)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep_many(Result(one.article) for one in made_corpus(200))
        told: list[int] = []
        one = corpus.to_parquet(tmp_path / "one", advance=told.append)
        two = corpus.to_parquet(tmp_path / "two", processes=2)
    made_at = {"made_at", "cite"}
    assert {**one, **dict.fromkeys(made_at)} == {**two, **dict.fromkeys(made_at)}
    assert len(told) > 3, "several shares"
    assert sum(told) == one["articles"] == 200


def test_of_several_processes_one_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "SHARE", 40)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep_many(Result(one.article) for one in made_corpus(200))
        corpus.connection.execute("UPDATE articles SET fetched_at = 'no moment' WHERE id = 150")
        with pytest.raises(pa.ArrowInvalid, match="no moment"):
            corpus.to_parquet(tmp_path / "out", processes=2)
    assert not list(tmp_path.glob("out*"))


def test_of_several_processes_nothing_is_left_where_what_hears_of_them_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other processes write on until they are stopped: a folder that was removed already, they may make anew."""
    monkeypatch.setattr(parquet, "SHARE", 20)
    removed, running = shutil.rmtree, []

    def remove(folder: Path) -> None:
        running.extend(multiprocessing.active_children())
        removed(folder)

    def full(articles: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("corpus.parquet.shutil.rmtree", remove)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep_many(Result(one.article) for one in made_corpus(400))
        with pytest.raises(OSError, match="No space left"):
            corpus.to_parquet(tmp_path / "out", processes=2, advance=full)
    assert not running
    assert not list(tmp_path.glob("out*"))
