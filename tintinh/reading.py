"""An article as a person reads it in a terminal."""

from __future__ import annotations

import click

from corpus.records import Article, BlockKind


def printed_when(article: Article) -> str:
    """The day of publication, with its time where the page gave one."""
    if article.published_at is None:
        return "no date"
    return article.published_at.strftime("%d/%m/%Y %H:%M" if article.published_precision == "minute" else "%d/%m/%Y")


def print_article(article: Article, *below_title: str | None) -> None:
    """Title, facts and text of ``article``; each of ``below_title`` that is given stands on a line above the text."""
    click.secho(article.title, bold=True)
    facts = [printed_when(article), article.source, article.province, article.section, article.agency]
    click.echo(" · ".join(fact for fact in [*facts, ", ".join(article.authors)] if fact))
    for text in filter(None, below_title):
        click.echo(text)
    for block in article.blocks:
        if block.kind is BlockKind.CAPTION:
            click.echo(f"\n  [{block.text}{f' — {block.credit}' if block.credit else ''}]")
        elif block.kind not in {BlockKind.DROPPED, BlockKind.BYLINE}:
            click.secho(f"\n{block.text}", bold=block.kind in {BlockKind.LEAD, BlockKind.HEADING})
    click.echo()
