"""Which of a page's lines with a date is the story's: not the header's clock, and the time of a change apart."""

from __future__ import annotations

import re
from itertools import islice

from crawler.extract import dates
from crawler.extract.draft import Line
from crawler.extract.marks import is_around
from crawler.extract.markup import Lines
from crawler.extract.relative import is_yearless

_CLOCK = re.compile(
    r"(?:^|[\s_-])(?:clock|dong-?ho|(?:current|now|server|today)-?(?:date|time|day)|(?:date|time|day)-?"
    r"(?:now|today|current)|today|hom-?nay|lich-?(?:van-?nien|ngay))(?:$|[\s_-])"
)
# "article-header" and "detail__header" are the head of the story, not of the page.
_HEAD = re.compile(
    r"(?:^|\s)(?:(?:site|page|main|top|web|global|wrap(?:per)?|[a-z])[_-]*)?(?:header|top-?bar|topbar|masthead|navbar)(?:[_-]*"
    r"(?:top|main|wrap(?:per)?|inner|left|right|bar))?(?:$|\s)"
)
_MENU = 3
_LINKS = 5


def is_clock(line: Line, lines: Lines, title: int) -> bool:
    """Whether a line with a date is the clock of the page's header, not the story's own date.

    It says so by its names, or stands above the title in the page's header or over a menu.
    ``title`` is the order of the title's line.
    """
    if _CLOCK.search(line.marks[:60]) is not None:
        return True
    if line.order >= title:
        return False
    return _HEAD.search(line.marks) is not None or is_over_menu(line, lines, title)


def is_over_menu(line: Line, lines: Lines, title: int) -> bool:
    """Whether a menu stands between a line and the title below it, whose order is ``title``.

    That is three linked lines in a row, or one line of five links; a breadcrumb has fewer.
    """
    row = 0
    for below, element in lines[line.order + 1 : title]:
        if below.link_share > 0.8 and sum(1 for _ in islice(element.iter("a"), _LINKS)) == _LINKS:
            return True
        row = row + 1 if below.link_share > 0.8 and len(below.text) <= 40 else 0
        if row >= _MENU:
            return True
    return False


def by_fetch(lines: Lines, start: int, first_body: int) -> list[Line]:
    """The line near the title that gives a time counted from the fetch, or a day without its year; at most one."""
    near = [
        line
        for line, _ in lines
        if start - 3 <= line.order <= first_body + 2
        and line.order != start
        and line.link_share < 0.5
        and not is_around(line.marks[:60])
        and (dates.is_relative(line.text) or is_yearless(line.text))
        and not is_clock(line, lines, start)
    ]
    return [line for line in near if line.order > start][:1] or near[-1:]


def mark_updated(lines: Lines, start: int, first_body: int) -> None:
    """Find the line that prints when the story was changed, beside the one that has the role of its date; in place.

    Where the line with that role is the changed one's and another near it says when the story was published, the two
    change roles.
    """
    own = next((line for line, _ in lines if line.role == "date"), None)
    if own is None:
        return
    last_body = max((line.order for line, _ in lines if line.role == "body"), default=first_body)
    others = [
        line
        for line, _ in lines
        if line.role in {None, "body"}
        and (start - 4 <= line.order <= first_body + 2 or last_body < line.order <= last_body + 4)
        and not is_around(line.marks[:60])
        and dates.is_date_line(line.text)
        and not is_clock(line, lines, start)
    ]
    if _is_update(own):
        published = next((line for line in others if dates.says_published(line.text)), None)
        if published is not None:
            own.role, published.role = "updated", "date"
        return
    changed = next((line for line in others if _is_update(line)), None)
    if changed is not None:
        changed.role = "updated"


def _is_update(line: Line) -> bool:
    found = dates.stamps(line.text)
    return len(found) == 1 and found[0].is_update
