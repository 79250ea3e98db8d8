"""The day a story tells of, from its own words: for pages that print no date and give machines none."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

from corpus.text import fold
from crawler.extract.dates import NUMERIC

_DAY_MONTH = re.compile(
    r"(?<!\bden )(?<!\btu )\b(?:ngay|sang|trua|chieu|toi|dem)(?: nay)?,?\s+\(?(?P<day>0?[1-9]|[12]\d|3[01])\s?[/\-.]\s?"
    r"(?P<month>0?[1-9]|1[0-2])(?![\d/\-.]*\d)"
)
_YEAR = re.compile(r"\bnam\s+(?P<year>20\d\d)(?!\d)(?!\s?[-–]\s?(?:nam\s)?20\d\d)")
_FULL = re.compile(NUMERIC)
_AHEAD = re.compile(r"\b(?:den|toi|tam nhin|giai doan|tu|truoc|sau|ky|khoa|het|cuoi)\s+$")
_MONTH = re.compile(r"\bthang\s+(?P<month>\d\d?)\s+$")
_NOW = re.compile(r"\b(?:trong|nay,?|dau|ngay)\s+$")


def inferred_day(paragraphs: list[str]) -> date | None:
    """The day a story tells of, from its own words: ``Ngày 2/8`` near its beginning and the year named in the text.

    Only for pages that print no date. A year that is a goal or a period (``đến năm 2030``, ``2020 - 2025``) is not a
    year of the story; without a year in the text there is no answer.
    """
    opening = fold("\n".join(paragraphs[:3]))
    day_month = _DAY_MONTH.search(opening)
    if day_month is None:
        return None
    whole = fold("\n".join(paragraphs))
    years: Counter[int] = Counter()
    for found in _YEAR.finditer(whole):
        before = whole[max(0, found.start() - 16) : found.start()]
        month = _MONTH.search(before)
        if month is not None:
            # A month beside the year dates something else in the story; near the story's own month it is this year.
            near = abs(int(month["month"]) - int(day_month["month"])) <= 1
            years[int(found["year"])] += 1 if near else 0
        elif _AHEAD.search(before) is None:
            years[int(found["year"])] += 3 if _NOW.search(before) else 2
    for found in _FULL.finditer(whole):
        same = (int(found["day"]), int(found["month"])) == (int(day_month["day"]), int(day_month["month"]))
        years[int(found["year"])] += 5 if same else 1
    for year, votes in years.most_common():
        if not votes:
            break
        try:
            return date(year, int(day_month["month"]), int(day_month["day"]))
        except ValueError:
            continue
    return None
