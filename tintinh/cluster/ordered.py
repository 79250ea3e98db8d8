"""The rows of a dataset in the order in which a replay would come to their pages."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from tintinh.cluster.dataset import Dataset, Manifest, Table
from tintinh.cluster.partition import Piece

Row = Mapping[str, Any]
T = TypeVar("T")


def in_order(
    dataset: Dataset, columns: Mapping[Table, Sequence[str] | None], *, opinions: bool = False
) -> Iterator[tuple[str, Table, Row, Row | None]]:
    """Each row of ``articles`` and ``rejected`` in the order of ``crawler.archive.read_archive``, with the name of its
    partition, its table, and with ``opinions`` its row of that table.

    ``columns`` are read of each table (None: all); ``n`` and ``fetched_at`` must be among them. One row group of each
    file of a day is held in memory.
    """
    manifests = dataset.finished("articles")
    said = dataset.finished("opinions") if opinions else {}
    days: dict[str, dict[str, list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for name, manifest in manifests.items():
        for number, one in enumerate(manifest.inputs):
            days[Piece(one.file, one.start, one.end).day][one.file].append((name, number))
    for _, files in sorted(days.items()):
        streams = [_of_file(dataset, manifests, said, sorted(parts), columns) for _, parts in sorted(files.items())]
        yield from heapq.merge(*streams, key=_fetched)


def _fetched(found: tuple[str, Table, Row, Row | None]) -> datetime:
    at: datetime = found[2]["fetched_at"]
    return at


def _of_file(
    dataset: Dataset,
    manifests: Mapping[str, Manifest],
    said: Mapping[str, Manifest],
    parts: list[tuple[str, int]],
    columns: Mapping[Table, Sequence[str] | None],
) -> Iterator[tuple[str, Table, Row, Row | None]]:
    """The rows of one file, whose ranges lie in ``parts``: partitions, and the number of the input in each."""
    for name, number in parts:
        outputs = manifests[name].outputs
        articles = dataset.rows("articles", name, columns["articles"], groups(outputs["articles"].groups, number))
        rejected = dataset.rows("rejected", name, columns["rejected"], groups(outputs["rejected"].groups, number))
        both: list[Iterator[tuple[Table, Row]]] = [
            (("articles", row) for row in articles),
            (("rejected", row) for row in rejected),
        ]
        opinions: Iterator[Row] = iter(())
        if name in said:
            opinions = dataset.rows("opinions", name, None, groups(said[name].outputs["opinions"].groups, number))
        for table, row in heapq.merge(*both, key=lambda item: item[1]["n"]):
            yield name, table, row, next(opinions) if table == "articles" and said else None


def in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items in lists of ``size``, the last one shorter."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def groups(counts: Sequence[int], number: int) -> range:
    """The row groups of input ``number``, where ``counts`` says how many each input has."""
    first = sum(counts[:number])
    return range(first, first + counts[number])
