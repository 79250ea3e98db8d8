"""What the corpus holds, and whether it is sound."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from corpus import index, tallies
from corpus.derived import RULES


@dataclass(frozen=True)
class Stats:
    """Counts of the whole corpus. ``rejected``: addresses by reason; ``first`` and ``last``: days of publication at
    +07:00; ``segmented`` and ``tagged``: articles with at least one such opinion; ``size``: bytes of the database
    with its write-ahead log merged."""

    articles: int
    copies: int
    sources: Mapping[str | None, int]
    same: int
    rejected: Mapping[str, int]
    pages: int
    first: date | None
    last: date | None
    undated: int
    segmented: int
    tagged: int
    hand_tagged: int
    size: int


def stats(connection: sqlite3.Connection) -> Stats:
    """See ``Corpus.stats``."""

    def one(statement: str) -> int:
        count: int = connection.execute(statement).fetchone()[0]
        return count

    first, last = connection.execute("SELECT min(published_day), max(published_day) FROM articles").fetchone()
    return Stats(
        articles=one("SELECT count(*) FROM articles"),
        copies=one("SELECT count(*) FROM copies"),
        sources=dict(connection.execute("SELECT source, count(*) FROM articles GROUP BY source ORDER BY source")),
        same=one("SELECT count(*) FROM outcomes WHERE kind = 'same'"),
        rejected=dict(
            connection.execute(
                "SELECT reason, count(*) FROM outcomes WHERE kind = 'rejected' GROUP BY reason ORDER BY 2 DESC, 1"
            )
        ),
        pages=one("SELECT count(*) FROM pages"),
        first=date.fromisoformat(first) if first else None,
        last=date.fromisoformat(last) if last else None,
        undated=one("SELECT count(*) FROM articles WHERE published_day IS NULL"),
        segmented=one("SELECT count(DISTINCT article_id) FROM segmentations"),
        tagged=one("SELECT count(DISTINCT article_id) FROM taggings"),
        hand_tagged=one("SELECT count(DISTINCT article_id) FROM taggings WHERE made_by GLOB 'hand:*'"),
        size=one("PRAGMA page_count") * one("PRAGMA page_size"),
    )


_ANEW = "tintinh optimize --recount makes them anew"

# Each selects one number, 0 where all is well, and says what it counts.
_RULES = (
    ("SELECT count(*) FROM (SELECT id FROM articles EXCEPT SELECT id FROM search_docsize)",
     "articles are missing from the search index"),
    ("SELECT count(*) FROM (SELECT id FROM search_docsize EXCEPT SELECT id FROM articles)",
     "entries of the search index belong to no article"),
    (f"SELECT count(*) FROM ({index.UNREAD})",  # noqa: S608 - ours
     "articles are missing from the words in order; tintinh optimize adds them"),
    ("SELECT count(*) FROM (SELECT article_id FROM sequences EXCEPT SELECT id FROM articles)",
     "words in order belong to no article"),
    ("SELECT count(*) FROM (SELECT article_id FROM duplicate_keys UNION ALL SELECT article_id FROM recent_keys)"
     " WHERE article_id NOT IN (SELECT id FROM articles)",
     "look-up keys of near-duplicates belong to no article"),
    ("SELECT count(*) FROM recent_keys AS one WHERE EXISTS (SELECT 1 FROM duplicate_keys AS other"
     " WHERE other.key = one.key AND other.article_id = one.article_id)",
     "look-up keys of near-duplicates stand among the recent and among the others"),
    ("SELECT count(*) FROM articles WHERE NOT EXISTS (SELECT 1 FROM outcomes WHERE outcomes.url = articles.url)",
     "articles have no outcome for their address"),
    ("SELECT count(*) FROM copies WHERE head_id IN (SELECT article_id FROM copies)",
     "copies point to an article that is itself a copy"),
    ("SELECT count(*) FROM outcomes WHERE kind <> 'rejected' AND article_id IS NULL",
     "addresses are noted as stored without an article"),
    ("SELECT count(*) FROM taggings WHERE primary_theme IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tagging_themes"
     " WHERE tagging_id = taggings.id AND theme = primary_theme AND given > 0)",
     "taggings have a primary theme that they do not give"),
    ("SELECT count(*) FROM erasures", "steps of a forgetting that was stopped are still to be done: tintinh forget"),
)  # fmt: skip


def check(connection: sqlite3.Connection) -> Iterator[str]:
    """See ``Corpus.check``."""
    for (found,) in connection.execute("PRAGMA integrity_check"):
        if found != "ok":
            yield f"the database file is damaged: {found}"
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} points to a row of {parent} that does not exist"
    for statement, what in _RULES:
        count = connection.execute(statement).fetchone()[0]
        if count:
            yield f"{count} {what}"
    standing, counted = tallies.differences(connection)
    if standing:
        yield f"{standing} themes in use are not those that the taggings give; {_ANEW}"
    if counted:
        yield f"{counted} tallies are not what a count of the articles gives; {_ANEW}"
    for name, rule in RULES.items():
        row = connection.execute("SELECT rule FROM derived WHERE name = ?", (name,)).fetchone()
        if row is None or row[0] != rule:
            yield f"{name} was made by another rule than this version's; open the corpus once for writing"
