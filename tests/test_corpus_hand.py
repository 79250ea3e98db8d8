"""Labels by hand in the corpus: who gave which, in which order, and how one is taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus import Corpus, Tagging, hand
from tests.made_articles import story


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        for n in range(1, 4):
            opened.keep(story(n, source=None if n == 3 else f"bao_{n}"), page=None, place=None)
        opened.keep(story(4, blocks=story(1).blocks, lead=story(1).lead), page=None, place=None)
        yield opened
        assert opened.check() == []


def test_weighed_articles_carry_every_probability_of_one_model(corpus: Corpus) -> None:
    corpus.add_tagging(1, Tagging("model-1", ("border",), "border", {"border": 0.9, "sport": 0.1}))
    corpus.add_tagging(1, Tagging("model-2", (), None, {"border": 0.2}))
    corpus.add_tagging(3, Tagging("model-1", (), None, {"border": 0.3}))
    found = list(hand.weighed(corpus.connection, "model-1"))
    assert found == [
        hand.Weighed(1, "bao_1", {"border": 0.9, "sport": 0.1}),
        hand.Weighed(3, None, {"border": 0.3}),
    ]
    assert [one.article_id for one in hand.weighed(corpus.connection, "model-1", "bao_1")] == [1]
    assert hand.heads(corpus.connection) == {4: 1}


def test_labels_are_known_by_person_and_in_their_order(corpus: Corpus) -> None:
    for article_id, by in ((3, "hand:lan"), (1, "hand:lan"), (1, "hand:minh"), (2, "model-1")):
        corpus.add_tagging(article_id, Tagging(by, (), None))
    assert hand.people(corpus.connection) == {"lan": 2, "minh": 1}
    assert hand.labelled_ids(corpus.connection, "hand:lan") == [3, 1]
    assert [stored.id for stored in hand.labelled(corpus.connection)] == [1, 3]
    assert [stored.id for stored in hand.labelled(corpus.connection, "hand:minh")] == [1]
    assert list(hand.labelled(corpus.connection, "model-1")) == [], "no label by hand"


def test_a_withdrawn_label_is_gone_and_nobody_elses(corpus: Corpus) -> None:
    corpus.add_tagging(1, Tagging("hand:lan", ("border",), "border"))
    corpus.add_tagging(1, Tagging("hand:minh", ("sport",), "sport"))
    assert hand.withdraw(corpus.connection, 1, "hand:lan")
    assert not hand.withdraw(corpus.connection, 1, "hand:lan")
    stored = corpus.article(1)
    assert stored is not None
    assert [tagging.by for tagging in stored.taggings] == ["hand:minh"]
    assert corpus.connection.execute("SELECT count(*) FROM tagging_themes").fetchone() == (1,)
