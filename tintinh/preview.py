"""A proposed source as a person looks at it in a terminal, before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tintinh.language import tell, translated
from tintinh.output import say
from tintinh.reading import printed_when

if TYPE_CHECKING:
    from crawler.propose import Proposal
    from crawler.propose.layouts import Reading


def show_proposal(proposal: Proposal) -> None:
    """The articles as the proposed source reads them, its file, and what a person should know."""
    for one in proposal.read:
        _show_article(one)
    click.echo(proposal.toml)
    fields = tell(
        "rules and generic reader agree in {share:.0%} of the fields of {articles} articles",
        share=proposal.agreement,
        articles=len(proposal.read),
    )
    if proposal.source.platform is not None:
        fields += tell("; platform {platform}", platform=proposal.source.platform)
    say(fields)
    for note in proposal.notes:
        say(f"- {translated(note)}")


def _show_article(one: Reading) -> None:
    article = one.article
    if article is None:
        click.echo(f"✗ {one.specimen.page.url}: {tell('the proposed rules read no article here')}\n")
        return
    click.secho(article.title, bold=True)
    facts = [printed_when(article), article.section, article.agency, ", ".join(article.authors)]
    click.echo("  " + " · ".join(fact for fact in facts if fact))
    if article.lead:
        click.echo(f"  {article.lead}")
    counts = tell(
        "{paragraphs} paragraphs, {captions} captions, {tags} tags",
        paragraphs=len(article.body),
        captions=len(article.captions),
        tags=len(article.tags),
    )
    click.echo(f"  {counts}")
    for caption in article.captions:
        click.echo(f"  [{caption}]")
    if not one.by_rules:
        click.echo(f"  {tell('by the generic reader: no layout fits')}")
    elif one.differs:
        click.echo(f"  {tell('the generic reader differs: {fields}', fields=', '.join(one.differs))}")
    click.echo(f"  {article.url}\n")
