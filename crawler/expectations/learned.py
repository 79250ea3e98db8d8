"""What a source's own past says of a night: each measure against its own usual, and what a change of it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from corpus.history import Example, Line, Measures, PastNight
from corpus.nights import Finding, Severity
from corpus.records import VIETNAM
from crawler.expectations.change import Change, drop, fall, rise
from crawler.expectations.declared import Counts, kind_of_reason, share
from crawler.expectations.kinds import WATCHES
from crawler.expectations.rhythm import exposures
from crawler.source import Source

LULL = 0.6
"""Where all the other sources together printed less than this share of their usual, the day was a quiet one."""
SURE, LIKELY = 1e-4, 1e-3
"""Below which chance a change is ``broken`` or a ``warning``; measured by ``python -m benchmarks.alarms``."""

Examples = Callable[[str, bool], list[Example]]


@dataclass(frozen=True)
class History:
    """What a night is judged by: the nights before (oldest first), its own measures, and where to find examples.

    ``examples(measure, hit)`` gives articles of the night that have or lack what a measure counts; ``lines`` are those
    that stand in several of the night's stories and never before; ``lulls`` say how much of the usual all other
    sources printed on a day (+07:00).
    """

    started_at: datetime
    past: Sequence[PastNight] = ()
    measures: Measures = field(default_factory=dict)
    lines: Sequence[Line] = ()
    lulls: Mapping[date, float] = field(default_factory=dict)
    examples: Examples = lambda measure, hit: []


def learned(source: Source, counts: Counts, history: History) -> Iterator[Finding]:
    """A finding for each measure of the night that the source's own past would hardly ever have given."""
    yield from _shares(source, history)
    yield from _sizes(source, history)
    yield from _rejections(source, counts, history)
    yield from _listings(source, counts, history)
    yield from _silence(source, counts, history)
    yield from _boilerplate(source, history)


def _series(history: History, measure: str) -> list[tuple[int, int]]:
    return [night.measures.get(measure, (0, 0)) for night in history.past] + [history.measures.get(measure, (0, 0))]


def _told(history: History, measure: str) -> list[datetime]:
    """The starts of the nights that ``measure`` says something of, as ``fall`` and ``rise`` see them."""
    nights = [*((night.started_at, night.measures) for night in history.past), (history.started_at, history.measures)]
    return [moment for moment, measures in nights if measures.get(measure, (0, 0))[1]]


def _shares(source: Source, history: History) -> Iterator[Finding]:
    for watch in WATCHES:
        change = (fall if watch.direction == "fall" else rise)(_series(history, watch.measure), watch.least)
        if change is None or change.chance >= LIKELY:
            continue
        now = change.hits / change.n
        kind, worst = watch.kind, watch.worst
        if watch.kind == "layout_broken" and now > 0.5:
            kind, worst = "generic_rise", "warning"
        if watch.kind == "captions_lost" and _more_short_lines(history):
            kind, worst = "captions_in_body", "broken"
        severity = _severity(change, worst, watch.direction)
        yield _said(
            source, history, change, kind, severity,
            f"{share(change.hits, change.n)} new articles {watch.says}, usually {change.usual:.0%}",
            pages=history.examples(watch.measure, watch.direction == "rise"),
            selectors=_selectors(source, watch.field),
            told=_told(history, watch.measure),
        )  # fmt: skip


def _more_short_lines(history: History) -> bool:
    """Whether captions that are lost as captions stand as short paragraphs in the text instead."""
    change = rise(_series(history, "short_line"))
    return change is not None and change.chance < 0.1


def _sizes(source: Source, history: History) -> Iterator[Finding]:
    """Bodies that grew or shrank as a whole, by the size under which about a quarter of the bodies usually lies."""
    for kind, quarter, direction in (("body_short", 0.25, rise), ("body_long", 0.75, fall)):
        shares: dict[str, float] = {}
        for size in (250, 500, 1000, 2000, 4000, 8000):
            seen = [night.measures[f"body<{size}"] for night in history.past if f"body<{size}" in night.measures]
            if total := sum(n for _, n in seen):
                shares[f"body<{size}"] = sum(hits for hits, _ in seen) / total
        if not shares:
            continue
        name = min(shares, key=lambda one: abs(shares[one] - quarter))
        change = direction(_series(history, name), 0.3)
        if change is None or change.chance >= LIKELY:
            continue
        median = history.measures.get("body_median", (0, 0))[0]
        usual = sorted(night.measures["body_median"][0] for night in history.past if "body_median" in night.measures)
        yield _said(
            source, history, change, kind, "warning",
            f"{share(change.hits, change.n)} new articles have a body of fewer than {name.removeprefix('body<')} "
            f"letters, usually {change.usual:.0%}; the median is {median} letters, usually {usual[len(usual) // 2]}",
            pages=history.examples(name, kind == "body_short"), told=_told(history, name),
        )  # fmt: skip


def _rejections(source: Source, counts: Counts, history: History) -> Iterator[Finding]:
    answered = [night.stories + night.same + sum(night.rejected.values()) for night in history.past]
    moments = [night.started_at for night, number in zip(history.past, answered, strict=True) if number]
    moments.append(history.started_at)
    for reason in sorted(counts.rejected):
        nights = [(night.rejected.get(reason, 0), number) for night, number in zip(history.past, answered, strict=True)]
        change = rise([*nights, (counts.rejected[reason], counts.answered)], 0.2)
        if change is None or change.chance >= LIKELY:
            continue
        kind = kind_of_reason(reason)
        worst: Severity = "warning" if kind == "rejections_rise" else "broken"
        yield _said(
            source, history, change, kind, _severity(change, worst, "rise"),
            f"{share(change.hits, change.n)} new pages were rejected as {reason}, usually {change.usual:.0%}",
            pages=history.examples(f"rejected {reason}", True), told=moments,
        )  # fmt: skip


def _listings(source: Source, counts: Counts, history: History) -> Iterator[Finding]:
    """Listings that never were empty and now are. A listing is filled to a fixed number: chance has no part in it."""
    empty = {}
    for url, candidates in counts.listings.items():
        before = [night.measures[f"listing {url}"][0] for night in history.past if f"listing {url}" in night.measures]
        if candidates == 0 and len(before) >= 3 and min(before) > 0:
            empty[url] = sorted(before)[len(before) // 2]
    if empty:
        asked = len(counts.listings) + len(counts.unread)
        usual = sum(empty.values())
        yield Finding(
            source.id,
            "listing_empty",
            "broken" if len(empty) * 2 >= asked else "warning",
            f"{source.id}: {len(empty)} of {asked} feeds, sitemaps and listings link to no article, "
            f"usually to {usual}: " + ", ".join(list(empty)[:2]) + (" …" if len(empty) > 2 else ""),
            {
                "now": {"hits": 0, "n": len(empty)},
                "usual": {"links": dict(list(empty.items())[:8])},
                "selectors": {"links": source.discover.links, "article": source.discover.article},
                "last_good_night": day(history.past[-1].started_at),
            },
        )  # fmt: skip
    change = drop([*((night.found, 1.0) for night in history.past), (counts.found, 1.0)])
    if change is not None and change.chance < LIKELY and not empty:
        yield _said(
            source, history, change, "yield_drop", "warning",
            f"found {change.hits} article addresses in {_nights(change.nights)}, usually {change.usual:.0f}",
            selectors={"links": source.discover.links, "article": source.discover.article},
        )  # fmt: skip


def _silence(source: Source, counts: Counts, history: History) -> Iterator[Finding]:
    change = drop(stories(history, counts))
    if change is None or change.chance >= LIKELY:
        return
    severity: Severity = "broken" if change.chance < SURE and change.nights > 1 and not change.hits else "warning"
    yield _said(
        source, history, change, "silent", severity,
        f"{change.hits} new stories in {_nights(change.nights)}, usually {change.usual:.0f}",
    )  # fmt: skip


def stories(history: History, counts: Counts) -> list[tuple[int, float]]:
    """New stories and exposure of every night, tonight last; the first night of all, which reads a backlog, is none."""
    past = list(history.past)
    if not past:
        return []
    moments = [night.started_at for night in past] + [history.started_at]
    numbers = [night.stories for night in past] + [counts.read]
    # A holiday in the past must neither lower what is usual nor be told of when it is over. Tonight's is seen later,
    # when all sources are in.
    quiet = [_quiet(history, moment) for moment in moments[1:-1]] + [1.0]
    told = zip(exposures(moments, numbers), quiet, strict=True)
    return list(zip(numbers[1:], (exposure * share for exposure, share in told), strict=True))


def _quiet(history: History, moment: datetime) -> float:
    share = history.lulls.get(moment.astimezone(VIETNAM).date(), 1.0)
    return max(share, 0.02) if share < LULL else 1.0


def _boilerplate(source: Source, history: History) -> Iterator[Finding]:
    read = history.measures.get("layout", (0, 0))[1]
    known = sum(night.measures.get("layout", (0, 0))[1] for night in history.past)
    # In the first articles of a source every line is new.
    if not history.lines or known < 30:
        return
    first = history.lines[0]
    yield Finding(
        source.id,
        "boilerplate",
        "warning" if first.articles * 2 >= read else "note",
        f"{source.id}: {share(first.articles, read)} new articles hold the same new line, {first.text[:80]!r}",
        {
            "now": {"hits": first.articles, "n": read},
            "lines": [{"text": one.text, "articles": one.articles} for one in history.lines[:5]],
            "pages": [{"url": one.url} for one in history.lines[:2]],
        },
    )


def _severity(change: Change, worst: Severity, direction: str) -> Severity:
    """``worst`` where at least half is lost and chance is out of the question, or where all is."""
    lost = change.hits / change.n
    if direction == "fall":
        halved, whole = lost <= change.usual / 2, change.hits == 0
    else:
        halved, whole = lost >= 0.5, change.hits == change.n
    return worst if whole or (halved and change.chance < SURE) else "warning"


def _selectors(source: Source, name: str) -> dict[str, str]:
    """What the layouts in force say of a field, for whoever mends it."""
    today = datetime.now(VIETNAM).date()
    for layout in source.layouts_on(today)[:1]:
        value = getattr(layout, name, None) if name else None
        if value:
            return {name: value if isinstance(value, str) else ", ".join(value)}
    return {}


def _said(
    source: Source,
    history: History,
    change: Change,
    kind: str,
    severity: Severity,
    sentence: str,
    *,
    pages: Sequence[Example] = (),
    selectors: Mapping[str, str] | None = None,
    told: Sequence[datetime] | None = None,
) -> Finding:
    """``told`` are the starts of the nights that the change was sought in, where these were not all."""
    evidence: dict[str, Any] = {
        "now": {"hits": change.hits, "n": change.n},
        "usual": {
            "value": round(change.usual, 4),
            "low": round(change.low, 4),
            "high": round(change.high, 4),
            "n": change.usual_n,
            "nights": change.usual_nights,
        },
        "chance": float(f"{change.chance:.1e}"),
    }
    if pages:
        evidence["pages"] = [
            {"url": page.url} | ({"file": page.file, "offset": page.offset, "length": page.length} if page.file else {})
            for page in pages
        ]
    if selectors:
        evidence["selectors"] = dict(selectors)
    moments = told if told is not None else [*(night.started_at for night in history.past), history.started_at]
    evidence["last_good_night"] = day(moments[-1 - change.nights])
    since = "" if change.nights == 1 else f", since {change.nights} nights"
    return Finding(source.id, kind, severity, f"{source.id}: {sentence}{since}", evidence)


def _nights(number: int) -> str:
    return "one night" if number == 1 else f"{number} nights"


def day(moment: datetime) -> str:
    """``moment`` as findings show it: to the minute, at +07:00."""
    return moment.astimezone(VIETNAM).isoformat(timespec="minutes")
