"""Dates as Vietnamese pages print them: day before month, always, at +07:00.

A general date library reads ``05/03/2024`` as 3 May unless told otherwise and knows neither ``T4`` nor ``09h15'``;
the printed forms are few and regular, so they are listed here. The forms of English editions stand beside them, since
dateutil takes ``May`` for this month and any lone number for a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from corpus.records import VIETNAM, Precision
from corpus.text import fold

_DAY = r"0?[1-9]|[12]\d|3[01]"
_YEAR = r"(?:19|20)\d\d"
NUMERIC = (
    rf"(?<![\d/.\-])(?P<day>{_DAY})\s?(?P<sep>[/.\-])\s?(?P<month>0?[1-9]|1[0-2])\s?(?P=sep)"
    rf"\s?(?P<year>{_YEAR})(?!\d)"
)
"""``3/6/2021`` in folded text, with the groups day, month and year."""

# Tháng Giêng and tháng Chạp name months of the lunar calendar. "3 tháng năm 2024" is three months of 2024; the fifth
# month is "tháng Năm năm 2024".
_MONTH_WORDS = {
    "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10,
    "muoi mot": 11, "muoi hai": 12,
}  # fmt: skip
_WORDS = (
    rf"\b(?P<wday>{_DAY})\s+thang\s+(?P<wmonth>0?[1-9]|1[0-2]|muoi mot|muoi hai|muoi|mot|hai|ba|tu|bon"
    rf"|nam(?=\s*,?\s+nam\b)|sau|bay|tam|chin)\s*,?\s+(?:nam\s+)?(?P<wyear>{_YEAR})\b"
)
_ISO = rf"(?P<iyear>{_YEAR})-(?P<imonth>0[1-9]|1[0-2])-(?P<iday>[0-2]\d|3[01])(?!\d)"
_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_MONTH = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_ENGLISH = (
    rf"(?<![\d/.\-])(?P<eday>{_DAY})(?:st|nd|rd|th)?[ \-]{_ENGLISH_MONTH.format('emonth')},?[ \-](?P<eyear>{_YEAR})\b"
    rf"|\b{_ENGLISH_MONTH.format('fmonth')} (?P<fday>{_DAY})(?:st|nd|rd|th)?,? (?P<fyear>{_YEAR})\b"
)
_SHORT = (
    rf"(?<![\d/.\-])(?P<sday>{_DAY})(?P<ssep>[/.\-])(?P<smonth>0?[1-9]|1[0-2])(?P=ssep)(?P<syear>\d\d)(?![\d/.\-]*\d)"
)
_DIGIT = re.compile(r"\d")
_DATE = re.compile(f"{_WORDS}|{_ISO}|{NUMERIC}|{_ENGLISH}|{_SHORT}")
_TIME = re.compile(
    r"(?<![\d:/.\-])(?P<hour>[01]?\d|2[0-3])\s?(?::|h|gio)\s?(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:/])"
    r"(?:\s*(?P<half>am|pm|sang|sa|chieu|ch|trua|toi|dem)\b)?"
)
_AFTERNOON = frozenset({"pm", "ch", "chieu", "toi"})
_MORNING = frozenset({"am", "sa", "sang", "dem"})
_LABEL = re.compile(
    r"\b(?:thu (?:hai|ba|tu|nam|sau|bay)|chu nhat|t[2-7]|cn|ngay|gio|luc|cap nhat|lan cuoi|dang|xuat ban|dang tai"
    r"|gmt|utc|am|pm|sa|ch|cap nhat luc|thoi gian|ngay dang|ngay tao|dang ngay|viet|nam|phut|h"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|fri|sat|sun)|published|posted|updated|last|on|at"
    r"|ict)\b"
)
_BUTTONS = re.compile(
    r"\b(?:luot (?:xem|doc)|so (?:luot|lan)|da xem|co chu|kich thuoc chu|in trang|nghe doc bai|chia se)\b.*"
)
_CLOCKWORK = re.compile(r"[\d\s:/.,|\-–()\[\]+'•>]+")
_UPDATE = re.compile(r"\b(?:cap nhat|sua (?:doi|lan cuoi)|chinh sua|sua luc|updated?|modified)\b")
_PUBLISH = re.compile(r"\b(?:dang|xuat ban|ngay tao|ngay viet|published|posted)\b")
_LABELLED = re.compile(
    r"\b(?:ngay (?:dang|tao|viet|xuat ban)|dang(?: ngay| luc| tai)?|xuat ban|published|posted)\s*:\s*$"
)
_DATED = re.compile(
    r"\b(?:ngay(?: dang| tao| viet| xuat ban)?|cap nhat|dang|xuat ban|luc|thu (?:hai|ba|tu|nam|sau|bay)|chu nhat|t[2-7]"
    r"|cn|date|published|posted|updated)\s*[:,\-|]?\s*$"
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed moment: ``when`` aware at +07:00, midnight where ``precision`` is ``day``."""

    when: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class Stamp:
    """One date in a line with the time beside it: ``label`` is what the line says before it, folded."""

    printed: Printed
    label: str

    @property
    def is_update(self) -> bool:
        """Whether the line says that this is when the story was changed (``Cập nhật: …``)."""
        return _UPDATE.search(self.label) is not None


def stamps(text: str) -> list[Stamp]:
    """Every full date of a printed line, in order, each with the time of day that stands nearest."""
    if _DIGIT.search(text) is None:
        # Nearly every line; no form does without.
        return []
    folded = fold(text)
    found = list(_dates_in(text, folded))
    if any(not match["syear"] for _, match in found):
        found = [(the_day, match) for the_day, match in found if not match["syear"]]
    result: list[Stamp] = []
    said = 0
    for index, (the_day, match) in enumerate(found):
        label = folded[said : match.start()]
        said = match.end()
        machine = _machine(text[match.start() :]) if match["iyear"] else None
        if machine is not None:
            result.append(Stamp(machine, label))
            continue
        end = match.end() + 24
        if index + 1 < len(found):
            # "Đăng: 05/03/2024 Cập nhật: 09:00 06/03/2024": that time is the second date's.
            following = _UPDATE.search(folded, match.end(), end) or _PUBLISH.search(folded, match.end(), end)
            end = following.start() if following else found[index + 1][1].start()
        before = max(0, match.start() - 32, match.start() - len(label))
        clock, clock_end = _clock_beside(folded, before, match.start(), match.end(), end)
        said = max(said, clock_end)
        if clock is not None:
            result.append(Stamp(Printed(datetime.combine(the_day, clock, VIETNAM), "minute"), label))
        elif not match["syear"] or _DATED.search(label[-24:]):
            # "03/06/21" alone may be the number of a decision.
            result.append(Stamp(Printed(datetime.combine(the_day, time(), VIETNAM), "day"), label))
    return result


def printed_date(text: str) -> Printed | None:
    """The date of publication that a printed line gives, with the time beside it, or None.

    Reads ``Thứ Năm, 03/06/2021 | 09:15``, ``08:15 - 05/03/2024 [GMT+7]``, ``9h15' ngày 3-6-2021``,
    ``ngày 3 tháng 6 năm 2021``, ``ngày 3 tháng Sáu năm 2021``, ``June 3, 2021``, ``03 Jun 2021 09:15``,
    ``09:15 03/06/21``, ``2021-06-03T09:15:00Z`` (converted to +07:00). Of several the first; one that the line calls
    an update only where it names no other as published.
    """
    found = _published_in(stamps(text))
    return found.printed if found is not None else None


def updated_date(text: str) -> Printed | None:
    """The date in a printed line that it says is the one of the last change, or None."""
    return next((stamp.printed for stamp in stamps(text) if stamp.is_update), None)


def both_dates(text: str) -> tuple[Printed | None, Printed | None]:
    """When a printed line says that a story was published and when it was changed; one date alone is the first."""
    found = stamps(text)
    published = _published_in(found)
    changed = next((stamp.printed for stamp in found if stamp.is_update and stamp is not published), None)
    return published.printed if published else None, changed


def says_published(text: str) -> bool:
    """Whether a line labels its one date as that of publication (``Đăng: …``)."""
    found = stamps(text)
    return len(found) == 1 and not found[0].is_update and _PUBLISH.search(found[0].label) is not None


def _published_in(found: list[Stamp]) -> Stamp | None:
    if not found or not found[0].is_update:
        return found[0] if found else None
    return next((stamp for stamp in found if not stamp.is_update and _PUBLISH.search(stamp.label)), found[0])


def _dates_in(text: str, folded: str) -> Iterator[tuple[date, re.Match[str]]]:
    for match in _DATE.finditer(folded):
        parts = match.groupdict()
        month = parts["emonth"] or parts["fmonth"]
        # Folding makes "máy" and "May" one; English has no marks. (It keeps the length of NFC Vietnamese.)
        if month and month not in text.casefold():
            continue
        try:
            yield _day(parts), match
        except ValueError:
            continue


def _day(parts: dict[str, str | None]) -> date:
    year, month, day = (
        next(value for key in ("", "w", "i", "e", "f", "s") if (value := parts.get(key + name)))
        for name in ("year", "month", "day")
    )
    if len(year) == 2:
        # The oldest pages of the provincial press are of the nineties.
        year = ("19" if year >= "90" else "20") + year
    if not month.isdigit():
        number = _MONTH_WORDS.get(month) if parts["wmonth"] else _ENGLISH_MONTHS.index(month[:3]) + 1
        month = str(number)
    return date(int(year), int(month), int(day))


_MACHINE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)


def _machine(text: str) -> Printed | None:
    found = _MACHINE.match(text)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found.group().upper())
    except ValueError:  # 2021-06-03T99:99: no moment; its day still is one
        return None
    moment = moment.replace(tzinfo=VIETNAM) if moment.tzinfo is None else moment.astimezone(VIETNAM)
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return Printed(moment, "day")
    return Printed(moment, "minute")


def _clock_beside(folded: str, first: int, start: int, end: int, last: int) -> tuple[time | None, int]:
    """The time of day printed within a few characters of the date, and where it ends; farther away it belongs to
    something else."""
    after = _TIME.search(folded, end, min(len(folded), last))
    *_, before = [None, *_TIME.finditer(folded, first, start)]
    if after is not None and before is not None:
        near_before = start - before.end() <= after.start() - end
        found = before if near_before else after
    else:
        found = after or before
    return (clock_time(found), found.end()) if found is not None else (None, 0)


def clock_time(found: re.Match[str]) -> time:
    """The time of day of a match with the groups hour, minute, second and half (of the day)."""
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    half = found["half"]
    if hour < 12 and (half in _AFTERNOON or (half == "trua" and hour < 4) or (half == "dem" and hour >= 6)):
        hour += 12
    elif hour == 12 and half in _MORNING:
        hour = 0
    return time(hour, minute, second)


def first_clock(folded: str) -> time | None:
    """The first time of day in folded text, or None."""
    found = _TIME.search(folded)
    return clock_time(found) if found is not None else None


def is_date_line(text: str) -> bool:
    """Whether a line is a date: beside labels, weekday and digits at most two words are left over.

    Beside a date with its time of day, or one labelled ``Ngày đăng:``, as many as ten are, which is what portals set in
    that line (the writer, a counter, buttons), unless they are a sentence.
    """
    found = printed_date(text) if len(text) <= 160 else None
    if found is None:
        return False
    rest = without_clockwork(_DATE.sub(" ", _BUTTONS.sub(" ", fold(text))))
    left = len(rest.split())
    if left <= 2:
        return True
    closed = text.rstrip().endswith((".", "!", "?", "…", ";"))
    return left <= 10 and not closed and (found.precision == "minute" or _says_day(text))


def _says_day(text: str) -> bool:
    """Whether a line labels its one date as that of publication, with a colon (``… | Ngày đăng: 21/02/2023``)."""
    found = stamps(text)
    return len(found) == 1 and _LABELLED.search(found[0].label) is not None


def without_clockwork(folded: str) -> str:
    """Folded text without times of day, the labels of dates, digits and signs."""
    return _CLOCKWORK.sub(" ", _LABEL.sub(" ", _TIME.sub(" ", folded)))


_RELATIVE = re.compile(
    r"(?:khoang |cach day |dang |cap nhat |luc )*(?:\d+ (?:giay|phut|gio|tieng|ngay|tuan|thang|nam) truoc"
    r"|vua xong|moi day|(?:\d+|an?) (?:second|minute|min|hour|day|week|month|year)s? ago|just now"
    r"|(?:hom (?:qua|nay|kia)|yesterday|today)(?:[ ,|\-–]+(?:luc |at )?\d\d?[:h]\d\d)?"
    r"|\d\d?[:h]\d\d[ ,|\-–]+(?:hom (?:qua|nay|kia)|yesterday|today))[. ]*"
)


def is_relative(text: str) -> bool:
    """Whether a line is nothing but a time counted from now (``3 giờ trước``, ``Hôm qua, 15:20``)."""
    return len(text) <= 40 and _RELATIVE.fullmatch(fold(text).strip()) is not None
