"""The command as a user runs it: a child process, its two streams and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]


class Done(NamedTuple):
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        """The JSON Lines on standard output."""
        return [json.loads(line) for line in self.out.splitlines()]


def tintinh(
    *arguments: str | Path, home: Path, stdin: str | None = None, scrapy_traces: bool = False, **environment: str
) -> Done:
    """Run ``tintinh`` with ``home`` as its home, from there, with warnings as errors where they are ours.

    ``scrapy_traces``: Scrapy prints a traceback of its own where robots.txt cannot be fetched; any other is a bug.
    """
    given = {key: value for key, value in os.environ.items() if not key.startswith(("TINTINH", "COV_", "COVERAGE"))}
    done = subprocess.run(
        [sys.executable, "-c", "from tintinh.cli import main; main()", *map(str, arguments)],
        cwd=home,
        env={**given, "PYTHONPATH": str(ROOT), "TINTINH_HOME": str(home), "COLUMNS": "160", **environment},
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert scrapy_traces or "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)
