"""Texts that mean harm, in a browser: nothing of them runs, nothing is asked of anybody else, no page breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus import Corpus
from tests.browsed import SCHEMES, WIDTHS, Window, browser, faults, served, window
from tests.command import tintinh
from tests.hostile import HARM, SCRIPT, Hostile, hostile_corpus
from tests.made_month import live_a_month

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KINDS = (*HARM, "long")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def hostile(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    return hostile_corpus(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def base(hostile: Hostile) -> Iterator[str]:
    with served(hostile.corpus, hostile.archive) as address:
        yield address


def test_the_guards_of_these_tests_see_harm_where_it_is_done(chromium: Browser, tmp_path: Path) -> None:
    page = tmp_path / "harm.html"
    page.write_text(f"<h1>x</h1>{SCRIPT}<img src='http://127.0.0.1:9/x.png'><p style='width:5000px'>y</p>")
    with window(chromium, width=390) as opened:
        opened.go(page.as_uri())
        opened.page.wait_for_load_state("networkidle")
        assert [line for line in opened.wrong if line.startswith("dialog: ")]
        assert opened.elsewhere("") == ["http://127.0.0.1:9/x.png"]
        assert opened.overflow().startswith("5")
        assert any(fault.startswith(("image-alt", "html-has-lang")) for fault in faults(opened.page))


def _harmless(opened: Window, host: str) -> None:
    """Nothing ran, nothing was asked of others, and the page is as wide as its window."""
    # Everything that a text may have hung to the pointer or the focus is given the chance.
    opened.page.evaluate(
        "() => document.querySelectorAll('main *').forEach("
        "(e) => { e.focus(); e.dispatchEvent(new MouseEvent('mouseover')); })"
    )
    assert opened.wrong == []
    assert opened.elsewhere(host) == []
    assert (
        opened.page.evaluate("""() => [
        ...document.querySelectorAll("main script, main iframe, main style, main link, main meta, main base, main img"),
        ...[...document.querySelectorAll("*")].filter((e) => [...e.attributes].some((a) => /^on|^style$/.test(a.name))),
        ...[...document.links].filter((a) => !/^https?:$/.test(a.protocol)),
    ].map((e) => e.outerHTML.slice(0, 200))""")
        == []
    )
    assert opened.overflow() == ""


@pytest.mark.parametrize("kind", KINDS)
def test_an_article_that_means_harm_is_only_text(chromium: Browser, hostile: Hostile, base: str, kind: str) -> None:
    number = hostile.articles[kind]
    for width, path in ((390, "article"), (1280, "en/article"), (390, "page")):
        with window(chromium, base, width) as opened:
            opened.go(f"/{path}/{number}" + ("?theme=border&q=cho" if path != "page" else ""))
            _harmless(opened, base.removeprefix("http://"))
            if path == "page":
                continue
            heading = opened.page.locator("h1").inner_text()
            assert heading.strip(), "a text is shown, not swallowed"
            assert len(opened.page.title()) < 200


VIEWS = (
    "/", "/search", "/search?q=cho", "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/trends?by=month&per=source",
    "/trends?source=bao_ha_giang", "/map", "/network?about=every", "/words?theme=border", "/words?q=cho",
    "/search?section=%3Cscript%3Ealert(1)%3C/script%3E", "/search?since=%3Cscript%3E",
    "/%3Cscript%3Ealert(1)%3C/script%3E",
)  # fmt: skip


@pytest.mark.parametrize("view", VIEWS)
def test_lists_and_figures_of_harmful_texts_are_only_text(chromium: Browser, base: str, view: str) -> None:
    status = 400 if "since=" in view else 404 if view.startswith("/%3C") else 200
    for width in WIDTHS:
        with window(chromium, base, width) as opened:
            opened.go(view, status)
            _harmless(opened, base.removeprefix("http://"))


@pytest.mark.parametrize("view", ["/search?q=cho", "/", "/words?q=cho"])
def test_harmful_texts_leave_a_page_accessible(chromium: Browser, hostile: Hostile, base: str, view: str) -> None:
    with window(chromium, base, 390, bypass_csp=True) as opened:
        opened.go(view)
        assert faults(opened.page) == []


def test_an_article_of_a_megabyte_is_accessible(chromium: Browser, hostile: Hostile, base: str) -> None:
    with window(chromium, base, bypass_csp=True) as opened:
        opened.go(f"/article/{hostile.articles['long']}?theme=border")
        assert faults(opened.page) == []


def test_no_cell_of_a_download_is_a_formula(chromium: Browser, hostile: Hostile, base: str, tmp_path: Path) -> None:
    csv.field_size_limit(10_000_000)  # a title of the corpus has a megabyte
    with window(chromium, base) as opened:
        for view in (
            "/search",
            f"/article/{hostile.articles['formula']}",
            f"/article/{hostile.articles['formula_at']}",
        ):
            opened.go(view)
            with opened.page.expect_download() as coming:
                opened.page.locator(".download").get_by_role("link", name="CSV").click()
            coming.value.save_as(tmp_path / "rows.csv")
            with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.reader(file))[2:]
            assert len(rows) > 1
            assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize("made", ["hostile", "month"])
def test_the_morning_report_runs_nothing_asks_nobody_and_is_accessible(
    chromium: Browser, tmp_path: Path, made: str
) -> None:
    if made == "hostile":
        corpus = hostile_corpus(tmp_path, [name for name in KINDS if name != "long"]).corpus
    else:
        corpus = tmp_path / "corpus.sqlite"
        with Corpus.open(corpus) as opened_corpus:
            live_a_month(opened_corpus)
    done = tintinh("report", "--corpus", corpus, "--out", tmp_path / "report.html", "--days", "90", home=tmp_path)
    assert done.code == 0, done.err
    for scheme in SCHEMES:
        for width in WIDTHS:
            with window(chromium, width=width, color_scheme=scheme, bypass_csp=width == WIDTHS[0]) as opened:
                opened.go((tmp_path / "report.html").as_uri())
                for language in ("vi", "en"):
                    opened.page.locator(f"label[for=in-{language}]").click()
                    assert opened.overflow() == ""
                    assert opened.wrong == []
                    assert [url for url in opened.asked if not url.startswith(("file:", "data:"))] == []
                    if width == WIDTHS[0]:
                        assert faults(opened.page) == [], f"{scheme}, {language}"


def test_what_is_given_as_json_is_never_read_as_a_page(chromium: Browser, hostile: Hostile, base: str) -> None:
    number = hostile.articles["json"]
    with window(chromium, base) as opened:
        for view in ("/search.json", f"/article/{number}.json", f"/page/{number}.json"):
            answer = opened.page.request.get(view)
            assert answer.status == 200
            assert answer.headers["content-type"].startswith("application/json")
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.json()["rows"]
            opened.go(view)
            assert opened.page.locator("body > pre").count() == 1, "the browser shows it as text"
        # Where no page names an icon, Chromium looks for one of its own accord.
        assert all(line.endswith("404 (Not Found)") for line in opened.wrong)
        assert {url for url in opened.asked if "favicon" in url} <= {f"{base}/favicon.ico"}
        assert opened.elsewhere(base.removeprefix("http://")) == []
