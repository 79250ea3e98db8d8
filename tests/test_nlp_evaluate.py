"""Evaluations of the small labelled news: folds over several files, and files that are only judged."""

from dataclasses import replace

import pytest

from nlp.artefact import load
from nlp.baselines import NONE, PLAIN, RULES, UNDERTHESEA
from nlp.evaluate import cross_validate, judge, prepare, transfer
from nlp.keywords import Keywords
from nlp.labelled import read_labelled
from nlp.train import train
from tests.small_model import THEMES, write_labelled

SLUGS = tuple(theme.slug for theme in THEMES)
KEYWORDS = Keywords.of(THEMES)
METHODS = [PLAIN, UNDERTHESEA, RULES, NONE]
# So many of the first 48 made-up stories share a fifth of their text with one of the others, by chance.
ALIKE = 2


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_labelled(tmp_path_factory.mktemp("news") / "news.jsonl")


@pytest.fixture(scope="module")
def labels(path):
    told = []
    ready = prepare(read_labelled([path], SLUGS), KEYWORDS, told.append)
    assert sum(told) == len(ready.rows) == 80
    return ready


def part(labels, indexes, name):
    """Some of the stories as if they stood in a file of their own."""
    chosen = labels.only(indexes)
    rows = tuple(replace(row, tagging=replace(row.tagging, by=f"hand:{name}")) for row in chosen.rows)
    return replace(chosen, rows=rows)


def test_folds_over_three_files_give_the_figures_of_each_apart(labels):
    ours = part(labels, range(48), "ours")
    first, second = part(labels, range(48, 64), "first"), part(labels, range(64, 80), "second")
    told = []
    evaluations = cross_validate(ours, KEYWORDS, also=[first, second], underthesea=True, advance=told.append)
    assert [(one.dataset, one.scores[0].articles) for one in evaluations] == [
        ("ours", 48),
        ("first", 16),
        ("second", 16),
    ]
    assert sum(told) == 5
    for evaluation in evaluations:
        assert "ours and first and second together" in evaluation.split
        assert [scores.method for scores in evaluation.scores] == ["model", *METHODS]
        assert evaluation.scores[0].macro_f1 > 0.8
        assert evaluation.scores[-1].macro_f1 == 0
    assert evaluations[0].scores[0].groups == 6, "the bounds draw provinces, not stories"
    joined = cross_validate(ours, KEYWORDS, also=part(labels, range(48, 80), "others"))
    assert [one.dataset for one in joined] == ["ours", "others"]
    # The same stories in the same folds: how they are told apart changes no answer.
    assert joined[0].scores[0] == evaluations[0].scores[0]
    assert UNDERTHESEA not in [scores.method for scores in joined[0].scores]


def test_a_file_that_is_only_judged_is_not_learnt_from_even_where_a_story_stands_in_both(labels):
    ours, theirs = part(labels, range(48), "ours"), part(labels, range(48, 80), "theirs")
    evaluation = transfer(ours, theirs, KEYWORDS, underthesea=True)
    alike = "trained on all of ours without {} of their articles, whose stories are judged here"
    assert (evaluation.dataset, evaluation.split) == ("theirs", alike.format(ALIKE))
    assert [scores.method for scores in evaluation.scores] == ["model", *METHODS]
    shared = tuple(replace(row, id=f"copy-{row.id}") for row in theirs.rows[:4])
    taught = ours + replace(theirs.only(range(4)), rows=shared)
    leaking = transfer(taught, theirs, KEYWORDS, underthesea=False)
    assert leaking.split == alike.format(ALIKE + 4)
    assert leaking.scores[0] == evaluation.scores[0], "what was left out has taught nothing"


def test_a_stored_model_stands_beside_baselines_taught_with_other_stories(path, labels, tmp_path):
    artefact = load(train([path], tmp_path, themes=THEMES), SLUGS)
    theirs = part(labels, range(48, 80), "theirs")
    evaluation = judge(artefact, theirs, labels)
    assert [scores.method for scores in evaluation.scores] == [artefact.by, *METHODS]
    assert "baselines taught news without 34 of their articles" in evaluation.split
    assert evaluation.seed is None
    alone = judge(artefact, labels, labels)
    assert [scores.method for scores in alone.scores] == [artefact.by, RULES, NONE]
    assert "no other article has enough labels to teach a baseline" in alone.split


def test_figures_for_programs_name_the_least_support(labels):
    (evaluation,) = cross_validate(labels, KEYWORDS)
    first = evaluation.as_dict(25)["scores"][0]
    assert first["least"] == 25
    assert [theme["support"] >= 25 for theme in first["themes"]] == [False, True, False]
    assert first["macro_f1_least"] == first["themes"][1]["f1"]
    assert "least" not in evaluation.as_dict()["scores"][0]
