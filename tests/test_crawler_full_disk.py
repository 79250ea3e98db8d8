"""The disk is full, the machine stops: what is in the archive stays whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.archive import ArchiveWriter, read_archive, read_page
from crawler.copying import export
from tests.archived import page
from tests.command import ROOT

# The kernel refuses what goes beyond the limit: it takes the first part of a write, then fails the next.
SCRIPT = """
import resource, sys
from pathlib import Path
from crawler.archive import ArchiveWriter
from tests.archived import page
limit, count = int(sys.argv[2]), int(sys.argv[3])
stored = failed = 0
with ArchiveWriter(Path(sys.argv[1])) as writer:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    for number in range(1, count + 1):
        try:
            writer.write(page(number, bytes(str(number), "ascii") * 10))
            stored += 1
        except OSError:
            failed += 1
print(stored, failed)
"""


def fill(root: Path, limit: int, count: int) -> tuple[int, int]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(root), str(limit), str(count)],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60,
    )  # fmt: skip
    stored, failed = map(int, done.stdout.split())
    return stored, failed


def test_a_full_disk_costs_the_page_and_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    stored, failed = fill(tmp_path, limit=4000, count=9)
    assert stored >= 2
    assert failed >= 2
    found = list(read_archive(tmp_path))
    assert len(found) == stored
    assert all(read_page(tmp_path, place) == one for place, one in found)
    assert not caplog.text  # not even the last record is cut
    # Space is made, the next night writes on.
    with ArchiveWriter(tmp_path) as writer:
        writer.write(page(99))
    assert len(list(read_archive(tmp_path))) == stored + 1


@pytest.mark.parametrize("limit", [0, 100])
def test_a_file_that_cannot_even_begin_is_not_left_behind(tmp_path: Path, limit: int) -> None:
    assert fill(tmp_path, limit=limit, count=3) == (0, 3)
    assert not list(tmp_path.glob("*/*"))


def test_an_export_that_cannot_be_finished_is_not_left_behind(tmp_path: Path) -> None:
    with ArchiveWriter(tmp_path / "archive") as writer:
        for number in range(1, 9):
            writer.write(page(number))
    script = f"""
import resource
from pathlib import Path
from crawler.copying import export
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
try:
    export(Path({str(tmp_path / "archive")!r}), Path({str(tmp_path / "x.warc.gz")!r}))
except OSError as error:
    print(error.strerror)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    assert done.stdout == "File too large\n"
    assert [one.name for one in tmp_path.iterdir()] == ["archive"]
    assert export(tmp_path / "archive", tmp_path / "x.warc.gz") == 8
