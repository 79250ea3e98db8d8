"""What the names of a text mean: each by itself, then by the names beside it and by the rest of the story. Pure.

A rule's name is stored with every mention that it made (docs/places-and-partners.md lists them).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.mentions import Entity, Mention
from nlp.alone import Choice, NameRules, Span, any_of, is_kind
from nlp.gazetteer import Gazetteer
from nlp.neighbours import Neighbours
from nlp.surroundings import Before

_LIST = re.compile(r"\s*(?:,|;|/|-|–|và|với|hay|hoặc|cùng|đến)\s*")


class Resolver(NameRules):
    """Chooses a reading for every name of a text, or none."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        super().__init__(gazetteer)
        context = gazetteer.context
        kinds = any_of([*context.kinds, "các tỉnh", *context.gates, *context.gate_ranks, *context.districts])
        self._neighbours = Neighbours(gazetteer)
        self._between = re.compile(rf"{_LIST.pattern}(?:(?:các )?(?:{kinds})\s+)*", re.IGNORECASE)

    def resolve(self, text: str, spans: Sequence[Span], home: frozenset[str]) -> tuple[Mention, ...]:
        """The mentions among ``spans`` of ``text``, which are in order and do not overlap.

        ``home`` are the provinces (of the map of 63) that the story is known to be from.
        """
        chosen: list[Choice | None] = []
        for index in range(len(spans)):
            chosen.append(self._alone(text, spans, index, _end_before(spans, chosen, index)))
        self._by_list(text, spans, chosen)
        self._again(text, spans, chosen)
        self._by_story(text, spans, chosen, home)
        self._qualify(text, spans, chosen)
        named = [
            Mention(choice[0].id, span.start, span.end, choice[1])
            for span, choice in zip(spans, chosen, strict=True)
            if choice is not None
        ]
        unnamed = self._neighbours.find(text, named, home)
        return tuple(sorted(named + unnamed, key=lambda one: one.start) if unnamed else named)

    def _by_list(self, text: str, spans: Sequence[Span], chosen: list[Choice | None]) -> None:
        """``các tỉnh Vân Nam, Hải Nam``: an open name beside one that is read as the same kind of the same country."""
        order = range(len(spans))
        for here, there in [*zip(order[1:], order, strict=False), *zip(order[-2::-1], order[:0:-1], strict=False)]:
            neighbour = chosen[there]
            if neighbour is None or neighbour[0].kind not in ("foreign", "gate", "district", "island"):
                continue
            left, right = min(here, there), max(here, there)
            current = chosen[here]
            if current is not None and (current[1] != "name" or current[0].kind == neighbour[0].kind):
                continue
            if not self._between.fullmatch(text, spans[left].end, spans[right].start):
                continue
            if Before(text, spans[here].start).ends(self._bearer):
                continue
            for reading in spans[here].readings:
                if reading.guard in ("foreign", "gate", "district", "island") and _alike(reading.entity, neighbour[0]):
                    chosen[here] = (reading.entity, "list")  # type: ignore[assignment]  # _alike: not None
                    break

    def _again(self, text: str, spans: Sequence[Span], chosen: list[Choice | None]) -> None:
        """A guarded name that the story has said once in full: ``tỉnh Hà Nam (Trung Quốc)`` … ``Hà Nam``."""
        said: dict[str, tuple[int, Entity]] = {}
        for index, choice in enumerate(chosen):
            if choice is not None and choice[1] in _IN_FULL:
                said.setdefault(choice[0].id, (index, choice[0]))
        for index, span in enumerate(spans):
            for reading in span.readings if said else ():
                entity = reading.entity
                if entity is None or entity.id not in said or reading.guard not in ("foreign", "gate", "district"):
                    continue
                others = [one.entity for one in span.readings if one.entity != entity]
                if any(is_kind(other, "province", "district") for other in others):
                    # Our Hà Nam, unless the story spoke of the other one before.
                    holds = entity.kind == "foreign" and index > said[entity.id][0]
                else:
                    holds = chosen[index] is None and self._is_free(text, spans, chosen, index)
                if holds:
                    chosen[index] = (entity, "again")

    def _by_story(self, text: str, spans: Sequence[Span], chosen: list[Choice | None], home: frozenset[str]) -> None:
        """A name that only one place has, in a story of the province it lies in: ``Hà Khẩu`` beside ``Vân Nam``."""
        around = {choice[0].id for choice in chosen if choice is not None}
        provinces = home | {choice[0].name for choice in chosen if choice is not None and choice[0].kind == "province"}
        for index, span in enumerate(spans):
            if chosen[index] is not None or len({one.entity for one in span.readings if one.guard != "gate"}) != 1:
                continue
            reading = next(one for one in span.readings if one.guard != "gate")
            entity = reading.entity
            if entity is None or " " not in reading.name or not self._is_free(text, spans, chosen, index):
                continue
            abroad = reading.guard == "foreign" and entity.within in around
            if abroad or (reading.guard == "district" and entity.province in provinces):
                chosen[index] = (entity, "story")

    def _is_free(self, text: str, spans: Sequence[Span], chosen: list[Choice | None], index: int) -> bool:
        """Whether a name stands for itself: no part of a longer one, no person's, nothing that only bears it."""
        span, previous_end = spans[index], _end_before(spans, chosen, index)
        before = Before(text, span.start)
        if before.ends(self._bearer) or self._is_person(before, span, previous_end):
            return False
        if text[span.end : span.end + 1] == " " and text[span.end + 1 : span.end + 2].isupper():
            return False
        return not before.word[:1].isupper() or before.opens(1)

    def _qualify(self, text: str, spans: Sequence[Span], chosen: list[Choice | None]) -> None:
        """``Vân Nam (Trung Quốc)``: the country says where the place is, and is not itself the partner."""
        for index in range(1, len(spans)):
            country, place = chosen[index], chosen[index - 1]
            if country is None or place is None or country[0].kind != "country":
                continue
            if place[0].kind not in ("foreign", "gate") or place[0].country != country[0].country:
                continue
            between = text[spans[index - 1].end : spans[index].start]
            if between.strip() and self._of.fullmatch(between) and not between.strip().startswith(("-", "–")):
                chosen[index] = (country[0], "qualifies")


_IN_FULL = ("country", "abroad", "gate", "list", "district", "province")
"""The rules that say which of several a name is, so that the rest of the story need not."""


def _end_before(spans: Sequence[Span], chosen: Sequence[Choice | None], index: int) -> int:
    """Where the name before this one ends, if it was read as a place; else 0."""
    return spans[index - 1].end if index and chosen[index - 1] is not None else 0


def _alike(entity: Entity | None, other: Entity) -> bool:
    if entity is None or entity.kind != other.kind:
        return False
    if entity.kind == "gate":
        return True
    if entity.country != other.country:
        return False
    return entity.kind != "district" or entity.province == other.province
