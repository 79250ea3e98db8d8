"""The verdict on one night of one source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import comb

from corpus import findings as kept
from corpus import history as past
from corpus.history import Example, PastNight
from corpus.nights import Finding
from corpus.store import Corpus
from crawler.expectations.change import rate_of
from crawler.expectations.declared import Counts, declared
from crawler.expectations.kinds import RANK, without_consequences
from crawler.expectations.learned import History, day, learned, stories
from crawler.source import Source

ENOUGH = 30
"""Stories after which a source's own past says more than a share of five pages."""


def verdict(source: Source, counts: Counts, history: History | None = None) -> tuple[Finding, ...]:
    """What was out of the ordinary about a night of ``source``, the worst first; without ``history`` only what the
    source's file expects is asked."""
    found: dict[str, Finding] = {}
    told = [_weighed(one, history) for one in declared(source, counts)]
    for one in [*told, *(learned(source, counts, history) if history else ())]:
        # Listings may be unread for several reasons: those stay apart, and one of them has no past to be joined with.
        key = f"{one.kind} {one.sentence}" if "unread" in one.evidence else one.kind
        found[key] = _joined(found[key], one) if key in found else one
    accepted = source.expect.accept
    good = [night for night in history.past if night.found] if history else []
    return ranked(
        [
            replace(_with_past(one, good), severity="note" if one.kind in accepted else one.severity)
            for one in without_consequences(list(found.values()))
        ]
    )


def _weighed(finding: Finding, history: History | None) -> Finding:
    """A declared share, missed by what chance may do, is a note once the source has a past that tells of no change.

    Of an outlet that dates 95 of 100 stories, 4 of 5 have a date on every fifth night.
    """
    limit = finding.evidence.get("limit")
    if limit is None or history is None or sum(night.stories for night in history.past) < ENOUGH:
        return finding
    now = finding.evidence["now"]
    chance = sum(comb(now["n"], k) * limit**k * (1 - limit) ** (now["n"] - k) for k in range(now["hits"] + 1))
    return replace(finding, severity="note") if chance > 0.001 else finding


def _with_past(finding: Finding, nights: Sequence[PastNight]) -> Finding:
    """``finding`` with the last night that found anything, where it says of no night that it was good."""
    if not nights or "last_good_night" in finding.evidence:
        return finding
    usual = sorted(night.found for night in nights)[len(nights) // 2]
    more = {"last_good_night": day(nights[-1].started_at), "usual_found": {"value": usual, "nights": len(nights)}}
    return replace(finding, evidence={**finding.evidence, **more})


def judged(
    source: Source, counts: Counts, corpus: Corpus, started_at: datetime, ended_at: datetime | None = None
) -> tuple[str, ...]:
    """Measure and judge the night of ``source`` that began at ``started_at`` and ended at ``ended_at`` (aware; None:
    now), keep measures and findings in ``corpus``, and return the findings' sentences, the worst first."""
    connection, now = corpus.connection, ended_at or datetime.now(UTC)

    def examples(measure: str, hit: bool) -> list[Example]:
        if measure.startswith("rejected "):
            return past.rejected_examples(connection, source.id, started_at, (measure.removeprefix("rejected "),))
        return past.examples(connection, source.id, started_at, now, measure, hit=hit)

    measures = past.measure(connection, source.id, started_at, now)
    measures |= {f"listing {url}": (candidates, 1) for url, candidates in counts.listings.items()}
    nights = past.nights(connection, source.id, started_at)
    history = History(
        started_at,
        nights,
        measures,
        past.repeated_lines(connection, source.id, started_at, now),
        past.lulls(connection, source.id, nights[0].started_at) if nights else {},
        examples,
    )
    found = verdict(source, counts, history)
    past.record_measures(connection, source.id, started_at, measures | usual_stories(history, counts))
    kept.record(connection, source.id, started_at, found)
    return tuple(one.sentence for one in found)


def ranked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """``findings``, the worst first."""
    return tuple(sorted(findings, key=_order))


def usual_stories(history: History, counts: Counts) -> past.Measures:
    """``stories``: how many there were, of how many usual in such a night; for the other sources to compare with."""
    nights = stories(history, counts)
    if len(nights) <= 3:
        return {}
    rate, _ = rate_of(nights[:-1])
    return {"stories": (nights[-1][0], round(rate * nights[-1][1]))}


def _joined(declared_one: Finding, learned_one: Finding) -> Finding:
    """One finding of two of a kind: what the past shows is said, what the file expects is among the evidence."""
    first, second = sorted((declared_one, learned_one), key=lambda one: "usual" not in one.evidence)
    severity = min((first.severity, second.severity), key=RANK.__getitem__)
    return replace(first, severity=severity, evidence={**second.evidence, **first.evidence})


def _order(finding: Finding) -> tuple[int, int, float]:
    # Where stories are lost whole comes before where they are stored wrong.
    whole = finding.kind in {"blocked", "tls", "unreachable", "listing_empty", "layout_broken"}
    return RANK[finding.severity], not whole, float(finding.evidence.get("chance", 0.0))
