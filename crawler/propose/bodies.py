"""The element of the running text, and the boxes inside it that are no part of the story."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from corpus.records import BODY_KINDS, BlockKind
from corpus.text import match_key
from crawler.extract.markup import Node, has_text
from crawler.propose.fields import MOST, Specimen
from crawler.propose.selectors import cost, hits, selectors, simple

_LEVELS = 4
_MOST_DROPS = 8


def story_element(specimen: Specimen) -> Node | None:
    """The smallest element that holds every line of the running text; None where no line of it is found again."""
    holders = [element for text, element in specimen.lines if _is_story(text, specimen)]
    if not holders:
        return None
    node: Node | None = holders[0]
    others = {id(holder) for holder in holders}
    while node is not None:
        inside = {id(element) for element in node.iter()}
        if others <= inside:
            # A single paragraph is no column: its parent is the element that others' paragraphs would stand in.
            return node.getparent() if node.tag in {"p", "span"} else node
        node = node.getparent()
    return None


def _is_story(text: str, specimen: Specimen) -> bool:
    key = match_key(text)
    # A paragraph may be printed in several lines, which the reader has joined.
    return len(key) >= 40 and (key in specimen.story or any(key in paragraph for paragraph in specimen.story))


def body_selector(specimens: Sequence[Specimen]) -> tuple[str, list[Specimen]] | None:
    """The selector of the running text that holds on most pages, with the pages on which it does; None for none."""
    columns = {id(specimen): story_element(specimen) for specimen in specimens}
    offered: dict[str, None] = {}
    for column in columns.values():
        node = column
        for _ in range(_LEVELS):
            if node is None or node.tag in {"body", "html"}:
                break
            offered.update(dict.fromkeys(selectors(node)))
            node = node.getparent()
    best: tuple[float, float, str, list[Specimen]] | None = None
    for css in offered:
        fitting = {}
        for specimen in specimens:
            found = hits(specimen.root, css)
            column = columns[id(specimen)]
            if len(found) == 1 and column is not None and any(inner is column for inner in found[0].iter()):
                fitting[id(specimen)] = _foreign(specimen, found[0])
        if not fitting:
            continue
        foreign = sum(fitting.values()) / len(fitting)
        on = [specimen for specimen in specimens if id(specimen) in fitting]
        # One odd page, or a second layout, must not win a wider element: two foreign lines weigh a page.
        score = min(len(on), math.ceil(MOST * len(specimens))) - min(foreign, 2 * len(specimens)) / 2
        ranked = (round(score, 1), len(on) - cost(css) / 10, css, on)
        if best is None or ranked[:2] > best[:2]:
            best = ranked
    return (best[2], best[3]) if best is not None else None


def _foreign(specimen: Specimen, body: Node) -> float:
    """How many lines inside ``body`` are no part of the story: the fewer, the closer it fits."""
    inside = {id(element) for element in body.iter()}
    kept = specimen.story | {
        match_key(text) for text in (*specimen.blocks(BlockKind.CAPTION, BlockKind.BYLINE), specimen.draft.lead or "")
    }
    lines = [match_key(text) for text, element in specimen.lines if id(element) in inside]
    return float(sum(not any(key in text or text in key for text in kept if text) for key in lines))


def drop_selectors(specimens: Sequence[Specimen], body: str) -> tuple[str, ...]:
    """Selectors of the boxes inside ``body`` whose every line the generic reader dropped, and of no line it kept."""
    offered: Counter[str] = Counter()
    for specimen in specimens:
        for element in _boxes(specimen, body):
            offered.update(simple(element))
    chosen: list[str] = []
    for css in sorted(offered, key=lambda one: (-offered[one], cost(one))):
        if len(chosen) == _MOST_DROPS or (offered[css] < 2 and len(specimens) > 2):
            break
        if any(_keeps(specimen, hits(specimen.root, css)) for specimen in specimens):
            continue
        if not all(_covered(specimen, css, chosen) for specimen in specimens):
            chosen.append(css)
    return tuple(chosen)


def _boxes(specimen: Specimen, body: str) -> Iterable[Node]:
    """The outermost named elements inside the body that hold text, none of it the story's."""
    stack = [child for element in hits(specimen.root, body)[:1] for child in element]
    while stack:
        element = stack.pop()
        if not isinstance(element.tag, str):
            continue
        if simple(element) and has_text(element) and not _keeps(specimen, [element]):
            yield element
        else:
            stack.extend(element)


def _keeps(specimen: Specimen, elements: Iterable[Node]) -> bool:
    """Whether any line in ``elements`` is part of what the generic reader kept."""
    draft = specimen.draft
    dropped = {match_key(block.text) for block in (*draft.blocks, *draft.outside) if block.kind is BlockKind.DROPPED}
    kinds = (*BODY_KINDS, BlockKind.CAPTION, BlockKind.BYLINE)
    printed = (*specimen.blocks(*kinds), draft.title, draft.lead, draft.date_text, draft.section, draft.place)
    kept = {match_key(text) for text in (*printed, *draft.tags) if text}
    inside = {id(inner) for element in elements for inner in element.iter()}
    lines = [match_key(text) for text, holder in specimen.lines if id(holder) in inside]
    # Text that is a part of a line only is not to be dropped by itself.
    return not lines or any(
        line in kept or (line not in dropped and any(line in one for one in kept)) for line in lines
    )


def _covered(specimen: Specimen, css: str, chosen: Sequence[str]) -> bool:
    """Whether every box that ``css`` selects lies in one that is chosen already."""
    inside = {id(inner) for one in chosen for element in hits(specimen.root, one) for inner in element.iter()}
    return all(id(element) in inside for element in hits(specimen.root, css))
