"""The part of ``Corpus`` that is about places and partners."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from corpus import mentions
from corpus.mentions import Entity, Mention
from corpus.network import COOPERATION, Network, network
from corpus.records import Article, Query


class Partners:
    """What a corpus knows about the places and partners that its articles name."""

    connection: sqlite3.Connection

    def to_name(self, by: str) -> Iterator[tuple[int, Article]]:
        """The articles whose mentions are not by ``by`` (or nobody's), by id; mentions may be added while iterating."""
        return mentions.to_name(self.connection, by)

    def keep_entities(self, entities: Iterable[Entity]) -> None:
        """Store what the ids of mentions mean; before mentions of them are stored."""
        mentions.keep_entities(self.connection, entities)

    def add_mentions(self, made: Iterable[tuple[int, tuple[Mention, ...]]], by: str) -> int:
        """Store the mentions of articles by id, in place of earlier ones, in one transaction; of how many articles."""
        return mentions.add_mentions(self.connection, made, by)

    def mentions(self, article_id: int) -> list[tuple[Entity, Mention]] | None:
        """The places and partners that an article names, in order; None where nobody has read it for names."""
        return mentions.of_article(self.connection, article_id)

    def network(
        self, query: Query | None = None, *, partners: Sequence[str] = (), theme: str | None = COOPERATION
    ) -> Network:
        """Which province is named with which partner in which year; see ``corpus.network.network``."""
        return network(self.connection, query, partners=partners, theme=theme)
