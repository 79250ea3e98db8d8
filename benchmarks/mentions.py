"""How well places and partners are found: ``python -m benchmarks.mentions``.

Compares the entities named in our own stories (data/labelled) with those a reader found (tests/mentions.jsonl), and
prints Markdown: precision and recall by kind, every difference, and articles a second. An entity counts once a story;
a country that only says where a place lies is not counted. The stories of the set ``tuned`` were looked at while the
rules were made, those of ``blind`` were read by a person before the finder had seen them. The set ``neighbours`` has
for each ``nước bạn``, ``phía bạn``, ``tỉnh bạn`` of a story that names nobody who is meant, or null for none abroad.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
    """The entities that the finder finds named in a story of its province."""
    named = mentions(clean(f"{story.title}\n{story.text}"), story.province)
    return frozenset(mention.entity for mention in named if mention.rule not in ("qualifies", "neighbour"))


def read_all() -> list[Read]:
    """Every story that a reader has read, with what was found in it."""
    stories = {story.id: story for story in read_labelled([STORIES], slugs(load_themes()))}
    rows = [row for row in _expected() if "mentions" in row]
    return [Read(row["id"], row["set"], frozenset(row["mentions"]), found_in(stories[row["id"]])) for row in rows]


def _expected() -> list[dict[str, Any]]:
    return [json.loads(line) for line in EXPECTED.read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True)
class Neighbour:
    """Who is meant where a story says ``nước bạn``: as a reader says and as the finder does, None for nobody abroad."""

    id: str
    expected: str | None
    found: str | None


_SAID = re.compile(r"(?<!\w)(?:nước|phía|tỉnh) bạn(?! bè)(?!\w)", re.IGNORECASE)
_NAMED = re.compile(r"\s(?:Lào|Campuchia|Lai Châu|Hủa)|,? nước bạn L")


def neighbours() -> list[Neighbour]:
    """Every ``nước bạn``, ``phía bạn`` and ``tỉnh bạn`` that a reader has read in our stories."""
    stories = {story.id: story for story in read_labelled([STORIES], slugs(load_themes()))}
    read = []
    for row in _expected():
        if "neighbours" not in row:
            continue
        story = stories[row["id"]]
        text = clean(f"{story.title}\n{story.text}")
        named = [one for one in mentions(text, story.province) if one.rule == "neighbour"]
        places = [said.start() for said in _SAID.finditer(text) if not _NAMED.match(text, said.end())]
        for place, expected in zip(places, row["neighbours"], strict=True):
            found = next((one.entity for one in named if one.start <= place < one.end), None)
            read.append(Neighbour(story.id, expected, found))
    return read


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
    read = neighbours()
    right = sum(one.found == one.expected is not None for one in read)
    told = sum(one.found is not None for one in read)
    meant = sum(one.expected is not None for one in read)
    click.echo(f"\nneighbours not named: {len(read)}, {meant} abroad; precision {_share(right, told)}, "
               f"recall {_share(right, meant)}\n")  # fmt: skip
    for one in read:
        if one.found != one.expected:
            click.echo(f"{one.id}: {one.found} for {one.expected}")
    texts = [clean(f"{story.title}\n{story.text}") for story in read_labelled([STORIES], slugs(load_themes()))]
    # Our stories are short: half of 10,896 texts of national papers have 2,444 characters or more, as two of ours.
    long = ["\n".join(texts[at : at + 2]) for at in range(0, len(texts) - 1, 2)]
    mentions("")  # the finder is made on the first call
    for some in (texts, long):
        # Time of this process, for other work on the machine is none of its own.
        start = time.process_time()
        for text in some:
            mentions(text)
        rate = len(some) / (time.process_time() - start)
        click.echo(f"\n{rate:,.0f} articles/s, {sum(map(len, some)) / len(some):,.0f} characters each")


if __name__ == "__main__":
    sys.exit(main())
