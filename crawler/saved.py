"""Files that people saved (HTML, text from the screen, WARC, JSON Lines of articles) to pages and articles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from corpus.provinces import canonical
from corpus.records import VIETNAM, Article, Block, BlockKind, Page
from corpus.text import clean, line
from crawler.address import address
from crawler.errors import TintinhError
from crawler.extract import VERSION
from crawler.normalise import language_of
from crawler.warc import read_warc

_KINDS = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html", ".xhtml": "text/html", ".aspx": "text/html"}
_WARC = (".warc", ".warc.gz", ".arc", ".arc.gz")
_ROWS = (".jsonl", ".ndjson")


class SavedFileError(TintinhError):
    """A file that cannot be read as what its name says it is."""


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """The files of ``paths`` in order, folders walked through for those named like pages, WARC or JSON Lines."""
    for path in paths:
        if path.is_dir():
            known = (*_KINDS, *_WARC, *_ROWS)
            yield from sorted(one for one in path.rglob("*") if one.is_file() and one.name.lower().endswith(known))
        else:
            yield path


def is_warc(path: Path) -> bool:
    """Whether ``path`` is named like a web archive."""
    return path.name.lower().endswith(_WARC)


def is_rows(path: Path) -> bool:
    """Whether ``path`` is named like JSON Lines."""
    return path.name.lower().endswith(_ROWS)


def page_of(
    path: Path, *, url: str | None = None, source: str | None = None, fetched_at: datetime | None = None
) -> Page:
    """The page that was saved as ``path``. Without ``url`` its address is its content: ``urn:sha256:…``.

    ``fetched_at`` (aware) bounds what dates are believed; None stands for now, since a file's own time is that of
    its last copy.
    """
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise SavedFileError(f"{path}: there is no such file") from None
    except OSError as error:
        raise SavedFileError(f"{path}: cannot be read ({error.strerror})") from error
    where = address(url) if url else "urn:sha256:" + hashlib.sha256(body).hexdigest()
    kind = _KINDS.get(path.suffix.lower(), "text/html")
    return Page(
        url=where,
        requested_url=where,
        fetched_at=fetched_at or datetime.now(UTC),
        status=200,
        headers=(("Content-Type", kind),),
        body=body,
        source=source,
    )


def pages_in(path: Path) -> Iterator[Page]:
    """The article pages of a web archive, ours or anybody's: answers with status 200 that hold HTML or text."""
    for page in read_warc(path):
        kind = (page.header("content-type") or "text/html").lower()
        if (
            page.status == 200
            and ("html" in kind or kind.startswith("text/plain"))
            and not page.url.endswith("/robots.txt")
        ):
            yield page


class _Row(BaseModel):
    """One line of JSON Lines: what a researcher's own collection usually has."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: str
    text: str
    id: str | int | None = None
    url: str | None = None
    lead: str | None = None
    source: str | None = None
    published_at: datetime | None = None
    date: str | None = None
    section: str | None = None
    province: str | None = None
    authors: tuple[str, ...] = ()
    agency: str | None = None
    tags: tuple[str, ...] = ()

    @field_validator("title", "text")
    @classmethod
    def _not_empty(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("must not be empty")
        return value

    @field_validator("province")
    @classmethod
    def _a_province(cls, value: str | None) -> str | None:
        if value is None:
            return None
        name = canonical(value)
        if name is None:
            raise ValueError(f"{value!r} is not a province of Việt Nam")
        return name


def articles_in(path: Path) -> Iterator[Article | SavedFileError]:
    """The articles of a JSON Lines file: ``title`` and ``text`` required; ``url, lead, source``, ``published_at`` or
    ``date`` (ISO 8601), ``section, province, authors, agency, tags`` if known; other keys are left unread.

    A line that is none yields the error that names file, line and key, so that its neighbours are not lost.
    """
    try:
        with path.open(encoding="utf-8") as rows:
            for number, text in enumerate(rows, start=1):
                if text.strip():
                    yield _article(text, path, number)
    except FileNotFoundError:
        raise SavedFileError(f"{path}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise SavedFileError(f"{path}: is not UTF-8 ({error.reason}); what follows was not read") from error


def _article(text: str, path: Path, number: int) -> Article | SavedFileError:
    place = f"{path}:{number}"
    try:
        data: Any = json.loads(text)
    except ValueError as error:
        return SavedFileError(f"{place}: is not JSON ({error})")
    try:
        row = _Row.model_validate(data)
        published = _moment(row)
    except ValidationError as error:
        item = error.errors()[0]
        return SavedFileError(f"{place}: key {'.'.join(map(str, item['loc'])) or '(line)'!r}: {item['msg']}")
    except ValueError as error:
        return SavedFileError(f"{place}: key 'date': {error}")
    digest = "sha256:" + hashlib.sha256(text.strip().encode()).hexdigest()
    paragraphs = [line(part) for part in clean(row.text).split("\n")]
    return Article(
        url=address(row.url) if row.url else f"urn:{digest}",
        source=row.source,
        title=line(row.title),
        lead=line(row.lead) if row.lead else None,
        blocks=tuple(Block(BlockKind.PARAGRAPH, part) for part in paragraphs if part),
        authors=tuple(map(line, row.authors)),
        agency=row.agency,
        published_at=published,
        published_precision=None if published is None else "minute" if row.published_at else "day",
        published_from=None if published is None else "structured",
        section=row.section,
        tags=tuple(map(line, row.tags)),
        place=None,
        province=row.province,
        language=language_of(f"{row.title} {row.text[:1000]}"),
        extractor="given",
        extractor_version=VERSION,
        page_digest=digest,
        fetched_at=datetime.now(UTC),
    )


def _moment(row: _Row) -> datetime | None:
    if row.published_at is not None:
        given = row.published_at
        return given.replace(tzinfo=VIETNAM) if given.tzinfo is None else given.astimezone(VIETNAM)
    if row.date is not None:
        return datetime.combine(date.fromisoformat(row.date), time(), VIETNAM)
    return None
