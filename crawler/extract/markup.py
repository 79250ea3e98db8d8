"""HTML to lines: the visual lines of a page in document order, each with what its markup says about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from lxml import etree

from corpus.text import line as one_line
from crawler.errors import Rejected
from crawler.extract.draft import Line

Node = etree._Element
Lines = list[tuple[Line, Node]]
"""Lines in page order, each with the block element that holds it."""

# Not embed and object: libxml2 lets one without an end tag hold the lines behind it.
_SILENT = frozenset(
    """script style noscript template svg iframe head select option button input textarea
    canvas""".split()  # noqa: SIM905 - reads best so
)
BLOCK = frozenset(
    """address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure
    footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr
    ul""".split()  # noqa: SIM905 - reads best so
)
_CELL = frozenset({"td", "th"})
_IN_ROW = _CELL | {"p", "div", "center"}
_BOLD = frozenset({"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"})
_ITALIC = frozenset({"i", "em"})
_BREAKS = frozenset({"br", "img", "picture", "video"})
_LAYOUT_SIGNS = ("table", "img", "iframe", "form", "ul", "h1", "h2", "h3")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
# Fields that pages set side by side without a blank between them: <span class="author">…</span><span class="time">….
# Not date and time themselves, which are often two elements of one date.
_APART = re.compile(
    r"(?:^|[\s_-])(?:author|byline|tac-?gia|pseudonym|cate?|category|chuyen-?muc|views?|location-?stamp)(?:$|[\s_-])"
)
_CAPTION_MARK = re.compile(r"caption|figcaption|chu-?thich|image-?desc|img-?desc|photo-?desc", re.IGNORECASE)

_PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
_TEXT = etree.XPath("string()")


def parse(octets: bytes, url: str) -> Node:
    """The tree of an HTML document in UTF-8, whatever it declares; raises ``Rejected`` (``not_html``) for none."""
    try:
        root = etree.fromstring(octets, _PARSER)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Rejected("not_html", f"{url}: is not an HTML page ({error})") from error
    if root is None:
        raise Rejected("not_html", f"{url}: is not an HTML page (it holds no element)")
    return root


def body_of(root: Node, url: str) -> Node:
    """The body element of a document; raises ``Rejected`` (``not_html``) where there is none."""
    body = root.find("body")
    if body is None:
        raise Rejected("not_html", f"{url}: has no body element")
    return body


def text_in(element: Node) -> str:
    """All text below an element, hidden or not, on one line."""
    return one_line(_TEXT(element))


def has_text(element: Node) -> bool:
    """Whether any text stands below an element."""
    return next((True for text in element.itertext() if not text.isspace()), False)


def holder_of(elements: Sequence[Node]) -> Node:
    """The smallest element that holds all of ``elements``, of which there is one at least."""
    chain = [elements[0], *elements[0].iterancestors()]
    depth = {element: number for number, element in enumerate(chain)}
    deepest = 0
    for element in elements[1:]:
        node: Node | None = element
        while node is not None and node not in depth:
            node = node.getparent()
        deepest = max(deepest, depth[node] if node is not None else len(chain) - 1)
    return chain[deepest]


class _Said(NamedTuple):
    """What an element says by its name and attributes alone."""

    silent: bool = False
    block: bool = False
    apart: bool = False
    link: bool = False
    bold: bool = False
    italic: bool = False
    centred: bool | None = None
    caption: bool = False
    names: str = ""


_NOTHING = _Said()


@lru_cache(maxsize=16_384)  # a site has some hundred different elements, on every page the same
def _said(tag: str, names: str, style: str, align: str, linked: bool, hidden: bool) -> _Said:
    names = names.strip().lower()
    centred = None
    if tag == "center" or align.lower() == "center" or _CENTRED.search(style):
        centred = True
    elif "text-align" in style or tag in {"td", "table"}:
        centred = False
    said = _Said(
        silent=tag in _SILENT or hidden or _HIDDEN.search(style) is not None,
        block=tag in BLOCK,
        apart=tag not in BLOCK and _APART.search(names) is not None,
        link=tag == "a" and linked,
        bold=tag in _BOLD or _BOLD_STYLE.search(style) is not None,
        italic=tag in _ITALIC or "italic" in style,
        centred=centred,
        caption=tag in {"figcaption", "caption"} or _CAPTION_MARK.search(names) is not None,
        names=names,
    )
    # One object for all that say nothing, so that they are known by it.
    return _NOTHING if said == _NOTHING else said


@lru_cache(maxsize=1024)
def _said_bare(tag: str) -> _Said:
    return _said(tag, "", "", "", False, False)


def _said_by(element: Node) -> _Said:
    if not element.keys():
        return _said_bare(str(element.tag))
    get = element.get
    return _said(
        str(element.tag),
        f"{get('class', '')} {get('id', '')}",
        get("style", ""),
        get("align", ""),
        bool(get("href")),
        get("hidden") is not None,
    )


class _State:
    """What the elements around a piece of text say about it."""

    __slots__ = ("block", "bold", "caption", "cells", "centred", "italic", "link", "marks")

    def __init__(self, block: Node) -> None:
        self.block = block
        self.link = self.bold = self.italic = self.centred = self.caption = self.cells = False
        self.marks = ""

    def inside(self, element: Node, said: _Said) -> _State:
        new = _State.__new__(_State)
        tag = element.tag
        new.cells = _is_data(element) if tag == "table" else self.cells
        opens = said.apart or (said.block and not (new.cells and tag in _IN_ROW))
        new.block = element if opens else self.block
        new.link = self.link or said.link
        new.bold = self.bold or said.bold
        new.italic = self.italic or said.italic
        new.centred = self.centred if said.centred is None else said.centred
        new.caption = self.caption or said.caption
        new.marks = f"{said.names} {self.marks}"[:400] if said.names else self.marks
        return new


class _Walk:
    """The lines found so far, and the one under way."""

    __slots__ = ("after_picture", "all_italic", "bold", "first", "lines", "linked", "parts", "size")

    def __init__(self) -> None:
        self.lines: Lines = []
        self.after_picture = False
        self._begin()

    def _begin(self) -> None:
        self.parts: list[str] = []
        self.size = self.linked = self.bold = 0
        self.all_italic = True
        self.first: _State | None = None

    def text(self, text: str, state: _State) -> None:
        size = len(text.strip())
        if not size:
            # A blank before the first word says nothing, and most text of a page's frame is blanks.
            if self.parts:
                self.parts.append(" ")
            return
        self.parts.append(text)
        # An inline element's own names (``<span class="pubdate">``) describe the line that it opens.
        if self.first is None:
            self.first = state
        self.size += size
        if state.link:
            self.linked += size
        if state.bold:
            self.bold += size
        if not state.italic:
            self.all_italic = False

    def enter(self, element: Node, state: _State, inner: _State) -> None:
        """Begin an element that changes ``state`` to ``inner``: a new line where it opens a block."""
        if inner.block is element:
            self.flush(state)
        elif inner.cells and element.tag in _CELL and self.size:
            # The cells of one row of a data table are one line.
            self.parts.append(" | ")
            self.size += 1

    def flush(self, state: _State) -> None:
        """End the line under way, if there is one; ``state`` is that of the block that it stands in."""
        if not self.parts:
            return
        text = one_line("".join(self.parts))
        if text:
            first = self.first or state
            line = Line(
                text=text,
                order=len(self.lines),
                tag=str(state.block.tag),
                marks=first.marks,
                link_share=self.linked / self.size,
                bold_share=self.bold / self.size,
                italic=self.all_italic,
                centred=state.centred,
                after_picture=self.after_picture,
                in_caption=first.caption,
            )
            self.lines.append((line, state.block))
            self.after_picture = False
        self._begin()


def lines_of(root: Node) -> Lines:
    """The visual lines below ``root`` in order, each with the block element that holds it; hidden elements left out."""
    walk = _Walk()
    state = _State(root)
    outer: list[_State] = []
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if event == "start":
            outer.append(state)
            said = _said_by(element)
            if said.silent and element is not root:
                events.skip_subtree()
                continue
            if said is not _NOTHING:
                inner = state.inside(element, said)
                walk.enter(element, state, inner)
                state = inner
            if element.tag in _BREAKS:
                walk.flush(state)
                walk.after_picture = walk.after_picture or element.tag != "br"
            if text := element.text:
                walk.text(text, state)
        else:
            if state.block is element:
                walk.flush(state)
            state = outer.pop()
            if (tail := element.tail) and element is not root:
                walk.text(tail, state)
    walk.flush(state)
    return walk.lines


def _is_data(table: Node) -> bool:
    """Whether a table holds figures rather than a layout: rows of several short cells, no pictures, nothing nested."""
    if next((inner for inner in table.iter(*_LAYOUT_SIGNS) if inner is not table), None) is not None:
        return False
    rows = [[cell for cell in row if cell.tag in _CELL] for row in table.iter("tr")]
    full = [row for row in rows if len(row) >= 2]
    if len(full) < 2 or len(full) < len(rows) / 2:
        return False
    # Layout tables hold paragraphs; the widest data cell met (a name of a body) has 90 characters.
    return all(
        len(_TEXT(cell).strip()) <= 120 and len(list(cell.iter("p", "div"))) <= 1 for row in full for cell in row
    )
