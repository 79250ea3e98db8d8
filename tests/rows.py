"""The rows of a corpus, for comparing two that were made in different ways."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

_OWN = {"at", "tries"}
"""Columns that say when and how often something was done, not what came of it."""


def rows_of(path: Path) -> dict[str, list[str]]:
    """Every row of every table but the search index, in order; taggings by article, for an id says only their age."""
    with closing(sqlite3.connect(path)) as connection:
        return {name: sorted(_rows(connection, name)) for name in _tables(connection)}


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in found if not name.startswith(("search", "sqlite_"))]


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    asked = ", ".join(f"{table}.{name}" for name in columns if name not in _OWN | {"tagging_id"})
    source = table
    if table == "taggings":
        asked = asked.replace("taggings.id, ", "")
    elif "tagging_id" in columns:
        asked, source = f"taggings.article_id, {asked}", f"{table} JOIN taggings ON taggings.id = tagging_id"
    for row in connection.execute(f"SELECT {asked} FROM {source}"):  # noqa: S608 - names of tables
        yield repr(row)
