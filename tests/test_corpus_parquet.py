"""Parquet and the manifest: everything comes back, partitions are read as such, and a broken export leaves nothing."""

from __future__ import annotations

import builtins
import hashlib
import io
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from benchmarks.made_corpus import made_corpus
from corpus import Block, BlockKind, Corpus, CorpusError, Query, StoredArticle, Tagging, parquet, parquet_files
from corpus.columns import schema
from corpus.keeping import Result
from corpus.manifest import Tally, asked
from corpus.records import VIETNAM
from tests.made_articles import story

UNDATED = {"published_at": None, "published_precision": None, "published_from": None}


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        for n in range(1, 8):
            province = {1: "Đồng Tháp", 2: "TP. Hồ Chí Minh", 3: None}.get(n, "Hà Giang")
            dated = UNDATED if n == 4 else {}
            opened.keep(story(n, province=province, **dated), page=None, place=None)
        opened.keep(story(8, blocks=story(1).blocks, lead=story(1).lead), page=None, place=None)
        opened.add_tagging(1, Tagging("model-1", ("border", "sport"), "border", {"border": 0.9, "sport": 0.6}))
        opened.add_tagging(5, Tagging("hand:lan", (), None))
        yield opened


def in_groups_of(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (parquet, parquet_files):
        monkeypatch.setattr(module, "ROWS", rows)


def partition(path: Path) -> ds.Dataset:
    return ds.dataset(path, partitioning="hive", format="parquet")


def test_every_article_comes_back_as_it_is(corpus: Corpus, tmp_path: Path) -> None:
    facts = corpus.to_parquet(tmp_path / "out")
    rows = {row["id"]: row for row in partition(tmp_path / "out").to_table().to_pylist()}
    assert sorted(rows) == list(range(1, 9))
    for stored in corpus.articles():
        row, article = rows[stored.id], stored.article
        assert row["title"] == article.title
        assert row["body"].split("\n") == article.body
        assert tuple(row["authors"]) == article.authors
        assert row["published_at"] == article.published_at
        assert row["fetched_at"].astimezone(UTC) == article.fetched_at
        assert (row["province"], row["province_34"]) == (article.province, stored.province_34)
        assert (row["copy_of"], row["similarity"]) == (stored.copy_of, stored.similarity)
    assert rows[1]["published_day"] == date(2025, 2, 2)
    assert (rows[1]["themes"], dict(rows[1]["scores"])) == (["border", "sport"], {"border": 0.9, "sport": 0.6})
    assert (rows[5]["themes"], rows[5]["tagged_by"]) == ([], "hand:lan")
    assert (rows[6]["themes"], rows[6]["tagged_by"]) == (None, None), "nobody has said anything of it"
    assert facts["articles"] == 8


def row_of(stored: StoredArticle) -> dict[str, Any]:
    """An article as a row, made of the article itself."""
    article, tagging = stored.article, stored.tagging
    row = {name: getattr(article, name) for name in schema().names if hasattr(article, name)}
    return row | {
        "id": stored.id,
        "body": "\n".join(article.body),
        "published_day": article.published_at.date() if article.published_at else None,
        "province_63": stored.province_63,
        "province_34": stored.province_34,
        "themes": tagging.themes if tagging else None,
        "primary": tagging.primary if tagging else None,
        "scores": sorted(tagging.scores.items()) if tagging else None,
        "tagged_by": tagging.by if tagging else None,
        "copy_of": stored.copy_of,
        "similarity": stored.similarity,
    }


@pytest.mark.parametrize("rows", [7, 4000])
def test_columns_hold_what_the_articles_hold(tmp_path: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    in_groups_of(rows, monkeypatch)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        stories = list(made_corpus(260))
        for each, outcome in zip(stories, corpus.keep_many(Result(one.article) for one in stories), strict=True):
            for tagging in each.taggings:
                scores = {theme: score / 3 for theme, score in tagging.scores.items()}
                corpus.add_tagging(outcome.article_id or 0, replace(tagging, scores=scores))
        for number in (3, 90):
            corpus.add_tagging(number, Tagging("hand:lan", ("t", "border", "a"), "t"))
        odd = story(
            1,
            title='"Chợ",\\ [tên]',
            lead=None,
            blocks=(
                Block(BlockKind.HEADING, "Đầu"),
                Block(BlockKind.CAPTION, 'Ảnh "chợ"\\'),
                Block(BlockKind.QUOTE, "Sau"),
            ),
            authors=('Lê "Ba"', "Tư\\"),
            published_at=datetime(2025, 1, 1, 0, 30, tzinfo=VIETNAM),
            updated_at=datetime(2025, 1, 2, 8, 0, 5, tzinfo=VIETNAM),
        )
        bare = story(2, lead=None, blocks=(), authors=(), tags=())
        corpus.keep_many(map(Result, (odd, bare)))
        facts = corpus.to_parquet(tmp_path / "out")
        stored = {each.id: row_of(each) for each in corpus.articles()}
        tally = Tally()
        assert len(list(tally.counting(corpus.articles()))) == 262
    found = 0
    for file in facts["files"]:
        written = pq.read_table(tmp_path / "out" / file["path"], partitioning=None)
        ids = written.column("id").to_pylist()
        row_by_row = io.BytesIO()
        pq.write_table(pa.Table.from_pylist([stored[each] for each in ids], schema=schema()), row_by_row)
        assert written.equals(pq.read_table(row_by_row), check_metadata=True), file["path"]
        assert ids == sorted(ids, key=lambda each: (stored[each]["published_at"] or 0, each))
        found += len(ids)
    assert found == len(stored) == 262
    assert facts["selection"] == tally.selection
    assert facts["sources"] == dict(sorted(tally.sources.items()))
    assert facts["provinces"] == dict(sorted(tally.provinces.items()))
    assert facts["tagged_by"] == dict(sorted(tally.taggers.items()))
    assert facts["extracted_by"] == dict(sorted(tally.extractors.items()))
    assert (facts["copies"], facts["undated"]) == (tally.copies, tally.undated)
    assert facts["published"] == [day.isoformat() for day in tally.days or ()]


def test_an_article_withdrawn_meanwhile_is_left_out(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = parquet_files._tables

    def with_one_less(connection: sqlite3.Connection, pieces: Any, tally: Tally) -> Any:
        corpus.connection.execute("DELETE FROM copies")
        corpus.connection.execute("DELETE FROM outcomes WHERE article_id IN (1, 6)")
        corpus.connection.execute("DELETE FROM articles WHERE id IN (1, 6)")
        return whole(connection, pieces, tally)

    monkeypatch.setattr(parquet_files, "_tables", with_one_less)
    facts = corpus.to_parquet(tmp_path / "out")
    assert facts["articles"] == 6
    assert sorted(partition(tmp_path / "out").to_table()["id"].to_pylist()) == [2, 3, 4, 5, 7, 8]


def test_readers_see_year_and_province_as_columns_and_nothing_else(corpus: Corpus, tmp_path: Path) -> None:
    corpus.to_parquet(tmp_path / "out")
    paths = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert paths == [
        "_manifest.json",
        "year=0/province_key=ha_giang/part-0.parquet",
        "year=2025/province_key=dong_thap/part-0.parquet",
        "year=2025/province_key=ha_giang/part-0.parquet",
        "year=2025/province_key=tp_ho_chi_minh/part-0.parquet",
        "year=2025/province_key=unknown/part-0.parquet",
    ]
    south = partition(tmp_path / "out").to_table(filter=ds.field("province_key") == "tp_ho_chi_minh")
    assert south["id"].to_pylist() == [2]
    frame = pd.read_parquet(tmp_path / "out")
    assert frame.loc[frame["year"] == 0, "id"].tolist() == [4]
    assert frame.loc[frame["province_key"] == "unknown", "id"].tolist() == [3]
    assert str(frame["published_at"].dtype) == "datetime64[us, Asia/Ho_Chi_Minh]"


def test_the_manifest_says_what_was_asked_and_what_came_out(corpus: Corpus, tmp_path: Path) -> None:
    query = Query(province="Hà Giang", since=date(2025, 1, 1), stories=True, limit=None)
    facts = corpus.to_parquet(tmp_path / "out", query)
    assert json.loads((tmp_path / "out" / parquet.MANIFEST).read_text(encoding="utf-8")) == facts
    assert facts["query"] == {"province": "Hà Giang", "since": "2025-01-01", "stories": True}
    assert (facts["articles"], facts["undated"], facts["copies"]) == (3, 0, 0)
    assert (facts["sources"], facts["tagged_by"]) == ({"bao_ha_giang": 3}, {"": 2, "hand:lan": 1})
    assert facts["corpus"]["articles"] == 8
    for file in facts["files"]:
        content = (tmp_path / "out" / file["path"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    for said in ("3 articles", "1 outlets", "province: Hà Giang; since: 2025-01-01", facts["selection"]):
        assert said in facts["cite"]


def test_the_same_facts_are_the_same_selection_and_the_same_files(corpus: Corpus, tmp_path: Path) -> None:
    first, second = corpus.to_parquet(tmp_path / "a"), corpus.to_parquet(tmp_path / "b")
    assert (first["files"], first["selection"]) == (second["files"], second["selection"])
    tally = Tally()
    assert len(list(tally.counting(reversed(list(corpus.articles()))))) == 8
    assert tally.selection == first["selection"], "in any order"
    assert corpus.to_parquet(tmp_path / "c", Query(limit=7))["selection"] != first["selection"]
    assert corpus.to_parquet(tmp_path / "d", Query(limit=3))["articles"] == 3


def test_a_row_group_is_bounded(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_groups_of(2, monkeypatch)
    corpus.to_parquet(tmp_path / "out")
    (fragment,) = partition(tmp_path / "out").get_fragments(
        filter=(ds.field("province_key") == "ha_giang") & (ds.field("year") == 2025)
    )
    assert [group.num_rows for group in fragment.row_groups] == [2, 2]


def test_an_empty_answer_is_a_manifest(corpus: Corpus, tmp_path: Path) -> None:
    facts = corpus.to_parquet(tmp_path / "out", Query("không có trong báo"))
    assert (facts["articles"], facts["files"], facts["published"]) == (0, [], None)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [parquet.MANIFEST]


def test_nothing_is_overwritten_and_a_broken_export_leaves_nothing(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    with pytest.raises(CorpusError, match="here: exists already"):
        corpus.to_parquet(tmp_path / "here")
    (tmp_path / "left.part").mkdir()
    with pytest.raises(CorpusError, match=r"left\.part: is left of an export"):
        corpus.to_parquet(tmp_path / "left")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet, "write_manifest", full)
    with pytest.raises(OSError, match="No space left"):
        corpus.to_parquet(tmp_path / "out")
    assert not list(tmp_path.glob("out*"))


def test_without_pyarrow_the_error_says_what_to_install(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ModuleNotFoundError("No module named 'pyarrow'", name="pyarrow")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CorpusError, match=r"pip install 'tintinh\[parquet\]'"):
        corpus.to_parquet(tmp_path / "out")
    assert not list(tmp_path.glob("out*"))


def test_a_query_is_told_by_what_it_says() -> None:
    assert asked(None) == asked(Query(limit=None)) == {}
    assert asked(Query("chợ", themes=("border",), limit=5)) == {"text": "chợ", "themes": ("border",), "limit": 5}
