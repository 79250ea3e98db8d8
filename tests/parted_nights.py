"""Nights in parts without Dask, at the small paper; and what corpora share that were made in different ways."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Container, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.kills import holdings
from corpus import parted
from corpus.records import Article, Outcome, Page
from corpus.store import Corpus
from crawler.archive import ArchiveWriter
from crawler.ingest import read
from crawler.journal import Account, Entry, Journal, note_of
from crawler.ledger import payload_digest
from crawler.source import Source, load_sources
from tests.nights import SOURCE
from tests.small_paper import Paper, write_source
from tintinh.cluster.crawling import Crawl, crawl_part
from tintinh.cluster.part import SNAPSHOT, Part, PartManifest, begun, made_of, publish
from tintinh.cluster.storage import Storage
from tintinh.cluster.taking import Taken, take
from tintinh.cluster.versions import READING, code_of

_MOMENTS = re.compile(r"_at$|^at$|^until$|^failing_since$|^evidence$")  # evidence names places of pages
_TABLES = {
    "addresses": "url", "listings": "url", "pauses": "host", "forgotten": "digest", "revisions": "article_id, number",
    "night_measures": "source, measure", "findings": "source, rank",
}  # fmt: skip


def night_in_part(home: Path, paper: Paper, number: int = 1) -> Part:
    """A night at the paper into a part below ``home``, from the corpus there; nothing is merged."""
    part = Part.at(Storage(crawl_part(task_of(home, paper, number))))
    assert part is not None
    assert part.manifest.failures == {}
    return part


def task_of(home: Path, paper: Paper, number: int = 1, pause: float = 0) -> Crawl:
    """The task of ``night_in_part``, whose snapshot lies in its place."""
    sources = load_sources(home / "sources" if (home / "sources").exists() else write_source(home / "sources"))
    source = sources[SOURCE]
    paper.asked.clear()
    paper.unchanged.clear()
    address = home / "parts" / str(number) / source.id
    with Corpus.open(home / "corpus.sqlite") as whole:
        (home / "snapshot.sqlite").unlink(missing_ok=True)
        parted.take_out(whole, home / "snapshot.sqlite", [source.id], source.hosts)
    storage = Storage(str(address))
    storage.put(SNAPSHOT, home / "snapshot.sqlite")
    options = {"CONNECT_TO": paper.connect_to, "DOWNLOAD_DELAY": 0, "RETRY_TIMES": 0, "LOG_LEVEL": "ERROR"}
    return Crawl(
        night=str(number),
        name=source.id,
        address=storage.address,
        sources={source.id: source.model_dump_json()},
        options=options,
        first_file=number * 1000 + 1,
        code=code_of(READING),
        pause=pause,
    )


def merged(home: Path, *parts: Part) -> tuple[Taken, list[Outcome]]:
    """Take parts into the corpus and the archive of ``home``."""
    taken = Taken()
    with Corpus.open(home / "corpus.sqlite") as corpus:
        outcomes = list(take(parts, corpus, home / "archive", taken))
        assert corpus.check() == []
    return taken, outcomes


def part_of_pages(
    home: Path,
    source: Source,
    *pages: Page,
    number: int = 1,
    entries: Sequence[Entry] = (),
    learn: Callable[[Corpus], None] = lambda corpus: None,
    untold: Container[str] = (),
) -> Part:
    """The finished part of a night of ``source`` that fetched ``pages``, made without a crawl.

    ``entries`` are told beside them, pages of the addresses ``untold`` only archived; ``learn`` does what the crawl
    learnt to the part's own corpus.
    """
    folder = home / "by-hand" / str(number) / source.id
    folder.mkdir(parents=True)
    Corpus.open(folder / "before.sqlite").close()
    with Corpus.open(folder / "after.sqlite") as corpus:
        learn(corpus)
    journal = Journal(folder / "journal.sqlite")
    with closing(journal), ArchiveWriter(folder / "archive", first=number * 1000 + 1) as writer:
        for page in pages:
            place, result = writer.write(page), read(page, source)
            note, asked = note_of(page, payload_digest(page)), page.requested_url
            entry = Entry(source.id, asked, page.fetched_at, page=note, place=place)
            if page.url not in untold:
                journal.write(replace(entry, **{"article" if isinstance(result, Article) else "rejection": result}))
        for entry in entries:
            journal.write(entry)
        moments = [*(page.fetched_at for page in pages), *(one.at for one in entries)]
        journal.account(Account(source.id, min(moments), max(moments), len(moments), 0))
    parted.note_learnt(folder / "after.sqlite", folder / "before.sqlite", folder / "journal.sqlite")
    storage = Storage(str(home / "parts" / str(number) / source.id))
    attempt, again = begun(storage)
    assert not again
    files = {path.relative_to(folder).as_posix(): path for path in (folder / "archive").glob("*/*")}
    files["journal.sqlite"] = folder / "journal.sqlite"
    manifest = PartManifest(
        night=str(number),
        name=source.id,
        code=code_of(READING),
        attempt=attempt,
        sources={source.id: source.model_dump_json()},
        files={name: made_of(path) for name, path in files.items()},
    )
    publish(storage, files, manifest)
    return Part(storage, manifest)


def shared(path: Path) -> dict[str, Any]:
    """All that a corpus holds but its ids, its moments, and the places of pages: by what two nights may be compared.

    Of near-duplicates the group (``benchmarks.kills.holdings``), not which of them is the head; of the accounts what
    does not hang on that: stories and copies together, and found without those that led to a story found already. Nor
    which listing showed a story first to which another address redirects.
    """
    found: dict[str, Any] = dict(holdings(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        urls = {row["id"]: row["url"] for row in connection.execute("SELECT id, url FROM articles")}
        for table, order in _TABLES.items():
            found[table] = [
                {name: _plain(name, row[name], urls) for name in row.keys() if not _MOMENTS.search(name)}  # noqa: SIM118
                for row in connection.execute(f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608 - named above
            ]
        # A redirect that answers before a listing shows the same story: a night of one process is either, too.
        led = {urls[number] for (number,) in connection.execute("SELECT article_id FROM outcomes WHERE kind = 'same'")}
        for row in found["addresses"]:
            if row["url"] in led:
                row.update(seen_in=None, hint=None)
        found["revisions"].sort(key=lambda row: (row["article_id"], row["number"]))
        found["nights"] = [
            (row["source"], row["found"] - row["same"], row["known"], row["stored"] + row["copies"], row["generic"],
             json.loads(row["rejected"]), row["findings"])
            for row in connection.execute("SELECT * FROM nights ORDER BY source, started_at")
        ]  # fmt: skip
    return found


def _plain(name: str, value: Any, urls: dict[int, str]) -> Any:
    if name == "article_id":
        return urls[value]
    if name == "page_id":
        return None
    if name == "article":
        return {**json.loads(value), "fetched_at": None}
    return value
