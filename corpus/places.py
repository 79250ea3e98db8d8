"""Which province a place lies in: cities, towns and districts that one province has alone.

The facts stand in ``places.toml``; the provinces are those of the map of 63, to be turned with ``provinces.on_day``.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from corpus.provinces import canonical, spellings
from corpus.text import fold, match_key, tone_style

_KIND = (
    r"(?:(?:[Tt]hành phố|[Tt]hị xã|[Hh]uyện(?: đảo)?|[Qq]uận|[Tt]hành ủy|[Tt]hị ủy|[Hh]uyện ủy|[Qq]uận ủy"
    r"|[Tt]hành đoàn|[Hh]uyện đoàn|TX|T[Pp])\.? |T[PX]\.)"
)
_STREET = r"(?<!đường )(?<!Đường )(?<!phố )(?<!phường )(?<!xã )(?<!cầu )(?<!trường )(?<!học )"
_OF_PROVINCE = ("tinh ", "thanh pho ", "tp ", "tp. ", "ubnd ", "bao ")


@cache
def _facts() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "places.toml").read_text(encoding="utf-8"))


@cache
def places() -> dict[str, str]:
    """Every known city, town and district as a match key → its province in the map of 63."""
    return {match_key(name): province for province, names in _facts()["places"].items() for name in names}


def by_province() -> dict[str, tuple[str, ...]]:
    """Every known city, town and district as printed, under its province in the map of 63."""
    return {province: tuple(names) for province, names in _facts()["places"].items()}


@cache
def read_alone() -> frozenset[str]:
    """The names among them that are read without what they are (``Sa Pa``)."""
    return frozenset(_facts()["alone"])


@cache
def _alone() -> frozenset[str]:
    return frozenset(match_key(name) for name in _facts()["alone"])


def province_of(text: str) -> str | None:
    """The province that a line which is nothing but the name of a place lies in, or None.

    ``Hà Giang``, ``TP Vinh`` → ``Nghệ An``, ``huyện Mèo Vạc``, ``Phú Quốc``.
    """
    name = text.strip(" -–:,.")
    if len(name) > 40:
        return None
    known = canonical(name)
    if known is not None:
        return known
    bare = re.sub(rf"^{_KIND}", "", tone_style(name))
    key = match_key(bare)
    # Without what it is, a name of two words may as well be a person's.
    return places().get(key) if key in _alone() or key != match_key(name) else None


def named_in(text: str) -> dict[str, int]:
    """How strongly a text names each province, itself or by a place in it; places as printed, with capitals.

    A name behind what it is (``tỉnh Nghệ An``, ``huyện Mèo Vạc``) weighs 3, one alone 1.
    """
    counts: dict[str, int] = {}
    styled = tone_style(text)
    for found in _names().finditer(styled):
        if found["place"] or found["alone"]:
            printed = found["place"] or found["alone"]
            if " " not in printed and styled[found.end() : found.end() + 2].strip().isupper():
                # "thành phố Vinh", but not "Vinh Quang".
                continue
            name = places().get(match_key(printed))
            weight = 3 if found["place"] else 1
        else:
            name = canonical(found.group())
            before = fold(styled[max(0, found.start() - 12) : found.start()])
            weight = 3 if before.endswith(_OF_PROVINCE) else 1
            if styled.startswith(" Phủ", found.end()) and not before.endswith("bao "):
                # The battle of Điện Biên Phủ, and the streets named after it in every town.
                continue
        if name:
            counts[name] = counts.get(name, 0) + weight
    return counts


@cache
def _names() -> re.Pattern[str]:
    # Capitals as names are printed, so that "hòa bình" (peace) is not Hòa Bình.
    provinces = set(spellings().values()) | {"TP.HCM", "TPHCM", "TP HCM"}
    districts = {name for names in _facts()["places"].values() for name in names}
    return re.compile(
        rf"(?<!\w){_KIND}(?P<place>{_any_of(districts)})(?!\w)"
        rf"|(?<!\w)(?P<province>{_any_of(provinces)})(?!\w)"
        rf"|(?<!\w){_STREET}(?P<alone>{_any_of(set(_facts()['alone']))})(?!\w)"
    )


def _any_of(names: set[str]) -> str:
    # Longest first, so that "Bà Rịa - Vũng Tàu" is not read as "Vũng Tàu".
    return "|".join(re.escape(tone_style(name)) for name in sorted(names, key=lambda name: (-len(name), name)))
