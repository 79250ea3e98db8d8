"""Trends in the explorer: the figure, the same numbers as a table, and the way from a stretch of time to its news."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html

from corpus import Corpus
from tests.explored import Reader, shown
from tests.made_coverage import HOSTILE, coverage_corpus, put


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(coverage_corpus(tmp_path_factory.mktemp("trends") / "corpus.sqlite"))
    yield reader
    reader.close()


def rows(page: html.HtmlElement) -> list[list[str]]:
    return [[shown(cell) for cell in row] for row in page.xpath("//tbody/tr")]


def test_a_share_has_its_interval_its_denominator_and_a_way_to_its_news(reader: Reader) -> None:
    page = reader.page("/en/trends?theme=border&by=month")
    table = rows(page)
    assert table[0] == ["6/2024", "2", "2", "100.0 %", "34.2 % – 100.0 %", "2"]
    assert table[2] == ["4/2024", "nobody watched", "0"]
    assert table[-1][:4] == ["1/2024", "1", "2", "50.0 %"]
    assert "1 articles without a date are not counted" in shown(page)
    figure = page.xpath('//svg[contains(@class, "wide")]')[0]
    assert len(figure.xpath('.//*[@class="interval"]')) == len(figure.xpath('.//*[@class="dot"]')) == 5
    assert figure.xpath('.//rect[@fill="url(#hatch)"]/title/text()') == ["nobody watched"]
    assert page.xpath('//pattern[@id="hatch"]')
    # The line has a gap where nobody watched.
    assert figure.xpath('.//path[@class="line"]/@d')[0].count("M") == 2
    january = reader.page(page.xpath("//tbody/tr[last()]//a/@href")[0])
    assert "2 articles" not in shown(january)
    assert len(january.xpath('//ol[@class="hits"]/li')) == 1


def test_a_stretch_of_time_leads_to_its_news_without_a_script(reader: Reader) -> None:
    page = reader.page("/en/trends?theme=border&source=bao_a&until=2024-05-20&stories=1&by=month")
    form = page.xpath("//form[@data-brush]")[0]
    fields = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    assert fields == {
        "theme": "border", "source": "bao_a", "stories": "1", "since": "2024-01-01", "until": "2024-05-20",
    }  # fmt: skip
    assert form.get("action") == "/en/search"
    assert all(reader.page(f"/en/trends?theme=border&by={by}").xpath("//form[@data-brush]") for by in ("day", "year"))


def test_the_script_is_told_the_days_of_every_period(reader: Reader) -> None:
    page = reader.page("/trends?theme=border&since=2024-01-03&until=2024-02-10&by=week")
    figure = page.xpath("//svg[@data-starts]")[0]
    assert figure.get("data-starts").split() == [
        "2024-01-01", "2024-01-08", "2024-01-15", "2024-01-22", "2024-01-29", "2024-02-05",
    ]  # fmt: skip
    assert figure.get("data-last") == "2024-02-11"
    assert page.xpath('//input[@id="s-since"]/@value') == ["2024-01-03"]
    assert page.xpath("//script/@src")[0].startswith("/-/explorer/brush.js")


@pytest.mark.parametrize(
    ("per", "parameter", "value", "count"),
    [("province", "province", "Lạng Sơn", 3), ("source", "source", "bao_a", 7), ("theme", "theme", "border", 4)],
)
def test_each_group_has_a_panel_a_table_and_a_search_of_its_own(
    reader: Reader, per: str, parameter: str, value: str, count: int
) -> None:
    page = reader.page(f"/en/trends?by=year&per={per}")
    names = page.xpath("//figcaption/h3")
    assert len(names) == len(page.xpath("//section[@aria-labelledby='tables']/details")) > 1
    links = page.xpath("//section[@aria-labelledby='tables']//tbody//a/@href")
    mine = [link for link in links if parse_qs(urlsplit(link).query).get(parameter) == [value]]
    assert len(mine) == 1
    assert parse_qs(urlsplit(mine[0]).query)["since"] == ["2024-01-01"]
    assert len(reader.page(mine[0]).xpath('//ol[@class="hits"]/li')) == count
    assert value in page.xpath(f'//form[@data-brush="{per}"]//select/option/@value')


def test_partners_are_shares_of_what_was_read_for_names(reader: Reader) -> None:
    answer = reader.get("/en/trends.json?by=year&per=partner").json()
    found = {row["group"]: (row["count"], row["denominator"], row["name"]) for row in answer["rows"]}
    assert found == {"Lào": (4, 9, "Lào"), HOSTILE.name: (1, 9, HOSTILE.name)}
    page = reader.page("/en/trends?by=year&per=partner")
    assert HOSTILE.name in [shown(name) for name in page.xpath("//figcaption/h3")]
    assert page.xpath("//img | //script[not(@src)] | //@style | //@onerror") == []


def test_without_words_or_theme_articles_are_counted(reader: Reader) -> None:
    page = reader.page("/en/trends?by=quarter")
    assert rows(page) == [["Q2/2024", "3", "2"], ["Q1/2024", "6", "2"]]
    assert page.xpath('//*[@class="interval"]') == []


def test_a_change_of_level_is_marked_where_there_is_one(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for month in range(1, 13):
            for day in range(1, 9):
                put(corpus, f"2024-{month:02}-{day:02}", "bao_a", None, ("border",) if month > 6 or day == 1 else ())
    reader = Reader(tmp_path / "corpus.sqlite")
    page = reader.page("/en/trends?theme=border&by=month&changes=1")
    assert "From 7/2024 on 100.0 %, before 12.5 %." in shown(page)
    assert len(page.xpath('//svg[contains(@class, "wide")]//*[@class="level"]')) == 1
    row = next(
        row for row in reader.get("/trends.json?theme=border&by=month&changes=1").json()["rows"] if row["before"]
    )
    assert (row["period"], row["before"], row["after"]) == ("2024-07", 0.125, 1.0)
    assert reader.page("/trends?theme=border&by=month").xpath('//*[@class="level"]') == []
    reader.close()


def test_too_many_periods_are_not_drawn_but_told(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        put(corpus, "2022-01-01", "bao_a", None, ("border",))
        put(corpus, "2024-01-01", "bao_a", None, ("border",))
    reader = Reader(tmp_path / "corpus.sqlite")
    page = reader.page("/en/trends?theme=border&by=day")
    assert page.xpath("//svg[@data-starts]") == []
    assert "Too many periods to draw" in shown(page)
    assert len(rows(page)) == 731
    reader.close()


def test_an_empty_corpus_says_so(tmp_path: Path) -> None:
    Corpus.open(tmp_path / "corpus.sqlite").close()
    reader = Reader(tmp_path / "corpus.sqlite")
    assert "no dated article" in shown(reader.page("/en/trends").xpath('//*[@role="status"]')[0])
    reader.close()


def test_csv_has_every_group_with_its_citation(reader: Reader) -> None:
    answer = reader.get("/en/trends.csv?theme=border&by=year&per=province")
    cite, address, header, *table = list(csv.reader(io.StringIO(answer.text)))
    assert "Selected by: themes: border" in cite[0]
    assert address == ["# /en/trends?theme=border&by=year&per=province"]
    assert header[:5] == ["period", "group", "name", "count", "denominator"]
    assert [(row[1], row[3], row[4]) for row in table] == [
        ("Cà Mau", "2", "2"),
        ("Hà Giang", "0", "4"),
        ("Lạng Sơn", "2", "3"),
    ]


@pytest.mark.parametrize("given", ["by=decade", "per=author", "changes=yes", "by=month&per=theme&tie=x"])
def test_what_cannot_be_asked_is_a_sentence(reader: Reader, given: str) -> None:
    assert reader.page(f"/trends?{given}", status=400).xpath('//p[@class="sorry"]')
