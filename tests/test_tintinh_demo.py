"""The whole way, as ``make demo`` goes it: five loopback outlets, crawled, kept, tagged, asked; and a second night."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path

import click
import pytest

from corpus.provinces import MERGED_SINCE, map_34, map_63, on_day
from corpus.records import Query
from corpus.store import Corpus
from tests.command import Done, tintinh
from tintinh.demo import _prepare
from tintinh.loopback import expected
from tintinh.loopback.outlets import OUTLETS


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def first_night(home: Path) -> Done:
    return tintinh("demo", "--into", home / "demo", home=home)


def test_the_demo_goes_the_whole_way(first_night: Done, home: Path) -> None:
    assert first_night.code == 0, first_night.err
    stories = sum(len(expected(source)) for source in OUTLETS)
    assert f"{stories} articles segmented, {stories} tagged" in first_night.err
    for source in OUTLETS:
        assert source in first_night.out
    assert re.search(r"http_404 1", first_night.out)
    assert re.search(r"robots 1", first_night.out)
    assert re.search(r"not_an_article 1", first_night.out)
    report = (home / "demo" / "report.html").read_text(encoding="utf-8")
    assert "Báo Đồng Tháp" in report
    assert "<script" not in report
    last = first_night.out.splitlines()[-1]
    assert last.startswith(f"tintinh serve --corpus {home / 'demo' / 'corpus.sqlite'} --archive {home / 'demo'}")
    # The last line of a demo is a command; it must be one that is understood.
    assert tintinh(*shlex.split(last)[1:], "--help", home=home).code == 0


def test_what_was_stored_is_what_the_outlets_printed(first_night: Done, home: Path) -> None:
    assert first_night.code == 0
    with Corpus.open(home / "demo" / "corpus.sqlite", read_only=True) as corpus:
        stored = {one.article.url: one for one in corpus.articles()}
        for source in OUTLETS:
            for truth in expected(source):
                one = stored.pop(truth.url)
                article = one.article
                assert article.source == source
                assert article.extractor == "rules"
                assert (article.title, article.lead) == (truth.title, truth.lead)
                assert tuple(article.body) == truth.body
                assert tuple(article.captions) == truth.captions
                assert article.authors == truth.authors
                assert (article.agency, article.section, article.place) == (truth.agency, truth.section, truth.place)
                assert article.tags == truth.tags
                assert article.province == truth.province
                # The agency's pages print no date: it is inferred from the text and must be the true one all the same.
                assert article.published_at == (truth.published_at or truth.story.published_at)
                assert article.published_from == ("printed" if truth.published_at else "inferred")
        assert not stored


def test_the_wire_story_is_one_story_in_three_outlets(first_night: Done, home: Path) -> None:
    assert first_night.code == 0
    with Corpus.open(home / "demo" / "corpus.sqlite", read_only=True) as corpus:
        by_url = {one.article.url: one for one in corpus.articles()}
        wire = [
            truth for source in OUTLETS for truth in expected(source) if truth.story.wire or truth.story.id == "ttx-017"
        ]
        assert len(wire) == 3
        heads = {by_url[truth.url].copy_of or by_url[truth.url].id for truth in wire}
        assert len(heads) == 1
        corrected = next(truth for source in OUTLETS for truth in expected(source) if truth.story.corrects)
        assert by_url[corrected.url].copy_of is not None or any(
            one.copy_of == by_url[corrected.url].id for one in by_url.values()
        )


def test_the_second_night_stores_nothing_and_says_so(first_night: Done, home: Path) -> None:
    with Corpus.open(home / "demo" / "corpus.sqlite", read_only=True) as corpus:
        before = list(corpus.articles())
    second = tintinh("demo", "--into", home / "demo", home=home)
    assert second.code == 0, second.err
    assert re.search(r"nothing new: the \d+ articles met are all in the corpus already", second.err)
    assert "0 articles segmented, 0 tagged" in second.err
    with Corpus.open(home / "demo" / "corpus.sqlite", read_only=True) as corpus:
        assert list(corpus.articles()) == before
        assert not corpus.check()


def test_every_tagging_is_explained(first_night: Done, home: Path) -> None:
    with Corpus.open(home / "demo" / "corpus.sqlite", read_only=True) as corpus:
        tagged = [one for one in corpus.articles() if one.tagging and one.tagging.themes]
        assert len(tagged) > 30
        for one in tagged:
            assert one.tagging is not None
            text = f"{one.article.title}\n{one.article.text}"
            for theme in one.tagging.themes:
                assert one.tagging.evidence[theme]
                assert all(sentence in text for sentence in one.tagging.evidence[theme])
        assert len(tagged) < len(list(corpus.articles()))


def test_questions_to_the_demo_corpus(first_night: Done, home: Path) -> None:
    corpus = home / "demo" / "corpus.sqlite"
    toneless = tintinh("search", "quang ba du lich", "--corpus", corpus, "--json", home=home).rows()
    assert len(toneless) >= 2
    assert all("quảng bá du lịch" in hit["snippet"].lower() for hit in toneless[:2])
    toned = tintinh("search", "quảng bá du lịch", "--corpus", corpus, "--json", "--limit", "99", home=home).rows()
    assert {hit["id"] for hit in toned} <= {
        hit["id"]
        for hit in tintinh(
            "search", "quang ba du lich", "--corpus", corpus, "--json", "--limit", "99", home=home
        ).rows()
    }
    assert not tintinh("search", "quàng bà dù lích", "--corpus", corpus, "--json", home=home).rows()
    months = tintinh(
        "trend", "--by", "month", "--per", "province", "--theme", "border", "--corpus", corpus, "--json", home=home
    )
    assert sum(row["count"] or 0 for row in months.rows()) == sum(
        1
        for _ in tintinh("search", "--theme", "border", "--corpus", corpus, "--json", "--limit", "99", home=home).rows()
    )
    assert all((row["count"] or 0) <= row["denominator"] for row in months.rows())
    exported = tintinh("export", "--source", "ttxvn_dan_toc", "--corpus", corpus, home=home).rows()
    assert len(exported) == len(expected("ttxvn_dan_toc"))
    shown = tintinh("show", str(exported[0]["id"]), "--corpus", corpus, "--json", home=home).rows()[0]
    assert shown["url"] == exported[0]["url"]
    with Corpus.open(corpus, read_only=True) as opened:
        merged = opened.search(Query(province="Tuyên Quang", province_map="34", limit=None)).total
        apart = opened.search(Query(province="Hà Giang", province_map="63", limit=None)).total
    assert merged > apart > 0


def test_a_fresh_demo_deletes_its_own_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    _prepare(folder, fresh=False)
    (folder / "archive" / "a").mkdir(parents=True)
    for name in ("corpus.sqlite", "corpus.sqlite-wal", "report.html", "archive/a/b.warc.gz", "thesis.odt"):
        (folder / name).write_text("x")
    _prepare(folder, fresh=False)
    assert (folder / "corpus.sqlite").exists()
    _prepare(folder, fresh=True)
    assert sorted(path.name for path in folder.iterdir()) == [".tintinh-demo", "thesis.odt"]


@pytest.mark.parametrize("name", ["archive", "corpus.sqlite"])
def test_a_fresh_demo_refuses_a_folder_with_somebodys_corpus_or_archive(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "nights.warc.gz").write_text("x")
    with pytest.raises(click.BadParameter, match="that no demo made"):
        _prepare(tmp_path, fresh=True)
    _prepare(tmp_path, fresh=False)
    with pytest.raises(click.BadParameter, match="that no demo made"):
        _prepare(tmp_path, fresh=True)
    assert (tmp_path / name / "nights.warc.gz").exists()


def test_the_archive_gives_the_same_corpus_again(first_night: Done, home: Path) -> None:
    demo = home / "demo"
    again = tintinh("replay", "--corpus", home / "again.sqlite", "--archive", demo / "archive", home=home)
    assert again.code == 0, again.err
    with Corpus.open(demo / "corpus.sqlite", read_only=True) as live, Corpus.open(home / "again.sqlite") as replayed:
        assert {one.article.url: one.article for one in live.articles()} == {
            one.article.url: one.article for one in replayed.articles()
        }
    checked = tintinh("check", "--corpus", demo / "corpus.sqlite", "--archive", demo / "archive", home=home)
    assert checked.code == 0, checked.err


def test_provinces_are_right_under_both_maps_on_both_sides_of_the_merger(first_night: Done, home: Path) -> None:
    assert first_night.code == 0
    with Corpus.open(home / "demo" / "corpus.sqlite", read_only=True) as corpus:
        rows = corpus.connection.execute("SELECT url, province, province_63, province_34, published_day FROM articles")
        stored = {url: (province, old, new, day) for url, province, old, new, day in rows}
    sides = set()
    for source in OUTLETS:
        for truth in expected(source):
            assert truth.province is not None
            province, old, new, day = stored[truth.url]
            on = date.fromisoformat(day)
            sides.add(on >= MERGED_SINCE)
            assert province == on_day(truth.province, on)
            assert old == map_63(truth.province, on)
            assert new == map_34(truth.province)
    assert sides == {True, False}


def test_the_partners_of_the_demo_are_named(first_night: Done, home: Path) -> None:
    assert re.search(r"\d+ read for places and partners", first_night.err)
    with Corpus.open(home / "demo" / "corpus.sqlite", read_only=True) as corpus:
        found = corpus.network(theme=None)
        assert found.unread == 0
        assert found.edges
        for edge in found.edges:
            for number in edge.ids:
                named = corpus.mentions(number)
                assert named is not None
                assert edge.partner in {entity.id for entity, _ in named}
