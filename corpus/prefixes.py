"""Beginnings of words spelled out: which words of the index begin so.

FTS5 reads and merges the lists of all words that begin so, whole, before it gives the first article, whatever part of
the index is asked for: 30 ms for the one word ``của`` among a million articles, at each of four questions. Where they
are few words, they are asked for by name.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace

from corpus.index import Joined, Node, Term, Wanted
from corpus.text import has_tones

FEW = 8
"""Words spelled out at most; to find the next word takes FTS5 a walk through the list of the last one, up to 2 ms."""


def spelled_out(connection: sqlite3.Connection, wanted: Wanted) -> Wanted:
    """What finds the same articles as ``wanted``, with each beginning of a word spelled out where that is few words.

    For finding alone: bm25 would weigh each word by itself.
    """

    def spelled(node: Node) -> Node:
        if isinstance(node, Joined):
            parts, without = tuple(map(spelled, node.parts)), tuple(map(spelled, node.without))
            return replace(node, parts=parts, without=without)
        if not node.prefix:
            return node
        terms: list[Term] = []
        for *before, last in wanted.forms(node):
            words = list(_beginning(connection, last))
            if len(words) > FEW:
                return node
            # Where tones do not count, a word with tones stands in the index without them, too.
            terms += [Term((*before, word), prefix=False) for word in words if wanted.toned or not has_tones(word)]
        unlike = tuple(dict.fromkeys(terms))
        return node if not unlike else unlike[0] if len(unlike) == 1 else Joined("OR", unlike)

    return replace(wanted, whole=spelled(wanted.whole))


def has_prefix(node: Node) -> bool:
    """Whether a beginning of a word is asked for."""
    return node.prefix if isinstance(node, Term) else any(map(has_prefix, (*node.parts, *node.without)))


def _beginning(connection: sqlite3.Connection, prefix: str) -> Iterator[str]:
    """The words of the index that begin so, in order, one more than ``FEW`` at most."""
    at = prefix
    for _ in range(FEW + 1):
        row = connection.execute("SELECT term FROM temp.search_words WHERE term >= ? LIMIT 1", (at,)).fetchone()
        if row is None or not row[0].startswith(prefix):
            return
        yield row[0]
        at = f"{row[0]}\0"
