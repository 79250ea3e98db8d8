"""Which articles hold the words of a query, told from their own words in order rather than from the search index.

The index reads the list of every word from end to end: 30 to 90 ms for two frequent words among a million articles, as
much again for the words in one run, and again for near each other. Where filters leave a few thousand articles, or so
many hold the words, these are looked through by themselves, at some 4 µs each. The table ``sequences`` holds the words
of each article as signs (``corpus.syllables``), a line for its title and for each line of its text; ``corpus.index``
writes it.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from corpus.conditions import NO_FILTER, Where
from corpus.index import Node, Term, Wanted, between
from corpus.syllables import SIGNS, bare, coded, folded_signs, signs, spelled, unpacked

Held = Callable[[str], bool]
"""Tells of an article's sequence whether it is what is looked for."""

_MARKS = "\ue000-\uf8ff"
"""Private characters, which are in no word."""
_WORDS = 8
"""Words asked for at most: the nearness of thirty frequent ones takes a millisecond an article."""
_HELD = 32_000_000
"""Bytes of sequences held at most: six times those of 5,000 articles of 600 words, or thirty books."""

_LETTER = f"[^ \n{SIGNS}{_MARKS}]"
_LETTERS = re.compile(f" {_LETTER}+")
_OTHER = "x"
"""Stands for a word in letters that is not asked for."""


def suits(wanted: Wanted) -> bool:
    """Whether so few words are asked for that a text is quickly looked through for them."""
    return sum(1 for _ in _words(wanted.whole)) <= _WORDS


def read(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, bytes] | None:
    """The sequences of articles, by id, packed; None where they are too long to be held in memory together."""
    rows = connection.execute(
        "SELECT article_id, words FROM sequences WHERE article_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    found: dict[int, bytes] = {}
    held = 0
    while some := rows.fetchmany(100):
        held += sum(len(words) for _, words in some)
        if held > _HELD:
            return None
        found.update(some)
    return found


def few(connection: sqlite3.Connection, filters: Where, most: int) -> dict[int, bytes] | None:
    """The sequences of all articles under ``filters``, by id; None where these are more than ``most``, or too long."""
    if filters.sql == NO_FILTER or most < 1:
        return None
    ids = [
        article_id
        for (article_id,) in connection.execute(
            f"SELECT articles.id FROM articles WHERE {filters.sql} LIMIT ?",  # noqa: S608 - made by conditions.py
            (*filters.values, most + 1),
        )
    ]
    return read(connection, ids) if len(ids) <= most else None


def found(texts: Mapping[int, bytes], wanted: Wanted) -> list[int]:
    """Those articles that are what ``wanted`` looks for, the last stored first."""
    held = holding(wanted)
    return sorted((article_id for article_id, text in texts.items() if held(unpacked(text))), reverse=True)


def holding(wanted: Wanted) -> Held:
    """What ``Wanted.expression`` finds in the index."""

    def held(node: Node) -> Held:
        if isinstance(node, Term):
            return _one_of([_run(form, begins=node.prefix, toned=wanted.toned) for form in wanted.forms(node)])
        found = (_one_of if node.by == "OR" else _all_of)(list(map(held, node.parts)))
        if not node.without:
            return found
        without = _one_of(list(map(held, node.without)))
        return lambda text: found(text) and not without(text)

    return _read_as(wanted, held(wanted.whole))


def in_title(wanted: Wanted) -> Held:
    """What ``Wanted.expression`` finds in titles alone."""
    held = holding(wanted)
    return lambda text: held(text.partition("\n")[0])


def together(wanted: Wanted) -> tuple[Held, Held] | None:
    """What ``Wanted.together`` finds in the index: the words in one run, and near each other."""
    words = wanted.side_by_side()
    if words is None:
        return None
    run = _run(words, begins=False, toned=wanted.toned)
    near = _near(words, between(words) + 1, toned=wanted.toned)
    return _read_as(wanted, run), _read_as(wanted, near)


def _read_as(wanted: Wanted, held: Held) -> Held:
    if wanted.toned or all(wanted.key(word).isascii() for word in _words(wanted.whole)):
        return held
    return lambda text: held(bare(text))


def _words(node: Node) -> Iterator[str]:
    if isinstance(node, Term):
        yield from node.words
    else:
        for part in (*node.parts, *node.without):
            yield from _words(part)


def _one_of(tests: list[Held]) -> Held:
    return tests[0] if len(tests) == 1 else lambda text: any(test(text) for test in tests)


def _all_of(tests: list[Held]) -> Held:
    return tests[0] if len(tests) == 1 else lambda text: all(test(text) for test in tests)


class _Word(NamedTuple):
    """What a word of a query is in a sequence, as regular expressions, "" where it cannot be that: one of some signs,
    or letters after a blank."""

    signs: str
    letters: str

    @classmethod
    def of(cls, word: str, *, toned: bool, begins: bool = False) -> _Word:
        known = signs() if toned else folded_signs()
        if begins:
            found = "".join([sign for other, sign in known.items() if other.startswith(word)])
        else:
            found = known.get(word, "")
        # With its tones, a word that has a sign is nowhere written in letters.
        letters = "" if toned and found and not begins else f" {spelled(word, toned=toned)}"
        if letters:
            letters += f"{_LETTER}*" if begins else f"(?!{_LETTER})"
        return cls(f"[{found}]" if found else "", letters)


def _run(words: Sequence[str], *, begins: bool, toned: bool) -> Held:
    """One after the other, the last one perhaps only begun."""
    if toned and not begins:
        exactly = coded(words)
        return lambda text: exactly in text
    run = [_Word.of(word, toned=toned) for word in words[:-1]]
    run.append(_Word.of(words[-1], toned=toned, begins=begins))
    # The blank after letters is left for letters that follow; before a sign it is passed over.
    anyhow = re.compile(" ?".join([f"(?:{'|'.join(filter(None, word))})" for word in run])).search
    if not all(word.signs for word in run):
        return lambda text: anyhow(text) is not None
    in_signs = re.compile("".join([word.signs for word in run])).search
    in_letters = [re.compile(word.letters).search for word in run if word.letters]

    def held(text: str) -> bool:
        # Nearly every word that has signs stands as one, which is found in a fifth of the time.
        return in_signs(text) is not None or (any(word(text) for word in in_letters) and anyhow(text) is not None)

    return held


def _near(words: Iterable[str], most: int, *, toned: bool) -> Held:
    """All of them in the title, or in the text, the first and the last at most ``most`` words from each other; the
    break between two lines is a word, as it is in the index."""
    kinds = [_Word.of(word, toned=toned) for word in dict.fromkeys(words)]
    in_letters = [(re.compile(word.letters), _mark(n)) for n, word in enumerate(kinds) if word.letters]
    signs = [f"{word.signs[1:-1]}{_mark(n) if word.letters else ''}" for n, word in enumerate(kinds)]
    # One of them, where each of them is that or follows soon.
    others = [f"(?:(?<=[{own}])|(?=.{{0,{most - 1}}}[{own}]))" for own in signs]
    found = re.compile(f"(?s)[{''.join(signs)}]{''.join(others)}").search
    break_after_title = "\n" * (most + 1)

    def held(text: str) -> bool:
        for word, mark in in_letters:
            text = word.sub(mark, text)
        text = _LETTERS.sub(_OTHER, text).replace(" ", "")  # a character for each word
        return found(text.replace("\n", break_after_title, 1)) is not None

    return held


def _mark(n: int) -> str:
    """Stands for the ``n``-th word asked for where it is in letters."""
    return chr(0xE000 + n)
