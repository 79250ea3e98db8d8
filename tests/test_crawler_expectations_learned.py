"""What a source's past says of a night: changes of shares and counts, their kinds, and what follows from what."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, nbinom

from corpus import findings as kept
from corpus import history
from corpus.history import Line, Measures, PastNight
from corpus.nights import Finding, Night
from corpus.records import VIETNAM, Block, BlockKind
from corpus.store import Corpus
from crawler.expectations import Counts, History, judged, settled, verdict
from crawler.expectations.change import _beta_binomial, _negative_binomial, drop, fall, rise
from crawler.expectations.rhythm import exposures
from crawler.source import Source
from tests.made_articles import story
from tests.small_paper import TOML

SOURCE = Source.model_validate(tomllib.loads(TOML), strict=False)
TONIGHT = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
GOOD: Measures = {
    "layout": (10, 10), "dated": (10, 10), "printed": (10, 10), "minute": (10, 10), "on_fetch": (0, 10),
    "fresh": (10, 10), "lead": (9, 10), "author": (8, 10), "caption": (9, 10), "section": (10, 10), "related": (0, 10),
    "short_line": (2, 60), "body<1000": (2, 10), "body<2000": (5, 10), "body<4000": (8, 10), "body_median": (2100, 10),
}  # fmt: skip


def nights(count: int = 28, **changes: Any) -> tuple[PastNight, ...]:
    """Good nights before tonight, a day apart."""
    good = PastNight(TONIGHT, found=40, known=29, stories=10, same=0, rejected={"http_404": 1}, measures=GOOD)
    return tuple(replace(good, started_at=TONIGHT - timedelta(days=back), **changes) for back in range(count, 0, -1))


def kinds(measures: Measures | None = None, past: tuple[PastNight, ...] | None = None, **counts: Any) -> list[str]:
    """Severity and kind of each finding of a night that is good but for what is given."""
    told = Counts(**({"found": 40, "known": 29, "stored": 10, "dated": 10, "rejected": {"http_404": 1}} | counts))
    past = nights() if past is None else past
    found = verdict(SOURCE, told, History(TONIGHT, past, GOOD | (measures or {})))
    return [f"{one.severity} {one.kind}" for one in found]


def test_a_night_like_the_others_has_no_finding() -> None:
    assert kinds() == []


@pytest.mark.parametrize(
    ("measures", "kind"),
    [
        ({"layout": (0, 10)}, "broken layout_broken"),
        ({"layout": (6, 10)}, "warning generic_rise"),
        ({"dated": (0, 10), "printed": (0, 10), "minute": (0, 10)}, "broken date_lost"),
        ({"printed": (1, 10)}, "broken date_lost"),
        ({"on_fetch": (10, 10), "minute": (0, 10)}, "broken clock_for_date"),
        ({"minute": (0, 10)}, "warning time_lost"),
        ({"related": (9, 10)}, "broken related_in_body"),
        ({"caption": (0, 10)}, "warning captions_lost"),
        ({"caption": (0, 10), "short_line": (14, 72)}, "broken captions_in_body"),
        ({"lead": (0, 10)}, "warning lead_lost"),
        ({"author": (0, 10)}, "warning author_lost"),
        ({"section": (0, 10)}, "warning section_lost"),
        ({"fresh": (0, 10)}, "warning dates_old"),
        ({"body<1000": (10, 10), "body<2000": (10, 10), "body<4000": (10, 10)}, "warning body_short"),
    ],
)
def test_each_change_has_its_name(measures: Measures, kind: str) -> None:
    assert kinds(measures) == [kind]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"stored": 5, "dated": 5, "rejected": {"not_an_article": 8}}, ["warning rejections_rise"]),
        ({"stored": 0, "dated": 0, "rejected": {"http_403": 11}}, ["broken blocked"]),
        ({"found": 29, "stored": 0, "dated": 0, "rejected": {}}, ["warning silent"]),
    ],
)
def test_counts_that_change_have_their_names(counts: dict[str, Any], expected: list[str]) -> None:
    measures: Measures = dict.fromkeys(GOOD, (0, 0)) if not counts["stored"] else {}
    assert kinds(measures, **counts) == expected


def test_what_follows_from_a_broken_layout_is_named_not_told() -> None:
    lost: Measures = dict.fromkeys(("layout", "lead", "caption", "section", "printed", "dated", "minute"), (0, 10))
    found = verdict(SOURCE, Counts(40, 29, 10, generic=10), History(TONIGHT, nights(), GOOD | lost))
    assert [one.kind for one in found] == ["layout_broken"]
    assert found[0].evidence["also"] == ["captions_lost", "date_lost", "lead_lost", "section_lost", "time_lost"]
    assert found[0].evidence["last_good_night"] == "2026-11-22T01:30+07:00"
    assert found[0].evidence["selectors"] == {"body": "div.noi-dung"}


def test_a_small_source_is_found_out_after_some_nights_and_the_last_good_one_is_named() -> None:
    one: Measures = {"layout": (1, 1), "lead": (1, 1)}
    broken: Measures = {"layout": (0, 1), "lead": (1, 1)}
    past = nights(stories=1, measures=one)
    counts = Counts(32, 29, 1, dated=1, generic=1)
    for night in range(1, 8):
        at = TONIGHT + timedelta(days=night)
        found = verdict(SOURCE, counts, History(at, past, broken))
        if found and found[0].severity == "broken":
            break
        past = (*past, replace(past[-1], started_at=at, measures=broken))
    assert 2 <= night <= 4
    assert (found[0].kind, found[0].severity) == ("layout_broken", "broken")
    assert found[0].sentence.endswith(f"since {night} nights")
    assert found[0].evidence["last_good_night"] == "2026-11-22T01:30+07:00"
    past = (*past, replace(past[-1], started_at=at, measures=broken))
    # A night without stories neither mends nor hides it.
    empty = verdict(SOURCE, Counts(29, 29), History(at + timedelta(days=1), past, {}))
    assert "layout_broken" in [one.kind for one in empty]
    # A night of fitting pages does end it.
    mended = verdict(SOURCE, Counts(31, 29, 1, dated=1), History(at + timedelta(days=1), past, one))
    assert mended == ()


def test_after_four_weeks_the_new_is_the_usual() -> None:
    def after(weeks: int) -> list[str]:
        old, new = nights(60 - 7 * weeks), nights(7 * weeks, measures=GOOD | {"lead": (0, 10)})
        old = tuple(replace(one, started_at=one.started_at - timedelta(days=7 * weeks)) for one in old)
        return kinds({"lead": (0, 10)}, (*old, *new))

    assert after(2) == ["warning lead_lost"]
    assert after(7) == []


def test_a_listing_that_never_was_empty_and_is() -> None:
    url = SOURCE.discover.sections[0]
    measures = GOOD | {f"listing {url}": (8, 1)}
    past = nights(measures=measures)
    assert kinds(past=past, listings={url: 3}) == []
    assert kinds(past=past, listings={url: 0}) == ["broken listing_empty"]
    some = (*past[:-1], replace(past[-1], measures=GOOD | {f"listing {url}": (0, 1)}))
    assert kinds(past=some, listings={url: 0}) == [], "it was empty before"


def test_new_boilerplate_is_told_with_its_line() -> None:
    lines = (Line("Tải ứng dụng của chúng tôi để đọc tin nhanh hơn.", 6, "https://a.vn/1"),)
    counts = Counts(40, 29, 10, dated=10)
    (found,) = verdict(SOURCE, counts, History(TONIGHT, nights(), GOOD, lines))
    assert (found.kind, found.severity) == ("boilerplate", "warning")
    assert found.evidence["lines"] == [{"text": lines[0].text, "articles": 6}]
    assert verdict(SOURCE, counts, History(TONIGHT, nights(2), GOOD, lines)) == (), "every line of a new source is new"


def test_without_a_past_only_the_file_speaks() -> None:
    lost: Measures = {"lead": (0, 10), "layout": (0, 10)}
    assert kinds(lost, past=()) == []
    assert kinds(lost, past=(), generic=10) == ["broken layout_broken"]


def test_a_declared_share_missed_by_one_page_is_a_note_once_there_is_a_past() -> None:
    counts = {"stored": 5, "dated": 4}
    assert kinds({"dated": (4, 5)}, past=(), **counts) == ["warning date_lost"]
    assert kinds({"dated": (4, 5)}, **counts) == ["note date_lost"]


def test_an_accepted_kind_is_a_note() -> None:
    source = SOURCE.model_copy(update={"expect": SOURCE.expect.model_copy(update={"accept": ("lead_lost",)})})
    (found,) = verdict(source, Counts(40, 29, 10, dated=10), History(TONIGHT, nights(), GOOD | {"lead": (0, 10)}))
    assert (found.kind, found.severity) == ("lead_lost", "note")


# The rhythm


def test_weekdays_pauses_and_second_runs_are_no_silence() -> None:
    days = [TONIGHT - timedelta(days=back) for back in range(42, 0, -1)]
    at_rest = [day.astimezone(VIETNAM).weekday() >= 5 for day in days]
    past = tuple(
        replace(night, started_at=day, stories=0 if rest else 12)
        for night, day, rest in zip(nights(42), days, at_rest, strict=True)
    )
    saturday = next(
        day for day in (TONIGHT + timedelta(days=n) for n in range(7)) if day.astimezone(VIETNAM).weekday() == 5
    )
    tuesday = saturday + timedelta(days=3)

    def silent(at: datetime) -> bool:
        before = tuple(replace(night, started_at=night.started_at + (at - TONIGHT)) for night in past)
        shifted = tuple(
            replace(night, stories=0 if night.started_at.astimezone(VIETNAM).weekday() >= 5 else 12) for night in before
        )
        return "silent" in [one.kind for one in verdict(SOURCE, Counts(29, 29), History(at, shifted, {}))]

    assert silent(tuesday)
    assert not silent(saturday)
    again = History(past[-1].started_at + timedelta(hours=1), past, {})
    assert "silent" not in [one.kind for one in verdict(SOURCE, Counts(29, 29), again)]


def test_three_days_without_cron_are_three_days() -> None:
    moments = [TONIGHT + timedelta(days=n) for n in (0, 1, 2, 5)]
    assert exposures(moments, [9, 10, 10, 0]) == pytest.approx([1.0, 1.0, 3.0], abs=0.2)


# The arithmetic, against scipy


@given(st.integers(1, 60), st.floats(0.05, 50), st.floats(0.05, 50), st.data())
def test_the_beta_binomial_is_scipys(n: int, a: float, b: float, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    assert _beta_binomial(k, n, a, b) == pytest.approx(betabinom.logpmf(k, n, a, b), abs=1e-7)


@given(st.integers(0, 200), st.floats(0.1, 100), st.floats(0.2, 50))
def test_the_negative_binomial_is_scipys(k: int, mean: float, size: float) -> None:
    assert _negative_binomial(k, mean, size) == pytest.approx(nbinom.logpmf(k, size, size / (size + mean)), abs=1e-7)


@given(st.lists(st.integers(0, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=40))
def test_a_change_has_bounds_around_what_is_usual(seen: list[tuple[int, int]]) -> None:
    for found in (fall(seen), rise(seen)):
        if found is not None:
            assert 0 <= found.low <= found.high <= 1
            assert 0 <= found.chance <= 1
            assert 0 <= found.hits <= found.n
    counted = drop([(hits, 1.0) for hits, _ in seen])
    assert counted is None or 0 <= counted.low <= counted.high


# In the corpus


def lives(corpus: Corpus, source: str, *, stories: int, tonight: int) -> Night:
    """Twenty nights of ``stories`` and a night of ``tonight``, judged, of one source; the account of the last."""
    declared = SOURCE.model_copy(update={"id": source})
    for back in range(20, -1, -1):
        at, told = TONIGHT - timedelta(days=back), stories if back else tonight
        counts = Counts(told + 20, 20, told, dated=told)
        sentences = judged(declared, counts, corpus, at)
        night = Night(source, at, at + timedelta(minutes=3), told + 20, 20, told, 0, 0, {}, 0, sentences)
        corpus.record_night(night)
    return night


def test_a_silence_of_one_is_a_warning_and_of_all_a_note(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        alone = [lives(corpus, f"s{n}", stories=20, tonight=0 if n == 0 else 20) for n in range(5)]
        assert [one.severity for one in settled(corpus, tmp_path, {}, alone)["s0"]] == ["warning"]
    with Corpus.open(tmp_path / "all.sqlite") as corpus:
        together = [lives(corpus, f"s{n}", stories=20, tonight=n % 2) for n in range(5)]
        done = settled(corpus, tmp_path, {}, together)
        assert {one.severity for found in done.values() for one in found} == {"note"}
        assert "the 4 other sources together printed 2 of 80 usual stories" in done["s0"][0].sentence
        assert kept.of_night(corpus.connection, "s0", TONIGHT) == done["s0"]
        lull = history.lulls(corpus.connection, "s0", TONIGHT - timedelta(days=1))
        assert lull[date(2026, 11, 23)] == pytest.approx(2 / 80)


def test_measures_are_of_the_nights_articles_and_examples_show_them(tmp_path: Path) -> None:
    at = TONIGHT
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        made = [story(n, fetched_at=at + timedelta(seconds=n)) for n in range(4)]
        made[1] = replace(made[1], extractor="generic", lead=None)
        made[2] = replace(
            made[2],
            title="Một đầu đề đủ dài để nhận ra ở bài khác",
            published_at=(at + timedelta(minutes=-2)).astimezone(VIETNAM),
        )
        box = (Block(BlockKind.PARAGRAPH, made[2].title + " (22/11/2026)"),)
        made[3] = replace(made[3], blocks=made[3].blocks + box)
        made.append(story(9, fetched_at=at - timedelta(days=1)))
        for article in made:
            corpus.keep(article, page=None, place=None)
        connection = corpus.connection
        until = at + timedelta(minutes=5)
        measures = history.measure(connection, "bao_ha_giang", at, until)
        assert {name: measures[name] for name in ("layout", "lead", "related", "on_fetch", "caption", "minute")} == {
            "layout": (3, 4), "lead": (3, 4), "related": (1, 4), "on_fetch": (1, 4), "caption": (4, 4), "minute": (4, 4)
        }  # fmt: skip
        assert [one.url for one in history.examples(connection, "bao_ha_giang", at, until, "layout", hit=False)] == [
            made[1].url
        ]
        assert [one.url for one in history.examples(connection, "bao_ha_giang", at, until, "related", hit=True)] == [
            made[3].url
        ]
        assert history.measure(connection, "bao_x", at, until) == {}


def test_repeated_lines_are_those_no_earlier_night_had(tmp_path: Path) -> None:
    new, old = "Mời bạn đọc theo dõi kênh của báo.", "Theo cổng thông tin của tỉnh."
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n in range(5):
            at = TONIGHT + timedelta(seconds=n) if n else TONIGHT - timedelta(days=1)
            lines = tuple(Block(BlockKind.PARAGRAPH, text) for text in ((new, old) if n else (old,)))
            made = story(n, fetched_at=at)
            corpus.keep(replace(made, blocks=made.blocks + lines), page=None, place=None)
        found = history.repeated_lines(corpus.connection, "bao_ha_giang", TONIGHT, TONIGHT + timedelta(minutes=1))
    assert [(one.text, one.articles) for one in found] == [(new, 4)]


def test_nights_of_an_older_corpus_are_measured_when_they_are_first_asked_for(tmp_path: Path) -> None:
    at = TONIGHT - timedelta(days=2)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep(story(1, fetched_at=at), page=None, place=None)
        corpus.record_night(Night("bao_ha_giang", at, at + timedelta(minutes=1), 1, 0, 1, 0, 0, {}, 0))
        (night,) = history.nights(corpus.connection, "bao_ha_giang", TONIGHT)
        assert night.measures["layout"] == (1, 1)
        assert history.nights(corpus.connection, "bao_ha_giang", TONIGHT) == [night]
        rows = corpus.connection.execute("SELECT count(*) FROM night_measures").fetchone()[0]
        assert rows == len(night.measures)


def test_findings_come_back_as_they_were_and_the_last_good_night_is_known(tmp_path: Path) -> None:
    one = Finding("bao_a", "blocked", "broken", "bao_a: không vào được", {"now": {"hits": 9, "n": 9}})
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for back in (2, 1, 0):
            at = TONIGHT - timedelta(days=back)
            corpus.record_night(Night("bao_a", at, at, 5, 5, 0, 0, 0, {}, 0))
        for back in (1, 0):
            kept.record(corpus.connection, "bao_a", TONIGHT - timedelta(days=back), [one])
        (latest,) = kept.latest(corpus.connection)
        assert (latest.started_at, latest.findings) == (TONIGHT, (one,))
        assert kept.last_good(corpus.connection, "bao_a", TONIGHT) == TONIGHT - timedelta(days=2)
        assert str(one) == "bao_a: không vào được"
