"""Of very many matches the last stored are ordered; words that stand nearly everywhere do not count in the score."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from benchmarks.made_corpus import a_run, made_corpus
from corpus import Corpus, Query
from corpus.conditions import where
from corpus.keeping import Result
from corpus.querylang import read
from corpus.ranking import LOOKED_AT, bm25
from corpus.telling import FREQUENT
from corpus.text import fold
from tests.made_articles import story

ARTICLES = 600


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    path = tmp_path_factory.mktemp("ranking") / "corpus.sqlite"
    with Corpus.open(path) as made:
        made.keep_many(Result(each.article) for each in made_corpus(ARTICLES))
    with Corpus.open(path, read_only=True) as opened:
        yield opened


def everything(corpus: Corpus, query: Query) -> list[tuple[int, float | None]]:
    """All hits, ordered by one plain statement (that of a search without limit)."""
    return [(hit.id, hit.score) for hit in corpus.search(replace(query, limit=None)).hits]


def scored(corpus: Corpus, text: str) -> dict[int, float]:
    """Every article that holds the words of ``text``, by bm25 over all."""
    wanted = read(text)
    rows = corpus.connection.execute(
        f"SELECT rowid, {bm25(wanted)} FROM search WHERE search MATCH ?",  # noqa: S608 - ours
        (wanted.expression(),),
    )
    return dict(rows.fetchall())


def questions() -> Iterator[str]:
    pick = random.Random(11)  # noqa: S311 - no secret
    for _ in range(7):
        run = a_run(pick)
        yield from (run, run.split()[0], f'"{run}"', f"{fold(run)}", f"{run.split()[0]}*", f"{run} OR {a_run(pick)}")


def test_of_few_the_answer_is_that_of_one_plain_statement(corpus: Corpus) -> None:
    assert ARTICLES < LOOKED_AT < FREQUENT
    for text in questions():
        answer = corpus.search(Query(text, limit=7))
        assert [(hit.id, hit.score) for hit in answer.hits] == everything(corpus, Query(text))[:7], text
        assert (answer.more, answer.ordered) == (False, None)


@pytest.mark.parametrize("filters", [{}, {"since": date(2020, 5, 4)}, {"language": "vi"}])
@pytest.mark.parametrize("upwards", [1, 4])
@pytest.mark.parametrize("width", [40, 16_384])
def test_of_many_those_stored_last_are_ordered_and_no_more_are_counted(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, filters: dict[str, object], width: int, upwards: int
) -> None:
    monkeypatch.setattr("corpus.search.LOOKED_AT", 30)
    monkeypatch.setattr("corpus.ranking._FIRST_LOOK", width)
    monkeypatch.setattr("corpus.ranking._FEW", 10)
    monkeypatch.setattr("corpus.ranking._UPWARDS", upwards)
    bounded = 0
    for text in questions():
        query = Query(text, limit=5, **filters)  # type: ignore[arg-type]
        every = everything(corpus, query)
        last = set(sorted((article_id for article_id, _ in every), reverse=True)[:30])
        answer = corpus.search(query)
        assert [(hit.id, hit.score) for hit in answer.hits] == [row for row in every if row[0] in last][:5], text
        assert (answer.total, answer.more) == (min(30, len(every)), len(every) > 30)
        assert answer.ordered == (30 if answer.more else None)
        bounded += answer.more
        assert corpus.search(replace(query, limit=0)).total == len(every), "asked for a number, all are counted"
        assert len(corpus.search(replace(query, limit=None)).hits) == len(every)
    assert bounded > 10


def test_a_word_that_stands_nearly_everywhere_does_not_count_in_the_score(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("corpus.telling.FREQUENT", 150)
    held = {word: len(scored(corpus, word)) for word in ("của", "cho", "gạo", "chợ", "phố", "đường", "thuyền")}
    often = max(held, key=held.__getitem__)
    seldom = [word for word, number in held.items() if 0 < number <= 150]
    assert held[often] > 150
    assert seldom
    for word in seldom:
        alone = scored(corpus, word)
        for text in (f"{word} {often} NOT khôngcó", f"({often} OR khôngcó) {word}", f'"{word}" {often}'):
            hits = corpus.search(Query(text, limit=ARTICLES)).hits
            assert len(hits) > 1, text
            assert {hit.id: hit.score for hit in hits} == {hit.id: pytest.approx(alone[hit.id]) for hit in hits}, text


@pytest.mark.parametrize("scattered", [1, 150])
def test_where_every_word_stands_nearly_everywhere_titles_come_first_then_the_newest(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch, scattered: int
) -> None:
    monkeypatch.setattr("corpus.ranking.SCATTERED", scattered)
    monkeypatch.setattr("corpus.telling.FREQUENT", 100)
    monkeypatch.setattr("corpus.ranking.UNSCORED", 200)
    seen = 0
    for text in questions():
        wanted = read(text)
        words = {word for term in wanted.terms for word in term.words}
        frequent = all(len(scored(corpus, word)) > 100 for word in words)
        if not frequent or "*" in text or "OR" in text:
            continue
        seen += 1
        every = scored(corpus, text)
        last = sorted(every, reverse=True)[:200]
        answer = corpus.search(Query(text, limit=20))
        assert all(hit.score is None for hit in answer.hits)
        assert answer.total == len(every)
        assert answer.ordered == (200 if len(every) > 200 else None)
        together, near = wanted.together() or (wanted.expression(), wanted.expression())

        def holding(expression: str) -> set[int]:
            rows = corpus.connection.execute("SELECT rowid FROM search WHERE search MATCH ?", (expression,))
            return {article_id for (article_id,) in rows}

        run, close, titled = holding(together), holding(near), holding(wanted.expression(in_title=True))
        newest = [
            article_id
            for (article_id,) in corpus.connection.execute(
                f"SELECT id FROM articles WHERE {where(Query()).sql} ORDER BY published_at DESC, id DESC"  # noqa: S608
            )
        ]
        expected = sorted(
            last,
            key=lambda n: (n not in run, n not in close, n not in titled, newest.index(n)),
        )
        assert [hit.id for hit in answer.hits] == expected[:20], text
    assert seen > 3


def test_a_search_inside_a_transaction_sees_what_was_written_there(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.connection.execute("BEGIN")
        corpus.connection.execute("SELECT 1 FROM articles").fetchall()
        assert corpus.search("chợ").total == 0
        assert corpus.connection.in_transaction
        corpus.connection.execute("ROLLBACK")
        assert corpus.search("chợ").total == 0
        assert not corpus.connection.in_transaction


def test_a_word_of_some_weeks_alone_still_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.telling.FREQUENT", 20)
    monkeypatch.setattr("corpus.telling._STRETCH", 30)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep_many(
            Result(story(n, title=f"Tin số {n}: bão Yagi" if n >= 120 else f"Tin số {n}: chợ phiên"))
            for n in range(160)
        )
        frequent, storm = corpus.search("tin số").hits, corpus.search("Yagi")
        assert storm.total == 40
        assert {hit.score for hit in frequent} == {None}
        assert all(hit.score is not None for hit in storm.hits)
        # Of a phrase the word that tells is weighed, and the phrase is what is found.
        (hit,) = corpus.search('"số 125"').hits
        assert hit in [replace(other, snippet=hit.snippet) for other in corpus.search("125").hits]
        assert corpus.search('"125 số"').total == 0
        assert corpus.search('"tin số"').hits[0].score is None
