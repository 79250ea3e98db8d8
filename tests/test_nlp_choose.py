from corpus.hand import Weighed
from nlp.choose import Doubt, choose, doubts

LIMITS = {"border": 0.5, "tourism": 0.3}


def doubt(article_id, distance, theme="border", outlet="a", family=None):
    return Doubt(article_id, outlet, family or article_id, theme, distance)


def order(all_doubts, heads=None, skipped=()):
    """The ids in the order in which they come when each is labelled."""
    labelled = []
    while found := choose(all_doubts, heads or {}, labelled, skipped):
        labelled.append(found.article_id)
    return labelled


def test_the_theme_in_doubt_is_the_one_nearest_its_own_threshold():
    weighed = [Weighed(1, "a", {"border": 0.9, "tourism": 0.35}), Weighed(2, "a", {"border": 0.45, "tourism": 0.0})]
    first, second = doubts(weighed, LIMITS, {2: 1})
    assert (first.theme, round(first.distance, 6), first.family) == ("tourism", 0.05, 1)
    assert (second.theme, round(second.distance, 6), second.family) == ("border", 0.05, 1)
    assert [one.distance for one in doubts(weighed, LIMITS, {}, "tourism")] == [0.04999999999999999, 0.3]
    assert doubts([Weighed(3, "a", {"sport": 0.5})], LIMITS, {}) == [], "a theme the model has no threshold for"


def test_the_least_sure_comes_first_and_equals_by_number():
    assert order([doubt(1, 0.4), doubt(2, 0.1), doubt(3, 0.1)]) == [2, 3, 1]
    assert choose([], {}, []) is None


def test_themes_and_outlets_take_turns_unless_a_model_is_far_surer():
    near = [doubt(n, 0.1 + n / 1000) for n in range(1, 4)]
    assert order([*near, doubt(7, 0.15, theme="tourism")]) == [1, 7, 2, 3]
    assert order([*near, doubt(8, 0.15, outlet="b")]) == [1, 8, 2, 3]
    assert order([*near, doubt(9, 0.99, theme="tourism", outlet="b")]) == [1, 2, 3, 9]


def test_copies_of_what_was_labelled_or_skipped_are_left_out():
    alike = [doubt(1, 0.2), doubt(2, 0.1, family=1), doubt(3, 0.3)]
    assert order(alike, {2: 1}) == [2, 3]
    assert order(alike, {2: 1}, skipped=[1]) == [3]


def test_labels_of_an_earlier_day_count_as_turns():
    all_doubts = [doubt(1, 0.1), doubt(2, 0.1), doubt(3, 0.15, theme="tourism")]
    assert choose(all_doubts, {}, [1]).article_id == 3
