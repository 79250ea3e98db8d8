"""The texts of VNTC as they lie on disk: found, decoded, and segmented once into a file beside.

One pass over all texts makes what the rest needs, in parallel processes: the words, the look-up keys of
``corpus.duplicates``, and a digest that two copies share. It is kept in a SQLite file by the digest of the text, so a
second run segments nothing, and a run that was broken off goes on where it was. No text is held in memory.
"""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.duplicates import RULE, keys, shingles
from corpus.text import clean, match_key, tone_style
from nlp.segment import segment, segmenter

WORDS = "words 1"
"""Names how words are made of a segmentation; stored with them. Change ``_words``, and change this."""

_OWNER = int.from_bytes(b"vntc", "big")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS texts (
    digest BLOB NOT NULL,       -- of the decoded text
    made_by TEXT NOT NULL,      -- segmenter, and the rules of words and keys
    words TEXT NOT NULL,        -- parted by blanks, syllables joined by _
    duplicate_keys BLOB NOT NULL,  -- 64-bit integers
    same BLOB NOT NULL,         -- of the match key: equal for two texts that read the same
    PRIMARY KEY (digest, made_by)
)
"""


class VntcError(ValueError):
    """Something about the folder of texts that a person can mend, in one sentence."""


@dataclass(frozen=True, slots=True)
class NewsFile:
    """One text: where it lies, and the topic its folder is named for."""

    path: Path
    topic: str


@dataclass(frozen=True)
class Split:
    """The training and the test texts, by topic and then by name; topics in order."""

    train: tuple[NewsFile, ...]
    test: tuple[NewsFile, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of the training part."""
        return tuple(sorted({item.topic for item in self.train}))

    def sample(self, count: int, seed: int = 0) -> Split:
        """At most ``count`` texts of each part, drawn at random; whole parts where they are smaller."""
        drawn = random.Random(seed)  # noqa: S311 - a sample, no secret

        def some(items: tuple[NewsFile, ...]) -> tuple[NewsFile, ...]:
            chosen = sorted(drawn.sample(range(len(items)), min(count, len(items))))
            return tuple(items[index] for index in chosen)

        return Split(some(self.train), some(self.test))


def find_split(folder: Path) -> Split:
    """The split that lies in ``folder``: one folder of training texts, one of test texts, in each a folder a topic.

    They are known by how their names begin, ``Train_Full`` as well as ``train``, in any case; a folder that holds
    nothing but another one is opened, as the published archives unpack (``Train_Full/Train_Full``). Raises
    ``VntcError`` naming what was not found.
    """
    if not folder.is_dir():
        raise VntcError(f"{folder}: there is no such folder; expected the one that holds Train_Full and Test_Full")
    train, test = (_texts(_part(folder, name)) for name in ("train", "test"))
    taught = {item.topic for item in train}
    if unknown := sorted({item.topic for item in test} - taught):
        raise VntcError(
            f"{folder}: topic {unknown[0]!r} has test texts but no training texts; training has "
            f"{', '.join(sorted(taught))}"
        )
    return Split(train, test)


def _part(folder: Path, name: str) -> Path:
    found = [child for child in _folders(folder) if child.name.casefold().startswith(name)]
    if len(found) != 1:
        there = ", ".join(child.name for child in found or _folders(folder)) or "no folder"
        raise VntcError(
            f"{folder}: expected one folder whose name begins with {name!r} ({name.title()}_Full, {name}), "
            f"found {there}"
        )
    part = found[0]
    while len(inner := _folders(part)) == 1 and not any(child.is_file() for child in part.iterdir()):
        if not _folders(inner[0]):
            break
        part = inner[0]
    return part


def _texts(part: Path) -> tuple[NewsFile, ...]:
    topics = _folders(part)
    if len(topics) < 2:
        raise VntcError(f"{part}: expected a folder for each of two or more topics, found {len(topics)}")
    items: list[NewsFile] = []
    for topic in topics:
        paths = sorted(path for path in topic.iterdir() if path.suffix.casefold() == ".txt" and path.is_file())
        if not paths:
            raise VntcError(f"{topic}: expected the texts of this topic as .txt files, found none")
        items += (NewsFile(path, topic.name) for path in paths)
    return tuple(items)


def _folders(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if child.is_dir() and not child.name.startswith("."))


def read_text(path: Path) -> str:
    """The text of a file in UTF-16, with or without a byte order mark, or in UTF-8; NFC (``corpus.text.clean``).

    Raises ``VntcError`` for bytes that are none of these.
    """
    data = path.read_bytes()
    encoding = _encoding(data)
    try:
        return clean(data.decode(encoding))
    except UnicodeDecodeError as error:
        raise VntcError(
            f"{path}: does not read as {encoding} ({error.reason} at byte {error.start}); expected UTF-16 or UTF-8"
        ) from error


def _encoding(data: bytes) -> str:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    if data.startswith(BOM_UTF8):
        return "utf-8-sig"
    # Blanks, digits and bare letters have an empty high byte in UTF-16, and UTF-8 news has no empty byte at all.
    low, high = data[0::2].count(0), data[1::2].count(0)
    if not low and not high:
        return "utf-8"
    return "utf-16-le" if high > low else "utf-16-be"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known of a text: its digest (the key of its words), its look-up keys, and what it shares with a copy."""

    digest: bytes
    keys: NDArray[np.int64]
    same: bytes


def _digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()


def _prepare(path: Path) -> tuple[bytes, str, bytes, bytes]:
    text = read_text(path)
    own = np.fromiter(sorted(keys(text.split("\n"), shingles([text]))), dtype="<i8")
    return _digest(text), _words(text), own.tobytes(), _digest(match_key(text))


def _words(text: str) -> str:
    """Words by which our models count: case and tone style forgotten, only those with a letter."""
    words = tone_style(" ".join(segment(text).sentences).casefold()).split()
    return " ".join(word for word in words if any(char.isalpha() for char in word))


@dataclass(frozen=True)
class Filled:
    """What ``WordsFile.fill`` did: the texts that read with their digests, why the others do not, how many were new."""

    items: tuple[NewsFile, ...]
    digests: tuple[bytes, ...]
    unreadable: tuple[str, ...]
    segmented: int


class WordsFile:
    """The SQLite file of words and keys; a context manager."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path)
        self._made_by = f"{segmenter()}; {WORDS}; {RULE}"
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._connection.close()
            raise VntcError(f"{path}: is not a file of words that this benchmark made ({error})") from error

    def _open(self) -> None:
        (owner,) = self._connection.execute("PRAGMA application_id").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and owner != _OWNER:
            raise sqlite3.DatabaseError("it is another database")  # a corpus, perhaps: never touched
        self._connection.execute(f"PRAGMA application_id = {_OWNER}")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")  # a text is rebuilt in a moment
        self._connection.execute(_SCHEMA)

    def __enter__(self) -> WordsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def fill(self, items: Sequence[NewsFile], jobs: int, advance: Callable[[int], None]) -> Filled:
        """Segment what is not there yet, in ``jobs`` processes.

        ``advance`` is called with the number of texts done since the last call. Texts that do not read are left out
        and named.
        """
        readable: list[NewsFile] = []
        digests: list[bytes] = []
        unreadable: list[str] = []
        for item in items:
            try:
                digests.append(_digest(read_text(item.path)))
            except VntcError as error:
                unreadable.append(str(error))
            else:
                readable.append(item)
        query = "SELECT digest FROM texts WHERE made_by = ?"
        there = {row[0] for row in self._connection.execute(query, (self._made_by,))}
        missing = {digest: item.path for digest, item in zip(digests, readable, strict=True) if digest not in there}
        advance(len(items) - len(missing))
        for row in _in_processes(list(missing.values()), jobs):
            with self._connection:  # text by text: what a run did before it was broken off is not done again
                self._connection.execute(
                    "INSERT INTO texts (digest, words, duplicate_keys, same, made_by) VALUES (?, ?, ?, ?, ?)",
                    (*row, self._made_by),
                )
            advance(1)
        return Filled(tuple(readable), tuple(digests), tuple(unreadable), len(missing))

    def words(self, digests: Iterable[bytes]) -> Iterator[str]:
        """The words of those texts, one text at a time."""
        for digest in digests:
            yield self._row("words", digest)[0]

    def prepared(self, digest: bytes) -> Prepared:
        """What else is known of a text."""
        own, same = self._row("duplicate_keys, same", digest)
        return Prepared(digest, np.frombuffer(own, dtype="<i8"), same)

    def _row(self, columns: str, digest: bytes) -> tuple[Any, ...]:
        query = f"SELECT {columns} FROM texts WHERE digest = ? AND made_by = ?"  # noqa: S608 - our own column names
        row: tuple[Any, ...] = self._connection.execute(query, (digest, self._made_by)).fetchone()
        return row


def _in_processes(paths: list[Path], jobs: int) -> Iterator[tuple[bytes, str, bytes, bytes]]:
    if jobs == 1 or len(paths) < 2:
        yield from map(_prepare, paths)
        return
    # spawn: a fork of a process that has threads (NumPy's, the progress bar's) may hang
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(_prepare, paths, chunksize=8)
