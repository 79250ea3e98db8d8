"""The kinds of findings: which share is watched for which, how grave it is, and what it brings with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.nights import Finding, Severity

RANK: Mapping[str, int] = {"broken": 0, "warning": 1, "note": 2}


@dataclass(frozen=True)
class Watch:
    """One share that is watched: which way is bad, what it is called then, and how to say it."""

    measure: str
    direction: Literal["fall", "rise"]
    kind: str
    worst: Severity
    says: str
    least: float = 0.15
    field: str = ""


WATCHES = (
    Watch("layout", "fall", "layout_broken", "broken", "fit the layout", field="body"),
    Watch("dated", "fall", "date_lost", "broken", "have a date", field="date"),
    Watch("printed", "fall", "date_lost", "broken", "have a printed date", field="date"),
    Watch("on_fetch", "rise", "clock_for_date", "broken", "are dated to the moment they were fetched", 0.3, "date"),
    Watch("minute", "fall", "time_lost", "warning", "have a time of day", field="date"),
    Watch("related", "rise", "related_in_body", "broken", "have titles of other stories in the text", field="drop"),
    Watch("caption", "fall", "captions_lost", "warning", "have a caption", field="caption"),
    Watch("lead", "fall", "lead_lost", "warning", "have a lead", field="lead"),
    Watch("author", "fall", "author_lost", "warning", "have an author", field="byline"),
    Watch("section", "fall", "section_lost", "warning", "have a section", field="section"),
    Watch("fresh", "fall", "dates_old", "warning", "are dated within thirty days of the fetch", field="date"),
)

_FOLLOWS: Mapping[str, frozenset[str]] = {
    "layout_broken": frozenset(
        {"generic_rise", "date_lost", "time_lost", "captions_lost", "captions_in_body", "lead_lost", "author_lost",
         "section_lost", "body_short", "body_long", "boilerplate", "related_in_body", "clock_for_date", "dates_old"}
    ),
    "clock_for_date": frozenset({"date_lost", "time_lost", "dates_old"}),
    "date_lost": frozenset({"time_lost", "dates_old"}),
    "related_in_body": frozenset({"boilerplate", "body_short", "body_long"}),
    "captions_in_body": frozenset({"captions_lost", "body_short", "body_long", "boilerplate"}),
    "robots_unread": frozenset({"silent", "listing_empty", "rejections_rise", "yield_drop", "unreachable"}),
    "host_paused": frozenset({"silent", "listing_empty", "yield_drop"}),
    "blocked": frozenset({"host_paused", "silent", "listing_empty", "rejections_rise", "yield_drop"}),
    "tls": frozenset({"silent", "listing_empty", "rejections_rise", "yield_drop", "unreachable"}),
    "unreachable": frozenset({"silent", "listing_empty", "rejections_rise", "yield_drop"}),
    "listing_empty": frozenset({"silent", "yield_drop"}),
    "listing_unread": frozenset({"yield_drop"}),
    "rejections_rise": frozenset({"silent"}),
    "silent": frozenset({"yield_drop"}),
    "cut_short": frozenset({"silent", "yield_drop"}),
}  # fmt: skip
"""What a finding brings with it: these are left out of the list, and named in its evidence."""


def without_consequences(findings: Sequence[Finding]) -> list[Finding]:
    """``findings`` without those that follow from another among them, which names them instead."""
    left = []
    for one in findings:
        # What is worse than its cause has more to it.
        if any(one.kind in _follows(cause) and RANK[cause.severity] <= RANK[one.severity] for cause in findings):
            continue
        also = sorted({other.kind for other in findings if other.kind in _follows(one)})
        left.append(replace(one, evidence={**one.evidence, "also": also}) if also else one)
    return left


def _follows(cause: Finding) -> frozenset[str]:
    return _FOLLOWS.get(cause.kind, frozenset()) - {cause.kind}
