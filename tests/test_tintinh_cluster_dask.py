"""Two Dask workers: the same files as one process, when workers are killed too; and the command that asks for them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.small_archive import write_archive
from tests.test_tintinh_cluster import SMALL, SOURCES
from tintinh.cli import tintinh as command
from tintinh.cluster import running, stages
from tintinh.cluster.dataset import Dataset
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.jobs import Failure, Here, Job
from tintinh.cluster.running import Workers, require_address, workers
from tintinh.cluster.storage import Storage

# A worker that was killed leaves sockets, and Dask's own loop closes them when it is collected.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    return Storage(str(write_archive(tmp_path_factory.mktemp("dask") / "archive")))


@pytest.fixture(scope="module")
def two() -> Iterator[Workers]:
    import dask

    with dask.config.set({"distributed.scheduler.allowed-failures": 0}), workers("local:2") as found:
        yield found


def kill_me(marks: str, name: str, deaths: int) -> str:
    """End this worker as a full memory or a power cut would, the first so many times; then answer."""
    seen = len(list(Path(marks).glob(f"{name}.*")))
    if seen < deaths:
        (Path(marks) / f"{name}.{seen}").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return name


def process(name: str, shared: str) -> tuple[int, str]:
    time.sleep(0.2)
    return os.getpid(), f"{name} {shared}"


def explode(name: str) -> None:
    raise ClusterError(f"{name} cannot be done")


def test_two_workers_write_the_files_of_one_process(two: Workers, archive: Storage, tmp_path: Path) -> None:
    files = []
    for name, runner in (("one", Here()), ("two", two)):
        dataset = Dataset.at(str(tmp_path / name))
        summary = stages.read_archive(runner, archive, dataset, SOURCES, size=SMALL)
        assert summary.failures == []
        root = Path(dataset.storage.address)
        files.append({path.name: path.read_bytes() for path in root.glob("*/*")})
    assert files[0] == files[1]
    assert len(files[0]) > 20
    assert stages.read_archive(two, archive, dataset, SOURCES, size=SMALL).made == 0


def test_both_work_and_shared_things_reach_them(two: Workers) -> None:
    found = list(two.run([Job(str(n), process, (str(n),)) for n in range(8)], ("said",)))
    pids, said = zip(*(one for one in found if not isinstance(one, Failure)), strict=True)
    assert sorted(said) == [f"{n} said" for n in range(8)]
    assert set(pids) == set(two.pids().values())
    assert os.getpid() not in pids


def test_an_error_stops_no_other_job(two: Workers) -> None:
    found = list(two.run([Job("a", explode, ("a",)), Job("b", str.upper, ("b",))]))
    assert Failure("a", "a cannot be done") in found
    assert "B" in found


def test_the_command_goes_from_archive_to_corpus(
    two: Workers, archive: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path))
    data = str(tmp_path / "data")

    def done(*arguments: str) -> Result:
        result = CliRunner().invoke(command, arguments, catch_exceptions=False, standalone_mode=False)
        assert result.exit_code == 0, result.output
        return result

    first = done("replay", "--archive", archive.address, "--dataset", data, "--dask", two._client.scheduler.address)
    assert "Dask's dashboard: http://127.0.0.1:" in first.stderr
    assert f"next: tintinh annotate --dataset {data}" in first.stderr
    again = json.loads(done("replay", "--archive", archive.address, "--dataset", data, "--json").stdout)
    assert (again["made"], again["finished before"], again["failed"]) == (0, again["partitions"], 0)
    done("annotate", "--dataset", data)
    merged = done("merge", data, "--json")
    held = sum(row["article"] + row["copy"] for row in map(json.loads, merged.stdout.splitlines()))
    assert held == again["articles"] - 4, "three editions, and one address that leads to another's article"
    asked = ("trend", "--by", "year", "--per", "theme", "--json")
    assert done(*asked, "--dataset", data).stdout == done(*asked).stdout
    named = ("trend", "--per", "partner", "--most", "1", "--csv")
    assert done(*named, "--dataset", data).stdout == done(*named).stdout
    words = ("keywords", "tuần tra", "--least", "2", "--json")
    assert done(*words, "--dataset", data).stdout == done(*words).stdout


def test_a_killed_worker_loses_nothing_and_one_that_always_dies_is_named(
    two: Workers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "ROUNDS", 2)
    marks = str(tmp_path)
    deaths = {"a": 0, "b": 1, "c": 99, "d": 0}
    found = list(two.run([Job(name, kill_me, (marks, name, count)) for name, count in deaths.items()]))
    (failure,) = [one for one in found if isinstance(one, Failure)]
    assert sorted(one for one in found if not isinstance(one, Failure)) == ["a", "b", "d"]
    assert failure.name == "c"
    assert "partition c killed its worker again and again" in failure.reason
    assert {path.name for path in tmp_path.iterdir()} == {"b.0", "c.0", "c.1"}


def test_an_address_is_told_from_a_mistake() -> None:
    for good in ("local:1", "local:12", "tcp://scheduler:8786", "tls://10.0.0.1:8786"):
        assert require_address(good) == good
    for bad in ("local", "local:0", "local:x", "8", "scheduler:8786"):
        with pytest.raises(ValueError, match="is neither local:N"):
            require_address(bad)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("replay", "--dask", "local:2"), "--dask needs --dataset ADDRESS"),
        (("replay", "--dask", "2", "--dataset", "d"), "'2' is neither local:N"),
        (("replay", "--dataset", "d", "--dry-run"), "--dry-run says nothing about a dataset"),
        (("trend", "--dataset", "d", "--corpus", "c"), "--corpus says nothing about a dataset"),
        (("keywords", "--dataset", "d"), "holds no dataset; tintinh replay"),
    ],
)
def test_mistakes_are_sentences(options: tuple[str, ...], said: str) -> None:
    from click.testing import CliRunner

    from tintinh.cli import tintinh as command

    done = CliRunner().invoke(command, list(options))
    assert done.exit_code != 0
    assert said in (done.output + str(done.exception))


def test_nothing_of_dask_is_loaded_otherwise() -> None:
    code = (
        "import sys; from tintinh.cli import run; run(['--help']); run(['trend', '--corpus', 'none.sqlite']); "
        "print(sorted({'dask', 'distributed', 'fsspec', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.endswith("[]\n")
