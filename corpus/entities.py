"""Which entities a name means: the countries, places abroad, organisations, gates, seas and islands that articles name.

Other spellings than an entity's own are known to the gazetteer alone (``nlp/gazetteer.py``), which the command asks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from corpus.errors import QueryError
from corpus.text import fold, has_tones, line, match_key

PARTNERS = ("country", "foreign", "organisation")
"""The kinds of entities that are partners."""

ASKED = (*PARTNERS, "gate", "sea", "island")
"""The kinds that a question may ask for; provinces and districts of ours are asked for as such."""


def _quoted(kinds: Iterable[str]) -> str:
    return ", ".join(f"'{kind}'" for kind in kinds)


PARTNERS_NAMED = f"""(SELECT DISTINCT m.article_id, e.name AS theme
                      FROM mentions AS m JOIN entities AS e ON e.id = m.entity
                      WHERE m.rule <> 'qualifies' AND e.kind IN ({_quoted(PARTNERS)}))"""  # noqa: S608 - our names
"""The relation (article_id, theme) of the partners that articles name, shaped as that of themes is."""

_MEANT = f"""SELECT id FROM entities AS e WHERE e.kind IN ({_quoted(ASKED)}) AND (
                 e.id = ? OR {{key}}(e.name) = ? OR e.country IN (
                     SELECT country FROM entities WHERE kind = 'country' AND (id = ? OR {{key}}(name) = ?)))"""  # noqa: S608


def naming(name: str) -> tuple[str, tuple[object, ...]]:
    """The condition on ``articles`` that one names what ``name`` means, as SQL, and its values.

    ``name`` is an entity's name, with tones or without, or its id; a country means what lies in it, too. A country that
    only says where a place lies is not counted.
    """
    meant, values = _meant(name)
    return (
        f"articles.id IN (SELECT article_id FROM mentions WHERE entity IN ({meant}) AND rule <> 'qualifies')",  # noqa: S608
        values,
    )


def require_known(connection: sqlite3.Connection, name: str | None) -> None:
    """Raise ``QueryError`` with the names nearest to ``name`` where the corpus knows none such."""
    if name is None:
        return
    meant, values = _meant(name)
    if connection.execute(f"{meant} LIMIT 1", values).fetchone() is not None:
        return
    names = [row[0] for row in connection.execute(f"SELECT name FROM entities WHERE kind IN ({_quoted(ASKED)})")]  # noqa: S608
    if not names:
        raise QueryError(
            f"{name!r} cannot be asked for: no article was read for names yet; tintinh annotate reads them"
        )
    raise QueryError(
        f"{name!r} is no place or partner abroad, gate, sea or island that is known; near it are {near(name, names)}"
    )


def near(name: str, names: Iterable[str]) -> str:
    """The three of ``names`` that are most like ``name``, tones aside, as a sentence has them."""
    by_key: dict[str, str] = {}
    for one in names:
        by_key.setdefault(fold(one), one)
    return ", ".join(by_key[key] for key in get_close_matches(fold(name), by_key, n=3, cutoff=0.0))


@dataclass(frozen=True, slots=True)
class Named:
    """The names of what an article names, each once, in order: ``places`` at home, ``partners`` abroad."""

    places: tuple[str, ...]
    partners: tuple[str, ...]


def named(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Named]:
    """What the articles of these ids (at most some hundred) name; those that nobody has read for names are left out."""
    rows = connection.execute(
        f"""SELECT n.article_id, e.kind, e.name FROM namings AS n
            LEFT JOIN mentions AS m ON m.article_id = n.article_id AND m.rule <> 'qualifies'
            LEFT JOIN entities AS e ON e.id = m.entity
            WHERE n.article_id IN ({", ".join("?" * len(ids))}) ORDER BY n.article_id, m.start""",  # noqa: S608
        ids,
    )
    found: dict[int, tuple[dict[str, None], dict[str, None]]] = {}
    for article_id, kind, name in rows:
        places, partners = found.setdefault(article_id, ({}, {}))
        if name is not None:
            (partners if kind in PARTNERS else places)[name] = None
    return {article_id: Named(tuple(places), tuple(partners)) for article_id, (places, partners) in found.items()}


def _meant(name: str) -> tuple[str, tuple[object, ...]]:
    key = match_key if has_tones(name) else fold
    spelled = key(line(name))
    return _MEANT.format(key=key.__name__), (name, spelled, name, spelled)
