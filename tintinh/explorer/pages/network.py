"""The cooperation network: which province is named with which partner abroad, and the news behind each tie."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import date

from corpus.errors import QueryError
from corpus.limits import TookTooLong
from corpus.network import COOPERATION, Network, graphml
from corpus.records import Query
from corpus.rows import StoredArticle
from corpus.store import Corpus
from tintinh.explorer.address import require_one_of
from tintinh.explorer.figures.ribbons import Tie, ribbons, ties
from tintinh.explorer.view import File, NotThere, Shown, View, Visit

MOST = 50
"""Ties in the figure and in its table, those with most articles: with more nobody can follow one. All of them are in
CSV, JSON and GraphML."""
MOST_ARTICLES = 100
"""Articles shown behind a tie."""
COLUMNS = ("province", "partner", "name", "kind", "country", "year", "articles", "stories", "ids")
_SECONDS = 0.75
"""What the network may take, so that some time is left to say that it took too long."""
EVERY = "every"
"""The value of ``about`` that asks for news on any theme."""


def answer(corpus: Corpus, visit: Visit) -> Shown:
    """The network of the query, and with ``tie`` the articles of one province and one partner."""
    years = _years(corpus, visit)  # first, while there is time
    try:
        with visit.deadline.within(_SECONDS):
            found = asked(corpus, visit)
    except TookTooLong:
        if visit.form != "html" or visit.beside.get("tie"):
            raise
        found = None  # the page then offers single years, which are quick
    whole = ties(found.edges) if found else []
    chosen = _chosen(visit, whole)
    facts = {
        "query": visit.query,
        "about": visit.beside.get("about", ""),
        "cooperation": COOPERATION,
        "every": EVERY,
        "figure": ribbons(whole[:MOST]),
        "ties": whole[:MOST],
        "all_ties": len(whole),
        "homeless": found.homeless if found else 0,
        "unread": found.unread if found else 0,
        "late": found is None,
        "chosen": chosen,
        "behind": list(_articles(corpus, chosen)) if chosen else [],
        "most_articles": MOST_ARTICLES,
        "tied": lambda tie: _tied(visit, tie),
        "years": years,
    }
    return Shown(
        title=visit.t("network.title"),
        facts=facts,
        rows=[asdict(edge) for edge in found.edges] if found else (),
        columns=COLUMNS,
        more={"homeless": found.homeless, "unread": found.unread} if found else {},
        cited=_query(visit),
    )


def _query(visit: Visit) -> Query:
    about = require_one_of("about", visit.beside.get("about", "cooperation"), ("cooperation", EVERY))
    if visit.query.themes or about == EVERY:
        return visit.query
    return replace(visit.query, themes=(COOPERATION,))


def asked(corpus: Corpus, visit: Visit) -> Network:
    """The network that a visit asks for: on cooperation where it names no theme and does not ask for every one."""
    return corpus.network(_query(visit), theme=None)


def as_graphml(corpus: Corpus, visit: Visit) -> str:
    """The network for Gephi, igraph, networkx …"""
    return graphml(asked(corpus, visit))


def _chosen(visit: Visit, whole: Iterable[Tie]) -> Tie | None:
    """The tie that ``tie`` names (``province~partner``), None without; ``NotThere`` for one that has no article."""
    given = visit.beside.get("tie")
    if given is None:
        return None
    province, mark, partner = given.partition("~")
    if not mark:
        raise QueryError(f"tie: {given[:80]!r} is none; a province, ~ and the id of a partner were expected")
    for tie in whole:
        if (tie.province, tie.partner) == (province, partner):
            return tie
    raise NotThere(visit.t("network.no_tie"))


def _tied(visit: Visit, tie: Tie) -> str:
    return visit.link("network", visit.query, about=visit.beside.get("about"), tie=f"{tie.province}~{tie.partner}")


def _articles(corpus: Corpus, tie: Tie) -> Iterable[StoredArticle]:
    """The newest articles of a tie: what was stored last is not always the newest, but so it is in the table."""
    found = (corpus.article(number) for number in tie.ids[::-1][:MOST_ARTICLES])
    return [stored for stored in found if stored is not None]


def _years(corpus: Corpus, visit: Visit) -> list[tuple[str, str, bool]]:
    """Every year the corpus has news of: its name, the address of its network, and whether it is the one shown."""
    links = []
    for year in sorted({month[:4] for month in corpus.overview().months}):
        days = date(int(year), 1, 1), date(int(year), 12, 31)
        query = replace(visit.query, since=days[0], until=days[1])
        at = visit.link("network", query, about=visit.beside.get("about"))
        links.append((year, at, (visit.query.since, visit.query.until) == days))
    return links


VIEW = View(
    "network",
    answer,
    beside=("about", "tie"),
    reads_map=True,
    files={"graphml": File("application/graphml+xml; charset=utf-8", as_graphml)},
)
