"""A part of a corpus, for a night elsewhere: what the crawl of some outlets must know, taken out; what it learnt, back.

Articles do not come back this way: their pages are told one by one (``crawler/journal.py``), for a part does not know
whose near-copy they are.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from corpus import forgotten
from corpus.agenda import Agenda, Found, Pause
from corpus.database import transaction
from corpus.rows import utc
from corpus.store import Corpus

_LEARNT = {
    "addresses": "url, source, seen_in, hint, found_at",
    "listings": "url, source, whole_at, etag, last_modified, shown, rule",
    "pauses": "host, source, until, reason",
    "forgotten": "digest, story, whole, domain, at, reason, by",
}
"""What a crawl may add, by table; of ``addresses`` those that a listing showed."""


def take_out(whole: Corpus, path: Path, sources: Iterable[str], hosts: Iterable[str]) -> None:
    """Make the corpus ``path`` of what a night of ``sources``, with addresses on ``hosts``, must know of ``whole``.

    That is their agenda, listings and pauses; what became of every address on the hosts; the memory of what was
    forgotten; when the newest page was fetched; and the articles that are to be looked at again. No other article.
    """
    ids, ranges = json.dumps(sorted(sources)), list(_ranges(hosts))
    with Corpus.open(path) as part:
        connection = part.connection
        with _attached(connection, whole.path, "whole"), transaction(connection):
            connection.execute(
                """INSERT INTO addresses SELECT * FROM whole.addresses
                   WHERE task IS NOT NULL AND source IN (SELECT value FROM json_each(?))""",
                (ids,),
            )
            for first, beyond in ranges:
                connection.execute(
                    "INSERT OR IGNORE INTO addresses SELECT * FROM whole.addresses WHERE url >= ? AND url < ?",
                    (first, beyond),
                )
                connection.execute(
                    """INSERT INTO outcomes (url, source, kind, reason, at, tries)
                       SELECT url, source, kind, reason, at, tries FROM whole.outcomes WHERE url >= ? AND url < ?""",
                    (first, beyond),
                )
            connection.execute(
                "INSERT INTO listings SELECT * FROM whole.listings WHERE source IN (SELECT value FROM json_each(?))",
                (ids,),
            )
            connection.execute("INSERT INTO pauses SELECT * FROM whole.pauses")
            connection.execute("INSERT INTO forgotten SELECT * FROM whole.forgotten")
            connection.execute(
                """INSERT INTO pages (url, requested_url, source, fetched_at, status, digest)
                   SELECT url, requested_url, source, fetched_at, status, digest FROM whole.pages
                   ORDER BY fetched_at DESC LIMIT 1"""
            )
            due = [
                url
                for (url,) in connection.execute(
                    "SELECT url FROM addresses WHERE task = 'revisit' AND source IN (SELECT value FROM json_each(?))",
                    (ids,),
                )
            ]
        for url in due:
            if (stored := whole.article(url)) is not None:
                part.keep(stored.article, page=None, place=None, requested_url=url)


def note_learnt(after: Path, before: Path, into: Path) -> None:
    """Add to the SQLite file ``into`` what the corpus ``after`` holds of agenda, listings, pauses and memory that
    ``before``, from which it was made, does not."""
    with Corpus.open(after, create=False) as part:
        connection = part.connection
        with _attached(connection, before, "before"), _attached(connection, into, "journal", mode="rw"):
            for table, columns in _LEARNT.items():
                connection.execute(f"DROP TABLE IF EXISTS journal.{table}")
                connection.execute(
                    f"""CREATE TABLE journal.{table} AS
                        SELECT {columns} FROM main.{table} EXCEPT SELECT {columns} FROM before.{table}"""  # noqa: S608
                )


def take_in_memory(corpus: Corpus, journal: Path) -> None:
    """Remember the addresses that were found to lead to what was forgotten and still is; before all else is taken in,
    for entries of the journal name them, and what they lead to, in clear text."""
    with closing(sqlite3.connect(journal)) as connection:
        rows = connection.execute(f"SELECT {_LEARNT['forgotten']} FROM forgotten").fetchall()  # noqa: S608 - above
    forgotten.follow(corpus.connection, rows)


def take_in_agenda(corpus: Corpus, journal: Path) -> None:
    """Note the addresses that listings showed, but for those known or forgotten; again it changes nothing."""
    with closing(sqlite3.connect(journal)) as connection:
        rows = connection.execute(
            f"SELECT {_LEARNT['addresses']} FROM addresses WHERE seen_in IS NOT NULL ORDER BY found_at, url"  # noqa: S608
        ).fetchall()
    agenda = Agenda(corpus.connection)
    with agenda.transaction():
        done = corpus.known(row[0] for row in rows)
        for url, source, seen_in, hint, found_at in rows:
            if url not in done:
                found = Found(url, seen_in, datetime.fromisoformat(hint) if hint else None)
                agenda.find([found], source, datetime.fromisoformat(found_at))


def take_in_rest(corpus: Corpus, journal: Path) -> None:
    """Note listings that were read whole, and pauses; nothing of what was forgotten since the part was made."""
    with closing(sqlite3.connect(journal)) as connection:
        learnt = {
            table: connection.execute(f"SELECT {columns} FROM {table}").fetchall()  # noqa: S608 - named above
            for table, columns in _LEARNT.items()
            if table in {"listings", "pauses"}
        }
    agenda = Agenda(corpus.connection)
    with agenda.transaction():
        listings = list(_remembered(corpus.connection, learnt["listings"]))
        corpus.connection.executemany(
            f"""INSERT INTO listings ({_LEARNT["listings"]}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE
                SET source = excluded.source, whole_at = excluded.whole_at, etag = excluded.etag,
                    last_modified = excluded.last_modified, shown = excluded.shown, rule = excluded.rule
                WHERE excluded.whole_at > whole_at OR whole_at > ?""",  # noqa: S608 - named above
            [(*row, utc(datetime.now(UTC))) for row in listings],  # of later is what a wrong clock noted: not believed
        )
        hosts = forgotten.among(corpus.connection, (f"https://{host}/" for host, *_ in learnt["pauses"]))
        for host, source, until, reason in learnt["pauses"]:
            if f"https://{host}/" in hosts:
                continue
            agenda.pause(Pause(host, datetime.fromisoformat(until), reason), source)


def _remembered(connection: sqlite3.Connection, rows: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Rows of ``listings`` without addresses that were forgotten."""
    for url, *middle, shown, rule in rows:
        urls = json.loads(shown)
        gone = forgotten.among(connection, [url, *urls])
        if url not in gone:
            yield url, *middle, json.dumps([one for one in urls if one not in gone]) if gone else shown, rule


def first_page(connection: sqlite3.Connection, article_id: int) -> int | None:
    """The row of the page that an article was first read from."""
    found = connection.execute(
        """SELECT page_id FROM (
               SELECT number, page_id FROM revisions WHERE article_id = ?1
               UNION ALL SELECT 1 << 40, page_id FROM articles WHERE id = ?1)
           ORDER BY number LIMIT 1""",
        (article_id,),
    ).fetchone()
    return int(found[0]) if found is not None and found[0] is not None else None


def has_night(connection: sqlite3.Connection, source: str, started_at: datetime) -> bool:
    """Whether the account of the night of ``source`` that began at ``started_at`` (aware) is kept."""
    asked = connection.execute("SELECT 1 FROM nights WHERE source = ? AND started_at = ?", (source, utc(started_at)))
    return asked.fetchone() is not None


def _ranges(hosts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """From where to where the addresses of each host lie in the order of text."""
    for host in sorted(set(hosts)):
        for scheme in ("http", "https"):
            yield f"{scheme}://{host}/", f"{scheme}://{host}0"  # 0 follows the slash


@contextmanager
def _attached(connection: sqlite3.Connection, path: Path, name: str, mode: str = "ro") -> Iterator[None]:
    connection.execute(f"ATTACH DATABASE ? AS {name}", (f"{path.absolute().as_uri()}?mode={mode}",))
    try:
        yield
    finally:
        connection.execute(f"DETACH DATABASE {name}")
