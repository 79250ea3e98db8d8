"""``import``: files that somebody saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tintinh.commands.collect import chosen_sources, count_outcome, print_outcomes
from tintinh.commands.options import archive_option, corpus_option
from tintinh.completion import complete_sources
from tintinh.language import translated
from tintinh.output import formats, progress, say

if TYPE_CHECKING:
    from collections import Counter

    from corpus.records import ArchivePlace, Page, Rejection
    from corpus.store import Corpus
    from crawler.archive import ArchiveWriter
    from crawler.errors import TintinhError
    from crawler.source import Source


def source_of(page: Page, source_id: str | None) -> Source | None:
    """The source named on the command line, else the one the page is recognised as."""
    from crawler.recognise import recognise
    from crawler.source import load_sources

    return chosen_sources((source_id,))[0] if source_id else recognise(page, load_sources())


@click.command(
    "import",
    epilog="\b\nExamples:\n  tintinh import saved/*.html pages.txt\n  tintinh import collection.jsonl crawl.warc.gz",
)
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--source", "source_id", metavar="ID", shell_complete=complete_sources, help="The outlet all these pages come from."
)
@corpus_option
@archive_option
@formats
def import_command(
    paths: tuple[Path, ...],
    source_id: str | None,
    corpus_path: Path,
    archive_path: Path,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Bring saved files into the corpus: HTML, text saved from the screen (.txt), JSON Lines, WARC
    (of anybody, WACZ too), or folders of them.

    All of it is archived, too, so that replay reads it again. A JSON line needs "title" and "text".
    A file that cannot be read is named, the others are stored; exit code 1 then.
    """
    from corpus.records import Rejection
    from corpus.store import Corpus
    from crawler.archive import ArchiveWriter
    from crawler.ingest import ingest_many
    from crawler.saved import files_in

    counts: dict[str, Counter[str]] = {}
    failed = 0
    saved = _saved(files_in(paths))
    with Corpus.open(corpus_path) as corpus, ArchiveWriter(archive_path) as archive, progress("pages") as advance:
        kept = _Archived(corpus, archive_path)
        while some := list(islice(saved, _TOGETHER)):
            advance(len(some))
            for _, item in some:
                if isinstance(item, Exception):
                    failed += 1
                    say(f"tintinh: {translated(str(item))}")
            pages = [(file, item) for file, item in some if not isinstance(item, Exception)]
            with archive.together():
                placed = [(file, kept.placed(item, source_id, archive)) for file, item in pages]
            for file, one in placed:
                if isinstance(one, Rejection):
                    say(f"tintinh: {translated(named(one.detail, one.url, file))}")
                    count_outcome(counts, corpus.keep(one, page=None, place=None))
            taken = [(file, one) for file, one in placed if not isinstance(one, Rejection)]
            for (file, _), outcome in zip(taken, ingest_many([one for _, one in taken], corpus), strict=True):
                if outcome.kind == "rejected":
                    failed += 1
                    say(f"tintinh: {translated(named(outcome.detail, outcome.url, file))}")
                count_outcome(counts, outcome)
            kept.forget_new()
    print_outcomes(counts, as_json=as_json, as_csv=as_csv)
    return 1 if failed else 0


_TOGETHER = 200
"""Files, or lines of JSON Lines, archived and stored together: stopped, an import reads so many again at most."""


class _Archived:
    """What stands in the archive already, so that a file imported again is not written again."""

    def __init__(self, corpus: Corpus, root: Path) -> None:
        self._corpus = corpus
        self._root = root
        self._new: dict[tuple[str, str, str], tuple[datetime, ArchivePlace]] = {}

    def placed(
        self, saved: Page, source_id: str | None, archive: ArchiveWriter
    ) -> tuple[Page, Source | None, ArchivePlace] | Rejection:
        """A saved page with its source, and its place in the archive, where it is written unless it stands there; the
        rejection of one that was forgotten."""
        from dataclasses import replace

        from crawler.refusing import refused
        from crawler.saved import is_record

        source = None if is_record(saved) else _recognised(saved, source_id)
        page = replace(saved, source=source.id if source else None)
        if (rejection := refused(page, source, self._corpus)) is not None:
            return rejection
        which = page.url, page.requested_url, page.digest
        # What stands there already is read again with the time of its first import, as a replay will read it.
        before = self._new.get(which) or self._find(page)
        moment, place = before or (page.fetched_at, archive.write(page))
        self._new[which] = moment, place
        return replace(page, fetched_at=moment), source, place

    def forget_new(self) -> None:
        """Forget what was placed, for the corpus knows of it now."""
        self._new.clear()

    def _find(self, page: Page) -> tuple[datetime, ArchivePlace] | None:
        """When this very page, address and content, was archived, and where; None where it was not."""
        for place in self._corpus.places_of(page.requested_url, page.digest):
            if moment := self._moment(place, page):
                return moment, place
        return None

    def _moment(self, place: ArchivePlace, page: Page) -> datetime | None:
        from crawler.archive import read_page
        from crawler.errors import ArchiveError

        try:
            kept = read_page(self._root, place)
        except ArchiveError:
            return None  # the corpus was filled from another archive, or this one has lost the file
        same = (kept.url, kept.requested_url, kept.digest) == (page.url, page.requested_url, page.digest)
        return kept.fetched_at if same else None


def _recognised(page: Page, source_id: str | None) -> Source | None:
    """The source of a page to be stored; an unreadable page has none, and ingest says by name what it is instead."""
    from crawler.errors import Rejected

    try:
        return source_of(page, source_id)
    except Rejected:
        return None


def named(sentence: str | None, url: str, file: Path) -> str:
    """A sentence about a saved file, with the file's name in place of the address made of its content."""
    return (sentence or "").replace(url, str(file)) if url.startswith("urn:") else f"{file}: {sentence}"


def _saved(files: Iterator[Path]) -> Iterator[tuple[Path, Page | TintinhError]]:
    """Each page of the files, or what is wrong with one of them; the others follow all the same."""
    from crawler.errors import TintinhError
    from crawler.saved import is_rows, is_warc, page_of, pages_in, records_in

    for path in files:
        try:
            if is_rows(path):
                for row in records_in(path):
                    yield path, row
            elif is_warc(path):
                for page in pages_in(path):
                    yield path, page
            else:
                yield path, page_of(path)
        except TintinhError as error:
            yield path, error
