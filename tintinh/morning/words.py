"""The words of the report in Vietnamese and English: both stand in the page, and the switch shows one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup, escape

from tintinh.bilingual import LANGUAGES, Language, read_words


def words() -> Mapping[str, Mapping[Language, str]]:
    """Every entry of ``words.toml`` by ``table.key``."""
    return read_words(Path(__file__).parent / "words.toml")


def say_in(language: Language, key: str, **values: object) -> str:
    """The words of ``key`` in one language; ``KeyError`` names a key that is none."""
    return words()[key][language].format(**values)


def both(vietnamese: object, english: object) -> Markup:
    """Two texts that say the same, escaped, as the two spans of which the page shows one."""
    return Markup('<span class="vi" lang="vi">{}</span><span class="en" lang="en">{}</span>').format(
        vietnamese, english
    )


def say_both(key: str, **values: object) -> Markup:
    """The words of ``key`` in both languages; values are escaped, a value that has both is a pair."""
    told = [
        say_in(language, key, **{name: one[place] if isinstance(one, tuple) else one for name, one in values.items()})
        for place, language in enumerate(LANGUAGES)
    ]
    return both(*map(escape, told))
