"""Mentions in the corpus: kept, read again, dropped with the text they were made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from corpus import Corpus, CorpusError
from corpus.mentions import Entity, Mention, named_text
from tests.made_articles import page_of, story

LAOS = Entity("country:la", "country", "Lào", country="LA")
GATE = Entity("gate:tay-trang.dien-bien", "gate", "Tây Trang", "VN", "Điện Biên", None, "gate:pang-hoc.la")
MADE = (Mention("country:la", 3, 6, "name"), Mention("gate:tay-trang.dien-bien", 9, 18, "gate"))


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        opened.keep_entities([LAOS, GATE])
        yield opened
        assert opened.check() == []


def keep(corpus: Corpus, n: int) -> int:
    number = corpus.keep(story(n), page=None, place=None).article_id
    assert number is not None
    return number


def test_mentions_come_back_in_order_with_what_they_mean(corpus: Corpus) -> None:
    number = keep(corpus, 1)
    assert corpus.mentions(number) is None
    assert corpus.add_mentions([(number, MADE)], "gazetteer 1") == 1
    assert corpus.mentions(number) == [(LAOS, MADE[0]), (GATE, MADE[1])]


def test_another_gazetteer_reads_every_article_again_and_replaces_what_was_said(corpus: Corpus) -> None:
    first, second = keep(corpus, 1), keep(corpus, 2)
    corpus.add_mentions([(first, MADE), (second, ())], "gazetteer 1")
    assert list(corpus.to_name("gazetteer 1")) == []
    assert corpus.mentions(second) == []
    assert [number for number, _ in corpus.to_name("gazetteer 2")] == [first, second]
    corpus.add_mentions([(first, MADE[:1])], "gazetteer 2")
    assert [number for number, _ in corpus.to_name("gazetteer 2")] == [second]
    assert corpus.mentions(first) == [(LAOS, MADE[0])]


def test_an_entity_is_renamed_under_its_mentions(corpus: Corpus) -> None:
    number = keep(corpus, 1)
    corpus.add_mentions([(number, MADE[:1])], "gazetteer 1")
    corpus.keep_entities([replace(LAOS, name="CHDCND Lào")])
    assert [entity.name for entity, _ in corpus.mentions(number) or []] == ["CHDCND Lào"]


def test_mentions_go_with_the_text_they_were_made_of(corpus: Corpus) -> None:
    article = story(1)
    number = corpus.keep(article, page=page_of(article), place=None).article_id
    assert number is not None
    corpus.add_mentions([(number, MADE)], "gazetteer 1")
    later = replace(article, title="Chuyện khác hẳn", fetched_at=article.fetched_at + timedelta(days=1))
    assert corpus.keep(later, page=page_of(later), place=None).kind == "changed"
    assert corpus.mentions(number) is None
    assert [number for number, _ in corpus.to_name("gazetteer 1")] == [number]


@pytest.mark.parametrize(
    ("number", "made", "says"),
    [
        (99, MADE, "article 99 is not in the corpus"),
        (1, (Mention("country:xx", 0, 2, "name"),), "article 1: mentions by 'gazetteer 1' cannot be stored"),
        (1, (MADE[0], MADE[0]), "article 1: mentions by 'gazetteer 1' cannot be stored"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_of_it_stored(
    corpus: Corpus, number: int, made: tuple[Mention, ...], says: str
) -> None:
    keep(corpus, 1)
    with pytest.raises(CorpusError, match=says):
        corpus.add_mentions([(number, made)], "gazetteer 1")
    assert corpus.mentions(1) is None


def test_the_text_of_offsets_is_title_and_text(corpus: Corpus) -> None:
    article = story(1)
    assert named_text(article).split("\n")[0] == article.title
    assert named_text(article).endswith(article.captions[-1])
