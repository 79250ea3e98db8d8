"""Drift, from a corpus of ten outlets: the one that changed what it writes is named, by what changed."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from corpus.nights import Night
from corpus.records import VIETNAM, Segmentation, Tagging
from corpus.sampled import sampled
from corpus.store import Corpus
from tests.command import tintinh
from tests.made_articles import story

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
OUTLETS = [f"bao_{letter}" for letter in "abcdefghij"]
CHANGED = "bao_d"
WEEKS, A_WEEK = 18, 10
THEMES = ("border", "tourism_promotion", "digital_media", "training")
TOPICS = {
    "border": "biên_giới cột_mốc tuần_tra đồn chốt đường_mòn dân_quân mốc_giới phát_quang vùng_biên",
    "tourism_promotion": "du_lịch du_khách lượt khách tour nhà_nghỉ điểm_đến lữ_hành tham_quan đặt_phòng",
    "digital_media": "chuyển_đổi số trực_tuyến hồ_sơ ứng_dụng dữ_liệu phần_mềm tài_khoản một_cửa nộp_phí",
    None: "lúa ngô chè máy_gặt phân_bón bà_con vụ_mùa sân_phơi huy_chương nắng",
}
ALWAYS = "và của những trong một các với là được này khi đã sẽ tại về từ cho đến như sau"
OLD, NEW = "Theo_dõi chúng_tôi trên kênh", "Mời bạn_đọc tải ứng_dụng Bản_Đồ"


def write(corpus: Corpus) -> None:
    """Every outlet's stories up to ``NOW``; in the last four weeks ``CHANGED`` is full of visitors, with a new foot."""
    words, opinions = [], []
    for place, outlet in enumerate(OUTLETS):
        pick = random.Random(place)  # noqa: S311 - no secrets, the same stories every time
        for number in range(WEEKS * A_WEEK):
            at = NOW - timedelta(hours=1 + number * 7 * 24 / A_WEEK)
            day = at.astimezone(VIETNAM)
            new = outlet == CHANGED and day.date() > NOW.astimezone(VIETNAM).date() - timedelta(days=28)
            topic = pick.choices(list(TOPICS), [1, 8, 1, 2] if new else [4, 1, 2, 5])[0]
            said = [
                *pick.choices(TOPICS[topic].split(), k=12),
                *pick.choices(ALWAYS.split(), k=20),
                NEW if new else OLD,
            ]
            url = f"https://{outlet}.vn/{number}"
            told = story(1000 * place + number, url=url, source=outlet, published_at=day, fetched_at=at)
            kept = corpus.keep(told, page=None, place=None)
            scores = {theme: pick.betavariate(8, 2) if theme == topic else pick.betavariate(1, 20) for theme in THEMES}
            given = tuple(theme for theme in THEMES if scores[theme] > 0.5)
            words.append((kept.article_id, Segmentation("words 1", (" ".join(said),))))
            opinions.append((kept.article_id, Tagging("model 1", given, given[0] if given else None, scores)))
        started = NOW - timedelta(minutes=30)
        corpus.record_night(
            Night(outlet, started, NOW, found=2, known=0, stored=2, copies=0, same=0, rejected={}, generic=0)
        )
    corpus.add_segmentations(words)
    corpus.add_taggings(opinions)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("moved") / "corpus.sqlite"
    with Corpus.open(where) as corpus:
        corpus.connection.execute("PRAGMA synchronous = OFF")  # a test need not outlive a power cut
        write(corpus)
    return where


def test_the_outlet_that_changed_is_named_with_what_changed_and_the_others_are_not(path: Path, tmp_path: Path) -> None:
    done = tintinh("health", "--json", "--corpus", path, home=tmp_path)
    assert done.code == 0, done.err
    moved = {row["source"]: row["moved"] for row in done.rows()}
    assert moved.keys() == set(OUTLETS)
    assert [outlet for outlet, said in moved.items() if said] == [CHANGED]
    shown = tintinh("health", "--corpus", path, home=tmp_path)
    (line,) = [line for line in shown.out.splitlines() if line.startswith("·")]
    assert line.startswith(f"· {CHANGED}: its themes and words moved in four weeks: tourism_promotion 0.")
    came, went = line.split("words that came: ")[1].split("; went: ")
    assert set(came.split(", ")) == {"mời", "bạn_đọc", "tải", "ứng_dụng", "bản_đồ"}
    assert set(went.split(", ")) > {"theo_dõi", "chúng_tôi", "trên", "kênh"}
    assert (tintinh("health", "--no-drift", "--corpus", path, home=tmp_path).out + line + "\n") == shown.out


def test_the_evidence_of_a_move_is_shown_with_the_outlet(path: Path, tmp_path: Path) -> None:
    (finding,) = tintinh("health", CHANGED, "--json", "--corpus", path, home=tmp_path).rows()
    assert (finding["kind"], finding["severity"]) == ("drift", "note")
    evidence = finding["evidence"]
    assert evidence["stories"] + evidence["earlier"] == WEEKS * A_WEEK
    assert evidence["stories"] in (4 * A_WEEK, 4 * A_WEEK - 1), "a story a night may fall on the day before"
    assert evidence["theme"]["theme"] == "tourism_promotion"
    assert evidence["theme"]["now"] > 3 * evidence["theme"]["before"]
    for distance in evidence["distances"].values():
        assert distance["now"] > distance["limit"] > distance["usual"] > 0
    assert [one["now"] for one in evidence["came"][:4]] == [1, 1, 1, 1]
    shown = tintinh("health", CHANGED, "--corpus", path, home=tmp_path)
    assert "· note drift" in shown.out
    assert f"{evidence['stories']} stories of four weeks against {evidence['earlier']} of the year" in shown.out
    assert "kênh 100% → 0%" in shown.out
    quiet = tintinh("health", "bao_a", "--corpus", path, home=tmp_path)
    assert "nothing out of the ordinary" in quiet.out


def test_words_of_another_segmenter_and_themes_of_another_model_are_no_move(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "corpus.sqlite"
    copy.write_bytes(path.read_bytes())
    with Corpus.open(copy) as corpus:
        ids = [row[0] for row in corpus.connection.execute("SELECT id FROM articles WHERE source = 'bao_a'")]
        recent = ids[:40]
        corpus.add_taggings((number, Tagging("model 2", (), None, dict.fromkeys(THEMES, 0.9))) for number in recent)
        # Only these were read by the new model: there is nothing to compare them with.
        assert len(sampled(corpus.connection, "bao_a", date(2026, 1, 1), date(2026, 11, 23), 1000)) == 40
        assert sampled(corpus.connection, "bao_b", date(2026, 1, 1), date(2026, 11, 23), 1000) == []
        corpus.add_tagging(ids[-1], Tagging("hand:lan", (), None))
        assert len(sampled(corpus.connection, "bao_a", date(2026, 1, 1), date(2026, 11, 23), 1000)) == 40
    done = tintinh("health", "--json", "--corpus", copy, home=tmp_path)
    assert [row["source"] for row in done.rows() if row["moved"]] == []


def test_a_sample_is_spread_over_its_days(path: Path) -> None:
    with Corpus.open(path, read_only=True) as corpus:
        some = sampled(corpus.connection, "bao_a", date(2026, 7, 20), date(2026, 10, 25), 40)
        assert len(some) == 40
        days = [one.day for one in some]
        assert days == sorted(days)
        assert max(later - earlier for earlier, later in pairwise(days)) <= timedelta(days=5)
        assert some[0].text.endswith(OLD)
        assert set(some[0].scores) == set(THEMES)
