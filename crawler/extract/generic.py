"""The generic reader: finds title, date and body of any Vietnamese news page, without a source's rules.

Whatever slips in that is no part of the story is judged line by line later.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator

from corpus.places import province_of
from corpus.text import fold, match_key
from crawler.extract import breadcrumb, people, phrases, stamps
from crawler.extract.body import body_element
from crawler.extract.dates import is_date_line, printed_date
from crawler.extract.draft import Line, Role
from crawler.extract.marks import is_around, own_marks
from crawler.extract.markup import BLOCK, Lines, Node, text_in
from crawler.extract.structured import Structured
from crawler.extract.title import page_title, title_line

_LEAD_MARK = re.compile(
    r"sapo|(?:^|[\s_-])(?:lead|summary|chapeau|mota|mo-?ta|trich-?dan|tom-?tat|intro|brief|description|desc|abstract"
    r"|headlines)(?:$|[\s_-])"
)
_RELATED_MARK = re.compile(r"relate|lien-?quan|insert-|articles-edit")
_OTHERS_MARK = re.compile(r"relate|lien-?quan|comment|binh-?luan|y-?kien|sidebar|aside|footer|most-?read|doc-?nhieu")
_DATE_MARK = re.compile(r"date|time|ngay|pubd|publish|created|posted|meta")
_AUTHOR_MARK = re.compile(r"author|byline|tac-?gia|pseudonym|pen-?name|but-?danh|news-?writer")
_TAGS = re.compile(r"(?:tu khoa|tags?)\b")


def mark_page(lines: Lines, root: Node, facts: Structured) -> dict[Role, tuple[str, ...]]:
    """Give the lines of a page their roles (title, date, lead, body) in place; without a body none gets one.

    Returns the texts of the fields that are parts of lines: section and tags.
    """
    body = body_element(lines, root)
    if body is None:
        return {}
    inside = {id(element) for element in body.iter()}
    for line, element in lines:
        if id(element) in inside:
            line.role = "body"
    return fill_in(lines, root, facts, boxes=True)


def fill_in(
    lines: Lines, root: Node, facts: Structured, *, boxes: bool = False, known: Container[Role] = ()
) -> dict[Role, tuple[str, ...]]:
    """Find the fields that no line has the role of yet, around a body that is known; in place.

    ``boxes`` says to look for boxes inside the body, too, that are no part of the story; ``known`` names fields that
    are found already. Returns the texts of the fields that are parts of lines: section and tags.
    """
    first_body = _first_running(lines, after=-1)
    title = next((line for line, _ in lines if line.role == "title"), None)
    if title is None:
        title = title_line(lines, first_body, facts, page_title(root))
    if title is not None:
        title.role = "title"
        first_body = _first_running(lines, after=title.order)
    start = title.order if title is not None else max(0, first_body - 15)
    marked = {line.role for line, _ in lines}
    if boxes:
        _mark_boxes(lines)
    if "date" not in marked:
        _mark_date(lines, start, first_body)
    stamps.mark_updated(lines, start, first_body)
    if "lead" not in marked:
        _mark_lead(lines, start, first_body, facts)
    if "byline" not in marked:
        _mark_byline(lines, start, first_body)
    for line, _ in lines:
        if start < line.order <= first_body and line.role is None and province_of(line.text) is not None:
            line.role = "place"
    return {
        "section": () if "section" in known else breadcrumb.section(lines, start, first_body),
        "tags": () if "tags" in known else _tags(lines, first_body),
        "byline": () if "byline" in known else _beside_date(lines),
    }


def _beside_date(lines: Lines) -> tuple[str, ...]:
    """The author that the line with the date names, too."""
    dated = next((line.text for line, _ in lines if line.role == "date"), "")
    found = people.beside_date(dated)
    return (found,) if found else ()


def _tags(lines: Lines, first_body: int) -> tuple[str, ...]:
    """The linked words of the line, or the list, that says ``Từ khóa`` below the story, or that open with ``#``."""
    for line, element in lines[first_body + 1 :]:
        if len(line.text) > 400:
            continue
        hashed = line.text[0] == "#" and line.link_share > 0.8
        if hashed or _TAGS.match(fold(line.text[:12])):
            return tuple(text for text in _linked_words(element) if 2 <= len(text) <= 60)
    return ()


def _linked_words(label: Node) -> Iterator[str]:
    """The words of the links of a label, or of those behind it: of its list, or of the first block."""
    if label.find(".//a") is not None:
        yield from map(text_in, label.iter("a"))
        return
    for sibling in label.itersiblings():
        words = [text_in(link) for link in sibling.iter("a")]
        if any(phrases.stray(word) == "share" for word in words):
            # An empty "Từ khóa:", and the buttons below it.
            return
        yield from words
        if sibling.tag in BLOCK and sibling.tag != "li":
            return


def _first_running(lines: Lines, after: int) -> int:
    inside = [line for line, _ in lines if line.role == "body" and line.order > after]
    first = next((line for line in inside if _is_running(line)), inside[0] if inside else None)
    return first.order if first is not None else after + 1


def _mark_boxes(lines: Lines) -> None:
    """Boxes inside the body that stand around the story by their names (a player, a related box) are left out of it."""
    inside = [line for line, _ in lines if line.role == "body"]
    if not inside:
        # A damaged page whose one line of text was its title.
        return
    usual = Counter({line.marks: 0 for line in inside})
    for line in inside:
        usual[line.marks] += len(line.text) if _is_running(line) else 0
    story = usual.most_common(1)[0][0]
    for line in inside:
        own = own_marks(line.marks, story)
        if own and is_around(own) and (not _LEAD_MARK.search(own) or _RELATED_MARK.search(own)):
            line.role, line.reason = "drop", phrases.ender(line.text) or _box(own)


def _box(names: str) -> str:
    return next((reason for reason in ("comment", "share", "audio", "tag") if reason in names), "related")


def _is_running(line: Line) -> bool:
    return len(line.text) >= 80 and line.link_share < 0.3


def _mark_date(lines: Lines, start: int, first_body: int) -> None:
    """The printed date nearest to the title: between it and the body, else just above it, else right below the body."""
    last_body = max((line.order for line, _ in lines if line.role == "body"), default=first_body)

    def dated(line: Line) -> bool:
        return (
            line.role != "title"
            and len(line.text) <= 160
            and not (is_around(line.marks[:60]) and not _DATE_MARK.search(line.marks[:30]))
            and not stamps.is_clock(line, lines, start)
            and (
                is_date_line(line.text)
                or (_DATE_MARK.search(line.marks[:120]) is not None and printed_date(line.text) is not None)
            )
        )

    below = [line for line, _ in lines if start < line.order <= first_body + 2 and dated(line)]
    above = [line for line, _ in lines if start - 8 <= line.order < start and dated(line)]
    after = [
        line
        for line, _ in lines
        if last_body < line.order <= last_body + 4 and dated(line) and not is_around(line.marks)
    ]
    chosen = below[:1] or above[-1:] or after[:1] or stamps.by_fetch(lines, start, first_body)
    for line in chosen:
        line.role = "date"


def _mark_lead(lines: Lines, start: int, first_body: int, facts: Structured) -> None:
    between = [line for line, _ in lines if start < line.order <= first_body and line.role in {None, "body"}]
    description = match_key(facts.description or "")
    for line in between:
        if len(line.text) < 40 or line.link_share > 0.5:
            continue
        same = len(description) >= 40 and match_key(line.text).startswith(description[:80])
        if same and (line.role is None or _is_set_apart(line, lines)):
            # What the page gives as its summary; its class may be a hash.
            line.role = "lead"
            return
        typographic = line.bold_share > 0.9 or line.tag in {"h2", "h3", "h4"} or _LEAD_MARK.search(line.marks[:160])
        if _LEAD_MARK.search(line.marks[:160]) or (typographic and (same or line.bold_share > 0.9 or line.tag != "p")):
            line.role = "lead"
            return
    _mark_lead_before_dateline([line for line, _ in lines[first_body : first_body + 5] if line.role == "body"])


def _is_set_apart(line: Line, lines: Lines) -> bool:
    """Whether none of the lines below a line of the body is set like it."""
    return all(other.marks != line.marks for other, _ in lines[line.order + 1 : line.order + 9])


def _mark_lead_before_dateline(opening: list[Line]) -> None:
    """The one paragraph above that with the dateline (``BHG - …``) is the lead, among the first lines of a body."""
    dated = next((index for index, line in enumerate(opening) if phrases.dateline(line.text) is not None), 0)
    above = [line for line in opening[:dated] if len(line.text) >= 60 and not (line.after_picture or line.in_caption)]
    if len(above) == 1 and not phrases.has_credit(above[0].text):
        above[0].role = "lead"


def _mark_byline(lines: Lines, start: int, first_body: int) -> None:
    """Names that a page sets apart as its author's, above or below the body."""
    last_body = max((line.order for line, _ in lines if line.role == "body"), default=first_body)
    for line, _ in lines:
        # Long stories print author and date above the title.
        near = start - 4 <= line.order < first_body or last_body < line.order <= last_body + 12
        if (
            near
            and (line.role is None or (line.role == "body" and line.order < first_body))
            and not _OTHERS_MARK.search(line.marks[:120])
            and _AUTHOR_MARK.search(line.marks[:60])
            and people.is_byline(line.text)
        ):
            line.role = "byline"
            return
