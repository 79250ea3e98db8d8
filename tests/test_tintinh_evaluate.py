"""The command ``evaluate``: one set of figures as tables, as JSON and as CSV, and its refusals."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from nlp.train import train
from tests.small_model import THEMES, write_labelled
from tintinh.cli import run
from tintinh.settings import Settings

METHODS = [
    "model",
    "plain TF-IDF and logistic regression",
    "underthesea TextClassifier",
    "keyword rules",
    "no theme",
]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where the labelled news that comes with the project is the small one, with its three themes."""
    news = write_labelled(tmp_path / "news.jsonl")
    rows = news.read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "ours.jsonl").write_text("".join(rows[:56]), encoding="utf-8")
    (tmp_path / "mine.jsonl").write_text("".join(rows[56:]), encoding="utf-8")
    entry = '[[theme]]\nslug = "{}"\nname = "{}"\nenglish = "{}"\nabout = "a"\nnot = "b"\nkeywords = {}\n'
    themes = "\n".join(
        entry.format(one.slug, one.name, one.english, json.dumps(one.keywords, ensure_ascii=False)) for one in THEMES
    )
    (tmp_path / "themes.toml").write_text(themes, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))
    monkeypatch.setenv("TINTINH_THEMES", str(tmp_path / "themes.toml"))
    monkeypatch.setattr(Settings, "labelled", property(lambda self: tmp_path / "ours.jsonl"))
    return tmp_path


def test_tables_json_and_csv_tell_the_same_figures(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # The baseline of underthesea is not repeatable to the last digit; the others are.
    assert run(["evaluate", "--details"]) == 0
    shown = capsys.readouterr()
    assert run(["evaluate", "--json", "--least", "20"]) == 0
    (answer,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert run(["evaluate", "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    assert [scores["method"] for scores in answer["scores"]] == METHODS
    model = answer["scores"][0]
    assert f"model                                 {model['macro_f1']:.3f} [{model['macro_f1_low']:.2f}–" in shown.out
    assert "Reliability of model" in shown.out
    assert "confidence  coverage  exact match" in shown.out
    assert max(map(len, shown.out.splitlines())) <= 100, "a screen of a hundred columns holds it"
    assert "ours: 56 articles; 5 folds by province, outlet and story" in shown.err
    assert "seed 0; bounds: bootstrap over 7 groups" in shown.err

    told = {(row["method"], row["theme"]): row for row in table}
    assert len(told) == len(table) == len(METHODS) * (2 + len(THEMES))
    for scores in answer["scores"]:
        if scores["method"] == "underthesea TextClassifier":
            continue
        macro, micro = (told[scores["method"], f"all ({which})"] for which in ("macro", "micro"))
        assert float(macro["f1"]) == scores["macro_f1"]
        assert float(micro["exact_match"]) == scores["exact_match"]
        assert (micro["ece"] == "") == (scores["ece"] is None)
        for theme in scores["themes"]:
            row = told[scores["method"], theme["theme"]]
            assert (float(row["recall"]), int(row["support"])) == (theme["recall"], theme["support"])
    assert model["least"] == 20
    assert answer["scores"][3]["macro_average_precision"] is None


def test_files_beside_ours_are_folded_with_them_or_only_judged(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evaluate", "--also", "mine.jsonl", "--json"]) == 0
    folded = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["dataset"] for one in folded] == ["ours", "mine"]
    assert run(["evaluate", "--transfer", "mine.jsonl", "--json"]) == 0
    (judged,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert judged["dataset"] == "mine"
    assert judged["split"].startswith("trained on all of ours")
    assert [scores["method"] for scores in judged["scores"]] == METHODS
    assert run(["evaluate", "--transfer", "mine.jsonl", "--also", "mine.jsonl"]) == 1
    assert "id 's-56' was already used in" in capsys.readouterr().err


def test_a_stored_model_is_judged_and_one_that_knows_the_file_is_suspected(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = train([home / "mine.jsonl", home / "ours.jsonl"], home / "models", themes=THEMES)
    assert run(["evaluate", "--on", "mine.jsonl", "--model", str(folder), "--json"]) == 0
    told = capsys.readouterr()
    (answer,) = [json.loads(line) for line in told.out.splitlines()]
    assert [scores["method"] for scores in answer["scores"]][1:] == METHODS[1:]
    assert "baselines taught ours" in answer["split"]
    assert "has learnt from a file named mine.jsonl: if it is this one, its figures flatter" in told.err


def test_floors_are_told_and_failed_ones_are_an_error_on_demand(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = (home / "ours.jsonl").read_text(encoding="utf-8").splitlines()
    spoilt = json.dumps(json.loads(rows[0]) | {"themes": ["digital"], "primary": "digital"})
    (home / "ours.jsonl").write_text("\n".join([spoilt, *rows[1:]]), encoding="utf-8")
    (home / "models").mkdir()
    (home / "models" / "floors.json").write_text('{"macro_f1": 0.1}', encoding="utf-8")
    assert run(["evaluate", "--check-floors", "--csv"]) == 0
    assert "floors kept: macro_f1 0." in capsys.readouterr().err
    (home / "models" / "floors.json").write_text('{"macro_f1": 1.0, "ece": 0.0}', encoding="utf-8")
    assert run(["evaluate", "--csv"]) == 0
    assert run(["evaluate", "--check-floors", "--csv"]) == 1
    said = capsys.readouterr().err
    assert said.count("macro_f1 is 0.") == 2
    assert "above the ceiling 0.0000 of floors.json by 0." in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--on", "mine.jsonl", "--also", "mine.jsonl"], "--on judges the stored model"),
        (["--on", "mine.jsonl", "--seed", "1"], "--seed is for folds and training"),
        (["--model", "."], "--model names the stored model that --on judges"),
        (["--check-floors", "--also", "mine.jsonl"], "--check-floors is for our own labels alone"),
        (["--also", "none.jsonl"], "none.jsonl"),
    ],
)
def test_what_does_not_go_together_is_said(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    assert run(["evaluate", *arguments]) == 1
    assert sentence in capsys.readouterr().err
