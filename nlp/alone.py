"""What a name means by what stands right around it: the rules for one name, each named. Pure.

``Hà Nam (Trung Quốc)`` is not our Hà Nam, ``Nguyễn Thái Bình`` no province, ``ông Đức`` not Germany.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.mentions import Entity
from nlp.gazetteer import Gazetteer, Guard, Reading
from nlp.surroundings import Before, Phrases, phrases

_BELONGS = re.compile(r"(?:, | \(| của | thuộc | - )(?:tỉnh )?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """A name in the text, ``start`` to ``end``, and the readings that its letters allow."""

    start: int
    end: int
    readings: tuple[Reading, ...]


Choice = tuple[Entity, str]
"""An entity and the rule that chose it."""


class NameRules:
    """The rules for one name."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        context = gazetteer.context
        self._kind = phrases(context.kinds)
        self._district = phrases(context.districts)
        self._not_country = phrases(context.not_countries)
        self._role = phrases(context.roles)
        self._opener = phrases(context.openers)
        self._bearer = phrases(context.bearers)
        self._title = phrases(context.titles)
        ranks = ["", *(f" {rank}" for rank in context.gate_ranks)]
        gates = [f"{gate}{one}{two}" for gate in context.gates for one in ranks for two in ranks]
        # Names that are read behind what they are and nowhere else.
        self._behind: dict[Guard, Phrases] = {
            "gate": phrases(gates),
            "organisation": phrases(context.organisations),
            "island": phrases(context.islands),
            "kind": phrases(["tỉnh", "thành phố", "truyền hình", "báo"]),
        }
        self._province = phrases(["tỉnh", "thành phố", "tp", "tp."])
        self._surnames = frozenset(context.surnames)
        self._continued = re.compile(rf" (?:{any_of(context.continued)})(?!\w)")
        of = any_of([*context.kinds, "của", "thuộc", "nước", "bạn", "nước bạn", "phía", "vương quốc"])
        self._of = re.compile(rf"[\s,(–-]*(?:(?:{of})\s+)*", re.IGNORECASE)
        self._words = frozenset(context.words)
        self._compounds = {name: frozenset(words) for name, words in context.compounds.items()}

    def _alone(self, text: str, spans: Sequence[Span], index: int, previous_end: int) -> Choice | None:
        span = spans[index]
        before = Before(text, span.start)
        choices = self._choices(text, before, spans, index, previous_end)
        if not choices:
            return None
        best = choices[0] if len(choices) == 1 else min(choices, key=_rank)
        if best[0].kind != "gate":
            return best
        # Two gates of one name: the one whose province the text names.
        rivals = [entity for entity, _ in choices if entity.kind == "gate"]
        readings = [one for other in spans for one in other.readings]
        for rival in rivals:
            if any(_is_province(one.entity, rival.province) for one in readings):
                return rival, best[1]
        return best

    def _choices(self, text: str, before: Before, spans: Sequence[Span], index: int, previous_end: int) -> list[Choice]:
        span = spans[index]
        found = []
        for reading in span.readings:
            if reading.entity is not None:
                rule = self._rule(reading, text, before, spans, index, previous_end)
                if rule is not None:
                    found.append((reading.entity, rule))
        return found

    def _rule(
        self, reading: Reading, text: str, before: Before, spans: Sequence[Span], index: int, previous_end: int
    ) -> str | None:
        entity, span = reading.entity, spans[index]
        assert entity is not None  # noqa: S101 - masks are left out by the caller
        guard = reading.guard
        if guard in self._behind:
            return guard if before.ends(self._behind[guard]) else None
        if guard == "district":
            return self._district_rule(reading.name, entity, text, before, spans, index)
        if guard == "short":
            return self._short(reading.name, text, before, span, previous_end)
        if entity.kind == "foreign":
            return self._foreign(reading, text, before, spans, index, previous_end)
        if entity.kind == "country":
            return None if before.ends(self._not_country) else "name"
        if guard in ("ours", "place"):
            return self._ours(reading, text, before, span, previous_end)
        return "name"

    def _district_rule(
        self, name: str, entity: Entity, text: str, before: Before, spans: Sequence[Span], index: int
    ) -> str | None:
        """A district whose name may be a person's or a commune's."""
        if _runs_on(name, text, spans[index]):
            return None
        if before.ends(self._district):
            return "district"
        # "xã Đức Trọng, tỉnh Lâm Đồng" is a commune that took the name of the district it lay in.
        named = not before.ends(self._bearer) and self._province_after(entity, text, spans, index)
        return "province" if named else None

    def _ours(self, reading: Reading, text: str, before: Before, span: Span, previous_end: int) -> str | None:
        """A province, or a district or island that is read alone."""
        if before.ends(self._district if reading.guard == "place" else self._province):
            return "district" if reading.guard == "place" else "kind"
        if before.ends(self._bearer) or self._is_person(before, span, previous_end):
            return None
        if self._continued.match(text, span.end):
            return None
        if reading.guard == "place" and _runs_on(reading.name, text, span):
            return None
        if reading.name in self._words and text[span.start : span.end].isupper():
            return None
        return "name"

    def _foreign(
        self, reading: Reading, text: str, before: Before, spans: Sequence[Span], index: int, previous_end: int
    ) -> str | None:
        entity, span = reading.entity, spans[index]
        assert entity is not None  # noqa: S101 - see above
        if self._country_after(entity, text, spans, index):
            return "country"
        if reading.guard != "foreign":
            if before.ends(self._bearer) and not before.ends(self._kind):
                return None
            return None if self._is_person(before, span, previous_end) else "name"
        if not before.ends(self._kind):
            return None
        home = any(is_kind(one.entity, "province", "district", "island") for one in span.readings)
        return "abroad" if before.last == "châu" or not home else None

    def _country_after(self, entity: Entity, text: str, spans: Sequence[Span], index: int) -> bool:
        """Whether the country of ``entity``, or the place abroad it lies in, stands right behind it."""
        if index + 1 == len(spans):
            return False
        span, after = spans[index], spans[index + 1]
        between = text[span.end : after.start]
        if re.search("[-–]", between) and any(is_kind(one.entity, "province", "district") for one in span.readings):
            # "Hà Nam - Trung Quốc" is two partners, and ours is one of them.
            return False
        if not self._of.fullmatch(between) or "," in between.strip(" ,") or not between.strip():
            return False
        for reading in after.readings:
            other = reading.entity
            if other is None or other.country != entity.country:
                continue
            if other.kind == "country" or (other.id == entity.within and reading.guard != "foreign"):
                return True
        return False

    def _province_after(self, entity: Entity, text: str, spans: Sequence[Span], index: int) -> bool:
        """Whether the province of a district stands right behind it: ``Đức Huệ, Long An``."""
        if index + 1 == len(spans):
            return False
        between = text[spans[index].end : spans[index + 1].start]
        named = any(_is_province(one.entity, entity.province) for one in spans[index + 1].readings)
        return named and _BELONGS.fullmatch(between) is not None

    def _short(self, name: str, text: str, before: Before, span: Span, previous_end: int) -> str | None:
        """``Mỹ``, ``Anh``, ``Đức`` …: a country only where nothing makes it a word, a person or part of a name."""
        if before.ends(self._not_country) or before.ends(self._title) or before.ends(self._bearer):
            return None
        printed, after = text[span.start : span.end], text[span.end : span.end + 12]
        following = re.match(r" (\w+)", after)
        next_word = following[1] if following else ""
        role = before.ends(self._role)
        if next_word[:1].isupper() and not role:
            return None
        previous = before.word
        is_name = previous[:1].isupper() and previous_end < span.start - 1
        if is_name and not (before.ends(self._opener) and before.opens(1)):
            return None
        if len(printed) > 2 and printed.isupper() and (next_word.isupper() or previous.isupper()):
            return None
        if before.opens() and not before.text.rstrip().endswith(("-", "–", "(")):
            compounds = self._compounds.get(name, frozenset())
            if next_word.casefold() in compounds or name in _RISKY:
                return None
        return "short name"

    def _is_person(self, before: Before, span: Span, previous_end: int) -> bool:
        if before.ends(self._title):
            return True
        if previous_end >= span.start - 1:
            # "Lạng Sơn Cao Bằng": what stands before is a place of its own, no family name.
            return False
        *_, second, _ = ("", "", *before.words)
        return before.word in self._surnames or (second in self._surnames and before.word[:1].isupper())


_ORDER = (
    "gate", "country", "abroad", "island", "district", "province", "kind", "organisation", "name", "short name",
)  # fmt: skip
"""Of several readings of one name, that of the first of these rules is taken."""


def _rank(choice: Choice) -> tuple[int, bool]:
    # Phú Quốc alone is the island; the town is called one.
    return _ORDER.index(choice[1]), choice[0].kind == "district"


_RISKY = frozenset({"Anh", "Đức", "Ý", "Áo", "Hàn", "Tiệp"})
"""At the start of a sentence these are nearly always a word, a name or "he"."""


def is_kind(entity: Entity | None, *kinds: str) -> bool:
    """Whether ``entity`` is one of ``kinds``."""
    return entity is not None and entity.kind in kinds


def _is_province(entity: Entity | None, name: str | None) -> bool:
    return entity is not None and entity.kind == "province" and entity.name == name


def _runs_on(name: str, text: str, span: Span) -> bool:
    """Whether a name of one syllable goes on: ``thành phố Vinh``, but ``Vinh Quang``."""
    return " " not in name and text[span.end : span.end + 2].strip().isupper()


def any_of(words: Sequence[str]) -> str:
    """A regular expression of all ``words``, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
