"""Questions about who is named: the filter, the shares, and names that the corpus does not know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from corpus import Corpus, Query, QueryError, Tagging
from corpus.mentions import Entity, Mention
from corpus.records import VIETNAM
from tests.made_articles import paragraph_blocks, sentences, story

LAOS = Entity("country:la", "country", "Lào", country="LA")
HUA_PHAN = Entity("foreign:la-hua-phan", "foreign", "Hủa Phăn", country="LA")
GATE = Entity("gate:na-meo.thanh-hoa", "gate", "Na Mèo", "VN", "Thanh Hóa")
JICA = Entity("organisation:jica", "organisation", "JICA", country="JP")
HOME = Entity("province:ha-giang", "province", "Hà Giang", "VN", "Hà Giang")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        opened.keep_entities([LAOS, HUA_PHAN, GATE, JICA, HOME])
        yield opened
        assert opened.check() == []


def put(corpus: Corpus, day: str, named: list[Entity] | None, rule: str = "name", theme: str | None = None) -> int:
    n = corpus.stats().articles + 1
    at = datetime.fromisoformat(day).replace(tzinfo=VIETNAM)
    article = story(n, lead=None, blocks=paragraph_blocks(*sentences(n)), published_at=at)
    number = corpus.keep(article, page=None, place=None).article_id
    assert number is not None
    if theme is not None:
        corpus.add_tagging(number, Tagging("model-1", (theme,), theme))
    if named is not None:
        made = tuple(Mention(entity.id, at, at + 2, rule) for at, entity in enumerate(named))
        corpus.add_mentions([(number, made)], "gazetteer 1")
    return number


def found(corpus: Corpus, partner: str, **others: object) -> list[int]:
    return [hit.id for hit in corpus.search(Query(partner=partner, **others)).hits]  # type: ignore[arg-type]


def test_a_partner_is_found_by_name_without_tones_or_by_id_and_a_country_with_what_lies_in_it(corpus: Corpus) -> None:
    first = put(corpus, "2024-01-01", [HUA_PHAN, HUA_PHAN, HOME])
    second = put(corpus, "2024-01-02", [LAOS])
    third = put(corpus, "2024-01-03", [GATE])
    put(corpus, "2024-01-04", [LAOS], rule="qualifies")
    put(corpus, "2024-01-05", None)
    assert found(corpus, "Hủa Phăn") == found(corpus, "hua phan") == found(corpus, HUA_PHAN.id) == [first]
    assert found(corpus, "Lào") == found(corpus, "country:la") == [second, first]
    assert found(corpus, "Na Mèo") == [third]
    assert found(corpus, "JICA") == []
    assert [stored.id for stored in corpus.articles(Query(partner="Lào"))] == [second, first]
    assert corpus.search(Query(partner="Lào")).total == 2


@pytest.mark.parametrize("partner", ["Hủa Phắng", "Hà Giang"])
def test_a_name_that_is_none_is_told_with_those_near_it(corpus: Corpus, partner: str) -> None:
    query = Query(partner=partner)
    for ask in (
        corpus.search,
        corpus.trend,
        corpus.keywords,
        corpus.theme_by_province,
        corpus.articles,
        corpus.network,
    ):
        with pytest.raises(QueryError, match=f"'{partner}' is no place or partner .* near it are .*Hủa Phăn"):
            ask(query)


def test_where_nobody_has_read_for_names_that_is_said(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "empty.sqlite") as empty, pytest.raises(QueryError, match="tintinh annotate reads"):
        empty.search(Query(partner="Lào"))


def test_the_share_of_a_partner_is_of_the_articles_that_were_read_for_names(corpus: Corpus) -> None:
    put(corpus, "2024-01-01", [HUA_PHAN], theme="border")
    put(corpus, "2024-01-02", [LAOS], theme="tourism")
    put(corpus, "2024-01-03", [], theme="border")
    put(corpus, "2024-01-04", None, theme="border")
    rows = corpus.trend(Query(partner="Lào")).rows
    assert [(row.count, row.denominator) for row in rows] == [(2, 3)]
    shares = corpus.province_shares(Query(partner="Lào"))
    assert [(row.count, row.denominator) for row in shares] == [(2, 3)]
    # With a theme the partner says among which articles it is counted.
    rows = corpus.trend(Query(partner="Lào", themes=("border",))).rows
    assert [(row.count, row.denominator) for row in rows] == [(1, 2)]


def test_a_row_a_partner_the_most_named_first(corpus: Corpus) -> None:
    put(corpus, "2024-01-01", [HUA_PHAN, JICA, JICA, HOME, GATE])
    put(corpus, "2024-02-02", [JICA])
    put(corpus, "2024-02-03", [LAOS], rule="qualifies")
    put(corpus, "2024-02-04", None)
    trend = corpus.trend(Query(), per="partner")
    assert [(row.group, row.period, row.count, row.denominator) for row in trend.rows] == [
        ("JICA", "2024-01", 1, 1),
        ("JICA", "2024-02", 1, 2),
        ("Hủa Phăn", "2024-01", 1, 1),
        ("Hủa Phăn", "2024-02", 0, 2),
    ]
    assert trend.left_out == 0
    fewer = corpus.trend(Query(), per="partner", most=1)
    assert {row.group for row in fewer.rows} == {"JICA"}
    assert fewer.left_out == 1
    filtered = corpus.trend(Query(partner="Hủa Phăn"), by="year", per="partner")
    assert [(row.group, row.count, row.denominator) for row in filtered.rows] == [("Hủa Phăn", 1, 1), ("JICA", 1, 1)]
