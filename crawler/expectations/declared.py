"""What a source's file says of a night, and what every night must be: needs no past."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from corpus.nights import Finding, Night, Severity
from crawler.source import Source

FEW = 5
"""Shares of fewer pages than this say nothing: one missing page of two is no broken site."""

BLOCKED = frozenset({"http_401", "http_403", "http_429", "host_paused"})
UNREACHABLE = frozenset({"connection", "dns", "timeout", "http_5xx"})
_LOST = ("blocked", "tls", "unreachable", "listing_empty")
"""Kinds that leave a night without stories, so that to call it silent as well would say nothing."""
_SAID: Mapping[str, Severity] = {
    "robots_unread": "broken",
    "not_noted": "broken",
    "host_paused": "warning",
    "fault": "warning",
    "clock_wrong": "warning",
    "listing_long": "note",
    "slow_host": "note",
}
"""What a crawl finds out by itself."""
_WHY = re.compile(r" could not be read \((?P<reason>\w+)?(?P<detail>.*)\)$")
_WHY_ROBOTS = re.compile(r" could not be read \((?P<reason>\w+)(?P<detail>.*)\), so nothing")
_TLS = re.compile(r"\b(?:openssl|ssl|tls|certificate)", re.IGNORECASE)


@dataclass(frozen=True)
class Counts:
    """What one night yielded of one source, in addresses or articles.

    ``generic`` and ``dated`` count among the articles read that night (stored and copies); ``unread`` holds a
    sentence for every feed, sitemap or listing that could not be read, ``listings`` the article addresses that each
    one read showed; ``said`` what else the crawl itself found, sentence → kind; ``ended`` is why it ended.
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
    listings: Mapping[str, int] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    ended: str = "finished"

    def night(self, source: str, started_at: datetime, ended_at: datetime, findings: Iterable[str]) -> Night:
        """The account that is kept of these counts."""
        return Night(
            source=source,
            started_at=started_at,
            ended_at=ended_at,
            found=self.found,
            known=self.known,
            stored=self.stored,
            copies=self.copies,
            same=self.same,
            rejected=self.rejected,
            generic=self.generic,
            findings=tuple(findings),
        )

    @property
    def read(self) -> int:
        """Articles read that were not in the corpus before."""
        return self.stored + self.copies

    @property
    def answered(self) -> int:
        """New addresses of which something became known."""
        return self.read + self.same + sum(self.rejected.values())


def declared(source: Source, counts: Counts) -> Iterator[Finding]:
    """A finding for each declared expectation of ``source`` that the night broke."""
    expect = source.expect
    if counts.ended != "finished":
        yield _finding(source, "cut_short", "warning", f"the night was cut short ({counts.ended}); run it again")
    for sentence, kind in counts.said.items():
        yield _finding(source, _cause(kind, sentence), _SAID[kind], sentence, unread=[sentence])
    yield from _unread(source, counts)
    if counts.found < expect.min_found:
        yield _finding(
            source,
            "listing_empty",
            "broken",
            f"found {_articles(counts.found)}, expected at least {expect.min_found}",
            now={"n": counts.found},
            expected=f"min_found = {expect.min_found}",
            selectors={"links": source.discover.links, "article": source.discover.article},
        )
    yield from _rejected(source, counts)
    if counts.read >= FEW and counts.generic > expect.max_generic_share * counts.read:
        most = counts.generic * 2 >= counts.read
        yield _finding(
            source,
            "layout_broken" if most else "generic_rise",
            "broken" if most else "warning",
            f"the selectors did not fit {share(counts.generic, counts.read)} new articles, "
            f"expected at most {expect.max_generic_share:.0%}; the layout may have changed",
            now={"hits": counts.read - counts.generic, "n": counts.read},
            expected=f"max_generic_share = {expect.max_generic_share}",
            limit=1 - expect.max_generic_share,
        )
    if counts.read >= FEW and counts.dated < expect.min_dated_share * counts.read:
        yield _finding(
            source,
            "date_lost",
            "broken" if counts.dated * 2 <= counts.read else "warning",
            f"{share(counts.dated, counts.read)} new articles have a date, "
            f"expected at least {expect.min_dated_share:.0%}",
            now={"hits": counts.dated, "n": counts.read},
            expected=f"min_dated_share = {expect.min_dated_share}",
            limit=expect.min_dated_share,
        )


def _cause(kind: str, sentence: str) -> str:
    """What kept robots.txt from being read, where that has a kind of its own (``tls`` …); else ``kind``."""
    why = _WHY_ROBOTS.search(sentence) if kind == "robots_unread" else None
    found = kind_of_reason(why["reason"], why["detail"]) if why else kind
    return kind if found == "rejections_rise" else found


def kind_of_reason(reason: str, detail: str = "") -> str:
    """The kind of finding that addresses given up for ``reason`` are, in numbers."""
    if reason in BLOCKED:
        return "blocked"
    if reason == "tls" or (reason in {"connection", "fetch_error"} and _TLS.search(detail)):
        return "tls"
    return "unreachable" if reason in UNREACHABLE or reason.startswith("http_5") else "rejections_rise"


def _unread(source: Source, counts: Counts) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for sentence in counts.unread:
        why = _WHY.search(sentence)
        reason, detail = (why["reason"] or "", why["detail"]) if why else ("", "")
        kind = kind_of_reason(reason, detail)
        # An answer that is no feed, or a 404, has nothing to do with the line: that one address moved.
        groups["listing_unread" if kind == "rejections_rise" else kind, reason].append(sentence)
    asked = len(counts.unread) + len(counts.listings)
    for (kind, reason), sentences in groups.items():
        all_of_them = len(sentences) == asked
        said = sentences[0]
        if len(sentences) > 1:
            where = ", ".join(sentence.partition(" could not be read ")[0] for sentence in sentences[:2])
            said = f"{len(sentences)} of {asked} feeds, sitemaps and listings could not be read ({reason}): {where}" + (
                " …" if len(sentences) > 2 else ""
            )
        yield _finding(
            source,
            kind,
            "broken" if len(sentences) * 2 > asked or all_of_them else "warning",
            said,
            now={"hits": len(sentences), "n": asked},
            unread=sentences[:8],
        )


def _rejected(source: Source, counts: Counts) -> Iterator[Finding]:
    limit = source.expect.max_rejected_share
    rejected = sum(counts.rejected.values())
    if counts.answered < FEW or rejected <= limit * counts.answered:
        return
    reasons = ", ".join(f"{reason} {number}" for reason, number in sorted(counts.rejected.items()))
    worst = max(counts.rejected, key=lambda reason: counts.rejected[reason])
    kind = kind_of_reason(worst)
    yield _finding(
        source,
        kind,
        "broken" if kind != "rejections_rise" and counts.rejected[worst] * 2 > counts.answered else "warning",
        f"rejected {share(rejected, counts.answered)} new pages ({reasons}), expected at most {limit:.0%}",
        now={"hits": counts.answered - rejected, "n": counts.answered},
        reasons=dict(counts.rejected),
        expected=f"max_rejected_share = {limit}",
        limit=1 - limit,
    )


def _finding(source: Source, kind: str, severity: Severity, sentence: str, **evidence: object) -> Finding:
    return Finding(source.id, kind, severity, f"{source.id}: {sentence}", evidence)


def _articles(number: int) -> str:
    return "no article address" if number == 0 else f"{number} article address{'es' if number > 1 else ''}"


def share(part: int, whole: int) -> str:
    """``9 of 12 (75%)``."""
    return f"{part} of {whole} ({part / whole:.0%})"
