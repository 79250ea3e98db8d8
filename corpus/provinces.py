"""Provinces as a function of time: 63 until 2025-06-30, 34 from 2025-07-01.

The facts stand in ``provinces.toml``; names are matched in any spelling that the match key makes equal.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from corpus.text import match_key

MERGED_SINCE = date(2025, 7, 1)
"""The first day of the map of 34."""


@dataclass(frozen=True, slots=True)
class Province:
    """One province of the map of 63: ``now`` is its province today, ``borders`` its neighbours (ISO codes)."""

    name: str
    now: str
    aliases: tuple[str, ...] = ()
    borders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """A province that changed its name before the merger."""

    old: str
    new: str
    since: date
    aliases: tuple[str, ...] = ()


@cache
def _facts() -> tuple[tuple[Province, ...], tuple[Rename, ...]]:
    table = tomllib.loads((Path(__file__).parent / "provinces.toml").read_text(encoding="utf-8"))
    provinces = tuple(
        Province(row["name"], row["now"], tuple(row.get("aliases", ())), tuple(row.get("borders", ())))
        for row in table["province"]
    )
    renames = tuple(Rename(row["old"], row["new"], row["since"], tuple(row["aliases"])) for row in table["renamed"])
    return provinces, renames


def provinces_63() -> tuple[Province, ...]:
    """The 63 provinces before July 2025."""
    return _facts()[0]


def renamed() -> tuple[Rename, ...]:
    """The provinces that changed their names before the merger."""
    return _facts()[1]


@cache
def names_34() -> tuple[str, ...]:
    """The names of the 34 provinces from July 2025 on, sorted by folded name."""
    return tuple(sorted({province.now for province in provinces_63()}, key=match_key))


@cache
def _by_key() -> dict[str, str]:
    names = {match_key(name): name for name in names_34()}
    for province in provinces_63():
        for name in (province.name, *province.aliases):
            names.setdefault(match_key(name), province.name)
    for rename in _facts()[1]:
        for name in (rename.new, *rename.aliases):
            names[match_key(name)] = rename.new
    return names


def canonical(name: str) -> str | None:
    """The one spelling of a province of either map (``TPHCM`` → ``TP. Hồ Chí Minh``), or None if it is none."""
    key = match_key(name)
    for prefix in ("tỉnh ", "thành phố ", "tp. ", "tp "):
        if key in _by_key():
            break
        key = key.removeprefix(prefix)
    return _by_key().get(key)


@cache
def spellings() -> dict[str, str]:
    """Every known spelling as a match key → canonical name, both maps."""
    return dict(_by_key())


def on_day(name: str, day: date) -> str:
    """The province that ``name`` (of either map) belonged to on ``day``.

    ``Hà Giang`` → ``Tuyên Quang`` from 2025-07-01. A name of the map of 34 asked for an earlier day is itself.
    """
    known = canonical(name)
    if known is None:
        raise ValueError(f"{name!r} is not a province of Việt Nam")
    if day >= MERGED_SINCE:
        return map_34(known)
    for rename in _facts()[1]:
        if known == rename.old and day >= rename.since:
            return rename.new
        if known == rename.new and day < rename.since:
            return rename.old
    return known


@cache
def map_34(name: str) -> str:
    """The province of the map of 34 that ``name`` (of either map) belongs to."""
    known = canonical(name)
    if known is None:
        raise ValueError(f"{name!r} is not a province of Việt Nam")
    return next((province.now for province in provinces_63() if province.name == known), known)


def map_63(name: str, day: date) -> str | None:
    """The province of the map of 63 that an article of province ``name`` on ``day`` belongs to.

    None where that cannot be known: after the merger, ``Tuyên Quang`` may be either of its two old parts.
    """
    known = canonical(name)
    if known is None:
        raise ValueError(f"{name!r} is not a province of Việt Nam")
    for rename in _facts()[1]:
        if known == rename.new:
            return rename.old
    if day < MERGED_SINCE:
        return known
    parts = [province.name for province in provinces_63() if province.now == known]
    return parts[0] if len(parts) == 1 else None if parts else known
