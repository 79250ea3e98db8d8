import json
import unicodedata
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from underthesea import word_tokenize
from underthesea_core import CRFFeaturizer

from benchmarks.fuzzed import fuzzed
from corpus.text import line
from nlp import viterbi, words
from nlp.crf_file import read_crf
from nlp.crf_tables import Tables, TablesError, is_number, is_title
from nlp.installed import parts
from nlp.key_table import KeyTable
from nlp.sentences import sentences
from nlp.tokens import Cutter
from nlp.words import Words

ROOT = Path(__file__).parent.parent
PARTS = parts()
TABLES = Tables(PARTS.crf, PARTS.templates, PARTS.dictionary)


def reference(sentence: str) -> list[str]:
    return word_tokenize(sentence, use_token_normalize=False)


def not_asked(sentence: str) -> list[str]:
    raise AssertionError(f"underthesea was asked for {sentence!r}")


def made(ask=reference, remembered: int = words.REMEMBERED) -> Words:
    return Words(TABLES, Cutter(PARTS.expression, PARTS.letters), ask, remembered)


def news() -> list[str]:
    rows = (ROOT / "data" / "labelled" / "themes.jsonl").read_text(encoding="utf-8").splitlines()
    return [line(one) for row in rows[::6] for text in [json.loads(row)] for one in sentences(text["text"])]


def test_labelled_news_has_the_words_of_underthesea_and_no_tie():
    texts = news()
    assert len(texts) > 1000
    assert made(not_asked).lists(texts) == [reference(text) for text in texts]


def test_fuzzed_strings_have_the_words_of_underthesea():
    texts = list(fuzzed(2_000))
    ours = made()
    for text, found in zip(texts, ours.lists(texts), strict=True):
        assert found == reference(text), text
    # One at a time, and in another order, with what is remembered by now.
    for text in texts[::-7]:
        assert ours.lists([text]) == [reference(text)]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=5))
def test_any_text_has_the_words_of_underthesea(texts):
    assert made().lists(texts) == [reference(text) for text in texts]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.sampled_from(["日本", "A", ".", "1", "x", "Hà", "Nội", "BOS", "EOS", "ΑΣ", "_"]), max_size=12))
def test_short_sentences_and_runs_of_signs_have_the_words_of_underthesea(tokens):
    text = " ".join(tokens)
    assert made().lists([text]) == [reference(text)]


def test_ties_are_decided_by_underthesea():
    asked: list[str] = []

    def ask(sentence: str) -> list[str]:
        asked.append(sentence)
        return reference(sentence)

    tied = "« « « « « « « « « làng"
    texts = ["Mưa to ở Hà Giang.", tied, "", "Hội nghị bế mạc."]
    assert made(ask).lists(texts) == [reference(text) for text in texts]
    assert asked == [tied]


def test_the_answer_of_underthesea_goes_where_it_belongs(monkeypatch: pytest.MonkeyPatch):
    texts = [*news()[:40], "", "một"]
    expected = made().lists(texts)
    real = viterbi.best_labels

    def all_close(*given):
        labels, _ = real(*given)
        return np.zeros_like(labels), given[3].tolist()

    monkeypatch.setattr(words, "best_labels", all_close)
    assert made().lists(texts) == expected


def test_a_full_memory_is_emptied_and_the_words_stay_the_same():
    texts = news()[:200]
    small = made(remembered=50)
    assert [small.lists([text])[0] for text in texts] == made().lists(texts)
    assert len(small._memory) < 150


def test_what_a_sentence_is_given_with_does_not_change_it():
    texts = list(fuzzed(300, seed=2))
    assert made().strings(texts) == [made().strings([text])[0] for text in texts]


def test_what_the_features_ask_of_a_token_is_what_they_ask_in_underthesea():
    featurizer = CRFFeaturizer(["T[0].istitle", "T[0].isdigit"], set())
    # There are no letters with case from U+20000 on.
    tokens = [chr(code) for code in range(1, 0x20000) if not (0xD800 <= code < 0xE000 or chr(code).isspace())]
    tokens += ["+5", "-5", "-0", "+", "--", "2147483647", "2147483648", "-2147483648", "-2147483649", "+2147483648"]
    tokens += ["00000000000012", "1_0", "１２", "5."]
    for token, answers in zip(tokens, featurizer.process([[[token] for token in tokens]])[0], strict=True):
        assert answers == [f"T[0].istitle={is_title(token)}", f"T[0].isdigit={is_number(token)}"], token


def test_lower_case_is_that_of_underthesea_for_all_that_a_weight_or_the_dictionary_knows():
    known = set("".join(PARTS.dictionary) + "".join(PARTS.crf.attributes))
    tokens = [chr(code) for code in range(1, 0x20000) if unicodedata.category(chr(code))[0] in "LMN"]
    lowered = CRFFeaturizer(["T[0].lower"], set()).process([[[token] for token in tokens]])[0]
    for token, (answer,) in zip(tokens, lowered, strict=True):
        theirs = answer.removeprefix("T[0].lower=")
        assert token.lower() == theirs or not known & set(token.lower() + theirs), token


def test_a_spelling_with_other_letters_than_printed_is_refused():
    with pytest.raises(ValueError, match=r"chunk 'ab' has 2 letters, as the model reads it 4"):
        Words(TABLES, Cutter(PARTS.expression, PARTS.letters, lambda chunk: chunk * 2), reference).lists(["ab"])


@settings(deadline=None, max_examples=100)
@given(st.sets(st.integers(1, 2**60), max_size=300), st.lists(st.integers(0, 2**60), max_size=50))
def test_a_key_table_finds_its_keys_and_no_other(keys, others):
    given_keys = np.array(sorted(keys, reverse=True), dtype=np.int64)
    table = KeyTable(given_keys)
    assert table.rows(given_keys).tolist() == list(range(1, len(keys) + 1))
    strangers = np.array([key for key in others if key not in keys], dtype=np.int64)
    assert not table.rows(strangers).any()


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.lists(st.integers(-4, 4), min_size=1, max_size=7), min_size=1, max_size=4),
    st.lists(st.integers(-3, 3), min_size=4, max_size=4),
)
def test_best_labels_are_the_best_of_all_paths(given_scores, weights):
    transitions = np.array(weights, dtype=float).reshape(2, 2)
    scores, first, last = [-np.inf, -np.inf], [], []
    for sentence in given_scores:
        first.append(len(scores))
        scores += sentence
        last.append(len(scores) - 1)
        scores += [-np.inf, -np.inf]
    labels, close = viterbi.best_labels(np.array(scores, float), transitions, np.array(first), np.array(last))
    for sentence, begin, end in zip(given_scores, first, last, strict=True):
        values = {}
        for number in range(2 ** len(sentence)):
            path = [number >> place & 1 for place in range(len(sentence))]
            steps = sum(transitions[a, b] for a, b in pairwise(path))
            values[tuple(path)] = sum(s for s, y in zip(sentence, path, strict=True) if y) + steps
        best = [path for path, value in values.items() if value == max(values.values())]
        if len(best) == 1:
            assert tuple(labels[begin : end + 1].astype(int)) == best[0]
        else:
            assert any(begin <= place <= end for place in close)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw[:40], "has 40 bytes, a CRFsuite model at least its header of 48"),
        (lambda raw: b"lCRX" + raw[4:], "header says b'lCRX', b'FOMC', version 100, not"),
        (lambda raw: raw[:-1], "header says 5265072 bytes, the file has 5265071"),
        (lambda raw: raw[:48] + b"FEAX" + raw[52:], "chunk FEAT begins with b'FEAX'"),
        (lambda raw: raw[:56] + b"\0\0\0\1" + raw[60:], "chunk FEAT says 2026932 bytes and 16777216 weights"),
        (lambda raw: raw[:60] + b"\7" + raw[61:], "neither a state"),
        (lambda raw: raw[:72] + b"\xff" * 8 + raw[80:], "has a weight that is not a number"),
        (lambda raw: raw[:64] + b"\xff" * 4 + raw[68:], "has a state weight outside of 50671 × 2"),
        (lambda raw: raw[:68] + b"\1" + raw[69:], "gives a state weight twice"),
        (lambda raw: raw[:2026980] + b"CQDX" + raw[2026984:], "the CQDB table of labels begins with b'CQDX'"),
        (lambda raw: raw.replace(b"I-W\0", b"I-W\1"), "the CQDB table of labels has a damaged entry 1"),
        (lambda raw: raw.replace(b"B-W\0", b"B-\xff\0"), "the CQDB table of labels has entry 0 that is not UTF-8"),
        (lambda raw: raw[:20] + b"\3" + raw[21:], "header says 3 labels, their CQDB table holds 2"),
    ],
)
def test_a_damaged_model_file_is_refused_by_the_name_of_its_part(tmp_path, change, message):
    from nlp.installed import _CRF, _folder

    path = tmp_path / "models.bin"
    path.write_bytes(change((_folder() / _CRF).read_bytes()))
    with pytest.raises(ValueError, match=message.replace("(", r"\(")) as caught:
        read_crf(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("T[0].prefix", "is of no kind that is known here"),
        ("T[-3]", "looks at places that are not covered"),
        ("T[-2,1]", "looks at places that are not covered"),
        ("T[0,1].isdigit", "asks whether several tokens are one number"),
        ("T[0]", "names a template twice"),
    ],
)
def test_templates_that_the_tables_cannot_express_are_refused(template, message):
    with pytest.raises(TablesError, match=message):
        Tables(PARTS.crf, [*PARTS.templates, template], PARTS.dictionary)
