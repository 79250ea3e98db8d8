"""The background of words: learnt from unlabelled news, the same bytes each time, and read with suspicion."""

import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.store import Corpus
from nlp.arrays import pack
from nlp.background import FILE, Background
from nlp.errors import LabelledError, ModelError, NlpError
from nlp.keywords import Keywords
from nlp.labelled import read_labelled
from nlp.pool import learn_background, read_pool
from tests.command import tintinh
from tests.made_articles import story as article
from tests.small_model import PHRASES, PLACES, THEMES, write_labelled

ROOT = Path(__file__).parents[1]
KEYWORDS = Keywords.of(THEMES)
SLUGS = tuple(KEYWORDS.by_theme)


def story(number):
    """An invented story of some sixty words, on one of the four subjects of the small model."""
    chance = random.Random(number)  # noqa: S311 - news, not secrets
    phrases = PHRASES[chance.choice(list(PHRASES))].split("|")
    sentences = [f"{chance.choice(PLACES)}: {', '.join(chance.choices(phrases, k=8))}." for _ in range(4)]
    return {"id": number, "title": f"Tin từ {chance.choice(PLACES)}", "text": "\n".join(sentences)}


def write_pool(path, rows):
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    return write_pool(tmp_path_factory.mktemp("pool") / "news.jsonl.gz", map(story, range(120)))


@pytest.fixture(scope="module")
def learnt(pool):
    return learn_background([pool], KEYWORDS)


def test_a_background_knows_the_words_of_the_pool(learnt, tmp_path):
    assert learnt.documents == 120
    assert {"du_khách", "biên_giới", "#biên_giới"} <= set(learnt.words)
    assert all(8 <= times <= 60 for times in learnt.frequencies)
    # The strongest few: of so few words all directions together tell every word from every other.
    gained = dict(zip(learnt.words, learnt.directions[:4].T, strict=True))

    def alike(one, other):
        first, second = gained[one], gained[other]
        return first @ second / np.linalg.norm(first) / np.linalg.norm(second)

    assert alike("lữ_hành", "tham_quan") > alike("lữ_hành", "phân_bón")
    learnt.save(tmp_path / FILE)
    again = Background.load(tmp_path / FILE)
    assert (again.words, again.documents, again.digest()) == (learnt.words, learnt.documents, learnt.digest())
    np.testing.assert_array_equal(again.directions, learnt.directions)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_near_copies_of_judged_news_are_left_out(pool, tmp_path):
    labelled = read_labelled([write_labelled(tmp_path / "stories.jsonl")], SLUGS)
    copies = [
        {"title": "Đăng lại", "text": f"{row.text}\n{row.text.replace(',', ' rồi', 1)}"} for row in labelled[:80:4]
    ]
    with_copies = write_pool(tmp_path / "more.jsonl", copies)
    advanced = []
    found = learn_background([pool, with_copies], KEYWORDS, judged=labelled, advance=advanced.append)
    assert sum(advanced) == 120 + len(copies)
    # One of the hundred and twenty happens to be built like a labelled one.
    assert found.documents == learn_background([pool], KEYWORDS, judged=labelled).documents == 119
    assert learn_background([pool, with_copies], KEYWORDS).documents == 120 + len(copies)


def test_the_command_learns_a_background_and_two_runs_give_the_same_bytes(pool, tmp_path):
    labelled = write_labelled(tmp_path / "stories.jsonl")
    (tmp_path / "themes.toml").write_text(
        "".join(
            f'[[theme]]\nslug = "{one.slug}"\nname = "{one.name}"\nenglish = "{one.english}"\nabout = "a"\nnot = "b"\n'
            f"keywords = {json.dumps(one.keywords, ensure_ascii=False)}\n"
            for one in THEMES
        ),
        encoding="utf-8",
    )
    given = ("train", "--labelled", labelled, "--themes", "themes.toml", "--allow-lower")
    runs = {
        "one": ("--pool", pool),
        "two": ("--pool", pool),
        "three": ("--background", "one/background.npz"),
        "four": ("--no-background",),
    }
    for number, (into, options) in enumerate(runs.items()):
        done = tintinh(*given, *options, "--into", into, home=tmp_path, PYTHONHASHSEED=str(number))
        assert done.code == 0, done.err
        assert ("background: " in done.err) == ("--pool" in options)
    one, two, three, four = (next((tmp_path / into).glob("themes-*")) for into in runs)
    assert (one.parent / FILE).read_bytes() == (two.parent / FILE).read_bytes()
    assert not (three.parent / FILE).exists()
    for path in one.iterdir():
        assert path.read_bytes() == (two / path.name).read_bytes() == (three / path.name).read_bytes(), path.name
    assert (one / "model.npz").read_bytes() != (four / "model.npz").read_bytes()
    backgrounds = [
        json.loads((path / "manifest.json").read_text(encoding="utf-8"))["background"] for path in (one, four)
    ]
    learnt = Background.load(one.parent / FILE)
    assert backgrounds == [learnt.digest(), None]
    card = (one / "card.md").read_text(encoding="utf-8")
    assert f"{len(learnt.words)} words of {learnt.documents} unlabelled texts" in card
    assert f"`background.npz` with the SHA-256 {learnt.digest()[:7]}…" in card
    assert "No background of words" in (four / "card.md").read_text(encoding="utf-8")
    twice = tintinh(*given, "--pool", pool, "--no-background", home=tmp_path)
    assert (twice.code, "exclude each other" in twice.err) == (1, True)


def test_the_number_of_cores_changes_nothing(pool, learnt):
    code = (
        "import sys; from pathlib import Path; from nlp.keywords import Keywords\n"
        "from nlp.pool import learn_background\n"
        "from tests.small_model import THEMES\n"
        "print(learn_background([Path(sys.argv[1])], Keywords.of(THEMES)).digest())"
    )
    for threads in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code, pool],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert done.stdout.strip() == learnt.digest()


def test_an_export_is_a_pool(tmp_path):
    with Corpus.open(tmp_path / "data" / "var" / "corpus.sqlite") as corpus:
        corpus.keep(article(1), page=None, place=None)
        stored = corpus.article(1).article
    done = tintinh("export", home=tmp_path)
    (tmp_path / "news.jsonl").write_text(done.out, encoding="utf-8")
    ((title, text),) = read_pool([tmp_path / "news.jsonl"])
    assert (title, text.split("\n")) == (stored.title, stored.text.split("\n"))


def test_a_pool_that_does_not_read_is_named_with_its_line(tmp_path):
    good = story(1)
    for number, (bad, sentence) in enumerate(
        (
            ("[]", r"line 2: expected an object like .*, got list"),
            ('{"title": "Chỉ có đầu đề"}', r"line 2: key 'text' must be a text, got None"),
            ('{"title": 3, "text": "a"}', r"line 2: key 'title' must be a text, got 3"),
            ("{", r"line 2: is not JSON in UTF-8"),
            ("[" * 100_000, r"line 2: is not JSON in UTF-8"),
        )
    ):
        path = tmp_path / f"{number}.jsonl"
        path.write_text(json.dumps(good, ensure_ascii=False) + "\n" + bad + "\n", encoding="utf-8")
        with pytest.raises(LabelledError, match=sentence):
            list(read_pool([path]))
    cut = write_pool(tmp_path / "cut.jsonl.gz", [good, good])
    cut.write_bytes(cut.read_bytes()[:-9])
    with pytest.raises(LabelledError, match=r"cut\.jsonl\.gz: cannot be read after line \d"):
        list(read_pool([cut]))
    plain = write_pool(tmp_path / "plain.jsonl", [good]).rename(tmp_path / "plain.jsonl.gz")
    with pytest.raises(LabelledError, match=r"plain\.jsonl\.gz: cannot be read after line 0: Not a gzipped file"):
        list(read_pool([plain]))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_too_few_texts_are_said(tmp_path, count):
    path = write_pool(tmp_path / "few.jsonl", map(story, range(count)))
    with pytest.raises(NlpError, match="a background needs two words or more that stand in 8 texts each"):
        learn_background([path], KEYWORDS)


FIELDS = {
    "words": np.frombuffer(b"a\nb", dtype=np.uint8),
    "frequencies": np.array([8, 9], dtype=np.int32),
    "documents": np.array([20], dtype=np.int64),
    "directions": np.ones((3, 2), dtype=np.float16),
}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"words": np.frombuffer(b"a\na", dtype=np.uint8)}, "its words are not different words without blanks"),
        ({"words": np.frombuffer(b"a\nb c", dtype=np.uint8)}, "its words are not different words without blanks"),
        ({"words": np.frombuffer(b"a\n\xff", dtype=np.uint8)}, "its words are not UTF-8"),
        (
            {"words": np.frombuffer(b"a", dtype=np.uint8)},
            "its 1 words, 2 frequencies and 2 columns of directions do not",
        ),
        ({"frequencies": np.array([8, 0], dtype=np.int32)}, "are not between 1 and its 20 documents"),
        ({"frequencies": np.array([8, 21], dtype=np.int32)}, "are not between 1 and its 20 documents"),
        ({"directions": np.ones(2, dtype=np.float16)}, r"directions must be <f2 of shape \(any, any\)"),
        ({"directions": np.full((3, 2), np.inf, dtype=np.float16)}, "directions holds a value that is not a number"),
    ],
)
def test_a_background_that_is_none_is_refused(tmp_path, change, sentence):
    path = tmp_path / FILE
    path.write_bytes(pack(FIELDS))
    assert Background.load(path).words == ("a", "b")
    path.write_bytes(pack({**FIELDS, **change}))
    with pytest.raises(ModelError, match=sentence):
        Background.load(path)
