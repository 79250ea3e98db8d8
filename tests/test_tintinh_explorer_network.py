"""The cooperation network in the explorer: ties, the articles behind them, years, downloads."""

from __future__ import annotations

from collections.abc import Iterator

import networkx
import pytest

from corpus import Corpus
from corpus.limits import TookTooLong
from corpus.network import Edge
from tests.explored import Reader, shown
from tests.made_coverage import HOSTILE, LAOS, coverage_corpus
from tintinh.explorer.figures.ribbons import Ribbons, ribbons, ties


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(coverage_corpus(tmp_path_factory.mktemp("network") / "corpus.sqlite"))
    yield reader
    reader.close()


def test_a_tie_leads_to_the_articles_behind_it(reader: Reader) -> None:
    page = reader.page("/en/network")
    table = [[shown(cell) for cell in row] for row in page.xpath("//tbody/tr")]
    assert table == [
        ["Hà Giang", "Lào", "3", "3", "2024", "country (LA)"],
        ["Hà Giang", HOSTILE.name, "1", "1", "2024", "organisation"],
    ]
    links = page.xpath("//tbody//a/@href")
    assert sorted(page.xpath("//svg//a/@href")) == sorted(links)
    # In the figure for the pointer alone; by keyboard and ear the table is the same.
    assert set(page.xpath("//svg[.//a]/@aria-hidden")) == {"true"}
    assert set(page.xpath("//svg//a/@tabindex")) == {"-1"}
    behind = reader.page(links[0]).xpath('//section[@aria-labelledby="behind"]//ol//a/@href')
    assert behind == ["/en/article/7", "/en/article/6", "/en/article/5"]
    assert page.xpath("//img | //script | //@style | //@onerror") == []


def test_articles_of_any_theme_and_one_year(reader: Reader) -> None:
    every = reader.get("/network.json?about=every").json()
    assert {(row["province"], row["partner"], row["articles"]) for row in every["rows"]} == {
        ("Hà Giang", LAOS.id, 3), ("Hà Giang", HOSTILE.id, 1), ("Lạng Sơn", LAOS.id, 1),
    }  # fmt: skip
    page = reader.page("/network?map=34&about=every")
    assert "Tuyên Quang" in [shown(cell) for cell in page.xpath("//tbody/tr/th")]
    (year,) = page.xpath('//nav[@class="years"]/a')
    assert shown(year) == "2024"
    chosen = reader.page(year.get("href"))
    assert chosen.xpath('//nav[@class="years"]/a/@aria-current') == ["true"]
    assert len(chosen.xpath("//tbody/tr")) == 3
    assert "không có bài" in shown(reader.page("/network?since=2025-01-01").xpath('//p[@role="status"]')[0]).lower()


def test_a_theme_asked_for_takes_the_place_of_cooperation(reader: Reader) -> None:
    rows = reader.get("/network.json?theme=border").json()["rows"]
    assert [(row["province"], row["name"]) for row in rows] == [("Lạng Sơn", "Lào")]


def test_graphml_is_of_the_same_question(reader: Reader) -> None:
    (link,) = [
        link for link in reader.page("/network?map=34").xpath("//p[@class='download']/a/@href") if "graphml" in link
    ]
    answer = reader.get(link)
    assert answer.headers["content-type"].startswith("application/graphml+xml")
    assert 'filename="tintinh-network.graphml"' in answer.headers["content-disposition"]
    graph = networkx.parse_graphml(answer.text, force_multigraph=True)
    assert set(graph.nodes) == {"province:Tuyên Quang", LAOS.id, HOSTILE.id}
    assert reader.get("/trends.graphml").status_code == 404
    assert reader.get("/network.graphml?theme=nothing").status_code == 400


@pytest.mark.parametrize(
    ("given", "status"), [("tie=H%C3%A0+Giang", 400), ("tie=H%C3%A0+Giang~country%3Axx", 404), ("about=x", 400)]
)
def test_a_tie_that_is_none_is_a_sentence(reader: Reader, given: str, status: int) -> None:
    assert reader.page(f"/network?{given}", status=status).xpath('//p[@class="sorry"]')


def test_what_takes_too_long_offers_single_years(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(*_: object, **__: object) -> None:
        raise TookTooLong(0.1)

    monkeypatch.setattr(Corpus, "network", late)
    page = reader.page("/en/network")
    assert "Choose one of the years above" in shown(page.xpath('//p[@role="status"]')[0])
    assert [shown(link) for link in page.xpath('//nav[@class="years"]/a')] == ["2024"]
    assert reader.get("/network.json").status_code == reader.get("/network.graphml").status_code == 503


def edge(province: str, partner: str, articles: int, year: int | None = 2024) -> Edge:
    ids = tuple(range(articles))
    return Edge(province, f"country:{partner}", partner, "country", None, year, articles, articles, ids)


def test_years_are_joined_and_the_layout_does_not_depend_on_the_order() -> None:
    edges = [edge("A", "x", 1, 2023), edge("A", "x", 2, None), edge("B", "y", 5), edge("B", "x", 1), edge("C", "z", 4)]
    joined = ties(edges)
    assert [(tie.province, tie.name, tie.articles, tie.years) for tie in joined] == [
        ("B", "y", 5, (2024, 2024)),
        ("C", "z", 4, (2024, 2024)),
        ("A", "x", 3, (2023, 2023)),
        ("B", "x", 1, (2024, 2024)),
    ]
    assert ribbons(joined) == ribbons(ties(edges[::-1]))


def crossings(figure: Ribbons) -> int:
    left = {node.key: node.y for node in figure.provinces}
    right = {node.key: node.y for node in figure.partners}
    ends = [(left[one.tie.province], right[one.tie.partner]) for one in figure.ribbons]
    return sum((a - c) * (b - d) < 0 for n, (a, b) in enumerate(ends) for c, d in ends[n + 1 :])


def test_a_network_without_a_need_for_crossings_is_drawn_without() -> None:
    edges = [edge(province, partner, 2) for province, partner in zip("ABCDE", "vutsr", strict=True)]
    assert crossings(ribbons(ties(edges))) == 0


def test_the_thickest_ribbon_has_most_articles_and_an_empty_figure_can_be_drawn() -> None:
    figure = ribbons(ties([edge("A", "x", 9), edge("B", "y", 1)]))
    assert [one.tie.articles for one in figure.ribbons] == [9, 1]
    assert figure.ribbons[0].thick > 4 * figure.ribbons[1].thick
    assert ribbons([]).ribbons == ()
