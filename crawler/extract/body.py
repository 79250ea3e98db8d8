"""The body: the subtree of a page with the greatest sum of line weights.

Running text weighs its length; what surrounds a story (links, menus, forms, related boxes) weighs against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from crawler.extract import phrases
from crawler.extract.draft import Line
from crawler.extract.marks import is_around, own_marks
from crawler.extract.markup import Lines, Node

_ENOUGH = 120.0
"""What an element must weigh to be a body: a paragraph of two lines."""


def body_element(lines: Lines, root: Node) -> Node | None:
    """The deepest element whose lines weigh most in sum."""
    own: dict[Node, float] = {}
    end: Node | None = None
    broken = _broken_lines(lines)
    # What stands around the title, too, holds the story, whatever its name ("sidebar-1" is a paper's main column).
    heading = next((line.marks for line, _ in lines if line.tag == "h1" and len(line.text) >= 15), "")
    for line, element in lines:
        if phrases.ender(line.text) in {"related", "comments"} and not line.marks.startswith("h1"):
            # The box that such a heading opens: everything below its parent that follows it.
            end = element.getparent()
        after_end = end is not None and end is not root and end.tag != "body" and _below(element, end)
        outside = after_end or is_around(own_marks(line.marks, heading))
        weight = _weight(line, outside)
        if weight < 0 and line.order in broken and not outside:
            weight = float(len(line.text))
        own[element] = own.get(element, 0.0) + weight
    sums = dict(own)
    for element in reversed(list(root.iter())):
        # A subtree that weighs against the story is cut off, not subtracted from all that stands above it in full:
        # a page of 200 related links must not outweigh its own 3-paragraph story.
        parent = element.getparent()
        if parent is not None and element is not root:
            sums[parent] = sums.get(parent, 0.0) + max(sums.get(element, 0.0), -150.0)
    best = _heaviest(root, sums)
    if best is not None:
        headed = [element for line, element in lines if line.tag == "h1" and len(line.text) >= 15]
        best = _heaviest(_first_story(best, headed, sums), sums)
    return best


def _heaviest(root: Node, sums: Mapping[Node, float]) -> Node | None:
    """The deepest element below ``root`` that weighs most, if that is enough."""
    best: Node | None = None
    for element in reversed(list(root.iter())):
        total = sums.get(element, 0.0)
        if total >= _ENOUGH and (best is None or total > sums[best] + 1e-9):
            best = element
    return best


def _first_story(body: Node, headed: list[Node], sums: Mapping[Node, float]) -> Node:
    """The part of ``body`` that holds the first of several stories: pages append the next one as a reader scrolls.

    Stories are told apart by their headings (``headed``), each in a part of its own with enough text.
    """
    above = {node for element in headed for node in (element, *element.iterancestors())}
    while True:
        stories = [part for part in body if part in above and sums.get(part, 0.0) >= _ENOUGH]
        if len(stories) > 1:
            return stories[0]
        if len(stories) == 0 or len([part for part in body if sums.get(part, 0.0) >= _ENOUGH]) > 1:
            return body
        body = stories[0]


def _weight(line: Line, outside: bool) -> float:
    size = len(line.text)
    if outside:
        return -min(size, 400) * 0.6 - 20
    if line.link_share > 0.5:
        return -min(size, 120) - 30
    if line.in_caption or line.after_picture:
        return 10.0
    if size >= 80 or (size >= 40 and phrases.ends_sentence(line.text)):
        return float(min(size, 1500)) * (1 - line.link_share)
    return -8.0


def _broken_lines(lines: Lines) -> set[int]:
    """The orders of lines that are pieces of a sentence, broken at a fixed width as old portals do."""
    broken: set[int] = set()
    for (line, element), (following, below) in pairwise(lines):
        if (
            element is below
            and len(line.text) >= 50
            and line.link_share < 0.2
            and not phrases.ends_sentence(line.text)
            and following.text[:1].islower()
        ):
            broken |= {line.order, following.order}
    return broken


def _below(element: Node, ancestor: Node) -> bool:
    node: Node | None = element
    for _ in range(6):
        if node is None:
            return False
        if node is ancestor:
            return True
        node = node.getparent()
    return False
