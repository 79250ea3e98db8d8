"""A dataset: a folder of Parquet files, three tables of one file a partition, each file with a manifest beside it.

``articles/``, ``rejected/`` and ``opinions/`` can be read as they are (``pandas.read_parquet("dataset/articles")``).
Manifests begin with ``_``, which such readers leave out; a file without one is not finished.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from tintinh.cluster.errors import ClusterError
from tintinh.cluster.partition import Partition, Piece
from tintinh.cluster.storage import Storage

Table = Literal["articles", "rejected", "opinions", "standing"]
_DESCRIPTION = "_dataset.json"
_FORMAT: Literal[1] = 1


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Input(_Strict):
    """What a partition was made from: a range of a file, its SHA-256, and the first record in it and after it.

    ``began`` and ``next`` are the offsets, None where the file ends before.
    """

    file: str
    start: int
    end: int
    sha256: str
    began: int | None = None
    next: int | None = None


class Output(_Strict):
    """A file of Parquet: its rows, its row groups of each input, its bytes and their SHA-256."""

    rows: int
    groups: list[int]
    bytes: int
    sha256: str


class Manifest(_Strict):
    """What a finished partition is: what it was made from, by what (names to versions or digests), and what came out.

    ``left_out`` are sentences on records that are no page at all, such as one too large.
    """

    partition: str
    inputs: list[Input]
    made_by: dict[str, str]
    outputs: dict[str, Output]
    left_out: list[str] = []


class _Described(_Strict):
    """The dataset as a whole: which archive it is of, and the names and pieces of its partitions."""

    format: Literal[1]
    archive: str
    source: str | None
    since: str | None
    partitions: dict[str, list[tuple[str, int, int]]]


@dataclass(frozen=True)
class Dataset:
    """The dataset at ``storage``, whether it is there yet or not."""

    storage: Storage

    @classmethod
    def at(cls, address: str) -> Dataset:
        """The dataset at an address."""
        return cls(Storage(address))

    def describe(self, archive: str, source: str | None, since: str | None, partitions: Sequence[Partition]) -> None:
        """Say what the dataset is to hold, once more or for the first time, and forget partitions that are no more.

        Raises ``ClusterError`` where it is a dataset of something else.
        """
        there = self._description()
        asked = (archive, source, since)
        if there is not None and (there.archive, there.source, there.since) != asked:
            raise ClusterError(
                f"{self.storage.address}: is a dataset of {_told(there.archive, there.source, there.since)}, not of "
                f"{_told(*asked)}; name another --dataset"
            )
        names = {partition.name for partition in partitions}
        pieces = {one.name: [(piece.file, piece.start, piece.end) for piece in one.pieces] for one in partitions}
        described = _Described(format=_FORMAT, archive=archive, source=source, since=since, partitions=pieces)
        self.storage.write(_DESCRIPTION, described.model_dump_json(indent=1).encode())
        for gone in set(there.partitions if there else ()) - names:
            for table in ("articles", "rejected", "opinions", "standing"):
                self.storage.remove(_manifest(table, gone))
                self.storage.remove(_parquet(table, gone))

    @property
    def archive(self) -> str:
        """The address of the archive that it was read from; ``ClusterError`` where there is no dataset."""
        return self._described().archive

    def partitions(self) -> list[Partition]:
        """The partitions that the dataset is to hold; ``ClusterError`` where there is no dataset."""
        found = self._described().partitions
        return [Partition(name, tuple(Piece(*piece) for piece in pieces)) for name, pieces in found.items()]

    def finished(self, table: Table) -> dict[str, Manifest]:
        """The manifests of all partitions of a table; ``ClusterError`` naming those that are not finished."""
        names = [partition.name for partition in self.partitions()]
        contents = self.storage.read_all([_manifest(table, name) for name in names])
        found = {name: self._read(table, name, contents.get(_manifest(table, name))) for name in names}
        missing = [name for name, manifest in found.items() if manifest is None]
        if missing:
            first = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
            raise ClusterError(
                f"{self.storage.address}: {len(missing)} of {len(names)} partitions of {table} are not finished "
                f"({first}); run tintinh {'annotate' if table == 'opinions' else 'replay'} --dask again"
            )
        return {name: manifest for name, manifest in found.items() if manifest is not None}

    def is_annotated(self) -> bool:
        """Whether the opinions on all articles are there and finished."""
        return all(self.manifest("opinions", partition.name) is not None for partition in self.partitions())

    def manifest(self, table: Table, name: str) -> Manifest | None:
        """The manifest of a partition of a table, or None where it is not finished."""
        return self._read(table, name, self.storage.read(_manifest(table, name)))

    def _read(self, table: Table, name: str, content: bytes | None) -> Manifest | None:
        if content is None:
            return None
        try:
            return Manifest.model_validate_json(content)
        except ValidationError as error:
            raise ClusterError(
                f"{self.storage.label(_manifest(table, name))}: is no manifest of this tintinh ({error})"
            ) from error

    def is_whole(self, manifest: Manifest) -> bool:
        """Whether every file that a manifest speaks of is there and is the one it speaks of."""
        for table, output in manifest.outputs.items():
            content = self.storage.read(_parquet(table, manifest.partition))
            if content is None or hashlib.sha256(content).hexdigest() != output.sha256:
                return False
        return True

    def write(self, manifest_of: Table, manifest: Manifest, contents: dict[str, bytes]) -> None:
        """Put the files of a partition in their places, and its manifest last of all."""
        for table, content in contents.items():
            self.storage.write(_parquet(table, manifest.partition), content)
        self.storage.write(_manifest(manifest_of, manifest.partition), manifest.model_dump_json(indent=1).encode())

    def rows(
        self, table: Table, name: str, columns: Sequence[str] | None = None, groups: Sequence[int] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The rows of a partition in order, some hundred in memory; of all row groups, or of these."""
        for batch in self.batches(table, name, columns, groups):
            yield from batch

    def batches(
        self, table: Table, name: str, columns: Sequence[str] | None = None, groups: Sequence[int] | None = None
    ) -> Iterator[list[dict[str, Any]]]:
        """As ``rows``, a row group at a time."""
        if groups is not None and not groups:
            return
        with self.storage.open(_parquet(table, name)) as opened, pq.ParquetFile(opened) as file:
            for number in range(file.num_row_groups) if groups is None else groups:
                yield file.read_row_group(number, columns=columns).to_pylist()

    def sweep(self) -> None:
        """Remove what killed workers left; none may be at work on the dataset."""
        for table in ("articles", "rejected", "opinions", "standing"):
            self.storage.sweep(table)

    def _described(self) -> _Described:
        described = self._description()
        if described is None:
            raise ClusterError(f"{self.storage.address}: holds no dataset; tintinh replay --dask makes one")
        return described

    def _description(self) -> _Described | None:
        content = self.storage.read(_DESCRIPTION)
        if content is None:
            return None
        try:
            return _Described.model_validate(json.loads(content), strict=False)
        except ValueError as error:
            raise ClusterError(f"{self.storage.label(_DESCRIPTION)}: describes no dataset ({error})") from error


class Writer:
    """One file of Parquet, made in memory, in row groups of at most ``LARGEST`` rows; no group holds two inputs."""

    LARGEST = 256

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._sink = pa.BufferOutputStream()
        self._file = pq.ParquetWriter(self._sink, schema, compression="zstd")
        self._waiting: list[dict[str, Any]] = []
        self._groups = [0]
        self._rows = 0

    def add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Write rows; a value that Parquet cannot hold raises what pyarrow raises, or ``UnicodeEncodeError``."""
        for row in rows:
            self._waiting.append(row)
            if len(self._waiting) >= self.LARGEST:
                self._flush()

    def ended(self) -> None:
        """Say that an input ended: its rows lie in row groups of their own."""
        self._flush()
        self._groups.append(0)

    def close(self) -> tuple[bytes, Output]:
        """The whole file, and what the manifest says of it."""
        self._flush()
        self._file.close()
        content = self._sink.getvalue().to_pybytes()
        groups = self._groups[:-1] if len(self._groups) > 1 else self._groups
        digest = hashlib.sha256(content).hexdigest()
        return content, Output(rows=self._rows, groups=groups, bytes=len(content), sha256=digest)

    def _flush(self) -> None:
        if self._waiting:
            self._file.write_table(pa.Table.from_pylist(self._waiting, schema=self._schema))
            self._rows += len(self._waiting)
            self._groups[-1] += 1
            self._waiting.clear()


def _parquet(table: str, name: str) -> str:
    return f"{table}/{name}.parquet"


def _manifest(table: str, name: str) -> str:
    return f"{table}/_{name}.json"


def _told(archive: str, source: str | None, since: str | None) -> str:
    return f"{archive}{f', source {source}' if source else ''}{f', since {since}' if since else ''}"
