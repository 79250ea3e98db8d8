"""What the tallies answer is what a count of the articles answers, after whatever was done to them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from corpus import Corpus, CorpusError, Query, Tagging, tallied
from corpus.conditions import PROVINCE_COLUMN
from corpus.coverage import coverage_of, seen
from corpus.hand import withdraw
from corpus.keeping import Result
from corpus.trend_rows import Trend
from tests.made_articles import story
from tests.made_large import DAYS, PLACES, write_large
from tests.older_corpus import write_before


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a corpus as ``tests.made_large`` makes it."""
    return write_large(tmp_path_factory.mktemp("made") / "corpus.sqlite")


def counted(corpus: Corpus, monkeypatch: pytest.MonkeyPatch, question: Any) -> Any:
    """The answer to ``question`` when every article is counted, as before there were tallies."""
    with monkeypatch.context() as patched:
        patched.setattr(tallied, "split", lambda query, columns=(): None)
        return question(corpus)


def test_tallies_and_a_count_of_the_articles_answer_alike(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = differing = 0
    with Corpus.open(made, read_only=True) as corpus:
        for (since, until), place, themes, stories in product(
            DAYS, PLACES, ((), ("tourism_promotion",)), (False, True)
        ):
            query = Query(since=since, until=until, themes=themes, **place)

            def answers(corpus: Corpus, query: Query = query, stories: bool = stories) -> list[Any]:
                given: list[Any] = [corpus.search(query).total, corpus.theme_by_province(query, stories=stories)]
                for by, per in product(("month", "quarter", "year"), (None, "source", "province", "theme")):
                    plain = replace(query, themes=()) if per == "theme" else query
                    answer: Trend = corpus.trend(plain, by, per, stories=stories)  # type: ignore[arg-type]
                    given.append(answer)
                return given

            asked += 1
            direct = counted(corpus, monkeypatch, answers)
            differing += answers(corpus) != direct
    assert (asked, differing) == (160, 0)


def test_who_writes_of_which_province_is_found_in_some_steps(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    shutil.copy(made, path)
    with Corpus.open(path) as corpus:
        corpus.keep(replace(story(1), source=None), page=None, place=None)
        corpus.keep(replace(story(2), source=None, province=None), page=None, place=None)
        for province_map, column in PROVINCE_COLUMN.items():
            plain: dict[str | None, set[str | None]] = {}
            for place, name in corpus.connection.execute(f"SELECT {column}, source FROM articles"):  # noqa: S608 - ours
                plain.setdefault(place, set()).add(name)
            asking = Query(province_map=province_map)
            found = coverage_of(seen(corpus.connection, asking, "month", "province"), asking, "month", "province")
            assert found.members == {None: set(), **plain}, province_map
        asked: list[str] = []
        corpus.connection.set_trace_callback(asked.append)
        seen(corpus.connection, Query(), "month", "province")
        corpus.connection.set_trace_callback(None)
        assert any("FROM tallies" in statement for statement in asked)
        assert not any("FROM articles" in statement for statement in asked), "however many there are"


def test_tallies_are_used_and_know_what_they_cannot_answer() -> None:
    assert tallied.split(Query("gạo")) is None
    assert tallied.split(Query(themes=("border", "training"))) is None
    assert tallied.split(Query(since=date(2024, 5, 20), until=date(2024, 6, 3))) is None
    assert tallied.split(Query(source="bao", province="Hà Nội")) is None
    assert tallied.split(Query(source="bao"), ("articles.province_34",)) is None
    assert tallied.split(Query(source="bao"), ("articles.source",)) == tallied.Split(None, None, ())
    assert tallied.split(Query()) == tallied.Split(None, None, ())
    whole = Query(since=date(2024, 2, 1), until=date(2024, 2, 29))
    assert tallied.split(whole) == tallied.Split("2024-02", "2024-02", ())
    ragged = tallied.split(Query(since=date(2023, 12, 31), until=date(2024, 3, 30)))
    assert ragged is not None
    assert (ragged.first, ragged.last) == ("2024-01", "2024-02")
    assert [(edge.since, edge.until) for edge in ragged.edges] == [
        (date(2023, 12, 31), date(2023, 12, 31)),
        (date(2024, 3, 1), date(2024, 3, 30)),
    ]


def test_tallies_follow_every_opinion(tmp_path: Path) -> None:
    def themes(corpus: Corpus) -> dict[str, int]:
        return {row.theme: row.count for row in corpus.theme_by_province(Query())}

    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep_many(map(Result, (story(1), story(2))))
        steps: list[tuple[Any, dict[str, int]]] = [
            (lambda: corpus.add_tagging(1, Tagging("m", ("border",), "border")), {"border": 1}),
            (lambda: corpus.add_taggings([(1, Tagging("n", (), None)), (2, Tagging("n", ("t",), "t"))]), {"t": 1}),
            (lambda: corpus.add_tagging(1, Tagging("hand:lan", ("t", "border"), "t")), {"border": 1, "t": 2}),
            (lambda: corpus.add_tagging(1, Tagging("m", ("sea",), "sea")), {"border": 1, "t": 2}),
            (lambda: withdraw(corpus.connection, 1, "hand:lan"), {"sea": 1, "t": 1}),
            # The text of the second is another one: what a model thought of the old one is gone.
            (lambda: corpus.keep(replace(story(2), title="Tin khác"), page=None, place=None), {"sea": 1}),
        ]
        for step, expected in steps:
            step()
            assert themes(corpus) == expected
            assert corpus.check() == []
        with pytest.raises(CorpusError, match="are no themes"):
            corpus.add_tagging(1, Tagging("m", ("*",), None))


def test_wrong_tallies_are_found_and_made_anew(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    shutil.copy(made, path)
    with Corpus.open(path) as corpus:
        corpus.connection.execute("UPDATE tallies SET articles = articles + 1 WHERE month = '2022-05' AND theme = '*'")
        corpus.connection.execute("DELETE FROM standing_themes WHERE theme = 'border'")
        faults = corpus.check()
        assert len(faults) == 2
        assert all("tintinh optimize --recount makes them anew" in fault for fault in faults)
        corpus.optimize(recount=True)
        assert corpus.check() == []


def test_a_corpus_from_before_the_tallies_is_counted_on_opening(
    tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "corpus.sqlite"
    tables = ("articles", "blocks", "outcomes", "copies", "taggings", "tagging_themes")
    write_before("schema_6.sql", path, made, tables, monkeypatch)
    with pytest.raises(CorpusError, match="has an older schema"):
        Corpus.open(path, read_only=True)
    with Corpus.open(path) as corpus, Corpus.open(made) as other:
        assert corpus.check() == []
        assert corpus.trend(Query(), per="theme") == other.trend(Query(), per="theme")
        assert corpus.search(Query("du lich")) == other.search(Query("du lich"))
