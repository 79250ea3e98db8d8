"""The words of the explorer in Vietnamese and English; a page is in one of them, which its address names."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")


@cache
def words() -> Mapping[str, Mapping[Language, str]]:
    """Every entry of ``words.toml`` by ``table.key``."""
    tables = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": entry for table, entries in tables.items() for key, entry in entries.items()}


def say_in(language: Language, key: str, **values: object) -> str:
    """The words of ``key`` in one language, plain text; ``KeyError`` names a key that is none."""
    return words()[key][language].format(**values)
