"""Search in the explorer: words in their place, filters as chips, facets that add up, pages of hits."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from lxml import html

from corpus import Corpus, Tagging
from corpus.limits import TookTooLong
from corpus.records import VIETNAM
from tests.command import tintinh
from tests.explored import Reader, shown
from tests.made_articles import paragraph_blocks, story
from tintinh.commands.opinions import name_all
from tintinh.explorer import narrowing
from tintinh.explorer.pages import search

PROVINCES = ("Hà Giang", "Sơn La", "Tuyên Quang")


@pytest.fixture(scope="module")
def corpus_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("searched") / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        for n in range(48):
            day = datetime(2024 + n % 3, 1 + n % 12, 1 + n % 28, 8, tzinfo=VIETNAM)
            article = story(
                n, url=f"https://bao.example/{n}", source=("bao_ha_giang", "bao_son_la")[n % 2],
                province=PROVINCES[n % 3] if n % 3 or day.year < 2025 else "Tuyên Quang", published_at=day,
                section=("Xã hội", "Kinh tế")[n % 4 == 0],
            )  # fmt: skip
            number = corpus.keep(article, page=None, place=None).article_id
            themes = ("border", "training")[: n % 3]
            corpus.add_tagging(number or 0, Tagging("model 1", themes, themes[0] if themes else None))
        lao = story(90, title="Hủa Phăn thăm Sơn La", blocks=paragraph_blocks("Đoàn Hủa Phăn (Lào) sang chơi."))
        corpus.keep(lao, page=None, place=None)
        name_all(corpus)
    return path


@pytest.fixture(scope="module")
def reader(corpus_path: Path) -> Iterator[Reader]:
    reader = Reader(corpus_path, outlets={"bao_ha_giang": "Báo Hà Giang"})
    yield reader
    reader.close()


def facet(page: html.HtmlElement, heading: str) -> dict[str, tuple[int, str]]:
    """The values of a facet: name to count and address."""
    lines = page.xpath(
        f'//aside/h3[normalize-space()="{heading}"]/following-sibling::*[not(@class="maps note")][1][self::ul]/li[span]'
    )
    return {
        shown(line.xpath(".//bdi")[0]): (int(shown(line.xpath("span")[0])), next(iter(line.xpath("a/@href")), ""))
        for line in lines
    }


def total(page: html.HtmlElement) -> int:
    told = shown(page.xpath('//p[@role="status"]')[0])
    return 0 if told.startswith("No articles") else int(told.split()[0])


def test_the_words_are_marked_with_and_without_tones(reader: Reader) -> None:
    page = reader.page("/search?q=hua+phan")
    assert [mark.text for mark in page.xpath("//mark")] == ["Hủa", "Phăn"]
    page = reader.page("/en/search?q=h%E1%BB%A7a+ph%C3%A2n")
    assert shown(page.xpath('//p[@role="status"]')[0]) == "No articles. Without tones there are 1."
    (link,) = page.xpath('//p[@role="status"]/a/@href')
    assert total(reader.page(link)) == 1
    assert search.toneless('"Hủa Phân" OR (xã NOT đèo*)') == '"hua phan" OR (xa NOT deo*)'


@pytest.mark.parametrize("heading", ["Theme", "Province", "Outlet", "Section", "Year"])
def test_every_value_of_a_facet_leads_to_as_many_articles_as_it_says(reader: Reader, heading: str) -> None:
    for address in ("/en/search", "/en/search?q=xa", "/en/search?theme=border&stories=1"):
        values = facet(reader.page(address), heading)
        assert values or heading == "Theme"
        for name, (count, link) in values.items():
            assert total(reader.page(link)) == count, (address, name)


def test_facets_name_outlets_and_partners(reader: Reader) -> None:
    page = reader.page("/search")
    assert facet(page, "Cơ quan")["Báo Hà Giang"][0] == 25
    assert facet(page, "Đối tác")["Hủa Phăn"][0] == 1


def test_a_province_is_read_under_the_map_that_is_asked_for(reader: Reader) -> None:
    of_day = total(reader.page("/en/search?province=Ha+Giang".replace("Ha+Giang", "H%C3%A0+Giang")))
    under_34 = reader.page("/en/search?province=Tuy%C3%AAn+Quang&map=34")
    assert total(under_34) > of_day
    assert [shown(chip) for chip in under_34.xpath('//ul[@class="chips"]/li')] == ["Province: Tuyên Quang (34) ✕"]


def test_provinces_are_counted_under_the_map_that_is_asked_for(reader: Reader) -> None:
    page = reader.page("/en/search")
    links = dict(zip(("day", "63", "34"), page.xpath('//p[@class="maps note"]/a/@href'), strict=True))
    assert links == {"day": "/en/search", "63": "/en/search?map=63", "34": "/en/search?map=34"}
    of_day, under_34 = (facet(reader.page(links[one]), "Province") for one in ("day", "34"))
    assert "Hà Giang" in of_day
    assert "Hà Giang" not in under_34
    assert under_34["Tuyên Quang"][0] > of_day["Tuyên Quang"][0]
    assert total(reader.page(under_34["Tuyên Quang"][1])) == under_34["Tuyên Quang"][0]


def test_every_chip_takes_one_filter_away(reader: Reader) -> None:
    given = (
        "/en/search?q=xa&theme=border&theme=training&province=S%C6%A1n+La&source=bao_son_la&since=2024-01-01"
        "&until=2027-01-01&stories=1"
    )
    page = reader.page(given)
    links = page.xpath('//ul[@class="chips"]//a/@href')
    assert len(links) == 7
    for link in links:
        fewer = reader.page(link)
        assert len(fewer.xpath('//ul[@class="chips"]/li')) == 6
        assert total(fewer) >= total(page)


def test_the_form_keeps_what_was_asked(reader: Reader) -> None:
    page = reader.page("/en/search?q=xa&theme=training&province=S%C6%A1n+La&map=34&since=2024-01-01&stories=1")
    assert page.xpath('//input[@name="q"]/@value') == ["xa"]
    assert page.xpath('//select[@name="theme"]/option[@selected]/@value') == ["training"]
    assert page.xpath('//select[@name="map"]/option[@selected]/@value') == ["34"]
    assert page.xpath('//input[@name="since"]/@value') == ["2024-01-01"]
    assert page.xpath('//input[@name="stories"]/@checked') == ["checked"]
    # What the form has no field for goes with it.
    kept = reader.page("/en/search?theme=border&theme=training&author=Ho%C3%A0ng+Y%E1%BA%BFn&probability=0.2&hand=1")
    assert [(one.get("name"), one.get("value")) for one in kept.xpath('//input[@type="hidden"]')] == [
        ("theme", "training"), ("author", "Hoàng Yến"), ("probability", "0.2"), ("hand", "1"),
    ]  # fmt: skip
    for control in page.xpath('//form//input[@type!="hidden"] | //form//select'):
        assert page.xpath(f'//label[@for="{control.get("id")}"]'), control.get("name")


def test_pages_of_hits_are_the_whole_in_order(reader: Reader) -> None:
    everything = [row["id"] for row in reader.get("/search.json").json()["rows"]]
    address, seen = "/search", []
    while address:
        page = reader.page(address)
        seen += [int(link.rsplit("/", 1)[1]) for link in page.xpath('//ol[@class="hits"]//h3/a/@href')]
        address = next(iter(page.xpath('//a[@rel="next"]/@href')), "")
    assert seen == everything
    assert len(seen) == 49
    assert page.xpath("//ol/@start") == ["41"]
    assert page.xpath('//a[@rel="prev"]/@href') == ["/search?page=2"]


def test_a_facet_that_takes_too_long_is_said_to_be_left_out(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object) -> None:
        raise TookTooLong(0.6)

    monkeypatch.setattr(Corpus, "selected", slow)
    page = reader.page("/en/search?q=xa")
    assert total(page) > 0
    assert len(page.xpath('//aside/p[starts-with(normalize-space(), "Not counted")]')) == len(narrowing.KINDS)


def test_a_large_result_is_counted_from_tallies_alone(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    before = facet(reader.page("/en/search"), "Province")
    monkeypatch.setattr(narrowing, "COUNTED", 10)
    page = reader.page("/en/search")
    assert facet(page, "Province") == before
    assert facet(page, "Section") == {}
    # What no tally holds: sections and partners; with words, none of the six.
    assert len(page.xpath('//aside/p[starts-with(normalize-space(), "Not counted")]')) == 2
    page = reader.page("/en/search?q=xa")
    assert len(page.xpath('//aside/p[starts-with(normalize-space(), "Not counted")]')) == 6


def test_the_json_goes_on_page_by_page_and_names_the_command_for_all(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = reader.get("/search.json?q=xa").json()
    monkeypatch.setattr(search, "ROWS", 10)
    seen = []
    for page in range(1, everything["total"] // 10 + 2):
        told = reader.get(f"/search.json?q=xa&page={page}").json()
        assert told["pages"] == everything["total"] // 10 + 1
        seen += told["rows"]
    assert seen == everything["rows"]
    assert told["everything"] == "tintinh export xa"
    assert told["cite"] == everything["cite"]


def test_the_command_for_all_asks_the_same(reader: Reader, tmp_path: Path) -> None:
    for address in (
        "/search.json?q=%22xa+phu%22+OR+ch%C3%A8&province=S%C6%A1n+La&map=34&since=2024-01-01&stories=1",
        "/search.json?q=-xa&theme=border&probability=0.1",
        "/search.json?theme=border&theme=training&hand=1&section=kinh+te&source=bao_ha_giang",
    ):
        told = reader.get(address).json()
        _, *arguments = shlex.split(told["everything"])
        done = tintinh(arguments[0], "--corpus", reader.site.corpus, *arguments[1:], home=tmp_path)
        assert done.code == 0, done.err
        assert {row["id"] for row in done.rows()} == {row["id"] for row in told["rows"]}
