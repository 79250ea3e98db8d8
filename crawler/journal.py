"""A journal: what became of each address of a crawl, as it was read, to be stored elsewhere later.

A crawl on another machine has no corpus to store in; it works on a small one of its own (``corpus.parted``) and writes
here what the corpus at home is to be told (``crawler.retelling``). A file of SQLite; killed, the whole crawl is made
anew, so nothing waits for the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from corpus.records import ArchivePlace, Article, Outcome, Page, Rejection
from corpus.rows import utc

_TABLES = """
    CREATE TABLE IF NOT EXISTS entries (moment TEXT NOT NULL, source TEXT NOT NULL, content TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS accounts (source TEXT PRIMARY KEY, content TEXT NOT NULL);
"""


@dataclass(frozen=True)
class PageNote:
    """What is told of a page: all of ``Page`` but its bytes; ``digest`` is of the body, ``payload`` of what came over
    the wire, as its WARC record names it, ``headers`` are its validators."""

    url: str
    requested_url: str
    fetched_at: datetime
    status: int
    source: str | None
    digest: str
    payload: str
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class NotedPage(Page):
    """A page of which only a note is known; its ``body`` is empty."""

    known: str = ""

    @property
    def digest(self) -> str:  # known, where a page computes it
        """``sha256:`` and the digest of the body that was read."""
        return self.known


@dataclass(frozen=True)
class Entry:
    """What became of the address ``asked`` at one outlet, at the moment ``at`` (aware, UTC).

    An ``article`` or a ``rejection`` with the ``page`` and the ``place`` it was read from, a rejection without a page,
    or none of them: an article that was looked at again had not changed. ``visit``: it was a look at an article of an
    earlier night; ``retry``: a further try of an address that had failed.
    """

    source: str
    asked: str
    at: datetime
    visit: bool = False
    retry: bool = False
    page: PageNote | None = None
    place: ArchivePlace | None = None
    article: Article | None = None
    rejection: Rejection | None = None

    @property
    def moment(self) -> datetime:
        """What the order of entries goes by: when the page was fetched; without one, when that was known."""
        return self.page.fetched_at if self.page is not None else self.at


@dataclass(frozen=True)
class Account:
    """What a crawl found out beside its entries; see ``crawler.expectations.Counts``. Moments are aware, in UTC."""

    source: str
    started_at: datetime
    ended_at: datetime
    found: int
    known: int
    unread: tuple[str, ...] = ()
    listings: Mapping[str, int] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    ended: str = "finished"


_ENTRY, _ACCOUNT = TypeAdapter(Entry), TypeAdapter(Account)


def note_of(page: Page, payload: str) -> PageNote:
    """The note of a page whose payload has the digest ``payload``."""
    validators = (("ETag", page.header("ETag")), ("Last-Modified", page.header("Last-Modified")))
    return PageNote(
        url=page.url,
        requested_url=page.requested_url,
        fetched_at=page.fetched_at,
        status=page.status,
        source=page.source,
        digest=page.digest,
        payload=payload,
        headers=tuple((name, value) for name, value in validators if value is not None),
    )


def page_of(note: PageNote) -> NotedPage:
    """The page of a note, as far as it is known."""
    return NotedPage(
        url=note.url,
        requested_url=note.requested_url,
        fetched_at=note.fetched_at,
        status=note.status,
        headers=note.headers,
        body=b"",
        source=note.source,
        known=note.digest,
    )


class Journal:
    """The journal at ``path``, made where there is none; several crawls may write to it, one after the other."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def write(self, entry: Entry, outcome: Outcome | None = None) -> None:
        """Add an entry. An article that was refused, as ``outcome`` says, is written as the rejection it became."""
        self._connection.execute(
            "INSERT INTO entries (moment, source, content) VALUES (?, ?, ?)",
            (utc(entry.moment), entry.source, _ENTRY.dump_json(_refused(entry, outcome)).decode()),
        )

    def account(self, account: Account) -> None:
        """Write the account of a crawl that came to its end."""
        self._connection.execute(
            "INSERT OR REPLACE INTO accounts (source, content) VALUES (?, ?)",
            (account.source, _ACCOUNT.dump_json(account).decode()),
        )

    def entries(self, source: str | None = None) -> Iterator[Entry]:
        """The entries of one ``source`` or all, in the order of ``Entry.moment``, then source, then writing."""
        found = self._connection.execute(
            "SELECT content FROM entries WHERE source = coalesce(?, source) ORDER BY moment, source, rowid", (source,)
        )
        return (_ENTRY.validate_json(content) for (content,) in found)

    def accounts(self) -> list[Account]:
        """The accounts, by source."""
        found = self._connection.execute("SELECT content FROM accounts ORDER BY source")
        return [_ACCOUNT.validate_json(content) for (content,) in found]


def _refused(entry: Entry, outcome: Outcome | None) -> Entry:
    if outcome is None or outcome.kind != "rejected" or entry.article is None:
        return entry
    rejection = Rejection(outcome.url, outcome.source, str(outcome.reason), outcome.detail or "")
    return Entry(
        entry.source, entry.asked, entry.at, entry.visit, entry.retry, entry.page, entry.place, rejection=rejection
    )
