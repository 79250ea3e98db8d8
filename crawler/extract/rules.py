"""Source rules: a layout's selectors give the lines of a page their roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from cssselect.xpath import HTMLTranslator, XPathExpr
from lxml import etree

from corpus.text import match_key
from crawler.extract.dates import printed_date
from crawler.extract.draft import Line, Role
from crawler.extract.markup import BLOCK, Lines, Node, has_text, holder_of, text_in
from crawler.extract.stamps import is_over_menu
from crawler.source import Layout

_FIELDS: frozenset[Role] = frozenset({"title", "section", "place", "tags", "byline"})
_MANY: frozenset[Role] = frozenset({"tags", "byline"})
_STEPS_UP = 3
"""So far above the column of title and body a date is looked for: beyond it stand header clocks and side columns."""


@dataclass(frozen=True)
class Fit:
    """A layout that describes a page, and where: ``bodies`` and ``titles`` are the elements its selectors chose."""

    layout: Layout
    bodies: tuple[Node, ...]
    titles: tuple[Node, ...]


class _Translator(HTMLTranslator):
    """CSS to XPath that asks a cheap question first: the exact test of a class takes apart every class attribute."""

    def xpath_attrib_includes(self, xpath: XPathExpr, name: str, value: str | None) -> XPathExpr:
        if value and not any(char.isspace() for char in value):
            xpath.add_condition(f"contains({name}, {self.xpath_literal(value)})")
        return super().xpath_attrib_includes(xpath, name, value)


@cache
def _selector(css: str) -> etree.XPath:
    return etree.XPath(_Translator().css_to_xpath(css), smart_strings=False)


def select(root: Node, css: str) -> list[Node]:
    """The elements of ``root`` that match a CSS selector, in document order."""
    return list(_selector(css)(root))


def fit(root: Node, layout: Layout) -> Fit | None:
    """Where a layout describes this page: its body and, where it names one, its title are found."""
    bodies = tuple(element for element in select(root, layout.body) if has_text(element))
    titles = tuple(select(root, layout.title)) if bodies and layout.title else ()
    return Fit(layout, bodies, titles) if bodies and (titles or layout.title is None) else None


def column(root: Node, found: Fit, claimed: Iterable[str]) -> Node:
    """The part of the page ``root`` (its body element) that the story stands in.

    It is the smallest block around title, body and date: all that a reader takes for the story lies in it, and none of
    the menus and side columns that most of a page is. ``claimed`` are the match keys of what the page calls itself, by
    which the title is found where the layout names none.
    """
    title = found.titles[0] if found.titles else _headline(root, set(claimed))
    if title is None:
        return root
    node = _block(holder_of([title, *found.bodies]))
    above = [node, *node.iterancestors()]
    if root not in above:
        # On a damaged page title and body may have nothing in common but the document.
        return root
    above = above[: above.index(root) + 1]
    layout = found.layout
    if layout.date:
        dated = (one for one in above[: _STEPS_UP + 1] if next(_dates(one, layout.date), None) is not None)
        node = next(dated, node)
    if (layout.section is None or layout.tags is None) and node.getparent() is not root:
        # Breadcrumb and tags, for which no selector is known, are set right above and below.
        node = above[min(above.index(node) + 1, len(above) - 1)]
    return node


def _headline(root: Node, claimed: set[str]) -> Node | None:
    """The heading that says what the page calls itself."""
    return next((one for one in root.iter("h1", "h2") if match_key(text_in(one)) in claimed), None)


def _dates(root: Node, css: str) -> Iterator[Node]:
    return (element for element in select(root, css) if printed_date(text_in(element)) is not None)


def mark(lines: Lines, column: Node, root: Node, found: Fit) -> dict[Role, tuple[str, ...]]:
    """Give the ``lines`` of a ``column`` their roles by the selectors of a layout, in place.

    Returns the texts of the selected fields (title, date, tags …): a field may be a part of its line only, and
    section and tags may stand anywhere on the page.
    """
    layout = found.layout
    inside: list[tuple[str | None, Role]] = [
        (layout.lead, "lead"),
        (layout.place, "place"),
        (layout.byline, "byline"),
        (layout.caption, "caption"),
        *((css, "drop") for css in layout.drop),
    ]
    chosen: list[tuple[Role, list[Node]]] = [
        ("body", list(found.bodies)),
        ("tags", _anywhere(column, root, layout.tags)),
        ("section", _anywhere(column, root, layout.section)),
        ("title", list(found.titles)),
    ]
    chosen += [(role, select(column, css) if css else []) for css, role in inside]

    # Later ones win: a caption inside the body is a caption, a dropped box inside the body is dropped.
    ranks: dict[Node, int] = {}
    parts: dict[Node, list[tuple[str, Role]]] = {}
    fields: dict[Role, tuple[str, ...]] = {}
    for rank, (role, elements) in enumerate(chosen):
        ranks.update(dict.fromkeys(elements, rank))
        if role in _FIELDS and elements:
            texts = [text_in(element) for element in elements]
            for element, text in zip(elements, texts, strict=True):
                parts.setdefault(_block(element), []).append((text, role))
            texts = [text for text in texts if text]
            if texts:
                fields[role] = tuple(texts if role in _MANY else texts[:1])
    rank_of = _Inherited(ranks)
    for line, element in lines:
        rank = rank_of(element)
        line.role = chosen[rank][0] if rank >= 0 else None
        if line.role in {None, "body"} and element in parts:
            own = (role for text, role in parts[element] if text and text in line.text)
            line.role = next(own, line.role)
        if line.role == "drop":
            line.reason = "source_rule"
    if layout.date and (date := _mark_date(lines, select(column, layout.date))):
        fields["date"] = (date,)
    return fields


def _anywhere(column: Node, root: Node, css: str | None) -> list[Node]:
    return (select(column, css) or select(root, css)) if css else []


class _Inherited:
    """The highest rank that an element or one of those around it has; -1 where none has."""

    def __init__(self, ranks: dict[Node, int]) -> None:
        self._own = ranks
        self._known: dict[Node, int] = {}

    def __call__(self, element: Node) -> int:
        path: list[Node] = []
        node: Node | None = element
        while node is not None and node not in self._known:
            path.append(node)
            node = node.getparent()
        rank = self._known[node] if node is not None else -1
        for node in reversed(path):
            rank = max(rank, self._own.get(node, -1))
            self._known[node] = rank
        return rank


def _mark_date(lines: Lines, chosen: list[Node]) -> str | None:
    """The text of the chosen element that prints a date nearest to the title; its lines get the role.

    Header clocks and the headlines of side columns often wear the very class of the article's own date: what stands
    later than a few lines below the story is none of it.
    """
    story = [line.order for line, _ in lines if line.role in {"lead", "body"}]
    title = next((line.order for line, _ in lines if line.role == "title"), min(story, default=0))
    best: tuple[int, str, list[Line]] | None = None
    for element in chosen:
        text = text_in(element)
        inside = set(element.iter())
        block = _block(element)
        own = [line for line, holder in lines if holder in inside or (holder is block and text and text in line.text)]
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


def _block(element: Node) -> Node:
    """The block element that an element's text is set in: itself, or the nearest one around it."""
    node = element
    while node.tag not in BLOCK and (parent := node.getparent()) is not None:
        node = parent
    return node
