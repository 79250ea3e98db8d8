"""Reading: a partition of the archive → its articles and its rejected pages, by the function that a night uses."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice, pairwise
from typing import Any

import pyarrow as pa

from corpus.errors import CorpusError
from corpus.records import ArchivePlace, Article, Page, Rejection
from corpus.rows import require_storable
from crawler.errors import ArchiveError
from crawler.extract import VERSION
from crawler.ingest import bug, read
from crawler.members import next_member
from crawler.source import Source
from crawler.warc import read_part
from tintinh.cluster.dataset import Dataset, Input, Manifest, Writer
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.partition import Partition, Piece
from tintinh.cluster.storage import Storage
from tintinh.cluster.tables import (
    PAGE,
    article_row,
    article_schema,
    encodable,
    page_row,
    rejected_row,
    rejected_schema,
)
from tintinh.cluster.versions import READING, code_of

NO_SOURCE = "none"
"""Stands for the facts of an outlet that is not declared: its pages are read by the generic reader."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one partition of one stage: its rows by table, and whether they were ``made`` or found finished.

    ``seconds`` are the processor's, by part of the work; ``cut`` are the sentences on what was left out.
    """

    name: str
    made: bool
    rows: Mapping[str, int]
    seconds: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def facts_of(sources: Mapping[str, Source]) -> dict[str, str]:
    """The beginning of the SHA-256 of each source's facts, by id: what a partition with its pages depends on."""
    return {name: sha256(source.model_dump_json().encode()).hexdigest()[:16] for name, source in sources.items()}


def read_partition(
    archive: Storage, dataset: Dataset, partition: Partition, sources: Mapping[str, Source], code: str
) -> Done:
    """Write the articles and rejections of ``partition`` to the dataset, unless they are there and finished.

    They are where the same bytes of the archive were read by the same ``code`` with the same facts of the outlets met,
    and the files are whole. A page that fails is a row of ``rejected``. Raises ``ClusterError`` where this process runs
    other code than ``code`` and ``ArchiveError`` for a damaged file.
    """
    require_code(READING, code)
    begun = time.process_time()
    facts = facts_of(sources)
    before = dataset.manifest("articles", partition.name)
    if before is not None and _is_fresh(before, archive, partition, facts, code) and dataset.is_whole(before):
        return Done(partition.name, False, _counts(before), {"check": time.process_time() - begun})
    reading = _Reading(archive, sources)
    for piece in partition.pieces:
        reading.read(piece)
    contents, outputs = {}, {}
    for table, writer in reading.writers.items():
        contents[table], outputs[table] = writer.close()
    manifest = Manifest(
        partition=partition.name,
        inputs=reading.inputs,
        made_by={
            "code": code,
            "extractor": VERSION,
            **{f"source {name}": facts.get(name, NO_SOURCE) for name in sorted(reading.met)},
        },
        outputs=outputs,
        left_out=reading.left_out,
    )
    dataset.write("articles", manifest, contents)
    spent = time.process_time() - begun
    return Done(partition.name, True, _counts(manifest), {"read": spent}, tuple(reading.left_out))


def require_code(packages: tuple[str, ...], code: str) -> None:
    """Raise ``ClusterError`` where this process runs other code of ``packages`` than the one that asked."""
    if (own := code_of(packages)) != code:
        raise ClusterError(
            f"this worker runs another tintinh ({', '.join(packages)}: {own}) than the command ({code}); install the "
            "same one everywhere and restart the workers"
        )


def require_seams(manifests: Mapping[str, Manifest]) -> None:
    """Raise ``ClusterError`` where two ranges of a file do not meet at a record: something in it looks like one."""
    ranges = sorted(
        ((one.file, one.start, one) for found in manifests.values() for one in found.inputs), key=lambda item: item[:2]
    )
    for (_, _, one), (_, _, other) in pairwise(ranges):
        if one.file == other.file and one.next != other.began:
            raise ClusterError(
                f"{one.file}: its bytes up to {one.end} end at record {one.next}, those after begin at {other.began}; "
                "tintinh archive verify says more"
            )


def _counts(manifest: Manifest) -> dict[str, int]:
    return {table: output.rows for table, output in manifest.outputs.items()}


def _is_fresh(manifest: Manifest, archive: Storage, partition: Partition, facts: Mapping[str, str], code: str) -> bool:
    made_by = manifest.made_by
    met = {name.removeprefix("source "): digest for name, digest in made_by.items() if name.startswith("source ")}
    if made_by["code"] != code or any(facts.get(name, NO_SOURCE) != digest for name, digest in met.items()):
        return False
    pieces = [(one.file, one.start, one.end) for one in manifest.inputs]
    if pieces != [(one.file, one.start, one.end) for one in partition.pieces]:
        return False
    return all(archive.digest(one.file, one.start, one.end) == one.sha256 for one in manifest.inputs)


class _Reading:
    """One partition while it is read."""

    def __init__(self, archive: Storage, sources: Mapping[str, Source]) -> None:
        self._archive = archive
        self._sources = sources
        self._n = 0
        self.writers = {"articles": Writer(article_schema()), "rejected": Writer(rejected_schema())}
        self.inputs: list[Input] = []
        self.left_out: list[str] = []
        self.met: set[str] = set()

    def read(self, piece: Piece) -> None:
        pages = _Pages(self._archive, piece)
        found = iter(pages)
        while some := list(islice(found, Writer.LARGEST)):
            self._keep(some)
        for writer in self.writers.values():
            writer.ended()
        self.inputs.append(
            Input(
                file=piece.file,
                start=piece.start,
                end=piece.end,
                sha256=self._archive.digest(piece.file, piece.start, piece.end),
                began=pages.began,
                next=pages.next,
            )
        )

    def _keep(self, found: list[tuple[ArchivePlace, Page | ArchiveError]]) -> None:
        articles, rejected = [], []
        for place, page in found:
            if isinstance(page, ArchiveError):
                self.left_out.append(encodable(str(page)))
                continue
            self.met.add(page.source or "")
            result = _result(page, self._sources.get(page.source or ""))
            row, self._n = page_row(self._n, page, place), self._n + 1
            if isinstance(result, Article):
                articles.append((page, {**row, **article_row(result)}))
            else:
                rejected.append(_rejected(row, result, page))
        if _fault([row for _, row in articles]) is not None:
            # As a corpus that trips over an article: that page is the loss, no more.
            faults = [(page, row, _fault([row])) for page, row in articles]
            rejected += [_rejected(row, bug(page, fault), page) for page, row, fault in faults if fault is not None]
            rejected.sort(key=lambda row: row["n"])
            articles = [(page, row) for page, row, fault in faults if fault is None]
        self.writers["articles"].add(row for _, row in articles)
        self.writers["rejected"].add(rejected)


def _rejected(row: Mapping[str, Any], rejection: Rejection, page: Page) -> dict[str, Any]:
    of_page = {name: row[name] for name in PAGE}
    plain = {name: encodable(value) if isinstance(value, str) else value for name, value in of_page.items()}
    return {**plain, **rejected_row(rejection, page)}


def _fault(rows: list[dict[str, Any]]) -> Exception | None:
    """What keeps one of ``rows`` from being written, such as half a letter in an address."""
    try:
        pa.RecordBatch.from_pylist(rows, schema=article_schema())
    except (pa.ArrowException, UnicodeError, ValueError, TypeError) as error:
        return error
    return None


def _result(page: Page, source: Source | None) -> Article | Rejection:
    result = read(page, source)
    if isinstance(result, Article):
        try:
            require_storable(result)
        except CorpusError as error:
            return bug(page, error)
    return result


class _Pages:
    """The pages of a piece, or what is wrong with them; ``began`` and ``next`` are known when they are through."""

    def __init__(self, archive: Storage, piece: Piece) -> None:
        self._archive, self._piece = archive, piece
        self.began: int | None = None
        self.next: int | None = None

    def __iter__(self) -> Iterator[tuple[ArchivePlace, Page | ArchiveError]]:
        return self._read()

    def _read(self) -> Generator[tuple[ArchivePlace, Page | ArchiveError], Any, None]:
        archive, piece = self._archive, self._piece
        with archive.open(piece.file) as file:
            self.began = next_member(file, piece.start - 1) if piece.start else 0
            if self.began is None or self.began >= piece.end:
                self.next = self.began
                return
            label = archive.label(piece.file)
            self.next = yield from read_part(file, label, piece.file, self.began, piece.end)
