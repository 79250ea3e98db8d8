"""What makes a large corpus quick changes no answer: batches, tallies, standing themes, upkeep."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from benchmarks.made_corpus import FIRST, HAND, LAST, MODEL, RATES, a_run, made_corpus, outlet
from corpus import Corpus, CorpusError, Outcome, Query, Rejection, Tagging, tallied
from corpus.conditions import PROVINCE_COLUMN, where
from corpus.coverage import coverage_of, seen
from corpus.hand import withdraw
from corpus.index import TITLE_WEIGHT
from corpus.keeping import Result
from corpus.querylang import read
from corpus.records import VIETNAM, ArchivePlace
from corpus.trend_rows import Trend
from tests.made_articles import page_of, sentences, story
from tests.older_corpus import write_before


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of 700 made articles over seven years, with reprints, undated and untagged ones."""
    path = tmp_path_factory.mktemp("made") / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        stories = list(made_corpus(700))
        outcomes = corpus.keep_many(Result(each.article) for each in stories)
        corpus.add_taggings(
            (outcome.article_id or 0, tagging)
            for outcome, each in zip(outcomes, stories, strict=True)
            for tagging in each.taggings
        )
    return path


def everything(path: Path) -> dict[str, list[Any]]:
    """All rows of all tables but the inner ones of the index; look-up keys together, wherever they stand."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not name.startswith(("search", "sqlite_"))
        ]
        found = {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}  # noqa: S608
        found["duplicate_keys"] = sorted(found["duplicate_keys"] + found.pop("recent_keys"))
        found["search"] = connection.execute(
            "SELECT rowid, rank FROM search WHERE search MATCH 'ban OR gao' ORDER BY rowid"
        ).fetchall()
        return found


def night() -> Iterator[Result]:
    """What a night may bring: new stories, reprints, a corrected edition, a moved address, a withdrawn story."""
    for n in range(12):
        article = story(n)
        yield Result(article, page_of(article), ArchivePlace("a.warc.gz", 1000 * n, 1000))
    reprint = replace(story(3), url="https://baodongthap.vn/chuyen-3", source="bao_dong_thap", province="Đồng Tháp")
    yield Result(reprint)
    corrected = replace(
        story(3),
        blocks=(*story(3).blocks, *story(40).blocks),
        lead=sentences(41)[0],
        published_at=datetime(2025, 7, 9, tzinfo=VIETNAM),
        page_digest="sha256:other",
        fetched_at=story(3).fetched_at + timedelta(hours=2),
    )
    yield Result(corrected)  # the reprint is no copy any more, and the story stands in another month
    yield Result(story(5), None, None, "https://baohagiang.vn/cu/chuyen-5")
    video = Rejection("https://baohagiang.vn/video", "bao_ha_giang", "no_text", "The page has no text.")
    yield Result(video, page_of(story(50), url=video.url, requested_url=video.url))
    first = page_of(story(7))
    withdrawn = replace(story(7), url="https://baohagiang.vn/7", page_digest=first.digest)
    yield Result(withdrawn, replace(first, requested_url=withdrawn.url, url=withdrawn.url))
    yield Result(
        Rejection(withdrawn.url, "bao_ha_giang", "not_an_article", "The page is a list."),
        replace(first, requested_url=withdrawn.url, url=withdrawn.url),
    )


def test_many_are_kept_as_one_by_one(tmp_path: Path) -> None:
    one_by_one, together = tmp_path / "one.sqlite", tmp_path / "many.sqlite"
    with Corpus.open(one_by_one) as corpus:
        alone: list[Outcome] = [
            corpus.keep(each.result, page=each.page, place=each.place, requested_url=each.requested_url)
            for each in night()
        ]
        assert corpus.check() == []
    with Corpus.open(together) as corpus:
        assert corpus.keep_many(night()) == alone
        assert corpus.check() == []
    assert {outcome.kind for outcome in alone} == {"article", "copy", "changed", "same", "rejected"}
    assert everything(one_by_one) == everything(together)


def test_more_than_are_held_in_memory_are_kept_as_well(made: Path) -> None:
    with Corpus.open(made) as corpus:
        assert corpus.check() == []
        stats = corpus.stats()
        assert (stats.articles, stats.hand_tagged > 0, stats.undated > 0) == (700, True, True)
        assert corpus.search(Query(limit=0)).total == 700
        assert 0 < stats.copies < 70


def test_of_many_all_are_kept_or_none(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep(story(1), page=None, place=None)
        wrong = replace(story(4), province="Hà Giang tỉnh")
        with pytest.raises(CorpusError, match="province 'Hà Giang tỉnh' is not spelled"):
            corpus.keep_many(map(Result, (story(2), story(3), wrong)))
        assert corpus.stats().articles == 1
        assert corpus.known([story(2).url, story(3).url]) == set()
        assert corpus.check() == []


DAYS = (
    (None, None),
    (date(2021, 3, 1), date(2023, 2, 28)),
    (date(2021, 3, 2), date(2023, 2, 27)),
    (date(2024, 5, 20), date(2024, 6, 3)),
    (date(2024, 5, 20), date(2024, 5, 25)),
    (None, date(2025, 7, 1)),
    (date(2025, 6, 30), None),
    (date(1, 1, 1), date.max),
)
PLACES: tuple[dict[str, Any], ...] = (
    {},
    {"source": outlet(1)},
    {"province": "Tuyên Quang", "province_map": "34"},
    {"province": "Hà Nội", "province_map": "63"},
    {"province": "Cà Mau"},
)


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
