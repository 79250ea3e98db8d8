import json
from pathlib import Path

import pytest

from nlp.errors import LabelledError
from nlp.labelled import groups, read_labelled
from nlp.themes import load_themes, slugs

OURS = Path(__file__).parent.parent / "data" / "labelled" / "themes.jsonl"
GOOD = {"id": "a", "title": "Mưa to", "text": "Mưa suốt đêm.", "themes": ["border"], "primary": "border"}


def write(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_our_labelled_news_reads_and_has_every_theme():
    rows = read_labelled([OURS], slugs(load_themes()))
    given = {slug for row in rows for slug in row.tagging.themes}
    assert len(rows) >= 520
    assert given == set(slugs(load_themes()))
    assert {row.tagging.by for row in rows} == {"hand:themes"}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("{", "is not JSON"),
        ("[]", "expected a JSON object, got list"),
        ({**GOOD, "themes": ["borders"]}, "unknown theme 'borders'; themes.toml has border, sea_islands"),
        ({**GOOD, "themes": ["border", "border"]}, "theme 'border' is given twice"),
        ({**GOOD, "themes": "border"}, "'themes' must be a list of slugs, got 'border'"),
        ({**GOOD, "primary": "training"}, "primary 'training' is not among the themes given (border)"),
        ({**GOOD, "primary": None}, "primary None is not among the themes given (border)"),
        ({**GOOD, "themes": []}, "primary is 'border' where no theme is given; expected null"),
        ({**GOOD, "label": 1}, "unknown key 'label'"),
        ({**GOOD, "title": " "}, "'title' must be a text that is not empty, got ' '"),
        ({**GOOD, "outlet": 3}, "'outlet' must be a text or null, got 3"),
        ({key: value for key, value in GOOD.items() if key != "primary"}, "key 'primary' is missing"),
        (GOOD, "id 'a' was already used in"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, row, sentence):
    path = write(tmp_path / "labels.jsonl", GOOD, row)
    with pytest.raises(LabelledError) as caught:
        read_labelled([path], slugs(load_themes()))
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert sentence in str(caught.value)


def test_a_file_that_is_missing_empty_or_not_utf8_is_named(tmp_path):
    with pytest.raises(LabelledError, match=r"nowhere\.jsonl: there is no such file"):
        read_labelled([tmp_path / "nowhere.jsonl"], ("border",))
    with pytest.raises(LabelledError, match=r"empty\.jsonl: holds no labelled news"):
        read_labelled([write(tmp_path / "empty.jsonl", "", "")], ("border",))
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe{}")
    with pytest.raises(LabelledError, match=r"bytes\.jsonl: is not UTF-8 \(invalid start byte at byte 0\)"):
        read_labelled([tmp_path / "bytes.jsonl"], ("border",))


def test_provinces_and_retold_stories_are_kept_together(tmp_path):
    story = " ".join(f"từ{number}" for number in range(60))
    rows = [
        {**GOOD, "id": "1", "province": "Lào Cai"},
        {**GOOD, "id": "2", "province": "Lào Cai", "text": "Chuyện khác hẳn, không chung một chữ nào."},
        {**GOOD, "id": "3", "outlet": "bao.example", "text": story},
        {**GOOD, "id": "4", "text": "Sửa đoạn mở đầu. " + story},
        {**GOOD, "id": "5", "text": "Đứng một mình, chẳng giống ai trong tệp này cả."},
    ]
    read = read_labelled([write(tmp_path / "labels.jsonl", *rows)], ("border",))
    one, two, three, four, five = groups(read)
    assert one == two
    assert three == four
    assert len({one, three, five}) == 3


@pytest.mark.parametrize("value", ["[" * 100_000, "9" * 5_000])
def test_json_that_python_does_not_take_is_refused_with_its_line(tmp_path: Path, value: str) -> None:
    path = tmp_path / "deep.jsonl"
    path.write_text(f'{{"id": {value}}}\n', encoding="utf-8")
    with pytest.raises(LabelledError, match=r"deep\.jsonl, line 1: is not JSON"):
        read_labelled([path], ["border"])
