"""The command at a terminal and in a pipe: contracts, errors as one sentence, exit codes."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest

import crawler.night as crawler_night
from corpus.nights import Night
from corpus.records import Segmentation, Tagging
from corpus.store import Corpus
from crawler.archive import read_archive
from crawler.errors import NightFailed
from nlp import segment_many
from nlp.tag import Tagger
from tests.archived import written
from tests.command import ROOT, tintinh
from tests.made_articles import story
from tests.pages import MARKUP, SCREEN, page
from tintinh.chart import bars
from tintinh.cli import run
from tintinh.cli import tintinh as command
from tintinh.commands.collect import connections, tell_verdict
from tintinh.commands.opinions import annotate, tagger_at
from tintinh.commands.options import Day
from tintinh.output import plain

NOW = datetime(2026, 5, 31, 14, 30, tzinfo=UTC)
CONTRACT = {
    "file", "source", "extractor", "url", "title", "lead", "body", "headings", "captions", "authors", "agency",
    "published_at", "published_precision", "section", "tags", "province", "dropped",
}  # fmt: skip


def night(**counts: int) -> Night:
    whole = {"found": 0, "known": 0, "stored": 0, "copies": 0, "same": 0, "generic": 0, **counts}
    return Night(source="bao_a", started_at=NOW, ended_at=NOW, rejected={}, findings=(), **whole)


def test_every_command_has_help_with_an_example() -> None:
    # With the settings of real use: click keeps a command's help option as the first context names it.
    context = click.Context(command, info_name="tintinh", **command.context_settings)
    names = command.list_commands(context)
    assert len(names) == 29
    for name in names:
        found = command.get_command(context, name)
        assert found is not None
        text = found.get_help(click.Context(found, info_name=name, parent=context))
        assert "Example" in text, name
        assert f"tintinh {name}" in text, name


def test_extract_keeps_its_contract(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(MARKUP, encoding="utf-8")
    (tmp_path / "b.txt").write_text(SCREEN, encoding="utf-8")
    done = tintinh("extract", "a.html", "b.txt", "--fetched-at", "2026-06-01T12:00", "--json", home=tmp_path)
    assert done.code == 0, done.err
    first, second = done.rows()
    assert set(first) >= CONTRACT
    assert first["file"] == "a.html"
    assert first["extractor"] == "generic"
    assert first["published_at"] == "2024-03-05T08:15:00+07:00"
    assert first["captions"] == ["Một góc chợ phiên ngày đầu xuân."]
    assert first["authors"] == ["Hoàng Mây", "Lù A Páo"]
    assert any("vui quá" in one["text"] and one["reason"] for one in first["dropped"])
    assert second["extractor"] == "screen"
    assert second["headings"] == ["GIỮ RỪNG LÀ GIỮ ĐƯỜNG BIÊN"]
    assert second["published_precision"] == "minute"


def test_tag_keeps_its_contract(tmp_path: Path) -> None:
    rows = [
        {
            "id": 7,
            "title": "Lớp bồi dưỡng cán bộ thông tin đối ngoại",
            "text": "Tỉnh mở lớp bồi dưỡng nghiệp vụ thông tin đối ngoại.",
        },
        {"id": "x", "title": "Đội bóng xã thắng đậm", "text": "Trận đấu chiều qua kết thúc với tỷ số ba không."},
        {"id": None, "title": "", "text": "Một câu."},
    ]
    done = tintinh("tag", "-", "--json", home=tmp_path, stdin="\n".join(map(json.dumps, rows)))
    assert done.code == 0, done.err
    answers = done.rows()
    assert [answer["id"] for answer in answers] == [7, "x", None]
    assert {"external_information", "training"} <= set(answers[0]["themes"])
    assert answers[0]["primary"] in answers[0]["themes"]
    assert answers[0]["evidence"]["training"]
    assert answers[1]["themes"] == []
    assert answers[1]["primary"] is None
    for answer in answers:
        assert set(answer) == {"id", "themes", "primary", "scores", "evidence", "model"}
        assert len(answer["scores"]) == 12
        assert all(0 <= score <= 1 for score in answer["scores"].values())


def test_import_stores_what_can_be_read_and_names_what_cannot(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(MARKUP, encoding="utf-8")
    (tmp_path / "screen.txt").write_text(SCREEN, encoding="utf-8")
    (tmp_path / "empty.html").write_bytes(b"")
    (tmp_path / "junk.html").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "notice.html").write_text("<html><body><p>Trang đang cập nhật.</p></body></html>", encoding="utf-8")
    (tmp_path / "old.html").write_bytes(
        MARKUP.replace("Chợ phiên", "Chợ đêm").replace('charset="utf-8"', 'charset="utf-16"').encode("utf-16")
    )
    (tmp_path / "rows.jsonl").write_text(
        '{"title": "Tin đúng", "text": "Một đoạn văn đủ dài.", "date": "2025-03-01", "province": "TPHCM"}\n'
        "không phải JSON\n"
        '{"title": "Không có chữ", "text": " "}\n'
        '{"title": "Ngày sai", "text": "Một đoạn.", "date": "2025-13-01"}\n'
        '{"title": "Tỉnh sai", "text": "Một đoạn.", "province": "Sao Hỏa"}\n',
        encoding="utf-8",
    )
    files = [
        "page.html",
        "screen.txt",
        "empty.html",
        "junk.html",
        "notice.html",
        "old.html",
        "rows.jsonl",
        "missing.txt",
    ]
    done = tintinh("import", *files, home=tmp_path)
    assert done.code == 1
    problems = done.err.splitlines()
    assert len(problems) == 8
    for name in (
        "empty.html",
        "junk.html",
        "notice.html",
        "missing.txt",
        "rows.jsonl:2",
        "rows.jsonl:3",
        "rows.jsonl:4",
        "rows.jsonl:5",
    ):
        assert sum(f"tintinh: {name}: " in problem for problem in problems) == 1, name
    stats = tintinh("stats", "--json", home=tmp_path).rows()[0]
    assert stats["articles"] == 4
    assert stats["rejected"] == {"empty_page": 1, "not_an_article": 1, "not_text": 1}

    wordless = tintinh("search", "***", home=tmp_path)
    assert (wordless.code, wordless.out) == (1, "")
    assert "'***' holds no letter or digit" in wordless.err
    again = tintinh("import", *files[:2], "--json", home=tmp_path)
    assert again.code == 0
    assert again.rows()[0]["unchanged"] == 2
    replayed = tintinh("replay", "--json", home=tmp_path)
    assert sum(row["unchanged"] for row in replayed.rows()) == 4
    assert sum(row["changed"] + row["article"] for row in replayed.rows()) == 0
    assert tintinh("check", home=tmp_path).code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["search", "x", "--theme", "foo"], "'foo' is no theme"),
        (["search", "x", "--province", "Sao Hỏa"], "'Sao Hỏa' is no province"),
        (["search", "x", "--since", "hôm qua"], "'hôm qua' is no day"),
        (["search", "x", "--since", "2025-02-01", "--until", "2025-01-01"], "is after --until"),
        (["search", "x", "--corpus", "none.sqlite"], "none.sqlite"),
        (["search", "x", "--corpus", "notes.txt"], "notes.txt"),
        (["show", "99", "--corpus", "none.sqlite"], "none.sqlite"),
        (["crawl", "bao_sao_hoa"], "bao_sao_hoa is no source"),
        (["crawl", "bao_ha_giang"], "TINTINH_CONTACT"),
        (["crawl", "--connect-to", "x"], "is not HOST=http://ADDRESS"),
        (["replay"], "there is no archive"),
        (["annotate"], "corpus.sqlite"),
        (["tag", "notes.txt"], "notes.txt:1: is not JSON"),
        (["extract", "notes.txt"], "notes.txt: "),
        (["train", "--labelled", "notes.txt"], "notes.txt"),
        (["evaluate", "--on", "notes.txt"], "notes.txt"),
        (["frobnicate"], "No such command"),
        (["trend", "--by", "decade"], "decade"),
        (["show", "²", "--corpus", "c.sqlite"], "²: there is no such article"),
        (["show", "9" * 30, "--corpus", "c.sqlite"], "there is no such article"),
        (["search", "x", "--limit", "100001"], "100000"),
        (["search", "x", "--source", "bao_ha_gian", "--corpus", "c.sqlite"], "there are bao_ha_giang, "),
        (["trend", "--source", "bao_sao_hoa", "--corpus", "c.sqlite"], "'bao_sao_hoa' is no source"),
        (["export", "--source", "bao_sao_hoa", "--corpus", "c.sqlite"], "'bao_sao_hoa' is no source"),
        (["extract", "notes.txt", "--url", "http://[x"], "notes.txt: 'http://[x' is no address on the web"),
        (["import", "notes.txt", "--corpus", "notes.txt/c.sqlite"], "notes.txt"),
        (["tag", "latin.txt"], "latin.txt:2: is not UTF-8"),
        (["segment", "latin.txt"], "latin.txt:2: is not UTF-8"),
        (["import", "notes.txt", "--json", "--csv"], "--json and --csv cannot be given together"),
        (["replay", "--csv", "--json"], "--json and --csv cannot be given together"),
        (["export", "--csv", "--json"], "--json and --csv cannot be given together"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_clear_sentence_and_exit_code_1(
    arguments: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))
    monkeypatch.delenv("TINTINH_CONTACT", raising=False)
    (tmp_path / "notes.txt").write_text("Ghi chú.\n", encoding="utf-8")
    (tmp_path / "latin.txt").write_bytes(b'{"title": "Tin", "text": ""}\nh\xe0\n')
    Corpus.open(tmp_path / "c.sqlite").close()
    assert run(arguments) == 1
    printed = capfd.readouterr()
    assert sentence in printed.err
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert not (tmp_path / "data").exists()
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "Ghi chú.\n"


def test_a_fault_in_the_code_stays_a_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(command, "main", faulty)
    with pytest.raises(ZeroDivisionError):
        run(["stats"])


def test_rows_without_text_have_no_themes_and_do_not_stop_the_others(tmp_path: Path) -> None:
    rows = (
        '\ufeff{"id": 1, "title": "", "text": ""}\n'
        '{"id": 2, "title": "Tin \\ud83d", "text": null}\n'
        '{"id": 3, "text": " "}\n'
    )
    done = tintinh("tag", "--json", home=tmp_path, stdin=rows)
    assert done.code == 0, done.err
    assert [(answer["id"], answer["themes"]) for answer in done.rows()] == [(1, []), (2, []), (3, [])]
    marked = tintinh("segment", home=tmp_path, stdin="\ufeffQuảng bá du lịch.\n")
    assert marked.out == "Quảng_bá du_lịch .\n"


def test_opinions_are_made_before_the_corpus_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tagger = tagger_at(None)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep(story(1), page=None, place=None)
        made: list[bool] = []
        segment, tag = segment_many.segment_together, Tagger.tag_segmented

        def segment_seen(texts: Sequence[str]) -> list[Segmentation]:
            made.append(corpus.connection.in_transaction)
            return segment(texts)

        def tag_seen(*given: Any) -> Iterator[Tagging]:
            for tagging in tag(*given):
                made.append(corpus.connection.in_transaction)
                yield tagging

        monkeypatch.setattr(segment_many, "segment_together", segment_seen)
        monkeypatch.setattr(Tagger, "tag_segmented", tag_seen)
        assert annotate(corpus, tagger) == (1, 1, 1)
    assert made == [False, False]


def test_the_module_is_the_command(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tintinh", "--help"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.startswith("Usage: tintinh ")


def test_a_warc_imported_twice_is_archived_once(tmp_path: Path) -> None:
    twin = replace(page(MARKUP), url="https://baolang.vn/tin/2.html", requested_url="https://baolang.vn/tin/2.html")
    (place, *_) = written(tmp_path / "theirs", page(MARKUP), twin)
    warc = tmp_path / "theirs" / place.file
    for _ in range(2):
        done = tintinh("import", warc, home=tmp_path)
        assert done.code == 0, done.err
    archived = [one.url for _, one in read_archive(tmp_path / "data" / "archive")]
    assert sorted(archived) == [page(MARKUP).url, twin.url]
    elsewhere = tintinh("import", warc, "--archive", tmp_path / "second", home=tmp_path)
    assert elsewhere.code == 0, elsewhere.err
    assert len(list(read_archive(tmp_path / "second"))) == 2


def test_check_misses_an_archive_that_pages_are_said_to_be_in(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(MARKUP, encoding="utf-8")
    assert tintinh("import", "page.html", home=tmp_path).code == 0
    assert tintinh("check", home=tmp_path).code == 0
    shutil.rmtree(tmp_path / "data" / "archive")
    done = tintinh("check", home=tmp_path)
    assert done.code == 1
    assert "there is no archive, but 1 pages of the corpus are said to be in it" in done.err


def test_csv_is_exact_and_an_untagged_article_says_who_read_it(tmp_path: Path) -> None:
    row = '{"title": "Tin", "text": "Một đoạn văn.", "published_at": "2025-02-11T08:30:15", "source": "nha_tro"}\n'
    (tmp_path / "rows.jsonl").write_text(row, encoding="utf-8")
    assert tintinh("import", "rows.jsonl", home=tmp_path).code == 0
    (hit,) = csv.DictReader(tintinh("search", "tin", "--csv", "--source", "nha_tro", home=tmp_path).out.splitlines())
    assert hit["published_at"] == "2025-02-11T08:30:15+07:00"
    (told,) = tintinh("search", "tin", "--json", home=tmp_path).rows()
    assert float(hit["score"]) == told["score"]
    shown = tintinh("show", "1", home=tmp_path)
    assert "not tagged yet" in shown.err
    assert "Read by given" in shown.out
    empty = tintinh("search", "tin", "--source", "bao_ha_giang", home=tmp_path)
    assert (empty.code, empty.err) == (0, "0 articles\n")


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ({"found": 9, "known": 2, "stored": 4, "copies": 3}, "7 new articles, 3 of them near-duplicates of earlier"),
        ({"found": 1, "copies": 1}, "1 new articles, 1 of them near-duplicates"),
        ({"found": 4, "stored": 4}, "4 new articles; 0 met again"),
        ({"found": 5, "known": 5}, "nothing new: the 5 articles met are all in the corpus already"),
        ({"found": 5}, "nothing new: none of the 5 addresses met gave an article"),
        ({}, "nothing was found"),
    ],
)  # fmt: skip
def test_the_verdict_counts_copies(counts: dict[str, int], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert tell_verdict([night(**counts)]) == 0
    assert capsys.readouterr().err.startswith(sentence)


def test_the_nights_that_came_to_an_end_are_printed_beside_those_that_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def half(*_: object, **__: object) -> list[Night]:
        raise NightFailed(["bao_b: the crawl failed: boom"], [night(found=1, stored=1)])

    monkeypatch.setattr(crawler_night, "crawl", half)
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))
    assert run(["crawl", "bao_ha_giang", "--json"]) == 1
    printed = capfd.readouterr()
    assert json.loads(printed.out)["source"] == "bao_a"
    assert (
        printed.err
        == "1 new articles; 0 met again that are in the corpus already\ntintinh: bao_b: the crawl failed: boom\n"
    )


def test_a_search_loads_neither_scrapy_nor_scikit_learn(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"title": "Tin", "text": "Một đoạn văn."}\n', encoding="utf-8")
    assert tintinh("import", "rows.jsonl", home=tmp_path).code == 0
    done = tintinh("search", "tin", home=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    assert done.code == 0
    for heavy in ("scrapy", "twisted", "sklearn", "underthesea", "pandas", "lxml"):
        assert f" {heavy}\n" not in done.err


def test_vietnamese_in_a_pipe_whatever_the_locale_says(tmp_path: Path) -> None:
    done = tintinh("segment", home=tmp_path, stdin="Quảng bá du lịch Hà Giang.\n", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.code == 0
    assert done.out.split() == ["Quảng_bá", "du_lịch", "Hà_Giang", "."]


def test_sources_are_listed_under_both_maps(tmp_path: Path) -> None:
    rows = {row["id"]: row for row in tintinh("sources", "--json", home=tmp_path).rows()}
    assert len(rows) >= 5
    assert (rows["bao_ha_giang"]["province"], rows["bao_ha_giang"]["province_now"]) == ("Hà Giang", "Tuyên Quang")


def test_small_parts() -> None:
    assert bars([0, 1, 2, 4], width=4) == ["", "█", "██", "████"]
    assert bars([]) == []
    assert bars([0, 0]) == ["", ""]
    assert connections(("a.vn=http://127.0.0.1:1",)) == {"a.vn": "http://127.0.0.1:1"}
    assert str(Day().convert("01/07/2025", None, None)) == "2025-07-01"
    assert plain({"a": (1, {"b": None})}) == {"a": [1, {"b": None}]}
