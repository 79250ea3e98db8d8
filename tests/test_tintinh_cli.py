"""The command at a terminal and in a pipe: contracts, errors as one sentence, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from tests.command import tintinh
from tests.pages import MARKUP, SCREEN
from tintinh.chart import bars
from tintinh.cli import run
from tintinh.cli import tintinh as command
from tintinh.commands.collect import connections
from tintinh.commands.options import Day
from tintinh.output import plain

CONTRACT = {
    "file", "source", "extractor", "url", "title", "lead", "body", "headings", "captions", "authors", "agency",
    "published_at", "published_precision", "section", "tags", "province", "dropped",
}  # fmt: skip


def test_every_command_has_help_with_an_example() -> None:
    context = click.Context(command)
    names = command.list_commands(context)
    assert len(names) == 17
    for name in names:
        found = command.get_command(context, name)
        assert found is not None
        text = found.get_help(click.Context(found, info_name=name))
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
    assert first["captions"] == ["Một góc chợ phiên ngày đầu xuân"]
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
    assert sum(row["unchanged"] for row in replayed.rows()) == 3
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
    assert run(arguments) == 1
    printed = capfd.readouterr()
    assert sentence in printed.err
    assert printed.out == ""
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "Ghi chú.\n"


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
