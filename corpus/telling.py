"""What of a query counts in the score of what it found: its words but for those that stand nearly everywhere, as far as
some stretches of the corpus tell."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from corpus.index import Joined, Node, Term, Wanted

FREQUENT = 50_000
"""Articles: to learn how many hold a word, and to weigh it, takes bm25 some 50 ns for each, twice. A corpus of so many
has no word that is too frequent."""
_STRETCHES, _STRETCH = 4, 4_000
"""Where it is seen how frequent a word is, and of how many articles each: in more than half of these places. A storm is
in the news of weeks, and articles of one outlet may be stored together. To find the first 50,000 takes 2 to 4 ms."""


def newest_id(connection: sqlite3.Connection) -> int:
    """The id of the article stored last, 0 where there is none."""
    newest: int = connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]
    return newest


def telling_of(connection: sqlite3.Connection, wanted: Wanted) -> Wanted | None:
    """What of ``wanted`` counts in the score: all but its frequent words, without what must not be found; None where no
    word is left."""
    newest = newest_id(connection)
    if newest <= FREQUENT:
        return replace(wanted, whole=_without_not(wanted.whole))

    @cache
    def frequent(word: str, *, prefix: bool) -> bool:
        term = Term((word,), prefix)
        expression = Wanted((term,), wanted.toned, term).expression()
        return _stands_often(connection, expression, newest)

    def told(node: Node) -> Node | None:
        if isinstance(node, Term):
            # Of a phrase with a frequent word the others: to weigh the phrase, bm25 would read the lists of all.
            *whole, last = node.words
            words = [Term((word,), prefix=False) for word in whole if not frequent(word, prefix=False)]
            # The list of a beginning is read whole; if the word itself is frequent, it is, too.
            if not (frequent(last, prefix=False) or (node.prefix and frequent(last, prefix=True))):
                words.append(Term((last,), node.prefix))
            return node if len(words) == len(node.words) else _all_of(words)
        parts = list(map(told, node.parts))
        some = [part for part in parts if part is not None]
        # Of alternatives a frequent one is enough.
        return _all_of(some) if node.by == "AND" else Joined("OR", tuple(some)) if len(some) == len(parts) else None

    whole = told(wanted.whole)
    return None if whole is None else replace(wanted, whole=whole)


def _all_of(nodes: Sequence[Node]) -> Node | None:
    return Joined("AND", tuple(nodes)) if len(nodes) > 1 else nodes[0] if nodes else None


def _stands_often(connection: sqlite3.Connection, expression: str, newest: int) -> bool:
    """Whether a word is in so many of most stretches that of all articles it would be in more than ``FREQUENT``."""
    often = seldom = 0
    for last in [newest * n // _STRETCHES for n in range(_STRETCHES, 0, -1)]:
        first = max(1, last - _STRETCH + 1)
        if connection.execute("SELECT 1 FROM articles WHERE id BETWEEN ? AND ?", (first, last)).fetchone() is None:
            continue  # forgotten, all of it
        row = connection.execute(
            "SELECT 1 FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ? LIMIT 1 OFFSET ?",
            (expression, first, last, FREQUENT * (last - first + 1) // newest),
        ).fetchone()
        often, seldom = (often, seldom + 1) if row is None else (often + 1, seldom)
        if max(often, seldom) > _STRETCHES // 2:
            break
    return often > seldom


def _without_not(node: Node) -> Node:
    if isinstance(node, Term):
        return node
    parts = tuple(map(_without_not, node.parts))
    return parts[0] if len(parts) == 1 else Joined(node.by, parts)
