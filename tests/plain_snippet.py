"""Snippets as they were made before work on long texts was bounded: all of a text is looked at, window by window."""

from __future__ import annotations

from bisect import bisect_right

from corpus.index import Wanted
from corpus.snippet import Snippet, matches
from corpus.text import WORD

LENGTH, BEFORE = 36, 6


def plain_snippet(text: str, wanted: Wanted) -> Snippet:
    """Some forty words of ``text`` around the place where most terms meet; its beginning where none is found."""
    words = [word.span() for word in WORD.finditer(text)]
    found = matches(text, wanted)
    first = _window(found)
    start = max(0, first - BEFORE) if first > BEFORE else 0
    shown = words[start : start + LENGTH]
    if not shown:
        return Snippet(text.replace("\n", " ").strip(), ())
    whole = len(words) - start <= LENGTH
    left, right = shown[0][0] if start else 0, len(text) if whole else shown[-1][1]
    lead_in = "… " if start else ""
    marked = [
        (words[n][0] - left + len(lead_in), words[last][1] - left + len(lead_in))
        for n, last, _ in found
        if n >= start and last < start + len(shown)
    ]
    piece = text[left:right].replace("\n", " ").rstrip()
    return Snippet(lead_in + piece + ("" if whole else " …"), tuple(dict.fromkeys(sorted(marked))))


def _window(found: list[tuple[int, int, int]]) -> int:
    starts = [n for n, _, _ in found]
    best, best_rank = 0, (0, 0)
    for i, n in enumerate(starts):
        inside = found[i : bisect_right(starts, n + LENGTH - BEFORE - 1)]
        rank = len({number for _, _, number in inside}), len(inside)
        if rank > best_rank:
            best, best_rank = n, rank
    return best
