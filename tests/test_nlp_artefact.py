import hashlib
import json
import os
import shutil
from datetime import date

import numpy as np
import pytest
import skops.io
from sklearn.preprocessing import FunctionTransformer

import nlp.artefact
from nlp.artefact import load, newest
from nlp.errors import ModelError
from nlp.train import train
from tests.small_model import THEMES, write_labelled

SLUGS = tuple(theme.slug for theme in THEMES)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    labelled = write_labelled(folder / "stories.jsonl")
    return train([labelled], folder / "models", themes=THEMES, created=date(2026, 3, 5))


@pytest.fixture
def folder(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / trained.name)


def change_manifest(folder, **changes):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, **changes}), encoding="utf-8")


def replace_model(folder, value):
    """Put another object into model.skops and a digest that matches into the manifest."""
    skops.io.dump(value, folder / "model.skops")
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    digest = hashlib.sha256((folder / "model.skops").read_bytes()).hexdigest()
    change_manifest(folder, files={**files, "model.skops": digest})


def parts(folder):
    return skops.io.load(folder / "model.skops", trusted=[])


def test_a_model_comes_back_as_it_was_saved(trained):
    artefact = load(trained, SLUGS)
    assert artefact.by == f"themes 2026-03-05 {artefact.manifest.files['model.skops'][:7]}"
    assert artefact.notes == ()
    assert artefact.model.themes == SLUGS
    assert artefact.manifest.trained_on[0].articles == 80
    assert artefact.model.keywords.by_theme["tourism"] == ("du lịch", "du khách", "lượt khách")


def test_a_missing_or_changed_file_is_refused(folder):
    with (folder / "card.md").open("a", encoding="utf-8") as card:
        card.write("better than it was")
    with pytest.raises(ModelError, match=r"card\.md: is not the file that was saved \(its SHA-256 differs"):
        load(folder, SLUGS)
    (folder / "card.md").unlink()
    with pytest.raises(ModelError, match=r"card\.md: is missing, though manifest\.json lists it"):
        load(folder, SLUGS)
    with pytest.raises(ModelError, match=r"nowhere.manifest\.json: there is no such file"):
        load(folder / "nowhere", SLUGS)


def test_code_hidden_in_a_model_is_refused_and_does_not_run(folder, tmp_path):
    trace = tmp_path / "ran"
    hidden = FunctionTransformer(func=os.mkdir, kw_args={"path": str(trace)})
    replace_model(folder, {**parts(folder), "vectoriser": hidden})
    with pytest.raises(ModelError, match=r"model\.skops: holds the type posix\.mkdir, which a model of ours never has"):
        load(folder, SLUGS)
    assert not trace.exists()


def test_a_pickle_in_the_place_of_a_model_is_refused(folder):
    (folder / "model.skops").write_bytes(b"cposix\nmkdir\n(S'ran'\ntR.")
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    digest = hashlib.sha256((folder / "model.skops").read_bytes()).hexdigest()
    change_manifest(folder, files={**files, "model.skops": digest})
    with pytest.raises(ModelError, match=r"model\.skops: is not a skops file"):
        load(folder, SLUGS)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("words", np.zeros((3, 5)), "words must be float64 of shape"),
        ("signals", np.zeros((2, 3)), r"signals must be float64 of shape \(3, 3\), got float64 of shape \(2, 3\)"),
        ("bias", np.array([0.0, np.nan, 0.0]), "bias holds a value that is not a number"),
        ("bias", [0.0, 0.0, 0.0], r"bias must be float64 of shape \(3,\), got list"),
        ("vectoriser", "none", "expected a vectoriser and the arrays words, signals, bias"),
    ],
)
def test_arrays_of_another_shape_are_refused(folder, name, value, sentence):
    replace_model(folder, {**parts(folder), name: value})
    with pytest.raises(ModelError, match=sentence):
        load(folder, SLUGS)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 2}, "format 2 is not the format 1 that this release reads"),
        ({"version": "../elsewhere"}, "key 'version'"),
        ({"colour": "red"}, "key 'colour': Extra inputs are not permitted"),
        ({"files": {}}, r"lists no model\.skops"),
        ({"files": {"../../etc/passwd": "0" * 64}}, "key 'files"),
        ({"keywords": {"border": []}}, "the keywords are not for the same themes"),
        ({"themes": {"border": 1.5}}, "key 'themes.border'"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(folder, change, sentence):
    change_manifest(folder, **change)
    with pytest.raises(ModelError, match=sentence):
        load(folder, SLUGS)


def test_a_manifest_that_is_no_json_is_refused(folder):
    (folder / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(ModelError, match=r"manifest\.json: is not JSON in UTF-8"):
        load(folder, SLUGS)


def test_a_theme_added_since_needs_a_new_model(folder):
    with pytest.raises(ModelError, match=r"does not know the theme 'weather' of themes\.toml; train a new one"):
        load(folder, (*SLUGS, "weather"))


def test_another_version_of_a_library_is_one_note(folder):
    change_manifest(folder, scikit_learn="1.8.0", segmenter="underthesea 9.4.0")
    first, second = load(folder, SLUGS).notes
    assert first.startswith("themes-2026-03-05 was made with scikit-learn 1.8.0, ")
    assert second.startswith("themes-2026-03-05 was made with segmenter underthesea 9.4.0, underthesea 9.5.0 is inst")


def test_the_newest_model_is_the_last_one_of_the_last_day(folder, tmp_path):
    (tmp_path / "themes-2027-unfinished").mkdir()
    assert newest(tmp_path).name == "themes-2026-03-05"
    for later in ("2026-03-05.2", "2026-03-05.10", "2026-03-06", "2026-12-01"):
        earlier = shutil.copytree(folder, tmp_path / f"themes-{later}")
        assert newest(tmp_path) == earlier
    shutil.copytree(folder, tmp_path / "themes-2026-11-30.3")
    assert newest(tmp_path).name == "themes-2026-12-01"
    with pytest.raises(ModelError, match="holds no model"):
        newest(tmp_path / "themes-2027-unfinished")


def test_a_save_that_fails_leaves_nothing(trained, tmp_path, monkeypatch):
    def full_disk(*_args, **_kwargs):
        raise OSError("no space left on device")

    artefact = load(trained, SLUGS)
    monkeypatch.setattr(nlp.artefact.skops.io, "dump", full_disk)
    with pytest.raises(OSError, match="no space left"):
        nlp.artefact.save(
            artefact.model,
            tmp_path,
            version="2026-03-06",
            created=date(2026, 3, 6),
            seed=0,
            trained_on=[],
            metrics={},
            card="",
        )
    assert list(tmp_path.iterdir()) == []
