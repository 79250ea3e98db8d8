"""An article as a person reads it in a terminal."""

from __future__ import annotations

from datetime import datetime

import click

from corpus.records import Article, BlockKind
from tintinh.language import tell


def printed_when(article: Article) -> str:
    """The day of publication, with its time where the page gave one, and when it was changed."""
    if article.published_at is None:
        return tell("no date")
    published = article.published_at.strftime(
        "%d/%m/%Y %H:%M" if article.published_precision == "minute" else "%d/%m/%Y"
    )
    if article.updated_at is None:
        return published
    return tell("{published} (updated {updated})", published=published, updated=_changed(article.updated_at))


def _changed(moment: datetime) -> str:
    # Midnight is what is stored where only the day was printed.
    return moment.strftime("%d/%m/%Y" if (moment.hour, moment.minute) == (0, 0) else "%d/%m/%Y %H:%M")


def print_article(article: Article, *below_title: str | None) -> None:
    """Title, facts and text of ``article``; each of ``below_title`` that is given stands on a line above the text."""
    click.secho(article.title, bold=True)
    way = " > ".join(article.breadcrumb) or article.section
    facts = [printed_when(article), article.source, article.province, way, article.agency]
    click.echo(" · ".join(fact for fact in [*facts, ", ".join(article.authors)] if fact))
    for text in filter(None, below_title):
        click.echo(text)
    for block in article.blocks:
        if block.kind is BlockKind.CAPTION:
            click.echo(f"\n  [{block.text}{f' — {block.credit}' if block.credit else ''}]")
        elif block.kind not in {BlockKind.DROPPED, BlockKind.BYLINE}:
            click.secho(f"\n{block.text}", bold=block.kind in {BlockKind.LEAD, BlockKind.HEADING})
    click.echo()
    for picture in article.pictures:
        click.echo(tell("Picture: {url}", url=picture.url) + (f" — {picture.caption}" if picture.caption else ""))
    for reader in sorted(set(article.readers.values())):
        fields = sorted(name for name, by in article.readers.items() if by == reader)
        click.echo(tell("Fields from {reader}: {fields}", reader=reader, fields=", ".join(fields)))
