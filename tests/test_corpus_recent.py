"""Where a look-up key stands, among the recent or among the others, makes no difference to any answer."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler

from corpus import Corpus, CorpusError, duplicates, recent
from corpus.keeping import Result
from corpus.nights import Night
from corpus.records import Outcome
from crawler.ledger import Ledger
from crawler.pipelines import IngestPipeline
from crawler.source import load_sources
from crawler.spiders.loader import spider_for
from tests.made_articles import story
from tests.test_corpus_keeping import everything
from tests.test_corpus_loading import mixed, stories

ROOT = Path(__file__).parent.parent


def standing(corpus: Corpus) -> tuple[int, int]:
    """How many keys there are among the recent, and among the others."""
    recently, others = (
        corpus.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - named below
        for table in ("recent_keys", "duplicate_keys")
    )
    return recently, others


def kept(corpus: Corpus, one: Result) -> Outcome:
    return corpus.keep(one.result, page=one.page, place=one.place, requested_url=one.requested_url)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recent keys are merged from 500 on, 200 at a time."""
    monkeypatch.setattr("corpus.recent.AT_MOST", 500)
    monkeypatch.setattr("corpus.recent._LOOKED_EVERY", 30)
    monkeypatch.setattr("corpus.recent._TOGETHER", 200)


@pytest.mark.usefixtures("often")
def test_a_load_that_merges_equals_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.loading.FEW", 60)
    singly, loaded = tmp_path / "one.sqlite", tmp_path / "load.sqlite"
    with Corpus.open(singly) as corpus:
        alone = [kept(corpus, one) for one in mixed()]
        assert standing(corpus)[1] == 0, "a single article waits for no merge"
    with Corpus.open(loaded) as corpus:
        together = [outcome for some in corpus.load(mixed(), each=70) for outcome in some]
        assert standing(corpus)[0] <= 500 + 70 * 40
        assert standing(corpus)[1] > 1_000
        assert corpus.check() == []
    assert together == alone
    assert "copy" in {outcome.kind for outcome in alone}
    assert everything(singly) == everything(loaded)


def test_changes_and_withdrawals_find_keys_where_they_stand(tmp_path: Path) -> None:
    recently, moved = tmp_path / "recent.sqlite", tmp_path / "moved.sqlite"
    with Corpus.open(recently) as corpus:
        before = [kept(corpus, one) for one in mixed()]
    after, parted = [], 0
    with Corpus.open(moved) as corpus:
        for n, one in enumerate(mixed()):
            after.append(kept(corpus, one))
            parted += min(standing(corpus)) > 0
            if n % 3 == 1:
                recent.merge(corpus.connection)
        assert parted > 100
        assert corpus.check() == []
    assert {"copy", "changed", "rejected"} <= {outcome.kind for outcome in after}
    assert after == before
    assert everything(recently) == everything(moved)


def test_the_first_holders_are_given_from_both_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "HOLDERS_PER_KEY", 5)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        duplicates.remember(corpus.connection, [(7, number) for number in (2, 3, 9, 11)] + [(8, 1)])
        recent.merge(corpus.connection)
        duplicates.remember(corpus.connection, [(7, number) for number in (1, 4, 10, 12)] + [(-6, 1)])
        assert duplicates.holders(corpus.connection, 7, 100) == [1, 2, 3, 4, 9]
        assert duplicates.holders(corpus.connection, 7, 4) == [1, 2, 3]
        assert duplicates.met(corpus.connection, [-6, 5, 7, 8]) == {-6, 7, 8}


def test_all_keys_go_over_the_lowest_and_the_highest_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.recent._TOGETHER", 3)
    found = sorted((key, number) for key in (-(2**63), -1, 0, 1, 2**63 - 1) for number in range(1, 6))
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        duplicates.remember(corpus.connection, found)
        recent.merge(corpus.connection)
        assert standing(corpus) == (0, len(found))
        assert corpus.connection.execute("SELECT key, article_id FROM duplicate_keys").fetchall() == found
        recent.merge(corpus.connection)
        assert standing(corpus) == (0, len(found))


MERGING = """
import os, signal, sys
from corpus import Corpus, recent

recent._TOGETHER = 200
parts = 0

def look(statement):
    global parts
    parts += statement.startswith("DELETE FROM recent_keys")
    if parts == 3:  # inserted, and not deleted yet
        os.kill(os.getpid(), signal.SIGKILL)

with Corpus.open(sys.argv[1]) as corpus:
    corpus.connection.set_trace_callback(look)
    recent.merge(corpus.connection)
"""


def test_killed_in_the_middle_of_a_merge_no_key_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        corpus.keep_many(stories(120))
        all_of_them = standing(corpus)[0]
    before = everything(path)
    done = subprocess.run(
        [sys.executable, "-c", MERGING, str(path)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    with Corpus.open(path) as corpus:
        recently, others = standing(corpus)
        assert recently + others == all_of_them
        assert 400 <= others < 600
        assert corpus.check() == []
    assert everything(path) == before
    with Corpus.open(path) as corpus:
        corpus.optimize()
        assert standing(corpus) == (0, all_of_them)
    assert everything(path) == before


def test_another_process_stores_between_two_parts_of_a_merge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.recent._TOGETHER", 200)
    path, alone = tmp_path / "corpus.sqlite", tmp_path / "alone.sqlite"
    rest: Iterator[Result] = iter(stories(260))
    first = [next(rest) for _ in range(60)]
    with Corpus.open(path) as corpus, Corpus.open(path) as other:
        corpus.keep_many(first)

        def look(statement: str) -> None:
            if statement == "BEGIN IMMEDIATE" and (one := next(rest, None)):
                kept(other, one)

        corpus.connection.set_trace_callback(look)
        recent.merge(corpus.connection)
        corpus.connection.set_trace_callback(None)
        stored = corpus.stats().articles
        assert stored > 65
        assert corpus.check() == []
    with Corpus.open(alone) as corpus:
        corpus.keep_many(stories(260)[:stored])
    assert everything(path) == everything(alone)


AT = datetime(2026, 11, 22, 20, tzinfo=UTC)
NIGHT = Night(
    source="bao_ha_giang", started_at=AT, ended_at=AT, found=9, known=0, stored=9, copies=0, same=0, rejected={},
    generic=0, findings=(),
)  # fmt: skip


@pytest.mark.usefixtures("often")
def test_a_night_merges_when_it_is_over(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n in range(9):
            corpus.keep(story(n), page=None, place=None)
        before = standing(corpus)
        corpus.record_night(NIGHT)
        assert standing(corpus) == before, "few keys stay where they are"
        for n in range(9, 30):
            corpus.keep(story(n), page=None, place=None)
        corpus.record_night(NIGHT)
        assert standing(corpus)[0] == 0
        reprint = replace(story(3), url="https://baodongthap.vn/chuyen-3")
        assert corpus.keep(reprint, page=None, place=None).copy_of == 4


@pytest.mark.usefixtures("often")
def test_after_a_long_backfill_each_night_merges_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.recent._PARTS", 3)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for one in stories(60):
            kept(corpus, one)
        number = standing(corpus)[0]
        left = []
        while standing(corpus)[0] > 500:
            corpus.record_night(NIGHT)
            left.append(standing(corpus)[0])
        assert len(left) > 2
        assert all(570 <= before - after <= 630 for before, after in pairwise([number, *left]))
        assert sum(standing(corpus)) == number
        assert corpus.check() == []
        corpus.optimize()
        assert standing(corpus) == (0, number)


STAY = "stay among the recent until the next look"


@pytest.mark.usefixtures("often")
def test_to_have_stored_is_no_failure_where_the_merge_after_it_must_wait_too_long(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus, Corpus.open(path) as other:

        def look(statement: str) -> None:
            # What was to be stored is. The test itself counts as well.
            if statement == "SELECT count(*) FROM recent_keys" and not other.connection.in_transaction:
                other.connection.execute("BEGIN IMMEDIATE")

        corpus.connection.execute("PRAGMA busy_timeout = 0")
        corpus.connection.set_trace_callback(look)
        outcomes = corpus.keep_many(stories(60))
        other.connection.execute("ROLLBACK")
        corpus.record_night(NIGHT)
        assert [one.article_id for one in outcomes] == list(range(1, 61))
        assert (len(corpus.nights()), standing(corpus)[1]) == (1, 0)
        told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        assert [STAY in text and "the corpus cannot be written to" in text for text in told] == [True, True]
        corpus.connection.set_trace_callback(None)
        with pytest.raises(CorpusError, match="the corpus cannot be written to"):
            corpus.optimize()
        other.connection.execute("ROLLBACK")
        corpus.optimize()
        assert standing(corpus)[0] == 0


@pytest.mark.usefixtures("often")
def test_to_have_stored_is_no_failure_where_the_disk_is_too_full_to_merge(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for one in stories(60):
            kept(corpus, one)
        before = sum(standing(corpus))
        corpus.connection.execute("PRAGMA max_page_count = 1")  # no page more than there are
        corpus.record_night(NIGHT)
        assert standing(corpus)[0] > 2_000, "a part or two found room"
        assert sum(standing(corpus)) == before
        assert len(corpus.nights()) == 1
        assert f"{STAY}: database or disk is full" in caplog.text
        with pytest.raises(sqlite3.OperationalError, match="database or disk is full"):
            corpus.optimize()


@pytest.mark.usefixtures("often")
def test_a_walk_into_the_past_merges_when_it_is_over(tmp_path: Path) -> None:
    """It is no night, so none is kept of it."""
    pipeline = IngestPipeline(get_crawler(settings_dict={"CORPUS_PATH": str(tmp_path / "corpus.sqlite")}))
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n in range(30):
            corpus.keep(story(n), page=None, place=None)
        assert standing(corpus)[1] == 0
    spider = spider_for(load_sources()["bao_ha_giang"])(back_to="2026-01-01")
    pipeline._ledger = Ledger(pipeline._corpus, spider.source, Settings())
    pipeline._end_night(spider, "finished")
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert standing(corpus)[0] == 0
        assert corpus.nights() == []


def test_check_names_keys_that_stand_twice_or_belong_to_nobody(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep(story(1), page=None, place=None)
        corpus.connection.execute("INSERT INTO duplicate_keys SELECT * FROM recent_keys LIMIT 2")
        corpus.connection.execute("INSERT INTO recent_keys VALUES (1, 77)")
        assert corpus.check() == [
            "1 look-up keys of near-duplicates belong to no article",
            "2 look-up keys of near-duplicates stand among the recent and among the others",
        ]
