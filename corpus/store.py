"""The corpus: one SQLite file that many may read and several processes may write at once.

What is written is written in a transaction, so that a process killed anywhere leaves a sound file in which every
address is either done or untouched.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from corpus import addresses, derived, forgotten, inspection, keeping, loading, opinions, revisions, rows, upkeep
from corpus.conditions import limit, where
from corpus.database import connect, transaction
from corpus.entities import require_known
from corpus.inspection import Stats
from corpus.keeping import Result
from corpus.loading import EACH
from corpus.nights import Night
from corpus.opinions import CHUNK, chunks
from corpus.partners import Partners
from corpus.questions import Questions
from corpus.recent import merge_if_many
from corpus.records import (
    ArchivePlace,
    Article,
    Outcome,
    Page,
    PageRecord,
    Query,
    Rejection,
    Segmentation,
    Tagging,
)
from corpus.revisions import Revision
from corpus.rows import StoredArticle
from corpus.sieve import Sieve
from corpus.upkeep import Upkeep


class Corpus(Questions, Partners):
    """An open corpus. Make one with ``Corpus.open``; use it in one thread, and close it (or use ``with``)."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.path = path
        self.connection = connection
        self.read_only = read_only
        self._sieve = Sieve(connection)  # one for all that store: what it were not told of would pass as new

    @classmethod
    def open(cls, path: Path | str, *, create: bool = True, read_only: bool = False) -> Self:
        """Open the corpus at ``path``, made new if there is none (unless ``create`` is False or it is ``read_only``).

        An older schema is brought up to date; a file that is no corpus, or a newer tintinh's, raises ``CorpusError``
        and is not touched.
        """
        path = Path(path)
        corpus = cls(path, connect(path, create=create, read_only=read_only), read_only=read_only)
        try:
            derived.renew(corpus.connection, path, read_only=read_only)
        except BaseException:
            corpus.close()
            raise
        return corpus

    def close(self) -> None:
        """Close the file; a closed corpus answers nothing more."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # Facts in

    def known(self, urls: Iterable[str]) -> set[str]:
        """Those of ``urls`` that are done: stored, rejected for a reason that will not pass by itself, or forgotten."""
        wanted = list(dict.fromkeys(urls))
        done = forgotten.among(self.connection, wanted)
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            found = self.connection.execute(
                f"SELECT url, kind, reason FROM outcomes WHERE url IN ({', '.join('?' * len(some))})",  # noqa: S608
                some,
            )
            done |= {url for url, kind, reason in found if kind != "rejected" or not addresses.is_transient(reason)}
        return done

    def keep(
        self,
        result: Article | Rejection,
        *,
        page: Page | None,
        place: ArchivePlace | None,
        requested_url: str | None = None,
    ) -> Outcome:
        """Store what became of a page, in one transaction: its row, the article or the rejection, and the outcome of
        every address that led there.

        An article whose address is stored already is compared in everything but when and how it was read:
        ``unchanged``, or ``changed`` and replaced, and where title or text changed, opinions on it are dropped except
        labels by hand. Reached under an address that was new it is ``same``. A near-duplicate of an earlier article is
        stored as ``copy``. An earlier edition than the stored one (in a replay) changes nothing. A rejection of the
        very page that an article was made from withdraws the article; any other rejection leaves it. ``requested_url``
        is the address asked for where it is not ``page.requested_url``. Raises ``CorpusError`` for an article that
        would be stored wrong.
        """
        return keeping.keep(self.connection, result, page, place, requested_url, self._sieve)

    def keep_many(self, results: Iterable[Result]) -> list[Outcome]:
        """Store what became of many pages, as ``keep`` one after the other would, in one transaction: all or none.

        Twice as quick as one by one and more, from some hundred a transaction on; other writers wait meanwhile.
        ``results`` is consumed inside the transaction, 2,000 at a time or 32 MB of pages.
        """
        return keeping.keep_many(self.connection, results, self._sieve)

    def load(self, results: Iterable[Result], each: int = EACH) -> Iterator[list[Outcome]]:
        """Store what became of very many pages, as ``keep_many`` by ``each``; the outcomes of each transaction.

        From some thousand on a second process prepares the texts; what is known of look-up keys takes 64 MB. Killed
        anywhere, the corpus holds all transactions whose outcomes were yielded, and the load can be begun again: what
        is stored is then ``unchanged``. Held at once are ``each`` and 2,900 results more, with the pages they carry.
        """
        return loading.load(self.connection, results, self._sieve, each)

    def record_night(self, night: Night) -> None:
        """Store the account of one source in one night."""
        with transaction(self.connection):
            self.connection.execute(
                """INSERT INTO nights (source, started_at, ended_at, found, known, stored, copies, same, generic,
                                       rejected, findings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                (
                    night.source,
                    rows.utc(night.started_at),
                    rows.utc(night.ended_at),
                    night.found,
                    night.known,
                    night.stored,
                    night.copies,
                    night.same,
                    night.generic,
                    json.dumps(dict(night.rejected), ensure_ascii=False),
                    json.dumps(night.findings, ensure_ascii=False),
                ),
            )
        merge_if_many(self.connection)

    # Facts out

    def articles(self, query: Query | None = None) -> Iterator[StoredArticle]:
        """The articles that ``query`` asks for, newest first, up to its limit; without one all, in order of storing.

        The answer is that of the moment of the first step; texts are read some hundred at a time, and articles
        withdrawn meanwhile are left out.
        """
        if query is None:
            return self._load(chunks(self.connection, "SELECT id FROM articles ORDER BY id"))
        require_known(self.connection, query.partner)
        asked = where(query, newest=query.limit is not None)
        statement = f"""SELECT id FROM articles WHERE {asked.sql}
                        ORDER BY published_at DESC, id DESC LIMIT ?"""  # noqa: S608 - made by conditions.py
        return self._load(chunks(self.connection, statement, (*asked.values, limit(query))))

    def article(self, which: int | str) -> StoredArticle | None:
        """The article of this id, or of this address (its own or one that leads to it), or None."""
        if isinstance(which, str):
            row = self.connection.execute("SELECT article_id FROM outcomes WHERE url = ?", (which,)).fetchone()
            if row is None or row[0] is None:
                return None
            which = int(row[0])
        return next(iter(rows.load(self.connection, [which])), None)

    def revisions(self, article_id: int) -> list[Revision]:
        """Every edition of an article that was seen, the oldest first; the last is the article as it stands."""
        return revisions.of_article(self.connection, article_id)

    def editions(self, url: str) -> int:
        """How many editions of the article at an address (its own, or one that leads to it) were seen; 0 for none."""
        row = self.connection.execute("SELECT article_id FROM outcomes WHERE url = ?", (url,)).fetchone()
        return 0 if row is None or row[0] is None else revisions.count(self.connection, row[0]) + 1

    def outcome(self, url: str) -> Outcome | None:
        """What became of an address: ``article`` or ``copy``, ``same``, or ``rejected`` and why; None if unheard of."""
        return addresses.outcome(self.connection, url)

    def _load(self, ids: Iterable[Iterable[int]]) -> Iterator[StoredArticle]:
        for some in ids:
            yield from rows.load(self.connection, list(some))

    def pages(self, source: str | None = None, since: datetime | None = None) -> Iterator[PageRecord]:
        """The pages in the order they were kept, for replay; of one source, or fetched from ``since`` (aware) on."""
        statement = "SELECT id FROM pages WHERE source IS coalesce(?, source) AND fetched_at >= ? ORDER BY id"
        for ids in chunks(self.connection, statement, (source, rows.utc(since) if since else "")):
            found = self.connection.execute(
                f"""SELECT id, url, requested_url, source, fetched_at, status, digest, file, offset, length FROM pages
                    WHERE id IN ({", ".join("?" * len(ids))}) ORDER BY id""",  # noqa: S608
                ids,
            ).fetchall()
            for page_id, url, requested_url, name, fetched_at, status, digest, file, offset, length in found:
                place = ArchivePlace(file, offset, length) if file is not None else None
                at = datetime.fromisoformat(fetched_at)
                yield PageRecord(page_id, url, requested_url, name, at, status, digest, place)

    def places_of(self, requested_url: str, digest: str) -> list[ArchivePlace]:
        """Where pages asked for under this address, with a body of this digest, were archived; the first first."""
        found = self.connection.execute(
            "SELECT file, offset, length FROM pages WHERE requested_url = ? AND digest = ? AND file IS NOT NULL"
            " ORDER BY id",
            (requested_url, digest),
        )
        return [ArchivePlace(*row) for row in found]

    def nights(self, source: str | None = None) -> list[Night]:
        """The accounts of past nights, newest first; of one source, or of all."""
        cursor = self.connection.cursor()
        cursor.row_factory = sqlite3.Row
        cursor.execute(
            "SELECT * FROM nights WHERE source = coalesce(?, source) ORDER BY started_at DESC, id DESC", (source,)
        )
        return [
            Night(
                source=row["source"],
                started_at=datetime.fromisoformat(row["started_at"]),
                ended_at=datetime.fromisoformat(row["ended_at"]),
                found=row["found"],
                known=row["known"],
                stored=row["stored"],
                copies=row["copies"],
                same=row["same"],
                rejected=json.loads(row["rejected"]),
                generic=row["generic"],
                findings=tuple(json.loads(row["findings"])),
            )
            for row in cursor
        ]

    # Opinions

    def to_segment(self, by: str) -> Iterator[tuple[int, Article]]:
        """The articles that ``by`` has not segmented, by id; opinions may be added while iterating."""
        return opinions.to_segment(self.connection, by)

    def to_tag(self, by: str, segmented_by: str | None = None) -> Iterator[tuple[int, Article, Segmentation | None]]:
        """The articles that ``by`` has not tagged, by id, each with its segmentation by ``segmented_by`` or the newest.

        The segmentation is None where there is none. Opinions may be added while iterating.
        """
        return opinions.to_tag(self.connection, by, segmented_by)

    def segmentation(self, article_id: int, by: str | None = None) -> Segmentation | None:
        """The segmentation of an article by ``by``, or the newest; None where there is none."""
        return opinions.segmentation(self.connection, article_id, by)

    def add_segmentation(self, article_id: int, segmentation: Segmentation) -> None:
        """Store a segmentation, in place of an earlier one of the same name."""
        opinions.add_segmentations(self.connection, [(article_id, segmentation)])

    def add_segmentations(self, made: Iterable[tuple[int, Segmentation]]) -> int:
        """Store segmentations by article id in one transaction; how many. ``made`` is consumed inside it."""
        return opinions.add_segmentations(self.connection, made)

    def add_tagging(self, article_id: int, tagging: Tagging) -> None:
        """Store a tagging, in place of an earlier one of the same name; it is now the newest."""
        opinions.add_taggings(self.connection, [(article_id, tagging)])

    def add_taggings(self, made: Iterable[tuple[int, Tagging]]) -> int:
        """Store taggings by article id in one transaction; how many. ``made`` is consumed inside it."""
        return opinions.add_taggings(self.connection, made)

    # The state of it (questions are in corpus/questions.py)

    def stats(self) -> Stats:
        """What the corpus holds, counted."""
        return inspection.stats(self.connection)

    def optimize(
        self, *, recount: bool = False, vacuum: bool = False, tell: Callable[[str], None] = lambda step: None
    ) -> Upkeep:
        """Merge look-up keys and search index, measure the indexes for the planner, empty the write-ahead log.

        Others may read and write; writers wait for moments. ``recount`` makes the tallies anew; ``vacuum`` gives free
        pages back, keeps writers out, and raises ``CorpusError`` unless twice the file is free. ``tell`` hears of
        steps.
        """
        return upkeep.optimize(self.connection, self.path, recount=recount, vacuum=vacuum, tell=tell)

    def check(self) -> list[str]:
        """What is not sound, one sentence each; empty where all is well. Reads the whole file."""
        return list(inspection.check(self.connection))
