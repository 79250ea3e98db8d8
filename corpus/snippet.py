"""The piece of a text that shows why it was found, made from the article as printed (the index keeps no text)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from corpus.index import Wanted
from corpus.text import WORD, fold, match_key

_LENGTH = 36
"""Words in a snippet: two lines on a terminal of 120 columns."""
_BEFORE = 6
"""Words shown before the first match, where there are as many."""
ORDINARY = 60_000
"""Characters up to which all of a text is looked at: some thirteen thousand words, thirty times a story of 400."""
LOOKED_AT = 250_000
"""Characters of a longer text in which a match is looked for: 15 ms where there is none."""
_PIECE = 10_000
_LEAD = 500
"""Characters before a piece that are looked at with it: a phrase that ends in it, the words shown before a match."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text on one line, and where in it the matched words stand (start, end), in order."""

    text: str
    matches: tuple[tuple[int, int], ...]


# Vietnamese has some seven thousand syllables, so that nearly every word of a text has been met before.
_keys = {True: lru_cache(maxsize=20_000)(match_key), False: lru_cache(maxsize=20_000)(fold)}


def snippet(text: str, wanted: Wanted | None) -> Snippet:
    """Some forty words of ``text`` around the place where most terms meet; its beginning where none is found.

    Of a text longer than any article (``ORDINARY``) only what lies around its first matches is looked at, and where
    there is none in its first ``LOOKED_AT`` characters its beginning is shown: an answer of twenty such texts must not
    take seconds.
    """
    if len(text) <= ORDINARY:
        return _snippet(text, wanted)
    begin, end = _window_of(text, wanted) if wanted else (0, _PIECE)
    return _snippet(text[begin:end], wanted, before=begin > 0, after=end < len(text))


def _window_of(text: str, wanted: Wanted) -> tuple[int, int]:
    """Where to look in a long text: from a little before the first piece of it with a match to the end of the next."""
    for start in range(0, LOOKED_AT, _PIECE):
        begin = _between_words(text, start - _LEAD) if start else 0
        if matches(text[begin : _between_words(text, start + _PIECE)], wanted):
            return begin, _between_words(text, start + 2 * _PIECE)
    return 0, _between_words(text, _PIECE)


def _between_words(text: str, place: int) -> int:
    """The last place up to ``place`` that divides no word; ``place`` itself where that would be far away."""
    if place >= len(text):
        return len(text)
    return max(text.rfind(" ", place - _LEAD, place), text.rfind("\n", place - _LEAD, place)) + 1 or place


def _snippet(text: str, wanted: Wanted | None, *, before: bool = False, after: bool = False) -> Snippet:
    """As ``snippet``, of a whole text or of one that has more ``before`` and ``after`` it."""
    found = matches(text, wanted) if wanted else []
    first = _window(found)
    start = max(0, first - _BEFORE) if first + _LENGTH - _BEFORE > _LENGTH else 0
    # Twenty hits of 400 words are to be shown at once: where words stand is asked only of those shown and the next one.
    shown = [word.span() for word in islice(WORD.finditer(text), start, start + _LENGTH + 1)]
    whole = len(shown) <= _LENGTH and not after
    shown = shown[:_LENGTH]
    text = text.replace("\n", " ")
    if not shown:
        return Snippet(text.strip(), ())
    before = before or start > 0
    left, right = shown[0][0] if before else 0, shown[-1][1]
    piece = text[left:] if whole else text[left:right]
    lead_in = "… " if before else ""
    marked = sorted(
        (shown[n - start][0] - left + len(lead_in), shown[last - start][1] - left + len(lead_in))
        for n, last, _ in found
        if n >= start and last < start + len(shown)
    )
    return Snippet(lead_in + piece.rstrip() + ("" if whole else " …"), tuple(dict.fromkeys(marked)))


def matches(text: str, wanted: Wanted) -> list[tuple[int, int, int]]:
    """Where terms are found: index of the first word, of the last word, and the term's number; in text order.

    As in the index, a phrase does not run over a line break.
    """
    key = _keys[wanted.toned]
    forms = [(number, form, term.prefix) for number, term in enumerate(wanted.terms) for form in wanted.forms(term)]
    found = set()
    before = 0
    for one in text.split("\n"):
        keys = list(map(key, WORD.findall(one)))
        for number, form, prefix in forms:
            for n, end in _runs(keys, form, prefix=prefix):
                found.add((before + n, before + end, number))
        before += len(keys)
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
    best, best_rank = 0, (0, 0)
    inside: Counter[int] = Counter()
    end = 0
    for i, (n, _, number) in enumerate(found):
        while end < len(found) and found[end][0] < n + _LENGTH - _BEFORE:
            inside[found[end][2]] += 1
            end += 1
        rank = len(inside), end - i
        if rank > best_rank:
            best, best_rank = n, rank
        inside[number] -= 1
        if not inside[number]:
            del inside[number]
    return best
