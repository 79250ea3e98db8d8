"""``nước bạn``, ``phía bạn``, ``tỉnh nước bạn``: which neighbour is meant where it is not named. Pure.

"Our friends' country" is how the press calls the country across the border once it has been named, or where every
reader knows which it is. What cannot be known is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from corpus.mentions import Entity, Mention
from corpus.provinces import map_34
from nlp.gazetteer import Gazetteer

RULE = "neighbour"
"""The rule that a mention is stored with that names nobody."""

_FRIEND = " bạn"
_SAID = re.compile(
    r"(?<!\w)(?P<many>(?:các|những|nhiều|một số|hai|ba|bốn) )?"
    r"(?P<words>(?P<province>tỉnh )?(?:(?P<side>phía )?nước|(?P<plain>phía|tỉnh)) bạn)$",
    re.IGNORECASE,
)
_LONGEST = len("những phía tỉnh nước bạn")
_IN_A_ROW = 4
"""Characters between two names in one row: ``, ``, `` và ``; "huyện Ô Reng, tỉnh Mondulkiri" is one place."""
_BEHIND = re.compile(r"[\s(]*(?:(?:tỉnh|nước|là|thành phố|châu)\s+)*")


class Neighbours:
    """Finds who is meant by ``nước bạn`` and the like in a text whose names have been read."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._entities = gazetteer.entities
        self._across = gazetteer.across
        # "nước bạn bè", "phía bạn đọc": another word begins with it.
        words = "|".join(map(re.escape, gazetteer.context.no_neighbours))
        self._other_word = re.compile(rf"[ -](?:{words})(?!\w)")
        self._of_province: dict[str, set[str]] = {}
        for gate, country in gazetteer.across.items():
            province = gazetteer.entities[gate].province
            if province is not None:
                self._of_province.setdefault(province, set()).add(country)
        self._bordering = frozenset(gazetteer.across.values())

    def find(self, text: str, named: Sequence[Mention], home: frozenset[str]) -> list[Mention]:
        """The mentions that name nobody, in order; ``named`` are those that do, ``home`` the story's own provinces."""
        found = []
        end = 0
        while (at := text.find(_FRIEND, end)) >= 0:
            end = at + len(_FRIEND)
            begin = max(0, end - _LONGEST)
            said = _SAID.search(text[begin:end])
            if said is None or text[end : end + 1].isalnum() or self._other_word.match(text, end):
                continue
            if not _is_named(text, end, named):
                start = begin + said.start("words")
                entity = self._meant(said, [one for one in named if one.end <= start], named, home)
                if entity is not None:
                    found.append(Mention(entity, start, end, RULE))
        return found

    def _meant(
        self, said: re.Match[str], before: Sequence[Mention], named: Sequence[Mention], home: frozenset[str]
    ) -> str | None:
        plain = (said["plain"] or "").casefold()
        many, one_province = said["many"] is not None, said["province"] is not None
        if plain == "tỉnh":
            # Of a province of ours as well: then only the last province named says which.
            last = None if many else self._last(before, "foreign", "province", other_than=home)
            return last.id if last is not None and last.kind == "foreign" else None
        if many and not one_province:
            return None  # several countries; "các tỉnh nước bạn" are several provinces of one
        if (plain or one_province) and not many:
            last = self._last(before, *(("foreign",) if one_province else ("foreign", "country")))
            if last is not None:
                # A district across the border is no side of its own: "phía bạn" beside Hà Khẩu is Trung Quốc.
                return _country_id(last) if last.within and _country_id(last) in self._bordering else last.id
        return self._country(before, named, home)

    def _last(self, before: Sequence[Mention], *kinds: str, other_than: frozenset[str] = frozenset()) -> Entity | None:
        """The last of ``kinds`` that ``before`` names; for a row of several places abroad the country they lie in."""
        ours = other_than | {map_34(one) for one in other_than}
        telling = [one for one in before if one.rule != "qualifies"]
        for at in range(len(telling) - 1, -1, -1):
            entity = self._entities[telling[at].entity]
            if entity.kind not in kinds or entity.name in ours:
                continue
            beside = self._entities[telling[at - 1].entity] if at else entity
            is_row = beside.kind == "foreign" == entity.kind and beside.id != entity.id != beside.within
            if is_row and entity.within != beside.id and telling[at].start - telling[at - 1].end <= _IN_A_ROW:
                return self._entities[_country_id(entity) or entity.id]
            return entity
        return None

    def _country(self, before: Sequence[Mention], named: Sequence[Mention], home: frozenset[str]) -> str | None:
        """The country last named, itself or by a place in it, one across the border before others; else the only one
        of the story, else that across."""
        across = set().union(*(self._of_province.get(province, ()) for province in home))
        spoken_of = [country for one in before if (country := self._abroad(one)) is not None]
        if spoken_of:
            return next((country for country in reversed(spoken_of) if country in across), spoken_of[-1])
        for countries in ({country for one in named if (country := self._abroad(one)) is not None}, across):
            if len(countries) == 1:
                return next(iter(countries))
        return None

    def _abroad(self, mention: Mention) -> str | None:
        """The country that a name speaks of: its own, or for a gate of ours the one across."""
        entity = self._entities[mention.entity]
        if entity.kind == "gate":
            return self._across.get(entity.id) or _country_id(entity)
        return _country_id(entity) if entity.kind in ("country", "foreign") else None


def _country_id(entity: Entity) -> str | None:
    return f"country:{entity.country.lower()}" if entity.country not in (None, "VN") else None


def _is_named(text: str, end: int, named: Iterable[Mention]) -> bool:
    """Whether who is meant stands right behind: ``nước bạn Lào``, ``tỉnh bạn Hủa Phăn``."""
    return any(one.start > end and _BEHIND.fullmatch(text, end, one.start) for one in named if one.start < end + 30)
