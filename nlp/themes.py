"""Themes: what an article can be about, as ``themes.toml`` declares it, read strictly."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.text import match_key
from nlp.errors import ThemesError

THEMES = Path(__file__).parent / "themes.toml"

_Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme: its slug, its Vietnamese and English names, what it is about and what it is not, its keywords."""

    slug: str
    name: str
    english: str
    about: str
    exclude: str
    keywords: tuple[str, ...]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    name: _Text
    english: _Text
    about: _Text
    exclude: Annotated[_Text, Field(alias="not")]
    keywords: Annotated[list[_Text], Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    theme: Annotated[list[_Entry], Field(min_length=1)]


def read_themes(path: Path) -> tuple[Theme, ...]:
    """The themes of ``path`` in file order; raises ``ThemesError`` naming file, entry and key."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ThemesError(f"{path}: there is no such file of themes") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemesError(f"{path}: is not TOML in UTF-8: {error}") from error
    try:
        entries = _File.model_validate(table).theme
    except ValidationError as error:
        raise ThemesError(f"{path}: {_sentence(error, table)}") from error
    themes = tuple(
        Theme(entry.slug, entry.name, entry.english, entry.about, entry.exclude, tuple(entry.keywords))
        for entry in entries
    )
    _check(path, themes)
    return themes


@cache
def load_themes() -> tuple[Theme, ...]:
    """The project's themes, in the order in which they are shown."""
    return read_themes(THEMES)


def slugs(themes: tuple[Theme, ...]) -> tuple[str, ...]:
    """The slugs of ``themes``, in order."""
    return tuple(theme.slug for theme in themes)


def _check(path: Path, themes: tuple[Theme, ...]) -> None:
    seen: set[str] = set()
    for theme in themes:
        if theme.slug in seen:
            raise ThemesError(f"{path}: theme {theme.slug!r} stands there twice")
        seen.add(theme.slug)
        keys = [match_key(keyword) for keyword in theme.keywords]
        for key, keyword in zip(keys, theme.keywords, strict=True):
            if keys.count(key) > 1:
                raise ThemesError(f"{path}: theme {theme.slug!r} has the keyword {keyword!r} twice")


def _sentence(error: ValidationError, table: dict[str, object]) -> str:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    if len(first["loc"]) > 1 and isinstance(index := first["loc"][1], int):
        entries = table["theme"]
        entry = entries[index] if isinstance(entries, list) else None
        slug = entry.get("slug") if isinstance(entry, dict) else None
        place[:2] = [f"theme {slug!r}" if slug else f"theme number {index + 1}"]
    key = ", key ".join(place)
    if first["type"] == "extra_forbidden":
        return f"{key}: is not a key that a theme has"
    if first["type"] == "missing":
        return f"{key}: is required"
    return f"{key}: {first['msg']} (got {first['input']!r})"
