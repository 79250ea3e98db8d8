"""The piece of a text that shows why it was found, made from the article as printed (the index keeps no text)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from corpus.index import Node, Term, Wanted
from corpus.text import fold, match_key

WORD = re.compile(r"[^\W_]+")
_LENGTH = 36
"""Words in a snippet: two lines on a terminal of 120 columns."""
_BEFORE = 6
"""Words shown before the first match, where there are as many."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text on one line, and where in it the matched words stand (start, end), in order."""

    text: str
    matches: tuple[tuple[int, int], ...]


# Vietnamese has some seven thousand syllables, so that nearly every word of a text has been met before.
_keys = {True: lru_cache(maxsize=20_000)(match_key), False: lru_cache(maxsize=20_000)(fold)}


def snippet(text: str, wanted: Wanted | None) -> Snippet:
    """Some forty words of ``text`` around the place where most terms meet; its beginning where none is found."""
    found = _places(text, wanted, None) if wanted else []
    first = _window(found)
    start = max(0, first - _BEFORE) if first + _LENGTH - _BEFORE > _LENGTH else 0
    # Twenty hits of 400 words are to be shown at once: where words stand is asked only of those shown and the next one.
    shown = [word.span() for word in islice(WORD.finditer(text), start, start + _LENGTH + 1)]
    whole = len(shown) <= _LENGTH
    shown = shown[:_LENGTH]
    text = text.replace("\n", " ")
    if not shown:
        return Snippet(text.strip(), ())
    left, right = shown[0][0] if start else 0, shown[-1][1]
    piece = text[left:] if whole else text[left:right]
    lead_in = "… " if start else ""
    marked = sorted(
        (shown[n - start][0] - left + len(lead_in), shown[last - start][1] - left + len(lead_in))
        for n, last, _ in found
        if n >= start and last < start + len(shown)
    )
    return Snippet(lead_in + piece.rstrip() + ("" if whole else " …"), tuple(dict.fromkeys(marked)))


def matches(text: str, words: list[tuple[int, int]], wanted: Wanted) -> list[tuple[int, int, int]]:
    """Where terms are found: index of the first word, of the last word, and the term's number; in text order.

    As in the index, a phrase does not run over a line break.
    """
    return _places(text, wanted, words)


def holds(text: str, wanted: Wanted) -> bool:
    """Whether a text of one line is what ``wanted`` looks for."""
    keys = list(map(_keys[wanted.toned], WORD.findall(text)))

    def held(node: Node) -> bool:
        if isinstance(node, Term):
            return any(next(_runs(keys, form, prefix=node.prefix), None) is not None for form in wanted.forms(node))
        return (any if node.by == "OR" else all)(map(held, node.parts)) and not any(map(held, node.without))

    return held(wanted.whole)


def _places(text: str, wanted: Wanted, words: list[tuple[int, int]] | None) -> list[tuple[int, int, int]]:
    """See ``matches``; without ``words`` they are looked for where a phrase needs them."""
    keys = list(map(_keys[wanted.toned], WORD.findall(text)))
    found = set()
    for number, term in enumerate(wanted.terms):
        for form in wanted.forms(term):
            for n, end in _runs(keys, form, prefix=term.prefix):
                if n == end:
                    found.add((end, end, number))
                    continue
                if words is None:
                    words = [word.span() for word in WORD.finditer(text)]
                if "\n" not in text[words[n][1] : words[end][0]]:
                    found.add((n, end, number))
    return sorted(found)


def _runs(keys: list[str], form: tuple[str, ...], *, prefix: bool) -> Iterator[tuple[int, int]]:
    """The first and last index of each run of words that are those of a form of a term."""
    *whole, last = form
    for end in _ends(keys, last, prefix=prefix):
        n = end - len(whole)
        if n >= 0 and keys[n:end] == whole:
            yield n, end


def _ends(keys: list[str], last: str, *, prefix: bool) -> Iterator[int]:
    """The indexes of the words that are, or begin with, the last word of a term."""
    if prefix:
        yield from [n for n, key in enumerate(keys) if key.startswith(last)]
        return
    n = -1
    for _ in range(keys.count(last)):
        n = keys.index(last, n + 1)
        yield n


def _window(found: list[tuple[int, int, int]]) -> int:
    """The word at which a window holds the most different terms, then the most matches, then stands first."""
    starts = [n for n, _, _ in found]
    best, best_rank = 0, (0, 0)
    for i, n in enumerate(starts):
        inside = found[i : bisect_right(starts, n + _LENGTH - _BEFORE - 1)]
        rank = len({number for _, _, number in inside}), len(inside)
        if rank > best_rank:
            best, best_rank = n, rank
    return best
