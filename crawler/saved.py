"""Files that people saved (HTML, text from the screen, WARC, JSON Lines of articles) to pages and articles."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from corpus.provinces import canonical, on_day
from corpus.records import VIETNAM, Article, Block, BlockKind, Page, Precision
from corpus.text import clean, line
from crawler.address import address
from crawler.errors import ArchiveError, TintinhError
from crawler.extract import VERSION
from crawler.normalise import language_of
from crawler.warc import is_saved, read_each

_KINDS = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html", ".xhtml": "text/html", ".aspx": "text/html"}
_WARC = (".warc", ".warc.gz", ".arc", ".arc.gz", ".wacz")
_ROWS = (".jsonl", ".ndjson")
_JSON = "application/json"


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


def page_of(path: Path, *, url: str | None = None, fetched_at: datetime | None = None) -> Page:
    """The page that was saved as ``path``. Without ``url`` its address is its content: ``urn:sha256:…``.

    Raises ``SavedFileError`` where the file cannot be read or ``url`` is no address on the web.
    ``fetched_at`` (aware) bounds what dates are believed; None stands for now, since a file's own time is that of
    its last copy.
    """
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        raise SavedFileError(f"{path}: there is no such file") from None
    except OSError as error:
        raise SavedFileError(f"{path}: cannot be read ({error.strerror})") from error
    try:
        where = _web_address(url) if url else "urn:sha256:" + hashlib.sha256(body).hexdigest()
    except ValueError as error:
        raise SavedFileError(f"{path}: {error}") from error
    kind = _KINDS.get(path.suffix.lower(), "text/html")
    return Page(
        url=where,
        requested_url=where,
        fetched_at=fetched_at or datetime.now(UTC),
        status=200,
        headers=(("Content-Type", kind),),
        body=body,
    )


def _web_address(url: str) -> str:
    """The one spelling of ``url``; ``ValueError`` where it is no address that a paper could have."""
    try:
        spelled = address(url)
        parts = urlsplit(spelled)
    except ValueError as error:
        raise ValueError(f"{url!r} is no address on the web ({error})") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url!r} is no address on the web; one that begins with http:// or https:// was expected")
    return spelled


def pages_in(path: Path) -> Iterator[Page | ArchiveError]:
    """The article pages of a web archive, ours or anybody's: answers with status 200 that hold HTML or text, and the
    records of JSON Lines that an earlier import archived. A page too large to be one yields the error that says so.
    """
    for _, page in read_each(path, path.name):
        if isinstance(page, ArchiveError):
            yield page
            continue
        kind = (page.header("content-type") or "text/html").lower()
        if (
            page.status == 200
            and ("html" in kind or kind.startswith("text/plain") or is_record(page))
            and not page.url.endswith("/robots.txt")
        ):
            yield page


def is_record(page: Page) -> bool:
    """Whether ``page`` is one line of JSON Lines, archived as it was imported."""
    return is_saved(page.url) and page.header("content-type") == _JSON


def _not_empty(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    return text


def _province(name: str) -> str:
    known = canonical(name)
    if known is None:
        raise ValueError(f"{name!r} is not a province of Việt Nam")
    return known


def _dated(value: object) -> tuple[datetime, Precision] | None:
    """A day or moment in ISO 8601 at +07:00, and how precise it was given; a number is none."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no date; a string like 2025-03-01 or 2025-03-01T08:30+07:00 was expected")
    text = line(value)
    try:
        precision: Precision = "day" if _is_day(text) else "minute"
        given = (
            datetime.combine(date.fromisoformat(text), time()) if precision == "day" else datetime.fromisoformat(text)
        )
        when = given.replace(tzinfo=VIETNAM) if given.tzinfo is None else given.astimezone(VIETNAM)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{value!r} is no date in ISO 8601 ({error})") from error
    if when > datetime.now(UTC) + timedelta(days=1):
        raise ValueError(f"{value!r} is still to come; the day or moment of publication was expected")
    return when, precision


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


_Line = Annotated[str, AfterValidator(line)]
_Dated = Annotated[tuple[datetime, Precision] | None, BeforeValidator(_dated)]


class _Row(BaseModel):
    """One line of JSON Lines: what a researcher's own collection usually has. Every text arrives cleaned."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    title: Annotated[_Line, AfterValidator(_not_empty)]
    text: Annotated[str, AfterValidator(clean), AfterValidator(_not_empty)]
    url: Annotated[str, AfterValidator(_web_address)] | None = None
    lead: _Line | None = None
    source: _Line | None = None
    published_at: _Dated = None
    date: _Dated = None
    section: _Line | None = None
    province: Annotated[str, AfterValidator(_province)] | None = None
    authors: list[_Line] = []
    agency: _Line | None = None
    tags: list[_Line] = []


def articles_in(path: Path) -> Iterator[Article | SavedFileError]:
    """The articles of a JSON Lines file: ``title`` and ``text`` required; ``url, lead, source``, ``published_at`` or
    ``date`` (ISO 8601, a day or a moment), ``section, province, authors, agency, tags`` if known; other keys are left
    unread.

    A line that is none yields the error that names file, line and key, so that its neighbours are not lost.
    """
    for page in records_in(path):
        yield page if isinstance(page, SavedFileError) else article_of(page, str(path))


def records_in(path: Path) -> Iterator[Page | SavedFileError]:
    """As ``articles_in``, each line as the page it is archived as: ``application/json`` under ``urn:sha256:…``."""
    try:
        with path.open("rb") as rows:
            for number, raw in enumerate(rows, start=1):
                if raw.strip():
                    yield _record(raw, f"{path}:{number}")
    except FileNotFoundError:
        raise SavedFileError(f"{path}: there is no such file") from None
    except OSError as error:
        raise SavedFileError(f"{path}: cannot be read ({error.strerror})") from error


def _record(raw: bytes, place: str) -> Page | SavedFileError:
    try:
        body = raw.decode("utf-8-sig").strip().encode()
        _row(body, place)
    except UnicodeDecodeError as error:
        return SavedFileError(f"{place}: is not UTF-8 ({error.reason})")
    except SavedFileError as error:
        return error
    url = "urn:sha256:" + hashlib.sha256(body).hexdigest()
    return Page(url, url, datetime.now(UTC), 200, (("Content-Type", _JSON),), body)


def _row(body: bytes, place: str) -> _Row:
    try:
        data: Any = json.loads(body)
        return _Row.model_validate(data)
    except ValidationError as error:
        item = error.errors()[0]
        key = ".".join(map(str, item["loc"])) or "(line)"
        raise SavedFileError(f"{place}: key {key!r}: {item['msg'].removeprefix('Value error, ')}") from error
    except (ValueError, RecursionError) as error:
        raise SavedFileError(f"{place}: is not JSON ({error})") from error


def article_of(page: Page, place: str) -> Article:
    """The article that a page of ``records_in`` states; ``SavedFileError``, naming ``place``, where it states none."""
    row = _row(page.body, place)
    published, precision = row.published_at or row.date or (None, None)
    province = on_day(row.province, published.date()) if row.province and published else row.province
    paragraphs = [line(part) for part in row.text.split("\n")]
    return Article(
        url=row.url or page.url,
        source=row.source or None,
        title=row.title,
        lead=row.lead or None,
        blocks=tuple(Block(BlockKind.PARAGRAPH, part) for part in paragraphs if part),
        authors=tuple(filter(None, row.authors)),
        agency=row.agency or None,
        published_at=published,
        published_precision=precision,
        published_from=None if published is None else "structured",
        section=row.section or None,
        tags=tuple(filter(None, row.tags)),
        place=None,
        province=province,
        language=language_of(f"{row.title} {row.text[:1000]}"),
        extractor="given",
        extractor_version=VERSION,
        page_digest=page.digest,
        fetched_at=page.fetched_at,
    )
