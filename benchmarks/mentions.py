"""How well places and partners are found: ``python -m benchmarks.mentions``.

Compares the entities named in our own stories (data/labelled) with those a reader found (tests/mentions.jsonl), and
prints Markdown: precision and recall by kind, every difference, and articles a second. An entity counts once a story;
a country that only says where a place lies is not counted. The stories of the set ``tuned`` were looked at while the
rules were made, those of ``blind`` were read by a person before the finder had seen them.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from corpus.text import clean
from nlp.labelled import Labelled, read_labelled
from nlp.mentions import mentions
from nlp.themes import load_themes, slugs

ROOT = Path(__file__).parents[1]
EXPECTED = ROOT / "tests" / "mentions.jsonl"
STORIES = ROOT / "data" / "labelled" / "themes.jsonl"


@dataclass(frozen=True)
class Read:
    """What a reader and the finder found in one story, as ids of entities."""

    id: str
    part: str
    expected: frozenset[str]
    found: frozenset[str]


def found_in(story: Labelled) -> frozenset[str]:
    """The entities that the finder finds in a story of its province."""
    named = mentions(clean(f"{story.title}\n{story.text}"), story.province)
    return frozenset(mention.entity for mention in named if mention.rule != "qualifies")


def read_all() -> list[Read]:
    """Every story that a reader has read, with what was found in it."""
    stories = {story.id: story for story in read_labelled([STORIES], slugs(load_themes()))}
    rows = [json.loads(line) for line in EXPECTED.read_text(encoding="utf-8").splitlines()]
    return [Read(row["id"], row["set"], frozenset(row["mentions"]), found_in(stories[row["id"]])) for row in rows]


def scores(reads: Iterable[Read]) -> Mapping[str, tuple[int, int, int]]:
    """By kind, and for ``all``: right, wrongly found, missed."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for read in reads:
        for counter, ids in (
            (right, read.expected & read.found),
            (wrong, read.found - read.expected),
            (missed, read.expected - read.found),
        ):
            for entity in ids:
                counter.update([entity.partition(":")[0], "all"])
    return {kind: (right[kind], wrong[kind], missed[kind]) for kind in sorted(right | wrong | missed)}


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


@click.command()
def main() -> None:
    """Print precision and recall by kind, the differences, and the speed."""
    reads = read_all()
    for part in ("tuned", "blind"):
        some = [read for read in reads if read.part == part]
        click.echo(f"{part}: {len(some)} stories\n")
        click.echo("| kind | in the stories | precision | recall |\n|---|---:|---:|---:|")
        for kind, (right, wrong, missed) in scores(some).items():
            recall = _share(right, right + missed)
            click.echo(f"| {kind} | {right + missed} | {_share(right, right + wrong)} | {recall} |")
        click.echo()
    for read in reads:
        for what, ids in (("wrong", read.found - read.expected), ("missed", read.expected - read.found)):
            if ids:
                click.echo(f"{read.id} ({read.part}): {what} {', '.join(sorted(ids))}")
    texts = [clean(f"{story.title}\n{story.text}") for story in read_labelled([STORIES], slugs(load_themes()))]
    # Time of this process, for other work on the machine is none of its own.
    start = time.process_time()
    for text in texts:
        mentions(text)
    rate = len(texts) / (time.process_time() - start)
    click.echo(f"\n{rate:,.0f} articles/s, {sum(map(len, texts)) / len(texts):,.0f} characters each")


if __name__ == "__main__":
    sys.exit(main())
