"""The corpus out: nothing lost, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus import Corpus, Query, Tagging, export
from corpus.records import VIETNAM, BlockKind, Picture
from tests.made_articles import story


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        opened.keep(story(1, title='=HYPERLINK("http://x"; "Bấm đây")', tags=("-1", "@tỉnh")), page=None, place=None)
        undated = {"published_at": None, "published_precision": None, "published_from": None}
        opened.keep(story(2, source=None, blocks=story(1).blocks, lead=story(1).lead, **undated), page=None, place=None)
        opened.add_tagging(1, Tagging("model-1", ("border", "sport"), "border", {"border": 0.9}, {"border": ("Câu.",)}))
        opened.add_tagging(1, Tagging("hand:lan", ("border",), "border"))
        yield opened


def test_csv_holds_every_article_and_no_formula(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        assert export.write_csv(corpus.articles(), out) == 2
    assert path.read_bytes().startswith(b"id,url,"), "plain UTF-8, no byte order mark"
    with path.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["title"] == '\'=HYPERLINK("http://x"; "Bấm đây")'
    assert export.unguarded(first["title"]) == '=HYPERLINK("http://x"; "Bấm đây")'
    assert first["tags"] == "'-1; @tỉnh"
    assert first["body"] == "\n".join(story(1).body)
    assert (first["themes"], first["primary"], first["tagged_by"]) == ("border", "border", "hand:lan")
    assert (first["province"], first["province_34"]) == ("Hà Giang", "Tuyên Quang")
    assert datetime.fromisoformat(first["published_at"]) == story(1).published_at
    assert (second["source"], second["published_at"], second["copy_of"], second["themes"]) == ("", "", "1", "")


def test_what_stands_beside_the_text_is_exported(tmp_path: Path) -> None:
    article = story(
        1,
        updated_at=datetime(2025, 2, 3, 9, 45, tzinfo=VIETNAM),
        breadcrumb=("Xã hội", "Đời sống"),
        pictures=(Picture("https://a.vn/1.jpg", caption="Chợ"), Picture("https://a.vn/2.jpg")),
        readers={"title": "rules", "body": "generic"},
    )
    with Corpus.open(tmp_path / "beside.sqlite") as corpus:
        corpus.keep(article, page=None, place=None)
        (stored,) = corpus.articles()
    row = export.flat(stored)
    assert (row["updated_at"], row["breadcrumb"]) == ("2025-02-03T09:45:00+07:00", "Xã hội > Đời sống")
    assert (row["pictures"], row["readers"]) == ("https://a.vn/1.jpg\nhttps://a.vn/2.jpg", "body=generic; title=rules")
    out = io.StringIO()
    export.write_jsonl([stored], out)
    record = json.loads(out.getvalue())
    assert record["pictures"][0] == {"url": "https://a.vn/1.jpg", "alt": None, "caption": "Chợ", "credit": None}
    assert (record["updated_at"], record["readers"]) == ("2025-02-03T09:45:00+07:00", article.readers)
    assert export.to_frame([stored])["updated_at"].tolist() == [article.updated_at]


def test_json_lines_hold_everything(corpus: Corpus) -> None:
    out = io.StringIO()
    assert export.write_jsonl(corpus.articles(Query(limit=None)), out) == 2
    first, second = map(json.loads, out.getvalue().splitlines())
    assert [BlockKind(block["kind"]) for block in first["blocks"]] == [block.kind for block in story(1).blocks]
    assert first["blocks"][-1] == {"kind": "dropped", "text": "Các tin khác", "reason": "related", "credit": None}
    assert [tagging["by"] for tagging in first["taggings"]] == ["hand:lan", "model-1"]
    assert first["taggings"][1]["evidence"] == {"border": ["Câu."]}
    assert first["published_at"] == "2025-02-02T08:30:00+07:00"
    assert (second["copy_of"], second["similarity"], second["published_at"]) == (1, 1.0, None)
    assert "Hoàng Yến" in out.getvalue(), "readable, not escaped"


def test_columns_are_those_of_a_row(corpus: Corpus) -> None:
    assert tuple(export.flat(next(corpus.articles()))) == export._COLUMNS


def test_frames_of_articles_hits_and_trends(corpus: Corpus) -> None:
    frame = export.to_frame(corpus.articles())
    assert list(frame.columns) == list(export._COLUMNS)
    assert frame["published_at"][0] == story(1).published_at
    assert frame["published_at"].isna().tolist() == [False, True]
    hits = export.to_frame(corpus.search(Query("chuyện")).hits)
    assert hits["id"].tolist() == [2]
    assert story(1).text.startswith(hits["snippet"][0][:40])
    trend = export.to_frame(corpus.trend(Query(themes=("border",))).rows)
    assert trend[["period", "group", "count", "denominator", "share", "outlets"]].to_dict("records") == [
        {"period": "2025-02", "group": None, "count": 1, "denominator": 1, "share": 1.0, "outlets": 1}
    ]
    assert export.to_frame([]).empty
    with pytest.raises(TypeError, match="a frame is made of records"):
        export.to_frame(["text"])


@given(st.text() | st.text("'=+-@\t\r\nax＝", max_size=6))
@example("'=1+1")
@example("''-")
def test_guarding_loses_nothing_and_no_cell_begins_a_formula(text: str) -> None:
    cell = export.guarded(text)
    assert export.unguarded(cell) == text
    assert cell[:1] not in tuple("=+-@\t\r\n＝＋－＠")
