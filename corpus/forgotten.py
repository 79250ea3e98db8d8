"""The memory of what was forgotten: addresses and domains that are neither fetched nor stored again.

Kept are digests, for an address of the press often holds the headline, and with it the name that was to be forgotten.
SHA-256 without salt: who has a list of addresses can find out which of them were forgotten, and could with a salt in
the same file as well; but without one the memory of one corpus is understood by every other.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from corpus.database import transaction
from corpus.errors import CorpusError
from corpus.records import Article, Outcome, Rejection
from corpus.rows import utc

REASON = "forgotten"
"""The reason under which a page is rejected that leads to a forgotten story."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who asked, why, and when (aware): what is remembered with a forgetting. ``reason`` should name nobody."""

    at: datetime
    by: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One forgetting: when (aware, UTC), the domain (None: a saved file), whether all of it, of how many addresses."""

    at: datetime
    domain: str | None
    whole: bool
    addresses: int
    reason: str | None
    by: str
    story: str


def spelled(url: str) -> str:
    """``url`` without scheme and ``www.``: a story is the same over http and https, and under both names of a host."""
    for scheme in ("https://", "http://"):
        if url.startswith(scheme):
            rest = url.removeprefix(scheme)
            return rest.removeprefix("www.")
    return url


def host_of(url: str) -> str | None:
    """The host of a web address without ``www.``, in lower case; None for other addresses."""
    if not url.startswith(("http://", "https://")):
        return None
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def domain_of(given: str) -> str:
    """The domain that a person named, in lower case and ASCII; ``CorpusError`` where it is none."""
    domain = given.strip().lower().rstrip(".").removeprefix("www.")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    parts = domain.split(".")
    if len(parts) < 2 or not all(part and part.replace("-", "a").isalnum() for part in parts):
        raise CorpusError(f"{given!r} is no domain; one like baolang.vn was expected, without http:// and path")
    return domain


def digest(text: str) -> str:
    """SHA-256 of a spelled address or a domain, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _suffixes(host: str) -> Iterator[str]:
    while host:
        yield host
        host = host.partition(".")[2]


@dataclass(frozen=True)
class Match:
    """Whether an address is one of those meant: by its spelling, or by the domain of its host."""

    spellings: frozenset[str]
    domains: frozenset[str] = frozenset()

    def __call__(self, url: str) -> bool:
        if spelled(url) in self.spellings:
            return True
        host = host_of(url) if self.domains else None
        return host is not None and not self.domains.isdisjoint(_suffixes(host))


def _digests(url: str) -> list[str]:
    """Under which digests ``url`` may have been forgotten: its own, and those of the domains it lies in."""
    host = host_of(url)
    return [digest(spelled(url)), *map(digest, _suffixes(host) if host else ())]


def anything(connection: sqlite3.Connection) -> bool:
    """Whether anything was ever forgotten; where nothing was, no address need be looked up."""
    return connection.execute("SELECT 1 FROM forgotten LIMIT 1").fetchone() is not None


def stories(connection: sqlite3.Connection, urls: Iterable[str]) -> dict[str, str]:
    """Those of ``urls`` that were forgotten, each with the digest of its story."""
    if not anything(connection):
        return {}
    asked = {url: _digests(url) for url in urls}
    wanted = sorted({one for digests in asked.values() for one in digests})
    known = dict(
        connection.execute(
            """SELECT digest, story FROM forgotten WHERE digest IN (SELECT value FROM json_each(?))""",
            (json.dumps(wanted),),
        )
    )
    found = {}
    for url, digests in asked.items():
        story = next((known[one] for one in digests if one in known), None)
        if story is not None:
            found[url] = story
    return found


def among(connection: sqlite3.Connection, urls: Iterable[str]) -> set[str]:
    """Those of ``urls`` that were forgotten, by themselves or with their domain."""
    return set(stories(connection, urls))


def refuse(
    connection: sqlite3.Connection, result: Article | Rejection, addresses: list[str], gone: set[str], answered: str
) -> Outcome:
    """Store nothing of a forgotten story that ``answered``, or its own address, is of; what led there (``addresses``)
    is remembered with it, so that it is not asked for again."""
    to = next((url for url in (result.url, answered) if url in gone), None)
    if to is not None:
        lead(connection, addresses, to=to)
    said = f"{result.url}: was forgotten on request, and is not stored again"
    return Outcome(result.url, result.source, "rejected", reason=REASON, detail=said)


def remember(connection: sqlite3.Connection, groups: Iterable[Iterable[str]], request: Request) -> None:
    """Remember addresses, those of each story together; what is remembered already stays as it was."""
    for urls in groups:
        some = list(dict.fromkeys(urls))
        if some:
            known = stories(connection, some)
            new = [url for url in some if url not in known]
            _insert(connection, new, next(iter(known.values()), digest(spelled(some[0]))), request)


def remember_domain(connection: sqlite3.Connection, domain: str, request: Request) -> None:
    """Remember a domain, with every address and subdomain of it."""
    connection.execute(
        """INSERT INTO forgotten (digest, story, whole, domain, at, reason, by) VALUES (?1, ?1, 1, ?2, ?3, ?4, ?5)
           ON CONFLICT (digest) DO UPDATE SET whole = 1""",
        (digest(domain), domain, utc(request.at), request.reason, request.by),
    )


def lead(connection: sqlite3.Connection, urls: Iterable[str], to: str) -> None:
    """Remember that ``urls`` lead to the forgotten address ``to``, and nothing else of them.

    The address of a stored article is left as it is: that today it leads elsewhere is no reason to lose a story.
    """
    story = stories(connection, [to]).get(to)
    if story is None:
        return
    some = json.dumps(sorted(set(urls) - {to}))
    with transaction(connection):
        free = [
            url
            for (url,) in connection.execute(
                """SELECT value FROM json_each(?) WHERE NOT EXISTS
                   (SELECT 1 FROM outcomes WHERE url = value AND kind <> 'rejected')""",
                (some,),  # by kind: the corpus of a part has the articles of others nowhere (corpus.parted)
            )
        ]
        at, reason, by = connection.execute(
            "SELECT at, reason, by FROM forgotten WHERE story = ? ORDER BY at LIMIT 1", (story,)
        ).fetchone()
        _insert(connection, free, story, Request(datetime.fromisoformat(at), by, reason))
        _drop(connection, free)


def _drop(connection: sqlite3.Connection, urls: Iterable[str]) -> None:
    """Drop what the corpus has of addresses that lead to a forgotten story."""
    for url in urls:
        connection.execute("DELETE FROM outcomes WHERE url = ?", (url,))
        connection.execute("DELETE FROM addresses WHERE url = ?", (url,))


def _insert(connection: sqlite3.Connection, urls: Iterable[str], story: str, request: Request) -> None:
    connection.executemany(
        """INSERT INTO forgotten (digest, story, whole, domain, at, reason, by) VALUES (?, ?, 0, ?, ?, ?, ?)
           ON CONFLICT (digest) DO NOTHING""",
        [(digest(spelled(url)), story, host_of(url), utc(request.at), request.reason, request.by) for url in urls],
    )


def undo(connection: sqlite3.Connection, urls: Iterable[str], domains: Iterable[str]) -> int:
    """Allow addresses and domains to be fetched again, with all that belong to the same stories; how many."""
    digests = [*(digest(spelled(url)) for url in urls), *map(digest, domains)]
    with transaction(connection):
        return connection.execute(
            """DELETE FROM forgotten WHERE story IN
               (SELECT story FROM forgotten WHERE digest IN (SELECT value FROM json_each(?)))""",
            (json.dumps(digests),),
        ).rowcount


Memory = list[tuple[object, ...]]
"""Rows of ``forgotten``."""


def memory(connection: sqlite3.Connection) -> Memory:
    """All that a corpus remembers to have forgotten."""
    return connection.execute("SELECT digest, story, whole, domain, at, reason, by FROM forgotten").fetchall()


def take_over(connection: sqlite3.Connection, rows: Memory) -> None:
    """Remember what another corpus does, too; what is remembered already stays as it was."""
    connection.executemany(
        """INSERT INTO forgotten (digest, story, whole, domain, at, reason, by) VALUES (?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (digest) DO NOTHING""",
        rows,
    )


def follow(connection: sqlite3.Connection, rows: Memory) -> None:
    """Remember, as ``lead`` does, the addresses that another corpus found to lead to what is forgotten here.

    Not those of stored articles, and nothing of a story that is allowed again.
    """
    still = {story for (story,) in connection.execute("SELECT story FROM forgotten")}
    new = {str(row[0]): row for row in rows if row[1] in still and not _remembers(connection, row[0])}
    if not new:
        return
    named = {domain for row in new.values() if (domain := row[3]) is not None}
    hosts = [f"{scheme}://{www}{one}" for one in named for scheme in ("http", "https") for www in ("", "www.")]
    known = connection.execute(
        """SELECT url, max(stored) FROM (
               SELECT url, kind <> 'rejected' AS stored
               FROM json_each(?1) JOIN outcomes ON url >= value || '/' AND url < value || '0'
               UNION ALL
               SELECT url, 0 FROM json_each(?1) JOIN addresses ON url >= value || '/' AND url < value || '0')
           GROUP BY url""",
        (json.dumps(hosts),),
    )
    met = [(url, of, stored) for url, stored in known if (of := digest(spelled(url))) in new]
    kept = {of for _, of, stored in met if stored}
    with transaction(connection):
        take_over(connection, [row for of, row in new.items() if of not in kept])
        _drop(connection, [url for url, of, _ in met if of not in kept])


def _remembers(connection: sqlite3.Connection, digest_of: object) -> bool:
    return connection.execute("SELECT 1 FROM forgotten WHERE digest = ?", (digest_of,)).fetchone() is not None


def stored_of(connection: sqlite3.Connection, rows: Memory) -> list[str]:
    """The addresses in this corpus that another one, which remembers ``rows``, has forgotten."""
    gone = {str(row[0]) for row in rows}
    urls = connection.execute(
        """SELECT url FROM articles UNION SELECT url FROM outcomes UNION SELECT url FROM addresses
           UNION SELECT url FROM pages UNION SELECT requested_url FROM pages"""
    )
    return [url for (url,) in urls if not gone.isdisjoint(_digests(url))]


def entries(connection: sqlite3.Connection) -> list[Entry]:
    """What was forgotten, a story or domain each, the newest first."""
    rows = connection.execute(
        """SELECT max(at), coalesce(max(CASE WHEN digest = story THEN domain END), max(domain)), max(whole),
                  count(*) - max(whole), max(reason), max(by), story
           FROM forgotten GROUP BY story ORDER BY max(at) DESC, story"""
    )
    return [
        Entry(datetime.fromisoformat(at), domain, bool(whole), count, reason, by, story)
        for at, domain, whole, count, reason, by, story in rows
    ]
