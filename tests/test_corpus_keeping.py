"""Many results kept in one transaction: the corpus is that of one by one, whatever is held together."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from weakref import WeakSet

import pytest

from corpus import Corpus
from corpus.keeping import Result
from corpus.records import Page
from tests.made_articles import page_of, story
from tests.test_corpus_scale import everything


@pytest.mark.parametrize(("raw", "held"), [(None, 5), (b"z" * 1_000, 3)])
def test_pages_of_many_results_are_held_up_to_some_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes | None, held: int
) -> None:
    alive: WeakSet[Page] = WeakSet()
    most = 0

    def results() -> Iterator[Result]:
        nonlocal most
        for n in range(23):
            page = replace(page_of(story(n)), body=b"%4d" % n * 250, raw=raw)
            alive.add(page)
            most = max(most, len(alive))
            yield Result(story(n), page)

    with Corpus.open(tmp_path / "all.sqlite") as corpus:
        alone = corpus.keep_many(list(results()))
    gc.collect()
    most = 0
    monkeypatch.setattr("corpus.keeping._BYTES", 5_000)
    with Corpus.open(tmp_path / "some.sqlite") as corpus:
        assert corpus.keep_many(results()) == alone
    assert most == held
    assert everything(tmp_path / "some.sqlite") == everything(tmp_path / "all.sqlite")
