"""The first look: what tallies say must be what a count says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus import Corpus
from corpus.nights import Night
from tests.made_articles import put


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        yield opened
        assert opened.check() == []


def night(source: str, day: str, found: int) -> Night:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return Night(source, at, at, found, 0, found, 0, 0, {}, 0)


def test_an_empty_corpus_has_an_empty_overview(corpus: Corpus) -> None:
    found = corpus.overview()
    assert (found.articles, found.stories, found.tagged, found.undated) == (0, 0, 0, 0)
    assert (dict(found.months), dict(found.themes), found.outlets) == ({}, {}, ())


def test_counts_are_those_of_the_articles(corpus: Corpus) -> None:
    put(corpus, "2024-03-01", ("border", "training"), text=7, source="bao_a")
    put(corpus, "2024-03-02", ("border",), text=7, source="bao_b")  # a copy
    put(corpus, "2024-05-02", (), source="bao_b")
    put(corpus, None, None, source="bao_b")
    put(corpus, "2024-04-02", None, source=None)
    found, stats = corpus.overview(), corpus.stats()
    assert found.articles == stats.articles == 5
    assert found.articles - found.stories == stats.copies == 1
    assert (found.tagged, found.undated) == (stats.tagged, stats.undated) == (3, 1)
    assert list(found.months.items()) == [("2024-03", 2), ("2024-04", 1), ("2024-05", 1)]
    assert list(found.themes.items()) == [("border", 2), ("training", 1)]
    assert {outlet.source: outlet.articles for outlet in found.outlets} == stats.sources
    first = found.outlets[0]
    assert (first.source, first.stories, first.first, first.last) == ("bao_b", 2, "2024-03", "2024-05")
    assert (first.night, first.found, first.broken) == (None, None, 0)


def test_the_last_night_of_every_outlet_is_told_also_of_one_that_brought_nothing(corpus: Corpus) -> None:
    put(corpus, "2024-03-01", None, source="bao_a")
    for each in (night("bao_a", "2024-03-01", 9), night("bao_a", "2024-03-02", 4), night("bao_z", "2024-02-01", 0)):
        corpus.record_night(each)
    outlets = {outlet.source: outlet for outlet in corpus.overview().outlets}
    assert outlets["bao_a"].night == datetime(2024, 3, 2, tzinfo=UTC)
    assert outlets["bao_a"].found == 4
    assert (outlets["bao_z"].articles, outlets["bao_z"].found, outlets["bao_z"].first) == (0, 0, None)
