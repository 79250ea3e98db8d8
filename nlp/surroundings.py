"""What stands before a name in a text: the words that say what it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BEFORE = 50
"""Characters read before a name; the longest words that decide ("khu vực cửa khẩu quốc tế đường bộ") have fewer."""

_LONGEST = 8
"""Words in the longest of them."""

_SENTENCE = re.compile(r"(?:^|[\n.!?…:;“\"(\[\-–*•])\s*$")


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a name on its line: the ``text``, its last ``words``, and what it ends in, in lower case."""

    text: str
    words: tuple[str, ...]
    tails: frozenset[str]

    @classmethod
    def of(cls, text: str, start: int) -> Before:
        """What stands before ``start``."""
        # A line break, as at the start of the text, shows where its line begins.
        _, broken, before = text[max(0, start - _BEFORE) : start].rpartition("\n")
        if broken or start <= _BEFORE:
            before = f"\n{before}"
        if before[-1:] not in (" ", "."):
            return cls(before, (), frozenset())
        words = tuple(word.strip("(\"“‘'") for word in before.strip("\n").rstrip(" .").split(" ")[-_LONGEST:])
        lower = [word.casefold() for word in words]
        return cls(before, words, frozenset(" ".join(lower[index:]) for index in range(len(lower))))

    def ends(self, phrases: frozenset[str]) -> bool:
        """Whether the last words are one of ``phrases``."""
        return not phrases.isdisjoint(self.tails)

    @property
    def word(self) -> str:
        """The word right before the name with nothing but a blank between, or an empty string."""
        return self.words[-1] if self.words and self.words[-1][-1:].isalnum() and not self.text.endswith(".") else ""

    def opens(self, back: int = 0) -> bool:
        """Whether the name, or the word ``back`` words before it, stands at the start of a sentence."""
        text = self.text
        for _ in range(back):
            text = text.rstrip()[: -len(self.word)] if self.word else text
        return _SENTENCE.search(text) is not None


def phrases(words: Sequence[str]) -> frozenset[str]:
    """Word lists as ``Before.ends`` takes them."""
    return frozenset(word.casefold() for word in words)
