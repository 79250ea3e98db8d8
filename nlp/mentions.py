"""Mentions: which places and partners a text names, where, and by which rule. Pure.

One pass of an Aho-Corasick automaton over the text finds every name of the gazetteer; ``nlp/resolve.py`` then says what
each means, from what stands around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import ahocorasick

from corpus.mentions import Mention
from corpus.provinces import provinces_63
from corpus.text import tone_style
from nlp.alone import Span
from nlp.errors import NlpError
from nlp.gazetteer import Gazetteer, Reading, load_gazetteer
from nlp.resolve import Resolver

# The blank stands here so that it is not replaced by itself: half the time.
_NO_WORD = re.compile(r"[^\w \n]|_")
_OLD_STYLE = re.compile("([oOuU])([\u0300\u0301\u0303\u0309\u0323])([aeyAEY])$")
_FINAL = re.compile("(?:(?<=[Qq][Uu])|(?<![AEIOUaeiouƯưĂăÂâÊêÔôƠơ]))([iy])([\u0300\u0301\u0303\u0309\u0323]?)$")
# The press writes names of these countries in one word or with hyphens as well, and then with one capital.
_JOINED = ("LA", "KH")


def key_of(text: str) -> str:
    """``text`` in lower case with a blank for whatever is no letter, digit or line break; offsets stay as they are.

    So a hyphen, a full stop and a blank between syllables are the same, but ``Hà Nội, Nam Định`` keeps two blanks at
    its comma, and no name runs across it.
    """
    lower = text.lower()
    if len(lower) != len(text):  # İ is the one letter that grows
        lower = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return _NO_WORD.sub(" ", lower)


class Finder:
    """Finds mentions by one gazetteer; making one takes some tenths of a second, so keep it (``finder``)."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self.by = gazetteer.by
        self._resolver = Resolver(gazetteer)
        names: dict[str, dict[tuple[int, ...], list[Reading]]] = {}
        for reading in gazetteer.readings:
            for spelling, capitals in _spellings(reading):
                same = names.setdefault(key_of(spelling), {}).setdefault(capitals, [])
                if reading not in same:
                    same.append(reading)
        self._automaton = ahocorasick.Automaton()
        for key, by_capitals in names.items():
            small = any(0 not in capitals for capitals in by_capitals)
            self._automaton.add_word(f" {key} ", (len(key), small, tuple(by_capitals.items())))
        self._automaton.make_automaton()

    def find(self, text: str, province: str | None = None) -> tuple[Mention, ...]:
        """The mentions in ``text``, which is NFC as stored text is, in order; none overlap.

        ``province`` (of either map) is the article's own, where it is known: its districts need not be called so.
        Raises ``NlpError`` for text that is not NFC: its offsets would not be those of the stored text.
        """
        if not unicodedata.is_normalized("NFC", text):
            raise NlpError(f"the text {text[:40]!r} … is not in NFC; give it as corpus.text.clean leaves it")
        return self._resolver.resolve(text, list(self._longest(text)), _parts(province))

    def spellings(self, entity: str) -> frozenset[str]:
        """Every spelling that is matched for an entity, by its id."""
        readings = [one for one in self.gazetteer.readings if one.entity is not None and one.entity.id == entity]
        return frozenset(spelling for reading in readings for spelling, _ in _spellings(reading))

    def _longest(self, text: str) -> Iterator[Span]:
        """The names in ``text``, of those that overlap the first, of those that begin together the longest."""
        hits: list[tuple[int, int, Any]] = []
        # The blank that line breaks become keeps the length; a name is never read across one.
        for last, (length, small, values) in self._automaton.iter(f" {key_of(text)} ".replace("\n", " ")):
            start = last - length - 1
            if small or text[start].isupper():
                hits.append((start, -length, values))
        hits.sort(key=lambda hit: hit[:2])
        free = 0
        for start, minus, values in hits:
            if start < free:
                continue
            end = start - minus
            printed = text[start:end]
            readings = [one for capitals, some in values if _has(printed, capitals) for one in some]
            if readings and "\n" not in printed:
                yield Span(start, end, tuple(readings))
                free = end


@cache
def _parts(province: str | None) -> frozenset[str]:
    """The provinces of the map of 63 that lie in a province of either map."""
    return frozenset(one.name for one in provinces_63() if province in (one.name, one.now))


def _has(printed: str, capitals: tuple[int, ...]) -> bool:
    for index in capitals:  # noqa: SIM110 - twice as quick as all()
        if not printed[index].isupper():
            return False
    return True


def _spellings(reading: Reading) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every spelling of a name that is matched, with the places of letters that must be capitals."""
    abroad = reading.entity is not None and reading.entity.kind in ("foreign", "gate")
    joined = abroad and reading.entity is not None and reading.entity.country in _JOINED and " " in reading.name
    choices = [_variants(syllable) for syllable in reading.name.split(" ")]
    for chosen in product(*choices):
        spelling = " ".join(chosen)
        capitals = tuple(index for index, letter in enumerate(spelling) if letter.isupper())
        yield spelling, capitals[:1] if joined else capitals
        if joined:
            yield spelling.replace(" ", ""), (0,)


@cache
def _variants(syllable: str) -> tuple[str, ...]:
    """A syllable with its tone on either vowel (hòa, hoà) and with either letter at its end (Mỹ, Mĩ; Quy, Qui)."""
    found = {syllable, tone_style(syllable)}
    for one in tuple(found):
        parts = unicodedata.normalize("NFD", one)
        if not one.casefold().startswith("q"):
            found.add(unicodedata.normalize("NFC", _OLD_STYLE.sub(r"\1\3\2", parts)))
        if len(one) > 1 and re.fullmatch("(?i)(h|k|l|m|qu|s|t)[iìíỉĩịyỳýỷỹỵ]", one):
            swapped = _FINAL.sub(lambda match: ("y" if match[1] == "i" else "i") + match[2], parts)
            found.add(unicodedata.normalize("NFC", swapped))
    return tuple(sorted(found))


@cache
def finder() -> Finder:
    """The finder of the project's gazetteer."""
    return Finder(load_gazetteer())


def mentions(text: str, province: str | None = None) -> tuple[Mention, ...]:
    """The places and partners that ``text`` names, by the project's gazetteer; see ``Finder.find``."""
    return finder().find(text, province)
