"""What was found wrong with nights, as it is kept: by source and night, the worst first."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from corpus.database import transaction
from corpus.nights import Finding
from corpus.rows import utc


@dataclass(frozen=True, slots=True)
class NightFindings:
    """The findings of one source in the night that began at ``started_at`` (aware, UTC), the worst first."""

    source: str
    started_at: datetime
    findings: tuple[Finding, ...]


def record(connection: sqlite3.Connection, source: str, started_at: datetime, findings: Sequence[Finding]) -> None:
    """Keep the findings of one night, in their order, in place of any kept for it before."""
    with transaction(connection):
        connection.execute("DELETE FROM findings WHERE source = ? AND started_at = ?", (source, utc(started_at)))
        connection.executemany(
            """INSERT INTO findings (source, started_at, rank, kind, severity, sentence, evidence)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            [
                (
                    source,
                    utc(started_at),
                    rank,
                    one.kind,
                    one.severity,
                    one.sentence,
                    json.dumps(dict(one.evidence), ensure_ascii=False),
                )
                for rank, one in enumerate(findings)
            ],
        )


def of_night(connection: sqlite3.Connection, source: str, started_at: datetime) -> tuple[Finding, ...]:
    """The findings kept for the night of ``source`` that began then, the worst first."""
    rows = connection.execute(
        """SELECT source, kind, severity, sentence, evidence FROM findings
           WHERE source = ? AND started_at = ? ORDER BY rank""",
        (source, utc(started_at)),
    )
    return tuple(
        Finding(name, kind, severity, sentence, json.loads(evidence))
        for name, kind, severity, sentence, evidence in rows
    )


def latest(connection: sqlite3.Connection, source: str | None = None) -> list[NightFindings]:
    """The last night of every source, or of one, with its findings (none where all was well), by source id."""
    rows = connection.execute(
        "SELECT source, max(started_at) FROM nights WHERE source = coalesce(?, source) GROUP BY source ORDER BY source",
        (source,),
    ).fetchall()
    moments = [(name, datetime.fromisoformat(started_at)) for name, started_at in rows]
    return [NightFindings(name, at, of_night(connection, name, at)) for name, at in moments]


def last_good(connection: sqlite3.Connection, source: str, before: datetime) -> datetime | None:
    """When the newest night of ``source`` before ``before`` began that found addresses and nothing broken; or None."""
    row = connection.execute(
        """SELECT max(started_at) FROM nights WHERE source = ? AND started_at < ? AND found > 0 AND NOT EXISTS (
               SELECT 1 FROM findings WHERE findings.source = nights.source
                   AND findings.started_at = nights.started_at AND severity = 'broken')""",
        (source, utc(before)),
    ).fetchone()
    return datetime.fromisoformat(row[0]) if row[0] else None
