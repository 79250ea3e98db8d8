"""CSS selectors for an element: those that are likely to name it on the site's other pages, too. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from cssselect import SelectorError

from crawler.extract import rules
from crawler.extract.markup import Node

# Marks of one page (news-12345), of one build (css-1x2ab3, _3kQ9z), and of a grid or a state, which say nothing.
_FLEETING = re.compile(
    r"\d{3,}|^(?:css|sc|jsx|jss)-|^_|__\w*[A-Z]\w*\d|^[a-f0-9]{6,}$|(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{6,}"
)
_UTILITY = re.compile(
    r"^(?:col|row|container|container-fluid|clearfix|active|current|first|last|left|right|center|top|bottom|hidden|show"
    r"|pull-(?:left|right)|text-(?:left|right|center|justify)|d-\w+|[mp][trblxy]?-?\d+|w-?\d+|h-?\d+|fl|fr|cf|wrap"
    r"|fw\d+|(?:margin|padding)\S*|col-\S+|flex\S*|grid\S*|img-responsive|lazy\w*|bold|italic|block|inline|odd|even)$"
)
_NAME = re.compile(r"^[A-Za-z_][\w-]*$")
# Elements whose name alone says what they hold.
_TELLING = frozenset({"h1", "h2", "figcaption", "article", "time", "caption", "main"})
_ANCESTORS = 4


def is_stable(name: str) -> bool:
    """Whether a class or id is likely to be the same on every page of a site."""
    return _NAME.match(name) is not None and len(name) <= 40 and not _FLEETING.search(name)


def simple(element: Node) -> list[str]:
    """Selectors of ``element`` by its own id, classes and kind, the surest first."""
    tag = str(element.tag)
    found = []
    identity = element.get("id") or ""
    if is_stable(identity):
        found.append(f"#{identity}")
    names = [name for name in (element.get("class") or "").split() if is_stable(name)]
    named = [name for name in names if not _UTILITY.match(name.lower())]
    found += [f"{tag}.{name}" for name in named]
    found += [f"{tag}.{one}.{two}" for one, two in pairwise(named)]
    found += [f'{tag}[itemprop="{element.get("itemprop")}"]'] if _NAME.match(element.get("itemprop") or "") else []
    if tag in _TELLING:
        found.append(tag)
    # A bare state or grid name serves only together with what stands around it.
    return list(dict.fromkeys(found))


def selectors(element: Node) -> Iterator[str]:
    """Selectors that ``element`` matches: its own, then those below an ancestor that has one."""
    own = simple(element)
    yield from own
    tag = str(element.tag)
    tails = [*own[:2], tag]
    parent = element.getparent()
    if tag in {"li", "a", "span"} and parent is not None:
        same = [child for child in parent if child.tag == tag]
        if len(same) > 1:
            tails += [f"{tag}:last-child"] if parent[-1] is element else []
            tails += [f"{tag}:first-child"] if parent[0] is element else []
    ancestor, steps = parent, 0
    inner = ""
    while ancestor is not None and ancestor.tag not in {"body", "html"} and steps < _ANCESTORS:
        for above in simple(ancestor)[:3]:
            yield from (f"{above} {tail}" for tail in tails)
            if steps == 0:
                yield f"{above} > {tag}"
            if inner:
                yield f"{above} {inner} > {tag}"
        if ancestor is parent and ancestor.tag in {"li", "p", "h1", "h2", "div", "td"}:
            inner = f"{ancestor.tag}:last-child" if ancestor.tag == "li" and _is_last(ancestor) else ""
        ancestor, steps = ancestor.getparent(), steps + 1


def _is_last(element: Node) -> bool:
    parent = element.getparent()
    return parent is not None and len(parent) > 1 and parent[-1] is element


def is_named(css: str) -> bool:
    """Whether the last step of a selector has a name of its own, not only its place and kind."""
    last = css.rsplit(" ", maxsplit=1)[-1]
    return any(mark in last for mark in ".#[") or last in _TELLING


@cache
def cost(css: str) -> float:
    """How much there is in a selector that may change: steps, names, digits, places; shorter is less."""
    # The columns of a page hold much else.
    column = len(re.findall(r"[.#](?:body|main|content|page|wrapper|site|layout|[\w-]*(?:-col|column))(?![\w-])", css))
    digits = len(re.findall(r"[A-Za-z_-]\d", css))
    return (
        4.0 * css.count(" ")
        + 1.0 * css.count(".")
        + 3.0 * css.count(":")
        + 2.0 * digits
        + 2.0 * column
        + (0.5 if "#" in css else 0.0)
        + len(css) / 20
    )


def hits(root: Node, css: str) -> list[Node]:
    """The elements of ``root`` that ``css`` selects; none for a selector that cannot be read."""
    try:
        return rules.select(root, css)
    except SelectorError:
        return []
