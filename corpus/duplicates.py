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

import hashlib
import json
import re
import sqlite3
import struct
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha1
from typing import Any

from corpus.records import BODY_KINDS, Article, BlockKind
from corpus.text import both_keys

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
_HOLDERS_PER_KEY = 100
_VERIFIED_AT_MOST = 32
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Match:
    """The head an article is a copy of, and the Jaccard index (0–1) with the member of its family it is most like."""

    head_id: int
    similarity: float


def paragraphs(article: Article) -> list[str]:
    """The texts that are compared: lead and body, without captions and bylines."""
    return [article.lead, *article.body] if article.lead else article.body


def _words(text: str) -> list[str]:
    return _WORD.findall(both_keys(text)[0])


def shingles(texts: Iterable[str]) -> frozenset[str]:
    """Every run of four words, across paragraphs; empty where there are fewer than 30 words."""
    words = [word for text in texts for word in _words(text)]
    if len(words) < MIN_WORDS:
        return frozenset()
    return frozenset(" ".join(words[n : n + _SHINGLE]) for n in range(len(words) - _SHINGLE + 1))


def _key(*parts: bytes) -> int:
    digest = hashlib.blake2b(b"\x00".join(parts), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)  # SQLite's integers are signed


@cache
def _empty_sketch() -> Any:
    # Imported when the first article is stored: datasketch brings scipy, one second that a search need not wait.
    from datasketch import MinHash

    # It is given the numbers that its own sha1_hash32 would make, in one go: 0.3 ms an article against 0.6.
    return MinHash(num_perm=_BANDS * _ROWS, seed=1, scheme="affine32", hashfunc=int)


def _numbers(pieces: frozenset[str]) -> list[int]:
    """The first four bytes of each piece's SHA-1 as a number, as datasketch's ``sha1_hash32`` makes it."""
    digests = b"".join([sha1(piece.encode(), usedforsecurity=False).digest()[:4] for piece in pieces])
    return list(struct.unpack(f"<{len(pieces)}I", digests))


def keys(texts: list[str], pieces: frozenset[str]) -> set[int]:
    """The look-up keys of a text (64-bit signed): its MinHash bands and its longer paragraphs."""
    if not pieces:
        return set()
    sketch = _empty_sketch().copy()
    sketch.update_batch(_numbers(pieces))
    values = sketch.hashvalues.astype("<u4")
    found = {_key(b"band", b"%d" % n, values[n * _ROWS : (n + 1) * _ROWS].tobytes()) for n in range(_BANDS)}
    for text in texts:
        words = _words(text)
        if len(words) >= _MIN_PARAGRAPH:
            found.add(_key(b"paragraph", " ".join(words).encode()))
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
    connection: sqlite3.Connection, article_id: int, texts: list[str], own: set[int] | None = None
) -> Match | None:
    """Remember the keys of an article's text, and whose copy it is; call inside a transaction.

    Only articles with a lower id are looked at: the first seen is the head, and the answer does not depend on what
    came later. ``own`` are the keys where they are known already, which are most of the work.
    """
    if own is None:
        own = keys(texts, shingles(texts))
    match = _best(connection, article_id, texts, own)
    connection.executemany(
        "INSERT INTO duplicate_keys (key, article_id) VALUES (?, ?)", [(key, article_id) for key in own]
    )
    if match:
        connection.execute(
            "INSERT INTO copies (article_id, head_id, similarity) VALUES (?, ?, ?)",
            (article_id, match.head_id, match.similarity),
        )
    return match


def family(connection: sqlite3.Connection, article_id: int) -> list[int]:
    """An article and the copies of it: all whose standing may change with its text."""
    copies = connection.execute("SELECT article_id FROM copies WHERE head_id = ?", (article_id,))
    return [article_id, *(row[0] for row in copies)]


def forget(connection: sqlite3.Connection, article_id: int) -> list[int]:
    """Undo ``settle``, as before a change of the text; the ids of the copies that lost their head, lowest first."""
    orphans = [
        row[0]
        for row in connection.execute("SELECT article_id FROM copies WHERE head_id = ? ORDER BY 1", (article_id,))
    ]
    connection.execute("DELETE FROM copies WHERE ? IN (head_id, article_id)", (article_id,))
    connection.execute("DELETE FROM duplicate_keys WHERE article_id = ?", (article_id,))
    return orphans


def resettle(connection: sqlite3.Connection, article_ids: Iterable[int]) -> None:
    """Settle stored articles anew, lowest id first, after their head was changed or withdrawn."""
    for article_id in sorted(article_ids):
        forget(connection, article_id)
        settle(connection, article_id, _stored_texts(connection, article_id))


def rebuild(connection: sqlite3.Connection) -> None:
    """Make all keys anew after their rule changed; who is whose copy stays as it was decided."""
    connection.execute("DELETE FROM duplicate_keys")
    for (article_id,) in connection.execute("SELECT id FROM articles ORDER BY id").fetchall():
        texts = _stored_texts(connection, article_id)
        connection.executemany(
            "INSERT INTO duplicate_keys (key, article_id) VALUES (?, ?)",
            [(key, article_id) for key in keys(texts, shingles(texts))],
        )


def _best(connection: sqlite3.Connection, article_id: int, texts: list[str], own: set[int]) -> Match | None:
    votes: Counter[int] = Counter()
    for key in _met_before(connection, article_id, own):
        votes.update(
            row[0]
            for row in connection.execute(
                "SELECT article_id FROM duplicate_keys WHERE key = ? AND article_id < ? ORDER BY article_id LIMIT ?",
                (key, article_id, _HOLDERS_PER_KEY),
            )
        )
    if not votes:
        return None
    pieces = shingles(texts)
    best: tuple[float, int] | None = None
    for candidate, _ in sorted(votes.items(), key=lambda item: (-item[1], item[0]))[:_VERIFIED_AT_MOST]:
        alike = similarity(pieces, shingles(_stored_texts(connection, candidate)))
        # The likest wins; among equals the first seen.
        if alike is not None and (best is None or (alike, -candidate) > (best[0], -best[1])):
            best = alike, candidate
    if best is None:
        return None
    alike, member = best
    head = connection.execute("SELECT head_id FROM copies WHERE article_id = ?", (member,)).fetchone()
    return Match(head[0] if head else member, alike)


def _met_before(connection: sqlite3.Connection, article_id: int, own: set[int]) -> list[int]:
    """Those of ``own`` that an earlier article has: few, so that most keys cost one look in one statement for all."""
    found = connection.execute(
        """SELECT value FROM json_each(?)
           WHERE EXISTS (SELECT 1 FROM duplicate_keys WHERE key = value AND article_id < ?)""",
        (json.dumps(list(own)), article_id),
    )
    return [row[0] for row in found]


def _stored_texts(connection: sqlite3.Connection, article_id: int) -> list[str]:
    lead = connection.execute("SELECT lead FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
    body = [
        text
        for kind, text in connection.execute(
            "SELECT kind, text FROM blocks WHERE article_id = ? ORDER BY n", (article_id,)
        )
        if BlockKind(kind) in BODY_KINDS
    ]
    return [lead, *body] if lead else body
