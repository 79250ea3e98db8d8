"""Labelled news: articles with the themes that a person gave them, read strictly from JSON Lines.

One object a line: ``id``, ``title``, ``text``, ``themes``, ``primary`` are required; ``outlet``, ``province``, ``url``,
``date`` and ``note`` may be there. The labelling rule is in data/labelled/GUIDE.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from corpus.records import Tagging
from corpus.text import match_key
from nlp.errors import LabelledError

_REQUIRED = ("id", "title", "text", "themes", "primary")
_OPTIONAL = ("outlet", "province", "url", "date", "note")
# Two texts are one story where this share of the shorter one's five-syllable shingles is in the other. Among our first
# 240 stories the largest share is 0.07; retold stories of national papers begin at 0.2.
_SAME_STORY = 0.2
_SHINGLE = 5


@dataclass(frozen=True)
class Labelled:
    """One labelled article; ``tagging`` is signed ``hand:<file's stem>`` and has no scores."""

    id: str
    title: str
    text: str
    tagging: Tagging
    outlet: str | None = None
    province: str | None = None
    url: str | None = None
    date: str | None = None
    note: str | None = None


def read_labelled(paths: Sequence[Path], slugs: Sequence[str]) -> list[Labelled]:
    """The labelled news of ``paths`` in order; ``slugs`` are the themes that may be given.

    Raises ``LabelledError`` naming file and line: not JSON, a key missing or unknown, a wrong type, an unknown theme,
    a primary that is not among the themes, an id that was there before.
    """
    rows: list[Labelled] = []
    first_seen: dict[str, str] = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            raise LabelledError(f"{path}: there is no such file of labelled news") from None
        except UnicodeDecodeError as error:
            raise LabelledError(f"{path}: is not UTF-8 ({error.reason} at byte {error.start})") from error
        before = len(rows)
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            place = f"{path}, line {number}"
            row = _row(line, place, path.stem, slugs)
            if row.id in first_seen:
                raise LabelledError(f"{place}: id {row.id!r} was already used in {first_seen[row.id]}")
            first_seen[row.id] = place
            rows.append(row)
        if len(rows) == before:
            raise LabelledError(f"{path}: holds no labelled news")
    return rows


def _row(line: str, place: str, stem: str, slugs: Sequence[str]) -> Labelled:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LabelledError(f"{place}: is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise LabelledError(f"{place}: expected a JSON object, got {type(value).__name__}")
    if missing := [key for key in _REQUIRED if key not in value]:
        raise LabelledError(f"{place}: key {missing[0]!r} is missing")
    if unknown := [key for key in value if key not in _REQUIRED + _OPTIONAL]:
        raise LabelledError(f"{place}: unknown key {unknown[0]!r}; known are {', '.join(_REQUIRED + _OPTIONAL)}")
    for key in ("id", "title", "text"):
        if not isinstance(value[key], str) or not value[key].strip():
            raise LabelledError(f"{place}: {key!r} must be a text that is not empty, got {value[key]!r}")
    for key in _OPTIONAL:
        if not isinstance(value.get(key), str | None):
            raise LabelledError(f"{place}: {key!r} must be a text or null, got {value[key]!r}")
    tagging = _tagging(value["themes"], value["primary"], place, stem, slugs)
    optional = {key: value.get(key) or None for key in _OPTIONAL}
    return Labelled(value["id"], value["title"], value["text"], tagging, **optional)


def _tagging(themes: object, primary: object, place: str, stem: str, slugs: Sequence[str]) -> Tagging:
    if not isinstance(themes, list):
        raise LabelledError(f"{place}: 'themes' must be a list of slugs, got {themes!r}")
    for slug in themes:
        if slug not in slugs:
            raise LabelledError(f"{place}: unknown theme {slug!r}; themes.toml has {', '.join(slugs)}")
        if themes.count(slug) > 1:
            raise LabelledError(f"{place}: theme {slug!r} is given twice")
    if themes and primary not in themes:
        raise LabelledError(f"{place}: primary {primary!r} is not among the themes given ({', '.join(themes)})")
    if not themes and primary is not None:
        raise LabelledError(f"{place}: primary is {primary!r} where no theme is given; expected null")
    given = tuple(slug for slug in slugs if slug in themes)
    return Tagging(by=f"hand:{stem}", themes=given, primary=cast("str | None", primary))


def groups(rows: Sequence[Labelled]) -> list[str]:
    """For each row the key of the group that must not be split between training and judging.

    Rows of one province are one group (place names give the province away), else rows of one outlet, else a row is a
    group of its own; groups that share a story are joined. A group is called by the first of its keys.
    """
    keys = [row.province or row.outlet or row.id for row in rows]
    leader = {key: key for key in keys}

    def find(key: str) -> str:
        while leader[key] != key:
            key = leader[key]
        return key

    for one, other in _same_story(rows):
        first, second = sorted((find(keys[one]), find(keys[other])))
        leader[second] = first
    return [find(key) for key in keys]


def _same_story(rows: Sequence[Labelled]) -> Iterable[tuple[int, int]]:
    shingles = [_shingles(row.text) for row in rows]
    holders: dict[tuple[str, ...], list[int]] = {}
    for index, parts in enumerate(shingles):
        for part in parts:
            holders.setdefault(part, []).append(index)
    shared: dict[tuple[int, int], int] = {}
    for indexes in holders.values():
        for position, one in enumerate(indexes):
            for other in indexes[position + 1 :]:
                shared[one, other] = shared.get((one, other), 0) + 1
    for (one, other), count in shared.items():
        if count >= _SAME_STORY * max(1, min(len(shingles[one]), len(shingles[other]))):
            yield one, other


def _shingles(text: str) -> set[tuple[str, ...]]:
    syllables = match_key(text).split()
    return {tuple(syllables[start : start + _SHINGLE]) for start in range(max(1, len(syllables) - _SHINGLE + 1))}
