"""A pool of unlabelled news, from which a background of words is learnt."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from corpus.duplicates import keys, shingles, similarity
from corpus.records import BODY_KINDS, BlockKind
from nlp.background import Background
from nlp.document import Document, read, segment_articles
from nlp.errors import LabelledError
from nlp.keywords import Keywords
from nlp.labelled import Labelled


def read_pool(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Title and text of every line of ``paths`` (JSON Lines, ``.gz`` where packed), one by one; other keys are ignored.

    A line has ``title`` and ``text``, or is an article as ``tintinh export`` writes it.
    Raises ``LabelledError`` naming file and line: not JSON in UTF-8, a key missing, a text that is none.
    """
    for path in paths:
        number = 0
        try:
            with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
                for number, line in enumerate(file, start=1):
                    if line.strip():
                        yield _title_and_text(line, f"{path}, line {number}")
        except (OSError, EOFError) as error:
            raise LabelledError(f"{path}: cannot be read after line {number}: {error}") from error


_TOGETHER = 64
"""Articles segmented at once."""


def learn_background(
    paths: Sequence[Path],
    keywords: Keywords,
    *,
    judged: Sequence[Labelled] = (),
    seed: int = 0,
    advance: Callable[[int], None] = lambda _: None,
) -> Background:
    """The background of words that the pool ``paths`` gives; segmenting ten thousand articles takes minutes.

    Near-copies of ``judged`` news are left out, for words are not to be learnt from what a model is judged on.
    ``advance`` is told how many articles were read. Raises ``LabelledError`` for a file that does not read,
    ``NlpError`` where it holds too few texts.
    """
    held_out = _Stories(judged)

    def documents() -> Iterator[Document]:
        texts = read_pool(paths)
        while some := list(islice(texts, _TOGETHER)):
            fresh = [(title, text) for title, text in some if not held_out.has(text)]
            for (title, text), words in zip(fresh, segment_articles(fresh), strict=True):
                yield read(title, text, words, keywords)
            advance(len(some))

    return Background.of(documents(), seed)


class _Stories:
    """Stories by the look-up keys of near-duplicates."""

    def __init__(self, rows: Sequence[Labelled]) -> None:
        self._by_key: dict[int, list[frozenset[str]]] = {}
        for row in rows:
            pieces = shingles([row.text])
            for key in keys([row.text], pieces):
                self._by_key.setdefault(key, []).append(pieces)

    def has(self, text: str) -> bool:
        if not self._by_key:
            return False
        pieces = shingles([text])
        return any(
            similarity(pieces, other) is not None for key in keys([text], pieces) for other in self._by_key.get(key, ())
        )


def _title_and_text(line: bytes, place: str) -> tuple[str, str]:
    try:
        row = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise LabelledError(f"{place}: is not JSON in UTF-8: {error}") from error
    if not isinstance(row, dict):
        raise LabelledError(f'{place}: expected an object like {{"title": "…", "text": "…"}}, got {type(row).__name__}')
    if "text" not in row and isinstance(blocks := row.get("blocks"), list):  # as tintinh export writes an article
        row["text"] = _below_the_title(row.get("lead"), blocks)
    for key in ("title", "text"):
        if not isinstance(row.get(key), str):
            raise LabelledError(f"{place}: key {key!r} must be a text, got {row.get(key)!r}")
    return row["title"], row["text"]


def _below_the_title(lead: object, blocks: list[object]) -> str | None:
    """``Article.text`` of an exported article; None where a block is none."""
    texts: dict[bool, list[str]] = {False: [lead] if lead and isinstance(lead, str) else [], True: []}
    for block in blocks:
        if not isinstance(block, dict) or not isinstance(text := block.get("text"), str):
            return None
        if (kind := block.get("kind")) in BODY_KINDS or kind == BlockKind.CAPTION:
            texts[kind == BlockKind.CAPTION].append(text)
    return "\n".join([*texts[False], *texts[True]])
