"""The language of the command: English, or Vietnamese where ``TINTINH_LANG=vi`` says so; no locale decides it.

The English stands in the code, where a reader of the code sees it; ``messages.toml`` has the Vietnamese. What programs
read (JSON, CSV, exit codes, the names of columns there) is the same in both.
"""

from __future__ import annotations

import os
import re
import string
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import click

Language = Literal["en", "vi"]
LANGUAGES: tuple[Language, ...] = ("en", "vi")
VARIABLE = "TINTINH_LANG"
Catalogue = Mapping[str, Mapping[str, str]]


def language() -> Language:
    """The language that ``TINTINH_LANG`` names; English where it is not set, or names none of ours."""
    return "vi" if os.environ.get(VARIABLE) == "vi" else "en"


def require_language() -> None:
    """Raise a usage error where ``TINTINH_LANG`` names a language that is none of ours."""
    named = os.environ.get(VARIABLE)
    if named and named not in LANGUAGES:
        raise click.UsageError(f"{VARIABLE}={named}: is no language of tintinh; set it to {' or '.join(LANGUAGES)}")


def tell(sentence: str, /, **values: object) -> str:
    """``sentence`` in the language of the command, its {names} filled in with ``values``.

    A sentence that the catalogue lacks is said in English rather than not at all; a test holds the catalogue whole.
    """
    said = catalogue()["said"].get(sentence, sentence) if language() == "vi" else sentence
    return said.format(**values)


def heading(column: str) -> str:
    """The heading of a table's column for people; a column that is a name (of a person, a province) is its own."""
    return catalogue()["column"].get(column, column) if language() == "vi" else column


def part(name: str) -> str:
    """What a person is told of a part of a page, by its name in the code: a kind of block, or why one is left out."""
    return catalogue()["part"].get(name, name) if language() == "vi" else name


def translated(sentence: str) -> str:
    """A sentence that was made in English, by another package or a night of last year, in the language of the command.

    It is recognised by its form; what is not stays as it is, as do the values in it. ``file: sentence`` keeps its file.
    """
    return _vietnamese(sentence) if language() == "vi" else sentence


@cache
def catalogue() -> Catalogue:
    """The tables of ``messages.toml``."""
    tables: Catalogue = tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))
    return tables


def _vietnamese(sentence: str) -> str:
    starts = [0, *(found.end() for found in re.finditer(": ", sentence))]
    for start in starts:
        rest = sentence[start:]
        for form, said in _forms():
            if found := form.fullmatch(rest):
                values = {name: _vietnamese(value) for name, value in found.groupdict().items()}
                return sentence[:start] + said.format(**values)
    return sentence


@cache
def _forms() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The sentences of ``[made]`` as patterns, those with most words of their own first."""
    made = sorted(catalogue()["made"].items(), key=lambda item: -len(re.sub(r"\{\w+\}", "", item[0])))
    return tuple((_form(english), vietnamese) for english, vietnamese in made)


def _form(english: str) -> re.Pattern[str]:
    parts = [
        re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, *_ in string.Formatter().parse(english)
    ]
    return re.compile("".join(parts), re.DOTALL)
