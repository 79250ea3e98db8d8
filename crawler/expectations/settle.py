"""After the last source of a night: what can be said only over all of them, or only once the archive is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus import findings as kept
from corpus.history import MANY
from corpus.nights import Finding, Night
from corpus.records import VIETNAM, ArchivePlace
from corpus.rows import utc
from corpus.store import Corpus
from crawler.archive import read_page
from crawler.errors import ArchiveError, Rejected
from crawler.expectations.judge import ranked
from crawler.expectations.learned import LULL
from crawler.extract.decode import utf_8
from crawler.extract.markup import parse
from crawler.extract.rules import select
from crawler.source import Source

_EXPECTED = 5


def settled(
    corpus: Corpus, archive: Path, sources: Mapping[str, Source], nights: Sequence[Night]
) -> dict[str, tuple[Finding, ...]]:
    """The findings of ``nights``, by source, looked over once more and kept so.

    A source silent on a day on which all are quiet (Tết, 2 September) is a note; and of each page that is named as
    evidence it is counted how many elements each selector of the layout finds on it.
    """
    usual = _usual(corpus, nights)
    done = {}
    for night in nights:
        before = kept.of_night(corpus.connection, night.source, night.started_at)
        source = sources.get(night.source)
        lull = lull_of(usual, night.source)
        after = ranked(
            [
                softened(one, lull) if lull and one.kind == "silent" else _examined(one, archive, source)
                for one in before
            ]
        )
        if after != before:
            kept.record(corpus.connection, night.source, night.started_at, after)
        done[night.source] = after
    return done


def _usual(corpus: Corpus, nights: Sequence[Night]) -> dict[str, tuple[int, int]]:
    """Stories of the night and stories usual in such a night, by source, of those that have a past."""
    found = {}
    for night in nights:
        row = corpus.connection.execute(
            "SELECT hits, n FROM night_measures WHERE source = ? AND started_at = ? AND measure = 'stories'",
            (night.source, utc(night.started_at)),
        ).fetchone()
        if row is not None:
            found[night.source] = (row[0], row[1])
    return found


def lull_of(usual: Mapping[str, tuple[int, int]], source: str) -> str | None:
    """How quiet all the other sources were, in words, if they were; None on an ordinary night, or with too few."""
    others = [told for name, told in usual.items() if name != source and told[1]]
    printed, expected = sum(now for now, _ in others), sum(n for _, n in others)
    if len(others) < MANY or expected < _EXPECTED or printed >= LULL * expected:
        return None
    return f"the {len(others)} other sources together printed {printed} of {expected} usual stories"


def softened(finding: Finding, lull: str) -> Finding:
    """A silence as what it is on a quiet day."""
    return replace(
        finding,
        severity="note",
        sentence=f"{finding.sentence}; {lull}, so this is rather a holiday",
        evidence={**finding.evidence, "lull": lull},
    )


def _examined(finding: Finding, archive: Path, source: Source | None) -> Finding:
    pages = [_with_hits(page, archive, source) for page in finding.evidence.get("pages", ())]
    return replace(finding, evidence={**finding.evidence, "pages": pages}) if pages else finding


def _with_hits(page: dict[str, Any], archive: Path, source: Source | None) -> dict[str, Any]:
    """``page`` with how many elements each selector of the source's layout in force found, where it can be read."""
    if source is None or not source.layout or page.get("file") is None or "found" in page:
        return page
    place = ArchivePlace(page["file"], page["offset"], page["length"])
    try:
        bytes_of = read_page(archive, place)
        root = parse(utf_8(bytes_of), bytes_of.url)
    except (ArchiveError, Rejected, OSError) as error:
        return {**page, "unreadable": str(error)}
    layout = source.layouts_on(bytes_of.fetched_at.astimezone(VIETNAM).date())[0]
    named = {name: getattr(layout, name) for name in ("title", "lead", "date", "body", "byline", "caption")}
    return {**page, "found": {f"{name} {css}": len(select(root, css)) for name, css in named.items() if css}}
