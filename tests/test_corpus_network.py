"""The cooperation network: edges, the articles behind them, and both maps."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import networkx
import pytest

from corpus import Corpus, Query, QueryError, Tagging
from corpus.mentions import Entity, Mention
from corpus.network import Edge, graphml
from corpus.records import VIETNAM
from tests.made_articles import paragraph_blocks, sentences, story

CHINA = Entity("country:cn", "country", "Trung Quốc", country="CN")
YUNNAN = Entity("foreign:cn-van-nam", "foreign", "Vân Nam", country="CN")
PLAN = Entity("organisation:plan", "organisation", "Plan International")
HOME = Entity("province:ha-giang", "province", "Hà Giang", "VN", "Hà Giang")
COOPERATION = ("partner_cooperation",)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(tmp_path / "corpus.sqlite") as opened:
        opened.keep_entities([CHINA, YUNNAN, PLAN, HOME])
        yield opened
        assert opened.check() == []


def put(
    corpus: Corpus,
    day: str | None,
    named: list[Entity] | None,
    themes: tuple[str, ...] = COOPERATION,
    province: str | None = "Hà Giang",
    text: int | None = None,
) -> int:
    n = corpus.stats().articles + 1
    at = datetime.fromisoformat(day).replace(tzinfo=VIETNAM) if day else None
    how = ("day", "printed") if day else (None, None)
    article = story(
        n, lead=None, blocks=paragraph_blocks(*sentences(text or n)), province=province, published_at=at,
        published_precision=how[0], published_from=how[1],
    )  # fmt: skip
    number = corpus.keep(article, page=None, place=None).article_id
    assert number is not None
    corpus.add_tagging(number, Tagging("model-1", themes, themes[0] if themes else None))
    if named is not None:
        made = tuple(Mention(entity.id, at, at + 2, "name") for at, entity in enumerate(named))
        corpus.add_mentions([(number, made)], "gazetteer 1")
    return number


def pairs(edges: tuple[Edge, ...]) -> list[tuple[str, str, int | None, tuple[int, ...]]]:
    return [(edge.province, edge.name, edge.year, edge.ids) for edge in edges]


def test_an_edge_is_a_province_a_partner_and_a_year_with_its_articles(corpus: Corpus) -> None:
    first = put(corpus, "2024-03-01", [HOME, YUNNAN, YUNNAN])
    second = put(corpus, "2024-09-01", [YUNNAN, PLAN])
    third = put(corpus, "2025-02-01", [YUNNAN], province="Lào Cai")
    undated = put(corpus, None, [PLAN])
    put(corpus, "2024-03-02", [YUNNAN], themes=("border",))
    put(corpus, "2024-03-03", [])
    found = corpus.network()
    assert pairs(found.edges) == [
        ("Hà Giang", "Vân Nam", 2024, (first, second)),
        ("Hà Giang", "Plan International", None, (undated,)),
        ("Hà Giang", "Plan International", 2024, (second,)),
        ("Lào Cai", "Vân Nam", 2025, (third,)),
    ]
    assert found.edges[0] == Edge(
        "Hà Giang", "foreign:cn-van-nam", "Vân Nam", "foreign", "CN", 2024, 2, 2, (first, second)
    )
    assert (found.homeless, found.unread) == (0, 0)


def test_the_map_asked_for_names_the_province(corpus: Corpus) -> None:
    before = put(corpus, "2025-06-30", [YUNNAN])
    after = put(corpus, "2025-07-01", [YUNNAN], province="Tuyên Quang")
    assert pairs(corpus.network().edges) == [
        ("Hà Giang", "Vân Nam", 2025, (before,)),
        ("Tuyên Quang", "Vân Nam", 2025, (after,)),
    ]
    assert pairs(corpus.network(Query(province_map="34")).edges) == [("Tuyên Quang", "Vân Nam", 2025, (before, after))]
    old = corpus.network(Query(province_map="63"))
    # Which of the two old parts an article of the new Tuyên Quang is from cannot be known.
    assert pairs(old.edges) == [("Hà Giang", "Vân Nam", 2025, (before,))]
    assert old.homeless == 1


def test_a_country_that_says_where_a_place_lies_is_no_partner(corpus: Corpus) -> None:
    number = put(corpus, "2024-03-01", None)
    made = (Mention(YUNNAN.id, 0, 7, "country"), Mention(CHINA.id, 9, 19, "qualifies"))
    corpus.add_mentions([(number, made)], "gazetteer 1")
    assert [edge.name for edge in corpus.network().edges] == ["Vân Nam"]


def test_copies_of_a_story_are_counted_once_as_stories(corpus: Corpus) -> None:
    put(corpus, "2024-03-01", [YUNNAN], text=7)
    put(corpus, "2024-03-02", [YUNNAN], text=7)
    edge = corpus.network().edges[0]
    assert (edge.articles, edge.stories) == (2, 1)


def test_filters_themes_and_partners(corpus: Corpus) -> None:
    put(corpus, "2024-03-01", [YUNNAN])
    put(corpus, "2025-03-01", [PLAN], themes=("border",))
    assert [edge.name for edge in corpus.network(theme=None).edges] == ["Vân Nam", "Plan International"]
    assert [edge.name for edge in corpus.network(Query(themes=("border",)), theme=None).edges] == ["Plan International"]
    assert corpus.network(Query(since=date(2025, 1, 1))).edges == ()
    assert [edge.name for edge in corpus.network(theme=None, partners=[PLAN.id]).edges] == ["Plan International"]
    assert corpus.network(Query(province="Lào Cai"), theme=None).edges == ()


def test_what_nobody_has_read_is_told(corpus: Corpus) -> None:
    put(corpus, "2024-03-01", None)
    assert corpus.network().unread == 1


@pytest.mark.parametrize(
    ("partner", "says"), [("country:xx", "'country:xx' is no place or partner"), ("province:ha-giang", "is a province")]
)
def test_a_partner_that_is_none_is_refused(corpus: Corpus, partner: str, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        corpus.network(partners=[partner])


def test_the_table_has_a_row_an_edge(corpus: Corpus) -> None:
    assert list(corpus.network().frame().columns) == list(Edge.__dataclass_fields__)
    put(corpus, "2024-03-01", [YUNNAN])
    put(corpus, None, [PLAN])
    table = corpus.network().frame()
    assert table.groupby("name")["articles"].sum().to_dict() == {"Vân Nam": 1, "Plan International": 1}
    assert table["year"].isna().sum() == 1
    assert len(list(csv.DictReader(io.StringIO(table.to_csv(index=False))))) == 2


def test_graphml_is_read_back_by_networkx(corpus: Corpus) -> None:
    first = put(corpus, "2024-03-01", [YUNNAN])
    second = put(corpus, "2025-03-01", [YUNNAN, PLAN])
    graph = networkx.parse_graphml(graphml(corpus.network()), force_multigraph=True)
    assert graph.nodes["province:Hà Giang"] == {"name": "Hà Giang", "kind": "province", "country": "VN"}
    assert graph.nodes[PLAN.id] == {"name": "Plan International", "kind": "organisation"}
    edges = sorted((facts["year"], facts["ids"], facts["articles"]) for _, _, facts in graph.edges(data=True))
    assert edges == [(2024, str(first), 1), (2025, str(second), 1), (2025, str(second), 1)]
