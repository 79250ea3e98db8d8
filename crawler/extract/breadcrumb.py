"""The breadcrumb: the way from the front page to a story, as a page gives it to machines or prints it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from corpus.text import fold, match_key
from corpus.text import line as one_line
from crawler.extract.draft import Line
from crawler.extract.markup import Node, lines_of, text_in

_NAMES = re.compile(r"bread-?crumb|detail-cate|duong-?dan|site-?map-?path|you-?are-?here|cate-?name|catename")
# Names of a link to the section that stands alone above the title or beside the date.
_SECTION = re.compile(
    r"(?:^|[\s_-])(?:(?:news|post|article|detail)?(?:cate?|category|folder|section|zone)|cate?-?(?:link|title|name)"
    r"|chuyen-?muc)(?:$|[\s_-])"
)
_NEAR = 3
_HOME = frozenset({"trang chu", "home", "trang nhat", "homepage", "trangchu"})
_OPENING = ("trang chu", "trang nhat", "home")
_HOLDERS = ("nav", "ol", "ul", "div", "section", "p")
# The deepest path seen on a portal has five steps.
_DEEPEST = 8


def listed(path: dict[str, Any]) -> tuple[str, ...]:
    """The steps of a JSON-LD BreadcrumbList in the order of their positions; items that are damaged are left out."""
    items = path.get("itemListElement")
    numbered: list[tuple[float, str]] = []
    for place, item in enumerate(items if isinstance(items, list) else [items]):
        if not isinstance(item, dict):
            continue
        inner = item.get("item")
        name = item.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
        position = item.get("position")
        if isinstance(name, str):
            number = float(position) if isinstance(position, str | int) and _is_number(position) else float(place)
            numbered.append((number, name))
    return tuple(one_line(name) for _, name in sorted(numbered, key=lambda item: item[0]))


def _is_number(position: str | int) -> bool:
    return re.fullmatch(r"\d{1,4}", str(position)) is not None


def elsewhere(root: Node) -> tuple[str, ...]:
    """The steps of the first breadcrumb of the page that is marked as one, in microdata or by its names."""
    for element in root.iter(*_HOLDERS):
        if "readcrumb" not in element.get("class", "") and "BreadcrumbList" not in element.get("itemtype", ""):
            continue
        names = element.xpath(".//*[@itemprop='name']")
        steps = tuple(one_line(name.get("content") or "") or text_in(name) for name in names)
        steps = steps if any(steps) else printed(lines_of(element), before=_DEEPEST)
        if steps:
            return steps
    return ()


def section(lines: Sequence[tuple[Line, Node]], title: int, first_body: int) -> tuple[str, ...]:
    """The section printed near the title, at most one: the last step of the breadcrumb above it, else a lone link.

    ``title`` and ``first_body`` are the orders of the title's line and of the first of the body.
    """
    if steps := printed(lines, title):
        return steps[-1:]
    for line, _ in reversed(lines[max(0, title - _NEAR) : min(first_body, title + _NEAR)]):
        if line.link_share > 0.9 and len(line.text) <= 40 and line.role != "title" and _SECTION.search(line.marks[:40]):
            return (line.text,)
    return ()


def printed(lines: Iterable[tuple[Line, Node]], before: int) -> tuple[str, ...]:
    """The steps of the breadcrumb printed above line number ``before``; the whole path may be one line.

    It is known by its names, or right above that line by opening with ``Trang chủ``.
    """
    steps = [
        step.strip()
        for line, element in lines
        if line.order < before
        and len(line.text) <= 60
        and line.role != "date"
        and (_NAMES.search(line.marks[:80]) or (line.order >= before - _NEAR and _is_path(line)))
        for step in _steps(line, element)
    ]
    return tuple(step for step in steps if step and fold(step) not in _HOME)


def _is_path(line: Line) -> bool:
    return line.link_share > 0.8 and len(line.text) > 10 and fold(line.text[:10]).startswith(_OPENING)


def _steps(line: Line, element: Node) -> list[str]:
    """The steps of a path on one line; links may stand side by side without a sign or a blank between them."""
    steps = re.split(r"[>/»›|]", line.text)
    if len(steps) == 1 and line.link_share > 0.9:
        links = [text_in(link) for link in islice(element.iter("a"), _DEEPEST)]
        if "".join(links).replace(" ", "") == line.text.replace(" ", ""):
            return links
    return steps


def of_story(steps: Iterable[str], title: str, site_name: str | None) -> tuple[str, ...]:
    """The steps between the front page and the story: without ``Trang chủ``, the site's name and the title."""
    key = match_key(title)
    named = [step for step in dict.fromkeys(steps) if step and fold(step) not in _HOME]
    if named and site_name and match_key(named[0]) == match_key(site_name):
        named = named[1:]
    # Some pages cut the title in their path.
    named = [step for step in named if not _is_title(match_key(step).rstrip(" .…"), key)]
    # A menu that is marked as a breadcrumb is none.
    return tuple(named) if len(named) <= _DEEPEST else ()


def _is_title(step: str, title: str) -> bool:
    return step == title or (len(step) >= 20 and title.startswith(step))
