"""Document: an article as the model reads it, passage by passage, so that every weight can be traced to a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from corpus.records import Segmentation
from corpus.text import match_key, tone_style
from nlp.errors import NlpError
from nlp.keywords import Keywords, syllables_of
from nlp.segment import segment_together
from nlp.sentences import lines, sentences, sentences_of


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence: as printed, its words (case and tone style forgotten, only those with a letter), its keywords."""

    printed: str
    words: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The sentences of the title, and those of the text below it."""

    title: tuple[Passage, ...]
    body: tuple[Passage, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is not one word to read."""
        return not any(passage.words for passage in self.title + self.body)


def segment_article(title: str, text: str) -> Segmentation:
    """The segmentation of a whole article, title first: what the store keeps and ``read`` takes back."""
    return segment_articles([(title, text)])[0]


def segment_articles(articles: Iterable[tuple[str, str]]) -> list[Segmentation]:
    """As ``segment_article`` for each (title, text), all in memory at once; some at a time are faster than one."""
    return segment_together([whole(title, text) for title, text in articles])


def whole(title: str, text: str) -> str:
    """What is segmented of an article: its title, and below it the text."""
    return f"{title}\n{text}"


def read(title: str, text: str, segmentation: Segmentation, keywords: Keywords) -> Document:
    """The document of an article and its segmentation (made by ``segment_article`` of the same title and text).

    A text that repeats the title as its first line is read without that line. Raises ``NlpError`` where the
    segmentation does not have the sentences of this article.
    """
    below = lines(text)
    headline, printed = sentences(title), sentences_of(below)
    if len(headline) + len(printed) != len(segmentation.sentences):
        raise NlpError(
            f"article {title[:60]!r} has {len(headline) + len(printed)} sentences, its segmentation by "
            f"{segmentation.by} has {len(segmentation.sentences)}: segment it again"
        )
    repeated = len(sentences_of(below[:1])) if below and match_key(below[0]) == match_key(title) else 0
    passages = [
        _passage(sentence, words, keywords)
        for sentence, words in zip(headline + printed, segmentation.sentences, strict=True)
    ]
    return Document(tuple(passages[: len(headline)]), tuple(passages[len(headline) + repeated :]))


def _passage(printed: str, segmented: str, keywords: Keywords) -> Passage:
    words, syllables = zip(*map(_CHUNKS.__getitem__, segmented.split(" ")), strict=True)
    return Passage(
        printed, tuple(chain.from_iterable(words)), tuple(keywords.find_among([*chain.from_iterable(syllables)]))
    )


class _Chunks(dict[str, tuple[tuple[str, ...], tuple[str, ...]]]):
    """Chunk of a segmented sentence between blanks → the words of it that count, and its syllables for keywords.

    Learnt as chunks are met, since no two depend on each other. News repeats its words: of the chunks of 2,500
    articles, 96 in 100 were met before. A dictionary of bounded size, emptied when it is full, is half as slow as
    ``lru_cache`` here. An entry takes some 500 bytes.
    """

    _MOST = 50_000

    def __missing__(self, chunk: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if len(self) >= self._MOST:
            self.clear()
        words = tone_style(chunk.casefold()).split()
        self[chunk] = read = (
            tuple(word for word in words if any(char.isalpha() for char in word)),
            tuple(syllables_of(chunk)),
        )
        return read


_CHUNKS = _Chunks()
