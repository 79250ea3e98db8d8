"""A web archive on the disk: one file of records, or several packed into one WACZ."""

from __future__ import annotations

import errno
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from crawler.errors import ArchiveError

WACZ = ".wacz"
_ZIP = b"PK\x03\x04"
_RECORDS = (".warc", ".warc.gz")
BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError)
"""What reading the files of a damaged zip raises; RuntimeError where one is encrypted or packed in an unknown way."""


@contextmanager
def opened_file(path: Path) -> Iterator[Any]:
    """The file open for reading; ``ArchiveError`` where it cannot be."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        raise ArchiveError(f"{path}: there is no such archive file") from None
    with file:
        yield file


def opened(path: Path) -> Iterator[tuple[str, Any]]:
    """Each file of records in ``path``, open, with the name that errors give it; nothing is unpacked to the disk.

    Of a WACZ (a zip file, as browsertrix and Webrecorder write) these are the WARC files under ``archive/``. Raises
    ``ArchiveError`` where there is no such file, or a WACZ is none.
    """
    with opened_file(path) as file:
        start = file.read(len(_ZIP))
        file.seek(0)
        if start != _ZIP and path.suffix.lower() != WACZ:
            yield str(path), file
            return
        try:
            yield from _packed(file, path)
        except (*BROKEN, UnicodeDecodeError) as error:  # of a name that is said to be UTF-8
            raise ArchiveError(f"{path}: cannot be read as WACZ, a zip file with WARC files in it ({error})") from error


def _opened(packed: zipfile.ZipFile, one: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return packed.open(one)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        # The directory of a damaged zip names a place before the beginning of the file.
        raise zipfile.BadZipFile(f"{one.filename} is said to lie outside the file") from error


def _packed(file: Any, path: Path) -> Iterator[tuple[str, Any]]:
    with zipfile.ZipFile(file) as packed:
        names = [
            one for one in packed.infolist() if one.filename.startswith("archive/") and one.filename.endswith(_RECORDS)
        ]
        if not names:
            raise ArchiveError(f"{path}: holds no WARC file under archive/, as a WACZ does")
        for one in names:
            with _opened(packed, one) as records:
                yield f"{path}!{one.filename}", records
