"""The tile map in the explorer: the share of a query in every province, each tile a way to its news."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus import Corpus
from corpus.intervals import wilson
from corpus.shares import ShareRow
from tests.explored import Reader, shown
from tests.made_coverage import coverage_corpus, put
from tintinh.explorer.figures.squares import tile_map


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(coverage_corpus(tmp_path_factory.mktemp("map") / "corpus.sqlite"))
    yield reader
    reader.close()


@pytest.mark.parametrize(("given", "provinces"), [("", 34), ("?map=34", 34), ("?map=63", 63)])
def test_every_province_of_the_map_is_a_tile_with_a_name_and_a_link(reader: Reader, given: str, provinces: int) -> None:
    page = reader.page(f"/en/map{given}")
    links = page.xpath('//svg[@role="group"]/a')
    assert len(links) == provinces
    assert all(link.get("aria-label") and link.xpath("./title") for link in links)
    assert len({link.get("href") for link in links}) == provinces


def test_a_tile_leads_to_the_news_counted_on_it(reader: Reader) -> None:
    page = reader.page("/en/map?theme=partner_cooperation")
    (tile,) = page.xpath('//svg[@role="group"]/a[starts-with(@aria-label, "Tuyên Quang")]')
    assert tile.get("aria-label") == "Tuyên Quang: 3 of 4 articles, 75.0\xa0%"
    assert len(reader.page(tile.get("href")).xpath('//ol[@class="hits"]/li')) == 3
    table = {shown(row[0]): [shown(cell) for cell in row[1:]] for row in page.xpath("//tbody/tr")}
    assert table["Tuyên Quang"] == ["3", "4", "75.0 %", "30.1 % – 95.4 %"]
    assert table["Lạng Sơn"][:3] == ["0", "3", "0.0 %"]
    assert table["no province"][:2] == ["0", "1"]
    assert "Tuyên Quang" not in shown(reader.page("/en/map?theme=border&map=63").xpath("//table")[0])


def test_too_few_articles_have_no_shade(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n in range(5):
            put(corpus, "2024-01-05", "bao_a", "Lạng Sơn", ("border",) if n else ())
        put(corpus, "2024-01-05", "bao_a", "Cà Mau", ("border",))
    reader = Reader(tmp_path / "corpus.sqlite")
    page = reader.page("/en/map?theme=border")
    shades = {link.get("aria-label").split(":")[0]: link.xpath("./rect/@class")[0] for link in page.xpath("//svg/a")}
    assert shades["Lạng Sơn"].startswith("shade")
    assert shades["Cà Mau"] == shades["Hà Nội"] == "few"
    reader.close()


def test_without_a_subject_provinces_are_parts_of_the_whole(reader: Reader) -> None:
    rows = {row["province"]: row for row in reader.get("/map.json?map=63").json()["rows"]}
    assert (rows["Hà Giang"]["count"], rows["Hà Giang"]["denominator"]) == (4, 10)
    assert sum(row["share"] for row in rows.values()) == pytest.approx(1)


def test_nothing_found_is_said(reader: Reader) -> None:
    assert "No article" in shown(reader.page("/en/map?theme=border&since=2030-01-01").xpath('//p[@role="status"]')[0])


def test_shades_run_from_the_least_to_the_greatest_share() -> None:
    def row(name: str, count: int) -> ShareRow:
        return ShareRow(name, count, 100, count / 100, *wilson(count, 100))

    figure = tile_map({"Hà Nội": row("Hà Nội", 0), "Cà Mau": row("Cà Mau", 12), "Huế": row("Huế", 24)}, "34")
    shades = {square.province: square.shade for square in figure.squares if square.row}
    assert shades["Hà Nội"] == 0
    assert shades["Hà Nội"] < shades["Cà Mau"] < shades["Huế"]  # type: ignore[operator]
    assert figure.legend[0][0] <= 0
    assert figure.legend[-1][1] >= 24
    for square in figure.squares:
        assert 0 <= square.x <= figure.width - figure.tile[0]
        assert 0 <= square.y <= figure.height - figure.tile[1]
