"""What a query is narrowed by, and by what it could be narrowed: every filter and every value of a facet a link."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from corpus.entities import PARTNERS
from corpus.facets import KINDS, Facet, FacetKind, FacetValue
from corpus.limits import TookTooLong
from corpus.mentions import Entity
from corpus.provinces import provinces_63
from corpus.records import Query
from corpus.store import Corpus
from tintinh.explorer.view import Visit

COUNTED = 30_000
"""Articles of which facets are counted one by one: some 2 µs each and facet (100,000 articles, 2026-11-22)."""
SHARE = 0.6
"""Of the time of a page, for all its facets together: what is not counted by then is said to be left out."""

_FIELD = {"theme": "themes", "province": "province", "source": "source", "section": "section", "partner": "partner"}
_OLD = {province.name for province in provinces_63()}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force: what it is called, its value, and the address without it."""

    name: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet: its name, how many articles have it, and the address narrowed to it."""

    name: str
    articles: int
    narrowed: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A facet: ``choices`` None where it was left out, for to count it would take too long."""

    kind: FacetKind
    choices: tuple[Choice, ...] | None
    more: int = 0


def chips(visit: Visit, view: str = "search") -> list[Chip]:
    """The filters of a visit's query, each with the address of ``view`` without it."""
    return list(_chips(visit, view))


def _chips(visit: Visit, view: str) -> Iterator[Chip]:
    query = visit.query

    def chip(name: str, value: str, **without: Any) -> Chip:
        return Chip(visit.t(f"search.{name}"), value, visit.link(view, replace(query, **without)))

    for slug in query.themes:
        rest = tuple(other for other in query.themes if other != slug)
        lowest = {} if rest else {"probability": None}
        yield chip("theme", visit.theme(slug), themes=rest, **lowest)
    if query.probability is not None:
        yield chip("probability", f"{query.probability:g}", probability=None)
    if query.province is not None:
        under = "" if query.province_map == "day" else f" ({query.province_map})"
        yield chip("province", query.province + under, province=None, province_map="day")
    if query.source is not None:
        yield chip("source", visit.outlet(query.source), source=None)
    for name in ("section", "author", "partner", "language"):
        value = getattr(query, name)
        if value is not None:
            yield chip(name, value, **{name: None})
    if query.since is not None:
        yield chip("since", visit.day(query.since), since=None)
    if query.until is not None:
        yield chip("until", visit.day(query.until), until=None)
    if query.by_hand:
        yield chip("hand", visit.t("search.yes"), by_hand=False)
    if query.stories:
        yield chip("stories", visit.t("search.yes"), stories=False)


def narrowings(corpus: Corpus, visit: Visit, total: int, view: str = "search") -> list[Narrowing]:
    """The facets of a visit's query that are no filter of it yet, counted as far as their time allows.

    ``total`` is how many articles it finds.
    """
    query, found = visit.query, []
    ids: array[int] | None = None
    kinds = [kind for kind in KINDS if not _is_set(query, kind)]
    try:
        with visit.deadline.within(SHARE * visit.site.seconds):
            ids = corpus.selected(query, COUNTED) if total <= COUNTED else None
            for kind, facet in zip(kinds, corpus.facets(query, kinds, ids), strict=True):
                if facet is None:
                    found.append(Narrowing(kind, None))
                elif facet.values:
                    found.append(_narrowing(visit, view, facet))
    except TookTooLong:
        done = {narrowing.kind for narrowing in found}
        found += [Narrowing(kind, None) for kind in kinds if kind not in done]
    return found


def _is_set(query: Query, kind: FacetKind) -> bool:
    if kind == "year":
        return query.since is not None and query.until is not None
    return kind != "theme" and getattr(query, _FIELD[kind], None) is not None


def _narrowing(visit: Visit, view: str, facet: Facet) -> Narrowing:
    # A theme that every article here was asked to have narrows nothing.
    values = [value for value in facet.values if not (facet.kind == "theme" and value.value in visit.query.themes)]
    choices = tuple(Choice(_name(visit, facet.kind, value), value.articles, _to(visit, view, facet.kind, value))
                    for value in values)  # fmt: skip
    return Narrowing(facet.kind, choices, facet.more)


def _name(visit: Visit, kind: FacetKind, value: FacetValue) -> str:
    if kind == "theme":
        return visit.theme(value.value)
    return visit.outlet(value.value) if kind == "source" else value.name


def to_named(visit: Visit, entity: Entity, view: str = "search") -> str | None:
    """The address of the articles of a province, or of those that name a partner; None where no query can ask."""
    if entity.kind == "province":
        return visit.link(view, Query(province=entity.name, province_map="63" if entity.name in _OLD else "34"))
    if entity.kind in PARTNERS:
        return visit.link(view, Query(partner=entity.name))
    return None


def _to(visit: Visit, view: str, kind: FacetKind, value: FacetValue) -> str:
    query = visit.query
    if kind == "theme":
        return visit.link(view, replace(query, themes=(*query.themes, value.value)))
    if kind == "year":
        first, last = date(int(value.value), 1, 1), date(int(value.value), 12, 31)
        since = max(first, query.since) if query.since else first
        return visit.link(view, replace(query, since=since, until=min(last, query.until) if query.until else last))
    given: dict[str, Any] = {_FIELD[kind]: value.name if kind == "partner" else value.value}
    return visit.link(view, replace(query, **given))
