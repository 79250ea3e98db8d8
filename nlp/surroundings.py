"""What stands before a name in a text: the words that say what it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BEFORE = 50
"""Characters read before a name; the longest words that decide ("khu vực cửa khẩu quốc tế đường bộ") have fewer."""

_LONGEST = 8
"""Words in the longest of them."""

_QUOTES = "(\"“‘'"
_SENTENCE = re.compile(r"(?:^|[\n.!?…:;“\"(\[\-–*•])\s*$")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Word lists in lower case: the ``phrases``, and the ``last`` words of them, which rule out most names at once."""

    phrases: frozenset[str]
    last: frozenset[str]


class Before:
    """What stands before a name on its line: the ``text``, and its last ``words``."""

    __slots__ = ("_tails", "_words", "last", "text", "word")

    def __init__(self, text: str, start: int) -> None:
        """What stands before ``start``."""
        # A line break, as at the start of the text, shows where its line begins.
        _, broken, before = text[max(0, start - _BEFORE) : start].rpartition("\n")
        if broken or start <= _BEFORE:
            before = f"\n{before}"
        self.text = before
        self._words: tuple[str, ...] | None = None
        self._tails: frozenset[str] | None = None
        self.word = ""
        """The word right before the name with nothing but a blank between, or an empty string."""
        self.last = ""
        if before[-1:] in (" ", "."):
            stripped = before.rstrip(" .")
            last = stripped[stripped.rfind(" ") + 1 :].lstrip("\n").strip(_QUOTES)
            self.last = last.casefold()
            if last[-1:].isalnum() and before[-1] != ".":
                self.word = last

    @property
    def words(self) -> tuple[str, ...]:
        """The last words, none where the name does not stand behind a blank."""
        if self._words is None:
            ends = self.text[-1:] in (" ", ".")
            last = self.text.strip("\n").rstrip(" .").split(" ")[-_LONGEST:] if ends else ()
            self._words = tuple(word.strip(_QUOTES) for word in last)
        return self._words

    def ends(self, phrases: Phrases) -> bool:
        """Whether the last words are one of ``phrases``."""
        if self.last not in phrases.last:
            return False
        if self._tails is None:
            lower = [word.casefold() for word in self.words]
            self._tails = frozenset(" ".join(lower[index:]) for index in range(len(lower)))
        return not phrases.phrases.isdisjoint(self._tails)

    def opens(self, back: int = 0) -> bool:
        """Whether the name, or the word ``back`` words before it, stands at the start of a sentence."""
        text = self.text
        for _ in range(back):
            text = text.rstrip()[: -len(self.word)] if self.word else text
        return _SENTENCE.search(text) is not None


def phrases(words: Sequence[str]) -> Phrases:
    """Word lists as ``Before.ends`` takes them."""
    lower = frozenset(word.casefold() for word in words)
    return Phrases(lower, frozenset(word.rpartition(" ")[2] for word in lower))
