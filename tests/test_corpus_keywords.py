"""Keywords: typical words are found; figures, reprints and chance do not pass for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import power_divergence

from corpus import Corpus, Query, QueryError, Segmentation, Tagging
from corpus.keywords import SURE, log_likelihood
from tests.made_articles import sentences, story


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Six stories of the border, which say *biên giới*, and six of a market, which say *phiên chợ*."""
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        for n in range(1, 13):
            opened.keep(story(n, source="bao_ha_giang" if n <= 6 else "bao_dong_thap"), page=None, place=None)
            said = (
                "Tuần_tra biên_giới , giữ Biên_giới cùng bạn 12 , 12 lần ."
                if n <= 6
                else "Họp phiên chợ vui , 30 gian hàng ."
            )
            opened.add_segmentation(n, Segmentation("made 1", (said, "Bà_con kể chuyện ở thôn .", *sentences(n)[:1])))
            opened.add_tagging(n, Tagging("model-1", ("border",) if n <= 6 else (), "border" if n <= 6 else None))
        yield opened


def test_what_one_outlet_says_and_the_others_do_not(corpus: Corpus) -> None:
    found = corpus.keywords(Query(themes=("border",)), least=3)
    words = {one.word: one for one in found.words}
    assert words["biên giới"].count == 12
    assert not {"12", ",", "phiên", "bà con"} & set(words)
    assert "tuần tra" not in words, "six of one and none of the other may be chance"
    assert (found.first.articles, found.second.articles) == (6, 6)


def test_counts_rates_and_evidence(corpus: Corpus) -> None:
    for n in range(1, 7):
        corpus.add_segmentation(n, Segmentation("made 2", ("Biên_giới BIÊN_GIỚI biên_giới Hoà", "hòa yên_ổn 7 % .")))
    found = corpus.keywords(Query(source="bao_ha_giang"), Query(source="bao_dong_thap"))
    words = {one.word: one for one in found.words}
    assert (words["biên giới"].count, words["biên giới"].articles, words["biên giới"].against) == (18, 6, 0)
    assert words["hòa"].count == 12, "hoà and hòa are one word"
    assert found.first.words == 6 * 6, "figures and signs are no words"
    assert [one.log_likelihood for one in found.words] == sorted(
        (one.log_likelihood for one in found.words), reverse=True
    )
    assert all(one.log_likelihood >= SURE and one.log_ratio > 0 for one in found.words)
    assert found.to_pandas()["word"].tolist() == [one.word for one in found.words]
    assert corpus.keywords(Query(source="bao_ha_giang"), limit=1).words == found.words[:1]


def test_a_reprint_and_an_article_of_both_are_counted_once(corpus: Corpus) -> None:
    before = corpus.keywords(Query(source="bao_ha_giang"), least=1)
    reprint = story(40, blocks=story(1).blocks, lead=story(1).lead, source="bao_ha_giang")
    assert corpus.keep(reprint, page=None, place=None).copy_of == 1
    corpus.add_segmentation(13, Segmentation("made 1", ("Tuần_tra biên_giới .",)))
    assert corpus.keywords(Query(source="bao_ha_giang"), least=1) == before
    assert corpus.keywords(Query(source="bao_ha_giang"), Query(), least=1) == before


def test_what_cannot_be_compared_is_said(corpus: Corpus) -> None:
    with pytest.raises(QueryError, match="the second selection has no words to compare: 0 articles"):
        corpus.keywords(Query())
    with pytest.raises(QueryError, match="the first selection has no words"):
        corpus.keywords(Query(source="nobody"))
    corpus.keep(story(50, source="new"), page=None, place=None)
    with pytest.raises(QueryError, match="1 articles, none segmented"):
        corpus.keywords(Query(source="new"))
    assert corpus.keywords(Query(source="bao_ha_giang")).second.unsegmented == 1
    with pytest.raises(QueryError, match="must be 0 or more"):
        corpus.keywords(Query(source="bao_ha_giang"), limit=-1)


@given(st.integers(1, 500), st.integers(1, 500), st.integers(500, 9000), st.integers(500, 9000))
def test_the_log_likelihood_is_that_of_scipy(count: int, against: int, words: int, against_words: int) -> None:
    rate = (count + against) / (words + against_words)
    statistic, _ = power_divergence([count, against], [words * rate, against_words * rate], lambda_="log-likelihood")
    assert log_likelihood(count, against, words, against_words) == pytest.approx(statistic, abs=1e-6)
