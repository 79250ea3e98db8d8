"""Does an archive still hold the pages of a dataset where they were read? `tintinh forget` writes its files anew."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crawler.errors import ArchiveError
from crawler.warc import read_part
from tintinh.cluster.dataset import Dataset, Table
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.storage import Storage
from tintinh.cluster.tables import place_of

_COLUMNS = ("file", "offset", "length", "page_url", "fetched_at")
_TABLES: tuple[Table, ...] = ("articles", "rejected")


def require_places(dataset: Dataset, *archives: Storage) -> None:
    """Raise ``ClusterError`` where a file of the archive was written anew since the dataset was read from it.

    Looked at are the archive that it was read from, if it is still there, and ``archives``, as far as they have its
    files; a file that none of them has is an error, too. Of each file the last page is read: to take any record out of
    a file, as a forgetting does, moves all behind it, so that the last page lies elsewhere or is no more.
    """
    every = {one.address: one for one in (Storage(dataset.archive), *archives)}.values()
    files = {archive: set(archive.files("*/*")) for archive in every if archive.exists()}
    for file, last in sorted(_last_pages(dataset).items()):
        holding = [archive for archive, names in files.items() if file in names]
        if not holding:
            raise ClusterError(
                f"{dataset.storage.address}: its archive file {file} is neither in {dataset.archive} nor in another "
                "archive given, so that nobody can say whether a story was forgotten since it was read; name the "
                "archive with --archive, or say --unchecked"
            )
        for archive in holding:
            if not _lies_there(archive, last):
                raise ClusterError(
                    f"{archive.label(file)}: was written anew since the dataset {dataset.storage.address} was read, as "
                    f"tintinh forget does ({last['page_url']} is no longer at offset {last['offset']}); run the same "
                    "tintinh replay --dataset again, which reads what has changed"
                )


def _last_pages(dataset: Dataset) -> dict[str, Mapping[str, Any]]:
    """The row of the last page of each archive file."""
    last: dict[str, Mapping[str, Any]] = {}
    for name in dataset.finished("articles"):
        for table in _TABLES:
            for row in dataset.rows(table, name, _COLUMNS):
                if row["file"] not in last or last[row["file"]]["offset"] < row["offset"]:
                    last[row["file"]] = row
    return last


def _lies_there(archive: Storage, row: Mapping[str, Any]) -> bool:
    place = place_of(row)
    with archive.open(place.file) as file:
        file.seek(place.offset)
        stored = io.BytesIO(file.read(place.length))
    fetched: datetime = row["fetched_at"]
    try:
        found = [
            (there.offset, there.length, page.url, page.fetched_at)
            for there, page in read_part(stored, place.file, place.file)
            if not isinstance(page, ArchiveError)
        ]
    except ArchiveError:
        return False
    return found == [(0, place.length, row["page_url"], fetched.astimezone(UTC))]
