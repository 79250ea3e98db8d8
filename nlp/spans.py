"""Where the words of a segmentation stand in the text it was made of, so that a word can be shown in place."""

from __future__ import annotations

from corpus.records import Segmentation
from nlp.errors import NlpError

Span = tuple[int, int]


def spans(text: str, segmentation: Segmentation) -> tuple[tuple[Span, ...], ...]:
    """For each sentence the (start, end) of each of its words in ``text``, counted in characters, end exclusive.

    ``text`` is what was segmented, as ``corpus.text.clean`` leaves it. ``text[start:end]`` is the word with the white
    space that was printed, or none, for each ``_`` that joins its tokens. Raises ``NlpError`` where the segmentation is
    of another text.
    """
    place = 0
    made: list[tuple[Span, ...]] = []
    for number, sentence in enumerate(segmentation.sentences, start=1):
        found: list[Span] = []
        for word in sentence.split(" "):
            span = _span(text, place, word)
            if span is None:
                raise NlpError(
                    f"sentence {number} of the segmentation by {segmentation.by} has the word {word!r}, "
                    f"the text goes on with {text[place : place + 40]!r}: segment it again"
                )
            found.append(span)
            place = span[1]
        made.append(tuple(found))
    if text[place:].strip():
        raise NlpError(f"the segmentation by {segmentation.by} ends before {text[place : place + 40]!r}")
    return tuple(made)


def _span(text: str, place: int, word: str) -> Span | None:
    start = end = _skip_blanks(text, place)
    for char in word:
        if end < len(text) and text[end] == char:
            place = end = end + 1
        elif char == "_":
            # A joint. A printed ``_`` is read as one first: it does not matter which of two is which.
            end = _skip_blanks(text, end)
        else:
            return None
    return (start, place) if place > start else None


def _skip_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place
