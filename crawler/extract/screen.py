"""Text saved from the screen: the lines of an article page without its markup (a researcher's ``.txt`` files)."""

from __future__ import annotations

import re

from corpus.provinces import canonical
from corpus.text import line as one_line
from crawler.extract import phrases
from crawler.extract.dates import is_date_line, printed_date
from crawler.extract.draft import Line

_NO_TITLE = re.compile(r"[•*·►»>+-]|(?:Trang chủ|Trang nhất|Home)\b", re.IGNORECASE)


def lines_of_text(text: str) -> list[Line]:
    """The non-empty lines of ``text`` in order."""
    lines: list[Line] = []
    for raw in text.split("\n"):
        # A table saved as text keeps its bars.
        stripped = one_line(raw).strip("| ")
        if not stripped:
            continue
        if lines and _is_wrapped(lines[-1].text, stripped):
            lines[-1].text += f" {stripped}"
            continue
        lines.append(Line(stripped, order=len(lines)))
    return lines


def _is_wrapped(before: str, text: str) -> bool:
    """Whether a line end stands inside a sentence: text wrapped at a fixed width, or a portal's own line breaks."""
    return text[:1].islower() and len(before) >= 45 and not phrases.ends_sentence(before)


def mark_text(lines: list[Line]) -> None:
    """Give the lines their roles (section, title, date, place, lead, body) in place; none where there is no body."""
    start = next((line.order for line in lines if _opens_body(line, lines)), None)
    if start is None:
        return
    dates = [line for line in lines[: start + 1] if is_date_line(line.text) and not _is_clock(line, lines, start)]
    # The last date above the body is the article's; one further up is the clock of the page's header.
    printed = dates[-1] if dates else None
    title = _title(lines, start, printed)
    if printed is not None:
        printed.role = "date"
    if title is None:
        return
    title.role = "title"
    above = [line for line in lines[: title.order] if line.role is None]
    if (
        len(above) == 1
        and len(above[0].text.split()) <= 5
        and canonical(above[0].text) is None
        and phrases.stray(above[0].text) is None
    ):
        above[0].role = "section"
    for line in lines[title.order + 1 :]:
        if line.role is None:
            line.role = "body"
    _lead_before_dateline(lines, start)


def _opens_body(line: Line, lines: list[Line]) -> bool:
    if phrases.stray(line.text) is not None or is_date_line(line.text):
        return False
    closed = phrases.ends_sentence(line.text)
    if len(line.text) < 120:
        return closed and phrases.dateline(line.text) is not None and len(line.text) >= 60
    # A long line that closes no sentence is the title where nothing above it could be.
    return closed or len(line.text) > 250 or any(_may_be_title(above) for above in lines[: line.order])


def _is_clock(line: Line, lines: list[Line], start: int) -> bool:
    """Whether a date is the header's clock: a menu (three lines of a few words) below it, and no title above."""
    if any(_may_be_title(above) for above in lines[: line.order]):
        return False
    below = lines[line.order + 1 : min(start, line.order + 4)]
    return len(below) == 3 and all(len(item.text.split()) <= 4 and not is_date_line(item.text) for item in below)


def _may_be_title(line: Line) -> bool:
    return (
        len(line.text.split()) >= 4
        and len(line.text) <= 250
        and phrases.stray(line.text) is None
        and not is_date_line(line.text)
        and ((found := printed_date(line.text)) is None or found.precision == "day")
        and not phrases.has_credit(line.text)
        and not line.text.endswith((".", ","))
        and not _NO_TITLE.match(line.text)
        and "|" not in line.text
    )


def _title(lines: list[Line], start: int, printed: Line | None) -> Line | None:
    """The title: next to the date where one is printed, else the longest line above the body that is no sentence."""
    titled = _may_be_title
    if printed is not None:
        above = [line for line in lines[: printed.order] if titled(line)]
        below = [line for line in lines[printed.order + 1 : start] if titled(line)]
        # Menus stand far above; a mark over the title (a series, a section) is shorter than it.
        if above:
            return max(above[-2:], key=lambda line: (len(line.text) >= 25, line.order))
        if below:
            return below[0]
    candidates = [line for line in lines[:start] if titled(line)] or [
        line
        for line in lines[:start]
        if len(line.text.split()) >= 2 and phrases.stray(line.text) is None and line is not printed
    ]
    return max(candidates, key=lambda line: len(line.text), default=None)


def _lead_before_dateline(lines: list[Line], start: int) -> None:
    """A paragraph that stands above the one with the dateline is the lead."""
    body = [line for line in lines if line.role == "body"]
    opening = next((line for line in body if phrases.dateline(line.text) is not None), None)
    if opening is None:
        return
    before = [line for line in body if line.order < opening.order and len(line.text) >= 60 and line.order >= start]
    if len(before) == 1 and not phrases.has_credit(before[0].text):
        before[0].role = "lead"
