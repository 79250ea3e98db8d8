"""What commands show at length, under ``TINTINH_LANG=vi``: no line of theirs is left in English."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from corpus.records import BlockKind, Tagging
from crawler.extract import phrases
from nlp.baselines import NONE, PLAIN, RULES, UNDERTHESEA
from nlp.evaluate import Evaluation
from nlp.scores import score
from tests.command import ROOT, tintinh
from tests.forgettable import URL, make
from tintinh.commands import evaluate
from tintinh.figures import print_evaluation
from tintinh.language import catalogue, part, translated
from tintinh.loopback import LoopbackNewspaper
from tintinh.loopback.outlets import OUTLETS

ENGLISH = re.compile(r"\b(?:the|of|is|are|and|with|without|not|was|this|by|in|to|it)\b")


def english_in(text: str, *data: str) -> list[str]:
    """The lines that hold an English word, once addresses and ``data`` (what others say) are taken away."""
    for one in data:
        text = text.replace(one, "")
    text = re.sub(r"https?://\S+", "", text)
    return [line for line in text.splitlines() if ENGLISH.search(line)]


@pytest.fixture
def vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINTINH_LANG", "vi")


def test_forgetting_is_told_in_vietnamese(tmp_path: Path) -> None:
    make(tmp_path)
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "stories.csv").write_text(f"url\n{URL}\n", encoding="utf-8")
    (exports / "damaged.parquet").write_bytes(b"PAR1")
    (tmp_path / "data" / "var" / "report.html").write_text(URL, encoding="utf-8")
    never = "https://baohagiang.vn/khong-co/"
    arguments = ("forget", URL, never, "--domain", "baolang.vn", "--exports", exports)
    asked = tintinh(*arguments, "--dry-run", home=tmp_path, TINTINH_LANG="vi")
    assert asked.code == 0, asked.err
    for line in (
        "bài 4  2025-02-04  bao_ha_giang  Bà Xyzzyquaffle kể chuyện làng",
        "  có 2 phiên bản",
        "  còn 2 bài trùng ở các cơ quan khác; muốn gỡ cả các bài đó, hãy nêu địa chỉ của chúng:",
        f"không có trong kho; từ nay sẽ không tải  {never}",
        "tên miền  baolang.vn  từ nay không tải gì của tên miền này; hãy xóa tệp nguồn có nêu nó",
        f"có nhắc tới và để nguyên: {exports / 'stories.csv'}",
        f"có nhắc tới: {tmp_path / 'data' / 'var' / 'report.html'}; đêm sau sẽ viết lại, hoặc chạy tintinh report",
    ):
        assert line in asked.out.splitlines()
    refused = tintinh(*arguments, home=tmp_path, TINTINH_LANG="vi")
    assert refused.code == 1
    assert "không có cửa sổ dòng lệnh để hỏi lại thì gỡ bài phải có --yes" in refused.err
    done = tintinh(*arguments, "--yes", home=tmp_path, TINTINH_LANG="vi")
    assert done.code == 0, done.err
    assert "đã gỡ 1 bài; số tệp lưu trữ phải ghi lại: " in done.err
    assert "ghi lại tệp\n" in done.err
    back = tintinh("forget", URL, "--undo", home=tmp_path, TINTINH_LANG="vi")
    assert re.fullmatch(r"\d+ địa chỉ được phép tải lại; những gì đã gỡ không được khôi phục\n", back.err)
    theirs = "Parquet file size is 4 bytes, smaller than the minimum file footer (8 bytes)"
    said = asked.out + asked.err + done.out + done.err + back.out + back.err
    assert english_in(said, theirs, str(tmp_path)) == []
    for other in ("en", "vi"):
        to_programs = ("forget", never, "--dry-run", "--json", "--exports", exports)
        (answer,) = tintinh(*to_programs, home=tmp_path, TINTINH_LANG=other).rows()
        assert answer["exports"][0].startswith(f"{exports / 'damaged.parquet'}: could not be searched (")


def test_findings_of_the_archive_are_told_in_vietnamese(tmp_path: Path) -> None:
    _, archive = make(tmp_path)
    first, second, *_ = sorted(archive.glob("*/*.warc.gz"))
    first.write_bytes(first.read_bytes()[:-40])
    record = gzip.decompress(second.read_bytes())
    second.write_bytes(gzip.compress(record[: len(record) // 2] + b"\0" * 60 + record[len(record) // 2 :]))
    (first.parent / "ghi-chu.txt").write_text("Của tôi.", encoding="utf-8")
    (first.parent / f"{first.name}.forgetting").write_bytes(b"")
    english = tintinh("archive", "verify", home=tmp_path)
    vietnamese = tintinh("archive", "verify", home=tmp_path, TINTINH_LANG="vi")
    assert english.code == vietnamese.code == 2
    assert len(english.out.splitlines()) == len(vietnamese.out.splitlines()) >= 5
    assert "bản ghi cuối bị cắt ngang, như khi tiến trình bị tắt đột ngột; hãy chạy tintinh archive" in vietnamese.out
    assert "ghi-chu.txt: không phải tệp lưu trữ; hãy chuyển tệp ra khỏi kho lưu trữ: không lệnh" in vietnamese.out
    assert "là phần còn lại của một lần tintinh forget bị dừng; hãy chạy lại tintinh forget" in vietnamese.out
    assert "vị trí " in vietnamese.out
    assert english_in(vietnamese.out) == []


def test_a_page_is_explained_in_vietnamese(tmp_path: Path) -> None:
    page = ROOT / "tests" / "newspapers" / "bao_bac_giang" / "dateline-lead-centred-caption" / "page.html"
    done = tintinh("extract", page, "--explain", home=tmp_path, TINTINH_LANG="vi")
    assert done.code == 0, done.err
    kinds = [line.split("  ")[0].strip() for line in done.out.splitlines()[1:]]
    assert kinds[:5] == ["tít", "ngày", "sapô", "đoạn", "đoạn"]
    assert {"chú thích", "tác giả"} <= set(kinds)
    assert re.search(r"^ngoài bài +điều hướng +Liên hệ", done.out, re.MULTILINE)


@pytest.mark.usefixtures("vietnamese")
def test_every_kind_of_block_and_each_reason_has_its_word() -> None:
    reasons = {*phrases._ENDS, "audio", "address", "portal", "decoration", "advertisement", "widget", "font_size"}
    for name in (*(kind.value for kind in BlockKind), *reasons, *_dropped_for()):
        assert name in catalogue()["part"], name
        assert len(part(name)) <= (10 if name in {*BlockKind} else 16), "it stands in a column"
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "crawler" / "extract").glob("*.py"))
    code += (ROOT / "corpus" / "records.py").read_text(encoding="utf-8")
    assert [name for name in catalogue()["part"] if f'"{name}"' not in code] == ["outside"], "words that nobody says"


def _dropped_for() -> set[str]:
    """The reasons that the readers name themselves."""
    said = set()
    for path in (ROOT / "crawler" / "extract").glob("*.py"):
        said |= set(re.findall(r"^\s+(?:\w+\.)?reason = \"([a-z_]+)\"", path.read_text(encoding="utf-8"), re.M))
    assert {"date", "video", "related", "repeated_caption"} <= said
    return said


def test_a_proposal_and_its_check_are_told_in_vietnamese(tmp_path: Path) -> None:
    source, sources = "ptth_ha_giang", tmp_path / "sources"
    with LoopbackNewspaper() as paper:
        here = ["--sources", sources, "--delay", "0", f"--connect-to={OUTLETS[source].hosts[0]}={paper.url}"]
        arguments = ("sources", "new", OUTLETS[source].url("/"), "--id", source, "--write", *here)
        done = tintinh(*arguments, home=tmp_path, TINTINH_LANG="vi")
        assert done.code == 0, done.err
        file = sources / f"{source}.toml"
        toml = file.read_text(encoding="utf-8")
        assert "bộ chọn và cách đọc chung khớp nhau ở " in done.err
        assert "nền tảng slug_hex" in done.err
        assert "- tên " in done.err
        assert re.search(r"^  \d+ đoạn, \d+ chú thích ảnh, \d+ từ khóa$", done.out, re.MULTILINE)
        assert english_in(done.out, toml, str(tmp_path)) == []
        assert english_in(done.err, str(tmp_path)) == []
        body = '\n[[layout]]\nbody = "div.content-detail"\ndate = "p.gone"\n'
        changed = toml.replace('platform = "slug_hex"\n', "").replace("[discover]", "[discover]\narticle = '/\\d{6}/'")
        file.write_text(changed + body, encoding="utf-8")
        undated = tintinh("sources", "check", source, *here, home=tmp_path, TINTINH_LANG="vi")
    assert undated.code == 2
    assert 'date = "p.gone" không chọn được gì trên 8 bài' in undated.err
    assert english_in(undated.err, str(tmp_path)) == []


@pytest.mark.usefixtures("vietnamese")
def test_notes_of_a_proposal_are_recognised() -> None:
    for english, vietnamese in (
        (
            "no province is named in the name or address; for a provincial outlet add province = [{ name = … }]",
            "tên và địa chỉ không cho biết tỉnh nào; nếu là báo, đài của tỉnh, hãy thêm province = [{ name = … }]",
        ),
        (
            "province 'Hà Giang' is a guess from the name 'Báo Hà Giang'",
            "tỉnh 'Hà Giang' là phỏng đoán từ tên 'Báo Hà Giang'",
        ),
        (
            "of 8 articles rules and generic reader differ in lead 3, date 1: look at these",
            "trong 8 bài, bộ chọn và cách đọc chung khác nhau ở lead 3, date 1: hãy xem kỹ",
        ),
        (
            "gave nothing: https://bao.example/x: the server answered 404",
            "không cho kết quả: https://bao.example/x: máy chủ trả lời 404",
        ),
    ):
        assert translated(english) == vietnamese


@pytest.mark.usefixtures("vietnamese")
def test_figures_of_an_evaluation_are_told_in_vietnamese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))
    labels = [Tagging("hand:an", themes, themes[0]) for themes in (("border",), ("training",), ("border", "training"))]
    given = [
        Tagging("model", ("border",), "border", {"border": 0.9, "training": 0.2}),
        Tagging("model", ("border",), "border", {"border": 0.6, "training": 0.4}),
        Tagging("model", ("training",), "training", {"border": 0.3, "training": 0.8}),
    ]
    slugs = ("border", "training")
    methods = ("model", PLAIN, UNDERTHESEA, RULES, NONE)
    scores = tuple(score(method, labels, given, slugs) for method in methods)
    split = (
        "5 folds by province, outlet and story; calibration and thresholds inside; folds hold ours and mine together"
    )
    evaluation = Evaluation("ours", split, 7, scores)
    print_evaluation(evaluation, 2, details=True, after_another=False)
    evaluate._told_floors(evaluation, check=False)
    shown = capsys.readouterr()
    assert shown.err.splitlines()[0] == (
        "ours: 3 bài; 5 lượt chia theo tỉnh, cơ quan và tin; hiệu chỉnh và ngưỡng tính trong từng lượt; các lượt gộp "
        "chung ours and mine; hạt giống ngẫu nhiên 7; khoảng tin cậy: bootstrap trên từng bài"
    )
    assert "kém hơn mức cho phép: macro_f1 là " in shown.err
    assert ", thấp hơn mức sàn " in shown.err
    assert "quy tắc từ khóa" in shown.out
    assert "Độ tin cậy của mô hình: xác suất chia theo" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 140
    assert english_in(shown.out) == []
    assert english_in(shown.err, "ours and mine") == []
