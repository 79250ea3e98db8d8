import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from underthesea import word_tokenize

from nlp import installed, known, segment
from nlp.installed import InstalledError
from nlp.segment import SlowSegmentationWarning

TEXTS = ["Tỉnh ủy Hòa Bình họp về thủy lợi.", "“Ở TP. Hà Giang: 2.9…”"]


def reference(text: str) -> list[str]:
    return word_tokenize(text, use_token_normalize=False)


@pytest.fixture(autouse=True)
def forgotten():
    """Every test, and what comes after it, chooses its segmenter anew."""
    segment._segmenter.cache_clear()
    installed.underthesea_version.cache_clear()
    yield
    segment._segmenter.cache_clear()
    installed.underthesea_version.cache_clear()


def test_the_known_answers_are_those_of_the_installed_underthesea():
    stored = known.known()
    assert stored.of == installed.installed()
    assert len(stored.answers) >= 40
    assert {text: reference(text) for text in stored.answers} == stored.answers


def test_words_are_found_without_importing_underthesea():
    code = (
        "import sys; from nlp.segment import segment; segment('Mưa to ở Hà Giang.');"
        "assert not [name for name in sys.modules if name.startswith('underthesea')]"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_another_version_is_asked_itself_and_said(monkeypatch: pytest.MonkeyPatch):
    expected = [segment.segment_sentence(text) for text in TEXTS]
    segment._segmenter.cache_clear()
    installed.underthesea_version.cache_clear()
    versions = {"underthesea": "9.9.9", "underthesea_core": "3.3.2"}
    monkeypatch.setattr(installed, "version", versions.__getitem__)
    with pytest.warns(SlowSegmentationWarning, match=r"underthesea 9\.9\.9 is installed .* checked against 9\.5\.0"):
        assert [segment.segment_sentence(text) for text in TEXTS] == expected
    assert isinstance(segment._segmenter(), segment._Underthesea)
    assert segment.segment("Mưa.").by == "underthesea 9.9.9"


def test_another_model_under_the_same_version_is_not_trusted(monkeypatch: pytest.MonkeyPatch):
    real = installed._read
    monkeypatch.setattr(installed, "_read", lambda name: real(name) + (b" " if name.endswith("__init__.py") else b""))
    with pytest.warns(SlowSegmentationWarning, match=r"the files of underthesea 9\.5\.0 are not those of its release"):
        segment.segment(TEXTS[0])


def test_another_core_is_trusted_where_underthesea_still_gives_the_known_answers(monkeypatch: pytest.MonkeyPatch):
    found = replace(installed.installed(), core="9.0.0")
    asked: list[str] = []

    def ask(text: str) -> list[str]:
        asked.append(text)
        return reference(text)

    def ours(texts: list[str]) -> list[list[str]]:
        return [known.known().answers[text] for text in texts]

    assert known.objection(found, ours, ask) is None
    assert asked == list(known.known().answers)
    different = known.objection(found, ours, lambda text: ["khác"])
    assert different is not None
    assert "underthesea_core 9.0.0 makes ['khác']" in different


def test_tables_with_another_answer_are_not_trusted():
    found = installed.installed()
    answers = known.known().answers
    wrong = known.objection(found, lambda texts: [[*answers[text], "thừa"] for text in texts], reference)
    assert wrong is not None
    assert next(iter(answers)) in wrong


def test_files_that_are_missing_or_strange_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(installed, "_folder", lambda: tmp_path)
    with pytest.raises(InstalledError, match=r"models\.bin: cannot be read \(No such file or directory\)"):
        installed.installed()
    with pytest.warns(SlowSegmentationWarning, match="cannot be read"):
        assert segment.segment_sentence(TEXTS[0]) == "Tỉnh_ủy Hòa_Bình họp về thủy_lợi ."


def test_a_pickle_that_would_run_something_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(installed, "_read", lambda name: b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(InstalledError, match=r"is not a pickle of plain values \(asks for os\.system\)"):
        installed.parts()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (b"patterns = re.compile(later)", "does not build its expression from assignments alone"),
        (b"a = 1", "must assign a compiled expression to 'patterns'"),
    ],
)
def test_a_tokenising_expression_in_another_shape_is_refused(source, message):
    with pytest.raises(InstalledError, match=message):
        installed._expression(source)


def test_the_file_of_answers_is_as_the_benchmark_writes_it():
    from benchmarks.segment import answers_file

    stored = json.loads(known.PATH.read_text(encoding="utf-8"))
    assert known.PATH.read_text(encoding="utf-8") == answers_file(stored["answers"])
