"""The tile map: the share of a query in every province, each tile a way to its news."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Literal

from corpus.intervals import wilson
from corpus.shares import ShareRow
from corpus.store import Corpus
from tintinh.explorer.figures.squares import tile_map
from tintinh.explorer.numbers import percent
from tintinh.explorer.view import Shown, View, Visit

COLUMNS = ("province", "count", "denominator", "share", "low", "high")


def answer(corpus: Corpus, visit: Visit) -> Shown:
    """The map of 34 provinces, or of 63 where ``map`` says so."""
    under: Literal["34", "63"] = "63" if visit.query.province_map == "63" else "34"
    query = replace(visit.query, province_map=under)
    rows = corpus.province_shares(query)
    subject = bool(query.text or query.themes or query.partner)
    if not subject:
        rows = _parts(rows)
    figure = tile_map({row.province: row for row in rows if row.province}, under)
    facts = {
        "query": visit.query,
        "under": under,
        "subject": subject,
        "figure": figure,
        "rows": rows,
        "told": lambda name, row: _told(visit, name, row),
        "percent": lambda value: percent(value, visit.language),
        "searched": lambda name: visit.link("search", replace(query, province=name)),
    }
    return Shown(
        title=visit.t("map.title"), facts=facts, rows=[asdict(row) for row in rows], columns=COLUMNS,
        more={"map": under}, cited=visit.query,
    )  # fmt: skip


def _parts(rows: list[ShareRow]) -> list[ShareRow]:
    """Where nothing is asked about: each province's part of all the articles."""
    total = sum(row.count for row in rows)
    return [ShareRow(row.province, row.count, total, row.count / total, *wilson(row.count, total)) for row in rows]


def _told(visit: Visit, name: str, row: ShareRow | None) -> str:
    if row is None:
        return visit.t("map.told_none", province=name)
    return visit.t(
        "map.told",
        province=name,
        count=visit.number(row.count),
        denominator=visit.number(row.denominator),
        share=percent(row.share, visit.language),
    )


VIEW = View("map", answer, reads_map=True)
