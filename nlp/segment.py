"""Words: Vietnamese text → sentences of words whose syllables are joined by ``_``.

underthesea does the work, one sentence at a time. Two of its habits are worked around here:

- Its model was trained on text that writes ``hoà``, ``thuỷ``, ``uỷ``; in the other style words fall apart (``tỉnh ủy``,
  ``hoà_bình`` but ``hòa bình``), and its own token normalisation moves everything to that other style. So words are
  looked for in the style the model knows, and given back in the letters that were printed.
- Importing it hangs a handler on the root logger.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import cache
from importlib.metadata import version

from corpus.records import Segmentation
from corpus.text import line
from nlp.sentences import sentences

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


def segmenter() -> str:
    """The name and version that sign a segmentation made now: ``underthesea 9.5.0``."""
    return f"underthesea {version('underthesea')}"


def segment(text: str) -> Segmentation:
    """The words of ``text``, sentence by sentence (``nlp.sentences.sentences``), never across a line break.

    One string a sentence, words parted by single blanks, syllables of a word joined by ``_``, letters as printed
    (after ``corpus.text.clean``). The first call loads the model (0.5 s, 129 MB).
    """
    return Segmentation(by=segmenter(), sentences=tuple(map(segment_sentence, sentences(text))))


def segment_sentence(sentence: str) -> str:
    """One sentence as a string of words; see ``segment``."""
    printed = line(sentence)
    return " ".join(word.replace(" ", "_") for word in _as_printed(printed, _word_tokenizer()(_new_style(printed))))


def _as_printed(printed: str, words: list[str]) -> list[str]:
    """The words in the letters of ``printed``, which differs from the segmented text only letter by letter."""
    letters = iter(printed.replace(" ", ""))
    return ["".join(" " if char == " " else next(letters) for char in word) for word in words]


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
