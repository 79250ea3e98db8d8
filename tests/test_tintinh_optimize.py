"""``tintinh optimize``: says what it does and how large the corpus was and is; names a corpus that is not there."""

from __future__ import annotations

from pathlib import Path

from corpus import Corpus
from tests.command import tintinh
from tests.made_articles import story


def test_optimize_says_sizes_and_mends_tallies(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        for n in range(8):
            corpus.keep(story(n), page=None, place=None)
        corpus.connection.execute("DELETE FROM tallies")
    missed = tintinh("check", "--corpus", path, home=tmp_path)
    assert missed.code == 1
    assert "tallies are not what a count of the articles gives; tintinh optimize --recount" in missed.err
    done = tintinh("optimize", "--recount", "--vacuum", "--corpus", path, home=tmp_path)
    assert done.code == 0, done.err
    assert f"bytes before, {path.stat().st_size:,} after" in done.out
    assert "merging the search index" in done.err
    assert tintinh("check", "--corpus", path, home=tmp_path).code == 0


def test_optimize_makes_no_corpus(tmp_path: Path) -> None:
    done = tintinh("optimize", "--corpus", tmp_path / "none.sqlite", home=tmp_path)
    assert done.code == 1
    assert "none.sqlite: there is no such corpus" in done.err
    assert not (tmp_path / "none.sqlite").exists()
