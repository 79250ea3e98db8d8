"""What goes when a story is forgotten, found out first, then taken out of the corpus in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corpus import duplicates, forgotten, index, redaction, tallies
from corpus.database import transaction
from corpus.forgotten import Match, Request, host_of, spelled
from corpus.rows import load

_WEB = ("https://", "http://", "https://www.", "http://www.")
_AT_ONCE = 200
"""Articles loaded together, some 2 MB."""


@dataclass(frozen=True, slots=True)
class Other:
    """A near-duplicate that stays."""

    id: int
    url: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Going:
    """A story that goes: its number, addresses (its own first), title, outlet, day (ISO 8601), how many ``editions``
    of it there are, and its near-duplicates that stay."""

    id: int
    addresses: tuple[str, ...]
    title: str
    source: str | None
    day: str | None
    editions: int
    copies: tuple[Other, ...]


@dataclass(frozen=True)
class Plan:
    """What goes: ``stories``, ``addresses`` (all, those of stories and those that gave none), rows of ``pages``.

    ``asked`` are the addresses and ``domains`` that were named; ``match`` says of any address whether it is meant.
    """

    asked: tuple[str, ...]
    domains: tuple[str, ...]
    stories: tuple[Going, ...]
    addresses: tuple[str, ...]
    pages: tuple[int, ...]

    @property
    def match(self) -> Match:
        """Whether an address is one of those that go."""
        return Match(frozenset(map(spelled, (*self.asked, *self.addresses))), frozenset(self.domains))


def plan(connection: sqlite3.Connection, asked: Iterable[str], domains: Iterable[str] = ()) -> Plan:
    """What goes when the addresses ``asked`` and all those of ``domains`` are forgotten; nothing is changed.

    An address stands for the story it leads to, with every other address that leads there, over http and https, with
    and without ``www.``; and for every page that was fetched from it.
    """
    asked, domains = tuple(dict.fromkeys(asked)), tuple(dict.fromkeys(domains))
    variants = dict.fromkeys(variant for url in asked for variant in _variants(url))
    found = _Found(connection)
    found.follow([*variants, *_of_domains(connection, domains)])
    stories = tuple(story for ids in _chunks(sorted(found.articles)) for story in _stories(connection, ids, found))
    known = [url for url in found.addresses if url not in variants or found.is_known(url)]
    return Plan(asked, domains, stories, tuple(dict.fromkeys(known)), tuple(sorted(found.pages)))


def _variants(url: str) -> Iterator[str]:
    yield url
    if host_of(url) is not None:
        yield from (start + spelled(url) for start in _WEB)


def _of_domains(connection: sqlite3.Connection, domains: Iterable[str]) -> Iterator[str]:
    for domain in domains:
        of_it = Match(frozenset(), frozenset([domain]))
        rows = connection.execute(
            """SELECT url FROM articles WHERE instr(url, ?1) UNION SELECT url FROM outcomes WHERE instr(url, ?1)
               UNION SELECT url FROM addresses WHERE instr(url, ?1) UNION SELECT url FROM pages WHERE instr(url, ?1)
               UNION SELECT requested_url FROM pages WHERE instr(requested_url, ?1)""",
            (domain,),
        )
        yield from (url for (url,) in rows if of_it(url))


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


class _Found:
    """All that hangs together with some addresses."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.addresses: dict[str, None] = {}
        self.articles: set[int] = set()
        self.pages: set[int] = set()
        self._answered: set[str] = set()

    def is_known(self, url: str) -> bool:
        """Whether the corpus has heard of an address that was followed."""
        row = self._connection.execute(
            """SELECT EXISTS (SELECT 1 FROM articles WHERE url = ?1) OR EXISTS (SELECT 1 FROM outcomes WHERE url = ?1)
                   OR EXISTS (SELECT 1 FROM addresses WHERE url = ?1)
                   OR EXISTS (SELECT 1 FROM pages WHERE requested_url = ?1)""",
            (url,),
        ).fetchone()
        return url in self._answered or bool(row[0])

    def _ask(self, statement: str, some: Iterable[object]) -> list[tuple[object, ...]]:
        return self._connection.execute(statement, (json.dumps(list(some)),)).fetchall()

    def follow(self, seeds: Iterable[str]) -> None:
        """Take in ``seeds``, the stories they lead to, and whatever else leads to those."""
        new = list(seeds)
        while new:
            self.addresses |= dict.fromkeys(new)
            met: list[object] = []
            pages = self._ask(
                """SELECT id, url, requested_url FROM pages WHERE url IN (SELECT value FROM json_each(?1))
                   UNION ALL
                   SELECT id, NULL, NULL FROM pages WHERE requested_url IN (SELECT value FROM json_each(?1))""",
                new,
            )
            self.pages.update(int(str(number)) for number, _, _ in pages)
            self._answered.update(str(url) for _, url, _ in pages)
            met += [asked for _, _, asked in pages]
            met += self._articles(new)
            new = [str(url) for url in dict.fromkeys(met) if url is not None and url not in self.addresses]

    def _articles(self, urls: list[str]) -> list[object]:
        """Take in the articles that ``urls`` lead to; the addresses that lead to these."""
        rows = self._ask(
            """SELECT article_id FROM outcomes WHERE article_id IS NOT NULL AND url IN (SELECT value FROM json_each(?1))
               UNION SELECT id FROM articles WHERE url IN (SELECT value FROM json_each(?1))""",
            urls,
        )
        new = {int(str(number)) for (number,) in rows} - self.articles
        self.articles |= new
        pages = self._ask(
            """SELECT id, url, requested_url FROM pages WHERE id IN (
                   SELECT page_id FROM articles WHERE id IN (SELECT value FROM json_each(?1))
                   UNION SELECT page_id FROM revisions WHERE article_id IN (SELECT value FROM json_each(?1)))""",
            new,
        )
        self.pages.update(int(str(number)) for number, _, _ in pages)
        leading = self._ask(
            """SELECT url FROM articles WHERE id IN (SELECT value FROM json_each(?1))
               UNION SELECT url FROM outcomes WHERE article_id IN (SELECT value FROM json_each(?1))""",
            new,
        )
        return [url for (url,) in leading] + [url for _, *both in pages for url in both]


def _stories(connection: sqlite3.Connection, ids: list[int], found: _Found) -> Iterator[Going]:
    some = json.dumps(ids)
    leading: dict[int, list[str]] = {}
    for number, url in connection.execute(
        "SELECT article_id, url FROM outcomes WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY url",
        (some,),
    ):
        leading.setdefault(number, []).append(url)
    rows = connection.execute(
        """SELECT a.id, a.url, a.title, a.source, a.published_day,
                  1 + (SELECT count(*) FROM revisions WHERE article_id = a.id), coalesce(c.head_id, a.id)
           FROM articles AS a LEFT JOIN copies AS c ON c.article_id = a.id
           WHERE a.id IN (SELECT value FROM json_each(?)) ORDER BY a.id""",
        (some,),
    ).fetchall()
    for number, url, title, source, day, editions, head in rows:
        family = connection.execute(
            """SELECT id, url, source FROM articles WHERE id = ?1 OR id IN
               (SELECT article_id FROM copies WHERE head_id = ?1) ORDER BY id""",
            (head,),
        )
        others = tuple(Other(*row) for row in family if row[0] not in found.articles)
        addresses = tuple(dict.fromkeys([url, *leading.get(number, ())]))
        yield Going(number, addresses, title, source, day, editions, others)


def carry_out(
    connection: sqlite3.Connection,
    going: Plan,
    request: Request,
    moved: Mapping[str, tuple[Mapping[int, int], int]],
    memory: forgotten.Memory,
) -> None:
    """Take out what ``going`` names and remember it, with the ``memory`` of another corpus, in one transaction.

    ``moved`` says of each archive file that was copied without the pages that go: old offset to new of every other
    record, and the bytes of the copy, which is to take the file's place (``erasures``) once this is committed.
    """
    with transaction(connection):
        texts = _texts(connection, going)
        _remove(connection, going)
        redaction.agenda(connection, going.match, going.domains)
        redaction.findings(connection, redaction.Words(going.match, texts), moved)
        for file, (offsets, _) in moved.items():
            # A record only moves towards the start of its file, so in this order none comes upon another.
            connection.executemany(
                "UPDATE pages SET offset = ? WHERE file = ? AND offset = ?",
                [(new, file, old) for old, new in sorted(offsets.items())],
            )
        forgotten.take_over(connection, memory)
        for domain in going.domains:  # first, so that what leads to it is remembered with it
            forgotten.remember_domain(connection, domain, request)
        forgotten.remember(connection, _groups(going), request)
        connection.executemany(
            "INSERT OR REPLACE INTO erasures (file, bytes) VALUES (?, ?)",
            [("", 0), *((file, size) for file, (_, size) in moved.items())],
        )


def _groups(going: Plan) -> list[tuple[str, ...]]:
    """The addresses that go, those of one story together."""
    told = {url for story in going.stories for url in story.addresses}
    alone = tuple(url for url in (*going.addresses, *going.asked) if url not in told)
    if len(going.stories) == 1 and len(going.asked) == 1:
        return [(*going.stories[0].addresses, *alone)]
    return [*(story.addresses for story in going.stories), *((url,) for url in alone)]


def _texts(connection: sqlite3.Connection, going: Plan) -> list[str]:
    """What the stories say, or said in an earlier edition: what findings may have quoted."""
    ids = json.dumps([story.id for story in going.stories])
    return [
        text
        for (text,) in connection.execute(
            """SELECT title FROM articles WHERE id IN (SELECT value FROM json_each(?1))
               UNION SELECT lead FROM articles WHERE lead IS NOT NULL AND id IN (SELECT value FROM json_each(?1))
               UNION SELECT text FROM blocks
                     WHERE kind <> 'dropped' AND article_id IN (SELECT value FROM json_each(?1))
               UNION SELECT tree.atom FROM revisions, json_tree(revisions.article) AS tree
                     WHERE tree.key IN ('title', 'lead', 'text') AND tree.type = 'text'
                         AND article_id IN (SELECT value FROM json_each(?1))""",
            (ids,),
        )
    ]


def _remove(connection: sqlite3.Connection, going: Plan) -> None:
    ids = [story.id for story in going.stories]
    families = {one for number in ids for one in duplicates.family(connection, number)}
    pages, gone, urls = (json.dumps(list(some)) for some in (going.pages, ids, going.addresses))
    with tallies.changing(connection, families):
        orphans: set[int] = set()
        for some in _chunks(ids):
            for stored in load(connection, some):
                orphans.update(duplicates.forget(connection, stored.id, duplicates.paragraphs(stored.article)))
                index.remove(connection, stored.id, stored.article)
        connection.execute(
            """DELETE FROM outcomes WHERE url IN (SELECT value FROM json_each(?))
               OR article_id IN (SELECT value FROM json_each(?))""",
            (urls, gone),
        )
        connection.execute("DELETE FROM articles WHERE id IN (SELECT value FROM json_each(?))", (gone,))
        # The earliest of the copies that lost their head is the head of the others now.
        duplicates.resettle(connection, orphans - set(ids))
    for table in ("outcomes", "articles", "revisions"):  # another address may have led to the same page once
        connection.execute(
            f"UPDATE {table} SET page_id = NULL WHERE page_id IN (SELECT value FROM json_each(?))",  # noqa: S608
            (pages,),
        )
    connection.execute("DELETE FROM pages WHERE id IN (SELECT value FROM json_each(?))", (pages,))
    connection.execute("DELETE FROM addresses WHERE url IN (SELECT value FROM json_each(?))", (urls,))
