"""When a story was published and last changed: what is printed, what the page tells machines, what the text says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from corpus.records import BODY_KINDS, VIETNAM, DateOrigin, Page, Precision
from crawler.extract import Draft
from crawler.extract.dates import Printed, both_dates, printed_date, updated_date
from crawler.extract.inference import inferred_day
from crawler.extract.relative import counted, dated_by_fetch

# A time of change that lies this near before the fetch is the server's clock as it made the page.
_RENDERED = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Times:
    """The times of an article, as ``Article`` has them."""

    published_at: datetime | None = None
    precision: Precision | None = None
    origin: DateOrigin | None = None
    updated_at: datetime | None = None


def times_of(draft: Draft, page: Page, *, fetch_known: bool) -> Times:
    """The times of the story that ``draft`` of ``page`` tells.

    What is printed wins; the page's structured data fills the gap; the text itself is asked last. A date later than a
    day after the fetch is a clock or a mistake and is passed over. Where ``fetch_known`` is false the time of the fetch
    says nothing about the page, and what is printed relative to it is not read.
    """
    times = _published(draft, page, fetch_known=fetch_known)
    return Times(times.published_at, times.precision, times.origin, _updated(draft, page, times.published_at))


def _published(draft: Draft, page: Page, *, fetch_known: bool) -> Times:
    printed = _believable(printed_date(draft.date_text), page) if draft.date_text else None
    machine = _first(draft.machine_dates, page)
    if printed is not None:
        same_day = machine is not None and machine.when.date() == printed.when.date()
        if printed.precision == "day" and same_day and machine is not None and machine.precision == "minute":
            return Times(machine.when, "minute", "structured")
        return Times(printed.when, printed.precision, "printed")
    if draft.date_text and fetch_known:
        relative = _relative(draft.date_text, page.fetched_at, machine)
        if relative is not None:
            return Times(relative.when, relative.precision, "printed")
    if machine is not None:
        return Times(machine.when, machine.precision, "structured")
    running = [block.text for block in draft.blocks if block.kind in BODY_KINDS]
    day = inferred_day([text for text in [draft.lead, *running] if text])
    found = Printed(datetime.combine(day, datetime.min.time(), VIETNAM), "day") if day else None
    inferred = _believable(found, page)
    return Times(inferred.when, "day", "inferred") if inferred is not None else Times()


def _relative(text: str, fetched_at: datetime, machine: Printed | None) -> Printed | None:
    """What a time counted from the fetch says; None where ``machine`` says the same more exactly."""
    by_fetch = dated_by_fetch(text, fetched_at)
    if by_fetch is not None:
        return by_fetch
    back = counted(text, fetched_at)
    if back is None:
        return None
    if machine is not None and machine.precision == "minute" and back.agrees(machine.when):
        return None
    return back.printed


def _updated(draft: Draft, page: Page, published_at: datetime | None) -> datetime | None:
    """The time of the last change, if it is later than that of publication; an equal one states no change."""
    in_line = both_dates(draft.date_text)[1] if draft.date_text else None
    apart = updated_date(draft.updated_text) if draft.updated_text else None
    found = _believable(in_line or apart, page)
    if found is None:
        found = _first(draft.machine_updated, page)
        if found is not None and timedelta() <= page.fetched_at - found.when <= _RENDERED:
            return None
    if found is None or (published_at is not None and found.when <= published_at):
        return None
    return found.when


def _believable(found: Printed | None, page: Page) -> Printed | None:
    return found if found is not None and found.when <= page.fetched_at + timedelta(days=1) else None


def _first(texts: Iterable[str], page: Page) -> Printed | None:
    return next(filter(None, (_believable(printed_date(text), page) for text in texts)), None)
