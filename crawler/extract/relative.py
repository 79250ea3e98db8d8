"""Times that need the day they were read on: ``3 giờ trước``, ``Hôm qua, 15:20``, ``17:30 | 2/9``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from corpus.records import VIETNAM, Precision
from corpus.text import fold
from crawler.extract.dates import Printed, first_clock, without_clockwork

_AGO = re.compile(
    r"\b(?P<count>\d{1,4}|an?) (?P<unit>giay|phut|gio|tieng|ngay|seconds?|minutes?|mins?|hours?|days?) (?:truoc|ago)\b"
)
_UNITS = {
    "giay": "second", "phut": "minute", "gio": "hour", "tieng": "hour", "ngay": "day", "min": "minute",
}  # fmt: skip
_NAMED = re.compile(r"\b(?P<day>hom (?:qua|nay|kia)|yesterday|today)\b")
_DAYS = {"hom nay": 0, "today": 0, "hom qua": 1, "yesterday": 1, "hom kia": 2}
_JUST = re.compile(r"\b(?:vua xong|just now)\b")
_YEARLESS = re.compile(
    r"(?<![\d/.\-:])(?P<day>0?[1-9]|[12]\d|3[01])\s?[/\-.]\s?(?P<month>0?[1-9]|1[0-2])(?![/\-.:]?\d)"
)

# A page may lie in a cache for a while before it is served with its old "5 phút trước".
_CACHED = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Counted:
    """A moment counted back from the fetch: ``moment`` is the literal reading, ``slack`` how far the truth may lie.

    ``printed`` is what that allows to say, None where not even the day is certain.
    """

    moment: datetime
    slack: timedelta
    printed: Printed | None

    def agrees(self, other: datetime) -> bool:
        """Whether another claim (aware) lies within what the words allow."""
        return abs(other - self.moment) <= self.slack


def counted(text: str, fetched_at: datetime) -> Counted | None:
    """The moment that a time counted from ``fetched_at`` (aware) means, at +07:00; None where ``text`` has none.

    Seconds and minutes give the minute. Hours give the day, where the whole of the last hour counted lies on one;
    "3 giờ trước" read at 03:20 may be this day or the one before and says nothing. Days give the day that the words
    name. A named day gives the day, or with its clock the minute. Weeks and longer are too coarse and give nothing.
    """
    folded = fold(text)
    now = fetched_at.astimezone(VIETNAM).replace(second=0, microsecond=0)
    if _JUST.search(folded):
        return Counted(now, _CACHED, Printed(now, "minute"))
    if (found := _AGO.search(folded)) is not None:
        count = int(found["count"]) if found["count"].isdigit() else 1
        unit = found["unit"].removesuffix("s")
        return _ago(now, count, _UNITS.get(unit, unit))
    if (named := _NAMED.search(folded)) is not None:
        day = now.date() - timedelta(days=_DAYS[named["day"]])
        clock = first_clock(folded)
        if clock is None:
            return Counted(_midnight(day) + timedelta(hours=12), timedelta(hours=12), Printed(_midnight(day), "day"))
        moment = datetime.combine(day, clock, VIETNAM)
        # "Hôm nay, 23:10" at ten in the morning is a page of another day.
        return Counted(moment, _CACHED, Printed(moment, "minute")) if moment <= fetched_at else None
    return None


def _ago(now: datetime, count: int, unit: str) -> Counted:
    if unit in {"second", "minute"}:
        moment = now - timedelta(**{f"{unit}s": count})
        moment = moment.replace(second=0)
        return Counted(moment, _CACHED, Printed(moment, "minute"))
    if unit == "hour":
        moment = now - timedelta(hours=count)
        # Pages round down: of "3 giờ trước" between three and four hours have passed.
        certain = (moment - timedelta(hours=1)).date() == moment.date()
        return Counted(
            moment, timedelta(hours=1) + _CACHED, Printed(_midnight(moment.date()), "day") if certain else None
        )
    moment = now - timedelta(days=count)
    return Counted(moment, timedelta(days=1), Printed(_midnight(moment.date()), "day"))


def is_yearless(text: str) -> bool:
    """Whether a line is nothing but a clock and a day without its year (``17:30 | 2/9``, ``2/9 17:30``)."""
    return _yearless(text) is not None


def dated_by_fetch(text: str, fetched_at: datetime) -> Printed | None:
    """The moment of a line like ``17:30 | 2/9``: the latest such day that is not after ``fetched_at`` (aware).

    Of the day of the fetch itself a clock that is still to come says nothing; then only the day is given.
    """
    found = _yearless(text)
    if found is None:
        return None
    day, month, clock = found
    read = fetched_at.astimezone(VIETNAM)
    # The 29th of February comes back after eight years at most.
    for year in range(read.year, read.year - 9, -1):
        try:
            the_day = date(year, month, day)
        except ValueError:
            continue
        if the_day <= read.date():
            moment = datetime.combine(the_day, clock, VIETNAM)
            precision: Precision = "minute" if moment <= read else "day"
            return Printed(moment if precision == "minute" else _midnight(the_day), precision)
    return None


def _yearless(text: str) -> tuple[int, int, time] | None:
    if len(text) > 40:
        return None
    folded = fold(text)
    clock = first_clock(folded)
    found = _YEARLESS.search(folded)
    if clock is None or found is None or re.search(r"(?:19|20)\d\d", folded):
        return None
    if without_clockwork(_YEARLESS.sub(" ", folded)).strip():
        return None
    return int(found["day"]), int(found["month"]), clock


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)
