"""The language of a query's text: what a reader typed, read into terms and how they are joined.

=================  ====================================================================================
``a b``            both words, anywhere in the article
``"a b"``          the words in one run (printed quotes too; one left open runs to the end)
``a*``  ``"a b"*`` a word that begins so; a phrase whose last word begins so
``a OR b``         either; binds less than blanks, so that ``a b OR c`` is ``(a b) OR c``
``a AND b``        the same as ``a b``
``a NOT b``        ``a`` without ``b``; binds closest
``( … )``          what belongs together
=================  ====================================================================================

``AND``, ``OR`` and ``NOT`` are operators in capitals and outside quotes only. Every other sign parts words as it does
in a text: ``Lào-Việt`` is the phrase *Lào Việt*, and ``-mông`` looks for *mông*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NoReturn

from corpus.errors import QueryError
from corpus.index import Joined, Node, Term, Wanted
from corpus.text import WORD, has_tones, line

DEEPEST = 8
"""Parentheses within parentheses: FTS5's parser overflows at eleven where each holds OR and NOT."""

Kind = Literal["term", "AND", "OR", "NOT", "(", ")", "nothing"]
_TOKEN = re.compile(
    r'["“”](?P<phrase>[^"“”]*)(?:["“”](?P<begun>\*)?|$)|(?P<paren>[()])|(?P<word>[^\s"“”()]+)',
)
_OPERATORS: dict[str | None, Kind] = {"AND": "AND", "OR": "OR", "NOT": "NOT"}


@dataclass(frozen=True, slots=True)
class _Token:
    """One piece of a query: ``place`` counts characters from 1 in the query as cleaned; ``nothing`` is its end."""

    kind: Kind
    place: int
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """What was read so far: a node, and whether it is what must *not* be found."""

    node: Node
    negated: bool
    place: int


def read(text: str) -> Wanted:
    """What a reader's words ask for; ``QueryError``, one sentence with the place, where they cannot be understood."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise QueryError(f"the query {text!r} is not valid Unicode") from None
    cleaned = line(text)
    tokens = _tokens(cleaned)
    if not any(token.kind == "term" for token in tokens):
        raise QueryError(f"the query {text!r} holds no letter or digit to look for")
    whole = _Reader(cleaned, tokens).whole()
    toned = any(has_tones(word) for token in tokens if token.term for word in token.term.words)
    return Wanted(_terms(whole), toned, whole)


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text):
        place = match.start() + 1
        word, paren = match["word"], match["paren"]
        if paren:
            found.append(_Token("(" if paren == "(" else ")", place))
        elif word in _OPERATORS:
            found.append(_Token(_OPERATORS[word], place))
        else:
            typed = match["phrase"] if word is None else word
            words = tuple(WORD.findall(typed))
            prefix = match["begun"] is not None or (word is not None and typed.endswith("*"))
            # A sign alone, a dash between two words or an ellipsis, asks for nothing.
            if words:
                found.append(_Token("term", place, Term(words, prefix)))
    return [*found, _Token("nothing", len(text) + 1)]


def _terms(node: Node) -> tuple[Term, ...]:
    """The terms that make an article match, in order: not those after NOT."""
    return (node,) if isinstance(node, Term) else tuple(term for part in node.parts for term in _terms(part))


class _Reader:
    """Recursive descent: OR of runs, a run of words (AND), a word, phrase or parenthesis (perhaps after NOT)."""

    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0

    def whole(self) -> Node:
        part = self._either(depth=0)
        if self._now.kind == ")":
            self._refuse(self._now.place, "this ) closes no parenthesis")
        if part.negated:
            self._refuse(part.place, "says only what is not to be found; name what it is to be taken from")
        return part.node

    @property
    def _now(self) -> _Token:
        return self.tokens[self.at]

    def _refuse(self, place: int, why: str) -> NoReturn:
        shown = self.text if len(self.text) <= 80 else self.text[:79] + "…"
        raise QueryError(f"the query {shown!r} cannot be read at character {place}: {why}")

    def _either(self, depth: int) -> _Part:
        parts = [self._run(depth)]
        while self._now.kind == "OR":
            self.at += 1
            parts.append(self._run(depth))
        if len(parts) == 1:
            return parts[0]
        for part in parts:
            if part.negated:
                self._refuse(part.place, "NOT beside OR has nothing to be taken from; write a OR (b NOT c)")
        return _Part(_joined("OR", [part.node for part in parts]), False, parts[0].place)

    def _run(self, depth: int) -> _Part:
        parts = [self._one(depth)]
        while self._now.kind in {"term", "(", "NOT", "AND"}:
            if self._now.kind == "AND":
                self.at += 1
            parts.append(self._one(depth))
        wanted = [part.node for part in parts if not part.negated]
        unwanted = [part.node for part in parts if part.negated]
        if not wanted:
            # Neither a nor b: what is taken away is either of them.
            return _Part(_joined("OR", unwanted), True, parts[0].place)
        node = _joined("AND", wanted)
        if unwanted:
            held = node.parts if isinstance(node, Joined) and node.by == "AND" and not node.without else (node,)
            node = Joined("AND", held, tuple(unwanted))
        return _Part(node, False, parts[0].place)

    def _one(self, depth: int) -> _Part:
        token = self._now
        # A loop, for a thousand NOTs in a row are no reason to run out of stack.
        negated = False
        while self._now.kind == "NOT":
            negated = not negated
            self.at += 1
        here = self._now
        self.at += 1
        if here.term is not None:
            return _Part(here.term, negated, token.place)
        if here.kind != "(":
            before = self.tokens[self.at - 2] if self.at > 1 else None
            if before is not None and before.kind in {"AND", "OR", "NOT"}:
                self._refuse(before.place, f"{before.kind} has nothing after it (in quotes it is a word)")
            if before is not None and before.kind == "(":
                self._refuse(before.place, "this parenthesis holds nothing to look for")
            if here.kind == ")":
                self._refuse(here.place, "this ) closes no parenthesis")
            self._refuse(here.place, f"{here.kind} has nothing before it (in quotes it is a word)")
        if depth == DEEPEST:
            self._refuse(here.place, f"parentheses are nested more than {DEEPEST} deep")
        inner = self._either(depth + 1)
        if self._now.kind != ")":
            self._refuse(here.place, "this ( is never closed")
        self.at += 1
        return _Part(inner.node, negated != inner.negated, token.place)


def _joined(by: Literal["AND", "OR"], nodes: list[Node]) -> Node:
    """The nodes as one; those joined in the same way are one level, for FTS5 counts levels."""
    if len(nodes) == 1:
        return nodes[0]
    parts: list[Node] = []
    for node in nodes:
        same = isinstance(node, Joined) and node.by == by and not node.without
        parts += node.parts if same and isinstance(node, Joined) else (node,)
    return Joined(by, tuple(parts))
