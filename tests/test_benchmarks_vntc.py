import json
import random
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from benchmarks.vntc import METHODS, PUBLISHED, main
from benchmarks.vntc_methods import Ours, Recipe, choose
from benchmarks.vntc_texts import VntcError, WordsFile, find_split, read_text

# Words of ours; a text is sixty of its topic and of every topic, drawn anew.
TOPICS = {
    "Du lich": "du khách|bãi biển|nhà nghỉ|tuyến tham quan|đặt phòng|lữ hành|khách đoàn|cảnh đẹp|mùa hè|chèo thuyền",
    "Suc khoe": "bệnh viện|bác sĩ|tiêm phòng|sốt cao|thuốc men|khám bệnh|điều trị|y tá|ca mổ|dinh dưỡng",
    "The thao": "trận đấu|huy chương|cầu thủ|bàn thắng|sân cỏ|trọng tài|giải đấu|huấn luyện|khán giả|vô địch",
}
EVERYWHERE = "hôm qua|cho biết|theo đó|tại tỉnh|nhiều người|năm nay|sẽ được|thời gian|trong ngày|cùng với"


def story(topic, seed):
    drawn = random.Random(f"{topic} {seed}")  # noqa: S311 - news, not secrets
    own, common = TOPICS[topic].split("|"), EVERYWHERE.split("|")
    return ", ".join(drawn.choice(own if drawn.random() < 0.4 else common) for _ in range(60)) + "."


def write(path, text, encoding="utf-16"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))


@pytest.fixture(scope="module")
def vntc(tmp_path_factory):
    """Three topics, twelve training and four test texts each, three leaked copies; UTF-16 with and without a mark."""
    folder = tmp_path_factory.mktemp("vntc")
    encodings = ("utf-16", "utf-16-le", "utf-16-be", "utf-8")
    for topic in TOPICS:
        for number in range(12):
            write(folder / "Train_Full" / topic / f"A ({number}).txt", story(topic, number), encodings[number % 4])
        for number in range(4):
            write(folder / "Test_Full" / topic / f"B ({number}).TXT", story(topic, 100 + number))
    taught = story("Suc khoe", 3)
    changed = taught.replace(taught.split(", ")[30], "tình cờ", 1)
    assert changed != taught
    write(folder / "Test_Full" / "Suc khoe" / "word for word.txt", "\n" + taught.upper() + "  ", "utf-16-le")
    write(folder / "Test_Full" / "Suc khoe" / "nearly.txt", changed)
    write(folder / "Test_Full" / "The thao" / "under another topic.txt", story("Du lich", 0))
    return folder


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache") / "below" / "words.sqlite"


def printed(*arguments):
    result = CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def test_the_whole_table_with_and_without_leaked_copies(vntc, cache):
    result = json.loads(printed(vntc, "--cache", cache, "--jobs", 2, "--json").stdout)
    assert (result["train"], result["test"]) == (36, 15)
    assert result["topics"] == sorted(TOPICS)
    assert result["leaked"] == {"exact": 2, "near": 1, "under_another_topic": 1}
    assert result["segmented"] == 36 + 15 - 1  # a copy letter by letter is segmented once
    assert [row["method"].split(":")[0].split()[0] for row in result["rows"]] == [
        "ours",
        "underthesea",
        "underthesea_core",
    ]
    for row in result["rows"]:
        # the copy under another topic cannot be got right; without the copies everything can
        assert row["accuracy"] < 1
        assert row["accuracy_clean"] == row["macro_f1_clean"] == 1
        assert row["training_seconds"] > 0
        assert row["texts_a_second"] > 0
    assert len(result["published"]) == len(PUBLISHED)
    assert not result["comparable_with_published"]
    assert result["rows"][0]["method"] == f"ours: {_recipe(result['chosen'][0])}"


def _recipe(choice):
    return Recipe(**choice["recipe"])


def test_a_second_run_segments_nothing_and_prints_the_table(vntc, cache):
    printed(vntc, "--cache", cache, "--method", "rust")
    output = printed(vntc, "--cache", cache, "--method", "ours", "--jobs", 1).stdout
    assert "36 training and 15 test texts, 3 topics; 0 texts that do not read" in output
    assert "2 word for word, 1 nearly (20.0%), 1 of them trained under another topic" in output
    assert ": 0 texts in " in output
    assert all(f"| {name} | {value} |" in output for name, value, _ in PUBLISHED)
    assert "underthesea_core TextClassifier, 20,000" not in output
    assert "This run had others: its figures compare with each other, not with those rows." in output


def test_a_sample_is_drawn_from_both_parts_and_the_same_each_time(vntc):
    split = find_split(vntc)
    assert split.sample(10) == split.sample(10)
    assert [len(part) for part in (split.sample(13).train, split.sample(100).test)] == [13, 15]
    assert set(split.sample(10).train) < set(split.train)


def test_a_text_that_does_not_read_is_left_out_and_named(tmp_path, cache):
    for topic in TOPICS:
        for part, count in (("train", 6), ("test", 2)):
            for number in range(count):
                write(tmp_path / part / topic / f"{number}.txt", story(topic, f"{part} {number}"))
    bad = tmp_path / "test" / "Du lich" / "bad.txt"
    bad.write_bytes(b"tin v\xec bi\xean")  # an old code page
    result = printed(tmp_path, "--cache", cache, "--method", METHODS[0], "--jobs", 1)
    assert f"left out: {bad}: does not read as utf-8" in result.stderr
    assert "6 test texts, 3 topics; 1 texts that do not read are left out" in result.stdout


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "utf-8-sig"])
def test_every_encoding_reads_alike(tmp_path, encoding):
    write(tmp_path / "a.txt", "Mưa to ở Đá Bạc", encoding)
    assert read_text(tmp_path / "a.txt") == "Mưa to ở Đá Bạc"


def test_what_is_not_the_split_is_named(tmp_path, cache):
    def refused(sentence):
        with pytest.raises(VntcError, match=sentence):
            find_split(tmp_path)

    refused("expected one folder whose name begins with 'train' .*, found no folder")
    write(tmp_path / "Train_Full" / "Du lich" / "1.txt", "a")
    refused("Train_Full: expected a folder for each of two or more topics, found 1")
    (tmp_path / "Train_Full" / "The thao").mkdir()
    refused("The thao: expected the texts of this topic as .txt files, found none")
    write(tmp_path / "Train_Full" / "The thao" / "1.txt", "b")
    write(tmp_path / "test" / "test" / "Suc khoe" / "1.txt", "c")
    write(tmp_path / "test" / "test" / "Du lich" / "1.txt", "d")
    refused("topic 'Suc khoe' has test texts but no training texts; training has Du lich, The thao")
    result = CliRunner().invoke(main, [str(tmp_path / "nowhere"), "--cache", str(cache)])
    assert result.exit_code == 1
    assert "nowhere: there is no such folder; expected the one that holds Train_Full and Test_Full" in result.output


def test_too_few_texts_of_a_topic_cannot_be_chosen_by(tmp_path, cache):
    for part in ("train", "test"):
        for topic in TOPICS:
            write(tmp_path / part / topic / "1.txt", story(topic, part))
    result = CliRunner().invoke(main, [str(tmp_path), "--cache", str(cache), "--jobs", "1"])
    assert result.exit_code == 1
    assert (
        "topic 'Du lich' has 1 training texts that read; to hold some out for choosing, 5 are needed" in result.output
    )


def test_pairs_are_chosen_where_only_they_tell():
    # the same three words everywhere; only which stands beside which tells the topic
    texts = ["a_b c d x", "c a_b d x", "x a_b c d", "x c a_b d"] * 6
    topics = ["one", "two"] * 12
    tried = choose(texts, topics, range(16), range(16, 24), (Recipe(0, "svc", 1.0), Recipe(3, "svc", 1.0)))
    assert [(one.recipe.pairs, one.accuracy) for one in tried] == [(3, 1.0), (0, 0.5)]
    ours = Ours(tried[0].recipe)
    ours.fit(texts, topics)
    assert ours.predict(["a_b c", "c a_b"]) == ["one", "two"]


def test_a_file_that_is_no_cache_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("no database, but long enough to be taken for one " * 30, encoding="utf-8")
    with pytest.raises(VntcError, match="is not a file of words that this benchmark made"):
        WordsFile(tmp_path / "notes.txt")
    corpus = tmp_path / "corpus.sqlite"
    with closing(sqlite3.connect(corpus)) as connection:
        connection.execute("CREATE TABLE articles (id INTEGER)")
    before = corpus.read_bytes()
    with pytest.raises(VntcError, match="it is another database"):
        WordsFile(corpus)
    assert corpus.read_bytes() == before
