"""What must hold for every table of words in Vietnamese and English."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter

from tintinh.bilingual import LANGUAGES


def require_both(words: Mapping[str, Mapping[str, str]]) -> None:
    """Each key has a sentence in both languages, and both name the same things."""
    for key, entry in words.items():
        assert set(entry) == set(LANGUAGES), key
        assert all(told.strip() for told in entry.values()), key
        names = [{name for _, name, _, _ in Formatter().parse(told) if name} for told in entry.values()]
        assert names[0] == names[1], key
