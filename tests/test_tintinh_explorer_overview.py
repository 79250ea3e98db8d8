"""The first view: what is in the corpus, the newest stories, the outlets watched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus import Corpus
from tests.explored import Reader, shown
from tests.made_coverage import coverage_corpus


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(coverage_corpus(tmp_path_factory.mktemp("overview") / "corpus.sqlite"))
    yield reader
    reader.close()


def test_the_first_view_tells_what_there_is(reader: Reader) -> None:
    page = reader.page("/en")
    told = {shown(pair[0]): shown(pair[1]) for pair in page.xpath('//dl[@class="figures"]/div')}
    assert told == {
        "Articles": "10", "Stories (copies counted once)": "9", "Articles read for themes": "10", "Outlets": "3",
    }  # fmt: skip
    outlets = {
        shown(row[0]): [shown(cell) for cell in row[1:]]
        for row in page.xpath("//section[@aria-labelledby='outlets']//tbody/tr")
    }
    assert outlets["bao_a"] == ["7", "6", "1/2024 – 6/2024", "04/06/2024"]
    assert outlets["bao_im"] == ["0", "0", "–", "04/06/2024 found nothing"]
    themes = [[shown(cell) for cell in row] for row in page.xpath("//section[@aria-labelledby='themes']//tbody/tr")]
    assert themes[0] == ["Land border", "5", "Trends · Map"]
    newest = page.xpath('//section[@aria-labelledby="newest"]//li/a/@href')
    assert newest[0] == "/en/article/8"  # the copy of the day after is left out
    assert len(newest) == 8


def test_the_months_are_drawn_twice_and_no_page_is_left_out_of_the_menu(reader: Reader) -> None:
    page = reader.page("/")
    assert [len(figure.xpath("./rect")) for figure in page.xpath('//svg[contains(@class, "months")]')] == [6, 6]
    menu = [shown(link) for link in page.xpath('//nav[@class="menu"]//a')]
    assert menu == ["Tổng quan", "Tìm kiếm", "Xu hướng", "Bản đồ", "Mạng hợp tác", "Từ ngữ"]
    assert shown(page.xpath('//nav[@class="menu"]//a[@aria-current="page"]')[0]) == "Tổng quan"


def test_every_link_of_the_pages_with_figures_leads_somewhere(reader: Reader) -> None:
    for at in ("/en", "/trends?theme=border", "/en/network", "/map?theme=border"):
        for link in sorted(set(reader.page(at).xpath("//a/@href")))[:60]:
            assert not link.startswith("/") or reader.get(link).status_code == 200, (at, link)


def test_an_empty_corpus_and_its_downloads(tmp_path: Path) -> None:
    Corpus.open(tmp_path / "corpus.sqlite").close()
    reader = Reader(tmp_path / "corpus.sqlite")
    assert "The corpus is empty" in shown(reader.page("/en"))
    for address in ("/overview.csv", "/overview.json", "/trends", "/map", "/network", "/network.graphml"):
        assert reader.get(address).status_code == 200, address
    reader.close()


def test_outlets_can_be_had_as_a_table(reader: Reader) -> None:
    answer = reader.get("/overview.json").json()
    assert [(row["source"], row["articles"]) for row in answer["rows"]] == [("bao_a", 7), ("bao_b", 3), ("bao_im", 0)]
    assert answer["months"]["2024-01"] == 2
    assert answer["undated"] == 1
