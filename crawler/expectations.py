"""What a night must yield: the counts of one source in one night, and the verdict on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crawler.source import Source

FEW = 5
"""Shares of fewer pages than this say nothing: one missing page of two is no broken site."""


@dataclass(frozen=True)
class Counts:
    """What one night yielded of one source, in addresses or articles.

    ``generic`` and ``dated`` count among the articles read that night (stored and copies); ``unread`` holds a
    sentence for every feed, sitemap or listing that could not be read; ``ended`` is why the crawl ended.
    """

    found: int
    known: int = 0
    stored: int = 0
    copies: int = 0
    same: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    generic: int = 0
    dated: int = 0
    unread: tuple[str, ...] = ()
    ended: str = "finished"


def verdict(source: Source, counts: Counts) -> tuple[str, ...]:
    """A sentence for each expectation of ``source`` that the night broke, the plainest first; empty if none."""
    expect = source.expect
    findings = []
    if counts.ended != "finished":
        findings.append(f"{source.id}: the night was cut short ({counts.ended}); run it again")
    findings += [f"{source.id}: {sentence}" for sentence in counts.unread]
    if counts.found < expect.min_found:
        findings.append(f"{source.id}: found {_articles(counts.found)}, expected at least {expect.min_found}")
    rejected = sum(counts.rejected.values())
    read = counts.stored + counts.copies
    answered = read + counts.same + rejected
    if answered >= FEW and rejected > expect.max_rejected_share * answered:
        reasons = ", ".join(f"{reason} {number}" for reason, number in sorted(counts.rejected.items()))
        findings.append(
            f"{source.id}: rejected {_share(rejected, answered)} new pages ({reasons}), "
            f"expected at most {expect.max_rejected_share:.0%}"
        )
    if read >= FEW and counts.generic > expect.max_generic_share * read:
        findings.append(
            f"{source.id}: the selectors did not fit {_share(counts.generic, read)} new articles, "
            f"expected at most {expect.max_generic_share:.0%}; the layout may have changed"
        )
    if read >= FEW and counts.dated < expect.min_dated_share * read:
        findings.append(
            f"{source.id}: {_share(counts.dated, read)} new articles have a date, "
            f"expected at least {expect.min_dated_share:.0%}"
        )
    return tuple(findings)


def _articles(number: int) -> str:
    return "no article address" if number == 0 else f"{number} article address{'es' if number > 1 else ''}"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})"
