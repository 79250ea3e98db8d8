"""The questions that an open corpus answers, each with one ``Query``."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from corpus import concordance, keywords
from corpus.concordance import Concordance
from corpus.entities import require_known
from corpus.keywords import Keywords
from corpus.periods import Period
from corpus.records import Query
from corpus.search import Answer, search
from corpus.trend import MOST, Group, ThemeRow, theme_by_province, trend
from corpus.trend_rows import Trend


class Questions:
    """What can be asked of ``connection``; a plain text in place of a ``Query`` is a query of these words."""

    connection: sqlite3.Connection

    def search(self, query: Query | str) -> Answer:
        """The best articles for the words of ``query``, or the newest without words, and how many there are."""
        return search(self.connection, self._asked(query))

    def trend(
        self,
        query: Query | str,
        by: Period = "month",
        per: Group | None = None,
        themes: tuple[str, ...] = (),
        *,
        stories: bool = False,
        changes: bool = False,
        most: int = MOST,
    ) -> Trend:
        """Counts, denominators and shares by period; see ``corpus.trend.trend``."""
        asked = self._asked(query)
        return trend(self.connection, asked, by, per, themes, stories=stories, changes=changes, most=most)

    def theme_by_province(self, query: Query, *, stories: bool = False) -> list[ThemeRow]:
        """Counts, denominators and shares by province and theme; see ``corpus.trend.theme_by_province``."""
        return theme_by_province(self.connection, self._asked(query), stories=stories)

    def keywords(
        self,
        query: Query | str,
        against: Query | str | None = None,
        *,
        order: keywords.Order = "likelihood",
        least: int = 5,
        limit: int | None = 50,
    ) -> Keywords:
        """What one selection says more often than another, or than the rest; see ``corpus.keywords.keywords``."""
        other = None if against is None else self._asked(against)
        return keywords.keywords(self.connection, self._asked(query), other, order=order, least=least, limit=limit)

    def concordance(
        self, query: Query | str, *, width: int = 8, order: concordance.Order = "time", limit: int | None = 100
    ) -> Concordance:
        """Every place where the words stand, in their context; see ``corpus.concordance.concordance``."""
        return concordance.concordance(self.connection, self._asked(query), width=width, order=order, limit=limit)

    def to_parquet(self, out: Path | str, query: Query | None = None) -> dict[str, Any]:
        """Write articles (None: all) as Parquet by year and province; the manifest. See ``corpus.parquet``."""
        from corpus.parquet import write_parquet

        return write_parquet(self.connection, None if query is None else self._asked(query), Path(out))

    def _asked(self, asked: Query | str) -> Query:
        query = Query(asked) if isinstance(asked, str) else asked
        require_known(self.connection, query.partner)
        return query
