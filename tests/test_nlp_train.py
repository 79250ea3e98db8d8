import json
from datetime import date

import pytest

from nlp.artefact import load
from nlp.errors import LabelledError, ModelError, NlpError
from nlp.floors import FIGURES, check_floors, move_floors, read_floors
from nlp.scores import Scores
from nlp.tag import Tagger
from nlp.train import train
from tests.small_model import THEMES, write_labelled

SLUGS = tuple(theme.slug for theme in THEMES)
DAY = date(2026, 3, 5)
UNSEEN = [
    ("Trạm biên phòng cắm thêm cột mốc", "Tổ tuần tra đi dọc đường biên giới suốt ngày."),
    ("Bản nhỏ kín khách", "Du khách ở lại hai đêm, ngành du lịch mở tuyến mới."),
    ("Sương muối phủ trắng ruộng", "Bà con che rau bằng ni lông."),
]


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    return write_labelled(tmp_path_factory.mktemp("labelled") / "stories.jsonl")


@pytest.fixture(scope="module")
def models(tmp_path_factory, labelled):
    folder = tmp_path_factory.mktemp("models")
    train([labelled], folder, themes=THEMES, created=DAY)
    return folder


def scores(figure):
    figures = dict.fromkeys((*FIGURES, "micro_precision", "micro_recall"), figure)
    return Scores(method="model", articles=80, ece=None, themes=(), **figures)


def taggings(folder):
    return list(Tagger.of(load(folder, SLUGS)).tag_many(UNSEEN))


def test_training_leaves_a_model_with_figures_card_and_floors(models):
    folder = models / "themes-2026-03-05"
    assert sorted(path.name for path in folder.iterdir()) == [
        "card.md", "manifest.json", "metrics.json", "model.npz", "words.txt",
    ]  # fmt: skip
    evaluation = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["evaluations"][0]
    assert (evaluation["dataset"], evaluation["seed"]) == ("stories", 0)
    methods = {scores["method"]: scores for scores in evaluation["scores"]}
    assert set(methods) == {"model", "plain TF-IDF and logistic regression", "keyword rules", "no theme"}
    assert methods["model"]["macro_f1"] > 0.9 > methods["no theme"]["macro_f1"] == 0
    floors = json.loads((models / "floors.json").read_text(encoding="utf-8"))
    assert floors["macro_f1"] == pytest.approx(methods["model"]["macro_f1"] - 0.01, abs=1e-4)
    card = (folder / "card.md").read_text(encoding="utf-8")
    assert f"| model | {methods['model']['macro_f1']:.3f} |" in card
    assert "`stories.jsonl`: 80 articles" in card


def test_the_small_model_tags_as_one_would(models):
    border, tourism, nothing = taggings(models / "themes-2026-03-05")
    assert (border.themes, border.primary) == (("border",), "border")
    assert (tourism.themes, tourism.primary) == (("tourism",), "tourism")
    assert (nothing.themes, nothing.primary, nothing.evidence) == ((), None, {})


def test_a_second_model_of_a_day_gets_a_number_and_floors_refuse_a_worse_one(labelled, tmp_path):
    train([labelled], tmp_path, themes=THEMES, created=DAY)
    floors = tmp_path / "floors.json"
    floors.write_text(json.dumps({"macro_f1": 1.0, "micro_f1": 0.2}), encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    rows = labelled.read_text(encoding="utf-8").splitlines()
    # half the stories about nothing are now said to be digital: a worse model by any measure
    spoilt = tmp_path / "spoilt.jsonl"
    spoilt.write_text(
        "\n".join(
            json.dumps({**json.loads(row), "themes": ["digital"], "primary": "digital"})
            if number % 16 in (6, 7)
            else row
            for number, row in enumerate(rows)
        ),
        encoding="utf-8",
    )
    with pytest.raises(ModelError, match=r"macro_f1 is 0\.\d{4}, below the floor 1\.0000 of .*floors\.json"):
        train([spoilt], tmp_path, themes=THEMES, created=DAY)
    assert sorted(path for path in tmp_path.iterdir() if path != spoilt) == before
    assert train([spoilt], tmp_path, themes=THEMES, created=DAY, allow_lower=True).name == "themes-2026-03-05.2"
    assert json.loads(floors.read_text(encoding="utf-8"))["macro_f1"] < 1
    (tmp_path / "themes-2026-03-05").rename(tmp_path / "elsewhere")
    # A number that came free is not given again: the newest is known by it.
    assert train([spoilt], tmp_path, themes=THEMES, created=DAY, allow_lower=True).name == "themes-2026-03-05.3"


def test_too_few_examples_and_unreadable_labels_are_said(labelled, tmp_path):
    rows = labelled.read_text(encoding="utf-8").splitlines()
    few = tmp_path / "few.jsonl"
    few.write_text("\n".join(rows[:24] + [row for row in rows[24:] if '"border"' not in row]), encoding="utf-8")
    with pytest.raises(NlpError, match=r"theme 'border' has \d examples among \d\d articles; a model needs at least 8"):
        train([few], tmp_path / "models", themes=THEMES)
    few.write_text("\n".join(rows[:24]), encoding="utf-8")
    with pytest.raises(NlpError, match="the articles make 3 groups by province, outlet and story; to hold some out, 5"):
        train([few], tmp_path / "models", themes=THEMES)
    with pytest.raises(LabelledError, match="unknown theme"):
        train([labelled], tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_folder_without_floors_begins_with_the_shipped_ones(labelled, tmp_path):
    shipped, mine = tmp_path / "shipped", tmp_path / "mine"
    shipped.mkdir()
    (shipped / "floors.json").write_text('{"macro_f1": 1.0}', encoding="utf-8")
    with pytest.raises(ModelError, match=r"below the floor 1\.0000 of .*shipped.floors\.json"):
        check_floors(mine, scores(0.8), shipped)
    (tmp_path / "floors.json").write_text('{"macro_f2": 0.5}', encoding="utf-8")
    with pytest.raises(ModelError, match=r"expected the figures macro_f1"):
        train([labelled], mine, themes=THEMES, shipped=tmp_path)
    assert not mine.exists()
    mine.mkdir()
    move_floors(mine, scores(0.8), shipped)
    assert read_floors(mine)["macro_f1"] == 1.0, "they rise, and sink only on demand"
    move_floors(mine, scores(0.8), shipped, lower=True)
    check_floors(mine, scores(0.8), shipped)  # its own floors now
    assert read_floors(mine)["macro_f1"] == pytest.approx(0.79)
    assert read_floors(shipped) == {"macro_f1": 1.0}
    assert read_floors(tmp_path / "none") == read_floors(tmp_path / "none", tmp_path / "none") == {}


def test_a_floor_file_that_is_none_is_named(labelled, tmp_path):
    (tmp_path / "floors.json").write_text('{"macro_f2": 0.5}', encoding="utf-8")
    with pytest.raises(ModelError, match=r"floors\.json: expected the figures macro_f1, micro_f1"):
        train([labelled], tmp_path, themes=THEMES)
