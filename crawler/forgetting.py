"""Pages taken out of the archive: files are copied without them, and the copies take their places.

An archive file is otherwise never changed. Here it is, so it is done in two steps: ``rewrite`` makes a copy beside the
file, whole and on the disk, which no command reads; ``replace`` gives it the file's name, once the corpus knows the new
offsets. Killed before the second, the first is thrown away; killed in between, it is gone on with.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from crawler.archive import NAME, sync_folder
from crawler.containers import opened_file
from crawler.errors import ArchiveError, CutError
from crawler.framing import read_records
from crawler.members import members, next_member
from crawler.verify import REWRITTEN, SET_ASIDE
from crawler.warc import REQUESTED

_NAMING = ("warc-target-uri", REQUESTED.lower(), "warc-refers-to-target-uri")
_MAX_HEADER = 1 << 20
_AT_ONCE = 1 << 20

Matching = Callable[[str], bool]
"""Whether an address is one of those meant, as ``corpus.forgotten.Match`` says it."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A record that goes: its kind (``response``, ``request``, ``revisit`` …), address, and place in bytes."""

    kind: str
    url: str
    offset: int
    length: int


@dataclass
class Looked:
    """One archive file as it was found: what goes, the places of what stays, and what could not be read.

    ``cut``: whether the last record is a part of one that was being written when a process was killed, of a page that
    goes; no corpus knows it.
    """

    path: Path
    gone: list[Gone] = field(default_factory=list)
    kept: list[tuple[int, int]] = field(default_factory=list)
    faults: list[ArchiveError] = field(default_factory=list)
    cut: bool = False

    @property
    def goes(self) -> bool:
        """Whether the file must be rewritten."""
        return bool(self.gone) or self.cut

    @property
    def kinds(self) -> Counter[str]:
        """How many records of each kind go."""
        return Counter(one.kind for one in self.gone)

    @property
    def records(self) -> int:
        """How many records there are that can be read."""
        return len(self.gone) + len(self.kept)


def look(root: Path, match: Matching, advance: Callable[[int], None] = lambda records: None) -> Iterator[Looked]:
    """The files of the archive ``root`` that hold a record of an address that ``match`` means, or are damaged.

    Every record of every file is looked at: a page may be in the archive that no row of the corpus knows.
    """
    for path in sorted(root.glob("*/*.warc.gz")):
        if NAME.fullmatch(path.name) is not None:
            looked = look_into(path, match, advance)
            if looked.goes or looked.faults:
                yield looked


def set_aside_files(root: Path) -> list[Path]:
    """Damaged files that ``archive repair`` set aside: nobody can say all they hold."""
    return sorted(root.glob(f"*/*{SET_ASIDE}"))


def look_into(path: Path, match: Matching, advance: Callable[[int], None] = lambda records: None) -> Looked:
    """What of the archive file ``path`` is of an address that ``match`` means."""
    looked = Looked(path)
    with opened_file(path) as file:
        start: int | None = 0
        while start is not None:
            try:
                for offset, length, content in members(file, path, start):
                    advance(1)
                    _take(looked, content, offset, length, match)
                return looked
            except ArchiveError as error:
                at = start if error.offset is None else error.offset
                start = next_member(file, at)
                if isinstance(error, CutError) and start is None:
                    looked.cut = _is_meant(_begun(file, at), match) is not None
                else:
                    looked.faults.append(error)
    return looked


def _take(looked: Looked, content: IO[bytes], offset: int, length: int, match: Matching) -> None:
    header = _header(content)
    if not _holds_one(header, content):
        _packed(looked, content, offset, match)
    url = _is_meant(header, match)
    if url is None:
        looked.kept.append((offset, length))
    else:
        looked.gone.append(Gone(header.get("warc-type", ""), url, offset, length))


def _header(content: IO[bytes]) -> dict[str, str]:
    """The header lines of the first record, names in lower case; the content is then at its beginning again."""
    found = {}
    content.seek(0)
    left = _MAX_HEADER
    while left > 0 and (line := content.readline(left)).strip():
        left -= len(line)
        name, sign, value = line.decode("utf-8", "replace").partition(":")
        if sign:
            found[name.strip().lower()] = value.strip()
    found[""] = str(content.tell())  # where the content of the record begins
    return found


def _holds_one(header: dict[str, str], content: IO[bytes]) -> bool:
    """Whether nothing but line ends follows the first record, as in every file that we write."""
    try:
        content.seek(int(header[""]) + int(header["content-length"]))
    except (KeyError, ValueError):
        return False
    rest = content.read(16)
    return not rest.strip(b"\r\n")


def _packed(looked: Looked, content: IO[bytes], offset: int, match: Matching) -> None:
    """Note where several records are packed as one, and one of them goes: it cannot be cut out byte for byte."""
    content.seek(0)
    try:
        for record in read_records(content, looked.path):
            named = (_bare(record.headers.get_header(name) or "") for name in _NAMING)
            if any(url and match(url) for url in named):
                looked.gone.append(Gone(record.kind, record.url or "", offset, 0))
                what = f"the record at offset {offset} packs several as one, one of them of {record.url}"
                looked.faults.append(ArchiveError(f"{looked.path}: {what}", offset))
                return
    except ArchiveError as error:
        looked.faults.append(ArchiveError(f"{looked.path}: the record at offset {offset} is none ({error})", offset))


def _is_meant(header: dict[str, str], match: Matching) -> str | None:
    return next((url for name in _NAMING if (url := _bare(header.get(name, ""))) and match(url)), None)


def _bare(url: str) -> str:
    """An address without the angle brackets that older WARC files write around it."""
    return url[1:-1] if url.startswith("<") and url.endswith(">") else url


def _begun(file: IO[bytes], at: int) -> dict[str, str]:
    """The header of the record whose beginning lies at byte ``at``, as far as it is there."""
    file.seek(at)
    try:
        plain = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(file.read(_AT_ONCE), _MAX_HEADER)
    except zlib.error:
        return {}
    lines = (line.decode("utf-8", "replace").partition(":") for line in plain.splitlines())
    return {name.strip().lower(): value.strip() for name, sign, value in lines if sign}


def rewrite(looked: Looked) -> tuple[dict[int, int], int]:
    """Copy an archive file without what goes, whole and on the disk when this returns; a cut last record is left out.

    Returns old offset to new of every record in it, and the bytes of the copy. Raises ``ArchiveError`` where a part
    of the file cannot be read: what goes might be there.
    """
    if looked.faults:
        raise ArchiveError(
            f"{looked.faults[0]}; what is to be forgotten may lie there, so nothing was: see tintinh archive verify"
        )
    target = rewritten(looked.path)
    offsets = {}
    try:
        with target.open("wb") as out, opened_file(looked.path) as file:
            for offset, length in looked.kept:
                offsets[offset] = out.tell()
                file.seek(offset)
                for begin in range(0, length, _AT_ONCE):
                    out.write(file.read(min(_AT_ONCE, length - begin)))
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
        shutil.copymode(looked.path, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)
    return offsets, size


def rewritten(path: Path) -> Path:
    """Where the copy of an archive file is made."""
    return path.with_name(path.name + REWRITTEN)


def replace(root: Path, file: str, size: int) -> None:
    """Put the copy of ``file`` (of ``size`` bytes) in its place; where that was done already, nothing.

    Raises ``ArchiveError`` where there is neither the copy nor a file of that size: it is another archive.
    """
    path = root / file
    copy = rewritten(path)
    if copy.exists() and copy.stat().st_size == size:
        os.replace(copy, path)  # noqa: PTH105 - Path.replace is the same call
        sync_folder(path.parent)
    elif not path.exists() or path.stat().st_size != size:
        raise ArchiveError(
            f"{path}: is to be replaced by a copy of {size} bytes without a forgotten page, and there is none; name the"
            " archive that this corpus belongs to with --archive"
        )


def drop_copies(root: Path, pending: set[str]) -> None:
    """Delete copies that were made by a run killed before it was committed: all but those of ``pending`` files."""
    for path in root.glob(f"*/*{REWRITTEN}"):
        if path.relative_to(root).as_posix().removesuffix(REWRITTEN) not in pending:
            path.unlink()
