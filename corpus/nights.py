"""What a night of collecting was: its account, and what was found wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True)
class Night:
    """The account of one source in one night; every found address is counted in exactly one place.

    ``started_at`` and ``ended_at`` are aware, in UTC; ``found`` counts distinct article addresses met in feeds,
    sitemaps and listings, ``known`` those already done before; ``rejected`` maps reason to count; ``findings`` are
    sentences, one for each broken expectation.
    """

    source: str
    started_at: datetime
    ended_at: datetime
    found: int
    known: int
    stored: int
    copies: int
    same: int
    rejected: Mapping[str, int]
    generic: int
    findings: tuple[str, ...] = ()


Severity = Literal["broken", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """What was out of the ordinary about one night of one source.

    ``kind`` is a slug that can be counted; ``broken`` means that stories are lost or stored wrong, ``warning`` that
    they may be, a ``note`` asks for nothing; ``sentence`` says it to a person; ``evidence`` holds plain JSON values:
    ``now`` and ``usual`` with their ``n``, ``pages``, ``selectors``, ``last_good_night`` … as far as they are known.
    """

    source: str
    kind: str
    severity: Severity
    sentence: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.sentence
