"""Dates as Vietnamese pages print them: day before month, always, at +07:00.

A general date library reads ``05/03/2024`` as 3 May unless told otherwise and knows neither ``T4`` nor ``09h15'``;
the printed forms are few and regular, so they are listed here, each seen on a page.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time

from corpus.records import VIETNAM, Precision
from corpus.text import fold

_NUMERIC = (
    r"(?<![\d/.\-])(?P<day>0?[1-9]|[12]\d|3[01])\s?(?P<sep>[/.\-])\s?(?P<month>0?[1-9]|1[0-2])\s?(?P=sep)"
    r"\s?(?P<year>(?:19|20)\d\d)(?!\d)"
)
_WORDS = (
    r"\b(?P<wday>0?[1-9]|[12]\d|3[01])\s+thang\s+(?P<wmonth>0?[1-9]|1[0-2])\s*,?\s+"
    r"(?:nam\s+)?(?P<wyear>(?:19|20)\d\d)\b"
)
_ISO = r"(?P<iyear>(?:19|20)\d\d)-(?P<imonth>0[1-9]|1[0-2])-(?P<iday>[0-2]\d|3[01])(?!\d)"
_DATE = re.compile(f"{_WORDS}|{_ISO}|{_NUMERIC}")
_TIME = re.compile(
    r"(?<![\d:/.\-])(?P<hour>[01]?\d|2[0-3])\s?(?::|h|gio)\s?(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:/])(?:\s*(?P<half>am|pm|sa|ch)\b)?"
)
_LABEL = re.compile(
    r"\b(?:thu (?:hai|ba|tu|nam|sau|bay)|chu nhat|t[2-7]|cn|ngay|gio|luc|cap nhat|lan cuoi|dang|xuat ban|dang tai"
    r"|gmt|utc|am|pm|sa|ch|cap nhat luc|thoi gian|ngay dang|ngay tao|dang ngay|viet|nam|phut|h)\b"
)
_BUTTONS = re.compile(r"\b(?:luot (?:xem|doc)|so luot|da xem|co chu|kich thuoc chu|in trang|nghe doc bai|chia se)\b.*")
_CLOCKWORK = re.compile(r"[\d\s:/.,|\-–()\[\]+'•>]+")


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed moment: ``when`` aware at +07:00, midnight where ``precision`` is ``day``."""

    when: datetime
    precision: Precision


def printed_date(text: str) -> Printed | None:
    """The first full date of a printed line with the time beside it, or None.

    Reads ``Thứ Năm, 03/06/2021 | 09:15``, ``08:15 - 05/03/2024 [GMT+7]``, ``9h15' ngày 3-6-2021``,
    ``ngày 3 tháng 6 năm 2021``, ``2021-06-03T09:15:00Z`` (converted to +07:00).
    """
    folded = fold(text)
    for found in _DATE.finditer(folded):
        parts = found.groupdict()
        year, month, day = (int(parts[key] or parts["w" + key] or parts["i" + key]) for key in ("year", "month", "day"))
        try:
            the_day = date(year, month, day)
        except ValueError:
            continue
        if parts["iyear"]:
            machine = _machine(text[found.start() :])
            if machine is not None:
                return machine
        clock = _clock_beside(folded, found.start(), found.end())
        if clock is None:
            return Printed(datetime.combine(the_day, time(), VIETNAM), "day")
        return Printed(datetime.combine(the_day, clock, VIETNAM), "minute")
    return None


_MACHINE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)


def _machine(text: str) -> Printed | None:
    found = _MACHINE.match(text)
    if found is None:
        return None
    moment = datetime.fromisoformat(found.group().upper())
    moment = moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment.astimezone(VIETNAM)
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return Printed(moment, "day")
    return Printed(moment, "minute")


def _clock_beside(folded: str, start: int, end: int) -> time | None:
    """The time of day printed within a few characters of the date; farther away it belongs to something else."""
    after = _TIME.search(folded, end, min(len(folded), end + 24))
    *_, before = [None, *_TIME.finditer(folded, max(0, start - 32), start)]
    if after is not None and before is not None:
        near_before = start - before.end() <= after.start() - end
        found = before if near_before else after
    else:
        found = after or before
    if found is None:
        return None
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if found["half"] in {"pm", "ch"} and hour < 12:
        hour += 12
    elif found["half"] in {"am", "sa"} and hour == 12:
        hour = 0
    return time(hour, minute, second)


def is_date_line(text: str) -> bool:
    """Whether a line is a date: beside labels, weekday and digits at most two words are left over.

    Beside a date with its time of day as many as ten are, which is what portals set in that line (the writer, a
    counter, buttons), unless they are a sentence.
    """
    found = printed_date(text) if len(text) <= 160 else None
    if found is None:
        return False
    rest = _CLOCKWORK.sub(" ", _LABEL.sub(" ", _TIME.sub(" ", _DATE.sub(" ", _BUTTONS.sub(" ", fold(text))))))
    closed = text.rstrip().endswith((".", "!", "?", "…", ";"))
    return len(rest.split()) <= (10 if found.precision == "minute" and not closed else 2)


_RELATIVE = re.compile(
    r"(?:khoang |cach day |dang )*(?:\d+ (?:giay|phut|gio|ngay|tuan|thang|nam) truoc|hom qua|vua xong|moi day)[. ]*"
)


def is_relative(text: str) -> bool:
    """Whether a line is nothing but a time counted from now (``3 giờ trước``, ``Hôm qua``)."""
    return len(text) <= 40 and _RELATIVE.fullmatch(fold(text).strip()) is not None


_DAY_MONTH = re.compile(
    r"(?<!\bden )(?<!\btu )\b(?:ngay|sang|trua|chieu|toi|dem)(?: nay)?,?\s+\(?(?P<day>0?[1-9]|[12]\d|3[01])\s?[/\-.]\s?"
    r"(?P<month>0?[1-9]|1[0-2])(?![\d/\-.]*\d)"
)
_YEAR = re.compile(r"\bnam\s+(?P<year>20\d\d)(?!\d)(?!\s?[-–]\s?(?:nam\s)?20\d\d)")
_FULL = re.compile(_NUMERIC)
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
