"""A corpus as an earlier release left it, for the tests of what opening one makes of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corpus import migrations


def write_before(step: str, path: Path, made: Path, tables: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a corpus to ``path`` whose schema ends before ``step``, with the rows that ``tables`` have in ``made``."""
    before = migrations.STEPS[: migrations.STEPS.index(step)]
    with closing(sqlite3.connect(path, isolation_level=None)) as old, monkeypatch.context() as patched:
        patched.setattr(migrations, "STEPS", before)
        migrations.migrate(old, path)
        old.execute("ATTACH ? AS made", (str(made),))
        for table in tables:
            old.execute(f"INSERT INTO main.{table} SELECT * FROM made.{table}")  # noqa: S608 - named by the test
