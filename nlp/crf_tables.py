"""underthesea's word CRF as numpy tables: the same weights, looked up for all tokens of a batch at once.

The CRF has two labels, so a label sequence depends on one number an attribute, w(I-W) - w(B-W). Its 43 templates look
at one token (five places around the tagged one), at two neighbours (four places) or at three (three places). What a
token adds to its surroundings is summed once a token; two and three tokens are looked up by their numbers. A template
that reaches beyond the sentence has the value ``BOS`` or ``EOS`` (``BOS`` where it reaches beyond both).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nlp.crf_file import CrfModel
from nlp.errors import NlpError
from nlp.key_table import KeyTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLACES = (-2, -1, 0, 1, 2)
# Small letters whose capitals underthesea_core 3.3.2 knows (Unicode 17) and Python 3.11 does not (Unicode 14): U+0264,
# U+019B and other phonetic letters, Garay, Beria Erfe.
_LATER = frozenset(
    "\u019b\u0264\u1c8a\ua7cd\ua7cf\ua7d3\ua7d5\ua7db"
    + "".join(map(chr, (*range(0x10D70, 0x10D86), *range(0x16EBB, 0x16ED4))))
)
_TEMPLATE = re.compile(r"T\[(-?\d)(?:,(-?\d))?\](?:\.(lower|isdigit|istitle|is_in_dict))?")


class TablesError(NlpError):
    """A model that these tables cannot express."""


@dataclass(frozen=True, slots=True)
class _Template:
    name: str
    start: int  # place of the first token, seen from the tagged one
    length: int  # tokens looked at
    kind: str  # "" for the token itself, or what is asked of it


def _template(name: str) -> _Template:
    match = _TEMPLATE.fullmatch(name)
    if match is None:
        raise TablesError(f"template {name!r} is of no kind that is known here")
    start = int(match[1])
    length = int(match[2] or start) - start + 1
    if start not in PLACES or start + length - 1 not in PLACES or not 1 <= length <= 3:
        raise TablesError(f"template {name!r} looks at places that are not covered here")
    kind = match[3] or ""
    if kind == "isdigit" and length > 1:
        raise TablesError(f"template {name!r} asks whether several tokens are one number, which is not covered here")
    return _Template(name, start, length, kind)


def is_number(token: str) -> bool:
    """What the feature ``isdigit`` asks: does the token parse as a signed 32-bit integer?"""
    digits = token[1:] if token[0] in "+-" else token
    if not (digits.isascii() and digits.isdigit()):
        return False
    value = digits.lstrip("0") or "0"
    return len(value) <= 10 and int(value) < 2**31 + (token[0] == "-")


def is_title(token: str) -> bool:
    """What the feature ``istitle`` asks: is the first character its own upper case (so are digits and signs)?"""
    return token[0] == token[0].upper() and token[0] not in _LATER


@dataclass(frozen=True, slots=True)
class Columns:
    """Tokens as the tables see them, a row a token.

    ``unary[:, k]`` is what the token adds to the token at ``-PLACES[k]`` from it; ``exact`` and ``lower`` number the
    token among those that occur in pairs and triples, 0 for the others; ``title`` says whether it begins as a title.
    """

    unary: Floats
    exact: Ints
    lower: Ints
    title: NDArray[np.bool_]


# A gram of up to three tokens is one whole number: the number of the first in the lowest bits.
_BITS = 20
_LOWEST = (1 << _BITS) - 1
_TWO = (1 << 2 * _BITS) - 1


class _Weights:
    """Weights of one, two or three tokens by the place of the first, gathered before they become arrays."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._cells: list[tuple[int, int, float]] = []
        self._words: list[tuple[int, int]] = []

    def add(self, tokens: Sequence[str], place: int, weight: float) -> None:
        self._cells.append((self._key(tokens), place + 2, weight))

    def add_word(self, tokens: Sequence[str]) -> None:
        self._words.append((self._key(tokens), len(tokens)))

    def _key(self, tokens: Sequence[str]) -> int:
        key = shift = 0
        for token in tokens:
            key |= self.numbers.setdefault(token, len(self.numbers) + 1) << shift
            shift += _BITS
        return key

    def rows(self, of_words: Floats) -> tuple[Ints, Floats]:
        """The grams by their keys, and a row for each; to those of the dictionary ``of_words[length]`` is added."""
        cells = np.array(self._cells, dtype=[("key", np.int64), ("column", np.int64), ("weight", np.float64)])
        words = np.array(self._words, dtype=np.int64).reshape(-1, 2)
        keys = np.union1d(cells["key"], words[:, 0])
        made = np.zeros((len(keys), len(PLACES)))
        np.add.at(made, (np.searchsorted(keys, cells["key"]), cells["column"]), cells["weight"])
        made[np.searchsorted(keys, words[:, 0])] += of_words[words[:, 1]]
        return keys, made


class _Grams:
    """Weights of tokens, of two and of three, all found by the numbers of the tokens."""

    def __init__(self, weights: _Weights, of_words: Floats) -> None:
        self.numbers = weights.numbers
        keys, rows = weights.rows(of_words)
        lengths = 1 + (keys > _LOWEST) + (keys > _TWO)
        self.alone = np.zeros((len(self.numbers) + 1, len(PLACES)))
        self.alone[keys[lengths == 1]] = rows[lengths == 1]
        triples = keys[lengths == 3]
        # A triple is looked for only where its first two tokens are found, so these are a row even if of no weight.
        pairs = np.union1d(keys[lengths == 2], triples & _TWO)
        self._of_pairs = np.zeros((len(pairs) + 1, len(PLACES)))
        self._of_pairs[np.searchsorted(pairs, keys[lengths == 2]) + 1] = rows[lengths == 2]
        self._of_triples = np.vstack((np.zeros(len(PLACES)), rows[lengths == 3]))
        self._pairs = KeyTable(pairs)
        begun = np.searchsorted(pairs, triples & _TWO) + 1
        self._triples = KeyTable(begun << _BITS | triples >> 2 * _BITS)
        self._begins = np.zeros(len(pairs) + 1, dtype=np.bool_)
        self._begins[begun] = True

    def add(self, made: Floats, numbers: Ints) -> None:
        """Add to ``made`` what the pairs and triples of the tokens ``numbers`` weigh, with nothing at the edges."""
        pairs = self._pairs.rows(numbers[:-1] | numbers[1:] << _BITS)
        at = np.flatnonzero(pairs)
        self._scatter(made, at, self._of_pairs[pairs[at]])
        at = at[self._begins[pairs[at]]]
        triples = self._triples.rows(pairs[at].astype(np.int64) << _BITS | numbers[at + 2])
        found = np.flatnonzero(triples)
        self._scatter(made, at[found], self._of_triples[triples[found]])

    @staticmethod
    def _scatter(made: Floats, at: Ints, weights: Floats) -> None:
        # One gram begins in one place, so no index occurs twice; two rows of nothing on either side keep all inside.
        for column, place in enumerate(PLACES[:-1]):
            made[at - place] += weights[:, column]


class Tables:
    """The CRF ``model`` over ``templates`` and the words of ``dictionary``; ``TablesError`` where they do not fit."""

    def __init__(self, model: CrfModel, templates: Sequence[str], dictionary: Iterable[str]) -> None:
        if model.labels != ("B-W", "I-W"):
            raise TablesError(f"the labels of the model are {', '.join(model.labels)}, not B-W and I-W")
        known = {template.name: template for template in map(_template, templates)}
        if len(known) != len(templates):
            raise TablesError("the model names a template twice")
        self.transitions = model.transitions
        difference = model.weights[:, 1] - model.weights[:, 0]
        exact, lower = _Weights(), _Weights()
        fixed: dict[tuple[str, str], float] = {}
        for attribute, number in model.attributes.items():
            name, _, value = attribute.partition("=")
            template = known.get(name)
            if template is None:
                continue
            if value in ("BOS", "EOS") or template.kind not in ("", "lower"):
                fixed[name, value] = difference[number]
            if template.kind in ("", "lower"):
                # A value of more or fewer tokens than the template looks at cannot occur: no token has a blank in it.
                tokens = value.split(" ")
                if len(tokens) == template.length and all(tokens):
                    (lower if template.kind else exact).add(tokens, template.start, difference[number])
        self._edges(list(known.values()), fixed)
        for entry in dictionary:
            tokens = entry.split(" ", 3)
            if len(tokens) <= 3 and all(tokens):
                lower.add_word(tokens)
        is_in_dictionary, is_title, is_number = (
            _flag(known.values(), fixed, kind) for kind in ("is_in_dict", "istitle", "isdigit")
        )
        self._exact, self._lower = _Grams(exact, is_in_dictionary), _Grams(lower, is_in_dictionary)
        self._of_flags = np.array(
            [number * is_number[1] + title * is_title[1] for number in (0, 1) for title in (0, 1)]
        )
        self._title_pairs, self._title_triples = is_title[2], is_title[3]

    def _edges(self, templates: Collection[_Template], fixed: Mapping[tuple[str, str], float]) -> None:
        """What every token has whatever it is, and what that changes by near the ends of a sentence.

        ``_edge[p, q]`` is for a token with p tokens before it and q after it, two standing for more.
        """
        self._constant = sum(fixed.get((template.name, "False"), 0.0) for template in templates)
        self._edge = np.zeros((3, 3))
        for before, after in product(range(3), repeat=2):
            for template in templates:
                ends = template.start + template.length - 1
                value = "BOS" if before + template.start < 0 else "EOS" if ends > after else "False"
                self._edge[before, after] += fixed.get((template.name, value), 0.0)
            self._edge[before, after] -= self._constant

    def columns(self, tokens: Sequence[str]) -> Columns:
        """``tokens`` as the tables see them."""
        exact = np.array([self._exact.numbers.get(token, 0) for token in tokens], dtype=np.int64)
        lower = np.array([self._lower.numbers.get(token.lower(), 0) for token in tokens], dtype=np.int64)
        title = np.array([is_title(token) for token in tokens], dtype=np.bool_)
        flags = 2 * np.array([is_number(token) for token in tokens], dtype=np.int64) + title
        return Columns(self._exact.alone[exact] + self._lower.alone[lower] + self._of_flags[flags], exact, lower, title)

    def scores(self, tokens: Columns, first: Ints, last: Ints) -> Floats:
        """How much each token speaks for I-W rather than B-W, transitions aside.

        ``tokens`` are those of several sentences with two rows of nothing (zeros) before, between and after them;
        ``first`` and ``last`` are the places of each sentence's first and last token.
        """
        size = len(tokens.exact)
        made = np.full(size, self._constant)
        for column, place in enumerate(PLACES):
            _add(made, tokens.unary[:, column], -place)
        self._exact.add(made, tokens.exact)
        self._lower.add(made, tokens.lower)
        both = tokens.title[:-1] & tokens.title[1:]
        for column, place in enumerate(PLACES):
            if self._title_pairs[column]:
                _add(made, both * self._title_pairs[column], -place)
            if self._title_triples[column]:
                _add(made, (both[:-1] & tokens.title[2:]) * self._title_triples[column], -place)
        before, after = np.full(size, 2), np.full(size, 2)
        before[first + 1], after[last - 1] = 1, 1
        before[first], after[last] = 0, 0
        # A token of a short sentence is named twice here, and is changed once.
        near = np.concatenate((first, first + 1, last - 1, last))
        made[near] += self._edge[before[near], after[near]]
        return made


def _flag(templates: Iterable[_Template], fixed: Mapping[tuple[str, str], float], kind: str) -> Floats:
    """By the number of tokens and the place of the first: what a true answer weighs more than a false one."""
    made = np.zeros((4, len(PLACES)))
    for template in templates:
        if template.kind == kind:
            true, false = (fixed.get((template.name, value), 0.0) for value in ("True", "False"))
            made[template.length, template.start + 2] = true - false
    return made


def _add(made: Floats, values: Floats, shift: int) -> None:
    """Add each of ``values`` to the element of ``made`` that is ``shift`` places on, where there is one."""
    begin, end = max(0, -shift), min(len(values), len(made) - shift)
    made[begin + shift : end + shift] += values[begin:end]
