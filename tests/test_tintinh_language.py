"""The command in Vietnamese: every sentence is there, none is left over, and what programs read does not change."""

from __future__ import annotations

import ast
import re
import string
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import click
import pytest
from warcio import digestverifyingreader

from corpus import findings
from corpus.inspection import Stats
from corpus.nights import Finding, Night
from corpus.store import Corpus
from tests.command import ROOT
from tests.command import tintinh as run_command
from tests.pages import MARKUP, SCREEN
from tintinh.cli import run
from tintinh.language import catalogue, heading, tell, translated

# Modules whose every word to a person goes through the catalogue.
COVERED = [
    *(f"tintinh/commands/{name}.py" for name in (
        "apart", "archive", "bring", "check", "collect", "evaluate", "explore", "exports", "extract", "forget",
        "health", "label", "merging", "models", "network", "night", "opinions", "optimize", "report", "sample",
        "sources", "spread", "trends", "words",
    )),
    *(f"tintinh/{name}.py" for name in (
        "demo", "figures", "foreseen", "going", "labelling", "preview", "reading", "sheet", "trouble",
    )),
]  # fmt: skip
# What a covered module prints without the catalogue, and why.
BARE = {
    "{}  {} UTC  {}",  # `show --revisions`: a number, a moment, a title
    "tintinh serve --corpus {}{} --open",  # a command, to be pasted
}
PLACE = re.compile(r"\{[^{}]*\}")


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of ours, by its path in the repository."""
    paths = [path for name in ("tintinh", "corpus", "crawler", "nlp") for path in (ROOT / name).rglob("*.py")]
    return {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def template(node: ast.AST) -> str | None:
    """The text of a string or f-string, with ``{}`` in place of every value; None for another expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return PLACE.sub("{}", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return f"{template(node.left) or '{}'}{template(node.right) or '{}'}"
    return None


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def calls(path: str, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(trees()[path]):
        if isinstance(node, ast.Call) and name_of(node) in names and node.args:
            yield node


def strings(path: str) -> Iterator[str]:
    """Every string of a module, f-strings and sums of strings included, as a template."""
    for node in ast.walk(trees()[path]):
        text = template(node)
        if text is not None:
            yield text


def told() -> Iterator[tuple[str, str]]:
    """Every sentence that is given to ``tell``, ``progress`` or ``confirm`` by itself, with its module."""
    for path in trees():
        if path.startswith("tintinh/"):
            for call in calls(path, "tell", "progress", "confirm"):
                if isinstance(call.args[0], ast.Constant):
                    yield path, call.args[0].value


def places(sentence: str) -> list[tuple[str | None, str | None, str | None]]:
    return sorted(
        (name, form, conversion or "")
        for _, name, form, conversion in string.Formatter().parse(sentence)
        if name is not None
    )


def test_every_sentence_that_is_told_has_its_vietnamese() -> None:
    missing = {(path, sentence) for path, sentence in told() if sentence not in catalogue()["said"]}
    assert not missing


def test_no_sentence_of_the_catalogue_is_left_over() -> None:
    kept = {text for path in trees() if path.startswith("tintinh/") for text in strings(path)}
    assert not [one for one in catalogue()["said"] if PLACE.sub("{}", one) not in kept]
    assert not set(catalogue()["column"]) - kept - set(Stats.__dataclass_fields__)


def test_no_form_of_the_catalogue_is_left_over() -> None:
    """Each form is a sentence of ours, or one of click or warcio."""
    ours = {bare(text) for path in trees() for text in strings(path)}
    theirs = [Path(click.__file__).with_name(f"{name}.py") for name in ("core", "exceptions", "parser", "types")]
    theirs.append(Path(digestverifyingreader.__file__))
    sources = [ast.parse(path.read_text(encoding="utf-8")) for path in theirs]
    clicks = {bare(text) for tree in sources for node in ast.walk(tree) if (text := template(node)) is not None}
    known = ours | clicks

    def used(form: str) -> bool:
        return bare(COMPOSED.get(form, form)) in known

    # Two sentences that are joined where they are said are one form here.
    assert not [one for one in catalogue()["made"] if not (used(one) or all(map(used, one.split("; "))))]


# Put together where they are said, from what stands at the right.
COMPOSED = {
    "Missing option {name}.{rest}": "Missing option",
    "Missing option {name}.": "Missing option",
    "Missing argument {name}.": "Missing argument",
    "{number} article addresses": "article address",
    "themes and words": "words",
    "found no article address, expected at least {least}": "found {}, expected at least",
    "{figure} is {reached}, below the floor {floor} of {place} by {short}": "is {}, {} {} of {} by",
    "{figure} is {reached}, above the ceiling {floor} of {place} by {short}": "is {}, {} {} of {} by",
    "names it, and stays as it is: {path} (its manifest: {manifest})": "names it, and stays as it is:",
    "no province is named in the name or address; for a provincial outlet add province = [{{ name = … }}]": (
        "no province is named in the name or address; for a provincial outlet add province = [{}]"
    ),
}


def bare(sentence: str) -> str:
    """A template without what stands before and behind its words: ``{path}: `` of an error, a value at its end."""
    return re.sub(r"^(?:\{\}|[:=;, ])+|(?:\{\})+$", "", PLACE.sub("{}", sentence)).strip(" ")


@pytest.mark.parametrize("table", ["said", "made"])
def test_both_languages_have_the_same_places(table: str) -> None:
    for english, vietnamese in catalogue()[table].items():
        assert places(english) == places(vietnamese), english


def test_the_vietnamese_is_vietnamese() -> None:
    for table in catalogue().values():
        for english, vietnamese in table.items():
            assert vietnamese.strip(), english
            assert unicodedata.is_normalized("NFC", vietnamese), english
    toned = [one for one in catalogue()["said"].values() if re.search(r"[^\x00-\x7f–…]", one)]
    assert len(toned) > 0.97 * len(catalogue()["said"])


@pytest.mark.parametrize("path", COVERED)
def test_a_covered_module_says_nothing_past_the_catalogue(path: str) -> None:
    past = []
    for call in calls(path, "say", "echo", "secho"):
        for node in pieces(call.args[0]):
            text = template(node)
            words = re.sub(r"\{\}|tintinh: ", "", text or "")
            if len(re.findall(r"[A-Za-z]{2,}", words)) and text not in BARE:
                past.append((call.lineno, text))
    assert not past


def pieces(node: ast.AST) -> Iterator[ast.AST]:
    """The strings of an expression that reach the person as they are written: not those inside a call."""
    if isinstance(node, (ast.Call, ast.Compare)):
        return
    if isinstance(node, ast.Subscript):
        yield from pieces(node.value)
        return
    if isinstance(node, (ast.Constant, ast.JoinedStr)):
        yield node
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.FormattedValue):
                yield from pieces(part.value)
    else:
        for part in ast.iter_child_nodes(node):
            yield from pieces(part)


def test_a_sentence_past_the_catalogue_would_be_noticed() -> None:
    call = ast.parse('say(f"{n} edges" if n else "none at all")').body[0]
    assert isinstance(call, ast.Expr)
    assert isinstance(call.value, ast.Call)
    assert [template(one) for one in pieces(call.value.args[0])] == ["{} edges", "none at all"]


@pytest.fixture
def vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINTINH_LANG", "vi")


@pytest.mark.usefixtures("vietnamese")
def test_sentences_made_elsewhere_are_recognised() -> None:
    assert (
        translated("/srv/a b: c/corpus.sqlite: there is no such corpus")
        == "/srv/a b: c/corpus.sqlite: không có kho này"
    )
    assert translated("bao_a: 0 of 12 (0%) new articles have a date, usually 99%, since 3 nights") == (
        "bao_a: 0 trên 12 (0%) bài mới có ngày, thường là 99%, đã 3 đêm nay"
    )
    assert translated("bao_a: found no article address, expected at least 5") == (
        "bao_a: không tìm thấy địa chỉ bài nào, cần ít nhất 5"
    )
    assert translated("3 findings") == "3 phát hiện"
    assert translated("a sentence that nobody knows: 7") == "a sentence that nobody knows: 7"
    assert tell("{total} articles", total=4) == "4 bài"
    assert (heading("found"), heading("Huế")) == ("tìm thấy", "Huế")


def test_english_is_said_unless_vietnamese_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TINTINH_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "vi_VN.UTF-8")
    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    assert tell("{total} articles", total=4) == "4 articles"
    assert translated("3 findings") == "3 findings"
    monkeypatch.setenv("TINTINH_LANG", "en")
    assert heading("found") == "found"


def test_a_language_that_is_none_of_ours_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TINTINH_LANG", "fr")
    assert run(["sources"]) == 1
    assert capsys.readouterr() == ("", "Error: TINTINH_LANG=fr: is no language of tintinh; set it to en or vi\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["serach"], ["Cách dùng: tintinh ", "Lỗi: Không có lệnh 'serach'.", "Ý bạn là"]),
        (["search", "x", "--them", "border"], ["Không có tùy chọn '--them'", "Hướng dẫn: tintinh search --help"]),
        (["trend", "--by", "decade"], ["Giá trị của '--by' không hợp lệ: 'decade' không phải là một trong 'day'"]),
        (["search", "x", "--theme", "foo"], ["Giá trị của --theme không hợp lệ: 'foo' không phải là chủ đề"]),
        (["search", "x", "--limit", "0"], ["không nằm trong khoảng"]),
        (["search", "x", "--since", "hôm qua"], ["'hôm qua' không phải là ngày"]),
        (["show"], ["Thiếu tham số 'ARTICLE'."]),
        (["backfill", "bao_ha_giang"], ["Thiếu tùy chọn '--since'."]),
        (["search", "x", "--json", "--csv"], ["không dùng --json cùng với --csv"]),
        (["search", "x"], ["không có kho này", "bước tiếp theo: "]),
        (["replay"], ["không có kho lưu trữ", "bước tiếp theo: "]),
        (["extract"], ["Thiếu tham số"]),
        (["crawl", "bao_ha_giang"], ["hãy đặt TINTINH_CONTACT"]),
        (["report", "--theme", "foo"], ["'foo' không phải là chủ đề"]),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("vietnamese")
def test_a_mistake_is_told_in_vietnamese(
    arguments: list[str],
    says: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))
    monkeypatch.delenv("TINTINH_CONTACT", raising=False)
    assert run(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    for part in says:
        assert part in printed.err


def test_an_evening_in_vietnamese_and_the_same_for_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Import, look, ask: words are Vietnamese, and every byte that a program reads is the same in both languages."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))

    def done(*arguments: str, language: str = "vi") -> tuple[int, str, str]:
        monkeypatch.setenv("TINTINH_LANG", language)
        return run(arguments), *capsys.readouterr()

    (tmp_path / "page.html").write_text(MARKUP, encoding="utf-8")
    (tmp_path / "screen.txt").write_text(SCREEN, encoding="utf-8")
    (tmp_path / "empty.html").write_bytes(b"")
    code, out, err = done("import", "page.html", "screen.txt", "empty.html")
    assert code == 1
    assert "tintinh: empty.html: trang trống" in err
    assert re.search(r"^nguồn +bài mới +trùng +thay đổi +giữ nguyên", out)
    assert re.fullmatch(r"\d+ bài\n", done("search", "chợ")[2])
    _, out, err = done("show", "1")
    assert "chưa gắn chủ đề" in err
    assert "Đọc bằng generic" in out
    assert done("trend", "--by", "year")[1].startswith("kỳ")
    assert done("check")[2].endswith("mọi thứ đều ổn\n")
    for arguments in (
        ("search", "chợ", "--json"), ("search", "chợ", "--csv"), ("show", "1", "--json"), ("stats", "--json"),
        ("trend", "--by", "year", "--csv"), ("trend", "--by", "year", "--json"), ("export",), ("export", "--csv"),
        ("keywords", "--json"), ("concordance", "chợ", "--csv"), ("network", "--format", "json"), ("sources", "--csv"),
        ("archive", "list", "--json"), ("health", "--json"), ("night", "--dry-run", "--json"), ("replay", "--csv"),
    ):  # fmt: skip
        assert done(*arguments, language="en")[:2] == done(*arguments)[:2], arguments


def test_health_in_vietnamese(tmp_path: Path) -> None:
    path = tmp_path / "data" / "var" / "corpus.sqlite"
    path.parent.mkdir(parents=True)
    now = datetime(2026, 5, 31, 14, 30, tzinfo=UTC)
    sentence = "bao_a: 0 of 12 (0%) new articles have a date, expected at least 90%"
    counts = {"found": 12, "known": 0, "stored": 12, "copies": 0, "same": 0, "rejected": {}, "generic": 0}
    with Corpus.open(path) as corpus:
        corpus.record_night(Night("bao_a", now, now + timedelta(minutes=2), findings=(sentence,), **counts))
        found = Finding("bao_a", "date_lost", "broken", sentence, {"expected": "min_dated_share = 0.9"})
        findings.record(corpus.connection, "bao_a", now, [found])
    done = run_command("health", home=tmp_path, TINTINH_LANG="vi")
    assert done.code == 2
    header, row = (re.split(r"  +", line.strip()) for line in done.out.splitlines())
    assert header == ["nguồn", "đêm tốt gần nhất", "tin", "thường là", "bốn tuần", "mức", "phát hiện"]
    assert row[-2:] == ["hỏng", "0 trên 12 (0%) bài mới có ngày, cần ít nhất 90%"]
    assert done.err == "1 trên 1 nguồn bị hỏng; xem thêm: tintinh health bao_a\n"
    one = run_command("health", "bao_a", home=tmp_path, TINTINH_LANG="vi")
    assert "✗ hỏng date_lost (Mất ngày đăng)\n  0 trên 12 (0%) bài mới có ngày" in one.out
    assert "khai báo trong [expect]: min_dated_share = 0.9" in one.out
