"""The benchmark of scale runs, and pandas over the CSV gives the same numbers as the corpus."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from benchmarks.scale import main
from benchmarks.scale_questions import KINDS, questions


def test_the_corpus_and_pandas_answer_alike(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--articles", "600", "--keep", str(tmp_path)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "another number than ours: 0 of 48" in done.output
    rows = [line for line in done.output.splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0] for row in rows[1:]] == [f"| {kind}" for kind in KINDS]
    assert {path.name for path in tmp_path.iterdir() if not path.name.endswith(("-wal", "-shm"))} == {
        "made-60.sqlite",
        "made-600.sqlite",
    }


def test_the_questions_are_the_same_every_time() -> None:
    assert questions() == questions()
    assert len(questions()) == 200
    assert {question.kind for question in questions()} == set(KINDS)
