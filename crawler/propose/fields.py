"""The selector of each field: the shortest whose elements hold, on every page, just what the generic reader read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from corpus.records import BODY_KINDS, Article, BlockKind, Page
from corpus.text import match_key
from crawler.extract import Draft
from crawler.extract.dates import printed_date
from crawler.extract.decode import utf_8
from crawler.extract.markup import Node, body_of, lines_of, parse, text_in
from crawler.normalise import normalise
from crawler.propose.selectors import cost, hits, is_named, selectors

FieldName = Literal["title", "lead", "date", "byline", "section", "place", "tags", "caption"]
# Fields whose elements may be told by their place alone. That "strong" below the text is the author on eight pages does
# not make the ninth page's heading one.
_PLAIN = frozenset({"date", "section", "tags"})

FIELDS: tuple[FieldName, ...] = ("title", "lead", "date", "byline", "section", "place", "tags", "caption")

MOST = 0.8
"""Share of the pages on which a selector must be right: four of five."""


@dataclass(frozen=True)
class Specimen:
    """One article page, with what the generic reader read on it."""

    page: Page
    draft: Draft

    @cached_property
    def root(self) -> Node:
        """The tree of the page."""
        return parse(utf_8(self.page), self.page.url)

    @cached_property
    def lines(self) -> list[tuple[str, Node]]:
        """The visual lines of the page with the elements that hold them."""
        return [(line.text, element) for line, element in lines_of(body_of(self.root, self.page.url))]

    @cached_property
    def article(self) -> Article:
        """The article by the generic reader."""
        return normalise(self.draft, self.page, None)

    @cached_property
    def texts(self) -> dict[str, list[Node]]:
        """The elements of the page by their text, on one line; long texts are left out, they are no field's."""
        found: dict[str, list[Node]] = {}
        for element in body_of(self.root, self.page.url).iter():
            if isinstance(element.tag, str) and element.tag not in {"script", "style", "body"}:
                text = text_in(element)
                if 0 < len(text) <= 1500:
                    found.setdefault(text, []).append(element)
        return found

    def blocks(self, *kinds: BlockKind) -> tuple[str, ...]:
        """The texts of the draft's blocks of these kinds, in order."""
        return tuple(block.text for block in self.draft.blocks if block.kind in kinds)

    @cached_property
    def story(self) -> frozenset[str]:
        """The match keys of the running text."""
        return frozenset(map(match_key, self.blocks(*BODY_KINDS)))

    def wanted(self, name: FieldName) -> tuple[str, ...]:
        """What the page prints in a field, by the generic reader; empty where it prints nothing."""
        draft = self.draft
        match name:
            case "title":
                return (draft.title,)
            case "lead":
                return (draft.lead,) if draft.lead else ()
            case "date":
                return (draft.date_text,) if draft.date_text else ()
            case "byline":
                return self.blocks(BlockKind.BYLINE)
            case "section":
                return (draft.section,) if draft.section else ()
            case "place":
                return (draft.place,) if draft.place else ()
            case "tags":
                return draft.tags
            case "caption":
                return self.blocks(BlockKind.CAPTION)


@dataclass(frozen=True, slots=True)
class Choice:
    """A selector, and on how many of ``pages`` it is ``right``."""

    css: str
    right: int
    pages: int


def choose(name: FieldName, specimens: Sequence[Specimen]) -> Choice | None:
    """The selector of a field that agrees on most of ``specimens``; None where none does, or two pages print none."""
    printing = [one for one in specimens if one.wanted(name)]
    if name == "date" and is_clock(specimens):
        return None
    if len(printing) < min(2, len(specimens)):
        return None
    offered: dict[str, None] = {}
    for specimen in printing:
        for element in _holding(name, specimen):
            offered.update(dict.fromkeys(selectors(element)))
    best: tuple[float, float, Choice] | None = None
    for css in offered:
        if name not in _PLAIN and not is_named(css):
            continue
        values = [_right(name, specimen, css) for specimen in specimens]
        right = sum(value > 0 for value in values)
        found = sum(bool(hits(specimen.root, css)) for specimen in printing)
        if right < MOST * len(specimens) or found < min(2, len(specimens)):
            continue
        ranked = (sum(values), -cost(css), Choice(css, right, len(specimens)))
        if best is None or ranked[:2] > best[:2]:
            best = ranked
    return best[2] if best else None


def is_clock(specimens: Sequence[Specimen]) -> bool:
    """Whether three articles or more show one and the same date: the clock of the page's header, and no article's."""
    shown = [one.draft.date_text for one in specimens if one.draft.date_text]
    return len(shown) >= 3 and len(set(shown)) == 1


def choose_section(specimens: Sequence[Specimen], labels: Iterable[str]) -> str | None:
    """The selector of an element that holds one of the menu's ``labels`` on most pages, not the same on all of them.

    For sites that print the section without a breadcrumb. None where no element does.
    """
    known = set(map(match_key, labels))
    offered: dict[str, None] = {}
    for specimen in specimens:
        for text, elements in specimen.texts.items():
            if match_key(text) in known:
                offered.update(dict.fromkeys(css for element in elements for css in selectors(element)))
    right = []
    for css in offered:
        found = [[text_in(element) for element in hits(specimen.root, css)] for specimen in specimens]
        fitting = [texts[0] for texts in found if len(texts) == 1 and match_key(texts[0]) in known]
        if is_named(css) and len(set(fitting)) >= 2 and len(fitting) >= MOST * len(specimens):
            right.append(css)
    return min(right, key=cost, default=None)


def _holding(name: FieldName, specimen: Specimen) -> Iterable[Node]:
    """The elements that hold what a field prints."""
    for text in specimen.wanted(name):
        if name in {"date", "caption"}:
            yield from (
                element
                for printed, elements in specimen.texts.items()
                if (name == "date" and printed in text and _same_date(printed, text))
                or (name == "caption" and _is_caption(printed, [text]))
                for element in elements
            )
        yield from specimen.texts.get(text, [])


def _right(name: FieldName, specimen: Specimen, css: str) -> float:
    """How right a selector is on one page: 1 for just what is printed, 0 for anything wrong."""
    wanted = specimen.wanted(name)
    found = [text for text in map(text_in, hits(specimen.root, css)) if text]
    return _MEASURES[name](found, wanted)


def _single(found: list[str], wanted: tuple[str, ...]) -> float:
    if not wanted:
        return float(not found)
    if found[:1] != list(wanted[:1]):
        return 0.0
    return 1.0 if len(found) == 1 else 0.5


def _exact(found: list[str], wanted: tuple[str, ...]) -> float:
    return float(found == list(wanted))


def _dated(found: list[str], wanted: tuple[str, ...]) -> float:
    dates = [text for text in found if printed_date(text) is not None]
    if not wanted:
        return float(not dates)
    if not dates or not _same_date(dates[0], wanted[0]):
        return 0.0
    # The element of the date alone before one that holds buttons, too.
    return (1.0 if len(found) == 1 else 0.5) - min(len(dates[0]), 400) / 4000


def _captions(found: list[str], wanted: tuple[str, ...]) -> float:
    if not all(_is_caption(text, wanted) for text in found):
        return 0.0
    covered = sum(any(_is_caption(text, [caption]) for text in found) for caption in wanted)
    return 1.0 if covered == len(wanted) else 0.5


def _tagged(found: list[str], wanted: tuple[str, ...]) -> float:
    return float([text.strip(" #,;:") for text in found] == list(wanted))


_MEASURES: dict[FieldName, Callable[[list[str], tuple[str, ...]], float]] = {
    "title": _single,
    "lead": _exact,
    "date": _dated,
    "byline": _exact,
    "section": _single,
    "place": _single,
    "tags": _tagged,
    "caption": _captions,
}


def _same_date(one: str, other: str) -> bool:
    first, second = printed_date(one), printed_date(other)
    return first is not None and second is not None and first == second


def _is_caption(printed: str, captions: Iterable[str]) -> bool:
    """Whether ``printed`` is one of ``captions``, perhaps with the credit that the reader set apart."""
    key = match_key(printed)
    return any(
        key.startswith(match_key(caption).rstrip(" .")) and len(printed) <= len(caption) + 60
        for caption in captions
        if caption
    )
