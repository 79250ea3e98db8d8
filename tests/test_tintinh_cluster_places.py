"""A dataset of an archive that `tintinh forget` has written anew: what was forgotten does not come back by a merge."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.doomed import code_of
from corpus.store import Corpus
from crawler.archive import ArchiveWriter
from crawler.ingest import replay
from crawler.verify import Checked, verify
from tests.pages import page, village
from tests.small_archive import html, write_archive
from tintinh.cluster import stages
from tintinh.cluster.dataset import Dataset
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.jobs import Here
from tintinh.cluster.places import require_places
from tintinh.cluster.storage import Storage

SOURCES = {"bao_lang": village()}
STORY = "https://baolang.vn/tin/2.html"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an archive, its corpus, and a dataset read from it."""
    home = tmp_path_factory.mktemp("places") / "home"
    write_archive(archive_of(home))
    read_again(home)
    path = home / "data" / "var" / "corpus.sqlite"
    path.parent.mkdir(parents=True)
    with Corpus.open(path) as corpus:
        assert len(list(replay(corpus, archive_of(home), SOURCES))) > 40
    return home


@pytest.fixture
def home(made: Path) -> Path:
    """The home, afresh at the same place: a dataset knows the address of its archive."""
    kept = made.parent / "kept"
    if not kept.exists():
        shutil.copytree(made, kept)
    shutil.rmtree(made)
    shutil.copytree(kept, made)
    return made


def archive_of(home: Path) -> Path:
    return home / "data" / "archive"


def dataset_of(home: Path) -> Dataset:
    return Dataset.at(str(home / "dataset"))


def read_again(home: Path) -> None:
    summary = stages.read_archive(Here(), Storage(str(archive_of(home))), dataset_of(home), SOURCES, size=6_000)
    assert summary.failures == []


def merged(home: Path, *options: str) -> tuple[int, str]:
    code = code_of(home, "merge", str(home / "dataset"), *options)
    return code, (home / "err").read_text(encoding="utf-8")


def holds(home: Path, path: Path) -> bool:
    """Whether the corpus at ``path`` has the story; all of its pages must lie in the archive where it says."""
    with Corpus.open(path, read_only=True) as corpus:
        assert corpus.check() == []
        assert list(verify(archive_of(home), corpus.connection, Checked())) == []
        return corpus.article(STORY) is not None


def test_after_a_forgetting_an_older_dataset_is_refused_and_read_again_it_is_merged(home: Path) -> None:
    own, new = home / "data" / "var" / "corpus.sqlite", home / "new.sqlite"
    assert merged(home)[0] == 0
    assert holds(home, own)
    assert code_of(home, "forget", STORY, "--yes") == 0
    assert not holds(home, own)
    for options in ((), ("--corpus", str(new))):
        code, said = merged(home, *options)
        assert code == 1
        assert "was written anew since the dataset" in said
        assert "run the same tintinh replay --dataset again" in said
    assert not holds(home, own)
    assert not new.exists()
    read_again(home)
    for options in ((), ("--corpus", str(new))):
        assert merged(home, *options)[0] == 0
    assert not holds(home, own)
    assert not holds(home, new)


@pytest.mark.parametrize("number", [0, 7, 508, 515])
def test_whichever_page_of_a_file_is_forgotten_it_is_noticed(home: Path, number: int) -> None:
    """The first and the last page of a file, of either outlet."""
    host = "baonui.vn" if number > 500 else "baolang.vn"
    require_places(dataset_of(home))
    assert code_of(home, "forget", f"https://{host}/tin/{number % 500}.html", "--yes") == 0
    with pytest.raises(ClusterError, match="was written anew since the dataset"):
        require_places(dataset_of(home))


def test_an_archive_that_grew_is_still_the_one(home: Path) -> None:
    with ArchiveWriter(archive_of(home)) as writer:
        writer.write(page(html(77), url="https://baolang.vn/tin/77.html"))
    require_places(dataset_of(home))


def test_without_its_archive_nobody_can_say_and_a_person_may_decide(home: Path, tmp_path: Path) -> None:
    shutil.move(archive_of(home), tmp_path / "moved")
    code, said = merged(home, "--corpus", str(tmp_path / "new.sqlite"))
    assert code == 1
    assert "nobody can say whether a story was forgotten" in said
    assert merged(home, "--corpus", str(tmp_path / "new.sqlite"), "--archive", str(tmp_path / "moved"))[0] == 0
    assert merged(home, "--corpus", str(tmp_path / "other.sqlite"), "--unchecked")[0] == 0


def test_the_archive_of_the_corpus_counts_as_well(home: Path, tmp_path: Path) -> None:
    """The dataset was read from a copy in which nothing was forgotten: its places are wrong in ours."""
    shutil.copytree(archive_of(home), tmp_path / "backup")
    assert code_of(home, "forget", STORY, "--yes") == 0
    ours = tmp_path / "ours"
    shutil.move(archive_of(home), ours)
    shutil.copytree(tmp_path / "backup", archive_of(home))
    require_places(dataset_of(home))
    code, said = merged(home, "--archive", str(ours))
    assert code == 1
    assert f"{ours}/bao_lang/" in said
