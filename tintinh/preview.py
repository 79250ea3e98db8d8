"""A proposed source as a person looks at it in a terminal, before it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

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
    fields = (
        f"rules and generic reader agree in {proposal.agreement:.0%} of the fields of {len(proposal.read)} articles"
    )
    say(fields if proposal.source.platform is None else f"{fields}; platform {proposal.source.platform}")
    for note in proposal.notes:
        say(f"- {note}")


def _show_article(one: Reading) -> None:
    article = one.article
    if article is None:
        click.echo(f"✗ {one.specimen.page.url}: the proposed rules read no article here\n")
        return
    click.secho(article.title, bold=True)
    facts = [printed_when(article), article.section, article.agency, ", ".join(article.authors)]
    click.echo("  " + " · ".join(fact for fact in facts if fact))
    if article.lead:
        click.echo(f"  {article.lead}")
    click.echo(f"  {len(article.body)} paragraphs, {len(article.captions)} captions, {len(article.tags)} tags")
    for caption in article.captions:
        click.echo(f"  [{caption}]")
    if not one.by_rules:
        click.echo("  by the generic reader: no layout fits")
    elif one.differs:
        click.echo(f"  the generic reader differs: {', '.join(one.differs)}")
    click.echo(f"  {article.url}\n")
