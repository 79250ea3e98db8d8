"""Damaged pages: recorded ones with bytes and tags cut, doubled and swapped, the same for the same seed."""

from __future__ import annotations

import random
import resource
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.recorded import Case
from crawler.errors import Rejected
from crawler.extract import extract
from crawler.normalise import normalise

_SCRAPS = (
    b"<",
    b">",
    b"</div>",
    b"</table></td>",
    b"<table><tr><td>",
    b"<p><p><p>",
    b"<!--",
    b"]]>",
    b"<script>",
    b"&#x0;",
    b"&#1114112;",
    b"\x00\x01",
    b"\xff\xfe",
    b"\xcc\x81" * 40,
    b'<meta charset="utf-16">',
    b"<div>" * 60,
    b'<img src="data:image/gif;base64,R0lGOD',
    b'<script type="application/ld+json">{"@graph": [[[{"@type": "NewsArticle", "datePublished": 20240305}]]]}'
    b"</script>",
    b'<link rel="canonical" href="https://[0/">',
)


@dataclass
class Damage:
    """What became of damaged pages: ``rejected`` by reason, ``errors`` (page, exception) that must never be,
    the slowest page in seconds and the peak memory of the process in megabytes."""

    read: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    errors: list[tuple[str, str]] = field(default_factory=list)
    slowest: float = 0.0
    slowest_name: str = ""
    peak_megabytes: float = 0.0


def damaged(cases: Sequence[Case], count: int, seed: int) -> Iterator[tuple[str, Case]]:
    """``count`` damaged pages, each with a name by which it can be made again."""
    for number in range(count):
        # One generator a page: page 4711 of a seed is the same in a run of any length.
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - damage, not secrets
        case = cases[chance.randrange(len(cases))]
        body = case.page.body
        for _ in range(chance.randint(1, 8)):
            body = damage_bytes(body, chance)
        yield f"{seed}/{number} ({case.name})", replace(case, page=replace(case.page, body=body))


def damage_bytes(body: bytes, chance: random.Random, scraps: Sequence[bytes] = _SCRAPS, mark: bytes = b"<") -> bytes:
    """``body`` cut, doubled, swapped or struck in one place; ``mark`` begins its parts, ``scraps`` are put in."""
    start = chance.randrange(len(body) + 1)
    end = min(len(body), start + int(chance.expovariate(1 / 400)))
    match chance.randrange(6):
        case 0:
            return body[:start] + body[end:]
        case 1:
            return body[:start] + chance.choice(scraps) + body[start:]
        case 2:
            return body[:end] + body[start:end] * chance.randint(1, 30) + body[end:]
        case 3:
            return body[:start] + chance.randbytes(min(40, end - start)) + body[end:]
        case 4:
            # Tags change places: what follows one "<" goes before what follows another.
            parts = body.split(mark)
            one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
            parts[one], parts[other] = parts[other], parts[one]
            return mark.join(parts)
        case _:
            return body[: max(200, start)]


def read_damaged(cases: Sequence[Case], count: int, seed: int = 0) -> Damage:
    """Read ``count`` damaged pages, by rules and by the generic reader in turn."""
    damage = Damage()
    for number, (name, case) in enumerate(damaged(cases, count, seed)):
        source = case.source if number % 2 else None
        started = time.process_time()  # of a noisy machine, wall time tells of its neighbours
        try:
            normalise(extract(case.page, source), case.page, source)
            damage.read += 1
        except Rejected as rejected:
            damage.rejected[rejected.reason] += 1
        except Exception as error:  # finding them is the purpose
            damage.errors.append((name, f"{type(error).__name__}: {error}"))
        seconds = time.process_time() - started
        if seconds > damage.slowest:
            damage.slowest, damage.slowest_name = seconds, name
    damage.peak_megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return damage
