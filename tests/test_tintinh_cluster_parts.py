"""Parts of nights without Dask: what a night of one process makes, whenever, however often and in what order merged."""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus.store import Corpus
from crawler.archive import read_archive, read_page
from crawler.ingest import replay
from crawler.source import load_sources
from crawler.verify import Checked, verify
from tests.command import tintinh
from tests.nights import database, night, turn_clock
from tests.parted_nights import merged, night_in_part, shared
from tests.rows import rows_of
from tests.small_paper import HOME, HOST, Answer, Paper, article, listing, running
from tests.test_corpus_recent import standing
from tests.test_crawler_revisits import YOUNG, today
from tintinh.cli import tintinh as command
from tintinh.cluster import taking
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.part import JOURNAL, Part, parts_in
from tintinh.cluster.taking import Taken, take

OTHER = "https://khac.example/tin-1"
"""An address of another outlet."""


@pytest.fixture
def paper() -> Iterator[Paper]:
    with running() as paper:
        # A gzip says when it was made: two answers would differ in a byte.
        paper.answers = {path: replace(answer, zipped=False) for path, answer in paper.answers.items()}
        yield paper


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which one night lies in its part, and nothing is merged; to be copied."""
    home = tmp_path_factory.mktemp("crawled")
    with running() as paper:
        paper.answers["/tin/bai-5.html"] = Answer(article("Bà Xyzzyquaffle kể chuyện", "05/10/2026", "Xyzzyquaffle"))
        night_in_part(home, paper)
    return home


@pytest.fixture
def home(crawled: Path, tmp_path: Path) -> Path:
    shutil.copytree(crawled, tmp_path / "home")
    return tmp_path / "home"


def part_of(home: Path) -> Part:
    (part,), none = parts_in(str(home / "parts" / "1"))
    assert none == []
    return part


def assert_sound(home: Path) -> None:
    with Corpus.open(home / "corpus.sqlite", read_only=True) as corpus:
        assert list(verify(home / "archive", corpus.connection, Checked())) == []
        for record in corpus.pages():
            assert record.place is not None
            assert read_page(home / "archive", record.place).url == record.url


def test_nights_in_parts_are_nights_of_one_process(tmp_path: Path, paper: Paper) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    young = {name: paper.answers[name] for name in ("/tin/bai-11.html", "/tin/bai-12.html")}
    for number, hours in ((1, 0), (2, 7)):
        asked = []
        for home in (one, two):
            paper.answers.update(young)
            paper.answers["/tin/bai-11.html"] = Answer(today("Chuyện thứ 11 của bản", "nguyên vẹn"), etag='"mot"')
            paper.answers["/tin/bai-12.html"] = Answer(today("Cầu treo thông xe", f"bản thứ {number}"))
            if number == 2:  # one new story, told to both
                paper.answers["/tin/bai-13.html"] = Answer(article("Chuyện thứ 13 của bản", "13/10/2026", "riêng 13"))
                paper.answers["/xa-hoi/"] = Answer(listing(range(13, 8, -1), "/xa-hoi/?trang=2"))
            if number == 2:
                turn_clock(home, hours)
                with database(home) as connection:
                    connection.execute(
                        "INSERT INTO addresses (url, source, found_at) VALUES (?, 'khac', '2026')", (OTHER,)
                    )
            if home is one:
                night(one, paper)
            else:
                taken, _ = merged(two, night_in_part(two, paper, number))
                assert [account.source for account in taken.nights] == ["bao_dong_suoi"]
            asked.append((sorted(paper.asked), sorted(paper.unchanged)))
        assert asked[0] == asked[1], "asked for the same, with the same conditions"
        assert shared(two / "corpus.sqlite") == shared(one / "corpus.sqlite")
        assert_sound(two)
    with closing(sqlite3.connect(two / "snapshot.sqlite")) as connection:  # what the second night was told
        assert {url for (url,) in connection.execute("SELECT url FROM articles")} == {YOUNG, f"{HOME}tin/bai-11.html"}
        assert {url.split("/")[2] for (url,) in connection.execute("SELECT url FROM addresses")} == {HOST}
    with Corpus.open(two / "corpus.sqlite") as corpus:
        stored = corpus.article(YOUNG)
        assert stored is not None
        assert len(corpus.revisions(stored.id)) == 2
    assert len(list((two / "archive").glob("*/*-2001.warc.gz"))) == 1


def test_merged_twice_in_any_order_or_after_a_cut_is_merged_once(
    tmp_path: Path, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    first = night_in_part(home, paper)
    paper.answers["/tin/bai-12.html"] = Answer(article("Chuyện thứ 12 của bản", "12/10/2026", "sửa rồi"))
    second = night_in_part(home, paper, 2)  # from the same snapshot: it asks for all of it once more
    assert len(paper.articles_asked()) > 12

    whole = tmp_path / "whole"
    whole.mkdir()
    taken, outcomes = merged(whole, first, second)
    assert (len(taken.nights), len(list((whole / "archive").glob("*/*.warc.gz")))) == (2, 2)
    assert {one.kind for one in outcomes} >= {"article", "rejected", "unchanged", "changed"}
    expected = rows_of(whole / "corpus.sqlite")
    assert_sound(whole)
    again, none = merged(whole, first, second)
    assert (again, none) == (Taken(), [])
    assert rows_of(whole / "corpus.sqlite") == expected

    other = tmp_path / "other"
    other.mkdir()
    merged(other, second, first)
    assert rows_of(other / "corpus.sqlite") == expected

    replayed = tmp_path / "replayed.sqlite"
    with Corpus.open(replayed) as corpus:
        list(replay(corpus, whole / "archive", load_sources(home / "sources")))
    for table in ("articles", "blocks", "copies", "revisions"):
        assert rows_of(replayed)[table] == expected[table], "which is what a replay of the archive makes"

    monkeypatch.setattr(taking, "TOGETHER", 3)
    for batches in (0, 2, 4, 6):
        cut = tmp_path / f"cut-{batches}"
        cut.mkdir()
        with Corpus.open(cut / "corpus.sqlite") as corpus:
            outcomes_of = take([first, second], corpus, cut / "archive", Taken())
            for _ in range(batches * 3 + 1):
                next(outcomes_of)
            outcomes_of.close()
        merged(cut, first, second)
        assert rows_of(cut / "corpus.sqlite") == expected
        assert_sound(cut)


def test_look_up_keys_are_merged_once_all_is_taken_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.recent.AT_MOST", 50)
    merged(home, part_of(home))
    with Corpus.open(home / "corpus.sqlite") as corpus:
        recently, others = standing(corpus)
    assert recently <= 50 < others


def test_a_stop_among_the_files_leaves_nothing_half(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = part_of(home)

    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device", str(folder))

    with monkeypatch.context() as patched:
        patched.setattr(taking, "sync_folder", full)
        with pytest.raises(OSError, match="No space"):
            merged(home, part)
    with Corpus.open(home / "corpus.sqlite", read_only=True) as corpus:
        assert corpus.stats().articles == 0
    taken, _ = merged(home, part)
    assert len(taken.nights) == 1
    assert_sound(home)


def test_what_was_forgotten_since_stays_out_of_corpus_and_archive(home: Path) -> None:
    part = part_of(home)
    url = f"{HOME}tin/bai-5.html"
    where = ("--corpus", home / "corpus.sqlite", "--archive", home / "archive")
    (home / "archive").mkdir()
    done = tintinh("forget", url, "--yes", *where, home=home)
    assert done.code == 0, done.err
    merged(home, part)
    merged(home, part)
    for path in [*home.glob("corpus.sqlite*"), *(home / "archive").rglob("*")]:
        if path.is_file():
            said = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            assert b"Xyzzyquaffle" not in said, path
            assert b"bai-5.html" not in said or path.suffix == ".gz", path
    assert_sound(home)
    assert url not in {page.url for _, page in read_archive(home / "archive")}
    with Corpus.open(home / "corpus.sqlite") as corpus:
        assert corpus.outcome(url) is None
        assert corpus.article(f"{HOME}tin/bai-6.html") is not None
        (account,) = corpus.nights()
        assert account.rejected["forgotten"] == 1
    with database(home) as connection:
        shown = connection.execute("SELECT shown FROM listings").fetchall()
        assert not any("bai-5.html" in one for (one,) in shown)
        assert connection.execute("SELECT 1 FROM addresses WHERE url = ?", (url,)).fetchone() is None


def test_forgotten_after_it_was_merged_a_part_brings_it_back_no_more(home: Path) -> None:
    part = part_of(home)
    merged(home, part)
    where = ("--corpus", home / "corpus.sqlite", "--archive", home / "archive")
    assert tintinh("forget", f"{HOME}tin/bai-5.html", "--yes", *where, home=home).code == 0
    before = rows_of(home / "corpus.sqlite")
    merged(home, part)
    assert rows_of(home / "corpus.sqlite") == before
    assert_sound(home)


def test_a_part_that_is_not_what_it_says_is_refused(home: Path) -> None:
    part = part_of(home)
    (name,) = part.archive_files
    (path,) = Path(part.storage.address).glob(f"attempts/*/archive/{name}")
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ClusterError, match=r"warc\.gz: has \d+ bytes with SHA-256 .* were expected"):
        merged(home, part)
    path.unlink()
    with pytest.raises(ClusterError, match="is not there, though the part names it"):
        merged(home, part)
    assert not list((home / "archive").rglob("*.warc.gz*"))


@pytest.mark.parametrize(
    "name",
    [
        "../x-20260101-1.warc.gz",
        "/x-20260101-1.warc.gz",
        "/{}",
        "bao_khac/{}",
        "bao_dong_suoi/../{}",
        "bao_dong_suoi/x",
    ],
)
def test_a_part_names_files_of_the_archive_only(home: Path, name: str) -> None:
    part = part_of(home)
    (path,) = part.archive_files
    files = {**part.manifest.files, f"archive/{name.format(path.rpartition('/')[2])}": part.manifest.files[JOURNAL]}
    foreign = replace(part, manifest=part.manifest.model_copy(update={"files": files}))
    with pytest.raises(ClusterError, match="is no archive file"):
        merged(home, foreign)


def test_the_command_takes_a_night_and_names_what_is_not_finished(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = part_of(home)
    night_folder = Path(part.storage.address).parent
    unfinished = night_folder / "bao_do_dang"
    unfinished.mkdir()
    shutil.move(Path(part.storage.address) / "snapshot.sqlite", unfinished)  # a night that is over has none
    monkeypatch.setenv("TINTINH_HOME", str(home))
    words = [
        "merge",
        str(night_folder),
        "--corpus",
        str(home / "corpus.sqlite"),
        "--archive",
        str(home / "archive"),
    ]
    done = CliRunner().invoke(command, [*words, "--json"], catch_exceptions=False, standalone_mode=False)
    assert done.return_value == 2
    (row,) = map(json.loads, done.stdout.splitlines())
    assert (row["source"], row["article"] + row["copy"]) == ("bao_dong_suoi", 12)
    assert "1 parts merged, 1 nights of outlets in them are new" in done.stderr
    assert "bao_do_dang is not finished" in done.stderr
    again = CliRunner().invoke(command, words, catch_exceptions=False, standalone_mode=False)
    assert "1 parts merged, 0 nights" in again.stderr
    assert parts_in(str(unfinished)) == ([], [str(unfinished)])
    nothing = CliRunner().invoke(command, ["merge", str(home / "sources")])
    assert "holds no dataset" in str(nothing.exception)
