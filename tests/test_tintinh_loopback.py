"""The loopback newspaper's pages against the sources that read them, and its oddities."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
import urllib.robotparser
from collections.abc import Iterator
from datetime import date
from urllib.parse import urljoin

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from crawler.source import Layout, Source, load_sources
from tests.loopback_client import TODAY, Client, printed, words
from tintinh.loopback import Expected, LoopbackNewspaper, expected, read_stories
from tintinh.loopback.oddities import ODDITIES, odd_encodings, windows_1258
from tintinh.loopback.outlets import NEW_LOOK_SINCE, OUTLETS

SOURCES = load_sources()
CASES = [pytest.param(item, id=item.story.id) for source in OUTLETS for item in expected(source)]


@pytest.fixture(scope="module")
def paper() -> Iterator[LoopbackNewspaper]:
    with LoopbackNewspaper(today=TODAY) as paper:
        yield paper


@pytest.fixture(scope="module")
def client(paper: LoopbackNewspaper) -> Iterator[Client]:
    client = Client(paper.port)
    yield client
    client.connection.close()


def layout_of(item: Expected) -> Layout:
    return SOURCES[item.story.source].layouts_on(item.story.published_at.date())[0]


# Pages and the sources that read them


def test_every_host_of_a_source_is_served_and_no_other(paper: LoopbackNewspaper) -> None:
    assert set(paper.hosts) == {host for outlet in OUTLETS for host in SOURCES[outlet].hosts}
    assert paper.connect_to["baohagiang.vn"] == f"http://127.0.0.1:{paper.port}"


@pytest.mark.parametrize("item", CASES)
def test_a_story_is_printed_as_its_source_says(item: Expected, client: Client) -> None:
    source, layout = SOURCES[item.story.source], layout_of(item)
    assert source.is_article(item.url)
    page = client.soup(item.url)
    everything = printed(page)
    for text in item.story.texts:
        assert words(text) in everything

    assert layout.title
    assert printed(page.select_one(layout.title)) == item.title
    assert (printed(page.select_one(layout.lead)) if layout.lead and item.lead else None) == item.lead
    if layout.date:
        assert item.published_at is not None
        assert f"{item.published_at:%d/%m/%Y}" in printed(page.select_one(layout.date))
    if layout.section:
        assert printed(page.select_one(layout.section)) == item.section
    if layout.tags:
        assert tuple(printed(tag) for tag in page.select(layout.tags)) == item.tags
    if layout.place and item.place:
        assert printed(page.select_one(layout.place)) == item.place
    if layout.byline and item.story.byline:
        assert printed(page.select_one(layout.byline)) == item.story.byline
    if layout.caption:
        captions = [printed(tag) for tag in page.select(layout.caption)]
        endings = [f" (Ảnh: {credit})" if credit else "" for credit in item.credits]
        assert captions == [text + ending for text, ending in zip(item.captions, endings, strict=True)]

    body = page.select_one(layout.body)
    assert body is not None
    for selector in layout.drop:
        for dropped in body.select(selector):
            dropped.decompose()
    running = printed(body)
    position = 0
    for text in item.body:
        position = running.index(words(text), position) + 1
    for other in expected(item.story.source):
        if other.story.id != item.story.id and other.title != item.title:
            assert other.title not in running


def walk(source: Source, client: Client) -> tuple[set[str], list[str]]:
    """What a crawl of the listings, feeds and sitemaps finds, and the listing pages it read."""
    found: list[str] = []
    read: list[str] = []
    for section in source.discover.sections:
        url: str | None = section
        for _ in range(source.discover.max_pages):
            if url is None:
                break
            page = client.soup(url)
            read.append(url)
            found += [urljoin(url, str(a["href"])) for a in page.select(source.discover.links)]
            following = page.select_one(source.discover.next) if source.discover.next else None
            url = urljoin(url, str(following["href"])) if following else None
        assert url is None, f"{section} has more than {source.discover.max_pages} pages"
    for feed in source.discover.feeds:
        channel = BeautifulSoup(client.get(feed).body, "xml")
        found += [printed(link) for link in channel.select("item > link")]
    for sitemap in source.discover.sitemaps:
        for part in BeautifulSoup(client.get(sitemap).body, "xml").select("sitemap > loc"):
            urls = BeautifulSoup(gzip.decompress(client.get(printed(part)).body), "xml")
            found += [printed(url) for url in urls.select("url > loc")]
    return {url for url in found if source.is_article(url)}, read


@pytest.mark.parametrize("source", OUTLETS)
def test_every_story_and_every_odd_address_is_found_and_nothing_else(source: str, client: Client) -> None:
    found, read = walk(SOURCES[source], client)
    stories = {item.url for item in expected(source)}
    assert found == stories | {oddity.url for oddity in ODDITIES if oddity.source == source}
    assert len(read) > len(SOURCES[source].discover.sections), "no listing has a second page"


@pytest.mark.parametrize("source", OUTLETS)
def test_listings_are_newest_first_and_bounded(source: str, client: Client) -> None:
    outlet = OUTLETS[source]
    told = {item.url: item.story.published_at for item in expected(source)}
    for section in outlet.sections:
        times, number = [], 1
        while (got := client.get(outlet.url(outlet.listing_path(section, number)))).status == 200:
            links = [
                urljoin(outlet.url(section.path), str(a["href"]))
                for a in BeautifulSoup(got.body, "lxml").select(SOURCES[source].discover.links)
                if not a.find_parent("ul", class_="tin-khac")
            ]
            page = [told[url] for url in dict.fromkeys(links) if url in told]
            assert len(page) <= outlet.page_size
            times += page
            number += 1
        assert times == sorted(times, reverse=True)


DATES = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d\d-\d\d|\d{1,2}:\d{2}|/20\d{2}/?\d\d/|[Nn]gày \d|datePub")


def test_the_agency_prints_no_date_anywhere(client: Client) -> None:
    items = expected("ttxvn_dan_toc")
    told = sorted({words(text) for item in items for text in item.story.texts}, key=len, reverse=True)
    for item in items:
        got = client.get(item.url)
        assert "last-modified" not in got.headers
        assert (item.published_at, item.precision) == (None, None)
        page = BeautifulSoup(got.body, "lxml")
        # The stories themselves may name days, and so may a summary cut from them; the rest of the page may not.
        for summary in page.select(".story__summary, meta[content]"):
            summary.decompose()
        rest = words(str(page))
        for text in told:
            rest = rest.replace(text, "")
        assert DATES.search(rest) is None, item.url


def test_the_agency_has_structured_data_without_a_date(client: Client) -> None:
    for item in expected("ttxvn_dan_toc"):
        script = client.soup(item.url).select_one("script[type='application/ld+json']")
        assert script is not None
        told = json.loads(script.get_text())
        assert (told["headline"], told["author"]["name"]) == (item.title, item.story.byline)
        assert not [key for key in told if "date" in key.lower()]


def test_the_clock_in_the_header_shows_today_and_is_no_date_of_the_article(client: Client) -> None:
    item = expected("bao_ha_giang")[0]
    page = client.soup(item.url)
    assert printed(page.select_one("#datenow")) == "Chủ nhật, 22/11/2026"
    assert printed(page.select_one("div.date")) == f"{item.published_at:%H:%M, %d/%m/%Y}"


@pytest.mark.parametrize("source", ["bao_ha_giang", "bao_dong_thap", "ptth_ha_giang", "thua_thien_hue_portal"])
def test_a_related_box_shows_dates_later_than_the_article(source: str, client: Client) -> None:
    item = expected(source)[0]
    assert item.published_at is not None
    shown = [
        date(int(y), int(m), int(d)) for d, m, y in re.findall(r"(\d\d)/(\d\d)/(\d{4})", printed(client.soup(item.url)))
    ]
    assert sum(item.published_at.date() < day < TODAY for day in shown) >= 2


@pytest.mark.parametrize("source", ["bao_ha_giang", "ptth_ha_giang"])
def test_captions_are_printed_twice(source: str, client: Client) -> None:
    item = next(item for item in expected(source) if item.captions)
    body = client.soup(item.url).select_one(layout_of(item).body)
    for caption in item.captions:
        assert printed(body).count(caption) == 2


def test_dong_thap_has_two_looks(client: Client) -> None:
    items = expected("bao_dong_thap")
    old = [item for item in items if item.story.published_at.date() < NEW_LOOK_SINCE]
    new = [item for item in items if item not in old]
    assert all(re.search(r"/\d{6}/[a-z0-9-]+-\d{7}/$", item.url) for item in old)
    assert all(re.search(r"-a\d+\.html$", item.url) for item in new)
    page = client.soup(old[0].url)
    assert printed(page.select_one("div.ngay-capnhat")) == f"Cập nhật ngày: {old[0].published_at:%d/%m/%Y %H:%M:%S}"
    assert printed(page.select_one("div.audio")).endswith(".mp3")
    assert printed(client.soup(new[0].url).select_one("span.post-date")) == f"{new[0].published_at:%d/%m/%Y - %H:%M}"
    assert {item.section for item in old} == {None}


def test_the_wire_story_and_the_correction_are_there() -> None:
    stories = {story.id: story for story in read_stories()}
    wires = [story for story in stories.values() if story.wire]
    assert {stories[story.wire].source for story in wires if story.wire} == {"ttxvn_dan_toc"}
    assert len({story.source for story in wires} | {"ttxvn_dan_toc"}) == 3
    (corrected,) = [story for story in stories.values() if story.corrects]
    assert corrected.corrects
    assert corrected.published_at > stories[corrected.corrects].published_at
    assert len(stories) >= 80


# Oddities


def test_odd_addresses_behave_oddly(client: Client) -> None:
    kinds = {oddity.kind: oddity for oddity in ODDITIES}
    assert set(kinds) == {"missing", "moved", "notice", "forbidden"}
    assert all(SOURCES[oddity.source].is_article(oddity.url) for oddity in ODDITIES)
    assert client.get(kinds["missing"].url).status == 404
    moved = client.get(kinds["moved"].url)
    assert (moved.status, moved.headers["location"]) == (301, expected("bao_dong_thap")[0].url)
    notice = client.soup(kinds["notice"].url)
    assert all(dated.find_parent(class_="box-related") for dated in notice.select("span.date"))
    assert kinds["notice"].text in printed(notice)
    assert client.get(kinds["forbidden"].url).status == 200  # for those who ask in spite of robots.txt


@pytest.mark.parametrize("source", OUTLETS)
def test_robots_allow_the_stories_and_disallow_the_search(source: str, client: Client) -> None:
    outlet = OUTLETS[source]
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(client.get(outlet.url("/robots.txt")).body.decode().splitlines())
    assert all(robots.can_fetch("tintinh", item.url) for item in expected(source))
    assert not robots.can_fetch("tintinh", outlet.url("/tim-kiem/?q=lua"))
    for oddity in ODDITIES:
        if oddity.source == source and oddity.kind != "moved":
            assert robots.can_fetch("tintinh", oddity.url) == (oddity.kind != "forbidden")
    assert robots.site_maps() == ([outlet.url(outlet.sitemap)] if outlet.sitemap else None)


@pytest.mark.parametrize(
    ("alias", "host"),
    [("dantocmiennui.vn", "dantocmiennui.baotintuc.vn"), ("www.baodongthap.com.vn", "baodongthap.vn")],
)
def test_an_alias_leads_to_the_present_host(alias: str, host: str, client: Client) -> None:
    got = client.get(f"https://{alias}/kinh-te/?page=2")
    assert (got.status, got.headers["location"]) == (301, f"https://{host}/kinh-te/?page=2")
    assert client.get(f"https://{alias}/robots.txt").status == 200


def test_one_page_is_windows_1258_and_one_is_decomposed(client: Client) -> None:
    odd = odd_encodings(read_stories())
    assert sorted(odd.values()) == ["decomposed", "windows-1258"]
    for source in ("thua_thien_hue_portal", "ptth_ha_giang"):
        for item in expected(source):
            got = client.get(item.url)
            match odd.get(item.story.id):
                case "windows-1258":
                    assert got.headers["content-type"] == "text/html"
                    assert b"charset=windows-1258" in got.body
                    text = got.body.decode("cp1258")
                case "decomposed":
                    text = got.body.decode()
                    assert unicodedata.is_normalized("NFD", text)
                case _:
                    text = got.body.decode()
                    assert unicodedata.is_normalized("NFC", text)
            assert item.title in words(text)


VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ"


@given(st.text(alphabet=VIETNAMESE + VIETNAMESE.upper() + " .,0123456789–“”…"))
def test_windows_1258_loses_nothing(text: str) -> None:
    assert unicodedata.normalize("NFC", windows_1258(text).decode("cp1258")) == text


def test_what_windows_1258_lacks_becomes_a_reference() -> None:
    assert windows_1258("lúa → gạo").decode("cp1258").endswith("&#8594; gạo".replace("ạ", "a\u0323"))
