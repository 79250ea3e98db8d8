"""Standing: which article stands at an address, and whose near-copy it is, decided as a corpus decides it.

This is the one step that cannot be parted: the first of two alike is the head, so one process goes through all rows
in the order of fetching. It reads no page and computes no key (the workers did); its copies are settled by the
corpus's own function, in a scratch database that holds keys and paragraphs and nothing else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from corpus import duplicates
from corpus.addresses import is_transient
from corpus.records import BODY_KINDS, BlockKind
from tintinh.cluster.dataset import Dataset, Input, Manifest, Writer
from tintinh.cluster.ordered import in_order
from tintinh.cluster.tables import standing_schema
from tintinh.cluster.versions import READING, code_of

_COLUMNS = ("n", "fetched_at", "url", "content", "page_digest", "lead", "blocks", "duplicate_keys")
_OF_REJECTED = ("n", "fetched_at", "url", "page_url", "requested_url", "reason", "page_digest")
_SCRATCH = """
    CREATE TABLE articles (id INTEGER PRIMARY KEY, lead TEXT);
    CREATE TABLE blocks (
        article_id INTEGER, n INTEGER, kind TEXT, text TEXT, PRIMARY KEY (article_id, n)) WITHOUT ROWID;
    CREATE TABLE duplicate_keys (key INTEGER, article_id INTEGER, PRIMARY KEY (key, article_id)) WITHOUT ROWID;
    CREATE TABLE recent_keys (key INTEGER, article_id INTEGER, PRIMARY KEY (key, article_id)) WITHOUT ROWID;
    CREATE TABLE copies (article_id INTEGER PRIMARY KEY, head_id INTEGER, similarity REAL);
    CREATE INDEX copies_head ON copies (head_id);
"""


@dataclass(slots=True)
class _Edition:
    """What stands at an address, as far as the rows went: the article's number, where its row is, what it was."""

    id: int
    partition: str
    n: int
    content: bytes
    digest: str
    fetched_at: datetime
    paragraphs: bytes


def settle(dataset: Dataset, advance: Callable[[int], None] = lambda rows: None) -> bool:
    """Write the table ``standing``, unless it is that of the articles as they are; whether it was made anew.

    ``advance`` is told how many rows were gone through. Raises ``ClusterError`` where articles are not finished.
    """
    manifests = dataset.finished("articles")
    made_by = {"code": code_of(READING), "articles": _together(manifests)}
    names = list(manifests)
    before = {name: dataset.manifest("standing", name) for name in names}
    if all(one is not None and one.made_by == made_by and dataset.is_whole(one) for one in before.values()):
        return False
    with (
        TemporaryDirectory(prefix="tintinh-standing-") as scratch,
        closing(sqlite3.connect(Path(scratch) / "keys.sqlite", isolation_level=None)) as connection,
    ):
        # A scratch file: what a crash would leave of it is thrown away. 256 MB of it are held in memory.
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -262144"):
            connection.execute(f"PRAGMA {setting}")
        connection.executescript(_SCRATCH)
        connection.execute("BEGIN")
        ledger = _Ledger(connection)
        for partition, table, row, _ in in_order(dataset, {"articles": _COLUMNS, "rejected": _OF_REJECTED}):
            if table == "articles":
                ledger.article(partition, row)
            else:
                ledger.rejection(row)
            advance(1)
        rows = ledger.rows(names)
    for name in names:
        writer = Writer(standing_schema())
        writer.add(rows[name])
        content, output = writer.close()
        articles = manifests[name].outputs["articles"]
        made_of = Input(file=f"articles/{name}.parquet", start=0, end=articles.bytes, sha256=articles.sha256)
        manifest = Manifest(partition=name, inputs=[made_of], made_by=made_by, outputs={"standing": output})
        dataset.write("standing", manifest, {"standing": content})
    return True


def _together(manifests: Mapping[str, Manifest]) -> str:
    """One digest of all articles and rejections: an article anywhere may be the head of one elsewhere."""
    found = sha256()
    for name, manifest in sorted(manifests.items()):
        found.update(f"{name} {' '.join(one.sha256 for one in manifest.outputs.values())}\n".encode())
    return found.hexdigest()[:32]


class _Ledger:
    """What became of each address so far, by the rules of ``Corpus.keep``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._editions: dict[bytes, _Edition] = {}
        self._last = 0

    def article(self, partition: str, row: Mapping[str, Any]) -> None:
        url, content = _short(row["url"]), bytes.fromhex(row["content"])
        texts = _paragraphs(row)
        there = self._editions.get(url)
        if there is not None and there.content == content:
            return
        if there is not None and row["fetched_at"] < there.fetched_at and row["page_digest"] != there.digest:
            return  # an earlier edition of a story that was corrected since
        number = there.id if there is not None else self._next()
        said = _short("\n".join(texts))
        self._editions[url] = _Edition(
            number, partition, row["n"], content, row["page_digest"], row["fetched_at"], said
        )
        if there is not None and there.paragraphs == said:
            return
        orphans = self._forget(number) if there is not None else []
        self._connection.executemany(
            "INSERT INTO blocks (article_id, n, kind, text) VALUES (?, ?, ?, ?)",
            [(number, n, BlockKind.PARAGRAPH.value, text) for n, text in enumerate(texts)],
        )
        self._connection.execute("INSERT INTO articles (id) VALUES (?)", (number,))
        duplicates.settle(self._connection, number, texts, set(row["duplicate_keys"]))
        duplicates.resettle(self._connection, orphans)

    def rejection(self, row: Mapping[str, Any]) -> None:
        for url in dict.fromkeys((row["url"], row["requested_url"], row["page_url"])):
            there = self._editions.get(_short(url))
            if there is None:
                continue
            lasting = row["reason"] != "bug" and not is_transient(row["reason"])
            if lasting and row["page_digest"] == there.digest:
                orphans = self._forget(there.id)
                del self._editions[_short(url)]
                duplicates.resettle(self._connection, orphans)
            return

    def rows(self, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """The rows of ``standing`` of each partition, by ``n``."""
        copies = {
            article_id: (head, similarity)
            for article_id, head, similarity in self._connection.execute("SELECT * FROM copies")
        }
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        for one in self._editions.values():
            head, similarity = copies.get(one.id, (None, None))
            found[one.partition].append({"n": one.n, "id": one.id, "copy_of": head, "similarity": similarity})
        for rows in found.values():
            rows.sort(key=lambda row: row["n"])
        return found

    def _next(self) -> int:
        self._last += 1
        return self._last

    def _forget(self, number: int) -> list[int]:
        texts = [
            row[0]
            for row in self._connection.execute("SELECT text FROM blocks WHERE article_id = ? ORDER BY n", (number,))
        ]
        orphans = duplicates.forget(self._connection, number, texts)
        self._connection.execute("DELETE FROM blocks WHERE article_id = ?", (number,))
        self._connection.execute("DELETE FROM articles WHERE id = ?", (number,))
        return orphans


def _short(text: str) -> bytes:
    """Sixteen bytes that stand for a text, so that ten million addresses fit in memory."""
    return sha256(text.encode()).digest()[:16]


def _paragraphs(row: Mapping[str, Any]) -> list[str]:
    """``corpus.duplicates.paragraphs`` of a row."""
    body = [block["text"] for block in row["blocks"] if BlockKind(block["kind"]) in BODY_KINDS]
    return [row["lead"], *body] if row["lead"] else body
