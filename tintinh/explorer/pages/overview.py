"""The first view: what is in the corpus, the newest stories, and which outlets are watched. From tallies alone."""

from __future__ import annotations

from dataclasses import asdict

from corpus.records import Query
from corpus.store import Corpus
from tintinh.explorer.figures.columns import columns
from tintinh.explorer.numbers import period_name
from tintinh.explorer.view import Shown, View, Visit

NEWEST = 8
COLUMNS = ("source", "name", "articles", "stories", "first", "last", "night", "found", "broken")


def answer(corpus: Corpus, visit: Visit) -> Shown:
    """What the corpus holds; as CSV and JSON its outlets."""
    found = corpus.overview()
    newest = corpus.search(Query(limit=NEWEST, stories=True)) if visit.form == "html" else None
    facts = {
        "found": found,
        "newest": newest.hits if newest else (),
        "figures": [columns(found.months, size) for size in ((960.0, 130.0), (360.0, 110.0))],
        "period": period_name,
    }
    rows = [{**asdict(outlet), "name": visit.outlet(outlet.source)} for outlet in found.outlets]
    more = {
        "articles": found.articles, "stories": found.stories, "tagged": found.tagged, "undated": found.undated,
        "months": found.months, "themes": found.themes,
    }  # fmt: skip
    return Shown(
        title=visit.t("overview.title"), facts=facts, rows=rows, columns=COLUMNS, more=more,
        cite=visit.t("overview.cite", articles=found.articles),
    )  # fmt: skip


VIEW = View("overview", answer, asks=False)
