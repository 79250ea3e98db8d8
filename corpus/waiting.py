"""New articles of one transaction that wait to be written together."""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from corpus import addresses as known
from corpus import duplicates, index, rows, tallies
from corpus.duplicates import HOLDERS_PER_KEY, Match, Stored
from corpus.keyed import Keyed, keyed, texts_of
from corpus.records import Article, Outcome
from corpus.sieve import Sieve

if TYPE_CHECKING:
    import numpy as np

_AT_MOST = 2_000
"""Articles held in memory, some 25 MB; their pages are not (``corpus.keeping`` bounds those)."""
_COMPARED_AT_MOST = 200
"""Possible copies whose shingles are held, some 10 MB: a line that all articles of an outlet share makes each of them
look at the same first ones."""


class Waiting(Stored):
    """New articles of this transaction that are not in the corpus yet: what was found of them, and what they await.

    They are written together, table by table and in the order of keys: row by row SQLite seeks a place in thirty trees
    for each article, and FTS5 writes a segment of its own for an article that other writes follow. Those before an
    article are looked at for copies as if they were stored. Before a stored article is changed or withdrawn, and before
    an address that was met is noted anew, all must be written (``settle``), for it may be one of them.
    """

    def __init__(self, connection: sqlite3.Connection, sieve: Sieve) -> None:
        super().__init__(connection)
        self._connection = connection
        self._sieve = sieve
        sieve.begin()
        self._next_id: int | None = None
        self._articles: dict[int, tuple[Article, int | None]] = {}
        self._entries: list[tuple[int, index.Entry]] = []
        self._keys: list[tuple[int, array[int]]] = []
        self._shared: set[int] = set()  # keys that more than one article has, of those looked up together
        self._holders: dict[int, list[int]] = {}  # such a key → those that wait and have it
        self._copies: dict[int, Match] = {}
        self._notes: list[tuple[object, ...]] = []
        self._pieces: dict[int, frozenset[str]] = {}
        self._met_keys: set[int] = set()
        self._met_addresses: set[str] = set()
        self._made: dict[int, Keyed] = {}  # by id(): one address may stand in a batch twice, with two editions

    # What is asked of many at once

    def look_up(self, addresses: Iterable[str], articles: Iterable[tuple[Article, Keyed | None]]) -> None:
        """Learn which ``addresses`` were met before, and which keys of the new ones among ``articles`` are stored."""
        asked = sorted(set(addresses))
        self._met_addresses = known.met(self._connection, asked)
        self._met_addresses.update(str(note[0]) for note in self._notes)
        new = [(article, made) for article, made in articles if article.url not in self._met_addresses]
        unmade = [article for article, made in new if made is None]
        found = keyed([texts_of(article) for article in unmade])
        self._made = {id(article): made for article, made in zip(unmade, found, strict=True)}
        self._made.update((id(article), made) for article, made in new if made is not None)
        self._compare([made.keys for made in self._made.values()])

    def is_new(self, addresses: Iterable[str]) -> bool:
        """Whether none of these addresses was met before."""
        return self._met_addresses.isdisjoint(addresses)

    # One article

    def add(self, article: Article, page_id: int | None) -> Outcome:
        """Let an article wait that is not stored; its id is given, and it is known whose copy it is."""
        if len(self._articles) >= _AT_MOST:
            self.settle()
        made = self._made.pop(id(article), None)
        if made is None:
            (made,) = keyed([texts_of(article)])
            self.settle()  # those that wait were not compared with it
            others = self._shared
            self._compare([made.keys])
            self._shared.update(others, made.keys)  # nor were those that follow
        article_id = self._new_id()
        match = self._match(article_id, article, made.keys)
        self._articles[article_id] = article, page_id
        self._entries.append((article_id, made.entry))
        self._hold(article_id, made.keys)
        if match is None:
            return Outcome(article.url, article.source, "article", article_id)
        self._copies[article_id] = match
        return Outcome(article.url, article.source, "copy", article_id, match.head_id, match.similarity)

    def note(self, addresses: Sequence[str], outcome: Outcome, page_id: int | None, at: str) -> None:
        """Let it wait that these addresses, all of them new, led to an article, the first its own."""
        for n, address in enumerate(addresses):
            kind = "same" if n else "article"
            self._notes.append((address, outcome.source, kind, None, None, outcome.article_id, page_id, at))
        self._met_addresses.update(addresses)

    def met_again(self, addresses: Iterable[str], keys: Iterable[int] = ()) -> None:
        """Learn of addresses noted and of keys stored by others than this, in the same transaction."""
        self._met_addresses.update(addresses)
        if own := array("q", keys):
            self._met_keys.update(own)
            self._shared.update(own)
            self._sieve.add(_together([own]))

    def _compare(self, looked_up: Sequence[array[int]]) -> None:
        """Learn which keys of these articles are stored, and which of them another of these has, or one that waits."""
        import numpy as np  # a search need not wait for it

        keys, times = np.unique(_together(looked_up), return_counts=True)
        asked = self._sieve.among(keys)
        stored = duplicates.met(self._connection, asked.tolist()) if len(asked) else set()
        self._met_keys.update(stored)
        self._shared = {*stored, *keys[times > 1].tolist()}
        if self._keys:
            waiting = _together([own for _, own in self._keys])
            common = np.intersect1d(keys, waiting)
            self._shared.update(common.tolist())
            missing = common[[key not in self._holders for key in common.tolist()]]
            of = np.repeat([article_id for article_id, _ in self._keys], [len(own) for _, own in self._keys])
            there = np.isin(waiting, missing)
            for key, article_id in zip(waiting[there].tolist(), of[there].tolist(), strict=True):
                self._holders.setdefault(key, []).append(article_id)

    def _new_id(self) -> int:
        if self._next_id is None:
            self._next_id = rows.last_id(self._connection)
        self._next_id += 1
        return self._next_id

    def _match(self, article_id: int, article: Article, keys: Sequence[int]) -> Match | None:
        votes: Counter[int] = Counter()
        for key in filter(self._shared.__contains__, keys):
            found = duplicates.holders(self._connection, key, article_id) if key in self._met_keys else []
            if found := [*found, *self._holders.get(key, ())][:HOLDERS_PER_KEY]:
                votes.update(found)
        if not votes:
            return None
        return duplicates.likest(votes, duplicates.shingles(duplicates.paragraphs(article)), self)

    def _hold(self, article_id: int, keys: array[int]) -> None:
        self._keys.append((article_id, keys))
        for key in filter(self._shared.__contains__, keys):
            self._holders.setdefault(key, []).append(article_id)

    # What a possible copy is compared with

    def pieces(self, article_id: int) -> frozenset[str]:
        """As ``Stored.pieces``, those that wait among them."""
        if article_id not in self._pieces:
            if len(self._pieces) >= _COMPARED_AT_MOST:
                self._pieces.clear()
            waiting = self._articles.get(article_id)
            self._pieces[article_id] = (
                duplicates.shingles(duplicates.paragraphs(waiting[0])) if waiting else super().pieces(article_id)
            )
        return self._pieces[article_id]

    def head(self, article_id: int) -> int:
        """As ``Stored.head``, those that wait among them."""
        match = self._copies.get(article_id)
        if match is not None:
            return match.head_id
        return article_id if article_id in self._articles else super().head(article_id)

    # Writing

    def settle(self) -> None:
        """Write all that wait."""
        if not self._articles:
            return
        facts = rows.insert_many(
            self._connection, [(article_id, *waiting) for article_id, waiting in self._articles.items()]
        )
        duplicates.note_copies(self._connection, self._copies)
        keys = _together([own for _, own in self._keys])
        self._sieve.add(keys)
        duplicates.remember(self._connection, _by_key(keys, self._keys))
        known.note_new(self._connection, self._notes)
        tallies.add(self._connection, facts, self._copies)
        index.add_many(self._connection, self._entries)
        self._met_keys.update(self._holders)
        for held in (self._articles, self._entries, self._keys, self._holders, self._copies, self._notes):
            held.clear()
        self._next_id = None

    def forget_pieces(self) -> None:
        """Forget the shingles of stored articles, for one of them is to be changed."""
        self._pieces.clear()


def _together(keys: Sequence[array[int]]) -> np.ndarray:
    import numpy as np  # a search need not wait for it

    return np.concatenate([np.empty(0, np.int64), *(np.frombuffer(own, np.int64) for own in keys)])


def _by_key(keys: np.ndarray, held: Sequence[tuple[int, array[int]]]) -> Iterator[tuple[int, int]]:
    """Each key with its article, in the order of keys."""
    import numpy as np

    ids = np.repeat([article_id for article_id, _ in held], [len(own) for _, own in held])
    order = np.argsort(keys, kind="stable")
    return zip(keys[order].tolist(), ids[order].tolist(), strict=True)
