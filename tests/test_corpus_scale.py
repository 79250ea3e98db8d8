"""What makes a large corpus quick changes no answer: quicker searches, upkeep."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.made_corpus import FIRST, HAND, LAST, MODEL, RATES, a_run, made_corpus
from corpus import Corpus, CorpusError, Query
from corpus.conditions import where
from corpus.index import TITLE_WEIGHT
from corpus.querylang import read
from tests.made_articles import story
from tests.made_large import DAYS, PLACES, write_large


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a corpus as ``tests.made_large`` makes it."""
    return write_large(tmp_path_factory.mktemp("made") / "corpus.sqlite")


def test_more_than_are_held_in_memory_are_kept_as_well(made: Path) -> None:
    with Corpus.open(made) as corpus:
        assert corpus.check() == []
        stats = corpus.stats()
        assert (stats.articles, stats.hand_tagged > 0, stats.undated > 0) == (700, True, True)
        assert corpus.search(Query(limit=0)).total == 700
        assert 0 < stats.copies < 70


def plainly_ranked(corpus: Corpus, query: Query) -> list[tuple[int, float]]:
    """The hits of ``query`` by one plain statement that ranks everything: what every quicker way must give."""
    wanted, filters = read(query.text or ""), where(replace(query, text=None))
    together = wanted.together() or ()
    nearness = "".join("search.rowid IN (SELECT rowid FROM search WHERE search MATCH ?) DESC, " for _ in together)
    most = -1 if query.limit is None else query.limit
    columns = "{title_toned body_toned}" if wanted.toned else "{title_folded body_folded}"
    return corpus.connection.execute(
        f"""SELECT articles.id, -bm25(search, {TITLE_WEIGHT}, 1.0, {TITLE_WEIGHT}, 1.0) AS score
            FROM search JOIN articles ON articles.id = search.rowid WHERE search MATCH ? AND {filters.sql}
            ORDER BY {nearness} score DESC, articles.published_at DESC, articles.id DESC LIMIT ?""",  # noqa: S608
        (f"{columns} : ({wanted.expression()})", *filters.values, *together, most),
    ).fetchall()


@pytest.mark.parametrize("few", [0, 20, 1_000])
def test_search_ranks_as_one_plain_statement_does(made: Path, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.ranking._FEW", few)
    pick = random.Random(5)  # noqa: S311 - no secret
    lengths = []
    with Corpus.open(made, read_only=True) as corpus:
        for n in range(24):
            text = pick.choice(
                [a_run(pick), a_run(pick).split()[0], f"{a_run(pick)} {a_run(pick)}", f'"{a_run(pick)}"']
            )
            place = pick.choice(PLACES)
            since, until = pick.choice(DAYS)
            filters: dict[str, Any] = {**place, "since": since, "until": until} if n % 2 else {}
            for limit in (3, 20, None):
                query = Query(text, limit=limit, **filters)
                answer = corpus.search(query)
                assert [(hit.id, hit.score) for hit in answer.hits] == plainly_ranked(corpus, query), query
                assert answer.total == len(plainly_ranked(corpus, replace(query, limit=None)))
                lengths.append(answer.total)
    assert max(lengths) > 200
    assert sum(length > 20 for length in lengths) > 12


def test_upkeep_beside_a_reader_changes_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        for n in range(40):
            corpus.keep(story(n), page=None, place=None)
        before = corpus.search(Query("chợ", limit=None)), corpus.trend(Query())
        segments = "SELECT count(DISTINCT segid) FROM search_idx"
        assert corpus.connection.execute(segments).fetchone()[0] > 1
        with Corpus.open(path, read_only=True) as reader:
            reader.connection.execute("BEGIN")
            assert reader.search(Query("chợ", limit=None)) == before[0]
            reader.connection.execute("PRAGMA busy_timeout = 0")
            corpus.connection.execute("PRAGMA busy_timeout = 0")
            assert corpus.optimize().log_in_use
            assert reader.search(Query("chợ", limit=None)) == before[0]
            reader.connection.execute("COMMIT")
        upkeep = corpus.optimize(vacuum=True)
        assert not upkeep.log_in_use
        assert upkeep.after == path.stat().st_size < upkeep.before
        assert corpus.connection.execute(segments).fetchone() == (1,)
        assert (corpus.search(Query("chợ", limit=None)), corpus.trend(Query())) == before
        assert corpus.check() == []


def test_nothing_is_vacuumed_on_a_disk_too_full_for_it(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.upkeep.shutil.disk_usage", lambda folder: shutil._ntuple_diskusage(9, 9, 1000))  # type: ignore[attr-defined]
    with Corpus.open(made) as corpus, pytest.raises(CorpusError, match="bytes of free disk, and there are 1,000"):
        corpus.optimize(vacuum=True)


def test_made_articles_are_the_same_every_time_and_as_they_are_described() -> None:
    stories = list(made_corpus(600))
    assert stories == list(made_corpus(600))
    words = [len(each.article.text.split()) for each in stories]
    assert min(words) > 140
    assert max(words) < 1100
    assert 330 < sorted(words)[300] < 470
    days = [each.article.published_at for each in stories if each.article.published_at]
    assert all(FIRST <= day.date() <= LAST for day in days)
    assert len({each.article.url for each in stories}) == 600
    by_model = [tagging for each in stories for tagging in each.taggings if tagging.by == MODEL]
    for theme, rate in RATES.items():
        share = sum(theme in tagging.themes for tagging in by_model) / len(by_model)
        assert abs(share - rate) < 0.05, theme
    assert {tagging.by for each in stories for tagging in each.taggings} <= {MODEL, HAND}
