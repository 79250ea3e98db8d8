"""The questions that an open corpus answers, each with one ``Query``."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from corpus import concordance, facets, keywords, provenance
from corpus.concordance import Concordance
from corpus.counting import Group
from corpus.entities import require_known
from corpus.facets import Facet, FacetKind
from corpus.keywords import Keywords
from corpus.manifest import Tally, tally_of
from corpus.overview import Overview, overview
from corpus.periods import Period
from corpus.provenance import Twin
from corpus.records import PageRecord, Query
from corpus.search import Answer, search
from corpus.shares import ShareRow, province_shares
from corpus.trend import MOST, ThemeRow, theme_by_province, trend
from corpus.trend_rows import Trend


class Questions:
    """What can be asked of ``connection``; a plain text in place of a ``Query`` is a query of these words."""

    connection: sqlite3.Connection

    def search(self, query: Query | str, *, skip: int = 0) -> Answer:
        """The best articles for the words of ``query``, or the newest without words, and how many there are.

        ``skip`` leaves out so many of the best: page 3 of 20 a page is a limit of 60 with 40 skipped.
        """
        return search(self.connection, self._asked(query), skip=skip)

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

    def province_shares(self, query: Query | str, *, stories: bool = False) -> list[ShareRow]:
        """Counts, denominators and shares by province, over all days; see ``corpus.shares.province_shares``."""
        return province_shares(self.connection, self._asked(query), stories=stories)

    def overview(self) -> Overview:
        """What is in the corpus, quickly; see ``corpus.overview``."""
        return overview(self.connection)

    def keywords(
        self,
        query: Query | str,
        against: Query | str | None = None,
        *,
        order: keywords.Order = "likelihood",
        least: int = 5,
        limit: int | None = 50,
        most: int | None = None,
    ) -> Keywords:
        """What one selection says more often than another, or than the rest; see ``corpus.keywords.keywords``."""
        other = None if against is None else self._asked(against)
        return keywords.keywords(
            self.connection, self._asked(query), other, order=order, least=least, limit=limit, most=most
        )

    def concordance(
        self,
        query: Query | str,
        *,
        width: int = 8,
        order: concordance.Order = "time",
        limit: int | None = 100,
        count: bool = True,
    ) -> Concordance:
        """Every place where the words stand, in their context; see ``corpus.concordance.concordance``."""
        return concordance.concordance(
            self.connection, self._asked(query), width=width, order=order, limit=limit, count=count
        )

    def selected(self, query: Query, most: int) -> array[int] | None:
        """The ids of the articles that ``query`` asks for, None for more than ``most``; see ``facets``."""
        return facets.selected(self.connection, self._asked(query), most)

    def facets(
        self, query: Query, kinds: Iterable[FacetKind], ids: array[int] | None, *, limit: int = 12
    ) -> Iterator[Facet | None]:
        """How the articles of ``query`` divide by theme, province, outlet …; see ``corpus.facets.facets``."""
        return facets.facets(self.connection, self._asked(query), kinds, ids, limit)

    def tally(self, query: Query) -> Tally:
        """What an export of ``query`` would count, quickly; see ``corpus.manifest.tally_of``."""
        return tally_of(self.connection, self._asked(query))

    def page_of(self, article_id: int) -> PageRecord | None:
        """The page that an article was read from; see ``corpus.provenance.page_of``."""
        return provenance.page_of(self.connection, article_id)

    def twins(self, article_id: int, limit: int = 20) -> tuple[list[Twin], int]:
        """The other articles of the same story, and how many; see ``corpus.provenance.twins``."""
        return provenance.twins(self.connection, article_id, limit)

    def to_parquet(
        self,
        out: Path | str,
        query: Query | None = None,
        *,
        processes: int = 1,
        advance: Callable[[int], None] = lambda articles: None,
    ) -> dict[str, Any]:
        """Write articles (None: all) as Parquet by year and province; the manifest. See ``corpus.parquet``.

        With more than one of ``processes``, call it under ``if __name__ == "__main__":`` in a script, for new
        processes read the script again. ``advance`` is told how many articles more were written.
        """
        from corpus.parquet import write_parquet

        asked = None if query is None else self._asked(query)
        return write_parquet(self.connection, asked, Path(out), processes, advance)

    def _asked(self, asked: Query | str) -> Query:
        query = Query(asked) if isinstance(asked, str) else asked
        require_known(self.connection, query.partner)
        return query
