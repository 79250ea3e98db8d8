"""Stories with a theme by day, province and source, and stories with their near-duplicates as families."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from corpus.families import Family, families
from corpus.records import Query, Tagging
from corpus.store import Corpus
from corpus.themed import ThemedRow, themed
from tests.made_articles import story


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Six articles: 1–3 one story in three papers (the last of Cao Bằng, a day later), 4 tagged with nothing, 5 not
    tagged, 6 by hand and without a date."""
    with Corpus.open(tmp_path / "corpus.sqlite") as made:
        first = story(1)
        assert first.published_at is not None
        printed = [
            first,
            replace(first, url="https://b.vn/2", source="bao_b"),
            replace(
                first,
                url="https://c.vn/3",
                source="bao_c",
                province="Cao Bằng",
                published_at=first.published_at + timedelta(days=1),
            ),
            story(4, published_at=first.published_at),
            story(5, published_at=first.published_at),
            story(6, published_at=None, published_precision=None, published_from=None, source=None),
        ]
        for article in printed:
            made.keep(article, page=None, place=None)
        for number, scores in ((1, {"border": 0.6}), (2, {"border": 0.7, "sea_islands": 0.8}), (3, {"border": 0.6})):
            made.add_tagging(number, Tagging("m", tuple(scores), "border", scores))
        made.add_tagging(4, Tagging("m", (), None))
        made.add_tagging(6, Tagging("hand:lan", ("sea_islands",), "sea_islands"))
        yield made


def test_stories_count_once_and_articles_each(corpus: Corpus) -> None:
    asked = Query(limit=None)
    assert themed(corpus.connection, asked, "day") == [
        ThemedRow(None, 1, 1, 1),
        ThemedRow("2025-02-02", 3, 2, 1),
    ]
    assert themed(corpus.connection, asked, "day", stories=False) == [
        ThemedRow(None, 1, 1, 1),
        ThemedRow("2025-02-02", 4, 3, 2),
        ThemedRow("2025-02-03", 1, 1, 1),
    ]
    assert themed(corpus.connection, asked, "source", stories=False)[1:] == [
        ThemedRow("bao_b", 1, 1, 1),
        ThemedRow("bao_c", 1, 1, 1),
        ThemedRow("bao_ha_giang", 3, 2, 1),
    ]


def test_a_theme_asked_for_changes_what_is_themed_not_what_is_counted(corpus: Corpus) -> None:
    asked = Query(themes=("sea_islands",), province_map="34", limit=None)
    assert themed(corpus.connection, asked, "province", stories=False) == [
        ThemedRow("Cao Bằng", 1, 1, 0),
        ThemedRow("Tuyên Quang", 5, 4, 2),
    ]
    narrowed = replace(asked, province="Cao Bằng")
    assert themed(corpus.connection, narrowed, "province", stories=False) == [ThemedRow("Cao Bằng", 1, 1, 0)]


def test_families_are_ranked_by_their_outlets_then_by_their_themes(corpus: Corpus) -> None:
    found = families(corpus.connection, Query(limit=None))
    assert found == [
        Family(1, (1, 2, 3), ("bao_b", "bao_ha_giang", "bao_c")),
        Family(4, (4,), ("bao_ha_giang",)),
        Family(5, (5,), ("bao_ha_giang",)),
        Family(6, (6,), ()),
    ]
    assert families(corpus.connection, Query(limit=1)) == found[:1]


def test_of_a_family_only_what_was_asked_for_is_told(corpus: Corpus) -> None:
    asked = Query(since=date(2025, 2, 3), until=date(2025, 2, 3), limit=10)
    assert families(corpus.connection, asked) == [Family(1, (3,), ("bao_c",))]
    assert families(corpus.connection, Query(source="bao_b")) == [Family(1, (2,), ("bao_b",))]
