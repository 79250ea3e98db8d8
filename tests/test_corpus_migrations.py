"""A corpus file is brought up to date as a whole or left alone; what is no corpus is never touched."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from corpus import Corpus, CorpusError, migrations, recent
from tests.made_articles import story
from tests.older_corpus import write_before


def test_a_new_file_has_the_newest_schema_wal_and_our_mark(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        pragma = {
            name: corpus.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("user_version", "journal_mode", "foreign_keys", "busy_timeout", "application_id")
        }
    assert pragma == {
        "user_version": len(migrations.STEPS),
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "application_id": migrations.APPLICATION_ID,
    }


def test_keys_of_near_duplicates_outlive_the_change_of_their_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, made = tmp_path / "corpus.sqlite", tmp_path / "made.sqlite"
    with Corpus.open(made) as corpus:
        for n in range(6):
            corpus.keep(story(n), page=None, place=None)
        recent.merge(corpus.connection)
        keys = corpus.connection.execute("SELECT key, article_id FROM duplicate_keys").fetchall()
    tables = ("articles", "blocks", "outcomes", "duplicate_keys", "derived", "tallies")
    write_before("schema_8.sql", path, made, tables, monkeypatch)
    with Corpus.open(path) as corpus:
        assert corpus.connection.execute("SELECT key, article_id FROM duplicate_keys").fetchall() == keys
        reprint = replace(story(3), url="https://baodongthap.vn/chuyen-3")
        assert corpus.keep(reprint, page=None, place=None).copy_of == 4
        # Changed, the first is the story of another day: no key of its old text may stay.
        later = story(3).fetched_at + timedelta(hours=2)
        corpus.keep(replace(story(41), url=story(3).url, fetched_at=later), page=None, place=None)
        assert [stored.copy_of for stored in corpus.articles()] == [None] * 7
        recent.merge(corpus.connection)
        found = corpus.connection.execute("SELECT key, article_id FROM duplicate_keys WHERE article_id = 4").fetchall()
        assert not set(found) & set(keys)
        assert len(found) > 30


def test_a_missing_corpus_is_not_made_when_it_should_be_there(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    for options in ({"create": False}, {"read_only": True}):
        with pytest.raises(CorpusError, match=r"corpus\.sqlite: there is no such corpus"):
            Corpus.open(path, **options)
    assert not path.exists()
    with pytest.raises(CorpusError, match="is a folder"):
        Corpus.open(tmp_path)


@pytest.mark.parametrize(
    "content", [b"Hoang Su Phi", b"SQLite format 3", b"\x00" * 4096, "Báo Hà Giang\n".encode() * 99]
)
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(CorpusError, match=r"notes\.txt: is not an SQLite database"):
        Corpus.open(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    Corpus.open(path).close()
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 5000)
    with pytest.raises(CorpusError, match=r"corpus\.sqlite: cannot be used as a corpus"):
        Corpus.open(path)


def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE recipes (name TEXT)")
        other.commit()
    before = path.read_bytes()
    with pytest.raises(CorpusError, match="of another program, not a tintinh corpus"):
        Corpus.open(path)
    assert path.read_bytes() == before


def test_a_newer_corpus_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        corpus.connection.execute("PRAGMA user_version = 99")
    for read_only in (False, True):
        with pytest.raises(CorpusError, match=r"newer tintinh \(schema 99, this one knows up to \d+\)"):
            Corpus.open(path, read_only=read_only)


def test_an_older_corpus_is_brought_up_to_date_and_keeps_its_articles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, step = tmp_path / "corpus.sqlite", tmp_path / "step.sql"
    with Corpus.open(path) as corpus:
        corpus.keep(story(1), page=None, place=None)
    step.write_text(
        "CREATE TABLE shelves (id INTEGER); -- no ; end\nINSERT INTO shelves VALUES (7);\n", encoding="utf-8"
    )
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, str(step)))
    monkeypatch.setattr("corpus.database.STEPS", migrations.STEPS)
    with pytest.raises(CorpusError, match="has an older schema; open it once for writing"):
        Corpus.open(path, read_only=True)
    with Corpus.open(path) as corpus:
        assert corpus.connection.execute("SELECT id FROM shelves").fetchall() == [(7,)]
        assert migrations.version(corpus.connection) == len(migrations.STEPS)
        assert corpus.stats().articles == 1


def test_a_corpus_of_the_first_schema_is_opened_with_its_articles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "corpus.sqlite"
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "STEPS", migrations.STEPS[:1])
        patched.setattr("corpus.database.STEPS", migrations.STEPS)
        with closing(sqlite3.connect(path, isolation_level=None)) as old:
            migrations.migrate(old, path)
            old.execute(
                """INSERT INTO articles (url, title, language, extractor, extractor_version, page_digest, fetched_at)
                   VALUES ('https://baohagiang.vn/cu', 'Chuyện cũ', 'vi', 'rules', '2', 'sha256:0',
                           '2025-03-02T18:00:00.000000+00:00')"""
            )
            old.execute(
                """INSERT INTO outcomes (url, kind, article_id, at)
                   SELECT url, 'article', id, fetched_at FROM articles"""
            )
            assert migrations.version(old) == 1
    with pytest.raises(CorpusError, match="has an older schema; open it once for writing"):
        Corpus.open(path, read_only=True)
    with Corpus.open(path) as corpus:
        (stored,) = corpus.articles()
        article = stored.article
        assert article.title == "Chuyện cũ"
        assert (article.updated_at, article.breadcrumb, article.pictures, article.readers) == (None, (), (), {})
        assert corpus.keep(story(1), page=None, place=None).kind == "article"
        assert corpus.check() == []


def test_a_step_that_fails_leaves_the_old_schema_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, step = tmp_path / "corpus.sqlite", tmp_path / "step.sql"
    Corpus.open(path).close()
    step.write_text("CREATE TABLE shelves (id INTEGER);\nINSERT INTO nowhere VALUES (7);\n", encoding="utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(migrations, "STEPS", (*migrations.STEPS, str(step)))
        with pytest.raises(CorpusError, match="no such table: nowhere"):
            Corpus.open(path)
    with Corpus.open(path) as corpus:
        assert corpus.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'shelves'").fetchall() == []


def test_statements_are_told_apart() -> None:
    script = "-- one; not yet\nCREATE TABLE a (\n b TEXT DEFAULT ';'\n);\nSELECT 1;\nSELECT 2\n"
    found = list(migrations.statements(script))
    assert [part.splitlines()[-1] for part in found] == [");", "SELECT 1;", "SELECT 2"]
    assert "".join(found) == script
