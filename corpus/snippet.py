"""The piece of a text that shows why it was found, made from the article as printed (the index keeps no text)."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from corpus.index import Wanted
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
    words = [word.span() for word in WORD.finditer(text)]
    found = matches(text, words, wanted) if wanted else []
    text = text.replace("\n", " ")
    first = _window(found)
    start = max(0, first - _BEFORE) if first + _LENGTH - _BEFORE > _LENGTH else 0
    shown = words[start : start + _LENGTH]
    if not shown:
        return Snippet(text.strip(), ())
    left, right = shown[0][0] if start else 0, shown[-1][1]
    whole = start + _LENGTH >= len(words)
    piece = text[left:] if whole else text[left:right]
    lead_in = "… " if start else ""
    marked = sorted(
        (words[n][0] - left + len(lead_in), words[last][1] - left + len(lead_in))
        for n, last, _ in found
        if n >= start and last < start + len(shown)
    )
    return Snippet(lead_in + piece.rstrip() + ("" if whole else " …"), tuple(dict.fromkeys(marked)))


def matches(text: str, words: list[tuple[int, int]], wanted: Wanted) -> list[tuple[int, int, int]]:
    """Where terms are found: index of the first word, of the last word, and the term's number; in text order.

    As in the index, a phrase does not run over a line break.
    """
    keys = list(map(_keys[wanted.toned], WORD.findall(text)))
    found = set()
    for number, term in enumerate(wanted.terms):
        for form in wanted.forms(term):
            *whole, last = form
            before = len(whole)
            # Looked for by its last word alone: twenty hits of 400 words are to be shown at once.
            for end in _ends(keys, last, prefix=term.prefix):
                n = end - before
                if n >= 0 and keys[n:end] == whole and "\n" not in text[words[n][1] : words[end][0]]:
                    found.add((n, end, number))
    return sorted(found)


def _ends(keys: list[str], last: str, *, prefix: bool) -> list[int]:
    if prefix:
        return [n for n, key in enumerate(keys) if key.startswith(last)]
    return [n for n, key in enumerate(keys) if key == last]


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
