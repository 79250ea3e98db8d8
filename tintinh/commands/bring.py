"""``import`` and ``extract``: files that somebody saved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.commands.collect import chosen_sources, count_outcome, print_outcomes
from tintinh.commands.options import archive_option, corpus_option
from tintinh.completion import complete_sources
from tintinh.language import translated
from tintinh.output import formats, print_json, progress, say

if TYPE_CHECKING:
    from collections import Counter

    from corpus.records import ArchivePlace, Article, Page
    from corpus.store import Corpus
    from crawler.errors import TintinhError
    from crawler.extract import Draft
    from crawler.source import Source


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601; without a zone it is Vietnamese time."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The aware moment that ``value`` names."""
        from corpus.records import VIETNAM

        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return self.fail(f"{value!r} is no moment; write it as 2026-01-08T20:00+07:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


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
    from dataclasses import replace

    from corpus.store import Corpus
    from crawler.archive import ArchiveWriter
    from crawler.errors import TintinhError
    from crawler.ingest import ingest
    from crawler.saved import files_in, is_record

    counts: dict[str, Counter[str]] = {}
    failed = 0
    with Corpus.open(corpus_path) as corpus, ArchiveWriter(archive_path) as archive, progress("pages") as advance:
        kept = _Archived(corpus, archive_path)
        for file, item in _saved(files_in(paths)):
            advance(1)
            if isinstance(item, TintinhError):
                failed += 1
                say(f"tintinh: {translated(str(item))}")
                continue
            source = None if is_record(item) else _recognised(item, source_id)
            page = replace(item, source=source.id if source else None)
            before = kept.find(page)
            # What stands there already is read again with the time of its first import, as a replay will read it.
            moment, place = before or (page.fetched_at, archive.write(page))
            outcome = ingest(replace(page, fetched_at=moment), source, corpus, place)
            if outcome.kind == "rejected":
                failed += 1
                say(f"tintinh: {translated(_named(outcome.detail, outcome.url, file))}")
            count_outcome(counts, outcome)
    print_outcomes(counts, as_json=as_json, as_csv=as_csv)
    return 1 if failed else 0


class _Archived:
    """What stands in the archive already, so that a file imported again is not written again."""

    def __init__(self, corpus: Corpus, root: Path) -> None:
        self._corpus = corpus
        self._root = root
        self._shared: dict[str, list[ArchivePlace]] = {}

    def find(self, page: Page) -> tuple[datetime, ArchivePlace] | None:
        """When this very page, address and content, was archived, and where; None where it was not."""
        first = self._corpus.place_of(page.digest)
        if first is None:
            return None
        if moment := self._moment(first, page):
            return moment, first
        # Several addresses gave the same bytes; the corpus is read through once for each such content.
        if page.digest not in self._shared:
            records = (record for record in self._corpus.pages() if record.digest == page.digest)
            self._shared[page.digest] = [record.place for record in records if record.place is not None]
        for place in self._shared[page.digest]:
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


def _named(sentence: str | None, url: str, file: Path) -> str:
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


@click.command(
    "extract",
    epilog="\b\nExamples:\n  tintinh extract page.html --json\n  tintinh extract saved.txt --source bao_ha_giang",
)
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--url", help="The address the page came from.")
@click.option(
    "--source", "source_id", metavar="ID", shell_complete=complete_sources, help="Read it by this source's rules."
)
@click.option(
    "--fetched-at",
    type=Moment(),
    metavar="ISO",
    help='When it was fetched; later dates are not believed, "3 giờ trước" is counted from it.',
)
@click.option("--explain", is_flag=True, help="Print every block of the page with its verdict.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def extract_command(
    files: tuple[Path, ...],
    url: str | None,
    source_id: str | None,
    fetched_at: datetime | None,
    explain: bool,
    as_json: bool,
) -> int:
    """Read saved pages (.html, or text saved from the screen as .txt) and print the articles; nothing is stored.

    Without --source the outlet is recognised by address or page, else the generic reader reads it.
    """
    from crawler.errors import TintinhError
    from crawler.extract import extract
    from crawler.normalise import normalise
    from crawler.saved import page_of

    failed = 0
    for file in files:
        page = None
        try:
            page = page_of(file, url=url, fetched_at=fetched_at or datetime.now(UTC))
            source = source_of(page, source_id)
            draft = extract(page, source, outside=True)
            # A moment of its own is known for no saved page; it must be told.
            article = normalise(draft, page, source, fetch_known=fetched_at is not None)
        except TintinhError as error:
            failed += 1
            say(f"tintinh: {translated(_named(str(error), page.url, file) if page else str(error))}")
            continue
        if as_json:
            print_json(_extracted(file, draft, article))
        elif explain:
            _explain(file, draft, article)
        else:
            _print_article(file, article)
    return 1 if failed else 0


def _extracted(file: Path, draft: Draft, article: Article) -> dict[str, Any]:
    from dataclasses import asdict

    from corpus.records import BlockKind

    captions = [block for block in article.blocks if block.kind is BlockKind.CAPTION]
    return {
        "file": str(file),
        "source": article.source,
        "extractor": article.extractor,
        "url": None if article.url.startswith("urn:") else article.url,
        "title": article.title,
        "lead": article.lead,
        "body": article.body,
        "headings": article.headings,
        "captions": [block.text for block in captions],
        "credits": [block.credit for block in captions],
        "authors": article.authors,
        "agency": article.agency,
        "published_at": article.published_at,
        "published_precision": article.published_precision,
        "published_from": article.published_from,
        "updated_at": article.updated_at,
        "breadcrumb": article.breadcrumb,
        "section": article.section,
        "tags": article.tags,
        "place": article.place,
        "province": article.province,
        "language": article.language,
        "pictures": [asdict(picture) for picture in article.pictures],
        "readers": dict(article.readers),
        "dropped": [{"reason": block.reason, "text": block.text} for block in (*article.dropped, *draft.outside)],
    }


def _print_article(file: Path, article: Article) -> None:
    from tintinh.reading import print_article

    origin = f"date {article.published_from}" if article.published_at else None
    print_article(article, f"{file} · read by {article.extractor}", origin)


def _explain(file: Path, draft: Draft, article: Article) -> None:
    click.secho(f"{file}: {article.extractor}", bold=True)
    click.echo(f"title      {article.title}\ndate       {draft.date_text or ''} → {article.published_at or 'none'}")
    for block in draft.blocks:
        click.echo(f"{block.kind.value:<10} {block.reason or '':<16} {block.text[:100]}")
    for block in draft.outside:
        click.echo(f"{'outside':<10} {block.reason or '':<16} {block.text[:100]}")
