"""Opinions: each signed, each replaceable, and one of them the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import Corpus, CorpusError, Query, Segmentation, Tagging
from tests.made_articles import story


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        for n in range(1, 4):
            opened.keep(story(n), page=None, place=None)
        yield opened
        assert opened.check() == []


BORDER = Tagging(
    "model-1",
    ("tourism", "border"),
    "border",
    {"tourism": 0.6, "border": 0.93, "sport": 0.02},
    {"border": ("Câu một.",)},
)


def test_annotating_takes_what_is_new_and_ends(corpus: Corpus) -> None:
    for article_id, article in corpus.to_segment("words 1"):
        corpus.add_segmentation(article_id, Segmentation("words 1", tuple(article.body)))
    assert list(corpus.to_segment("words 1")) == []
    assert len(list(corpus.to_segment("words 2"))) == 3
    for article_id, article, segmentation in corpus.to_tag("model-1", "words 1"):
        assert segmentation == Segmentation("words 1", tuple(article.body))
        corpus.add_tagging(article_id, BORDER)
    assert list(corpus.to_tag("model-1")) == []
    assert [segmentation for _, _, segmentation in corpus.to_tag("model-2", "words 2")] == [None, None, None]


def test_a_batch_is_stored_as_a_whole_or_not_at_all(corpus: Corpus) -> None:
    assert corpus.add_taggings((n, BORDER) for n in (1, 2)) == 2
    with pytest.raises(CorpusError, match="article 99 is not in the corpus"):
        corpus.add_segmentations([(1, Segmentation("words 1", ("Một",))), (99, Segmentation("words 1", ("Hai",)))])
    assert corpus.segmentation(1) is None


def test_a_tagging_comes_back_as_it_was_given(corpus: Corpus) -> None:
    nothing = Tagging("model-1", (), None, {"border": 0.01})
    corpus.add_taggings([(1, BORDER), (2, nothing), (3, Tagging("hand:lan", (), None))])
    assert [stored.taggings for stored in corpus.articles()] == [
        (BORDER,),
        (nothing,),
        (Tagging("hand:lan", (), None),),
    ]


def test_a_hand_label_wins_over_models_and_the_newest_among_equals(corpus: Corpus) -> None:
    def current() -> str:
        stored = next(corpus.articles())
        assert stored.tagging is not None
        view = corpus.connection.execute("SELECT made_by FROM current_taggings WHERE article_id = 1").fetchall()
        assert view == [(stored.tagging.by,)]
        return stored.tagging.by

    order = []
    for by in ("model-2", "model-1", "hand:minh", "model-3", "hand:lan", "hand:minh"):
        corpus.add_tagging(1, Tagging(by, ("border",), "border"))
        order.append(current())
    assert order == ["model-2", "model-1", "hand:minh", "hand:minh", "hand:lan", "hand:minh"]
    assert corpus.stats().tagged == 1


def test_questions_use_the_winning_tagging_only(corpus: Corpus) -> None:
    corpus.add_tagging(1, BORDER)
    assert corpus.search(Query(themes=("border", "tourism"))).total == 1
    assert corpus.search(Query(themes=("sport",))).total == 0, "weighed is not given"
    corpus.add_tagging(1, Tagging("hand:lan", ("sport",), "sport"))
    assert corpus.search(Query(themes=("border",))).total == 0
    assert corpus.search(Query(themes=("sport",))).hits[0].primary == "sport"


@pytest.mark.parametrize(
    ("tagging", "sentence"),
    [
        (Tagging("m", ("border", "border"), None), "gives a theme twice"),
        (Tagging("m", ("border",), "sport"), "primary theme 'sport', which is not among"),
        (Tagging("m", (), None, {"border": 1.2}), "has the score 1.2 for 'border'"),
    ],
)
def test_a_tagging_that_contradicts_itself_is_refused(corpus: Corpus, tagging: Tagging, sentence: str) -> None:
    with pytest.raises(CorpusError, match=sentence):
        corpus.add_tagging(1, tagging)
    assert next(corpus.articles()).taggings == ()


@pytest.mark.parametrize("sentence", ["hai\ndòng", ""])
def test_a_sentence_is_one_line_with_words(corpus: Corpus, sentence: str) -> None:
    with pytest.raises(CorpusError, match="'words 1' is empty or holds a line break"):
        corpus.add_segmentation(1, Segmentation("words 1", (sentence,)))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus.open(tmp_path_factory.mktemp("shared") / "corpus.sqlite") as opened:
        opened.keep(story(1), page=None, place=None)
        yield opened


THEMES = st.lists(st.sampled_from(["border", "sport", "tourism", "training"]), unique=True)


@given(given_=THEMES, scores=st.dictionaries(st.sampled_from(["border", "sport"]), st.floats(0, 1)), data=st.data())
def test_any_sound_tagging_survives_storing(
    shared: Corpus, given_: list[str], scores: dict[str, float], data: st.DataObject
) -> None:
    primary = data.draw(st.sampled_from([None, *given_]))
    evidence = dict.fromkeys(given_[:1], ("Một câu có “ngoặc”.", 'và "dấu"'))
    tagging = Tagging("model-x", tuple(given_), primary, scores, evidence)
    shared.add_tagging(1, tagging)
    assert next(shared.articles()).tagging == tagging
