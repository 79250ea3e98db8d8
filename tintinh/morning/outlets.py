"""What a night brought from each outlet, against its usual, and what broke, ranked, with the evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from corpus.findings import of_night
from corpus.nights import Finding, Night
from corpus.rows import utc
from corpus.store import Corpus
from tintinh.chart import spark
from tintinh.commands.health import stories_by_day, told

_SEVERITIES = ("broken", "warning", "note")
_STALE = timedelta(hours=30)
"""Cron starts every 24 hours; a night may take some."""


@dataclass(frozen=True, slots=True)
class OutletNight:
    """One outlet's night. ``stories``: new ones with copies; ``usual``: what its past promises, None where it has none.

    ``four_weeks``: a character for each day; ``worst``: the severity of its worst finding; ``late``: its last night
    is more than a day older than the newest one of all.
    """

    night: Night
    name: str
    stories: int
    usual: int | None
    four_weeks: str
    worst: str | None
    findings: int
    late: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A finding as it is shown: ``lines`` are its evidence, ``command`` shows more."""

    finding: Finding
    name: str
    sentence: str
    lines: tuple[str, ...]
    command: str


def outlets(corpus: Corpus, nights: Sequence[Night], names: Mapping[str, str]) -> list[OutletNight]:
    """A row for every night, the worst first, then by name."""
    newest = max((night.started_at for night in nights), default=None)
    rows = []
    for night in nights:
        found = of_night(corpus.connection, night.source, night.started_at)
        usual = corpus.connection.execute(
            "SELECT n FROM night_measures WHERE source = ? AND started_at = ? AND measure = 'stories'",
            (night.source, utc(night.started_at)),
        ).fetchone()
        rows.append(
            OutletNight(
                night=night,
                name=names.get(night.source, night.source),
                stories=night.stored + night.copies,
                usual=usual[0] if usual else None,
                four_weeks=spark(stories_by_day(corpus, night.source, night.started_at)),
                worst=found[0].severity if found else None,
                findings=len(found),
                late=newest is not None and newest - night.started_at > _STALE,
            )
        )
    return sorted(rows, key=lambda row: (_rank(row.worst), row.name))


def findings(corpus: Corpus, nights: Sequence[Night], names: Mapping[str, str]) -> list[Broken]:
    """The findings of all nights, the worst first, by outlet within a severity."""
    rows = []
    for night in nights:
        for place, one in enumerate(of_night(corpus.connection, night.source, night.started_at)):
            sentence, *lines = told(one)
            command = f"tintinh health {night.source}"
            name = names.get(night.source, night.source)
            rows.append((_rank(one.severity), name, place, Broken(one, name, sentence, tuple(lines), command)))
    return [row[-1] for row in sorted(rows, key=lambda row: row[:3])]


def _rank(severity: str | None) -> int:
    return _SEVERITIES.index(severity) if severity else len(_SEVERITIES)
