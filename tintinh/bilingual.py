"""Words for people in Vietnamese and English side by side: files of tables, each entry in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")


@cache
def read_words(path: Path) -> Mapping[str, Mapping[Language, str]]:
    """Every entry of a file of words by ``table.key``."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {f"{table}.{key}": entry for table, entries in tables.items() for key, entry in entries.items()}
