"""Places, partners and the network as a user asks for them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import networkx
import pyarrow.parquet
import pytest

from corpus import Corpus, Query, Tagging
from corpus.export import full
from corpus.mentions import named_text
from corpus.records import VIETNAM
from nlp import gazetteer, mentions
from nlp.mentions import Finder, finder
from tests.command import tintinh
from tests.made_articles import paragraph_blocks, story
from tintinh.commands.opinions import name_all

STORIES = [
    (
        "Sơn La",
        "2024-05-02",
        "Sơn La mời Hủa Phăn dự hội",
        "Đoàn tỉnh Hủa Phăn (Lào) sang Sơn La bàn mở chợ chung.",
    ),
    ("Sơn La", "2025-08-02", "Lớp tiếng Việt cho bạn Lào", "Sơn La mở lớp cho học sinh Hủa Phăn và Luông Pha Băng."),
    ("Hà Giang", "2024-06-01", "Chè Hà Giang tìm đường", "Châu Văn Sơn (Trung Quốc) và tổ chức KOICA cùng hỏi mua."),
    ("Hà Giang", "2024-06-02", "Mưa to ở Hà Giang", "Đường lên Mèo Vạc sạt nhiều chỗ."),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        for n, (province, day, title, text) in enumerate(STORIES):
            at = datetime.fromisoformat(day).replace(tzinfo=VIETNAM)
            blocks = paragraph_blocks(text)
            article = story(n, title=title, lead=None, blocks=blocks, province=province, published_at=at)
            number = corpus.keep(article, page=None, place=None).article_id
            assert number == n + 1
            themes = ("partner_cooperation",) if n < 3 else ()
            corpus.add_tagging(number, Tagging("hand:test", themes, themes[0] if themes else None))
        assert name_all(corpus) == len(STORIES)
        assert name_all(corpus) == 0
    return tmp_path


def ask(home: Path, *arguments: str) -> str:
    done = tintinh("network", "--corpus", home / "corpus.sqlite", *arguments, home=home)
    assert done.code == 0, done.err
    return done.out


def test_the_network_as_a_table_csv_json_and_graphml(home: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(ask(home, "--format", "csv"))))
    assert [(row["province"], row["partner"], row["year"], row["ids"]) for row in rows] == [
        ("Hà Giang", "foreign:cn-van-son", "2024", "3"),
        ("Hà Giang", "organisation:koica", "2024", "3"),
        ("Sơn La", "country:la", "2025", "2"),
        ("Sơn La", "foreign:la-hua-phan", "2024", "1"),
        ("Sơn La", "foreign:la-hua-phan", "2025", "2"),
        ("Sơn La", "foreign:la-luong-pha-bang", "2025", "2"),
    ]
    graph = networkx.parse_graphml(ask(home, "--format", "graphml"), force_multigraph=True)
    assert graph.number_of_edges() == len(rows)
    assert "Luông Pha Băng" in ask(home)
    assert '"ids": [3]' in ask(home, "--format", "json")


def test_a_country_means_what_lies_in_it_and_a_name_any_spelling(home: Path) -> None:
    assert len(ask(home, "--partner", "lào", "--format", "json").splitlines()) == 4
    assert len(ask(home, "--partner", "Houaphanh", "--format", "json").splitlines()) == 2
    assert len(ask(home, "--partner", "hàn quốc", "--format", "json").splitlines()) == 1
    assert ask(home, "--partner", "Peru", "--format", "json") == ""
    done = tintinh("network", "--corpus", home / "corpus.sqlite", "--partner", "Atlantis", home=home)
    assert done.code == 1
    assert "'Atlantis' is none that the gazetteer knows; near it are " in done.err


def test_maps_times_and_themes_narrow_the_network(home: Path) -> None:
    assert "Tuyên Quang" in ask(home, "--map", "34", "--province", "Hà Giang")
    assert ask(home, "--since", "2025-07-01", "--format", "csv").count("\n") == 4
    assert ask(home, "--theme", "border", "--format", "json") == ""
    assert ask(home, "--any-theme", "--format", "json").count("\n") == 6


def test_another_gazetteer_reads_the_corpus_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(finder().gazetteer, by="gazetteer changed")
    monkeypatch.setattr(mentions, "finder", lambda: Finder(changed))
    monkeypatch.setattr(gazetteer, "signature", lambda: changed.by)
    with Corpus.open(home / "corpus.sqlite") as corpus:
        assert name_all(corpus) == len(STORIES)
        assert name_all(corpus) == 0


def run(home: Path, *arguments: str) -> str:
    command, *rest = arguments
    done = tintinh(command, "--corpus", home / "corpus.sqlite", *rest, home=home)
    assert done.code == 0, done.err
    return done.out


def test_a_partner_filters_every_question_in_any_spelling(home: Path) -> None:
    for spelling in ("hua phan", "Houaphanh"):
        found = [json.loads(line)["id"] for line in run(home, "search", "--partner", spelling, "--json").splitlines()]
        assert found == [2, 1], spelling
    # A country means its provinces; the country that only says where Văn Sơn lies is enough through Văn Sơn.
    assert run(home, "search", "--partner", "Trung Quốc", "--json").count("\n") == 1
    assert run(home, "search", "--partner", "Peru", "--json") == ""
    exported = [json.loads(line)["id"] for line in run(home, "export", "--partner", "KOICA").splitlines()]
    assert exported == [3]
    asked = ("keywords", "--partner", "Lào", "--against", "partner=KOICA", "--corpus", home / "corpus.sqlite")
    assert "the first selection has no words to compare: 2 articles" in tintinh(*asked, home=home).err
    assert run(home, "concordance", "Lào", "--partner", "KOICA", "--csv").count("\n") == 1  # the header


def test_an_unknown_partner_is_told_with_names_near_it(home: Path) -> None:
    done = tintinh("search", "--corpus", home / "corpus.sqlite", "--partner", "Hủa Phắng", home=home)
    assert done.code == 1
    assert "'Hủa Phắng' is none that the gazetteer knows; near it are Hủa Phăn" in done.err
    done = tintinh("search", "--corpus", home / "corpus.sqlite", "--partner", "Hà Giang", home=home)
    assert "a province of Việt Nam is asked for with --province" in done.err


def test_a_trend_of_a_partner_and_per_partner(home: Path) -> None:
    rows = [json.loads(line) for line in run(home, "trend", "--partner", "Lào", "--by", "year", "--json").splitlines()]
    assert [(row["period"], row["count"], row["denominator"]) for row in rows] == [("2024", 1, 3), ("2025", 1, 1)]
    done = tintinh(
        "trend",
        "--per",
        "partner",
        "--by",
        "year",
        "--most",
        "1",
        "--json",
        "--corpus",
        home / "corpus.sqlite",
        home=home,
    )
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [(row["group"], row["period"], row["count"], row["denominator"]) for row in rows] == [
        ("Hủa Phăn", "2024", 1, 3),
        ("Hủa Phăn", "2025", 1, 1),
    ]
    assert "the 1 partners that most articles name; 4 more are named" in done.err


def test_an_article_shows_and_exports_what_it_names(home: Path) -> None:
    shown = run(home, "show", "1")
    assert "Places: Sơn La ×2\n" in shown
    assert "Partners: Hủa Phăn ×2\n" in shown  # Lào only says where it lies
    mentions = json.loads(run(home, "show", "1", "--json"))["mentions"]
    assert mentions[1] == {"entity": "foreign:la-hua-phan", "name": "Hủa Phăn", "start": 11, "end": 19, "rule": "name"}
    assert [one["rule"] for one in mentions if one["entity"] == "country:la"] == ["qualifies"]
    rows = list(csv.DictReader(io.StringIO(run(home, "export", "--csv", "--until", "2024-12-31"))))
    assert [(row["id"], row["places"], row["partners"]) for row in rows] == [
        ("4", "Hà Giang; Mèo Vạc", ""),
        ("3", "Hà Giang", "Văn Sơn; KOICA"),
        ("1", "Sơn La", "Hủa Phăn"),
    ]
    with Corpus.open(home / "corpus.sqlite") as corpus:
        corpus.to_parquet(home / "out", Query(province="Hà Giang"))
        stored = corpus.article(3)
        assert stored is not None
        assert (stored.named is not None and stored.named.partners) == ("Văn Sơn", "KOICA")
        new = corpus.keep(story(9), page=None, place=None).article_id
        assert new is not None
        unread = corpus.article(new)
        assert unread is not None
        assert full(unread)["places"] is full(unread)["partners"] is unread.named is None
    table = pyarrow.parquet.read_table(home / "out").to_pylist()
    assert sorted((row["id"], row["partners"]) for row in table) == [(3, ["Văn Sơn", "KOICA"]), (4, [])]
    assert (
        "not read for places and partners yet"
        in tintinh("show", str(new), "--corpus", home / "corpus.sqlite", home=home).err
    )


def test_offsets_lie_in_the_stored_text(home: Path) -> None:
    with Corpus.open(home / "corpus.sqlite", read_only=True) as corpus:
        for stored in corpus.articles():
            text = named_text(stored.article)
            named = corpus.mentions(stored.id)
            assert named
            for entity, mention in named:
                assert text[mention.start : mention.end] in finder().spellings(entity.id)
