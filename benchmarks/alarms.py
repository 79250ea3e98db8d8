"""How often a normal night alarms, and how soon a broken layout does: ``python -m benchmarks.alarms [--nights 200]``.

Simulated, not measured on outlets: nobody has kept two hundred nights of sixty Vietnamese outlets for us. Sources of
several sizes print stories by a negative binomial around their weekday's mean, fewer on public holidays and hardly any
at Tết; each story has a lead, an author … by chance, in shares that drift a little from night to night, as outlets do.
The judgement is the real one, ``verdict`` with a ``History``, and the softening over all sources at the end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import click
import numpy as np

from corpus.history import Measures, PastNight
from corpus.nights import Finding
from corpus.records import VIETNAM
from crawler.expectations import Counts, History, ranked, verdict
from crawler.expectations.judge import usual_stories
from crawler.expectations.settle import lull_of, softened
from crawler.source import Source, load_sources

START = datetime(2026, 1, 5, 18, 30, tzinfo=UTC)
SIZES = (1, 2, 5, 10, 20, 40, 60)
WARM_UP = 30
PAST = 60
"""Nights that ``corpus.history.nights`` gives."""

SHARES = {
    "layout": 0.995,
    "dated": 0.998,
    "printed": 0.995,
    "minute": 0.99,
    "on_fetch": 0.02,
    "fresh": 0.98,
    "lead": 0.93,
    "author": 0.8,
    "caption": 0.7,
    "section": 0.97,
    "related": 0.01,
    "body<250": 0.02,
    "body<500": 0.06,
    "body<1000": 0.2,
    "body<2000": 0.5,
    "body<4000": 0.85,
    "body<8000": 0.98,
}


@dataclass
class Outlet:
    """One simulated source: stories a day, weekdays' factors, its own shares, and what it has lived through."""

    source: Source
    size: float
    weekdays: tuple[float, ...]
    shares: dict[str, float]
    past: list[PastNight] = field(default_factory=list)


def outlet(source: Source, size: float, pick: np.random.Generator) -> Outlet:
    """A source with habits of its own; portals (a third) rest on Saturday and Sunday."""
    rest = 0.15 if pick.random() < 0.33 else 0.7
    shares = {name: float(np.clip(share + pick.normal(0, 0.03), 0.003, 0.997)) for name, share in SHARES.items()}
    bodies = sorted(shares[name] for name in SHARES if name.startswith("body<"))
    shares |= dict(zip((name for name in SHARES if name.startswith("body<")), bodies, strict=True))
    return Outlet(source, size, (1.0, 1.1, 1.1, 1.1, 1.05, rest, rest), shares)


def holiday(night: int) -> float:
    """How much of a usual day is printed: nine nights of Tết, and four single public holidays in two hundred nights."""
    if 40 <= night < 49:
        return 0.2
    return 0.5 if night in {75, 105, 106, 190} else 1.0


def lived(one: Outlet, night: int, pick: np.random.Generator, *, broken: bool = False) -> tuple[Counts, History]:
    """One night of an outlet: what the crawl would have counted, and what it is judged by."""
    started = START + timedelta(days=night, minutes=float(pick.normal(0, 10)))
    mean = one.size * one.weekdays[started.weekday()] * holiday(night)
    # Size 8: a variance of mean + mean²/8, so that 20 stories a day are 12 to 30.
    read = int(pick.poisson(pick.gamma(8, mean / 8)))
    measures: Measures = {}
    if read:
        for name, share in one.shares.items():
            # Nights differ by more than chance: an intraclass correlation of 0.03.
            tonight = float(pick.beta(share * 32, (1 - share) * 32))
            measures[name] = (int(pick.binomial(read, tonight)), read)
        lengths = sorted(hits for name, (hits, _) in measures.items() if name.startswith("body<"))
        names = [name for name in measures if name.startswith("body<")]
        measures |= {name: (hits, read) for name, hits in zip(names, lengths, strict=True)}
        measures["body_median"] = (int(pick.normal(2000, 300)), read)
        measures["short_line"] = (int(pick.binomial(read * 8, 0.15)), read * 8)
    if broken and read:
        measures["layout"] = (0, read)
    generic = read - measures["layout"][0] if read else 0
    rejected = {"http_404": int(pick.binomial(read + 1, 0.02)), "not_an_article": int(pick.binomial(read + 1, 0.03))}
    known = int(pick.poisson(30))
    counts = Counts(
        found=read + known + sum(rejected.values()),
        known=known,
        stored=read,
        rejected={reason: number for reason, number in rejected.items() if number},
        generic=generic,
        dated=measures["dated"][0] if read else 0,
        listings=dict.fromkeys(one.source.discover.sections, 8),
    )
    return counts, History(started, tuple(one.past[-PAST:]), measures)


def keep(one: Outlet, counts: Counts, history: History) -> None:
    """What the night leaves for the nights after it."""
    one.past.append(
        PastNight(
            history.started_at, counts.found, counts.known, counts.read, 0, counts.rejected, dict(history.measures)
        )
    )


def normal_nights(nights: int, pick: np.random.Generator) -> dict[float, list[tuple[Finding, ...]]]:
    """The findings of every night after the warm-up, by size of source, over a panel of four sources a size."""
    declared = list(load_sources().values())
    panel = [outlet(declared[n % len(declared)], size, pick) for n, size in enumerate(SIZES * 4)]
    panel = [replace(one, source=one.source.model_copy(update={"id": f"s{n}"})) for n, one in enumerate(panel)]
    told: dict[float, list[tuple[Finding, ...]]] = {size: [] for size in SIZES}
    quiet: dict[date, float] = {}
    for night in range(WARM_UP + nights):
        tonight: dict[str, tuple[Outlet, tuple[Finding, ...]]] = {}
        usual: dict[str, tuple[int, int]] = {}
        day = (START + timedelta(days=night)).astimezone(VIETNAM).date()
        for one in panel:
            counts, history = lived(one, night, pick)
            history = replace(history, lulls={when: told for when, told in quiet.items() if when < day})
            tonight[one.source.id] = (one, verdict(one.source, counts, history))
            if measured := usual_stories(history, counts):
                usual[one.source.id] = measured["stories"]
            keep(one, counts, history)
        if expected := sum(n for _, n in usual.values()):
            quiet[day] = sum(stories for stories, _ in usual.values()) / expected
        if night < WARM_UP:
            continue
        for name, (one, found) in tonight.items():
            lull = lull_of(usual, name)
            told[one.size].append(ranked([softened(f, lull) if lull and f.kind == "silent" else f for f in found]))
    return told


def power(size: float, trials: int, pick: np.random.Generator) -> tuple[Counter[int], int]:
    """After how many nights a broken layout is told of as ``broken``, over ``trials`` sources (0: not within seven);
    and how many of them had three new articles or more in the first of those nights."""
    source = next(iter(load_sources().values()))
    after: Counter[int] = Counter()
    enough = 0
    for _ in range(trials):
        one = outlet(source, size, pick)
        start = int(pick.integers(40, 47)) + 60
        for night in range(start - WARM_UP, start):
            keep(one, *lived(one, night, pick))
        after[0] += 1
        for night in range(start, start + 7):
            counts, history = lived(one, night, pick, broken=True)
            found = verdict(one.source, counts, history)
            enough += night == start and counts.read >= 3
            if any(f.kind == "layout_broken" and f.severity == "broken" for f in found):
                after[0] -= 1
                after[night - start + 1] += 1
                break
            keep(one, counts, history)
    return after, enough


@click.command()
@click.option("--nights", default=200, show_default=True, help="Nights to judge after a warm-up of thirty.")
@click.option("--trials", default=200, show_default=True, help="Sources broken for each size.")
@click.option("--seed", default=0, show_default=True)
def main(nights: int, trials: int, seed: int) -> None:
    """Print the share of nights with an alarm by size of source, and after how many nights a breakage is told."""
    pick = np.random.default_rng(seed)
    told = normal_nights(nights, pick)
    click.echo(f"Normal nights ({nights} nights, four sources of each size, Tết and holidays among them)\n")
    click.echo("| stories a day | nights | broken | warning | note |\n|---|---|---|---|---|")
    for size, found in [*told.items(), ("all", [one for some in told.values() for one in some])]:
        click.echo(f"| {size} | {len(found)} | " + " | ".join(_shares(found)) + " |")
    kinds = Counter(f"{f.kind} ({f.severity})" for some in told.values() for one in some for f in one)
    click.echo("\n" + ", ".join(f"{kind} {number}" for kind, number in kinds.most_common()))
    click.echo(f"\nA broken layout is told of ({trials} sources of each size)\n")
    click.echo("| stories a day | three new articles or more | told the same night | within two | three | seven |")
    click.echo("|---|---|---|---|---|---|")
    for size in (1, 2, 5, 20, 60):
        after, enough = power(size, trials, pick)
        within = [sum(after[n] for n in range(1, last + 1)) / trials for last in (1, 2, 3, 7)]
        click.echo(f"| {size} | " + " | ".join(f"{share:.1%}" for share in (enough / trials, *within)) + " |")


def _shares(found: list[tuple[Finding, ...]]) -> list[str]:
    """The share of nights whose worst finding is of each severity."""
    worst = Counter(one[0].severity if one else "good" for one in found)
    return [f"{worst[severity] / len(found):.2%}" for severity in ("broken", "warning", "note")]


if __name__ == "__main__":
    main()
