"""Trends: every count with the denominator that makes it mean something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Corpus, Query, QueryError, ThemeRow, Trend
from corpus.nights import Night
from corpus.periods import Period, end, label, periods, start
from corpus.records import VIETNAM, ProvinceMap
from tests.made_articles import put

BORDER, TOURISM, NOTHING = ("border",), ("tourism", "border"), ()


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        yield opened
        assert opened.check() == []


def counted(found: Trend) -> list[tuple[str, int | None, int, float | None]]:
    return [(row.period, row.count, row.denominator, row.share) for row in found.rows]


def test_a_theme_is_counted_of_the_tagged_articles_of_its_month(corpus: Corpus) -> None:
    put(corpus, "2024-11-05", BORDER)
    put(corpus, "2024-11-09", NOTHING)
    put(corpus, "2024-11-10", None)  # nobody has tagged it: it says nothing
    put(corpus, "2025-02-01", TOURISM)
    put(corpus, None, BORDER)
    assert counted(corpus.trend(Query(themes=BORDER))) == [
        ("2024-11", 1, 2, 0.5),
        ("2024-12", 0, 0, None),
        ("2025-01", 0, 0, None),
        ("2025-02", 1, 1, 1.0),
    ]
    assert corpus.trend(Query(themes=BORDER)).undated == 1
    assert counted(corpus.trend(Query(), themes=TOURISM, by="year")) == [
        ("2024", 0, 2, 0.0),
        ("2025", 1, 1, 1.0),
    ]


def test_words_are_counted_of_all_articles_and_no_subject_counts_them_all(corpus: Corpus) -> None:
    put(corpus, "2025-01-05", None, title="Phiên chợ lùi")
    put(corpus, "2025-01-06", None)
    assert counted(corpus.trend(Query("chợ lùi"))) == [("2025-01", 1, 2, 0.5)]
    assert counted(corpus.trend(Query())) == [("2025-01", 2, 2, 1.0)]
    # With a theme, the words are one of the other filters.
    put(corpus, "2025-01-07", BORDER, title="Phiên chợ lùi")
    put(corpus, "2025-01-07", NOTHING, title="Phiên chợ lùi")
    assert counted(corpus.trend(Query("chợ lùi", themes=BORDER))) == [("2025-01", 1, 2, 0.5)]


def test_groups_have_their_own_denominators_and_no_gaps(corpus: Corpus) -> None:
    put(corpus, "2025-06-29", BORDER, source="bao_dong_thap", province="Đồng Tháp")
    put(corpus, "2025-06-30", BORDER)
    put(corpus, "2025-07-01", NOTHING, province="Tuyên Quang")
    put(corpus, "2025-07-02", BORDER, source=None, province=None)
    per_source = corpus.trend(Query(themes=BORDER), by="quarter", per="source").rows
    assert [(row.period, row.group, row.count, row.denominator) for row in per_source] == [
        ("2025-Q2", "bao_dong_thap", 1, 1),
        ("2025-Q3", "bao_dong_thap", None, 0),  # it was never crawled: nobody can say that it was silent
        ("2025-Q2", "bao_ha_giang", 1, 1),
        ("2025-Q3", "bao_ha_giang", 0, 1),
        ("2025-Q2", None, None, 0),
        ("2025-Q3", None, 1, 1),
    ]

    def groups(province_map: ProvinceMap) -> list[str | None]:
        rows = corpus.trend(Query(province_map=province_map), by="year", per="province").rows
        return [row.group for row in rows]

    assert groups("day") == ["Đồng Tháp", "Hà Giang", "Tuyên Quang", None]
    assert groups("34") == ["Đồng Tháp", "Tuyên Quang", None]
    assert groups("63") == ["Đồng Tháp", "Hà Giang", None]  # what became of Tuyên Quang may be either old part


def test_a_trend_per_theme_shares_one_denominator(corpus: Corpus) -> None:
    put(corpus, "2025-01-05", BORDER)
    put(corpus, "2025-01-06", TOURISM)
    put(corpus, "2025-01-07", NOTHING)
    put(corpus, None, BORDER)
    answer = corpus.trend(Query(), per="theme")
    assert [(row.group, row.count, row.denominator) for row in answer.rows] == [("border", 2, 3), ("tourism", 1, 3)]
    assert answer.undated == 1
    chosen = corpus.trend(Query(), per="theme", themes=("tourism", "culture")).rows
    assert [(row.group, row.count, row.denominator) for row in chosen] == [("tourism", 1, 3), ("culture", 0, 3)]
    with pytest.raises(QueryError, match="takes its themes from `themes`"):
        corpus.trend(Query(themes=BORDER), per="theme")


def test_stories_count_a_reprint_once(corpus: Corpus) -> None:
    for source in ("bao_ha_giang", "bao_dong_thap", "ttxvn_dan_toc"):
        put(corpus, "2025-01-05", BORDER, text=5, source=source)
    put(corpus, "2025-01-06", NOTHING)
    assert counted(corpus.trend(Query(themes=BORDER))) == [("2025-01", 3, 4, 0.75)]
    assert counted(corpus.trend(Query(themes=BORDER), stories=True)) == [("2025-01", 1, 2, 0.5)]
    assert [(row.count, row.denominator) for row in corpus.trend(Query(), per="theme", stories=True).rows] == [(1, 2)]
    assert corpus.theme_by_province(Query(), stories=True) == [ThemeRow("Hà Giang", "border", 1, 2, 0.5)]


def test_themes_by_province_show_zeros_and_the_unknown_last(corpus: Corpus) -> None:
    put(corpus, "2025-01-05", TOURISM, province="Đồng Tháp")
    put(corpus, "2025-01-06", NOTHING, province="An Giang")
    put(corpus, None, BORDER, province=None)
    put(corpus, "2025-01-06", None, province="Cà Mau")
    table = corpus.theme_by_province(Query())
    assert [(row.province, row.theme, row.count, row.denominator) for row in table] == [
        ("An Giang", "border", 0, 1),
        ("An Giang", "tourism", 0, 1),
        ("Đồng Tháp", "border", 1, 1),
        ("Đồng Tháp", "tourism", 1, 1),
        (None, "border", 1, 1),
        (None, "tourism", 0, 1),
    ]
    assert [row.theme for row in corpus.theme_by_province(Query(themes=BORDER, province="Đồng Tháp"))] == ["border"]
    assert [row.province for row in corpus.theme_by_province(Query(province="Tiền Giang", province_map="34"))] == [
        "Đồng Tháp",
        "Đồng Tháp",
    ]


def test_an_empty_corpus_has_no_rows(corpus: Corpus) -> None:
    assert corpus.trend(Query(), per="theme").rows == ()
    assert corpus.trend(Query(themes=BORDER), per="source").rows == ()
    assert corpus.theme_by_province(Query()) == []


def test_periods_are_of_vietnam_and_weeks_are_iso(corpus: Corpus) -> None:
    # 30 December 2024 is a Monday of week 1 of 2025; 23:30 UTC on the 29th is already the 30th in Việt Nam.
    put(corpus, None, BORDER, published_at=datetime.fromisoformat("2024-12-29T23:30:00+00:00"),
        published_precision="minute", published_from="printed")  # fmt: skip
    for by, period in {
        "day": "2024-12-30",
        "week": "2025-W01",
        "month": "2024-12",
        "quarter": "2024-Q4",
        "year": "2024",
    }.items():
        assert [row.period for row in corpus.trend(Query(), by=by).rows] == [period]  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.integers(0, 900),
    st.sampled_from(["day", "week", "month", "quarter", "year"]),
)
def test_periods_run_without_gap_or_repeat(first: date, days: int, by: Period) -> None:
    last = first + timedelta(days=days)
    names = list(periods(first, last, by))
    assert names == sorted(set(names))
    assert (names[0], names[-1]) == (label(first, by), label(last, by))
    assert {label(first + timedelta(days=n), by) for n in range(days + 1)} == set(names)
    assert [label(start(name), by) for name in names] == names
    assert all(label(start(name) - timedelta(days=1), by) < name for name in names)
    assert [end(name) for name in names[:-1]] == [start(name) - timedelta(days=1) for name in names[1:]]
    assert label(end(names[-1]), by) == names[-1]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from([None, NOTHING, BORDER, TOURISM]), st.booleans()), max_size=8
    )
)
def test_counts_add_up_whatever_the_period(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, tuple[str, ...] | None, bool]]
) -> None:
    with Corpus.open(tmp_path_factory.mktemp("trend") / "corpus.sqlite") as corpus:
        for offset, themes, ours in rows:
            day = (date(2024, 6, 1) + timedelta(days=offset)).isoformat()
            put(corpus, day, themes, source="bao_ha_giang" if ours else None)
        tagged = sum(themes is not None for _, themes, _ in rows)
        border = sum("border" in (themes or ()) for _, themes, _ in rows)
        for by in ("day", "week", "month", "quarter", "year"):
            for per in (None, "source", "province"):
                answer = corpus.trend(Query(themes=BORDER), by=by, per=per)
                assert sum(row.denominator for row in answer.rows) == tagged
                assert sum(row.count or 0 for row in answer.rows) == border
                assert all((row.count or 0) <= row.denominator for row in answer.rows)


# Who was looking


def night(corpus: Corpus, source: str, day: str, found: int = 12) -> None:
    """A night at half past one of ``day``, Vietnamese time."""
    at = datetime.fromisoformat(day).replace(hour=1, minute=30, tzinfo=VIETNAM).astimezone(UTC)
    corpus.record_night(Night(source, at, at + timedelta(minutes=9), found, 0, 0, 0, 0, {}, 0))


def counts(found: Trend) -> dict[tuple[str | None, str], tuple[int | None, int]]:
    return {(row.group, row.period): (row.count, row.outlets) for row in found.rows}


def test_an_outlet_that_was_crawled_and_wrote_nothing_is_silent_one_not_crawled_is_not(corpus: Corpus) -> None:
    put(corpus, "2025-01-10", BORDER)
    put(corpus, "2025-05-10", BORDER)
    put(corpus, "2025-01-11", BORDER, source="bao_dong_thap")
    for day in ("2025-01-11", "2025-03-01", "2025-05-11"):
        night(corpus, "bao_ha_giang", day)
    night(corpus, "bao_ha_giang", "2025-04-15", found=0)  # the site was down: nothing was seen
    night(corpus, "bao_dong_thap", "2025-01-12")
    assert counts(corpus.trend(Query(themes=BORDER), per="source")) == {
        ("bao_dong_thap", "2025-01"): (1, 1),
        ("bao_dong_thap", "2025-02"): (None, 0),
        ("bao_dong_thap", "2025-03"): (None, 0),
        ("bao_dong_thap", "2025-04"): (None, 0),
        ("bao_dong_thap", "2025-05"): (None, 0),
        ("bao_ha_giang", "2025-01"): (1, 1),
        ("bao_ha_giang", "2025-02"): (0, 1),  # the night of 1 March reads the last of February
        ("bao_ha_giang", "2025-03"): (0, 1),
        ("bao_ha_giang", "2025-04"): (None, 0),
        ("bao_ha_giang", "2025-05"): (1, 1),
    }
    assert [row.outlets for row in corpus.trend(Query(themes=BORDER)).rows] == [2, 1, 1, 0, 1]
    assert [row.outlets for row in corpus.trend(Query(), per="theme").rows] == [2, 1, 1, 0, 1]


def test_silence_after_the_last_article_is_seen_where_it_was_watched(corpus: Corpus) -> None:
    put(corpus, "2025-01-10", BORDER)
    night(corpus, "bao_ha_giang", "2025-04-02")
    assert counts(corpus.trend(Query(themes=BORDER))) == {
        (None, "2025-01"): (1, 1), (None, "2025-02"): (None, 0), (None, "2025-03"): (None, 0), (None, "2025-04"): (0, 1)
    }  # fmt: skip
    assert [row.period for row in corpus.trend(Query(until=date(2025, 2, 3))).rows] == ["2025-01", "2025-02"]
    assert [row.period for row in corpus.trend(Query(source="bao_dong_thap")).rows] == []


def test_a_walk_that_came_to_its_end_watched_all_it_went_over(corpus: Corpus) -> None:
    put(corpus, "2025-03-10", BORDER)
    walk = "INSERT INTO walks (root, source, since, page, rest, at) VALUES (?, 'bao_ha_giang', ?, 3, ?, ?)"
    corpus.connection.execute(walk, ("https://x.vn/a", "2024-11-20", '["https://x.vn/a?p=4"]', "2025-04-01T00:00:00"))
    assert [row.outlets for row in corpus.trend(Query()).rows] == [1], "one that goes on has not seen it yet"
    corpus.connection.execute(walk, ("https://x.vn/b", "2025-01-20", "[]", "2025-04-01T00:00:00"))
    assert [(row.period, row.count, row.outlets) for row in corpus.trend(Query()).rows] == [
        ("2025-01", 0, 1), ("2025-02", 0, 1), ("2025-03", 1, 1), ("2025-04", 0, 1)
    ]  # fmt: skip


def test_a_province_that_was_merged_is_not_silent_afterwards(corpus: Corpus) -> None:
    put(corpus, "2025-05-10", BORDER)
    put(corpus, "2025-08-10", BORDER, province="Tuyên Quang")
    night(corpus, "bao_ha_giang", "2025-05-11")
    night(corpus, "bao_ha_giang", "2025-08-11")
    found = counts(corpus.trend(Query(), by="quarter", per="province"))
    assert found["Hà Giang", "2025-Q2"] == (1, 1)
    assert found["Hà Giang", "2025-Q3"] == (None, 0)
    assert found["Tuyên Quang", "2025-Q2"] == (0, 1)
    old = counts(corpus.trend(Query(province="Hà Giang", province_map="63"), by="quarter"))
    assert old == {(None, "2025-Q2"): (1, 1), (None, "2025-Q3"): (None, 0)}, "which part is Hà Giang nobody can tell"
    alone = counts(corpus.trend(Query(province="Hà Giang"), by="quarter", per="source"))
    assert alone == {("bao_ha_giang", "2025-Q2"): (1, 1), ("bao_ha_giang", "2025-Q3"): (None, 0)}
    both = counts(corpus.trend(Query(province="Hà Giang", province_map="34"), by="quarter", per="province"))
    assert both == {("Tuyên Quang", "2025-Q2"): (1, 1), ("Tuyên Quang", "2025-Q3"): (1, 1)}


def test_changes_of_level_are_marked_on_request(corpus: Corpus) -> None:
    for month in range(1, 13):
        for n in range(12):
            put(corpus, f"2025-{month:02}-{n + 1:02}", BORDER if n < (2 if month < 7 else 9) else NOTHING)
    found = corpus.trend(Query(), per="theme", changes=True)
    assert [(one.group, one.period) for one in found.changes] == [("border", "2025-07")]
    assert (found.changes[0].before, found.changes[0].after) == pytest.approx((2 / 12, 9 / 12))
    assert corpus.trend(Query(themes=BORDER)).changes == ()
    frame = found.to_pandas()
    assert frame.loc[frame["change"], "period"].tolist() == ["2025-07"]
    assert frame["start"][0].date() == date(2025, 1, 1)
    with pytest.raises(QueryError, match="ask for words, a theme or a partner"):
        corpus.trend(Query(), changes=True)


def test_a_frame_has_its_columns_and_missing_counts(corpus: Corpus) -> None:
    empty = corpus.trend(Query()).to_pandas()
    put(corpus, "2025-01-10", BORDER)
    night(corpus, "bao_ha_giang", "2025-03-15")
    frame = corpus.trend(Query(themes=BORDER)).to_pandas()
    assert list(frame.columns) == list(empty.columns)
    assert frame["count"].isna().tolist() == [False, True, False]
    assert frame["count"].sum() == 1
