"""Exports that name a story: files of a folder in which one of its addresses stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.forgotten import Match
from crawler.errors import ArchiveError
from crawler.forgetting import look_into

_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Named:
    """A file that names a story, and the manifest that tells of the file, if one does."""

    path: Path
    manifest: Path | None


def named_in(folder: Path, addresses: Sequence[str], match: Match) -> Iterator[Named | str]:
    """The files under ``folder`` that hold one of ``addresses``; a sentence for each that cannot be searched.

    Parquet files are asked for their column ``url``, WARC files for their records, all others for the bytes of an
    address: CSV, JSON Lines, a report, a notebook with its output. Nothing is changed.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifests = {path: _files_of(path) for path in files if path.name.endswith("manifest.json")}
    for path in files:
        try:
            holds = _holds(path, [one.encode() for one in addresses], match)
        except (OSError, ArchiveError, ValueError) as error:
            yield f"{path}: could not be searched ({error})"
            continue
        except ImportError:
            yield f"{path}: could not be searched; Parquet needs pip install 'tintinh[parquet]'"
            continue
        if holds:
            yield Named(path, next((one for one, told in manifests.items() if path.resolve() in told), None))


def _holds(path: Path, addresses: list[bytes], match: Match) -> bool:
    if path.suffix == ".parquet":
        return _holds_row(path, match)
    if path.name.endswith(".warc.gz"):
        looked = look_into(path, match)
        if looked.faults and not looked.goes:
            raise looked.faults[0]
        return looked.goes
    longest = max(map(len, addresses), default=0)
    with path.open("rb") as file:
        before = b""
        while piece := file.read(_AT_ONCE):
            window = before + piece
            if any(one in window for one in addresses):
                return True
            before = window[-longest:] if longest else b""
    return False


def _holds_row(path: Path, match: Match) -> bool:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as table:  # one file, not the folder's partitions, which repeat in every path
        if "url" not in table.schema_arrow.names:
            return False
        batches = table.iter_batches(columns=["url"])
        return any(url is not None and match(url) for batch in batches for url in batch.column(0).to_pylist())


def _files_of(manifest: Path) -> set[Path]:
    """The files that a manifest tells of; none where it is no manifest of ours."""
    try:
        facts: Any = json.loads(manifest.read_text(encoding="utf-8"))
        return {(manifest.parent / one["path"]).resolve() for one in facts["files"]}
    except (ValueError, RecursionError, KeyError, TypeError):
        return set()
