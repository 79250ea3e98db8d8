import numpy as np
import pytest

from nlp.baselines import keyword_rules, learnable, plain_regression, underthesea_classifier
from nlp.document import read, segment_article
from nlp.errors import NlpError
from nlp.keywords import Keywords
from nlp.labelled import read_labelled
from nlp.scores import score
from tests.small_model import THEMES, write_labelled

SLUGS = tuple(theme.slug for theme in THEMES)
KEYWORDS = Keywords.of(THEMES)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return read_labelled([write_labelled(tmp_path_factory.mktemp("news") / "news.jsonl")], SLUGS)


def document(title, text):
    return read(title, text, segment_article(title, text), KEYWORDS)


def labels(rows):
    return np.array([[float(slug in row.tagging.themes) for slug in SLUGS] for row in rows])


def test_underthesea_learns_the_same_labels_and_answers_like_the_other_baseline(rows):
    train, test = rows[::2], rows[1::2]
    answers = underthesea_classifier(train, labels(train), test, SLUGS)
    assert len(answers) == len(test)
    # one-vs-rest at its own threshold misses many; what it gives is right, and it is no constant answer
    figures = score("underthesea", [row.tagging for row in test], answers, SLUGS)
    assert figures.micro_precision > 0.8
    assert figures.micro_recall > 0.3
    taught, asked = ([document(row.title, row.text) for row in part] for part in (train, test))
    simple = plain_regression(taught, labels(train), asked, SLUGS)
    assert score("plain", [row.tagging for row in test], simple, SLUGS).micro_f1 > 0.8
    for answer, plain in zip(answers, simple, strict=True):
        assert answer.by.startswith("baseline: underthesea_core ")
        assert answer.scores.keys() == plain.scores.keys()
        assert set(answer.themes) == {slug for slug, value in answer.scores.items() if value > 0.5}
        assert answer.primary == (max(answer.scores, key=answer.scores.get) if answer.themes else None)
        assert list(answer.themes) == sorted(answer.themes, key=answer.scores.get, reverse=True)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_theme_with_one_example_is_refused_by_name(rows, value):
    values = labels(rows)
    values[:, 1] = 1 - value
    values[0, 1] = value
    with pytest.raises(NlpError, match=r"theme 'tourism' has \d+ examples among \d+ articles"):
        underthesea_classifier(rows, values, rows[:1], SLUGS)
    assert not learnable(values)
    assert learnable(labels(rows))


def test_keyword_rules_want_a_keyword_in_the_title_or_two_different_ones():
    documents = [
        document("Du khách về bản", "Lúa chín rộ. Đồn biên phòng đi gặt."),
        document("Lúa chín rộ", "Bộ đội biên phòng. Bộ đội biên phòng. Bộ đội biên phòng."),
        document("Lúa chín rộ", "Bộ đội biên phòng kiểm tra cột mốc. Du khách xem."),
    ]
    answers = keyword_rules(documents, KEYWORDS)
    assert [answer.themes for answer in answers] == [("tourism",), (), ("border",)]
    assert [answer.primary for answer in answers] == ["tourism", None, "border"]
    assert not any(answer.scores for answer in answers)
