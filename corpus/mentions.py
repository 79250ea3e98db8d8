"""Places and partners named in stored articles: opinions, written and read.

Of each article one opinion is kept, that of the newest gazetteer; where it is another's, the article is read anew
(``Corpus.to_name``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Literal

from corpus.database import transaction
from corpus.errors import CorpusError
from corpus.opinions import lacking
from corpus.records import Article
from corpus.rows import utc

Kind = Literal["province", "district", "gate", "sea", "island", "country", "foreign", "organisation"]


@dataclass(frozen=True, slots=True)
class Entity:
    """A place or a partner. ``id`` is its kind and a key (``foreign:cn-van-nam``), ``name`` the name used first.

    ``country`` is an ISO 3166 code, ``province`` one of the map of 63 (a province of the map of 34 only for the
    province of that name), ``within`` the id of the place abroad it lies in, ``opposite`` the id of the gate across.
    """

    id: str
    kind: Kind
    name: str
    country: str | None = None
    province: str | None = None
    within: str | None = None
    opposite: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity (its id) named at ``start`` up to ``end`` in ``named_text`` of an article, in characters.

    ``rule`` is why the name was read so (docs/places-and-partners.md); ``qualifies`` marks a country that only says
    where a place before it lies.
    """

    entity: str
    start: int
    end: int
    rule: str


def named_text(article: Article) -> str:
    """The text that mentions have their offsets in: title, a line break, and ``Article.text``."""
    return f"{article.title}\n{article.text}"


def to_name(connection: sqlite3.Connection, by: str) -> Iterator[tuple[int, Article]]:
    """See ``Corpus.to_name``."""
    for stored in lacking(connection, "namings", by):
        yield stored.id, stored.article


def add_mentions(connection: sqlite3.Connection, made: Iterable[tuple[int, tuple[Mention, ...]]], by: str) -> int:
    """Store the mentions of articles in one transaction, each article's in place of earlier ones; how many articles.

    Raises ``CorpusError`` for an entity that ``keep_entities`` was not given and an article that is not there.
    """
    now = utc(datetime.now(UTC))
    count = 0
    with transaction(connection):
        for article_id, mentions in made:
            if connection.execute("SELECT 1 FROM articles WHERE id = ?", (article_id,)).fetchone() is None:
                raise CorpusError(f"article {article_id} is not in the corpus")
            connection.execute("DELETE FROM namings WHERE article_id = ?", (article_id,))
            connection.execute("INSERT INTO namings (article_id, made_by, at) VALUES (?, ?, ?)", (article_id, by, now))
            try:
                connection.executemany(
                    "INSERT INTO mentions (article_id, entity, start, end, rule) VALUES (?, ?, ?, ?, ?)",
                    [(article_id, *astuple(mention)) for mention in mentions],
                )
            except sqlite3.IntegrityError as error:
                raise CorpusError(f"article {article_id}: mentions by {by!r} cannot be stored: {error}") from error
            count += 1
    return count


def keep_entities(connection: sqlite3.Connection, entities: Iterable[Entity]) -> None:
    """Store what the ids of mentions mean, in place of what they meant before."""
    with transaction(connection):
        connection.executemany(
            """INSERT INTO entities (id, kind, name, country, province, within, opposite) VALUES (?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, name = excluded.name, country = excluded.country,
               province = excluded.province, within = excluded.within, opposite = excluded.opposite""",
            [astuple(entity) for entity in entities],
        )


def of_article(connection: sqlite3.Connection, article_id: int) -> list[tuple[Entity, Mention]] | None:
    """See ``Corpus.mentions``."""
    if connection.execute("SELECT 1 FROM namings WHERE article_id = ?", (article_id,)).fetchone() is None:
        return None
    found = connection.execute(
        """SELECT e.id, e.kind, e.name, e.country, e.province, e.within, e.opposite, m.start, m.end, m.rule
           FROM mentions AS m JOIN entities AS e ON e.id = m.entity WHERE m.article_id = ? ORDER BY m.start""",
        (article_id,),
    )
    return [(Entity(*row[:7]), Mention(row[0], *row[7:])) for row in found]
