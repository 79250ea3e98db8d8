import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

import nlp.artefact
from nlp.arrays import pack
from nlp.artefact import load, newest
from nlp.background import Background
from nlp.errors import ModelError
from nlp.train import train
from tests.small_model import THEMES, write_labelled

ROOT = Path(__file__).parents[1]
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


def replace_file(folder, name, data):
    """Put other bytes into a file and a digest that matches into the manifest."""
    (folder / name).write_bytes(data)
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    change_manifest(folder, files={**files, name: hashlib.sha256(data).hexdigest()})


def parts(folder):
    with np.load(folder / "model.npz", allow_pickle=False) as stored:
        return dict(stored)


def zipped(members, **settings):
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", **settings) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return whole.getvalue()


def members(folder):
    with zipfile.ZipFile(folder / "model.npz") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_a_model_comes_back_as_it_was_saved(trained):
    artefact = load(trained, SLUGS)
    assert artefact.by.startswith("themes 2026-03-05 ")
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
    with pytest.raises(ModelError, match=r"card\.md: there is no such file"):
        load(folder, SLUGS)
    with pytest.raises(ModelError, match=r"nowhere.manifest\.json: there is no such file"):
        load(folder / "nowhere", SLUGS)


def test_a_signature_is_of_all_that_a_tagging_depends_on(folder):
    signed = {load(folder, SLUGS).by}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change_manifest(folder, trained_on=[], seed=3)
    assert {load(folder, SLUGS).by} == signed
    change_manifest(folder, themes={**manifest["themes"], "border": 0.31})
    signed.add(load(folder, SLUGS).by)
    change_manifest(folder, keywords={**manifest["keywords"], "border": ["cột mốc"]})
    signed.add(load(folder, SLUGS).by)
    replace_file(folder, "model.npz", pack({**parts(folder), "bias": np.array([0.0, 0.1, 0.2])}))
    signed.add(load(folder, SLUGS).by)
    words = (folder / "words.txt").read_bytes()
    replace_file(folder, "words.txt", words.replace(words.split(b"\n")[5], b"other", 1))
    signed.add(load(folder, SLUGS).by)
    assert len(signed) == 5


TRAINING = """
import sys
from datetime import date
from pathlib import Path
from nlp.background import Background
from nlp.train import train
from tests.small_model import THEMES
background = Background.load(Path(sys.argv[3])) if len(sys.argv) > 3 else None
print(train([Path(sys.argv[1])], Path(sys.argv[2]), themes=THEMES, created=date(2026, 3, 5), background=background))
"""


def test_two_trainings_in_two_processes_give_the_same_bytes(tmp_path):
    labelled = write_labelled(tmp_path / "stories.jsonl")
    words = (*(f"chữ_{number:02}" for number in range(30)), "biên_giới", "du_lịch", "hồ_sơ", "tuần_tra")
    directions = np.random.default_rng(1).normal(size=(8, len(words))).astype(np.float16)
    Background(words, np.arange(1, 35), 400, directions.astype(np.float64)).save(tmp_path / "background.npz")
    running = [
        subprocess.Popen(
            [sys.executable, "-c", TRAINING, labelled, tmp_path / into, tmp_path / "background.npz"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for into, seed, threads in (("one", "1", "1"), ("two", "2", "2"))
    ]
    one, two = (Path(process.communicate(timeout=240)[0].strip()) for process in running)
    assert one.parent != two.parent
    assert sorted(path.name for path in one.iterdir()) == sorted(["manifest.json", *nlp.artefact.FILES])
    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes(), path.name

    # A second one of the same day beside the first has another name, and differs in nothing else.
    background = Background.load(tmp_path / "background.npz")
    again = train([labelled], one.parent, themes=THEMES, created=date(2026, 3, 5), background=background)
    assert again.name == "themes-2026-03-05.2"
    first, second = (json.loads((path / "manifest.json").read_text(encoding="utf-8")) for path in (one, again))
    assert [key for key in first if first[key] != second[key]] == ["version", "files"]
    assert [name for name in nlp.artefact.FILES if first["files"][name] != second["files"][name]] == ["card.md"]
    card = (again / "card.md").read_text(encoding="utf-8")
    assert card.replace("2026-03-05.2", "2026-03-05") == (one / "card.md").read_text(encoding="utf-8")
    assert first["background"] == background.digest()


def test_numpy_reads_the_arrays_as_well(trained):
    artefact = load(trained, SLUGS)
    np.testing.assert_array_equal(parts(trained)["words"], artefact.model.words)
    assert (trained / "words.txt").read_text(encoding="utf-8").splitlines() == list(artefact.model.vocabulary.words)


def test_who_tags_waits_for_no_scikit_learn():
    code = (
        "import sys\nfrom pathlib import Path\nfrom nlp.artefact import newest\nfrom nlp.tag import Tagger\n"
        "Tagger.load(newest(Path('models'))).tag('Du khách', 'Sáng nay du khách đến.')\n"
        "sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_code_hidden_in_a_model_is_refused_and_does_not_run(folder, tmp_path):
    trace = tmp_path / "ran"
    hidden = BytesIO()
    np.lib.format.write_array(hidden, np.array([Trap(trace)], dtype=object), version=(1, 0), allow_pickle=True)
    whole = members(folder)
    for name in ("idf", "words", "signals", "bias"):
        replace_file(folder, "model.npz", zipped({**whole, f"{name}.npy": hidden.getvalue()}))
        with pytest.raises(ModelError, match=rf"model\.npz: {name} holds pickled objects, which a model of ours never"):
            load(folder, SLUGS)
    replace_file(folder, "model.npz", pickle.dumps(Trap(trace)))
    with pytest.raises(ModelError, match=r"model\.npz: is not a file of arrays, or is damaged: File is not a zip"):
        load(folder, SLUGS)
    assert not trace.exists()


def test_a_model_that_declares_more_than_it_has_is_refused_before_it_is_read(folder):
    whole = members(folder)
    replace_file(folder, "model.npz", zipped(whole, compression=zipfile.ZIP_DEFLATED))
    with pytest.raises(ModelError, match=r"idf\.npy is compressed or declares \d+ bytes in a file of \d+"):
        load(folder, SLUGS)
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (999999999999,), }".ljust(117) + b"\n"
    huge = b"\x93NUMPY\x01\x00v\x00" + header
    replace_file(folder, "model.npz", zipped({**whole, "bias.npy": huge}))
    with pytest.raises(ModelError, match=r"bias must be <f8 of shape \(3\), got <f8 of shape \(999999999999,\)"):
        load(folder, SLUGS)
    for strange in (huge.replace(b"'<f8'", b"((((("), huge[:40], b"", huge.replace(b"999999", b"9" * 40)):
        replace_file(folder, "model.npz", zipped({**whole, "bias.npy": strange}))
        with pytest.raises(ModelError, match=r"bias is not an array as numpy writes it"):
            load(folder, SLUGS)
    replace_file(folder, "model.npz", zipped({**whole, "bias.npy": whole["bias.npy"][:-8]}))
    with pytest.raises(ModelError, match=r"bias declares the shape \(3,\), and has 16 bytes"):
        load(folder, SLUGS)
    with (folder / "model.npz").open("r+b") as file:
        file.truncate(1 << 30)  # sparse: a gibibyte that takes no room
    with pytest.raises(ModelError, match=r"model\.npz: is longer than 67108864 bytes"):
        load(folder, SLUGS)


def test_members_other_than_the_four_are_refused(folder):
    whole = members(folder)
    for others in (
        {**whole, "run.py": b"print()"},
        {name: data for name, data in whole.items() if name != "bias.npy"},
        dict(reversed(whole.items())),
    ):
        replace_file(folder, "model.npz", zipped(others))
        with pytest.raises(ModelError, match=r"expected the arrays idf, words, signals, bias and nothing else"):
            load(folder, SLUGS)


# Up to the zip's directory, most of which (dates, rights) says nothing about the arrays.
@pytest.mark.parametrize("place", range(0, 97, 4))
def test_a_damaged_model_is_a_sentence_not_a_traceback(folder, place):
    data = bytearray((folder / "model.npz").read_bytes())
    at = place * len(data) // 100
    data[at : at + 4] = bytes(255 - byte for byte in data[at : at + 4])
    replace_file(folder, "model.npz", bytes(data))
    with pytest.raises(ModelError, match=r"model\.npz: "):
        load(folder, SLUGS)
    replace_file(folder, "model.npz", bytes(data[:at]))
    with pytest.raises(ModelError, match=r"model\.npz: is not a file of arrays, or is damaged"):
        load(folder, SLUGS)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("words", np.zeros((3, 5)), r"words must be <f8 of shape \(3, \d+\), got <f8 of shape \(3, 5\)"),
        ("signals", np.zeros((2, 3)), r"signals must be <f8 of shape \(3, 3\), got <f8 of shape \(2, 3\)"),
        ("bias", np.array([0.0, np.nan, 0.0]), "bias holds a value that is not a number"),
        ("bias", np.array([0.0, np.inf, 0.0]), "bias holds a value that is not a number"),
        ("bias", np.zeros(3, dtype=np.float32), r"bias must be <f8 of shape \(3\), got <f4 of shape \(3,\)"),
        ("bias", np.zeros(3, dtype=np.int64), r"bias must be <f8 of shape \(3\), got <i8 of shape \(3,\)"),
        ("bias", np.zeros((3, 1)), r"bias must be <f8 of shape \(3\), got <f8 of shape \(3, 1\)"),
    ],
)
def test_arrays_of_another_shape_are_refused(folder, name, value, sentence):
    replace_file(folder, "model.npz", pack({**parts(folder), name: value}))
    with pytest.raises(ModelError, match=sentence):
        load(folder, SLUGS)


def test_an_idf_below_zero_is_refused(folder):
    idf = parts(folder)["idf"].copy()
    idf[4] = -1.0
    replace_file(folder, "model.npz", pack({**parts(folder), "idf": idf}))
    with pytest.raises(ModelError, match=r"model\.npz: idf holds -1, where every word's is above 0"):
        load(folder, SLUGS)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda words: [*words, "thêm"], r"idf must be <f8 of shape \(\d+\), got <f8 of shape"),
        (lambda words: words[:-1], r"idf must be <f8 of shape \(\d+\), got <f8 of shape"),
        (lambda words: [words[1], *words[1:]], r"words\.txt, line 2: the word '.+' stands in line 1 already"),
        (
            lambda words: [words[0], "hai chữ", *words[2:]],
            r"words\.txt, line 2: 'hai chữ' is not one word without blanks",
        ),
        (lambda words: [words[0], "", *words[2:]], r"words\.txt, line 2: '' is not one word"),
        (lambda words: [*words[:-1], words[-1] + "\u2028"], r"words\.txt, line \d+: '.+' is not one word"),
    ],
)
def test_a_vocabulary_that_is_none_is_refused(folder, change, sentence):
    words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")[:-1]
    replace_file(folder, "words.txt", "".join(f"{word}\n" for word in change(words)).encode())
    with pytest.raises(ModelError, match=sentence):
        load(folder, SLUGS)


def test_a_vocabulary_in_other_bytes_is_refused(folder):
    replace_file(folder, "words.txt", "tiếng".encode("utf-16"))
    with pytest.raises(ModelError, match=r"words\.txt: is not UTF-8 \(invalid start byte at byte 0\)"):
        load(folder, SLUGS)
    replace_file(folder, "words.txt", b"a\nb")
    with pytest.raises(ModelError, match=r"words\.txt: its last line does not end; the file was cut"):
        load(folder, SLUGS)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"format": 1}, "format 1 is not the format 2 that this release reads; train a new model"),
        ({"version": "../elsewhere"}, "key 'version'"),
        ({"colour": "red"}, "key 'colour': Extra inputs are not permitted"),
        ({"files": {}}, r"lists the files , expected card\.md, metrics\.json, model\.npz, words\.txt"),
        ({"background": "none"}, "key 'background'"),
        ({"files": {"../../etc/passwd": "0" * 64}}, "key 'files"),
        ({"keywords": {"border": []}}, "the keywords are not for the same themes"),
        ({"themes": {"border": 1.5}}, "key 'themes.border'"),
    ],
)
def test_a_manifest_that_says_something_else_is_refused(folder, change, sentence):
    change_manifest(folder, **change)
    with pytest.raises(ModelError, match=sentence):
        load(folder, SLUGS)


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"format": 2, "format": 2}', "\ud800"])
def test_a_manifest_that_is_no_json_is_refused(folder, text):
    (folder / "manifest.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ModelError, match=r"manifest\.json: is not JSON in UTF-8"):
        load(folder, SLUGS)


def test_one_more_file_in_the_manifest_is_refused(folder):
    files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    change_manifest(folder, files={**files, "setup.py": "0" * 64})
    with pytest.raises(
        ModelError, match=r"lists the files card\.md, metrics\.json, model\.npz, setup\.py, words\.txt, exp"
    ):
        load(folder, SLUGS)


def test_a_theme_added_since_needs_a_new_model(folder):
    with pytest.raises(ModelError, match=r"does not know the theme 'weather' of themes\.toml; train a new one"):
        load(folder, (*SLUGS, "weather"))


def test_another_segmenter_is_a_note(folder):
    change_manifest(folder, scikit_learn="1.8.0", segmenter="underthesea 9.4.0")
    (note,) = load(folder, SLUGS).notes
    assert note.startswith(
        "themes-2026-03-05 was made with segmenter underthesea 9.4.0, not underthesea 9.5.0: compare"
    )


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
    monkeypatch.setattr(nlp.artefact, "pack", full_disk)
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
