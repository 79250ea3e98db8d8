"""The cooperation network: network."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from tintinh.commands.options import corpus_option, entities_named, query_of, query_options, require_source
from tintinh.output import print_rows, say


@click.command(
    "network",
    epilog="\b\nExamples:\n  tintinh network --partner 'Hủa Phăn'\n"
    "  tintinh network --partner Lào --map 34 --format csv\n"
    "  tintinh network --any-theme --since 2021-01-01 --format graphml > partners.graphml",
)
@click.option("--partner", help="Only this partner, in any spelling; a country means its provinces and bodies too.")
@click.option("--any-theme", is_flag=True, help="Not only articles on partner_cooperation.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json", "graphml"]),
    default="table",
    show_default=True,
    help="GraphML is for Gephi, igraph, networkx … and needs networkx.",
)
@query_options
@corpus_option
def network_command(
    partner: str | None, *, any_theme: bool, form: str, corpus_path: Path, themes: tuple[str, ...], **filters: Any
) -> None:
    """Which province is named with which partner abroad, by year, with the articles behind.

    An edge counts the articles of the province (under --map) that name the partner: a country, a place abroad or an
    organisation. A country that only says where a place lies, "Vân Nam (Trung Quốc)", is no partner there. Stories
    counts copies once. Without --theme or --any-theme the articles are those on partner_cooperation.
    """
    from corpus.network import COOPERATION, graphml
    from corpus.store import Corpus

    query = query_of(text=None, themes=themes, **filters)
    partners = _partners(partner) if partner else ()
    with Corpus.open(corpus_path, read_only=True) as corpus:
        require_source(query.source, corpus)
        found = corpus.network(query, partners=partners, theme=None if any_theme or themes else COOPERATION)
    if form == "graphml":
        click.echo(graphml(found), nl=False)
    else:
        columns = ["province", "partner", "name", "kind", "country", "year", "articles", "stories", "ids"]
        rows = [asdict(edge) for edge in found.edges]
        if form == "table":
            columns.remove("partner")
        for row in rows if form != "json" else ():
            row["ids"] = " ".join(map(str, row["ids"]))
        print_rows(rows, columns, as_json=form == "json", as_csv=form == "csv")
    say(f"{len(found.edges)} edges")
    if found.homeless:
        say(f"{found.homeless} articles name a partner and have no province under this map; they are in no edge")
    if found.unread:
        say(f"{found.unread} articles have not been read for names: tintinh annotate")


def _partners(name: str) -> tuple[str, ...]:
    """The ids that ``name``, in any spelling, means; a country stands for all that lies in it or is its own."""
    from corpus.entities import PARTNERS
    from nlp.gazetteer import load_gazetteer

    named = entities_named(name, PARTNERS)
    countries = {entity.country for entity in named if entity.kind == "country"}
    own = {entity.id for entity in named}
    own |= {
        entity.id
        for entity in load_gazetteer().entities.values()
        if entity.kind in PARTNERS and entity.country in countries
    }
    return tuple(sorted(own))
