"""The explorer in a browser, as a reader uses it: pointer, keyboard, both languages, both schemes, a telephone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus import Corpus, Query
from crawler.archive import ArchiveWriter
from tests.browsed import SCHEMES, WIDTHS, Window, browser, faults, served, window
from tests.made_articles import page_of
from tintinh.commands.opinions import annotate, tagger_at
from tintinh.sample.build import sample_articles

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EVERY = 5
"""Of the sample: some 280 stories of three years, enough for a trend, a map and a network."""


@dataclass
class Open:
    """An explorer that answers, and the number of an article with evidence."""

    base: str
    border: int


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def explorer(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    folder = tmp_path_factory.mktemp("browsed")
    path, archive = folder / "corpus.sqlite", folder / "archive"
    with Corpus.open(path) as corpus, ArchiveWriter(archive) as writer:
        for article in islice(sample_articles(), 0, None, EVERY):
            page = page_of(article)
            corpus.keep(article, page=page, place=writer.write(page))
        annotate(corpus, tagger_at(None))
        border = corpus.search(Query(themes=("border",), limit=1)).hits[0].id
    with served(path, archive) as base:
        yield Open(base, border)


@pytest.fixture
def reader(chromium: Browser, explorer: Open) -> Iterator[Window]:
    """A reader at a desk; whatever went wrong on the way fails the test."""
    with window(chromium, explorer.base) as opened:
        yield opened
        assert opened.wrong == []
        assert opened.elsewhere(explorer.base.removeprefix("http://")) == []


def test_a_reader_searches_narrows_opens_and_sees_the_evidence(reader: Window) -> None:
    page = reader.page
    reader.go("/")
    page.get_by_role("navigation", name="Các trang").get_by_role("link", name="Tìm").click()
    page.get_by_label("Từ").first.fill("bien gioi")
    page.get_by_role("button", name="Tìm").click()
    page.wait_for_url("**/search?q=bien+gioi")
    marked = {text.lower() for text in page.locator(".snippet mark").all_inner_texts()}
    assert marked & {"biên giới", "biên", "giới"}, "words typed without tones mark the words with their tones"
    count = page.locator(".found aside .facet li").first
    promised = int(re.sub(r"\D", "", count.locator(".n").inner_text()))
    count.get_by_role("link").click()
    page.wait_for_url("**/search?*theme=*")
    assert page.locator('[role="status"]').inner_text().startswith(f"{promised} ")
    page.locator(".hits h3 a").first.click()
    page.wait_for_url(re.compile(r"/article/\d+"))
    page.locator(".themes a").first.click()
    page.wait_for_url("**theme=**")
    assert page.locator("mark.evidence").first.is_visible()
    title = page.locator("h1").inner_text()
    page.get_by_role("link", name="English").click()
    page.wait_for_url("**/en/article/**")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").inner_text() == title
    assert page.locator("mark.evidence").first.is_visible(), "the language is switched, not the question"


def test_a_trend_is_brushed_with_the_mouse_and_leads_to_its_news(reader: Window) -> None:
    page = reader.page
    reader.go("/en/trends?theme=border&by=quarter")
    figure = page.locator("svg[data-starts]:visible").first
    starts = (figure.get_attribute("data-starts") or "").split()
    assert len(starts) > 6
    box, ratio = figure.bounding_box(), float((figure.get_attribute("viewBox") or "").split()[2])
    assert box is not None
    left, width = (float(figure.get_attribute(name) or "") for name in ("data-left", "data-width"))

    def middle(period: int) -> float:
        return box["x"] + (left + width * (period + 0.5) / len(starts)) * box["width"] / ratio

    height = box["y"] + box["height"] / 2
    page.mouse.move(middle(2), height)
    page.mouse.down()
    page.mouse.move(middle(3), height)
    page.mouse.move(middle(4), height)
    page.mouse.up()
    form = page.locator("form[data-brush]")
    since, until = (form.locator(f'[name="{name}"]').input_value() for name in ("since", "until"))
    assert (since, starts[4] < until < starts[5]) == (starts[2], True)
    assert page.locator("rect.brushed").first.bounding_box()["width"] > 0  # type: ignore[index]
    form.get_by_role("button").click()
    page.wait_for_url(f"**/en/search?*since={since}*")
    assert "theme=border" in page.url
    assert f"until={until}" in page.url


def test_a_trend_is_brushed_with_the_keyboard(reader: Window) -> None:
    page = reader.page
    reader.go("/en/trends?theme=border&by=quarter")
    starts = (page.locator("svg[data-starts]").first.get_attribute("data-starts") or "").split()
    form = page.locator("form[data-brush]")
    form.locator('[name="since"]').focus()
    # A date is typed in the browser's own order of its parts: English (United States).
    for day, following in ((starts[2], "[name=until]"), (starts[5], "button")):
        year, month, date = day.split("-")
        page.keyboard.type(f"{month}{date}{year}")
        for _ in range(4):  # the parts of a date and its calendar are stops of their own
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", following):
                break
    assert form.locator('[name="since"]').input_value() == starts[2]
    assert form.locator('[name="until"]').input_value() == starts[5]
    assert page.locator("rect.brushed:visible").count() > 0
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/en/search?*since={starts[2]}*until={starts[5]}*")


def test_without_scripts_a_stretch_of_a_trend_is_still_asked_for(chromium: Browser, explorer: Open) -> None:
    with window(chromium, explorer.base, java_script_enabled=False) as reader:
        reader.go("/en/trends?theme=border&by=year")
        form = reader.page.locator("form[data-brush]")
        form.locator('[name="since"]').fill("2024-01-01")
        form.get_by_role("button").click()
        reader.page.wait_for_url("**/en/search?*since=2024-01-01*")


def test_what_is_shown_is_downloaded_as_csv(reader: Window, tmp_path: Path) -> None:
    page = reader.page
    reader.go("/en/search?q=du+lich&theme=tourism_promotion")
    total = int(re.match(r"[\d,]+", page.locator('[role="status"]').inner_text())[0].replace(",", ""))  # type: ignore[index]
    titles = page.locator(".hits h3").all_inner_texts()
    with page.expect_download() as coming:
        page.locator(".download").get_by_role("link", name="CSV").click()
    saved = tmp_path / coming.value.suggested_filename
    coming.value.save_as(saved)
    assert saved.name == "tintinh-search.csv"
    lines = saved.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    assert "sha256" in lines[0]
    assert "/en/search" in lines[1]
    rows = list(csv.DictReader(lines[2:]))
    assert len(rows) == total
    assert [row["title"] for row in rows[: len(titles)]] == titles


def test_the_keyboard_alone_finds_and_opens_an_article(reader: Window) -> None:
    page = reader.page
    reader.go("/en/search")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0, "the link is seen once it has the focus"  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "q"
    assert _unseen_focus(reader) == ""
    page.keyboard.type("du lich")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search?q=du+lich")
    for _ in range(60):
        page.keyboard.press("Tab")
        assert _unseen_focus(reader) == ""
        if page.evaluate("document.activeElement.matches('.hits h3 a')"):
            break
    title = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/en/article/\d+"))
    assert page.locator("h1").inner_text() == title


def _unseen_focus(reader: Window) -> str:
    """The element with the focus, where it does not stand in the window or has no outline; else nothing."""
    return str(
        reader.page.evaluate("""() => {
            const one = document.activeElement, box = one.getBoundingClientRect(), style = getComputedStyle(one);
            const there = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0;
            const lined = style.outlineStyle !== "none" || style.boxShadow !== "none";
            return there && lined ? "" : `${one.outerHTML.slice(0, 200)} ${JSON.stringify(box)} ${style.outline}`;
        }""")
    )


VIEWS = {
    "overview": "/",
    "search": "/search",
    "search in English": "/en/search?q=hop+tac",
    "narrowed": "/search?q=hop+tac&theme=border&stories=1&since=2023-01-01",
    "nothing found": "/search?q=khongcogihet",
    "article": "/article/{border}",
    "evidence": "/article/{border}?theme=border&q=hop+tac",
    "archived page": "/page/{border}",
    "trends": "/trends?theme=border&by=quarter&changes=1",
    "trends by province": "/trends?theme=border&by=year&per=province",
    "trends in English": "/en/trends",
    "map": "/map?theme=border",
    "map of 63": "/en/map?map=63",
    "network": "/network?map=34",
    "keywords": "/words?theme=border",
    "concordance": "/en/words?q=hop+tac",
    "no such page": "/nothing",
    "not understood": "/search?theme=nothing",
}


@pytest.mark.parametrize("view", VIEWS)
def test_no_view_has_a_serious_fault_of_access_or_is_wider_than_the_window(
    chromium: Browser, explorer: Open, view: str
) -> None:
    address = VIEWS[view].format(border=explorer.border)
    status = {"no such page": 404, "not understood": 400}.get(view, 200)
    for scheme, width in zip(SCHEMES, WIDTHS[::-1], strict=True):
        # axe-core is put into the page by us, which its policy rightly forbids to others.
        with window(chromium, explorer.base, width, color_scheme=scheme, bypass_csp=True) as reader:
            reader.go(address, status)
            assert reader.overflow() == ""
            reader.page.set_viewport_size({"width": sum(WIDTHS) - width, "height": 900})
            assert reader.overflow() == ""
            assert faults(reader.page) == [], f"{view}, {scheme}"
            assert reader.wrong == []
