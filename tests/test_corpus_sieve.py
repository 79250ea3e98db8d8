"""What a load remembers of stored keys: it may be too many of them, and is never one too few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from corpus import Corpus, duplicates, recent, sieve
from corpus.keeping import Result
from corpus.records import Article, Outcome, Rejection
from corpus.sieve import Sieve
from tests.made_articles import page_of, story
from tests.test_corpus_keeping import everything
from tests.test_corpus_loading import stories
from tests.test_corpus_recent import kept

KEYS = np.random.default_rng(5).integers(-(2**63), 2**63 - 1, 4_000, np.int64)


def test_a_filled_sieve_holds_back_new_keys_and_no_stored_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sieve, "_BITS", 17)
    old, late, new = KEYS[:1_000], KEYS[1_000:2_000], KEYS[2_000:]
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        duplicates.remember(corpus.connection, [(key, 1) for key in old[:500].tolist()])
        recent.merge(corpus.connection)
        duplicates.remember(corpus.connection, [(key, 1) for key in old[500:].tolist()])
        one = Sieve(corpus.connection)
        assert set(one.among(KEYS)) == set(KEYS), "empty, it knows nothing"
        one.fill()
        one.add(late)
        assert set(one.among(old)) == set(old)
        assert set(one.among(late)) == set(late)
        assert 0 < len(one.among(new)) < 20
        assert len(one.among(new[:0])) == 0


def test_it_is_filled_when_that_pays(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep_many(stories(100))
        one = Sieve(corpus.connection)
        for _ in range(4):
            one.fill()
            assert len(one.among(KEYS[:120])) == 120
        one.fill()
        assert len(one.among(KEYS[:120])) < 3


def test_what_another_process_stores_empties_it(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus, Corpus.open(path) as other:
        one = Sieve(corpus.connection)
        one.fill()
        corpus.keep_many(stories(5))
        corpus.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        corpus.keep_many(stories(9))
        one.begin()
        assert len(one.among(KEYS)) == 0, "our own transactions leave it as it is"
        other.keep_many(stories(12))
        one.begin()
        assert len(one.among(KEYS)) == len(KEYS)


def test_when_a_load_ends_it_holds_nothing(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        one = Sieve(corpus.connection)
        with one.for_a_load():
            one.fill()
            assert len(one.among(KEYS)) == 0
        assert len(one.among(KEYS)) == len(KEYS)


def with_reprints() -> Iterator[Result]:
    """Ninety stories, ten of them corrected to other texts later; then a reprint of each, as it stands now."""
    now = {}
    for n in range(90):
        now[n] = story(n)
        yield Result(now[n])
    for n in range(0, 90, 9):
        later = story(n).fetched_at + timedelta(hours=2)
        now[n] = replace(story(n + 100), url=story(n).url, page_digest="sha256:other", fetched_at=later)
        yield Result(now[n])
    for n, article in now.items():
        yield Result(replace(article, url=f"https://baodongthap.vn/{n}", source="bao_dong_thap"))


def one_by_one(path: Path) -> list[Outcome]:
    with Corpus.open(path) as corpus:
        alone = [kept(corpus, one) for one in with_reprints()]
    assert sum(outcome.kind == "copy" for outcome in alone) == 90
    return alone


def test_a_load_finds_copies_of_what_it_stored_and_of_what_it_changed(tmp_path: Path) -> None:
    alone = one_by_one(tmp_path / "one.sqlite")
    with Corpus.open(tmp_path / "load.sqlite") as corpus:
        together = [outcome for some in corpus.load(with_reprints(), each=25) for outcome in some]
    assert together == alone
    assert everything(tmp_path / "one.sqlite") == everything(tmp_path / "load.sqlite")


def test_copies_are_found_among_those_that_wait_however_many_are_looked_up_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = one_by_one(tmp_path / "one.sqlite")
    for together in (7, 95):
        monkeypatch.setattr("corpus.keeping._TOGETHER", together)
        with Corpus.open(tmp_path / f"{together}.sqlite") as corpus:
            assert corpus.keep_many(with_reprints()) == alone
        assert everything(tmp_path / "one.sqlite") == everything(tmp_path / f"{together}.sqlite")


def test_copies_are_found_beside_an_article_that_was_refused_before(tmp_path: Path) -> None:
    """Its address is not new, so that nothing of it was made or looked up beforehand."""
    refused = Rejection(story(2).url, "bao_ha_giang", "no_text", "The page has no text.")
    some = [story(1), story(2), *(replace(story(n), url=f"https://baodongthap.vn/{n}") for n in (2, 1))]
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep(refused, page=page_of(story(50), url=refused.url, requested_url=refused.url), place=None)
        found = [(one.kind, one.copy_of) for one in corpus.keep_many(Result(one) for one in some)]
    assert found == [("article", None), ("article", None), ("copy", 2), ("copy", 1)]


def test_a_load_finds_copies_of_what_another_process_stores_meanwhile(tmp_path: Path) -> None:
    alone, together = one_by_one(tmp_path / "one.sqlite"), []
    with Corpus.open(tmp_path / "load.sqlite") as corpus, Corpus.open(tmp_path / "load.sqlite") as other:
        rest = with_reprints()

        def ours() -> Iterator[Result]:
            """Two of our batches; then fifteen of the other's, stored when the next of ours is asked for."""
            while some := list(islice(rest, 20)):
                yield from some
                together.extend(other.keep_many(islice(rest, 15)))

        for some in corpus.load(ours(), each=10):
            together.extend(some)
        assert corpus.check() == []
    assert sorted(map(repr, together)) == sorted(map(repr, alone))
    assert everything(tmp_path / "one.sqlite") == everything(tmp_path / "load.sqlite")


@pytest.mark.parametrize("way", ["keep", "keep_many", "load"])
def test_a_load_finds_copies_of_what_its_own_corpus_stores_meanwhile(tmp_path: Path, way: str) -> None:
    *ours, one, other = stories(42)  # these share no paragraph, as those of tests/made_articles.py do
    between = [one, other]
    reprints = [
        Result(replace(each.result, url=f"https://baodongthap.vn/{n}", source="bao_dong_thap"))
        for n, each in enumerate(between)
        if isinstance(each.result, Article)
    ]
    found = []
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n, some in enumerate(corpus.load([*ours, *reprints], each=10)):
            found += some
            if n == 2:  # keys were read into memory by now
                if way == "keep":
                    for each in between:
                        kept(corpus, each)
                elif way == "keep_many":
                    corpus.keep_many(between)
                else:
                    list(corpus.load(between))
        heads = [corpus.article(each.result.url) for each in between]
    assert [(one.kind, one.copy_of) for one in found[-2:]] == [("copy", head.id) for head in heads if head]
