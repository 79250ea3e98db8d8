"""Draft to article: printed strings become dates, people, places. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache

from corpus.provinces import canonical, on_day, spellings
from corpus.records import BODY_KINDS, VIETNAM, Article, BlockKind, DateOrigin, Page, Precision
from corpus.text import fold, line, tone_style
from crawler.address import address
from crawler.extract import VERSION, Draft, people, phrases
from crawler.extract.dates import Printed, inferred_day, printed_date
from crawler.source import Source

_Dated = tuple[datetime | None, Precision | None, DateOrigin | None]


def normalise(draft: Draft, page: Page, source: Source | None) -> Article:
    """The article that a draft of ``page`` says; every text NFC, every time at +07:00."""
    published_at, precision, origin = _published(draft, page)
    day = published_at.date() if published_at else None
    agency = _agency(draft, source)
    return Article(
        url=address(draft.url),
        source=source.id if source else None,
        title=draft.title,
        lead=draft.lead,
        blocks=draft.blocks,
        authors=_authors(draft),
        agency=agency,
        published_at=published_at,
        published_precision=precision,
        published_from=origin,
        section=draft.section,
        tags=draft.tags,
        place=draft.place,
        province=_province(draft, source, day),
        language=language_of(" ".join([draft.title, draft.lead or "", *_running(draft)[:5]])),
        extractor=draft.extractor,
        extractor_version=VERSION,
        page_digest=page.digest,
        fetched_at=page.fetched_at.astimezone(UTC),
    )


def _running(draft: Draft) -> list[str]:
    return [block.text for block in draft.blocks if block.kind in BODY_KINDS]


def _published(draft: Draft, page: Page) -> _Dated:
    """What is printed wins; the page's structured data fills the gap; the text itself is asked last.

    A date later than a day after the fetch is a clock or a mistake and is passed over.
    """
    latest = page.fetched_at + timedelta(days=1)

    def believable(found: Printed | None) -> Printed | None:
        return found if found is not None and found.when <= latest else None

    printed = believable(printed_date(draft.date_text)) if draft.date_text else None
    machine = next(filter(None, (believable(printed_date(text)) for text in draft.machine_dates)), None)
    if printed is not None:
        same_day = machine is not None and machine.when.date() == printed.when.date()
        if printed.precision == "day" and same_day and machine is not None and machine.precision == "minute":
            return machine.when, "minute", "structured"
        return printed.when, printed.precision, "printed"
    if machine is not None:
        return machine.when, machine.precision, "structured"
    day = inferred_day([text for text in [draft.lead, *_running(draft)] if text])
    inferred = believable(Printed(datetime.combine(day, datetime.min.time(), VIETNAM), "day")) if day else None
    if inferred is not None:
        return inferred.when, "day", "inferred"
    return None, None, None


def _authors(draft: Draft) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for block in draft.blocks:
        if block.kind is BlockKind.BYLINE:
            for name in people.names_in(block.text):
                # The same person above and below the story, once in capitals, is one author.
                names.setdefault(fold(name), name)
    if not names:
        # A claim of the structured data counts only where the page prints nothing and it looks like a person.
        claimed = (name for name in draft.machine_authors if people.is_name(name) and name != draft.site_name)
        names.update((name, name) for name in claimed)
    return tuple(names.values())


def _agency(draft: Draft, source: Source | None) -> str | None:
    for block in draft.blocks:
        if block.kind is BlockKind.BYLINE and (found := people.agency_in(block.text)):
            return found
    for text in _running(draft)[:2]:
        mark = phrases.dateline(text)
        if mark and (found := people.agency_in(mark)):
            return found
    return source.agency if source else None


def _province(draft: Draft, source: Source | None, day: date | None) -> str | None:
    """The place line, then the outlet's own province, then what the story names most in its opening."""
    placed = canonical(draft.place) if draft.place else None
    if placed is None and source is not None:
        placed = source.province_on(day or _fetch_day(draft))
    if placed is None:
        placed = _named_most([draft.site_name or "", draft.title, draft.title, draft.lead or "", *_running(draft)[:4]])
    return on_day(placed, day) if placed and day else placed


def _fetch_day(draft: Draft) -> date:
    """The day by which an undated page is judged: the one it was fetched on."""
    fetched = draft.fetched_at or datetime.now(UTC)
    return fetched.astimezone(VIETNAM).date()


@cache
def _names() -> re.Pattern[str]:
    # Longest first, so that "Bà Rịa - Vũng Tàu" is not read as "Vũng Tàu"; capitals as names are printed, so that
    # "hòa bình" (peace) is not Hòa Bình.
    known = sorted(set(spellings().values()) | {"TP.HCM", "TPHCM", "TP HCM"}, key=len, reverse=True)
    return re.compile("|".join(rf"(?<!\w){re.escape(tone_style(name))}(?!\w)" for name in known))


def _named_most(texts: list[str]) -> str | None:
    counts: dict[str, int] = {}
    for text in texts:
        for found in _names().finditer(tone_style(text)):
            before = fold(text[max(0, found.start() - 12) : found.start()])
            weight = 3 if before.endswith(("tinh ", "thanh pho ", "tp ", "tp. ", "ubnd ", "bao ")) else 1
            name = canonical(found.group())
            if name:
                counts[name] = counts.get(name, 0) + weight
    if not counts:
        return None
    best = max(counts.values())
    leaders = [name for name, count in counts.items() if count == best]
    # Two names alike often, or one in passing: no province is better than a wrong one.
    return leaders[0] if len(leaders) == 1 and best >= 2 else None


_VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]")
_ENGLISH = frozenset(
    ["the", "of", "and", "to", "in", "for", "on", "with", "is", "was", "by", "from", "at", "that", "has", "as"]
)


_WORDS_ENOUGH = 150  # to tell Vietnamese from English


def language_of(text: str) -> str:
    """``vi``, ``en`` or ``und``: Vietnamese has a marked letter in more than half of its words, English none."""
    words = line(text).split()
    words = words[:: max(1, len(words) // _WORDS_ENOUGH)]
    if not words:
        return "und"
    marked = sum(_VIETNAMESE.search(word) is not None for word in words) / len(words)
    if marked >= 0.25:
        return "vi"
    english = sum(word.lower() in _ENGLISH for word in words) / len(words)
    return "en" if marked < 0.1 and english >= 0.1 else "und"
