"""The documentation as a site: it builds without a warning, holds every page, and asks no other host for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import corpus

ROOT = Path(__file__).parents[1]
# Tags whose address a browser fetches by itself; `a` is followed by people only.
LOADED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src",
          "link": "href", "embed": "src", "object": "data", "input": "src"}  # fmt: skip


class Loads(HTMLParser):
    """What a browser fetches for a page, and the names that links can point at."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.names: set[str] = set()
        self.links: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if address := given.get(LOADED.get(tag, "")):
            self.addresses.append(address)
        if style := given.get("style"):
            self.addresses += re.findall(r"url\(['\"]?([^)'\"]+)", style)
        self.names.update(filter(None, [given.get("id"), given.get("name")]))
        if tag == "a" and (link := given.get("href")):
            self.links.append(link)


def elsewhere(address: str) -> bool:
    """Whether an address leads away from the site."""
    return bool(re.match(r"(?:[a-z]+:)?//", address, re.IGNORECASE))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_the_site_has_a_page_for_every_page_of_the_documentation(site: Path) -> None:
    built = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    for path in (ROOT / "docs").rglob("*.md"):
        assert path.relative_to(ROOT / "docs").with_suffix(".html").as_posix() in built, path
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"notebooks/{path.stem}.html" in built, path
    assert {"index.html", "CHANGELOG.html", "CONTRIBUTING.html", "models/card.html"} <= built


def test_a_page_loads_nothing_from_another_host(site: Path) -> None:
    loaded = {(page.name, one) for page in site.rglob("*.html") for one in Loads(page).addresses}
    assert len(loaded) > 20
    assert not [(page, one) for page, one in loaded if elsewhere(one)]
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not [one for one in re.findall(r"url\(['\"]?([^)'\"]+)", text) if elsewhere(one)], sheet
        assert "@import" not in text, sheet


def test_links_between_the_pages_arrive(site: Path) -> None:
    """MkDocs looks at what is written as Markdown; the pages that our hook adds and leads are looked at here."""
    read = {page.resolve(): Loads(page) for page in site.rglob("*.html")}
    lost = []
    for page, one in read.items():
        for link in one.links:
            target, _, name = link.partition("#")
            if page.name == "404.html" or elsewhere(link) or link.startswith(("mailto:", "javascript:")):
                continue
            there = (page.parent / target).resolve() if target else page
            if there not in read:
                if not there.is_file() and not (there / "index.html").is_file():
                    lost.append((page.name, link))
            elif name and name not in read[there].names and name != "__codelineno":
                lost.append((page.name, link))
    assert not lost


def test_the_reference_has_every_public_name_of_the_corpus(site: Path) -> None:
    names = set().union(*(Loads(page).names for page in (site / "reference").glob("*.html")))
    missing = [name for name in corpus.__all__ if f"corpus.{name}" not in names]
    assert not missing
    for method in ("search", "trend", "keywords", "concordance", "network", "to_parquet", "articles", "open"):
        assert f"corpus.Corpus.{method}" in names, method
    assert {"nlp.segment.segment", "nlp.model.ThemeModel", "nlp.mentions.mentions", "crawler.source.Source",
            "crawler.extract.extract"} <= names  # fmt: skip
