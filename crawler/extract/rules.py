"""Source rules: a layout's selectors give the lines of a page their roles."""

from __future__ import annotations

from functools import cache

from lxml import html
from lxml.cssselect import CSSSelector

from corpus.text import line as one_line
from crawler.extract.dates import printed_date
from crawler.extract.draft import Line, Role
from crawler.extract.markup import BLOCK
from crawler.extract.stamps import is_over_menu
from crawler.source import Layout

_FIELDS: frozenset[Role] = frozenset({"title", "section", "place", "tags", "byline"})
_MANY: frozenset[Role] = frozenset({"tags", "byline"})

Lines = list[tuple[Line, html.HtmlElement]]


@cache
def _selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def select(root: html.HtmlElement, css: str) -> list[html.HtmlElement]:
    """The elements of ``root`` that match a CSS selector, in document order."""
    return list(_selector(css)(root))


def fits(root: html.HtmlElement, layout: Layout) -> bool:
    """Whether a layout describes this page: its body and, where it names one, its title are found."""
    found_body = any(element.text_content().strip() for element in select(root, layout.body))
    return found_body and (layout.title is None or bool(select(root, layout.title)))


def mark_page(lines: Lines, root: html.HtmlElement, layout: Layout) -> dict[Role, tuple[str, ...]]:
    """Give the lines of a page their roles by the selectors of ``layout``, in place.

    Returns the texts of the selected fields (title, date, tags …): a field may be a part of its line only.
    """
    roles: dict[int, Role] = {}
    parts: dict[int, list[tuple[str, Role]]] = {}
    fields: dict[Role, tuple[str, ...]] = {}

    def give(css: str | None, role: Role) -> None:
        chosen = select(root, css) if css else []
        for element in chosen:
            for inner in element.iter():
                roles[id(inner)] = role
            if role in _FIELDS:
                parts.setdefault(id(_block(element)), []).append((one_line(element.text_content()), role))
        if role in _FIELDS:
            texts = tuple(text for text in (one_line(element.text_content()) for element in chosen) if text)
            if texts:
                fields[role] = texts if role in _MANY else texts[:1]

    # Later ones win: a caption inside the body is a caption, a dropped box inside the body is dropped.
    give(layout.body, "body")
    give(layout.tags, "tags")
    give(layout.section, "section")
    give(layout.title, "title")
    give(layout.lead, "lead")
    give(layout.place, "place")
    give(layout.byline, "byline")
    give(layout.caption, "caption")
    for css in layout.drop:
        give(css, "drop")
    for line, element in lines:
        line.role = roles.get(id(element))
        if line.role in {None, "body"}:
            inside = (role for text, role in parts.get(id(element), ()) if text and text in line.text)
            line.role = next(inside, line.role)
        if line.role == "drop":
            line.reason = "source_rule"
    if layout.date and (date := _mark_date(lines, select(root, layout.date))):
        fields["date"] = (date,)
    return fields


def _mark_date(lines: Lines, chosen: list[html.HtmlElement]) -> str | None:
    """The text of the chosen element that prints a date nearest to the title; its lines get the role.

    Header clocks and the headlines of side columns often wear the very class of the article's own date: what stands
    later than a few lines below the story is none of it.
    """
    story = [line.order for line, _ in lines if line.role in {"lead", "body"}]
    title = next((line.order for line, _ in lines if line.role == "title"), min(story, default=0))
    best: tuple[int, str, list[Line]] | None = None
    for element in chosen:
        text = one_line(element.text_content())
        inside = {id(inner) for inner in element.iter()}
        block = _block(element)
        own = [
            line for line, holder in lines if id(holder) in inside or (holder is block and text and text in line.text)
        ]
        if (
            own
            and own[0].order <= max(story, default=0) + 4
            and printed_date(text) is not None
            and not is_over_menu(own[0], lines, title)
        ):
            away = abs(own[0].order - title)
            best = min(best or (away, text, own), (away, text, own), key=lambda found: found[0])
    if best is None:
        return None
    for line in best[2]:
        line.role = "date"
    return best[1]


def _block(element: html.HtmlElement) -> html.HtmlElement:
    """The block element that an element's text is set in: itself, or the nearest one around it."""
    node = element
    while node.tag not in BLOCK and (parent := node.getparent()) is not None:
        node = parent
    return node
