"""Drift of made-up outlets: a year in which only chance is at work is no move, a new subject or a new foot is one."""

from datetime import date, timedelta

import numpy as np
import pytest

from corpus.sampled import Sampled
from nlp.drift import FEWEST, drift

END = date(2026, 11, 22)
THEMES = tuple(f"theme_{letter}" for letter in "abcdef")
WORDS = np.array([f"tiếng_{number}" for number in range(1500)])
SUBJECTS = 12


def outlet(seed, *, weeks=40, a_week=14, subject=None, share=0.4, foot=None, waves=0.5):
    """The history and the last four weeks of an outlet: subjects that come and go in waves, each with its words.

    From the last four weeks on ``share`` of its stories are on the ``subject``, and ``foot`` stands below each.
    """
    pick = np.random.default_rng(seed)
    usual = 1 / np.arange(1, len(WORDS) + 1)
    spoken = []
    for _ in range(SUBJECTS):
        chances = usual.copy()
        chances[pick.choice(len(WORDS) - 50, 50, replace=False) + 50] += 0.1 * pick.random(50)
        spoken.append(np.cumsum(chances / chances.sum()))
    favoured = pick.dirichlet(np.ones(SUBJECTS))
    stories = []
    for week in range(weeks - 1, -1, -1):
        mix = favoured * np.exp(pick.normal(0, waves, SUBJECTS))
        mix /= mix.sum()
        if subject is not None and week < 4:
            mix *= 1 - share
            mix[subject] += share
        for about in pick.choice(SUBJECTS, pick.poisson(a_week), p=mix):
            said = WORDS[np.searchsorted(spoken[about], pick.random(90)).clip(max=len(WORDS) - 1)]
            scores = dict(zip(THEMES, pick.beta(0.3, 12, len(THEMES)).tolist(), strict=True))
            if about < len(THEMES):
                scores[THEMES[about]] = float(pick.beta(4, 1.5))
            text = " ".join(said) + (f" {foot}" if foot and week < 4 else "")
            day = END - timedelta(days=7 * week + int(pick.integers(7)))
            stories.append(Sampled(len(stories), day, text, scores))
    border = END - timedelta(days=28)
    return [one for one in stories if one.day <= border], [one for one in stories if one.day > border]


def test_fifty_years_without_a_move_raise_no_alarm():
    # Half of them with few stories and weeks, a third in strong waves.
    for seed in range(50):
        few = {"weeks": 22, "a_week": 12} if seed % 2 else {}
        measured = drift(*outlet(seed, waves=0.9 if seed % 3 == 0 else 0.4, **few), END)
        assert measured is not None, seed
        assert not measured.moved, (seed, measured)
        assert 0 < measured.scores.usual < measured.scores.limit
        assert 0 < measured.words.usual < measured.words.limit


@pytest.mark.parametrize("seed", range(5))
def test_a_subject_that_fills_half_of_the_stories_is_named_by_its_theme(seed):
    measured = drift(*outlet(seed, subject=2, share=0.5), END)
    assert measured.scores.moved
    assert measured.theme == "theme_c"
    assert measured.now > measured.before + 0.2


@pytest.mark.parametrize("seed", range(5))
def test_a_foot_below_every_story_moves_the_words_and_not_the_themes(seed):
    measured = drift(*outlet(seed, foot="Mời bạn_đọc tải ứng_dụng của Toà_soạn 2026"), END)
    assert measured.words.moved
    assert not measured.scores.moved
    assert {word for word, _, _ in measured.came} <= {"mời", "bạn_đọc", "tải", "ứng_dụng", "của", "tòa_soạn"}
    assert all(now == 1 and before == 0 for _, before, now in measured.came)
    assert all(now < before for _, before, now in measured.went)


def test_of_few_stories_or_few_weeks_nothing_is_said():
    history, recent = outlet(1)
    assert drift(history, recent[: FEWEST - 1], END) is None
    assert drift([], recent, END) is None
    weeks = END - timedelta(days=28 + 11 * 7)
    assert drift([one for one in history if one.day > weeks], recent, END) is None
    assert drift(history, recent, END) == drift(history, recent, END), "the same stories give the same answer"
