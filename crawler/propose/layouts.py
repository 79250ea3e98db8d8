"""Layouts for a site's articles: a platform's where one fits, else selectors of its own; both tried on every page.

The measure is agreement: the share of fields that a source's rules read as the generic reader does. The title and the
date must not contradict the page's structured data more often than the generic reader's do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from corpus.records import Article
from corpus.text import match_key
from crawler.errors import Rejected
from crawler.extract import Draft, extract
from crawler.normalise import normalise
from crawler.propose.bodies import body_selector, drop_selectors
from crawler.propose.fields import FIELDS, Specimen, choose, choose_section
from crawler.publishing import PLATFORMS, Layout, load_platform
from crawler.source import Source

READ = ("title", "lead", "date", "authors", "section", "tags", "place", "body", "captions")
"""What is compared between two readings of a page."""

_MOST_LAYOUTS = 3


@dataclass(frozen=True)
class Reading:
    """One page as a proposed source reads it; ``differs`` names the fields in which the generic reader differs."""

    specimen: Specimen
    draft: Draft | None
    article: Article | None
    differs: tuple[str, ...]

    @property
    def by_rules(self) -> bool:
        """Whether a layout fitted the page."""
        return self.draft is not None and self.draft.extractor == "rules"


def field_of(article: Article, name: str) -> Any:
    """A field of ``READ`` as it is compared: texts as match keys."""
    match name:
        case "date":
            return article.published_at, article.published_precision
        case "authors":
            return tuple(map(match_key, article.authors))
        case "tags":
            return tuple(map(match_key, article.tags))
        case "body":
            return tuple(map(match_key, article.body))
        case "captions":
            return tuple(map(match_key, article.captions))
        case _:
            value = getattr(article, name)
            return match_key(value) if value else None


def readings(specimens: Sequence[Specimen], source: Source) -> list[Reading]:
    """Every page read by the rules of ``source``."""
    return [_reading(specimen, source) for specimen in specimens]


def _reading(specimen: Specimen, source: Source) -> Reading:
    try:
        draft = extract(specimen.page, source)
    except Rejected:
        return Reading(specimen, None, None, READ)
    article = normalise(draft, specimen.page, None)
    pairs = ((name, field_of(article, name), field_of(specimen.article, name)) for name in READ)
    # What the generic reader does not find at all, it does not contradict.
    differs = tuple(name for name, here, there in pairs if here != there and (there or name in {"title", "body"}))
    return Reading(specimen, draft, article, differs)


def agreement(read: Sequence[Reading]) -> float:
    """The share of fields, 0–1, in which rules and generic reader agree; a page no layout fits agrees in none."""
    if not read:
        return 0.0
    agreed = sum(len(READ) - len(one.differs) for one in read if one.by_rules)
    return agreed / (len(READ) * len(read))


def with_layouts(source: Source, layouts: Sequence[Layout]) -> Source:
    """``source`` with these layouts alone."""
    return source.model_copy(update={"layout": tuple(layouts)})


def own_layouts(specimens: Sequence[Specimen], source: Source, labels: Sequence[str] = ()) -> list[Layout]:
    """Layouts found on the pages themselves, the one of the most pages first; empty where no body agrees.

    Pages on which the first body is not found form a further layout, where they are three or more. ``labels`` are the
    menu's names of the sections, by which the section is found where no breadcrumb says it.
    """
    found: list[Layout] = []
    left = list(specimens)
    while left and len(found) < _MOST_LAYOUTS:
        chosen = body_selector(left)
        if chosen is None or len(chosen[1]) < min(3, len(specimens)):
            break
        body, on = chosen
        layout = _fields(Layout(body=body), on, source)
        if layout.section is None and (section := choose_section(on, labels)) is not None:
            layout = layout.model_copy(update={"section": section})
        found.append(layout)
        left = [specimen for specimen in left if specimen not in on]
    return found


def _fields(layout: Layout, on: Sequence[Specimen], source: Source) -> Layout:
    """``layout`` with every field's selector that does not make the reading worse."""
    # Each is tried alone, so that one bad selector is left out and no other.
    best = agreement(readings(on, with_layouts(source, [layout])))
    offers: list[tuple[str, Any]] = []
    for name in FIELDS:
        choice = choose(name, on)
        # A page without its title selector is no page of the layout: it must be on all of them.
        if choice is not None and (name != "title" or choice.right == choice.pages):
            offers.append((name, choice.css))
    if drops := drop_selectors(on, layout.body):
        offers.append(("drop", drops))
    for key, value in offers:
        tried = layout.model_copy(update={key: value})
        reached = agreement(readings(on, with_layouts(source, [tried])))
        if reached >= best:
            layout, best = tried, reached
    return layout


@dataclass(frozen=True)
class Fit:
    """A platform on the pages: how far its layouts agree, on how many pages one fits, and which was the first to."""

    platform: str
    agreement: float
    fitted: int
    matches: bool


def platform_fits(specimens: Sequence[Specimen], source: Source) -> list[Fit]:
    """Every platform whose layouts fit most of the pages, the one that agrees best first.

    ``matches`` says whether its pattern of article addresses matches every page's address.
    """
    found = []
    for name in sorted(path.stem for path in PLATFORMS.glob("*.toml")):
        platform = load_platform(name)
        if not platform.layout:
            continue
        read = readings(specimens, with_layouts(source, platform.layout))
        fitted = sum(one.by_rules for one in read)
        pattern = platform.discover.article
        probe = source.model_copy(update={"discover": source.discover.model_copy(update={"article": pattern or "$^"})})
        matches = all(probe.is_article(specimen.page.url) for specimen in specimens)
        if fitted >= 0.8 * len(specimens):
            found.append(Fit(name, agreement(read), fitted, matches))
    return sorted(found, key=lambda fit: (-fit.agreement - (0.05 if fit.matches else 0.0), fit.platform))


def improved_keys(specimens: Sequence[Specimen], source: Source, shared: Layout, own: Layout) -> dict[str, Any]:
    """The keys of ``own`` that make a platform's layout agree better, tried one by one over ``shared``."""
    layout = shared
    best = agreement(readings(specimens, with_layouts(source, [layout])))
    keys: dict[str, Any] = {}
    for name in [*map(str, FIELDS), "drop"]:
        value = getattr(own, name)
        if not value or getattr(shared, name) == value:
            continue
        tried = layout.model_copy(update={name: value})
        reached = agreement(readings(specimens, with_layouts(source, [tried])))
        if reached > best:
            layout, best, keys[name] = tried, reached, value
    return keys
