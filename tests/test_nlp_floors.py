"""Floors: what the shipped model reached holds, and a model below it is named with every figure that fails."""

import json
from pathlib import Path

import pytest

from corpus.records import Tagging
from nlp.artefact import METRICS, newest
from nlp.errors import ModelError
from nlp.floors import CEILING, FIGURES, WORST, check_floors, failures, move_floors, read_floors
from nlp.scores import score

MODELS = Path(__file__).parents[1] / "models"
SLUGS = ("border", "tourism")


def tagging(*themes, **scores):
    return Tagging("x", themes, themes[0] if themes else None, scores)


def figures_of(*, wrong):
    """Of twenty stories on the border and as many on tourism, so many of the latter are missed."""
    labelled = [tagging("border")] * 20 + [tagging("tourism")] * 20
    sure, missed = {"border": 0.0, "tourism": 1.0}, {"border": 0.0, "tourism": 0.0}
    given = [tagging("border", border=1.0, tourism=0.0)] * 20
    given += [tagging(**missed)] * wrong + [tagging("tourism", **sure)] * (20 - wrong)
    return score("model", labelled, given, SLUGS)


def test_the_shipped_model_keeps_its_floors():
    floors = read_floors(MODELS)
    assert floors.keys() == {*FIGURES, WORST, CEILING}
    recorded = json.loads((newest(MODELS) / METRICS).read_text(encoding="utf-8"))["evaluations"][0]
    assert recorded["dataset"] == "themes", "floors are figures on our own labels"
    assert failures(floors, recorded["scores"][0]) == []
    # A worse model would be seen: the same figures, each a little beyond its floor.
    for figure, floor in floors.items():
        worse = recorded["scores"][0] | {figure: floor + (0.001 if figure == CEILING else -0.001)}
        (said,) = failures(floors, worse)
        assert said.startswith(figure)
        assert said.endswith("by 0.0010")


def test_every_figure_that_fails_is_named_with_its_distance_and_the_worst_theme_with_its_name(tmp_path):
    good, bad = figures_of(wrong=0), figures_of(wrong=10)
    move_floors(tmp_path, good)
    assert read_floors(tmp_path) == {**dict.fromkeys(FIGURES, 0.99), "worst_theme": 0.98, "ece": 0.003}
    check_floors(tmp_path, good)
    with pytest.raises(ModelError) as caught:
        check_floors(tmp_path, bad)
    said = str(caught.value).replace(f" of {tmp_path / 'floors.json'}", "")
    assert "macro_f1 is 0.8333, below the floor 0.9900 by 0.1567" in said
    assert "worst_theme (tourism) is 0.6667, below the floor 0.9800 by 0.3133" in said
    assert "ece is 0.1250, above the ceiling 0.0030 by 0.1220" in said
    assert str(tmp_path / "floors.json") in str(caught.value)


def test_floors_rise_and_the_ceiling_sinks_and_only_on_demand_they_give_way(tmp_path):
    good, bad = figures_of(wrong=0), figures_of(wrong=10)
    move_floors(tmp_path, bad)
    low = read_floors(tmp_path)
    assert low[CEILING] == pytest.approx(0.128)
    move_floors(tmp_path, good)
    high = read_floors(tmp_path)
    assert all(high[figure] > low[figure] for figure in (*FIGURES, WORST))
    assert high[CEILING] < low[CEILING]
    move_floors(tmp_path, bad)
    assert read_floors(tmp_path) == high
    move_floors(tmp_path, bad, lower=True)
    assert read_floors(tmp_path) == low


def test_a_floor_without_its_figure_is_a_mistake():
    with pytest.raises(ModelError, match=r"ece has the floor 0\.1000, but was not measured"):
        failures({"ece": 0.1}, {"macro_f1": 0.9, "ece": None})
