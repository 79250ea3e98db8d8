"""The benchmark of scale runs, and pandas over the CSV gives the same numbers as the corpus."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from click.testing import CliRunner

from benchmarks.scale import main
from benchmarks.scale_asked import FILTERS
from benchmarks.scale_asked import main as asked_again
from benchmarks.scale_questions import KINDS, questions
from corpus import Query


def test_the_corpus_and_pandas_answer_alike(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--articles", "600", "--keep", str(tmp_path)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "another number than ours: 0 of 48" in done.output
    # Tables of what storing cost stand before that of the questions.
    rows = [line for line in done.output.splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0] for row in rows[-len(KINDS) :]] == [f"| {kind}" for kind in KINDS]
    assert {path.name for path in tmp_path.iterdir() if not path.name.endswith(("-wal", "-shm"))} == {
        "made-60.sqlite",
        "made-600.sqlite",
    }

    again = CliRunner().invoke(
        asked_again,
        ["--corpus", str(tmp_path / "made-600.sqlite"), "--tenth", str(tmp_path / "made-60.sqlite"), "--export", "50"],
        catch_exceptions=False,
    )
    assert again.exit_code == 0
    rows = [line.split(" | ")[0] for line in again.output.splitlines() if line.startswith("| ")]
    assert rows == [
        "| ms",
        *(f"| {kind}" for kind in KINDS),
        "| filter, ms of the processor",
        *(f"| {name}" for name in FILTERS),
    ]
    assert all("×" in line for line in again.output.splitlines() if line.startswith("| search"))
    assert "exported to Parquet" in again.output


def test_every_filter_of_a_query_is_measured() -> None:
    measured = {name for filters in FILTERS.values() for name in filters}
    assert {field.name for field in fields(Query)} - measured <= {"until", "limit", "partner"}


def test_the_questions_are_the_same_every_time() -> None:
    assert questions() == questions()
    assert len(questions()) == 200
    assert {question.kind for question in questions()} == set(KINDS)
