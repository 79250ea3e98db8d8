"""``extract``: saved pages read and printed, nothing stored."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.commands.bring import named, source_of
from tintinh.completion import complete_sources
from tintinh.language import part, tell, translated
from tintinh.output import print_json, say

if TYPE_CHECKING:
    from corpus.records import Article
    from crawler.extract import Draft


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
            say(f"tintinh: {translated(named(str(error), page.url, file) if page else str(error))}")
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
    click.echo(f"{part('title'):<10} {article.title}")
    click.echo(f"{part('date'):<10} {draft.date_text or ''} → {article.published_at or tell('none')}")
    for kind, block in (*((one.kind.value, one) for one in draft.blocks), *(("outside", one) for one in draft.outside)):
        click.echo(f"{part(kind):<10} {part(block.reason or ''):<16} {block.text[:100]}")
