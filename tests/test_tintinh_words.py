"""The commands on words: keywords and concordance, as typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corpus import Corpus, Segmentation
from tests.command import tintinh
from tests.made_articles import paragraph_blocks, story


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Corpus.open(tmp_path / "data/var/corpus.sqlite") as corpus:
        for n in range(1, 7):
            said = "Đồn biên_phòng tuần_tra biên_giới" if n < 4 else "Phiên chợ đông khách"
            text = f"{said.replace('_', ' ')}. " * 4
            corpus.keep(story(n, blocks=paragraph_blocks(text), lead=None,
                              province="Hà Giang" if n < 4 else "Đồng Tháp"), page=None, place=None)  # fmt: skip
            corpus.add_segmentation(n, Segmentation("made", (f"{said} " * 5,)))
    return tmp_path


def test_keywords_of_one_province_against_another(home: Path) -> None:
    # The texts of a province are near-duplicates of each other, but too short to be taken for copies.
    done = tintinh("keywords", "--province", "Hà Giang", "--against", "province=Đồng Tháp", "--json", home=home)
    assert done.code == 0, done.err
    assert {row["word"] for row in done.rows()} == {"đồn", "biên phòng", "tuần tra", "biên giới"}
    assert done.rows()[0]["count"] == 15
    assert "first selection: 60 words in 3 articles" in done.err
    rest = tintinh("keywords", "bien phong", "--json", home=home)
    assert rest.rows() == done.rows()


@pytest.mark.parametrize(
    ("against", "sentence"),
    [
        ("tỉnh=Huế", "write NAME=VALUE with one of query, theme"),
        ("province=", "write NAME=VALUE"),
        ("map=35", "the map is day, 63 or 34"),
        ("since=hôm qua", "is no day"),
        ("theme=borders", "is no theme"),
        ("source=bao_khong_co", "is no source"),
    ],
)
def test_a_selection_that_cannot_be_is_named(home: Path, against: str, sentence: str) -> None:
    done = tintinh("keywords", "--against", against, home=home)
    assert (done.code, done.out) == (1, "")
    assert sentence in " ".join(done.err.split())


def test_a_concordance_for_people_and_for_programs(home: Path) -> None:
    done = tintinh("concordance", '"tuan tra"', "--limit", "2", home=home)
    assert done.code == 0, done.err
    assert [line.split("  ")[-2] for line in done.out.splitlines()] == ["tuần tra", "tuần tra"]
    assert "12 places in 3 articles, 2 shown" in done.err
    row = json.loads(tintinh("concordance", "tuan tra", "--width", "2", "--json", home=home).out.splitlines()[0])
    assert (row["left"], row["match"], row["right"]) == ("biên phòng", "tuần tra", "biên giới")
    as_csv = tintinh("concordance", "tuan tra", "--limit", "1", "--csv", home=home).out
    assert as_csv.startswith("article_id,published_at,source,part,left,match,right")


def test_a_query_that_cannot_be_read_is_one_sentence(home: Path) -> None:
    for command in ("search", "export", "keywords", "concordance"):
        done = tintinh(command, "chợ AND (lào OR", home=home)
        assert (done.code, done.out) == (1, ""), command
        assert done.err == (
            "tintinh: the query 'chợ AND (lào OR' cannot be read at character 14:"
            " OR has nothing after it (in quotes it is a word)\n"
        )
