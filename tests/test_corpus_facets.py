"""Facets against a count by hand, from tallies and article by article; and what else a page asks of the corpus."""

from __future__ import annotations

import sqlite3
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from corpus import Corpus, Query, StoredArticle, Tagging
from corpus.facets import KINDS, Facet, FacetKind
from corpus.limits import Deadline, TookTooLong
from corpus.manifest import Tally
from corpus.records import VIETNAM
from tests.made_articles import NIGHT, page_of, story

THEMES = (("border", "training"), ("border",), ())


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus.open(tmp_path_factory.mktemp("facets") / "corpus.sqlite") as corpus:
        for n in range(60):
            day = datetime(2024 + n % 3, 1 + n % 12, 1 + n % 28, 8, tzinfo=VIETNAM) if n % 7 else None
            article = story(
                n, url=f"https://bao.example/{n}", source=("bao_mot", "bao_hai", None)[n % 3],
                province=("Hà Giang", "Sơn La", None, "Huế")[n % 4], section=("Xã hội", None)[n % 2],
                published_at=day, published_precision="minute" if day else None,
                published_from="printed" if day else None,
            )  # fmt: skip
            number = corpus.keep(article, page=None, place=None).article_id or 0
            if n % 5:
                corpus.add_tagging(number, Tagging("model 1", THEMES[n % 3], None, {"border": 0.4 + n % 3 / 10}))
        twin = story(1, url="https://bao.example/twin", source="bao_mot")
        assert corpus.keep(twin, page=None, place=None).kind == "copy"
        yield corpus


VALUES: dict[FacetKind, Callable[[StoredArticle], list[str | None]]] = {
    "theme": lambda stored: list(stored.tagging.themes) if stored.tagging else [],
    "province": lambda stored: [stored.article.province],
    "source": lambda stored: [stored.article.source],
    "section": lambda stored: [stored.article.section],
    "year": lambda stored: [str(stored.article.published_at.year)] if stored.article.published_at else [],
}
QUERIES = (
    Query(), Query("xa"), Query(themes=("border",)), Query(province="Sơn La"), Query(source="bao_mot"),
    Query(since=date(2025, 1, 1)), Query(since=date(2024, 3, 5), until=date(2026, 2, 3)), Query(stories=True),
    Query("chuyện", themes=("border", "training"), stories=True), Query(themes=("border",), province="Hà Giang"),
)  # fmt: skip


def facet(corpus: Corpus, query: Query, kind: FacetKind, ids: array[int] | None, limit: int = 100) -> Facet | None:
    (found,) = corpus.facets(query, (kind,), ids, limit=limit)
    return found


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("query", QUERIES)
def test_a_facet_is_what_counting_by_hand_gives(corpus: Corpus, query: Query, kind: FacetKind) -> None:
    by_hand: Counter[str] = Counter()
    for stored in corpus.articles(replace(query, limit=None)):
        by_hand.update(value for value in VALUES[kind](stored) if value)
    ids = corpus.selected(query, 1_000)
    assert ids is not None
    assert len(ids) == corpus.search(query).total
    found = facet(corpus, query, kind, ids)
    assert found is not None
    assert {value.value: value.articles for value in found.values} == by_hand
    from_tallies = facet(corpus, query, kind, None)
    if from_tallies is not None:
        assert from_tallies == found
    if query == Query() and kind != "section":
        assert from_tallies is not None


def test_the_words_are_looked_for_once_and_not_for_each_article_that_filters_leave(corpus: Corpus) -> None:
    asked: list[str] = []
    corpus.connection.set_trace_callback(asked.append)
    corpus.selected(Query("xa", province="Hà Giang", since=date(2020, 1, 1)), 1_000)
    corpus.connection.set_trace_callback(None)
    (statement,) = (one for one in asked if one.startswith("SELECT search.rowid FROM search"))
    plan = [step for *_, step in corpus.connection.execute(f"EXPLAIN QUERY PLAN {statement}")]
    (read,) = (step for step in plan if step.startswith("SCAN search"))
    assert "=" not in read, "by row: with a beginning of a word each takes 30 ms at a million"


def test_a_facet_shows_the_most_frequent_and_says_how_many_more(corpus: Corpus) -> None:
    ids = corpus.selected(Query(), 1_000)
    found = facet(corpus, Query(), "province", ids, limit=1)
    assert found is not None
    assert (len(found.values), found.more) == (1, 2)
    years = facet(corpus, Query(), "year", ids)
    assert years is not None
    assert [value.value for value in years.values] == ["2026", "2025", "2024"]
    assert corpus.selected(Query(), 10) is None
    assert set(KINDS) == {*VALUES, "partner"}
    together = list(corpus.facets(Query("xa"), KINDS, corpus.selected(Query("xa"), 1_000)))
    assert together == [facet(corpus, Query("xa"), kind, corpus.selected(Query("xa"), 1_000), 12) for kind in KINDS]
    nothing = corpus.selected(Query("không đâu có"), 1_000)
    assert [one and one.values for one in corpus.facets(Query("không đâu có"), KINDS, nothing)] == [()] * 6


def test_a_tally_is_what_an_export_counts(corpus: Corpus) -> None:
    for query in QUERIES:
        exported = Tally()
        list(exported.counting(corpus.articles(replace(query, limit=None))))
        quick = corpus.tally(query)
        assert quick.selection == exported.selection
        assert (quick.articles, quick.copies, quick.undated, quick.days) == (
            exported.articles, exported.copies, exported.undated, exported.days,
        )  # fmt: skip
        assert (quick.sources, quick.provinces) == (exported.sources, exported.provinces)


def test_a_search_skips_what_was_seen(corpus: Corpus) -> None:
    for text in (None, "xa"):
        whole = [hit.id for hit in corpus.search(Query(text, limit=30)).hits]
        assert [hit.id for hit in corpus.search(Query(text, limit=30), skip=20).hits] == whole[20:]


def test_a_question_is_stopped_at_its_deadline_and_the_connection_lives_on(corpus: Corpus) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    deadline = Deadline(corpus.connection)
    began = time.process_time()
    with deadline.within(60):
        with pytest.raises(TookTooLong, match=r"longer than 0.05 s"), deadline.within(0.05):
            corpus.connection.execute(endless).fetchone()
        assert corpus.connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(TookTooLong), deadline.within(0.05), deadline.within(60):
        corpus.connection.execute(endless).fetchone()
    with pytest.raises(sqlite3.OperationalError, match="no such table"), deadline.within(1):
        corpus.connection.execute("SELECT * FROM nowhere")
    assert corpus.search(Query()).total == 61
    assert time.process_time() - began < 30


def test_an_article_leads_to_its_page_and_to_the_others_of_its_story(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        article = story(1)
        page = page_of(article)
        head = corpus.keep(article, page=page, place=None).article_id or 0
        copies = [
            corpus.keep(
                replace(article, url=f"https://bao.example/{n}", fetched_at=NIGHT + timedelta(days=n)),
                page=None, place=None,
            ).article_id or 0
            for n in (1, 2)
        ]  # fmt: skip
        record = corpus.page_of(head)
        assert record is not None
        assert (record.requested_url, record.digest, record.place) == (article.url, page.digest, None)
        assert corpus.page_of(copies[0]) is None
        assert corpus.page_of(999) is None
        twins, number = corpus.twins(copies[0])
        assert [(twin.id, twin.similarity) for twin in twins] == [(head, None), (copies[1], 1.0)]
        assert number == 2
        assert [twin.id for twin in corpus.twins(head, 1)[0]] == [copies[0]]
        assert corpus.twins(999) == ([], 0)
