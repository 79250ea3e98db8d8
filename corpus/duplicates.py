"""Near-duplicates: the same story in another outlet, found as it comes in and remembered.

A text is the set of its *shingles*, every run of four words of its lead and body by match key, without punctuation.
Texts that may be alike are looked up by keys in one indexed table, so the cost of an article does not grow with the
corpus: 32 MinHash bands of three rows each, and one key for each paragraph of fifteen words or more, for a copy with
a paragraph cut shares the others letter by letter. What is looked up is then verified on the exact sets.

Evidence for the thresholds (November 2026; 240 stories of data/labelled/themes.jsonl, 10,896 national news texts):
- No two of the 240 stories have a Jaccard index over 0.05. In the 10,896, every pair at 0.5 or more that was read is
  one story told twice; between 0.4 and 0.5 other stories begin (two submarines arriving at one port, one by one).
- A copy with 5 % of its words replaced has a Jaccard index of at least 0.66, one with 10 % about 0.5.
- A copy with one paragraph cut keeps at least 0.95 of the shorter text's shingles, though its Jaccard index may fall to
  0.32 where the paragraph was most of the story: hence the second rule, containment. Below 0.8 it begins to find
  follow-ups that repeat the background.
- Of the 240, each reprinted under another title: found word for word 240, with a paragraph cut 240, with 5 % of the
  words changed 238, with 10 % 101, with both a paragraph cut and 5 % changed 151; taken for a copy of another: none.
- Known limit: bulletins that differ in their figures only (tomorrow's weather) may pass for copies from 0.5 on.
"""

from __future__ import annotations

import sqlite3
import struct
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from corpus.records import BODY_KINDS, Article, BlockKind

MIN_WORDS = 30
"""Shorter texts are never duplicates: a notice, a photo with one line."""
MIN_JACCARD = 0.5
MIN_CONTAINMENT = 0.8
MIN_LENGTH_RATIO = 0.3
"""Containment counts only between texts of like length: a long report may quote a short notice whole."""

RULE = "shingles 4, affine32 seed 1, 32 bands of 3, paragraphs from 15 words"
"""Names how the keys are made; stored with them. Change anything above or in the match key, and change this."""

_SHINGLE = 4
_BANDS, _ROWS = 32, 3
_MIN_PARAGRAPH = 15
# A paragraph that hundreds of articles share (a contact line) tells nothing. The first articles that had it are
# looked at all the same, for among them is the head of any exact copy.
HOLDERS_PER_KEY = 100
_VERIFIED_AT_MOST = 32


@dataclass(frozen=True, slots=True)
class Match:
    """The head an article is a copy of, and the Jaccard index (0–1) with the member of its family it is most like."""

    head_id: int
    similarity: float


def paragraphs(article: Article) -> list[str]:
    """The texts that are compared: lead and body, without captions and bylines."""
    return [article.lead, *article.body] if article.lead else article.body


def shingles(texts: Iterable[str]) -> frozenset[str]:
    """Every run of four words, across paragraphs; empty where there are fewer than 30 words."""
    words = " ".join(_words(list(texts))).split()
    if len(words) < MIN_WORDS:
        return frozenset()
    return frozenset(map(" ".join, zip(*(words[n:] for n in range(_SHINGLE)), strict=False)))


def keys(texts: list[str], pieces: frozenset[str]) -> set[int]:
    """The look-up keys of a text (64-bit signed): its MinHash bands and its longer paragraphs; none without pieces."""
    return set(keys_together([_words(texts)])[0]) if pieces else set()


def _words(texts: list[str]) -> list[str]:
    from corpus.forms import forms  # with numpy, which a search need not wait for

    return [made.parts for made in forms(texts)]


_BAND_NAMES = [b"band\x00%d\x00" % n for n in range(_BANDS)]


def keys_together(articles: Sequence[Sequence[str]]) -> list[array[int]]:
    """The look-up keys of many articles, each given as the ``Forms.parts`` of its paragraphs; none twice in one."""
    from corpus.signatures import sketches

    joined = [" ".join(filter(None, words)) for words in articles]
    long = [text if text.count(" ") + 1 >= MIN_WORDS else "" for text in joined]
    found = []
    for words, sketch in zip(articles, sketches(long, _SHINGLE, _BANDS * _ROWS, 1), strict=True):
        if sketch is None:
            found.append(array("q"))
            continue
        values = sketch.astype("<u4").tobytes()
        step = 4 * _ROWS
        parts = [name + values[n * step : (n + 1) * step] for n, name in enumerate(_BAND_NAMES)]
        parts += [b"paragraph\x00" + text.encode() for text in words if text.count(" ") + 1 >= _MIN_PARAGRAPH]
        digests = b"".join([blake2b(part, digest_size=8).digest() for part in dict.fromkeys(parts)])
        found.append(array("q", struct.unpack(f">{len(digests) // 8}q", digests)))  # SQLite's integers are signed
    return found


def similarity(one: frozenset[str], other: frozenset[str]) -> float | None:
    """The Jaccard index of two texts that are near-duplicates, None for two that are not."""
    if not one or not other:
        return None
    shared = len(one & other)
    smaller, larger = sorted((len(one), len(other)))
    jaccard = shared / (smaller + larger - shared)
    contained = shared / smaller >= MIN_CONTAINMENT and smaller / larger >= MIN_LENGTH_RATIO
    return jaccard if jaccard >= MIN_JACCARD or contained else None


def settle(
    connection: sqlite3.Connection, article_id: int, texts: list[str], own: Collection[int] | None = None
) -> Match | None:
    """Remember the keys of a stored article's text, and whose copy it is; call inside a transaction.

    Only articles with a lower id are looked at: the first seen is the head, and the answer does not depend on what
    came later. ``own`` are the keys where they are known already, which are most of the work.
    """
    pieces = None
    if own is None:
        pieces = shingles(texts)
        own = keys(texts, pieces)
    ordered = sorted(own)
    votes: Counter[int] = Counter()
    for key in met(connection, ordered):
        votes.update(holders(connection, key, article_id))
    if votes and pieces is None:
        pieces = shingles(texts)
    match = likest(votes, pieces or frozenset(), Stored(connection))
    remember(connection, [(key, article_id) for key in ordered])
    if match:
        note_copies(connection, {article_id: match})
    return match


def remember(connection: sqlite3.Connection, found: Iterable[tuple[int, int]]) -> None:
    """Store look-up keys, each with the id of its article, among the recent; quickest in the order of keys."""
    connection.executemany("INSERT INTO recent_keys (key, article_id) VALUES (?, ?)", found)


def note_copies(connection: sqlite3.Connection, matches: Mapping[int, Match]) -> None:
    """Store whose copies articles are, by their ids."""
    connection.executemany(
        "INSERT INTO copies (article_id, head_id, similarity) VALUES (?, ?, ?)",
        [(article_id, match.head_id, match.similarity) for article_id, match in matches.items()],
    )


def family(connection: sqlite3.Connection, article_id: int) -> list[int]:
    """An article and the copies of it: all whose standing may change with its text."""
    copies = connection.execute("SELECT article_id FROM copies WHERE head_id = ?", (article_id,))
    return [article_id, *(row[0] for row in copies)]


def forget(connection: sqlite3.Connection, article_id: int, texts: list[str]) -> list[int]:
    """Undo ``settle`` of these very texts, before they are changed; the copies that lost their head, lowest first.

    Keys are not indexed by article, which took as much of the file as the keys: they are made again from the texts.
    """
    orphans = [
        row[0]
        for row in connection.execute("SELECT article_id FROM copies WHERE head_id = ? ORDER BY 1", (article_id,))
    ]
    connection.execute("DELETE FROM copies WHERE ? IN (head_id, article_id)", (article_id,))
    gone = [(key, article_id) for key in keys(texts, shingles(texts))]
    connection.executemany("DELETE FROM duplicate_keys WHERE key = ? AND article_id = ?", gone)
    connection.executemany("DELETE FROM recent_keys WHERE key = ? AND article_id = ?", gone)
    return orphans


def resettle(connection: sqlite3.Connection, article_ids: Iterable[int]) -> None:
    """Settle stored articles anew, lowest id first, after their head was changed or withdrawn."""
    for article_id in sorted(article_ids):
        texts = _stored_texts(connection, article_id)
        forget(connection, article_id, texts)
        settle(connection, article_id, texts)


def rebuild(connection: sqlite3.Connection) -> None:
    """Make all keys anew after their rule changed; who is whose copy stays as it was decided."""
    connection.execute("DELETE FROM duplicate_keys")
    connection.execute("DELETE FROM recent_keys")
    ids = [row[0] for row in connection.execute("SELECT id FROM articles ORDER BY id")]
    for start in range(0, len(ids), 20):
        some = ids[start : start + 20]
        words = [_words(_stored_texts(connection, article_id)) for article_id in some]
        for article_id, own in zip(some, keys_together(words), strict=True):
            connection.executemany(
                "INSERT INTO duplicate_keys (key, article_id) VALUES (?, ?)", [(key, article_id) for key in own]
            )


def met(connection: sqlite3.Connection, own: Sequence[int]) -> set[int]:
    """Those of these keys that a stored article has: few, so that most keys cost one look in one statement for all.

    Quickest in the order of keys.
    """
    found = connection.execute(
        """SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM recent_keys WHERE key = value)
               OR EXISTS (SELECT 1 FROM duplicate_keys WHERE key = value)""",
        (f"[{','.join(map(str, own))}]",),
    )
    return {row[0] for row in found}


def holders(connection: sqlite3.Connection, key: int, before: int) -> list[int]:
    """The first articles with a key, of those with an id below ``before``."""
    found = connection.execute(
        """SELECT article_id FROM duplicate_keys WHERE key = ?1 AND article_id < ?2
           UNION ALL SELECT article_id FROM recent_keys WHERE key = ?1 AND article_id < ?2
           ORDER BY article_id LIMIT ?3""",
        (key, before, HOLDERS_PER_KEY),
    )
    return [row[0] for row in found]


class Stored:
    """What a possible copy is compared with: the articles of the corpus."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def pieces(self, article_id: int) -> frozenset[str]:
        """The shingles of a stored article."""
        return shingles(_stored_texts(self._connection, article_id))

    def head(self, article_id: int) -> int:
        """The article it is a copy of, or itself."""
        row = self._connection.execute("SELECT head_id FROM copies WHERE article_id = ?", (article_id,)).fetchone()
        return row[0] if row else article_id


def likest(votes: Mapping[int, int], pieces: frozenset[str], stored: Stored) -> Match | None:
    """The best match for a text of these ``pieces`` among the articles that share ``votes`` keys with it."""
    best: tuple[float, int] | None = None
    for candidate, _ in sorted(votes.items(), key=lambda item: (-item[1], item[0]))[:_VERIFIED_AT_MOST]:
        alike = similarity(pieces, stored.pieces(candidate))
        # The likest wins; among equals the first seen.
        if alike is not None and (best is None or (alike, -candidate) > (best[0], -best[1])):
            best = alike, candidate
    return None if best is None else Match(stored.head(best[1]), best[0])


def _stored_texts(connection: sqlite3.Connection, article_id: int) -> list[str]:
    row = connection.execute("SELECT lead FROM articles WHERE id = ?", (article_id,)).fetchone()
    lead = row[0] if row else None
    body = [
        text
        for kind, text in connection.execute(
            "SELECT kind, text FROM blocks WHERE article_id = ? ORDER BY n", (article_id,)
        )
        if BlockKind(kind) in BODY_KINDS
    ]
    return [lead, *body] if lead else body
