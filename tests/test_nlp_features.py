"""What a document is to the model: counted as scikit-learn counts it, whatever was read before."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from corpus.records import Segmentation
from nlp import document
from nlp.document import Document, read, segment_article
from nlp.features import counts, features_of, signal_array, token_strings, word_matrix
from nlp.keywords import Keywords
from nlp.labelled import read_labelled
from nlp.sentences import sentences
from nlp.vocabulary import Vocabulary
from tests.small_model import THEMES, write_labelled

KEYWORDS = Keywords.of(THEMES)


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    rows = read_labelled([write_labelled(tmp_path_factory.mktemp("rows") / "s.jsonl")], tuple(KEYWORDS.by_theme))
    return [read(row.title, row.text, segment_article(row.title, row.text), KEYWORDS) for row in rows]


def test_values_are_those_of_scikit_learn(documents):
    vectoriser = TfidfVectorizer(token_pattern=r"\S+", lowercase=False, sublinear_tf=True, min_df=2, max_df=0.5)  # noqa: S106
    theirs = vectoriser.fit_transform(token_strings(documents)).toarray()
    vocabulary = Vocabulary.of([counts(one) for one in documents])
    assert list(vocabulary.words) == list(vectoriser.get_feature_names_out())
    np.testing.assert_allclose(vocabulary.idf, vectoriser.idf_, rtol=1e-15)
    features = [features_of(one, vocabulary, KEYWORDS) for one in documents]
    ours = word_matrix(features, len(vocabulary.words)).toarray()
    known = np.array([len(one.tokens) for one in features])
    assert known.min() >= 6, "with fewer known tokens ours are shorter"
    np.testing.assert_allclose(ours, theirs, atol=1e-14)
    assert signal_array(features, 3).shape == (80, 3, 3)


def test_few_known_tokens_speak_softly(documents):
    vocabulary = Vocabulary.of([counts(one) for one in documents])
    for title, length in (("du khách", 2 / 6), ("sao chổi", 0), ("", 0)):
        one = read(title, "", segment_article(title, ""), KEYWORDS)
        values = features_of(one, vocabulary, KEYWORDS).values
        assert np.sqrt((values**2).sum()) == pytest.approx(length)
    nothing = [features_of(Document((), ()), vocabulary, KEYWORDS)]
    assert word_matrix(nothing, 5).nnz == word_matrix([], 5).nnz == 0
    assert signal_array([], 3).shape == (0, 3, 3)


@settings(deadline=None, max_examples=200)
@given(
    st.text(alphabet="aồđĐoàuỷ_ .,!?-/3\t\u00a0\u200b\u0301\u0323\u037a\u2028", max_size=40),
    st.text(alphabet="Biên giới_ du Lịch.hoà\n", max_size=40),
)
@example("hoà_bình oà\u0301", "Du_lịch du lịch, Biên_giới")
def test_words_are_read_alike_with_an_empty_memory_and_a_full_one(title, text):
    words = Segmentation("made", tuple(sentence.replace(" ", "_", 1) for sentence in sentences(f"{title}\n{text}")))
    document._CHUNKS.clear()
    empty = read(title, text, words, KEYWORDS)
    assert read(title, text, words, KEYWORDS) == empty
    if len(passages := empty.title + empty.body) == len(words.sentences):  # the title was not repeated
        assert [list(passage.phrases) for passage in passages] == [KEYWORDS.find(one) for one in words.sentences]


def test_the_memory_of_words_is_bounded(monkeypatch):
    monkeypatch.setattr(document._Chunks, "_MOST", 3)
    document._CHUNKS.clear()
    title = "một hai ba bốn năm sáu bảy du_lịch"
    one = read(title, "", Segmentation("made", (title,)), KEYWORDS)
    assert len(document._CHUNKS) <= 3
    assert one.title[0].words == tuple(title.split())
    assert one.title[0].phrases == ("du_lịch",)
