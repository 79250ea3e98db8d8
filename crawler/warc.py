"""Reading WARC files, ours and anybody's: gzip per record, gzip as a whole, or plain; ARC and WACZ too.

A record that ends before its time at the very end of a file was cut by a kill and is left out with a warning;
damage anywhere else is an ``ArchiveError`` that names file and offset. No file, record or header is believed about its
size: memory stays bounded by ``MAX_BODY_BYTES``. Names found inside a file are never used as paths.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from corpus.records import ArchivePlace, Page
from crawler.containers import BROKEN, opened, opened_file
from crawler.encodings import MAX_BODY_BYTES, decoded, joined
from crawler.errors import ArchiveError, CutError, RevisitError
from crawler.framing import Record, read_records, records_in
from crawler.members import GZIP, members

__all__ = [
    "ORIGINAL",
    "REQUESTED",
    "SOURCE",
    "TRUNCATED",
    "decoded",
    "is_saved",
    "read_each",
    "read_part",
    "read_placed",
    "read_placed_page",
    "read_warc",
]

logger = logging.getLogger(__name__)

REQUESTED = "WARC-Tintinh-Requested-URI"
SOURCE = "WARC-Tintinh-Source"
ORIGINAL = "X-Archive-Orig-"
"""Prefix, as Webrecorder uses it, of a header that was true on the wire but is not of the stored payload."""
TRUNCATED = "WARC-Truncated"
"""Carried as a header of the page, too, so that a page kept in part is known for it wherever it goes."""

_TEXT = ("text/", "application/xhtml", "application/json")


def read_warc(path: Path) -> Iterator[Page]:
    """Every HTTP response of a WARC, ARC or WACZ file as a ``Page``, in file order, whatever its status.

    Raises ``ArchiveError`` with file and offset where the file is damaged, is none, or is not there.
    """
    for _, page in read_placed(path, path.name):
        yield page


def read_placed(path: Path, name: str) -> Iterator[tuple[ArchivePlace, Page]]:
    """As ``read_warc``, each page with its place in the archive, where the file goes by ``name``."""
    for place, page in read_each(path, name):
        if isinstance(page, ArchiveError):
            logger.warning("%s; it is left out", page)
        else:
            yield place, page


def read_each(path: Path, name: str) -> Iterator[tuple[ArchivePlace, Page | ArchiveError]]:
    """As ``read_placed``, but a page that is too large is the error that says so, not a warning."""
    for label, file in opened(path):
        yield from read_part(file, label, name)


def read_part(
    file: IO[bytes], label: str, name: str, start: int = 0, end: int | None = None
) -> Generator[tuple[ArchivePlace, Page | ArchiveError], None, int | None]:
    """As ``read_each``, of the records of an open ``file`` that begin at byte ``start`` or later and before ``end``.

    At ``start`` a record must begin (``crawler.members.next_member``); errors name the file by ``label``. What the
    generator returns is the offset of the first record that it left to others, None at the end of the file.
    """
    try:
        for record in read_records(file, label, start, wanted=_may_be_page, limit=MAX_BODY_BYTES):
            if end is not None and record.offset >= end:
                return record.offset
            if (page := _page(record, label)) is not None:
                yield ArchivePlace(name, record.offset, record.length), page
    except CutError as cut:
        logger.warning("%s and is left out", cut)
    except BROKEN as error:
        raise ArchiveError(f"{label}: is damaged ({error})") from error
    return None


def read_placed_page(path: Path, place: ArchivePlace) -> Page:
    """The page at ``place`` of the file ``path``; raises ``ArchiveError`` where there is none, ``RevisitError`` where
    there is the note that it had not changed."""
    at = place.offset
    with opened_file(path) as file:
        file.seek(at)
        stored = file.read(place.length)
    if len(stored) < place.length:
        raise ArchiveError(
            f"{path}: ends at byte {at + len(stored)}, inside the record of {place.length} bytes at offset {at}", at
        )
    stream: IO[bytes] = io.BytesIO(stored)
    if stored.startswith(GZIP):
        try:
            _, _, stream = next(members(stream, path))
        except ArchiveError as error:
            raise ArchiveError(
                f"{path}: the record at offset {at} is damaged ({error.__cause__ or 'it is cut'})", at
            ) from error
    for record in records_in(stream, path, (at, place.length), wanted=_may_be_page, limit=MAX_BODY_BYTES):
        page = _page(record, path)
        if isinstance(page, ArchiveError):
            raise page
        if page is not None:
            return page
        if record.kind == "revisit":
            raise RevisitError(f"{path}: the record at offset {at} is a revisit: no page, but the note of one", at)
    raise ArchiveError(f"{path}: the record at offset {at} is not an HTTP response", at)


def _may_be_page(kind: str, url: str) -> bool:
    return kind == "response" or (kind == "resource" and is_saved(url))


def is_saved(url: str) -> bool:
    """Whether an address is that of a saved file, named by its content, rather than of a page on the web."""
    return url.startswith("urn:sha256:")


def _page(record: Record, path: Path | str) -> Page | ArchiveError | None:
    """The page of a response, or of a resource of ours; None for other records, which are passed over by their type.

    A payload larger than any page is an error where it claims to be text, and passed over where it is a film.
    """
    if record.kind == "resource":
        if not is_saved(record.url or ""):
            return None
    elif record.kind != "response" or record.http_headers is None:
        return None
    if record.payload is None:
        return _too_large(record, path)
    moment = record.headers.get_header("WARC-Date")
    status = record.http_headers.get_statuscode() if record.http_headers else "200"
    try:
        code, fetched_at = int(status), datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        raise ArchiveError(
            f"{path}: the record at offset {record.offset} has status {status!r} and date {moment!r}; "
            "a number and an ISO 8601 date were expected",
            record.offset,
        ) from None
    if fetched_at.tzinfo is None:
        fetched_at = fetched_at.replace(tzinfo=UTC)
    source = record.headers.get_header(SOURCE)
    url = record.url or ""
    if record.kind == "resource":
        kind = record.content_type or "application/octet-stream"
        return Page(url, url, fetched_at, code, (("Content-Type", kind),), record.payload, source=source)
    headers = tuple((name.removeprefix(ORIGINAL), value) for name, value in record.http_headers.headers)
    if cut := record.headers.get_header(TRUNCATED):
        headers += ((TRUNCATED, cut),)
    stored = {name.lower(): value for name, value in record.http_headers.headers}
    payload = record.payload
    if stored.get("transfer-encoding", "").strip().lower() == "chunked":
        payload = joined(payload)
    return Page(
        url=url,
        requested_url=record.headers.get_header(REQUESTED) or url,
        fetched_at=fetched_at,
        status=code,
        headers=headers,
        body=decoded(payload, stored.get("content-encoding"), url),
        # A renamed Content-Encoding says that only the decoded body was known when the page was stored.
        raw=None if (ORIGINAL + "content-encoding").lower() in stored else payload,
        source=source,
    )


def _too_large(record: Record, path: Path | str) -> ArchiveError | None:
    headers = record.http_headers
    kind = ((headers.get_header("Content-Type") if headers else record.content_type) or "").strip().lower()
    if kind and not kind.startswith(_TEXT):
        return None
    return ArchiveError(
        f"{path}: the record at offset {record.offset} holds {record.size} bytes; a page of at most {MAX_BODY_BYTES} "
        "was expected",
        record.offset,
    )
