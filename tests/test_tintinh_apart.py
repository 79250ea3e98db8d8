"""Where parts of nights lie, whose they are, and in what order nights are merged; without Dask."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from corpus.nights import Finding, Night
from corpus.store import Corpus
from crawler.source import Source, read_source
from tests.archived import NIGHT
from tests.parted_nights import part_of_pages
from tests.small_paper import HOST, TOML
from tests.test_tintinh_cluster_later import HOUR, edition
from tintinh.cli import tintinh as command
from tintinh.cluster import nights
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.nights import Crawled
from tintinh.cluster.part import MANIFEST, SNAPSHOT, publish
from tintinh.cluster.storage import Storage
from tintinh.commands import collect
from tintinh.commands.apart import Apart

FIRST, SECOND = 20260531143000, 20260601143000
NOWHERE = {"CONNECT_TO": {HOST: "http://127.0.0.1:9"}}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "bao_dong_suoi.toml").write_text(TOML, encoding="utf-8")
    return read_source(tmp_path / "bao_dong_suoi.toml")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Nights over workers that crawl nothing: where each was to put its parts."""
    addresses: list[str] = []

    def made(self: Apart, out: Storage, *others: object) -> Crawled:
        addresses.append(out.address)
        return Crawled(str(SECOND))

    monkeypatch.setattr(Apart, "_made", made)
    return addresses


def night(source: Source, home: Path, name: str = "corpus.sqlite", out: str | None = None) -> None:
    Apart("tcp://127.0.0.1:9", out).crawled([source], home / name, home / "archive", NOWHERE, None)


def test_two_corpora_in_one_folder_have_their_own_parts(tmp_path: Path, source: Source, asked: list[str]) -> None:
    for name in ("mot.sqlite", "hai.sqlite"):
        night(source, tmp_path, name)
    assert asked == [str(tmp_path / "mot.sqlite.parts"), str(tmp_path / "hai.sqlite.parts")]


def test_a_part_that_is_finished_while_its_night_is_called_off_is_not_lost(
    tmp_path: Path, source: Source, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker elsewhere had fetched all and was putting its part in place when the next night began."""
    folder = Path(part_of_pages(tmp_path, source, edition("bản đầu"), number=FIRST).storage.address)
    (folder / SNAPSHOT).write_bytes(b"")
    manifest = (folder / MANIFEST).read_bytes()
    (folder / MANIFEST).unlink()

    def wait() -> None:
        assert not (folder / SNAPSHOT).exists(), "called off before it is waited for"
        (folder / MANIFEST).write_bytes(manifest)

    monkeypatch.setattr(nights, "wait_for_called_off", wait)
    night(source, tmp_path, out=str(tmp_path / "parts"))
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert corpus.stats().articles == 1
    assert not folder.exists()


def test_a_part_whose_folder_was_removed_is_not_published_by_halves(tmp_path: Path, source: Source) -> None:
    """Its worker took longer than the next night waited for it."""
    whole = part_of_pages(tmp_path, source, edition("bản đầu"), number=FIRST)
    folder = Path(whole.storage.address)
    paths = {name: tmp_path / name.replace("/", "-") for name in whole.manifest.files}
    for name, path in paths.items():
        whole.get(name, path)
    whole.storage.remove_all("")
    with pytest.raises(ClusterError, match="was called off, and removed"):
        publish(whole.storage, paths, whole.manifest)
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_nights_that_are_named_together_are_merged_and_settled_one_by_one(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a source is silent on a holiday is asked of its own night, and of that alone."""
    settled: list[tuple[int, list[Night]]] = []
    real = collect.settle

    def settle(done: Sequence[Night], corpus_path: Path, archive_path: Path) -> list[Finding]:
        with Corpus.open(corpus_path, read_only=True) as corpus:
            settled.append((len(corpus.nights()), list(done)))
        return real(list(done), corpus_path, archive_path)

    monkeypatch.setattr(collect, "settle", settle)
    for number, at in ((FIRST, NIGHT), (SECOND, NIGHT + 24 * HOUR)):
        part_of_pages(tmp_path, source, edition(f"bản {number}", at), number=number)
    words: list[Any] = ["merge", *(tmp_path / "parts" / str(number) for number in (SECOND, FIRST)), "--json"]
    where = ["--corpus", tmp_path / "corpus.sqlite", "--archive", tmp_path / "archive"]
    done = CliRunner().invoke(command, list(map(str, [*words, *where])), standalone_mode=False, catch_exceptions=False)
    assert "2 parts merged, 2 nights of outlets in them are new" in done.stderr
    assert [(there, [one.started_at for one in nights]) for there, nights in settled] == [
        (1, [NIGHT]),
        (2, [NIGHT + 24 * HOUR]),
    ]
    (row,) = [line for line in done.stdout.splitlines() if source.id in line]
    assert '"article": 1' in row
    assert '"changed": 1' in row
