"""The full-text index: what of an article is searched, and the FTS5 expression a reader's words become.

Each article is indexed twice, by match key (tones respected, ``hoà`` = ``hòa``) and folded (no tones, ``đ`` = ``d``).
The index keeps no text of its own, so that an entry is removed by telling FTS5 again what it holds. Beside it stand the
words of each article in order (``sequences``), to be looked through where the articles asked are few
(``corpus.sequences``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from corpus.records import Article
from corpus.syllables import packed
from corpus.text import fold, has_tones, line, match_key

if TYPE_CHECKING:
    from corpus.forms import Forms

RULE = "words by match key and folded, blocks parted, 3"
"""Names how entries are made; stored with the index. Change corpus.text's keys, and change this: it is made anew."""

TITLE_WEIGHT = 6.0
"""bm25 weight of a word in the title against 1.0 in the text: a title has some ten words, a story some two hundred."""


_BREAK = " \ue000 "
"""Stands between the blocks of an indexed text, so that no phrase runs from one into the next.

unicode61 takes a private-use character for a word, and ``querylang.read`` takes it for none, so nobody can ask
for it. To NEAR it is one word more: that only ranks, and a break of many words would make articles of short blocks
look long to bm25.
Sentences are not parted: who quotes two of them should find them.
"""


class Entry(NamedTuple):
    """What is held of an article: title and text by match key, title and text folded, and its words in order."""

    title: str
    text: str
    folded_title: str
    folded_text: str
    words: bytes


def entry(article: Article) -> Entry:
    """What is held of an article."""
    from corpus.forms import forms  # with numpy, which a search need not wait for

    return entry_of(forms([article.title, *article.text.split("\n")]))


def entry_of(made: Sequence[Forms]) -> Entry:
    """As ``entry``, from the forms of the title and of each line of the text."""
    title, *lines = made
    toned, folded = _BREAK.join([text.words for text in lines]), _BREAK.join([text.bare for text in lines])
    return Entry(title.words, toned, title.bare, folded, packed(text.words for text in made))


_COLUMNS = "rowid, title_toned, body_toned, title_folded, body_folded"


def add(connection: sqlite3.Connection, article_id: int, article: Article) -> None:
    """Index an article; call inside the transaction that stores it."""
    add_many(connection, [(article_id, entry(article))])


def add_many(connection: sqlite3.Connection, entries: Sequence[tuple[int, Entry]]) -> None:
    """Index articles by id and ``entry``."""
    add_texts(connection, entries)
    add_sequences(connection, entries)


def add_texts(connection: sqlite3.Connection, entries: Iterable[tuple[int, Entry]]) -> None:
    """Index the texts alone: one after the other, nothing else between them, or FTS5 writes each alone."""
    connection.executemany(
        f"INSERT INTO search ({_COLUMNS}) VALUES (?, ?, ?, ?, ?)",  # noqa: S608 - names of ours
        ((article_id, *made[:-1]) for article_id, made in entries),
    )


def add_sequences(connection: sqlite3.Connection, entries: Iterable[tuple[int, Entry]]) -> None:
    """Store the words in order alone."""
    connection.executemany(
        "INSERT INTO sequences (article_id, words) VALUES (?, ?)",
        ((article_id, made.words) for article_id, made in entries),
    )


UNREAD = "SELECT id FROM articles EXCEPT SELECT article_id FROM sequences"
"""Selects articles without words in order: those that an earlier version stored when the corpus was open to both."""


def remove(connection: sqlite3.Connection, article_id: int, article: Article) -> None:
    """Take an article out again; ``article`` must be as it was when it was added."""
    connection.execute(
        f"INSERT INTO search (search, {_COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?)",  # noqa: S608
        (article_id, *entry(article)[:-1]),
    )
    connection.execute("DELETE FROM sequences WHERE article_id = ?", (article_id,))


SEGMENTS = 4
"""Segments of one size from which FTS5 begins to merge them, its own default."""


def merge_from(connection: sqlite3.Connection, segments: int) -> None:
    """Have FTS5 merge from so many segments of one size on; it is written to the file, for all who write to it."""
    connection.execute("INSERT INTO search (search, rank) VALUES ('automerge', ?)", (segments,))


def clear(connection: sqlite3.Connection) -> None:
    """Take all articles out again."""
    connection.execute("INSERT INTO search (search) VALUES ('delete-all')")
    connection.execute("DELETE FROM sequences")


def between(words: Sequence[str]) -> int:
    """How many other words stand at most between the first and the last of words that are near each other."""
    return 2 * len(words)


@dataclass(frozen=True, slots=True)
class Term:
    """One word, phrase or prefix of a query: its words as typed, and whether the last one only begins a word."""

    words: tuple[str, ...]
    prefix: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """Terms, or others so joined, of which all (``AND``) or one (``OR``) must be found, and none of ``without``."""

    by: Literal["AND", "OR"]
    parts: tuple[Node, ...]
    without: tuple[Node, ...] = ()


Node: TypeAlias = Term | Joined


@dataclass(frozen=True, slots=True)
class Wanted:
    """A query as read (``corpus.querylang``): ``toned`` says whether tones count.

    ``terms`` are those that make an article match, in order; ``whole`` is how they are joined, and what must not be
    found.
    """

    terms: tuple[Term, ...]
    toned: bool
    whole: Node

    @property
    def key(self) -> Callable[[str], str]:
        """The key under which words of the query and words of a text are compared."""
        return match_key if self.toned else fold

    def without_tones(self) -> Wanted:
        """The same terms, matched as if they had been typed without tones."""
        return Wanted(self.terms, toned=False, whole=self.whole)

    def expression(self, *, in_title: bool = False) -> str:
        """The FTS5 expression, ``in_title`` for titles alone. Every word stands in quotes and holds letters and digits
        only.

        Columns are named only where they must be: to keep to some costs FTS5 half as much again. What a word typed
        without tones finds in the columns with tones it finds in the folded ones, too (give those with tones no weight
        in bm25); a word with a tone stands in no folded column.
        """
        whole = self._joined(self.whole)
        return f"title_{'toned' if self.toned else 'folded'} : ({whole})" if in_title else whole

    def side_by_side(self) -> tuple[str, ...] | None:
        """The keys of the words of a query of single words side by side; None of any other query.

        A Vietnamese word is written as several (``du lịch``), so that articles with the words side by side come first.
        """
        if not isinstance(self.whole, Joined) or self.whole.by == "OR":
            return None
        terms = [part for part in self.whole.parts if isinstance(part, Term) and len(part.words) == 1]
        if len(terms) < max(2, len(self.whole.parts)) or any(term.prefix for term in terms):
            return None
        return tuple(self.key(term.words[0]) for term in terms)

    def together(self) -> tuple[str, str] | None:
        """FTS5 expressions for all the words in one run, and for all of them near each other; None where the query is
        other than single words side by side."""
        keys = self.side_by_side()
        if keys is None:
            return None
        words = [f'"{key}"' for key in keys]
        near = f"NEAR({' '.join(words)}, {between(keys)})"
        return self._in_columns(" + ".join(words), keys), self._in_columns(near, keys)

    def _in_columns(self, expression: str, keys: Iterable[str]) -> str:
        if not self.toned or any(map(has_tones, keys)):
            return expression
        return f"{{title_toned body_toned}} : {expression}"

    def _joined(self, node: Node) -> str:
        if isinstance(node, Term):
            return self._phrase(node)
        inner = f" {node.by} ".join(map(self._held, node.parts))
        if not node.without:
            return inner
        return f"({inner}) NOT {self._held(Joined('OR', node.without))}"

    def _held(self, node: Node) -> str:
        # FTS5 counts parentheses: none where one thing stands in them.
        if isinstance(node, Joined) and len(node.parts) == 1 and not node.without:
            return self._held(node.parts[0])
        return f"({self._joined(node)})" if isinstance(node, Joined) else self._phrase(node)

    def _phrase(self, term: Term) -> str:
        forms = sorted({" ".join(form) for form in self.forms(term)})
        phrases = [f'"{form}"' + (" *" if term.prefix else "") for form in forms]
        phrase = phrases[0] if len(phrases) == 1 else f"({' OR '.join(phrases)})"
        return self._in_columns(phrase, self.forms(term)[0])

    def forms(self, term: Term) -> tuple[tuple[str, ...], ...]:
        """The keys of a term's words; for a prefix also the last word as typed, if that is another.

        ``hoà`` alone is the word ``hòa``; ``hoà*`` begins ``hoàn`` as well.
        """
        keys = tuple(self.key(word) for word in term.words)
        typed = line(term.words[-1]).casefold()
        if term.prefix and self.toned and typed != keys[-1]:
            return keys, (*keys[:-1], typed)
        return (keys,)
