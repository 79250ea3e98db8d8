"""Who is named for the first time: partners and border gates that no article of the year before names."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date, timedelta

from corpus.entities import PARTNERS
from corpus.mentions import Entity
from corpus.text import fold

YEAR = 365
"""Days before that are looked through."""


@dataclass(frozen=True, slots=True)
class NewName:
    """An entity, and the ids of the articles that name it, the earliest first, copies left out."""

    entity: Entity
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NewNames:
    """What is new, that most articles name first. ``past`` is how many articles of the year before were read for names
    (0: nothing can be new), ``unread`` how many of the days asked for were not."""

    names: tuple[NewName, ...]
    past: int
    unread: int


def new_names(connection: sqlite3.Connection, first: date, last: date) -> NewNames:
    """The partners and gates named in articles of ``first`` to ``last`` (+07:00), and in none of the 365 days before.

    A country that only says where a place lies is not named, nor one that is meant by ``nước bạn``.
    """
    days = (first.isoformat(), f"{last.isoformat()}~")  # the sign ~ stands after every sign of a moment
    before = ((first - timedelta(days=YEAR)).isoformat(), first.isoformat())
    dated = "a.published_at >= ? AND a.published_at < ?"
    rows = connection.execute(
        f"""SELECT DISTINCT e.id, e.kind, e.name, e.country, e.province, e.within, e.opposite, a.id, a.published_at
            FROM articles AS a JOIN mentions AS m ON m.article_id = a.id JOIN entities AS e ON e.id = m.entity
            WHERE {dated} AND m.rule NOT IN ('qualifies', 'neighbour') AND e.kind IN (?, ?, ?, 'gate')
              AND a.id NOT IN (SELECT article_id FROM copies)
            ORDER BY a.published_at, a.id""",  # noqa: S608 - our names
        (*days, *PARTNERS),
    ).fetchall()
    found: dict[Entity, list[int]] = {}
    for *entity, article_id, _ in rows:
        found.setdefault(Entity(*entity), []).append(article_id)
    known = f"""SELECT 1 FROM mentions AS m JOIN articles AS a ON a.id = m.article_id
                WHERE m.entity = ? AND m.rule NOT IN ('qualifies', 'neighbour') AND {dated}"""  # noqa: S608
    read = f"""SELECT count(*) FROM articles AS a
               WHERE {dated} AND a.id {{}} (SELECT article_id FROM namings)"""  # noqa: S608
    past = connection.execute(read.format("IN"), before).fetchone()[0]
    unread = connection.execute(read.format("NOT IN"), days).fetchone()[0]
    new = [
        NewName(entity, tuple(ids))
        for entity, ids in found.items()
        if past and connection.execute(known, (entity.id, *before)).fetchone() is None
    ]
    return NewNames(tuple(sorted(new, key=lambda one: (-len(one.ids), fold(one.entity.name)))), past, unread)
