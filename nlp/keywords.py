"""Keywords of the themes, found in segmented sentences by their syllables, whatever the case and the tone style.

Syllables, not words: a name or a phrase is segmented now one way, now another (``Hòa_Bình``, ``Hòa Bình``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from corpus.text import match_key
from nlp.themes import Theme

_SYLLABLE = re.compile(r"\w+")


def syllables_of(segmented: str) -> list[str]:
    """The syllables of segmented words in their match key, in order; no syllable spans a blank."""
    return _SYLLABLE.findall(match_key(segmented.replace("_", " ")))


class Keywords:
    """The keyword phrases of all themes; a phrase may belong to several."""

    def __init__(self, by_theme: Mapping[str, Sequence[str]]) -> None:
        self.by_theme = {slug: tuple(keywords) for slug, keywords in by_theme.items()}
        self._themes: dict[tuple[str, ...], tuple[str, ...]] = {}
        for slug, keywords in self.by_theme.items():
            for keyword in keywords:
                phrase = tuple(_SYLLABLE.findall(match_key(keyword)))
                self._themes[phrase] = (*self._themes.get(phrase, ()), slug)
        self._lengths: dict[str, list[int]] = {}
        for phrase in sorted(self._themes, key=len):
            lengths = self._lengths.setdefault(phrase[0], [])
            if len(phrase) not in lengths:
                lengths.append(len(phrase))

    @classmethod
    def of(cls, themes: Sequence[Theme]) -> Keywords:
        """The keywords as ``themes.toml`` has them."""
        return cls({theme.slug: theme.keywords for theme in themes})

    def find(self, sentence: str) -> list[str]:
        """Every occurrence of a phrase in a segmented sentence, in order; phrases inside longer ones count too.

        A phrase is given in its match key with blanks as ``_`` (``thông_tin_đối_ngoại``).
        """
        return self.find_among(syllables_of(sentence))

    def find_among(self, syllables: Sequence[str]) -> list[str]:
        """``find`` in a sentence given as its syllables (``syllables_of``)."""
        found = []
        for start in [place for place, syllable in enumerate(syllables) if syllable in self._lengths]:
            for length in self._lengths[syllables[start]]:
                phrase = tuple(syllables[start : start + length])
                if phrase in self._themes:
                    found.append("_".join(phrase))
        return found

    def themes_of(self, phrase: str) -> tuple[str, ...]:
        """The slugs that have ``phrase`` (as ``find`` gives it) among their keywords."""
        return self._themes[tuple(phrase.split("_"))]
