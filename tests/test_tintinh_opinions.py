"""Opinions as a person reads them: why a theme was given, and who else thinks what."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from corpus.records import Tagging
from corpus.store import Corpus
from tests.command import tintinh
from tests.made_articles import story

COURSE = {
    "id": 1,
    "title": "Lớp tập huấn thông tin đối ngoại cho cán bộ đồn biên phòng",
    "text": "Sáng 3/6, tỉnh mở lớp tập huấn công tác thông tin đối ngoại cho cán bộ các đồn biên phòng.\n"
    "Học viên được hướng dẫn trả lời phóng viên nước ngoài.\nLớp học kéo dài ba ngày.",
}


def test_explained_weights_add_up_to_the_probability(tmp_path: Path) -> None:
    given = json.dumps(COURSE, ensure_ascii=False)
    (answer,) = tintinh("tag", "--explain", "--json", home=tmp_path, stdin=given).rows()
    assert {"training", "external_information"} <= set(answer["themes"])
    for theme in answer["themes"]:
        total = answer["log_odds"][theme]
        for part in ("sentences", "words"):
            summed = answer["constant"][theme] + sum(weight for _, weight in answer[part][theme])
            assert summed == pytest.approx(total, abs=0.02), (theme, part)
        assert 1 / (1 + 2.718281828**-total) == pytest.approx(answer["scores"][theme], abs=1e-3)
        assert [text for text, _ in answer["sentences"][theme]] == [COURSE["title"], *str(COURSE["text"]).split("\n")]
    (plain,) = tintinh("tag", "--json", home=tmp_path, stdin=given).rows()
    assert plain == {key: answer[key] for key in plain}
    assert set(answer) - set(plain) == {"sentences", "words", "constant", "log_odds"}


def test_what_is_printed_adds_up_as_well(tmp_path: Path) -> None:
    done = tintinh("tag", "--explain", home=tmp_path, stdin=json.dumps(COURSE, ensure_ascii=False))
    about = done.out.partition("    training ")[2].partition("\n    ")[2]
    about = re.split(r"^    \w", about, maxsplit=1, flags=re.MULTILINE)[0]
    rows = re.findall(r"([+-]\d+\.\d{3})  (.+)", about)
    sentences = [float(weight) for weight, text in rows if text.startswith("“") or text.endswith("other sentences")]
    words = [float(weight) for weight, text in rows[len(sentences) : -2]]
    (constant, name), (total, says) = rows[-2:]
    assert name == "constant"
    assert says.startswith("log odds")
    assert len(sentences) == 4
    assert rows[-3][1].endswith("other words")
    assert sum(sentences) + float(constant) == pytest.approx(float(total), abs=0.01)
    assert sum(words) + float(constant) == pytest.approx(float(total), abs=0.02)


def test_show_says_what_others_think_and_what_was_weighed(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "c.sqlite") as corpus:
        corpus.keep(story(1), page=None, place=None)
        scores = {"border": 0.9, "tourism": 0.31, "sport": 0.02}
        for by in ("model-1", "model-2"):
            corpus.add_tagging(1, Tagging(by, ("border",), "border", scores, {"border": (f"Câu của {by}.",)}))
        before = tintinh("show", "1", "--corpus", "c.sqlite", home=tmp_path).out
        corpus.add_tagging(1, Tagging("hand:minh", (), None))
        corpus.add_tagging(1, Tagging("hand:lan", ("tourism",), "tourism"))
        after = tintinh("show", "1", "--corpus", "c.sqlite", home=tmp_path).out
    assert re.findall("Themes by (.*)", before) == ["model-2: border"]
    assert "  border 0.90  (primary)\n    “Câu của model-2.”\n  weighed and not given: tourism 0.31\n" in before
    assert re.findall("Themes by (.*)", after) == ["hand:lan: tourism", "hand:minh: none", "model-2: border"]
    assert "  tourism given  (primary)\n" in after
    assert "“Câu của model-2.”" in after
