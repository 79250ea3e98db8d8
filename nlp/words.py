"""Words of many sentences at once: tokens from memory, labels from the tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.crf_tables import Ints, Tables
from nlp.tokens import LAST, Cutter, Memory
from nlp.viterbi import best_labels

# A chunk takes 290 bytes with its tokens, so 19 MB at most. Five thousand articles of the press have about as many.
REMEMBERED = 65_536
# Sentences are worked on together until they have this many chunks: enough for numpy, little for memory (4 MB).
_TOGETHER = 16_384

_WITHIN, _NEXT = 1, 2  # what stands before a token; 0 between two words


class Words:
    """Segments as underthesea does; ``reference`` is asked for sentences whose two best paths are equally good.

    ``reference`` gives the words of one sentence, the tokens of each parted by blanks.
    """

    def __init__(
        self, tables: Tables, cutter: Cutter, reference: Callable[[str], list[str]], remembered: int = REMEMBERED
    ) -> None:
        self._tables = tables
        self._reference = reference
        self._memory = Memory(cutter, tables, remembered)

    def lists(self, sentences: Sequence[str]) -> list[list[str]]:
        """The words of each sentence, the tokens of a word parted by blanks."""
        return [words.split("\n") if words else [] for words in self._joined(sentences, "\n", " ")]

    def strings(self, sentences: Sequence[str]) -> list[str]:
        """Each sentence as a string of words parted by single blanks, the tokens of a word joined by ``_``."""
        return list(self._joined(sentences, " ", "_"))

    def _joined(self, sentences: Sequence[str], between: str, within: str) -> Iterator[str]:
        # No token holds white space, so a carriage return can part the sentences.
        glue = np.array([between, within, "\r"], dtype=object)
        names: list[str] = []
        counts: list[int] = []
        start = 0
        for number, sentence in enumerate(sentences, start=1):
            chunks = sentence.split()
            counts.append(len(chunks))
            if chunks:
                # The expression also takes a text to end before a line end that ends it.
                if not sentence[-1].isspace() or (sentence[-1] == "\n" and not sentence[-2].isspace()):
                    chunks[-1] += LAST
                names += chunks
            if len(names) >= _TOGETHER or number == len(sentences):
                yield from self._together(sentences[start:number], names, counts, glue)
                names, counts, start = [], [], number

    def _together(
        self, sentences: Sequence[str], names: list[str], counts: list[int], glue: NDArray[np.object_]
    ) -> Iterator[str]:
        if not names:
            yield from [""] * len(sentences)
            return
        tokens, lengths = self._memory.tokens(names)
        chunks = np.array([count for count in counts if count])
        sizes = np.add.reduceat(lengths, np.cumsum(chunks) - chunks)
        # Two rows of nothing before, between and after the sentences: no template reaches further.
        margin = 2 * np.arange(1, len(sizes) + 1)
        first = np.cumsum(sizes) - sizes + margin
        places = np.arange(len(tokens)) + np.repeat(margin, sizes)
        rows = np.zeros(len(tokens) + 2 * len(sizes) + 2, dtype=np.int64)
        rows[places] = tokens
        last = first + sizes - 1
        scores = self._tables.scores(self._memory.columns(rows), first, last)
        scores[rows == 0] = -np.inf
        inside, close = best_labels(scores, self._tables.transitions, first, last)
        if close:
            self._ask(
                inside, close, first, [sentence for sentence, count in zip(sentences, counts, strict=True) if count]
            )
        before = inside[places].astype(np.int64) * _WITHIN
        before[first - margin] = _NEXT
        pieces: list[str] = [""] * (2 * len(tokens))
        pieces[0::2] = glue[before].tolist()
        pieces[1::2] = map(self._memory.printed.__getitem__, tokens.tolist())
        made = iter("".join(pieces)[1:].split("\r"))
        yield from (next(made) if count else "" for count in counts)

    def _ask(self, inside: NDArray[np.bool_], close: list[int], first: Ints, sentences: Sequence[str]) -> None:
        """Put the labels of the reference where two paths are too close to call."""
        for number in sorted(set((np.searchsorted(first, close, side="right") - 1).tolist())):
            words = self._reference(sentences[number])
            labels = [place > 0 for word in words for place in range(word.count(" ") + 1)]
            inside[first[number] : first[number] + len(labels)] = labels
