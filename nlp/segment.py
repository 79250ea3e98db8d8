"""Words: Vietnamese text → sentences of words whose syllables are joined by ``_``.

The words are underthesea's, token for token, found from tables of its own weights (``nlp.words``) some fifty times as
fast; where the installed underthesea is not the one the tables are known to equal, it is asked itself, with a warning.
Two of its habits are worked around here:

- Its model was trained on text that writes ``hoà``, ``thuỷ``, ``uỷ``; in the other style words fall apart (``tỉnh ủy``,
  ``hoà_bình`` but ``hòa bình``), and its own token normalisation moves everything to that other style. So words are
  looked for in the style the model knows, and given back in the letters that were printed.
- Importing it hangs a handler on the root logger.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import islice
from typing import Protocol

from corpus.records import Segmentation
from corpus.text import line
from nlp.crf_tables import Tables
from nlp.errors import NlpError
from nlp.installed import installed, parts, underthesea_version
from nlp.known import objection
from nlp.sentences import sentences
from nlp.tokens import Cutter
from nlp.words import Words

_OLD_STYLE = re.compile(r"(?<![qQ])(?:([òóỏõọ])([ae])|([ùúủũụ])(y))(?!\w)", re.IGNORECASE)
_PLAIN = str.maketrans("òóỏõọùúủũụÒÓỎÕỌÙÚỦŨỤ", "ooooouuuuuOOOOOUUUUU")
_MARKED = {
    base: dict(zip(marks, accented, strict=True))
    for base, marks, accented in (
        ("a", "òóỏõọ", "àáảãạ"),
        ("e", "òóỏõọ", "èéẻẽẹ"),
        ("y", "ùúủũụ", "ỳýỷỹỵ"),
    )
}


class SlowSegmentationWarning(UserWarning):
    """The tables cannot stand in for the installed underthesea, which is fifty times as slow."""


class _Segmenter(Protocol):
    def strings(self, sentences: Sequence[str]) -> list[str]: ...


def segmenter() -> str:
    """The name and version that sign a segmentation made now: ``underthesea 9.5.0``."""
    return f"underthesea {underthesea_version()}"


def segment(text: str) -> Segmentation:
    """The words of ``text``, sentence by sentence (``nlp.sentences.sentences``), never across a line break.

    One string a sentence, words parted by single blanks, syllables of a word joined by ``_``, letters as printed
    (after ``corpus.text.clean``). The first call makes the tables (half a second, 60 MB).
    """
    return segment_together([text])[0]


def segment_together(texts: Sequence[str]) -> list[Segmentation]:
    """As ``segment`` for each of ``texts``, all in memory at once; some texts at a time are faster than one."""
    found = [sentences(text) for text in texts]
    words = iter(_segmenter().strings([line(sentence) for of_text in found for sentence in of_text]))
    by = segmenter()
    return [Segmentation(by=by, sentences=tuple(islice(words, len(of_text)))) for of_text in found]


def segment_sentence(sentence: str) -> str:
    """One sentence as a string of words; see ``segment``."""
    return _segmenter().strings([line(sentence)])[0]


@cache
def _segmenter() -> _Segmenter:
    """The tables, or underthesea itself with a ``SlowSegmentationWarning`` that says why."""
    try:
        found, of = installed(), parts()
        tables = Tables(of.crf, of.templates, of.dictionary)
        plain = Words(tables, Cutter(of.expression, of.letters), _by_underthesea)
        why = objection(found, plain.lists, _by_underthesea)
    except NlpError as error:
        why = str(error)
    if why is None:
        return Words(
            tables,
            Cutter(of.expression, of.letters, _new_style),
            lambda sentence: _by_underthesea(_new_style(sentence)),
        )
    warnings.warn(f"words are found by underthesea itself, slowly: {why}", SlowSegmentationWarning, stacklevel=2)
    return _Underthesea()


class _Underthesea:
    """The reference, in place of the tables."""

    def strings(self, sentences: Sequence[str]) -> list[str]:
        return [" ".join(word.replace(" ", "_") for word in self._words(sentence)) for sentence in sentences]

    def _words(self, printed: str) -> Iterable[str]:
        """The words in the letters of ``printed``, which differs from the segmented text only letter by letter."""
        letters = iter(printed.replace(" ", ""))
        for word in _by_underthesea(_new_style(printed)):
            yield "".join(" " if char == " " else next(letters) for char in word)


def _by_underthesea(sentence: str) -> list[str]:
    return _word_tokenizer()(sentence)


def _new_style(text: str) -> str:
    """NFC ``text`` with the tone of oa, oe, uy on the second vowel (``hòa`` → ``hoà``); as many letters as before."""

    def moved(match: re.Match[str]) -> str:
        first, second = match.group(1) or match.group(3), match.group(2) or match.group(4)
        accented = _MARKED[second.lower()][first.lower()]
        return first.translate(_PLAIN) + (accented.upper() if second.isupper() else accented)

    return _OLD_STYLE.sub(moved, text)


@cache
def _word_tokenizer() -> Callable[[str], list[str]]:
    root = logging.getLogger()
    before = list(root.handlers)
    from underthesea import word_tokenize

    for handler in [handler for handler in root.handlers if handler not in before]:
        root.removeHandler(handler)

    def tokenize(sentence: str) -> list[str]:
        words: list[str] = word_tokenize(sentence, use_token_normalize=False)
        return words

    return tokenize
