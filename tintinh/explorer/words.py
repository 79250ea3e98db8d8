"""The words of the explorer in Vietnamese and English; a page is in one of them, which its address names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tintinh.bilingual import Language, read_words


def words() -> Mapping[str, Mapping[Language, str]]:
    """Every entry of ``words.toml`` by ``table.key``."""
    return read_words(Path(__file__).parent / "words.toml")


def say_in(language: Language, key: str, **values: object) -> str:
    """The words of ``key`` in one language, plain text; ``KeyError`` names a key that is none."""
    return words()[key][language].format(**values)
