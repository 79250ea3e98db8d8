"""Datasets, and parts of nights, into the corpus: merge."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tintinh.commands.options import archive_option, corpus_option
from tintinh.commands.spread import dataset_at, require_extra
from tintinh.language import tell, translated
from tintinh.output import formats, progress, say

if TYPE_CHECKING:
    from tintinh.cluster.dataset import Dataset
    from tintinh.cluster.part import Part


@click.command(
    "merge",
    epilog="\b\nExamples:\n  tintinh merge s3://news/2025\n  tintinh merge a b --corpus both.sqlite\n"
    "  tintinh merge data/var/corpus.sqlite.parts/20261122170000   the parts of a night",
)
@click.argument("addresses", metavar="DATASET|PART...", nargs=-1, required=True)
@click.option("--unchecked", is_flag=True, help="Do not ask the archive about datasets, where it is not at hand.")
@corpus_option
@archive_option
@formats
def merge_command(
    addresses: tuple[str, ...], unchecked: bool, corpus_path: Path, archive_path: Path, as_json: bool, as_csv: bool
) -> int:
    """Take datasets, or parts of a night, into the corpus as if their pages had been read here in order of fetching.

    Words, themes and mentions come with a dataset where it is annotated. First the archive is asked whether each of its
    files is still the one that the dataset was read from: after a tintinh forget it is not, and the same tintinh replay
    --dataset is to be run again. A part, or the folder of a night with all its parts (tintinh night --dask), brings its
    archive files, agenda and account, too. Safe to stop and to run again: what the corpus has already is left as it is,
    and labels by hand are kept. What it forgot stays out.
    """
    from tintinh.alone import alone
    from tintinh.commands.apart import merge_nights
    from tintinh.commands.collect import print_outcomes

    require_extra("tintinh merge", "fsspec")
    parts, datasets, unfinished = _told_apart(addresses)
    counts: dict[str, Counter[str]] = {}
    if not unchecked:
        _require_places(datasets, archive_path)
    if parts:
        with alone(corpus_path):  # as a crawl: it writes into the archive, and to the agenda
            nights, counts = merge_nights(parts, corpus_path, archive_path)
    if datasets:
        _merge_datasets(datasets, corpus_path, counts)
    print_outcomes(counts, as_json=as_json, as_csv=as_csv)
    if parts:
        say(tell("{parts} parts merged, {nights} nights of outlets in them are new", parts=len(parts),
                 nights=len(nights)))  # fmt: skip
    for part in parts:
        for failure in part.manifest.failures.values():
            say(translated(failure))
    for name in unfinished:
        say(tell("left out: {sentence}", sentence=translated(f"{name} is not finished")))
    return 2 if unfinished else 0


def _told_apart(addresses: tuple[str, ...]) -> tuple[list[Part], list[Dataset], list[str]]:
    """The parts at these addresses, the datasets, and the names of parts that are not finished."""
    from tintinh.cluster.part import parts_in
    from tintinh.cluster.stages import absolute

    parts, datasets, unfinished = [], [], []
    for address in addresses:
        finished, others = parts_in(absolute(address))
        if finished or others:
            parts += finished
            unfinished += others
        elif (dataset := dataset_at(address, None)) is not None:
            datasets.append(dataset)
    return parts, datasets, unfinished


def _require_places(datasets: list[Dataset], archive_path: Path) -> None:
    from tintinh.cluster.places import require_places
    from tintinh.cluster.storage import Storage

    for dataset in datasets:
        require_places(dataset, Storage(str(archive_path.absolute())))


def _merge_datasets(datasets: list[Dataset], corpus_path: Path, counts: dict[str, Counter[str]]) -> None:
    from corpus.store import Corpus
    from tintinh.cluster.merge import Opinions, merge
    from tintinh.commands.collect import count_outcome

    annotated = {one.storage.address: one.is_annotated() for one in datasets}
    taken = Opinions()
    with Corpus.open(corpus_path) as corpus, progress("pages") as advance:
        for dataset in datasets:
            for outcome in merge(dataset, corpus, taken, opinions=annotated[dataset.storage.address]):
                count_outcome(counts, outcome)
                advance(1)
    say(
        tell(
            "opinions taken: {segmented} segmentations, {tagged} taggings, {named} readings for names",
            segmented=taken.segmented,
            tagged=taken.tagged,
            named=taken.named,
        )
    )
    if taken.foreign:
        say(
            tell(
                "{articles} articles were read for names by another gazetteer; tintinh annotate reads them anew",
                articles=taken.foreign,
            )
        )
    for address in (address for address, said in annotated.items() if not said):
        say(tell("{address}: is not annotated; tintinh annotate does it in the corpus", address=address))
