"""How much of the news is external information at all: stories with at least one theme, of the tagged ones."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, replace
from typing import Literal

from corpus.conditions import PROVINCE_COLUMN, where
from corpus.records import Query


@dataclass(frozen=True, slots=True)
class ThemedRow:
    """One day (``YYYY-MM-DD``), province or source: ``stories`` in all, ``tagged`` of them, and ``themed`` of these.

    ``themed`` counts the tagged stories that have one of the themes asked for, or any theme where none was asked for.
    ``group`` is None for stories without such a day, province or source.
    """

    group: str | None
    stories: int
    tagged: int
    themed: int


def themed(
    connection: sqlite3.Connection, query: Query, by: Literal["day", "province", "source"], *, stories: bool = True
) -> list[ThemedRow]:
    """The articles that ``query`` asks for, counted by day, province (under ``query.province_map``) or source.

    ``query.themes`` does not narrow what is counted: it says which themes make a story ``themed``. ``stories`` counts
    copies once, with their head. Groups without an article have no row; the rows are in the order of their names.
    """
    column = {"day": "articles.published_day", "source": "articles.source"}.get(by) or PROVINCE_COLUMN[
        query.province_map
    ]
    base = where(replace(query, themes=()), heads_only=stories)
    marks = ", ".join("?" * len(query.themes))
    asked = f"AND theme IN ({marks})" if query.themes else ""
    rows = connection.execute(
        f"""SELECT {column}, count(*),
                   total(EXISTS (SELECT 1 FROM taggings WHERE taggings.article_id = articles.id)),
                   total(EXISTS (SELECT 1 FROM current_themes WHERE current_themes.article_id = articles.id {asked}))
            FROM articles WHERE {base.sql} GROUP BY {column} ORDER BY {column}""",  # noqa: S608 - names of ours
        (*query.themes, *base.values),
    )
    return [ThemedRow(group, count, int(tagged), int(with_theme)) for group, count, tagged, with_theme in rows]
