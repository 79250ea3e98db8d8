"""The agenda: what is still to be done at the outlets, kept beside the articles so that both change together.

It holds addresses, moments and reasons; how long to wait, and how often, is the caller's to decide.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from corpus.database import transaction
from corpus.opinions import CHUNK
from corpus.rows import utc

TaskKind = Literal["fetch", "retry", "revisit"]


@dataclass(frozen=True, slots=True)
class Found:
    """An article address as a listing showed it: ``hint`` is the date given there (aware), ``seen_in`` the listing."""

    url: str
    seen_in: str
    hint: datetime | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """An address of the agenda; ``kind`` is None where nothing is to be done. Moments are aware, in UTC.

    ``attempts`` are failures in a row, the first at ``failing_since``; ``visits`` how often the article, first fetched
    at ``stored_at``, was looked at again, last at ``visited_at``; the last four are of the answer that a conditional
    request refers to.
    """

    url: str
    source: str
    found_at: datetime
    kind: TaskKind | None = None
    due_at: datetime | None = None
    hint: datetime | None = None
    attempts: int = 0
    failing_since: datetime | None = None
    reason: str | None = None
    stored_at: datetime | None = None
    visits: int = 0
    visited_at: datetime | None = None
    fetched_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    payload_digest: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The last complete reading of a feed, sitemap or listing: all it showed at ``whole_at`` is in the agenda.

    ``shown`` are the article addresses on its first page, the first hundred.
    """

    url: str
    whole_at: datetime
    etag: str | None
    last_modified: str | None
    rule: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """A host that is not to be asked before ``until``, and why."""

    host: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Trail:
    """How far a walk into the past has come: ``rest`` are the addresses to read next, empty where it is over."""

    root: str
    since: date
    page: int
    rest: tuple[str, ...]


_COLUMNS = (
    "url", "source", "found_at", "task", "due_at", "hint", "attempts", "failing_since", "reason", "stored_at",
    "visits", "visited_at", "fetched_at", "etag", "last_modified", "payload_digest",
)  # fmt: skip
_MOMENTS = frozenset({"found_at", "due_at", "hint", "failing_since", "stored_at", "visited_at", "fetched_at"})


class Agenda:
    """The agenda of an open corpus; every method is one transaction, or a part of the one it is called in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def transaction(self) -> AbstractContextManager[None]:
        """What is written inside is kept as a whole or not at all."""
        return transaction(self._connection)

    # Addresses

    def find(self, found: Iterable[Found], source: str, at: datetime) -> None:
        """Note addresses that were not noted before, to be fetched from ``at`` on."""
        with self.transaction():
            self._connection.executemany(
                """INSERT INTO addresses (url, source, seen_in, hint, found_at, task, due_at)
                   VALUES (?, ?, ?, ?, ?, 'fetch', ?) ON CONFLICT (url) DO NOTHING""",
                [
                    (one.url, source, one.seen_in, one.hint.isoformat() if one.hint else None, utc(at), utc(at))
                    for one in found
                ],
            )

    def tasks(self, urls: Iterable[str]) -> dict[str, Task]:
        """What the agenda knows of ``urls``, by address."""
        wanted = list(dict.fromkeys(urls))
        known: dict[str, Task] = {}
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            rows = self._connection.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM addresses WHERE url IN ({', '.join('?' * len(some))})",  # noqa: S608
                some,
            )
            known |= {row[0]: _task(row) for row in rows}
        return known

    def task(self, url: str) -> Task | None:
        """What the agenda knows of one address."""
        return self.tasks([url]).get(url)

    def due(self, source: str, at: datetime, horizon: datetime) -> list[Task]:
        """The tasks of ``source`` that are due at ``at``, the newest hint first.

        A task later than ``horizon`` is due, too: it was put off by a clock that was wrong.
        """
        rows = self._connection.execute(
            f"""SELECT {", ".join(_COLUMNS)} FROM addresses
                WHERE source = ? AND task IS NOT NULL AND (due_at <= ? OR due_at > ?)
                ORDER BY hint IS NULL, hint DESC, found_at, url""",  # noqa: S608
            (source, utc(at), utc(horizon)),
        )
        return [_task(row) for row in rows]

    def waiting(self, source: str) -> int:
        """How many addresses of ``source`` are still to be fetched, now or later; revisits are not counted."""
        found: int = self._connection.execute(
            "SELECT count(*) FROM addresses WHERE source = ? AND task IN ('fetch', 'retry')", (source,)
        ).fetchone()[0]
        return found

    def visited(self, source: str, since: datetime) -> int:
        """How many articles of ``source`` were visited again since that moment."""
        found: int = self._connection.execute(
            "SELECT count(*) FROM addresses WHERE source = ? AND visits > 0 AND visited_at >= ?", (source, utc(since))
        ).fetchone()[0]
        return found

    def changed(self, source: str, since: datetime) -> int:
        """How many articles of ``source`` have got another edition since that moment."""
        found: int = self._connection.execute(
            """SELECT count(*) FROM articles WHERE source = ? AND fetched_at >= ?
               AND EXISTS (SELECT 1 FROM revisions WHERE article_id = articles.id)""",
            (source, utc(since)),
        ).fetchone()[0]
        return found

    def write(self, task: Task) -> None:
        """Store ``task`` in place of what the agenda knew of its address."""
        values = [_stored(getattr(task, "kind" if name == "task" else name), local=name == "hint") for name in _COLUMNS]
        with self.transaction():
            self._connection.execute(
                f"""INSERT INTO addresses ({", ".join(_COLUMNS)}) VALUES ({", ".join("?" * len(_COLUMNS))})
                    ON CONFLICT (url) DO UPDATE
                    SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])}""",  # noqa: S608
                values,
            )

    def drop(self, url: str) -> None:
        """Forget all that the agenda knows of an address."""
        with self.transaction():
            self._connection.execute("DELETE FROM addresses WHERE url = ?", (url,))

    # Listings, hosts, walks

    def reading(self, url: str) -> Reading | None:
        """The last complete reading of the feed, sitemap or listing at ``url``."""
        row = self._connection.execute(
            "SELECT url, whole_at, etag, last_modified, rule, shown FROM listings WHERE url = ?", (url,)
        ).fetchone()
        if row is None:
            return None
        whole_at, etag, last_modified, rule, shown = row[1:]
        return Reading(url, datetime.fromisoformat(whole_at), etag, last_modified, rule, tuple(json.loads(shown)))

    def read(self, reading: Reading, source: str) -> None:
        """Note that a listing was read to the end."""
        with self.transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO listings (url, source, whole_at, etag, last_modified, rule, shown)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    reading.url,
                    source,
                    utc(reading.whole_at),
                    reading.etag,
                    reading.last_modified,
                    reading.rule,
                    json.dumps(reading.shown),
                ),
            )

    def pause(self, pause: Pause, source: str) -> None:
        """Note that a host is to be left alone; the later of two moments stands."""
        with self.transaction():
            self._connection.execute(
                """INSERT INTO pauses (host, source, until, reason) VALUES (?, ?, ?, ?) ON CONFLICT (host) DO UPDATE
                   SET until = excluded.until, reason = excluded.reason, source = excluded.source
                   WHERE excluded.until > until""",
                (pause.host, source, utc(pause.until), pause.reason),
            )

    def pauses(self, at: datetime, horizon: datetime) -> dict[str, Pause]:
        """The hosts that are to be left alone at ``at``; not those paused beyond ``horizon``, by a wrong clock."""
        rows = self._connection.execute(
            "SELECT host, until, reason FROM pauses WHERE until > ? AND until <= ?", (utc(at), utc(horizon))
        )
        return {host: Pause(host, datetime.fromisoformat(until), reason) for host, until, reason in rows}

    def trail(self, root: str) -> Trail | None:
        """How far the walk into the past from ``root`` has come."""
        row = self._connection.execute("SELECT root, since, page, rest FROM walks WHERE root = ?", (root,)).fetchone()
        return Trail(row[0], date.fromisoformat(row[1]), row[2], tuple(json.loads(row[3]))) if row else None

    def walked(self, trail: Trail, source: str, at: datetime) -> None:
        """Note how far a walk has come."""
        with self.transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO walks (root, source, since, page, rest, at) VALUES (?, ?, ?, ?, ?, ?)",
                (trail.root, source, trail.since.isoformat(), trail.page, json.dumps(trail.rest), utc(at)),
            )

    def newest_page(self) -> datetime | None:
        """When the newest page of the corpus was fetched, by the clock of that night."""
        row = self._connection.execute("SELECT max(fetched_at) FROM pages").fetchone()
        return datetime.fromisoformat(row[0]) if row[0] else None


def _stored(value: object, *, local: bool) -> object:
    if isinstance(value, datetime):
        return value.isoformat() if local else utc(value)
    return value


def _task(row: tuple[object, ...]) -> Task:
    values = [
        datetime.fromisoformat(str(value)) if name in _MOMENTS and value is not None else value
        for name, value in zip(_COLUMNS, row, strict=True)
    ]
    return Task(*values)  # type: ignore[arg-type]  # the columns are the fields, in their order
