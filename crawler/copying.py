"""Records copied byte for byte: out of the archive into one WARC file, or out of a damaged file into a whole one."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO

from warcio.warcwriter import WARCWriter

from corpus.records import VIETNAM
from crawler.archive import NAME
from crawler.containers import opened_file
from crawler.errors import ArchiveError
from crawler.framing import Record
from crawler.verify import SET_ASIDE, whole_records


@dataclass(frozen=True, slots=True)
class FileSummary:
    """One archive file: its name in the archive, bytes, readable records, pages and revisits among them, unreadable
    stretches, and the first and last moment of fetching (aware, +07:00; None without a page)."""

    file: str
    bytes: int
    records: int
    pages: int
    revisits: int
    damaged: int
    first: datetime | None
    last: datetime | None


def archive_files(root: Path, source: str | None = None) -> Iterator[Path]:
    """The files of the archive ``root`` by name, of one ``source`` or all; other files in it are passed over."""
    for path in sorted(root.glob("*/*.warc.gz")):
        named = NAME.fullmatch(path.name)
        if named is not None and source in {None, named["source"]}:
            yield path


def summary(root: Path, path: Path, advance: Callable[[int], None] = lambda records: None) -> FileSummary:
    """What the archive file ``path`` holds; reads all of it."""
    kinds: Counter[str] = Counter()
    first = last = None
    for one in whole_records(path, check=False):
        advance(1)
        if isinstance(one, ArchiveError):
            kinds["damaged"] += 1
            continue
        kinds["records"] += 1
        kinds[one.kind] += 1
        moment = _moment(one) if one.kind in {"response", "resource", "revisit"} else None
        if moment is not None:
            first, last = min(first or moment, moment), max(last or moment, moment)
    return FileSummary(
        file=path.relative_to(root).as_posix(),
        bytes=path.stat().st_size,
        records=kinds["records"],
        pages=kinds["response"] + kinds["resource"],
        revisits=kinds["revisit"],
        damaged=kinds["damaged"],
        first=first,
        last=last,
    )


def export(
    root: Path,
    target: Path,
    *,
    source: str | None = None,
    since: date | None = None,
    until: date | None = None,
    url: str | None = None,
    advance: Callable[[int], None] = lambda records: None,
) -> int:
    """Copy records of the archive ``root`` to the new file ``target`` and return how many pages they hold.

    Chosen are those of one ``source``, fetched from day ``since`` to day ``until`` (+07:00), of addresses that begin
    with ``url``; requests and revisits go with them. Raises ``ArchiveError`` at the first damage, and where ``target``
    exists or is not named ``.warc.gz``; nothing is left of a file that could not be finished.
    """
    if not target.name.endswith(".warc.gz"):
        raise ArchiveError(f"{target}: a name that ends with .warc.gz was expected")
    pages = 0
    with _new(target) as out:
        out.write(_info(target.name))
        for path in archive_files(root, source):
            with opened_file(path) as file:
                for one in whole_records(path, check=False):
                    if isinstance(one, ArchiveError):
                        raise one
                    advance(1)
                    if one.kind != "warcinfo" and _chosen(one, since, until, url):
                        _copy(file, one, out)
                        pages += one.kind in {"response", "resource"}
    return pages


def rescue(root: Path, path: Path) -> tuple[str, dict[int, int], list[ArchiveError]]:
    """Copy the whole records of the damaged archive file ``path`` to a new one beside it; ``path`` is left as it is.

    Returns the new file's name in the archive, old offset to new offset, and what could not be read. Raises
    ``ArchiveError`` where nothing is damaged, or nothing is whole.
    """
    named = NAME.fullmatch(path.name)
    if named is None or path.parent.parent != root:
        raise ArchiveError(f"{path}: is no file of the archive {root}")
    faults = [one for one in whole_records(path, check=False) if isinstance(one, ArchiveError)]
    if not faults:
        raise ArchiveError(f"{path}: every record of it can be read; there is nothing to repair")
    number = 1
    # Beside the files that are there, the numbers of those set aside are taken, too: their names are in old backups.
    while any(path.parent.glob(f"{named['source']}-{named['day']}-{number}.warc.gz*")):
        number += 1
    target = path.with_name(f"{named['source']}-{named['day']}-{number}.warc.gz")
    offsets: dict[int, int] = {}
    with _new(target) as out, opened_file(path) as file:
        for one in whole_records(path, check=False):
            if isinstance(one, Record) and one.offset not in offsets:
                offsets[one.offset] = out.tell()
                _copy(file, one, out)
        if not offsets:
            raise ArchiveError(f"{path}: holds no whole record; restore it from a backup")
    return target.relative_to(root).as_posix(), offsets, faults


def set_aside(path: Path) -> Path:
    """Rename a file whose whole records were rescued, so that no command reads it as archive; its new path."""
    aside = path.with_name(path.name + SET_ASIDE)
    if aside.exists():
        raise ArchiveError(f"{aside}: is there already; move it away first")
    return path.rename(aside)


@contextmanager
def _new(target: Path) -> Iterator[IO[bytes]]:
    """A new file that has its name only once it is whole and on the disk."""
    part = target.with_name(target.name + ".part")
    try:
        out = part.open("xb")
    except FileExistsError:
        raise ArchiveError(f"{part}: is there already, of a run that was killed or still runs; remove it") from None
    try:
        with out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        os.link(part, target)  # a rename would silently replace what is there
    except FileExistsError:
        raise ArchiveError(f"{target}: is there already; a new file was expected") from None
    finally:
        part.unlink()


def _copy(file: IO[bytes], record: Record, out: IO[bytes]) -> None:
    file.seek(record.offset)
    rest = record.length
    while rest and (piece := file.read(min(rest, 1 << 20))):
        out.write(piece)
        rest -= len(piece)


def _info(name: str) -> bytes:
    buffer = io.BytesIO()
    warc = WARCWriter(buffer, gzip=True, warc_version="1.1")
    warc.write_record(warc.create_warcinfo_record(name, {"software": "tintinh", "format": "WARC File Format 1.1"}))
    return buffer.getvalue()


def _moment(record: Record) -> datetime | None:
    """When the record was made; None where it does not say."""
    try:
        return datetime.fromisoformat(record.headers.get_header("WARC-Date") or "").astimezone(VIETNAM)
    except ValueError:
        return None


def _chosen(record: Record, since: date | None, until: date | None, url: str | None) -> bool:
    if url is not None and not (record.url or "").startswith(url):
        return False
    if since is None and until is None:
        return True
    moment = _moment(record)
    if moment is None:
        return False
    return (since is None or moment.date() >= since) and (until is None or moment.date() <= until)
