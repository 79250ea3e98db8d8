"""``tintinh sources new`` and ``check`` against the loopback newspaper: a site nobody has declared becomes a source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from corpus.store import Corpus
from crawler.source import read_source
from tests.command import ROOT, Done, tintinh
from tests.loopback_client import Client
from tintinh.cli import tintinh as command
from tintinh.commands import sources
from tintinh.loopback import LoopbackNewspaper, expected
from tintinh.loopback.outlets import OUTLETS


@pytest.fixture(scope="module")
def paper() -> Iterator[LoopbackNewspaper]:
    with LoopbackNewspaper() as paper:
        yield paper


def here(paper: LoopbackNewspaper, source: str) -> list[str]:
    """The options of a rehearsal of one outlet."""
    return ["--delay", "0", *(f"--connect-to={host}={paper.url}" for host in OUTLETS[source].hosts)]


def proposed(paper: LoopbackNewspaper, source: str, home: Path) -> Done:
    """``sources new`` for an outlet, into a folder of sources that knows none."""
    url = OUTLETS[source].url("/")
    return tintinh(
        "sources", "new", url, "--id", source, "--write", "--sources", home / "sources", *here(paper, source), home=home
    )


def crawled(paper: LoopbackNewspaper, source: str, home: Path) -> None:
    """One night of the proposed source, as Scrapy runs it."""
    settings = {
        "SOURCES_DIR": home / "sources",
        "ARCHIVE_DIR": home / "archive",
        "CORPUS_PATH": home / "corpus.sqlite",
        "CONNECT_TO": json.dumps(dict.fromkeys(OUTLETS[source].hosts, paper.url)),
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "LOG_LEVEL": "WARNING",
    }
    given = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", source, *given],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != "TINTINH_CONTACT"},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("source", OUTLETS)
def test_a_site_nobody_declared_becomes_a_source_that_reads_its_articles(
    source: str, paper: LoopbackNewspaper, tmp_path: Path
) -> None:
    done = proposed(paper, source, tmp_path)
    assert done.code == 0, done.err
    path = tmp_path / "sources" / f"{source}.toml"
    made = read_source(path)
    assert made.verified == "saved page", "a mirror on this machine is not live"
    assert "never tried live" in made.facts
    truths = {truth.url: truth for truth in expected(source)}
    assert all(map(made.is_article, truths))
    assert not any(made.is_article(OUTLETS[source].url(section.path)) for section in OUTLETS[source].sections)
    if made.platform is not None:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 20
    assert "git ignores" in done.err
    cases = list((tmp_path / "data" / "var" / "cases" / source).glob("*/expected.json"))
    assert len(cases) >= 5

    crawled(paper, source, tmp_path)
    with Corpus.open(tmp_path / "corpus.sqlite", read_only=True) as corpus:
        stored = [one.article for one in corpus.articles() if one.article.url in truths]
    by_rules = [article for article in stored if article.extractor == "rules"]
    assert len(by_rules) >= 5
    for article in by_rules:
        truth = truths[article.url]
        assert (article.title, article.lead) == (truth.title, truth.lead)
        assert tuple(article.body) == truth.body
        assert tuple(article.captions) == truth.captions
        assert article.authors == truth.authors
        assert article.published_at == (truth.published_at or truth.story.published_at)
        assert (article.section, article.tags, article.place) == (truth.section, truth.tags, truth.place)
        assert article.province == truth.province
    # Nothing else is taken for an article, and hardly any is missed.
    assert len(stored) >= 0.8 * len(truths)


def test_a_source_that_fits_is_said_to_fit_and_a_broken_one_not(paper: LoopbackNewspaper, tmp_path: Path) -> None:
    done = proposed(paper, "ptth_ha_giang", tmp_path)
    assert done.code == 0, done.err
    folder = tmp_path / "sources"
    look = ["sources", "check", "ptth_ha_giang", "--json", "--sources", folder, *here(paper, "ptth_ha_giang")]
    fits = tintinh(*look, home=tmp_path)
    assert fits.code == 0, fits.err
    (row,) = fits.rows()
    assert row["verdict"] == "fits"
    assert row["read"] == row["dated"] == 8
    assert row["generic"] == 0
    assert all(row["lists"].values())
    assert row["selectors"]['body = "div.content-detail"'] == "8 of 8"

    # The site changed its look: the body has another name, no layout fits.
    path = folder / "ptth_ha_giang.toml"
    changed = path.read_text(encoding="utf-8").replace('platform = "slug_hex"\n', "")
    changed = changed.replace("[discover]", "[discover]\narticle = '/\\d{6}/'")
    changed += '\n[[layout]]\nbody = "div.of-yesterday"\n'
    path.write_text(changed, encoding="utf-8")
    broken = tintinh(*look, home=tmp_path)
    assert broken.code == 2
    assert "the selectors did not fit 8 of 8" in broken.err

    # The title is where it was, the date is not.
    path.write_text(changed.replace("div.of-yesterday", "div.content-detail") + 'date = "p.gone"\n', encoding="utf-8")
    undated = tintinh(*look, home=tmp_path)
    assert undated.code == 2
    assert 'date = "p.gone" selects nothing on 8 articles' in undated.err

    # The addresses changed.
    path.write_text(changed.replace(r"/\d{6}/", r"-d\d+\.html$"), encoding="utf-8")
    unlisted = tintinh(*look, home=tmp_path)
    assert unlisted.code == 2
    assert "found no article address" in unlisted.err
    assert "shows no article" in unlisted.err


def test_saved_pages_serve_as_well(paper: LoopbackNewspaper, tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    client = Client(paper.port)
    urls = [OUTLETS["bao_ha_giang"].url("/kinh-te/"), *(truth.url for truth in expected("bao_ha_giang")[:6])]
    with closing(client.connection):
        bodies = [client.get(url).body for url in urls]
    for number, (url, body) in enumerate(zip(urls, bodies, strict=True)):
        case = folder / str(number)
        case.mkdir(parents=True)
        (case / "page.html").write_bytes(body)
        (case / "page.json").write_text(json.dumps({"url": url}), encoding="utf-8")
    arguments = ["sources", "new", "https://baohagiang.vn/", "--saved", folder, "--sources", tmp_path / "sources"]
    shown = tintinh(*arguments, home=tmp_path)
    assert shown.code == 0, shown.err
    assert 'platform = "slug_hex"' in shown.out
    assert "saved articles on" in shown.out
    assert expected("bao_ha_giang")[0].title in shown.out
    assert "nothing was written; --write writes" in shown.err
    assert not (tmp_path / "sources").exists()
    written = tintinh(*arguments, "--write", home=tmp_path)
    assert written.code == 0, written.err
    assert read_source(tmp_path / "sources" / "bao_ha_giang.toml").discover.sections == (
        "https://baohagiang.vn/kinh-te/",
    )
    again = tintinh(*arguments, "--write", home=tmp_path)
    assert again.code == 1
    assert "declares https://baohagiang.vn/ already" in again.err


def test_at_a_terminal_it_asks_and_no_is_no(
    paper: LoopbackNewspaper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(paper.port)
    with closing(client.connection):
        for number, truth in enumerate(expected("ttxvn_dan_toc")[:5]):
            (tmp_path / f"{number}.html").write_bytes(client.get(truth.url).body)  # it says its address itself
        (tmp_path / "list.html").write_bytes(client.get(OUTLETS["ttxvn_dan_toc"].url("/thoi-su/")).body)
    about = {"url": OUTLETS["ttxvn_dan_toc"].url("/thoi-su/")}
    (tmp_path / "list.json").write_text(json.dumps(about), encoding="utf-8")
    monkeypatch.setattr(sources, "_at_a_terminal", lambda: True)
    monkeypatch.setenv("TINTINH_HOME", str(tmp_path / "home"))
    path = tmp_path / "sources" / "dan_toc.toml"
    given = ["sources", "new", OUTLETS["ttxvn_dan_toc"].url("/"), "--id", "dan_toc", "--saved", str(tmp_path)]
    given += ["--sources", str(path.parent)]
    no = CliRunner().invoke(command, given, input="n\n")
    assert no.exit_code == 0, no.output
    assert f"Write {path}?" in no.output
    assert "nothing was written" in no.output
    assert not path.exists()
    yes = CliRunner().invoke(command, given, input="y\n")
    assert yes.exit_code == 0, yes.output
    assert read_source(path).verified == "saved page", "saved pages are not live, whoever looked at them"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://baohagiang.vn/tim-kiem/", "robots.txt forbids it to us; ask the outlet for leave"),
        ("https://baohagiang.vn/khong-co/", "the server answered 404"),
        ("https://www.baodongthap.com.vn/", "leads to another site (https://baodongthap.vn/"),
        ("javascript:void(0)", "is no address on the web"),
    ],
)
def test_what_cannot_be_proposed_is_one_sentence(url: str, said: str, paper: LoopbackNewspaper, tmp_path: Path) -> None:
    options = [*here(paper, "bao_ha_giang"), f"--connect-to=www.baodongthap.com.vn={paper.url}"]
    done = tintinh("sources", "new", url, "--sources", tmp_path, *options, home=tmp_path)
    assert done.code == 1
    assert said in done.err
    assert not done.out


def test_a_site_on_the_open_net_needs_a_contact(tmp_path: Path) -> None:
    done = tintinh("sources", "new", "https://baohagiang.example/", home=tmp_path)
    assert done.code == 1
    assert "needs a contact" in done.err


def test_the_group_still_lists_and_wants_its_formats_in_their_place(tmp_path: Path) -> None:
    rows = tintinh("sources", "--json", home=tmp_path).rows()
    assert len(rows) >= 90
    misplaced = tintinh("sources", "--json", "check", home=tmp_path)
    assert misplaced.code == 1
    assert "belong behind the name" in misplaced.err
    unknown = tintinh("sources", "check", "bao_la", home=tmp_path)
    assert unknown.code == 1
    assert "is no source" in unknown.err
