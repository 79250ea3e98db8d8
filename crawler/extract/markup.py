"""HTML to lines: the visual lines of a page in document order, each with what its markup says about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from corpus.text import line as one_line
from crawler.errors import Rejected
from crawler.extract.draft import Line

_SILENT = frozenset(
    """script style noscript template svg iframe object embed head select option button input textarea
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
# Elements that say something by their name alone; any other without attributes leaves everything as it was.
_TELLING = BLOCK | _BOLD | _ITALIC | {"a", "caption"}
_PICTURE = frozenset({"img", "picture", "video"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
# Fields that pages set side by side without a blank between them: <span class="author">…</span><span class="time">….
# Not date and time themselves, which are often two elements of one date.
_APART = re.compile(
    r"(?:^|[\s_-])(?:author|byline|tac-?gia|pseudonym|cate|category|chuyen-?muc|views?|location-?stamp)(?:$|[\s_-])"
)
_CAPTION_MARK = re.compile(r"caption|figcaption|chu-?thich|image-?desc|img-?desc|photo-?desc", re.IGNORECASE)


def parse(text: str, url: str) -> html.HtmlElement:
    """The tree of an HTML document; raises ``Rejected`` (``not_html``) where there is none."""
    # lxml refuses text with an encoding declaration, and a page that declares XML is common on old portals.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
    try:
        root = html.document_fromstring(text, parser=html.HTMLParser(huge_tree=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Rejected("not_html", f"{url}: is not an HTML page ({error})") from error
    return root


def body_of(root: html.HtmlElement, url: str) -> html.HtmlElement:
    """The body element of a document; raises ``Rejected`` (``not_html``) where there is none."""
    body = root.find("body")
    if body is None:
        raise Rejected("not_html", f"{url}: has no body element")
    return body


class _Walk:
    """One pass over a tree; a plain stack machine, since real pages nest deeper than Python recurses."""

    def __init__(self) -> None:
        self.lines: list[tuple[Line, html.HtmlElement]] = []
        self.parts: list[str] = []
        self.linked = self.bold = 0
        self.all_italic = True
        self.after_picture = False
        self.gap = False
        self.first: _State | None = None

    def text(self, text: str | None, state: _State) -> None:
        if not text:
            return
        self.parts.append(text)
        size = len(text.strip())
        if not size:
            return
        # An inline element's own names (``<span class="pubdate">``) describe the line that it opens.
        self.first = self.first or state
        self.linked += size if state.link else 0
        self.bold += size if state.bold else 0
        self.all_italic = self.all_italic and state.italic

    def separate(self) -> None:
        if any(part.strip() for part in self.parts):
            self.parts.append(" | ")

    def flush(self, state: _State) -> None:
        text = one_line("".join(self.parts))
        size = sum(len(part.strip()) for part in self.parts)
        if text and size:
            self.lines.append(
                (
                    Line(
                        text=text,
                        order=len(self.lines),
                        tag=str(state.block.tag),
                        marks=(self.first or state).marks,
                        link_share=self.linked / size,
                        bold_share=self.bold / size,
                        italic=self.all_italic,
                        centred=state.centred,
                        after_picture=self.after_picture,
                        in_caption=(self.first or state).caption,
                        gap_before=self.gap,
                    ),
                    state.block,
                )
            )
            self.after_picture = False
            self.gap = False
        elif self.parts:
            self.gap = True
        self.parts = []
        self.linked = self.bold = 0
        self.all_italic = True
        self.first = None


class _State:
    """What the elements around a piece of text say about it."""

    __slots__ = ("block", "bold", "caption", "cells", "centred", "italic", "link", "marks")

    def __init__(self, block: html.HtmlElement) -> None:
        self.block = block
        self.link = self.bold = self.italic = self.centred = self.caption = self.cells = False
        self.marks = ""

    def inside(self, element: html.HtmlElement) -> _State:
        tag = element.tag
        if not element.attrib and tag not in _TELLING:
            return self
        new = _State(self.block)
        new.link, new.bold, new.italic, new.centred = self.link, self.bold, self.italic, self.centred
        new.caption, new.cells, new.marks = self.caption, self.cells, self.marks
        style = element.get("style") or ""
        names = f"{element.get('class') or ''} {element.get('id') or ''}".strip().lower()
        if tag == "table":
            new.cells = _is_data(element)
        if tag in BLOCK:
            if not (new.cells and tag in _IN_ROW):
                new.block = element
        elif names and _APART.search(names):
            new.block = element
        if tag == "a" and element.get("href"):
            new.link = True
        if tag in _BOLD or _BOLD_STYLE.search(style):
            new.bold = True
        if tag in _ITALIC or "italic" in style:
            new.italic = True
        if tag == "center" or (element.get("align") or "").lower() == "center" or _CENTRED.search(style):
            new.centred = True
        elif "text-align" in style or tag in {"td", "table"}:
            new.centred = False
        if tag in {"figcaption", "caption"} or (names and _CAPTION_MARK.search(names)):
            new.caption = True
        if names:
            new.marks = f"{names} {new.marks}"[:400]
        return new


def lines_of(root: html.HtmlElement) -> list[tuple[Line, html.HtmlElement]]:
    """The visual lines below ``root`` in order, each with the block element that holds it; hidden elements left out."""
    walk = _Walk()
    states = [_State(root)]
    for event, element in _events(root):
        if event == "start":
            state = states[-1].inside(element)
            tag = element.tag
            if state.cells and tag in _IN_ROW:
                # The cells of one row of a data table are one line.
                if tag in _CELL:
                    walk.separate()
            elif state.block is element:
                walk.flush(states[-1])
            elif tag == "br":
                walk.flush(state)
            elif tag in _PICTURE:
                walk.flush(state)
                walk.after_picture = True
            states.append(state)
            walk.text(element.text, state)
        else:
            state = states.pop()
            if state.block is element:
                walk.flush(state)
            walk.text(element.tail if element is not root else None, states[-1])
    walk.flush(states[-1])
    return walk.lines


def _events(root: html.HtmlElement) -> Iterator[tuple[str, html.HtmlElement]]:
    """Start and end of every visible element below and including ``root``; the tails of skipped ones are kept."""
    stack: list[tuple[html.HtmlElement, Iterator[html.HtmlElement]]] = []
    yield "start", root
    stack.append((root, iter(root)))
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", parent
            continue
        if not isinstance(child.tag, str) or _is_silent(child):
            if child.tail and child.tail.strip():
                tail = html.Element("span")
                tail.tail = child.tail
                yield "start", tail
                yield "end", tail
            continue
        yield "start", child
        stack.append((child, iter(child)))


def _is_data(table: html.HtmlElement) -> bool:
    """Whether a table holds figures rather than a layout: rows of several short cells, no pictures, nothing nested."""
    rows = [[cell for cell in row if cell.tag in _CELL] for row in table.iter("tr")]
    full = [row for row in rows if len(row) >= 2]
    if len(full) < 2 or len(full) < len(rows) / 2:
        return False
    if (
        next(table.iter("img", "iframe", "form", "ul", "h1", "h2", "h3"), None) is not None
        or len(list(table.iter("table"))) > 1
    ):
        return False
    # Layout tables hold paragraphs; the widest data cell met (a name of a body) has 90 characters.
    return all(
        len(cell.text_content().strip()) <= 120 and len(list(cell.iter("p", "div"))) <= 1
        for row in full
        for cell in row
    )


def _is_silent(element: html.HtmlElement) -> bool:
    if element.tag in _SILENT or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style))
