import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Tagging
from nlp.scores import score

SLUGS = ("border", "tourism", "digital")


def tagging(*themes, primary=None, **scores):
    return Tagging(by="x", themes=themes, primary=primary or (themes[0] if themes else None), scores=scores)


def test_figures_worked_out_by_hand():
    labelled = [tagging("border"), tagging("border", "tourism"), tagging(), tagging("tourism")]
    given_ = [tagging("border"), tagging("border"), tagging("digital"), tagging("tourism", "border")]
    figures = score("m", labelled, given_, SLUGS)
    border, tourism, digital = figures.themes
    assert (border.precision, border.recall, border.f1, border.support) == (2 / 3, 1.0, 0.8, 2)
    assert (tourism.precision, tourism.recall, tourism.f1, tourism.support) == (1.0, 0.5, pytest.approx(2 / 3), 2)
    assert (digital.precision, digital.recall, digital.f1, digital.support) == (0.0, 0.0, 0.0, 0)
    # digital has no label, so it is no part of the mean; it costs precision all the same
    assert figures.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert (figures.micro_precision, figures.micro_recall) == (3 / 5, 3 / 4)
    assert figures.exact_match == 1 / 4
    assert figures.primary_accuracy == 1.0
    assert figures.ece is None


def test_calibration_error_is_the_gap_between_promise_and_truth():
    sure = [tagging("border", border=1.0, tourism=0.0, digital=0.0)] * 4
    assert score("m", sure, sure, SLUGS).ece == 0.0
    half = [tagging(border=0.55, tourism=0.0, digital=0.0)] * 4
    assert score("m", sure, half, SLUGS).ece == pytest.approx(0.45 / 3)


def test_bounds_hold_the_figure_and_narrow_with_more_articles():
    labelled = [tagging("border"), tagging("border"), tagging("tourism"), tagging()]
    answers = [tagging("border"), tagging("tourism"), tagging("tourism"), tagging()]
    few, many = (score("m", labelled * times, answers * times, SLUGS) for times in (5, 80))
    for figures in (few, many):
        assert figures.macro_f1_low < figures.macro_f1 < figures.macro_f1_high
        assert all(theme.f1_low <= theme.f1 <= theme.f1_high for theme in figures.themes)
    assert many.macro_f1_high - many.macro_f1_low < (few.macro_f1_high - few.macro_f1_low) / 2
    assert few.worst_theme == few.macro_f1 == few.macro_f1_from(5) == pytest.approx(2 / 3)
    assert few.macro_f1_from(11) == 0.0


def test_bounds_over_groups_are_wider_where_a_group_fails_together():
    labelled = [tagging("border")] * 40 + [tagging("tourism")] * 40
    # Two outlets of ten are always wrong, the others always right.
    answers = [tagging() if place % 10 < 2 else one for place, one in enumerate(labelled)]
    singly = score("m", labelled, answers, SLUGS)
    grouped = score("m", labelled, answers, SLUGS, [f"outlet {place % 10}" for place in range(80)])
    assert (singly.macro_f1, singly.groups, grouped.groups) == (grouped.macro_f1, None, 10)
    assert grouped.macro_f1_high - grouped.macro_f1_low > 1.5 * (singly.macro_f1_high - singly.macro_f1_low)
    assert score("m", labelled, answers, SLUGS, ["one"] * 80) == singly, "one group alone says nothing of the spread"


def test_a_draw_without_a_theme_counts_neither_for_it_nor_against_it():
    # Only one of four groups has the theme, and it is always found: no draw may call that 0.
    labelled = [tagging("border"), tagging(), tagging(), tagging()] * 3
    figures = score("m", labelled, labelled, SLUGS, ["a", "b", "c", "d"] * 3)
    assert (figures.themes[0].f1_low, figures.themes[0].f1_high) == (1.0, 1.0)
    assert (figures.macro_f1_low, figures.macro_f1_high) == (1.0, 1.0)
    assert (figures.themes[1].f1_low, figures.themes[1].f1_high) == (0.0, 0.0)


def test_the_worst_theme_is_named_among_those_with_labels():
    figures = score("m", [tagging("border"), tagging("tourism")], [tagging("border"), tagging()], SLUGS)
    assert (figures.worst.theme, figures.worst_theme) == ("tourism", 0.0)
    assert figures.macro_average_precision is None
    nothing = score("m", [tagging()], [tagging()], SLUGS)
    assert (nothing.worst, nothing.worst_theme, nothing.macro_f1_low) == (None, 0.0, 0.0)


def test_average_precision_reliability_and_abstaining():
    labelled = [tagging("border"), tagging(), tagging("border"), tagging()]
    answers = [
        tagging("border", border=0.95, tourism=0.02, digital=0.01),
        tagging("border", border=0.65, tourism=0.03, digital=0.01),
        tagging(border=0.35, tourism=0.01, digital=0.01),
        tagging(border=0.05, tourism=0.02, digital=0.01),
    ]
    figures = score("m", labelled, answers, SLUGS)
    # ranked right, wrong, right: (1 + 2/3) / 2
    assert figures.themes[0].average_precision == pytest.approx(5 / 6)
    assert figures.themes[1].average_precision is None
    assert figures.macro_average_precision == pytest.approx(5 / 6)
    assert sum(part.count for part in figures.reliability) == 12
    assert (figures.reliability[-1].stated, figures.reliability[-1].observed) == (0.95, 1.0)
    sure = {one.confidence: (one.coverage, one.exact_match) for one in figures.abstaining}
    assert sure[0.5] == (1.0, 0.5)
    assert sure[0.9] == (0.5, 1.0)


sets = st.lists(st.sampled_from(SLUGS), unique=True).map(lambda themes: tagging(*themes))


@given(st.lists(st.tuples(sets, sets), min_size=1))
def test_figures_are_shares_and_right_answers_are_perfect(pairs):
    labelled, answers = [truth for truth, _ in pairs], [guess for _, guess in pairs]
    figures = score("m", labelled, answers, SLUGS)
    values = (figures.macro_f1, figures.micro_f1, figures.exact_match, figures.primary_accuracy)
    assert all(0 <= value <= 1 for value in values)
    perfect = score("m", labelled, labelled, SLUGS)
    assert perfect.exact_match == 1
    assert perfect.micro_f1 == (1 if any(truth.themes for truth in labelled) else 0)


def test_lists_of_different_length_are_a_mistake():
    with pytest.raises(ValueError, match="zip"):
        score("m", [tagging()], [], SLUGS)
