"""JSON Lines in the archive: what was imported once is kept once, and a replay restores it."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.store import Corpus
from crawler.archive import read_archive
from tests.command import tintinh

ROWS = [
    {"title": "Khơi mương", "text": "Nước về tận chân ruộng.\nBa xóm cùng làm.", "url": "https://a.example/1"},
    {"title": "Chợ phiên", "text": "Phiên chợ đầu năm.", "date": "2025-03-01", "province": "TPHCM", "source": "../x"},
]


def write(path: Path, *rows: dict[str, str]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def articles(path: Path) -> list[object]:
    with Corpus.open(path) as corpus:
        return [one.article for one in corpus.articles()]


def test_imported_records_are_archived_once_and_replayed(tmp_path: Path) -> None:
    archive, live = tmp_path / "data/archive", tmp_path / "data/var/corpus.sqlite"
    first = tintinh("import", write(tmp_path / "a.jsonl", *ROWS), "--json", home=tmp_path)
    assert (first.code, sum(row["article"] for row in first.rows())) == (0, 2)
    with Corpus.open(live) as corpus:
        before = [(one.id, one.article) for one in corpus.articles()]
    # Again, and from another file with other blanks at its ends, and once more as a part of the archive itself.
    again = tmp_path / "b.jsonl"
    again.write_text("\n " + (tmp_path / "a.jsonl").read_text(encoding="utf-8").replace("\n", " \n"), encoding="utf-8")
    (file,) = archive.glob("other/*.warc.gz")
    for given in ("a.jsonl", "b.jsonl", file):
        done = tintinh("import", given, "--json", home=tmp_path)
        assert (done.code, sum(row["unchanged"] for row in done.rows())) == (0, 2), given
    pages = [page for _, page in read_archive(archive)]
    assert [(page.url[:11], page.header("content-type")) for page in pages] == [("urn:sha256:", "application/json")] * 2
    with Corpus.open(live) as corpus:
        assert [(one.id, one.article) for one in corpus.articles()] == before
        assert corpus.stats().pages == 2

    made = tintinh("replay", "--corpus", tmp_path / "neu.sqlite", "--json", home=tmp_path)
    assert sum(row["article"] for row in made.rows()) == 2
    assert articles(tmp_path / "neu.sqlite") == articles(live)
    assert tintinh("archive", "verify", home=tmp_path).code == 0
    assert tintinh("check", home=tmp_path).code == 0


def test_an_older_line_imported_again_changes_nothing_live_or_replayed(tmp_path: Path) -> None:
    newer = {**ROWS[0], "title": "Khơi mương, bản sửa"}
    for name, row in (("a.jsonl", ROWS[0]), ("b.jsonl", newer), ("a.jsonl", ROWS[0])):
        assert tintinh("import", write(tmp_path / name, row), home=tmp_path).code == 0
    live = articles(tmp_path / "data/var/corpus.sqlite")
    assert [one.title for one in live] == ["Khơi mương, bản sửa"]  # type: ignore[attr-defined]
    assert tintinh("replay", "--corpus", tmp_path / "neu.sqlite", home=tmp_path).code == 0
    assert articles(tmp_path / "neu.sqlite") == live


def test_a_line_that_is_none_is_not_archived(tmp_path: Path) -> None:
    done = tintinh("import", write(tmp_path / "a.jsonl", {"title": "Không có chữ"}), home=tmp_path)
    assert done.code == 1
    assert not list((tmp_path / "data/archive").glob("*/*"))


def test_a_line_that_stands_in_a_file_twice_is_archived_once(tmp_path: Path) -> None:
    done = tintinh("import", write(tmp_path / "a.jsonl", *ROWS, ROWS[0]), "--json", home=tmp_path)
    assert done.code == 0
    assert (sum(row["article"] for row in done.rows()), sum(row["unchanged"] for row in done.rows())) == (2, 1)
    assert len(list(read_archive(tmp_path / "data/archive"))) == 2


def test_more_lines_than_are_stored_together(tmp_path: Path) -> None:
    rows = [{"title": f"Tin {n}", "text": f"Tin số {n} của bản.", "url": f"https://a.example/{n}"} for n in range(450)]
    rows[210] = {"title": "Không có chữ", "url": "https://a.example/210"}
    done = tintinh("import", write(tmp_path / "a.jsonl", *rows), "--json", home=tmp_path)
    assert (done.code, sum(row["article"] for row in done.rows())) == (1, 449)
    assert "a.jsonl:211: key 'text'" in done.err
    with Corpus.open(tmp_path / "data/var/corpus.sqlite") as corpus:
        assert corpus.check() == []
        assert [one.article.title for one in corpus.articles()] == [
            row["title"] for n, row in enumerate(rows) if n != 210
        ]
