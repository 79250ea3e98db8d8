"""Is the archive whole? Every record read, every digest computed, and the archive compared with its index.

The index is the table ``pages`` of the corpus: a page in the archive without a row was stored by a run that was
killed in between, a row without its page has lost it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from corpus import archived
from crawler.archive import NAME
from crawler.containers import opened_file
from crawler.errors import ArchiveError, CutError
from crawler.framing import Record, read_records
from crawler.members import next_member
from crawler.warc import is_saved


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be: in which file (relative to the archive), at which byte, and what to do.

    ``kind`` is a slug that can be counted; ``what`` and ``do`` are half-sentences without a full stop.
    """

    file: str
    offset: int | None
    kind: str
    what: str
    do: str

    def __str__(self) -> str:
        place = self.file if self.offset is None else f"{self.file}: offset {self.offset}"
        return f"{place}: {self.what}; {self.do}"


@dataclass
class Checked:
    """What was looked at."""

    files: int = 0
    records: int = 0
    pages: int = 0
    revisits: int = 0


_REPAIR = "run tintinh archive repair on this file, which keeps its whole records, then replay"
_LOST = "restore the file from a backup; else the page is lost, and only its article is left"


def verify(
    root: Path,
    index: sqlite3.Connection | None,
    checked: Checked,
    *,
    source: str | None = None,
    advance: Callable[[int], None] = lambda records: None,
) -> Iterator[Finding]:
    """What is wrong with the archive ``root``, of one ``source`` or all; ``checked`` counts what was looked at.

    ``index`` is the connection of an open corpus; without one only the files are read. ``advance`` is called for every
    record. One file's records are in memory at a time, as offsets and addresses; nothing is changed.
    """
    known = archived.files(index) if index is not None else {}
    for path in sorted(one for one in root.glob("*/*") if one.is_file()):
        name = path.relative_to(root).as_posix()
        if source is not None and path.parent.name != source:
            continue
        if NAME.fullmatch(path.name) is None:
            if path.name.endswith(SET_ASIDE):
                continue
            if path.name.endswith(REWRITTEN):
                what, do = (
                    "is what a tintinh forget that was stopped left",
                    "run tintinh forget again, which finishes it",
                )
                yield Finding(name, None, "forgetting", what, do)
                continue
            stops = "replay stops at it" if path.name.endswith(".warc.gz") else "no command reads it"
            yield Finding(name, None, "stranger", "is no archive file", f"move it out of the archive: {stops}")
            continue
        known.pop(name, None)
        checked.files += 1
        yield from _file(path, name, index, checked, advance)
    for name, pages in known.items():
        if source is None or name.split("/")[0] == source:
            do = "restore it from a backup, or name the archive this corpus belongs to with --archive"
            yield Finding(name, None, "missing_file", f"is not there, but {pages} pages are said to lie in it", do)


REWRITTEN = ".forgetting"
"""What the name of the copy of a file ends with that `tintinh forget` makes; it lasts only until it takes its place."""

SET_ASIDE = ".damaged"
"""What ``archive repair`` appends to the name of a file whose whole records it has copied."""


def _file(
    path: Path, name: str, index: sqlite3.Connection | None, checked: Checked, advance: Callable[[int], None]
) -> Iterator[Finding]:
    expected = archived.in_file(index, name) if index is not None else {}
    for one in whole_records(path):
        if isinstance(one, ArchiveError):
            yield _damage(path, name, one)
            if one.offset in expected:
                expected.pop(one.offset)  # the damage says it already
            continue
        checked.records += 1
        advance(1)
        for fault in one.faults:
            yield Finding(name, one.offset, "digest", f"the {fault} of {one.url}", f"its content changed: {_LOST}")
        row = expected.pop(one.offset, None)
        if one.kind == "revisit":
            checked.revisits += 1
            yield from _revisit(name, one, index)
        elif one.kind == "response" or (one.kind == "resource" and is_saved(one.url or "")):
            checked.pages += 1
            if row is None and index is not None:
                do = f"tintinh replay --source {path.parent.name} brings it in"
                if path.parent.name == "other":
                    do = "tintinh replay brings it in"
                yield Finding(name, one.offset, "no_row", f"no row of the corpus knows the page {one.url}", do)
        if row is not None and row != (one.url, one.length):
            what = f"the corpus has {row[0]} here, {row[1]} bytes, the file {one.url or one.kind}, {one.length} bytes"
            yield Finding(name, one.offset, "other_page", what, "make the corpus anew with tintinh replay --corpus NEW")
    for offset, (url, _) in expected.items():
        yield Finding(name, offset, "no_page", f"the corpus has {url} here, but no record begins here", _LOST)


def _damage(path: Path, name: str, error: ArchiveError) -> Finding:
    if isinstance(error, CutError):
        return Finding(name, error.offset, "cut", "the last record was cut short, as a kill leaves it", _REPAIR)
    what = str(error).removeprefix(f"{path}: ")
    if error.offset == 0:
        return Finding(name, 0, "no_warc", what, "restore the file from a backup, or move it out of the archive")
    return Finding(name, error.offset, "damaged", what, _REPAIR)


def _revisit(name: str, record: Record, index: sqlite3.Connection | None) -> Iterator[Finding]:
    url = record.headers.get_header("WARC-Refers-To-Target-URI")
    date = record.headers.get_header("WARC-Refers-To-Date")
    do = "the page it speaks of may be in a file that is missing; restore it from a backup"
    try:
        moment = datetime.fromisoformat(date or "")
    except ValueError:
        yield Finding(name, record.offset, "revisit", f"the revisit of {record.url} has the date {date!r}", do)
        return
    if index is not None and not archived.fetched(index, url or "", moment):
        what = f"the revisit of {record.url} refers to {url} of {date}, which the corpus does not know"
        yield Finding(name, record.offset, "revisit", what, do)


def whole_records(path: Path, *, check: bool = True) -> Iterator[Record | ArchiveError]:
    """Every record of ``path`` that can be read, and an error for each stretch that cannot.

    Digests are computed unless ``check`` is False. After damage, reading goes on at the next gzip member that opens
    with a WARC header.
    """
    with opened_file(path) as file:
        start: int | None = 0
        while start is not None:
            try:
                yield from read_records(file, path, start, check=check)
                return
            except ArchiveError as error:
                at = start if error.offset is None else error.offset
                start = next_member(file, at)
                if isinstance(error, CutError) and start is not None:
                    error = ArchiveError(f"{path}: the record at offset {at} is damaged (it never ends)", at)
                yield error
