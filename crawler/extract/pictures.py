"""The pictures inside a story: those that stand among its lines, not in the boxes around it or set into it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree

from corpus.records import Block, BlockKind, Picture
from corpus.text import line as one_line
from crawler.extract import phrases
from crawler.extract.marks import is_around
from crawler.extract.markup import Lines, Node, holder_of

# Lazy loading keeps the address here and sets a placeholder in src.
_SOURCES = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "src")
_PLACEHOLDER = re.compile(
    r"(?:^|[/_.-])(?:pixel|blank|spacer|transparent|1x1|loading|lazy|placeholder|no-?image|tracking|beacon|grey|icons?)"
    r"(?:[/_.-]|$)"
)
# Icons and the rules of old portals are at most this high or wide, in pixels; the smallest real picture met has 90.
_SMALL = 40
# The portrait in a writer's box.
_WRITER = re.compile(r"(?:^|[\s_-])(?:authors?|avatar|tac-?gia|byline|logo)(?:$|[\s_-])")
_SILENT = frozenset({"noscript", "script", "style", "template", "svg", "button", "select", "textarea"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# No story met has more; a page made to stop readers might.
_MOST = 300


def pictures_of(lines: Lines, inside: Collection[int], blocks: Sequence[Block], base: str) -> tuple[Picture, ...]:
    """The pictures of a story in page order, each address once.

    ``inside`` are the orders of the story's lines, ``blocks`` what was made of them; ``base`` is the address that
    relative ones are read from. Where it is none on the web (a saved file), pictures with a relative address are left
    out.
    """
    page = _Page(lines, inside, blocks)
    found: dict[str, Picture] = {}
    for image in page.images():
        url = _address(image, base)
        if url is None or url in found:
            continue
        caption = page.caption_beside(image)
        if caption is None and not page.is_among_text(image):
            continue
        alt = one_line(image.get("alt") or "") or None
        found[url] = Picture(url, alt, caption.text if caption else None, caption.credit if caption else None)
    return tuple(found.values())


def base_of(root: Node, url: str, canonical: str | None) -> str:
    """The address that the relative ones of a page are read from: its ``base`` element's, else its own."""
    own = url if urlsplit(url).scheme in {"http", "https"} else canonical or url
    base = next((element.get("href") for element in root.iter("base") if element.get("href")), None)
    try:
        return urljoin(own, base) if base else own
    except ValueError:
        return own


def _address(image: Node, base: str) -> str | None:
    if any(_is_small(image.get(name)) for name in ("width", "height")):
        return None
    for name in _SOURCES:
        url = _absolute(image.get(name), base)
        if url is not None:
            return url
    # "a.jpg 480w, b.jpg 960w": the first is as good a name for the picture as any.
    for holder in (image, *_alternatives(image)):
        first = (holder.get("data-srcset") or holder.get("srcset") or "").split(",")[0].split()
        url = _absolute(first[0], base) if first else None
        if url is not None:
            return url
    return None


def _alternatives(image: Node) -> Iterator[Node]:
    # libxml2 takes <source> for an element with content, so that the picture may lie inside it.
    around = next(image.iterancestors("picture"), None)
    if around is not None:
        yield from around.iter("source")


def _absolute(value: str | None, base: str) -> str | None:
    text = "".join((value or "").split("\n")).strip()
    if not text or text.startswith(("data:", "blob:", "about:", "javascript:", "{", "#")):
        return None
    try:
        url = urljoin(base, text)
        parts = urlsplit(url)
    except ValueError:  # "https://[0/"
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or _PLACEHOLDER.search(parts.path.lower()):
        return None
    return one_line(url).replace(" ", "%20")


def _is_small(value: str | None) -> bool:
    found = re.match(r"\s*(\d{1,5})\s*(?:px)?\s*$", value or "")
    return found is not None and int(found[1]) <= _SMALL


class _Page:
    """Where in the part of a page that holds a story its pictures stand, measured against its lines."""

    def __init__(self, lines: Lines, inside: Collection[int], blocks: Sequence[Block]) -> None:
        dropped = {block.text for block in blocks if block.kind is BlockKind.DROPPED}
        captions = [block for block in blocks if block.kind is BlockKind.CAPTION]
        of_story = [
            (line, element)
            for line, element in lines
            if line.order in inside and line.role != "drop" and line.text not in dropped
        ]
        text = [pair for pair in of_story if _caption_of(pair[0].text, captions) is None]
        held = [element for _, element in text or of_story]
        self.container = holder_of(held) if held else None
        self.unread = list(islice(self.container.iter("img"), _MOST)) if self.container is not None else []
        if not self.unread or self.container is None:
            # Most of what follows is work for nothing on the many pages without pictures.
            self.unread = []
            return
        self.place = {element: number for number, element in enumerate(self.container.iter())}
        self.lines = [(line, element) for line, element in lines if element in self.place]
        self.captions = [_caption_of(line.text, captions) for line, _ in self.lines]
        own = {line.order for line, _ in of_story}
        self.story = {index for index, (line, _) in enumerate(self.lines) if line.order in own}
        self.text = {index for index in self.story if self.captions[index] is None}
        self._before: dict[Node, tuple[dict[Node, int], dict[int, int]]] = {}
        # Most pictures of a page belong to the boxes below the story: behind one more line than the last that counts,
        # none of the questions need be asked.
        last = max((index for index, said in enumerate(self.captions) if said or index in self.story), default=-1)
        self.end = max((self.place[_last_of(element)] for _, element in self.lines[: last + 2]), default=-1)

    def images(self) -> Iterator[Node]:
        """The pictures that a reader sees, in order, without those far below the story and its captions."""
        for image in self.unread:
            if self.place[image] <= self.end and not any(map(_is_unseen, (image, *image.iterancestors()))):
                yield image

    def box(self, image: Node) -> Node:
        """The largest element around a picture that holds none of the story's text."""
        box = image
        for element in image.iterancestors():
            if element in self._with_text:
                break
            box = element
        return box

    @cached_property
    def _with_text(self) -> set[Node]:
        """Every element that holds a line of the story's text."""
        found: set[Node] = set()
        for index in self.text:
            _add_with_ancestors(found, self.lines[index][1])
        return found

    def is_among_text(self, image: Node) -> bool:
        """Whether a picture without a caption stands between lines of the story, in no box of other things."""
        after = self._first_after(image)
        if not any(index < after for index in self.story) and not self._opens(after):
            return False
        return any(index >= after for index in self.story) and not self._in_other_box(image)

    def _opens(self, after: int) -> bool:
        # The picture over the first paragraph.
        return after in self.story

    def _in_other_box(self, image: Node) -> bool:
        box = self.box(image)
        for element in [image, *image.iterancestors()]:
            names = f"{element.get('class') or ''} {element.get('id') or ''}".strip().lower()
            if is_around(names) or _WRITER.search(names):
                return True
            if element is box:
                break
        return box in self._with_others

    @cached_property
    def _with_others(self) -> set[Node]:
        """Every element that holds a line of something else."""
        found: set[Node] = set()
        for index, (_, holder) in enumerate(self.lines):
            if index not in self.story and self.captions[index] is None:
                _add_with_ancestors(found, holder)
        return found

    def caption_beside(self, image: Node) -> Block | None:
        """The caption that follows a picture directly, or stands over it in the same box."""
        if self._in_other_box(image):
            return None
        after = self._first_after(image)
        following = self.captions[after] if after < len(self.lines) else None
        if following is not None and not self._picture_between(image, after):
            return following
        above = after - 1
        box = self.box(image)
        if above >= 0 and box in (self.lines[above][1], *self.lines[above][1].iterancestors()):
            return self.captions[above]
        return None

    def _picture_between(self, image: Node, after: int) -> bool:
        """Whether a picture in another box stands between a picture and the line, so that the line is that one's."""
        following = next(iter(image.xpath("following::img[1]")), None)
        return (
            following is not None
            and following in self.place
            and self.place[following] <= self.place[self.lines[after][1]]
            and self.box(following) is not self.box(image)
        )

    def _first_after(self, image: Node) -> int:
        """The index of the first line that begins below a picture; the number of lines where there is none."""
        around = set(image.iterancestors())
        for index, (_, element) in enumerate(self.lines):
            if element not in around:
                if self.place[element] > self.place[image]:
                    return index
            elif not self._is_before(index, image, element):
                return index
        return len(self.lines)

    def _is_before(self, index: int, image: Node, block: Node) -> bool:
        """Whether a line of a block that holds a picture, too, is printed above it."""
        if block not in self._before:
            self._before[block] = self._measure(block)
        images, starts = self._before[block]
        return starts[index] < images[image]

    def _measure(self, block: Node) -> tuple[dict[Node, int], dict[int, int]]:
        """How much text of a block stands before each of its pictures, and before each line that it holds."""
        parts: list[str] = []
        size = 0
        images: dict[Node, int] = {}
        for event, element in etree.iterwalk(block, events=("start", "end", "comment", "pi")):
            text = element.text if event == "start" else None
            if event == "start" and element.tag == "img":
                images[element] = size
            elif event != "start" and element is not block:
                text = element.tail
            squeezed = _squeezed(text or "")
            parts.append(squeezed)
            size += len(squeezed)
        whole, done = "".join(parts), 0
        starts: dict[int, int] = {}
        for index, (line, element) in enumerate(self.lines):
            if element is block:
                found = whole.find(_squeezed(line.text), done)
                starts[index] = found if found >= 0 else done
                done = max(done, found)
        return images, starts


def _caption_of(text: str, captions: Sequence[Block]) -> Block | None:
    """The caption block that a line was made into; its credit may have been cut off."""
    for block in captions:
        if text == block.text or (text.startswith(block.text) and phrases.split_credit(text)[0] == block.text):
            return block
    return None


def _add_with_ancestors(found: set[Node], element: Node) -> None:
    node: Node | None = element
    while node is not None and node not in found:
        found.add(node)
        node = node.getparent()


def _last_of(element: Node) -> Node:
    """The last element inside one, itself where it holds none."""
    while len(element):
        element = element[-1]
    return element


def _squeezed(text: str) -> str:
    return "".join(one_line(text).split())


def _is_unseen(element: Node) -> bool:
    style = element.get("style")
    return element.tag in _SILENT or element.get("hidden") is not None or bool(style and _HIDDEN.search(style))
