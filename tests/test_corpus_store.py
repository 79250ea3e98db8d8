"""The corpus as the crawler and replay use it: what is kept stays kept, and every address is accounted for."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from corpus import (
    ArchivePlace,
    Article,
    Corpus,
    CorpusError,
    Night,
    Outcome,
    Query,
    Rejection,
    Segmentation,
    Tagging,
)
from corpus.addresses import TRANSIENT_REASONS, is_transient
from corpus.records import VIETNAM, Picture
from tests.made_articles import NIGHT, page_of, paragraph_blocks, sentences, story


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        yield opened
        assert opened.check() == []


def put(corpus: Corpus, article: Article) -> Outcome:
    return corpus.keep(article, page=None, place=None)


BESIDE = {
    "updated_at": datetime(2025, 2, 3, 9, 45, tzinfo=VIETNAM),
    "breadcrumb": ("Xã hội", "Đời sống"),
    "pictures": (
        Picture("https://baohagiang.vn/anh/2.jpg", "cho", "Bà con họp.", "Minh Đức"),
        Picture("https://baohagiang.vn/anh/1.jpg"),
    ),
    "readers": {"title": "rules", "date": "structured", "body": "rules"},
}


def test_what_stands_beside_the_text_is_stored_and_replaced(corpus: Corpus) -> None:
    full = story(1, **BESIDE)
    first = put(corpus, full)
    stored = corpus.article(first.article_id or 0)
    assert stored is not None
    assert stored.article == full
    later = replace(full, breadcrumb=("Xã hội",), pictures=full.pictures[:1])
    assert put(corpus, later).kind == "changed"
    stored = corpus.article(first.article_id or 0)
    assert stored is not None
    assert stored.article == later
    assert put(corpus, replace(later, updated_at=full.fetched_at)).kind == "changed"


def test_who_read_a_field_is_noted_anew_and_changes_no_article(corpus: Corpus) -> None:
    first = put(corpus, story(1, **BESIDE))
    other = story(1, **{**BESIDE, "readers": {"title": "generic"}})
    assert put(corpus, other).kind == "unchanged"
    stored = corpus.article(first.article_id or 0)
    assert stored is not None
    assert stored.article.readers == {"title": "generic"}


@pytest.mark.parametrize(
    ("updated_at", "message"),
    [
        (datetime(2025, 2, 1, tzinfo=VIETNAM), "updated_at must be later than published_at"),
        (datetime(2025, 2, 3), "updated_at must carry a time zone"),  # noqa: DTZ001
    ],
)
def test_a_change_before_publication_is_refused(corpus: Corpus, updated_at: datetime, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        put(corpus, story(1, updated_at=updated_at))


def test_what_is_stored_is_there_again_after_closing(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "corpus.sqlite"
    undated = story(2, published_at=None, published_precision=None, published_from=None, lead=None, province=None)
    with Corpus.open(path) as corpus:
        first = corpus.keep(story(1), page=page_of(story(1)), place=ArchivePlace("a.warc.gz", 0, 900))
        second = put(corpus, undated)
        assert (first.kind, second.kind) == ("article", "article")
    with Corpus.open(path, read_only=True) as corpus:
        assert [stored.article for stored in corpus.articles()] == [story(1), undated]
        stored = corpus.article(story(1).url)
        assert stored == corpus.article(first.article_id or 0)
        assert stored is not None
        assert (stored.province_63, stored.province_34) == ("Hà Giang", "Tuyên Quang")
        assert corpus.article("https://baohagiang.vn/nowhere") is None
        assert corpus.article(999) is None
        assert corpus.check() == []
        with pytest.raises(CorpusError, match="cannot be written to"):
            put(corpus, story(3))


def test_another_time_zone_is_stored_at_vietnam_time(corpus: Corpus) -> None:
    put(corpus, story(1, published_at=datetime(2025, 6, 30, 23, 30, tzinfo=UTC)))
    stored = next(corpus.articles())
    assert stored.article.published_at is not None
    assert stored.article.published_at.isoformat() == "2025-07-01T06:30:00+07:00"
    assert [hit.id for hit in corpus.search(Query(since=date(2025, 7, 1))).hits] == [stored.id]


def test_the_second_night_stores_nothing_new(corpus: Corpus) -> None:
    place = ArchivePlace("a.warc.gz", 0, 900)
    for _ in range(3):
        outcome = corpus.keep(story(1), page=page_of(story(1)), place=place)
    assert outcome == Outcome(story(1).url, "bao_ha_giang", "unchanged", article_id=1)
    assert corpus.stats().articles == 1
    assert [record.place for record in corpus.pages()] == [place]
    assert corpus.known([story(1).url, story(2).url]) == {story(1).url}


def test_a_later_fetch_of_the_same_text_keeps_its_first_reading(corpus: Corpus) -> None:
    put(corpus, story(1))
    later = story(1, page_digest="sha256:ff", fetched_at=NIGHT + timedelta(days=9), extractor_version="2")
    assert put(corpus, later).kind == "unchanged"
    # Only the extractor is brought up to date: a replay by its next release into an empty corpus says the same.
    assert next(corpus.articles()).article == story(1, extractor_version="2")


def opine(corpus: Corpus, article_id: int) -> None:
    corpus.add_segmentation(article_id, Segmentation("words 1", ("Một câu .",)))
    corpus.add_tagging(article_id, Tagging("model-1", ("border",), "border", {"border": 0.9}))


def test_a_corrected_story_replaces_the_old_and_drops_opinions_on_it(corpus: Corpus) -> None:
    put(corpus, story(1))
    opine(corpus, 1)
    corrected = story(
        1, title="Sửa lại: chuyện ở Lũng Cú", page_digest="sha256:02", fetched_at=NIGHT + timedelta(days=1)
    )
    assert put(corpus, corrected).kind == "changed"
    stored = next(corpus.articles())
    assert (stored.article, stored.taggings) == (corrected, ())
    assert corpus.segmentation(1) is None
    assert corpus.search(Query("Lũng Cú")).total == 1
    assert corpus.search(Query('"thứ 1"')).total == 0


def test_labels_by_hand_outlive_a_correction(corpus: Corpus) -> None:
    put(corpus, story(1))
    by_hand = Tagging("hand:lan", ("training",), "training")
    corpus.add_tagging(1, by_hand)
    opine(corpus, 1)
    corrected = story(1, lead="Bản sửa.", page_digest="sha256:02", fetched_at=NIGHT + timedelta(days=1))
    assert put(corpus, corrected).kind == "changed"
    assert next(corpus.articles()).taggings == (by_hand,)
    assert corpus.search(Query(themes=("training",))).total == 1
    assert [article_id for article_id, _, _ in corpus.to_tag("model-1")] == [1]


def test_opinions_outlive_a_change_that_they_did_not_read(corpus: Corpus) -> None:
    put(corpus, story(1))
    opine(corpus, 1)
    assert put(corpus, story(1, section="Kinh tế", authors=("Lan Phương",))).kind == "changed"
    stored = next(corpus.articles())
    assert stored.article.section == "Kinh tế"
    assert [tagging.by for tagging in stored.taggings] == ["model-1"]


def test_replay_of_an_earlier_edition_leaves_the_newest_standing(corpus: Corpus) -> None:
    corrected = story(1, title="Bản đã sửa", page_digest="sha256:02", fetched_at=NIGHT + timedelta(days=1))
    put(corpus, story(1))
    put(corpus, corrected)
    opine(corpus, 1)
    assert [put(corpus, story(1)).kind, put(corpus, corrected).kind] == ["unchanged", "unchanged"]
    stored = next(corpus.articles())
    assert stored.article == corrected
    assert stored.taggings


def test_a_redirect_is_the_same_article_under_another_address(corpus: Corpus) -> None:
    article, short = story(1), "https://baohagiang.vn/s/1"
    via_short = page_of(article, requested_url=short)
    assert corpus.keep(article, page=page_of(article), place=None).kind == "article"
    same = corpus.keep(article, page=via_short, place=None)
    assert same == Outcome(short, "bao_ha_giang", "same", article_id=1)
    again = corpus.keep(article, page=via_short, place=None)
    assert (again.kind, again.url) == ("unchanged", article.url)
    assert corpus.known([short]) == {short}
    assert corpus.article(short) == corpus.article(1)
    assert corpus.outcome(short) == same
    assert corpus.stats().same == 1


def test_a_new_article_behind_a_redirect_is_new_and_both_addresses_are_done(corpus: Corpus) -> None:
    article, short = story(1), "https://baohagiang.vn/s/1"
    outcome = corpus.keep(article, page=page_of(article), place=None, requested_url=short)
    assert (outcome.kind, outcome.url) == ("article", article.url)
    assert corpus.known([short, article.url]) == {short, article.url}


def test_the_address_of_one_article_that_now_leads_to_another_keeps_its_own(corpus: Corpus) -> None:
    put(corpus, story(1))
    put(corpus, story(2))
    moved = corpus.keep(story(2), page=page_of(story(2), requested_url=story(1).url), place=None)
    assert (moved.kind, moved.article_id) == ("same", 2)
    stored = corpus.article(story(1).url)
    assert stored is not None
    assert stored.id == 1


def test_rejections_are_counted_by_reason_and_only_lasting_ones_are_done(corpus: Corpus) -> None:
    reasons = ["http_404", "not_article", "http_503", "http_5xx", "timeout", "dns", "http_429", "http_403", "bug"]
    urls = {reason: f"https://baohagiang.vn/{reason}" for reason in reasons}
    for reason, url in urls.items():
        outcome = corpus.keep(Rejection(url, "bao_ha_giang", reason, "So it is."), page=None, place=None)
        assert (outcome.kind, outcome.reason, outcome.detail) == ("rejected", reason, "So it is.")
        assert corpus.outcome(url) == outcome
    assert corpus.outcome("https://baohagiang.vn/unheard-of") is None
    assert corpus.known(urls.values()) == {urls["http_404"], urls["not_article"], urls["bug"]}
    assert corpus.stats().rejected == dict.fromkeys(sorted(reasons), 1)
    assert not is_transient("http_404")
    assert all(is_transient(reason.replace("*", "02")) for reason in TRANSIENT_REASONS)


def test_a_second_try_that_succeeds_makes_good_for_the_first(corpus: Corpus) -> None:
    corpus.keep(Rejection(story(1).url, "bao_ha_giang", "timeout", "No answer in 30 s."), page=None, place=None)
    assert put(corpus, story(1)).kind == "article"
    assert corpus.stats().rejected == {}
    tries = corpus.connection.execute("SELECT tries FROM outcomes WHERE url = ?", (story(1).url,)).fetchone()
    assert tries == (2,)


def test_an_article_that_left_the_site_stays_in_the_corpus(corpus: Corpus) -> None:
    put(corpus, story(1))
    gone = corpus.keep(Rejection(story(1).url, "bao_ha_giang", "http_404", "Gone."), page=None, place=None)
    assert (gone.kind, gone.article_id) == ("rejected", 1)
    assert corpus.stats().articles == 1
    assert corpus.known([story(1).url]) == {story(1).url}


def test_a_page_read_again_and_found_no_article_withdraws_what_it_gave(corpus: Corpus) -> None:
    page = page_of(story(1), requested_url="https://baohagiang.vn/s/1")
    corpus.keep(story(1, page_digest=page.digest), page=page, place=None)
    opine(corpus, 1)
    copy = story(2, blocks=story(1).blocks, lead=story(1).lead)
    assert put(corpus, copy).copy_of == 1
    for reason, kept in (("bug", 2), ("http_503", 2), ("not_article", 1)):
        corpus.keep(Rejection(story(1).url, "bao_ha_giang", reason, "A listing."), page=page, place=None)
        assert corpus.stats().articles == kept
    assert corpus.search(Query('"thứ 1"')).total == 0
    assert [stored.copy_of for stored in corpus.articles()] == [None]
    assert corpus.stats().rejected == {"not_article": 2}
    assert put(corpus, story(9)).article_id == 3, "an id is never given twice"


def test_a_copy_is_stored_and_points_to_the_first_seen(corpus: Corpus) -> None:
    put(corpus, story(1))
    reprint = story(2, source="bao_dong_thap", blocks=story(1).blocks, lead=story(1).lead)
    outcome = put(corpus, reprint)
    assert (outcome.kind, outcome.copy_of, outcome.similarity) == ("copy", 1, 1.0)
    assert put(corpus, reprint) == replace(outcome, kind="unchanged")
    assert corpus.outcome(reprint.url) == outcome
    stored = corpus.article(2)
    assert stored is not None
    assert (stored.copy_of, stored.similarity) == (1, 1.0)


def test_a_head_that_changes_lets_its_copies_go_to_the_next(corpus: Corpus) -> None:
    put(corpus, story(1))
    for n in (2, 3):
        put(corpus, story(n, blocks=story(1).blocks, lead=story(1).lead))
    new = paragraph_blocks(*sentences(77))
    assert put(corpus, story(1, blocks=new, lead=None, fetched_at=NIGHT + timedelta(days=1))).kind == "changed"
    assert [stored.copy_of for stored in corpus.articles()] == [None, None, 2]


def test_pages_are_replayed_in_order_by_source_and_time(corpus: Corpus) -> None:
    for n in range(1, 5):
        source = "bao_ha_giang" if n % 2 else "bao_dong_thap"
        article = story(n, source=source)
        corpus.keep(article, page=page_of(article), place=ArchivePlace("a.warc.gz", n * 1000, 1000))
    assert [record.url for record in corpus.pages()] == [story(n).url for n in range(1, 5)]
    assert [record.place for record in corpus.pages(source="bao_dong_thap")] == [
        ArchivePlace("a.warc.gz", 2000, 1000),
        ArchivePlace("a.warc.gz", 4000, 1000),
    ]
    since = (NIGHT + timedelta(seconds=3)).astimezone(timezone(timedelta(hours=7)))
    records = list(corpus.pages(since=since))
    assert [record.fetched_at for record in records] == [NIGHT + timedelta(seconds=n) for n in (3, 4)]
    assert records[0].digest == page_of(story(3)).digest


def test_nights_come_back_newest_first(corpus: Corpus) -> None:
    nights = [
        Night("bao_ha_giang", NIGHT + timedelta(days=n), NIGHT + timedelta(days=n, minutes=4), 9, 3, 4, 1, 0,
              {"http_404": 1}, 2, ("nothing was dated",))
        for n in range(3)
    ]  # fmt: skip
    for night in nights:
        corpus.record_night(night)
    corpus.record_night(replace(nights[0], source="bao_dong_thap"))
    assert corpus.nights("bao_ha_giang") == nights[::-1]
    assert len(corpus.nights()) == 4


def test_stats_count_everything_once(corpus: Corpus) -> None:
    put(corpus, story(1))
    put(corpus, story(2, source=None, blocks=story(1).blocks, lead=story(1).lead, province=None))
    put(corpus, story(3, published_at=None, published_precision=None, published_from=None))
    corpus.keep(
        Rejection("https://baohagiang.vn/x", "bao_ha_giang", "not_article", "A listing."), page=None, place=None
    )
    opine(corpus, 1)
    corpus.add_tagging(1, Tagging("hand:lan", (), None))
    stats = corpus.stats()
    assert (stats.articles, stats.copies, stats.undated) == (3, 1, 1)
    assert stats.sources == {None: 1, "bao_ha_giang": 2}
    assert (stats.first, stats.last) == (date(2025, 2, 2), date(2025, 2, 3))
    assert (stats.segmented, stats.tagged, stats.hand_tagged) == (1, 1, 1)
    assert stats.rejected == {"not_article": 1}
    assert stats.size > 0


def test_what_would_be_stored_wrong_is_refused_and_leaves_nothing(corpus: Corpus) -> None:
    wrong = [
        (story(1, published_at=datetime(2025, 1, 1)), "must carry a time zone"),  # noqa: DTZ001 - that is the point
        (story(1, published_precision=None), "given together"),
        (story(1, province="Hà giang"), "is not spelled as"),
        (story(1, province="Atlantis"), "'Atlantis' is not spelled"),
    ]
    for article, sentence in wrong:
        with pytest.raises(CorpusError, match=sentence):
            corpus.keep(article, page=page_of(article), place=None)
    assert (corpus.stats().articles, corpus.stats().pages) == (0, 0)
    assert corpus.known([story(1).url]) == set()


def test_check_names_what_is_broken(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n in (1, 2):
            put(corpus, story(n))
        corpus.connection.execute("PRAGMA foreign_keys = OFF")
        corpus.connection.execute("DELETE FROM articles WHERE id = 2")
        corpus.connection.execute("DELETE FROM outcomes WHERE article_id = 1")
        findings = "\n".join(corpus.check())
    assert "of blocks points to a row of articles that does not exist" in findings
    assert "1 entries of the search index belong to no article" in findings
    assert "1 articles have no outcome for their address" in findings


def test_derived_tables_are_made_anew_when_their_rule_changes(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        put(corpus, story(1))
        put(corpus, story(2, blocks=story(1).blocks, lead=story(1).lead))
        corpus.connection.execute("UPDATE derived SET rule = 'of old'")
        corpus.connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
        corpus.connection.execute("DELETE FROM duplicate_keys")
    with pytest.raises(CorpusError, match="open it once for writing"):
        Corpus.open(path, read_only=True)
    with Corpus.open(path) as corpus:
        assert corpus.check() == []
        assert corpus.search(Query("chuyen thu 2")).total == 1
        assert put(corpus, story(3, blocks=story(1).blocks, lead=story(1).lead)).copy_of == 1


def test_a_thousand_addresses_are_asked_for_at_once(corpus: Corpus) -> None:
    put(corpus, story(1))
    assert corpus.known(story(n).url for n in range(3000)) == {story(1).url}


def test_a_search_starts_without_the_heavy_libraries() -> None:
    program = "import sys, corpus; print([m for m in ('numpy', 'scipy', 'pandas', 'datasketch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_closed_corpus_says_so(tmp_path: Path) -> None:
    corpus = Corpus.open(tmp_path / "corpus.sqlite")
    corpus.close()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        corpus.stats()
