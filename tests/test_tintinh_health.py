"""One outlet of five is broken one night: it is found out that night, by name, and the others are unharmed."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from corpus.records import VIETNAM
from corpus.store import Corpus
from crawler.source import load_sources
from tests.command import Done, tintinh
from tests.made_nights import live_through, write_stories
from tintinh.loopback import LoopbackNewspaper
from tintinh.loopback.outlets import OUTLETS

BROKEN = "bao_dong_thap"
TONIGHT = 12
NIGHTS = 14


class Past(NamedTuple):
    """Three good weeks of five outlets, and the stories that are new tonight."""

    corpus: Path
    stories: Path


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    folder = tmp_path_factory.mktemp("past")
    now = datetime.now(UTC)
    with Corpus.open(folder / "corpus.sqlite") as corpus:
        live_through(corpus, folder / "told", now, nights=NIGHTS)
    return Past(folder / "corpus.sqlite", write_stories(folder / "tonight", 9000, TONIGHT, now))


def night(
    past: Past, home: Path, breakage: Any = None, connections: Mapping[str, str] = MappingProxyType({})
) -> tuple[Done, dict[str, dict[str, Any]]]:
    """A real crawl of tonight's five outlets, one of them broken; what it said, and the health of each after it."""
    shutil.copy(past.corpus, home / "corpus.sqlite")
    breakages = {BROKEN: breakage} if breakage else {}
    with LoopbackNewspaper(past.stories, breakages=breakages) as paper:
        there = paper.connect_to | {host: target.format(port=paper.port) for host, target in connections.items()}
        mapped = [part for host, target in there.items() for part in ("--connect-to", f"{host}={target}")]
        where = ("--corpus", home / "corpus.sqlite")
        command = ("crawl", *OUTLETS, *mapped, "--delay", "0", "--archive", home / "archive", *where)
        crawled = tintinh(*command, home=home, scrapy_traces=bool(connections))
    health = tintinh("health", "--json", *where, home=home)
    assert health.code == (2 if any(row["severity"] == "broken" for row in health.rows()) else 0)
    return crawled, {row["source"]: row for row in health.rows()}


def test_a_good_night_after_good_nights_has_no_finding(past: Past, tmp_path: Path) -> None:
    crawled, health = night(past, tmp_path)
    assert {name: row["kinds"] for name, row in health.items()} == {name: [] for name in OUTLETS}
    assert crawled.code == 0, crawled.err
    assert {row["stories"] for row in health.values()} == {TONIGHT}


CASES = {
    # breakage: the finding's kind, how many of the night's new articles show it, and the selector that finds nothing
    "body_renamed": ("layout_broken", 0, "body #contentNews .singular-content"),
    "date_gone": ("date_lost", 0, "date span.post-date"),
    "captions_as_paragraphs": ("captions_in_body", 0, "caption figcaption"),
    "related_in_body": ("related_in_body", TONIGHT, None),
    "clock_for_date": ("clock_for_date", TONIGHT, None),
}


def the_finding(home: Path, kind: str, crawled: Done, health: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The broken outlet's only finding, which is of ``kind``, while the others have none."""
    assert {name: row["kinds"] for name, row in health.items()} == {
        name: [kind] if name == BROKEN else [] for name in OUTLETS
    }, crawled.err
    assert {row["stories"] for name, row in health.items() if name != BROKEN} == {TONIGHT}
    assert crawled.code == 2
    assert f"broken: {BROKEN}: " in crawled.err
    told = tintinh("health", BROKEN, "--json", "--corpus", home / "corpus.sqlite", home=home)
    assert told.code == 2
    (finding,) = told.rows()
    assert (finding["kind"], finding["severity"]) == (kind, "broken")
    yesterday = datetime.now(VIETNAM) - timedelta(days=1)
    last_good = datetime.fromisoformat(finding["evidence"]["last_good_night"])
    assert abs(last_good - yesterday) < timedelta(hours=1)
    return finding


@pytest.mark.parametrize("breakage", CASES)
def test_a_broken_page_is_found_the_same_night_and_named(past: Past, tmp_path: Path, breakage: str) -> None:
    kind, hits, selector = CASES[breakage]
    finding = the_finding(tmp_path, kind, *night(past, tmp_path, breakage))
    evidence = finding["evidence"]
    assert evidence["now"] == {"hits": hits, "n": TONIGHT}
    assert evidence["usual"]["low"] <= evidence["usual"]["value"] <= evidence["usual"]["high"]
    assert evidence["usual"]["nights"] == NIGHTS
    assert evidence["chance"] < 1e-4
    assert len(evidence["pages"]) == 2
    for page in evidence["pages"]:
        assert page["url"].startswith("https://baodongthap.vn/")
        assert (tmp_path / "archive" / page["file"]).is_file()
        if selector is not None:
            assert [css for css, found in page["found"].items() if not found] == [selector]
    for_people = tintinh("health", BROKEN, "--corpus", tmp_path / "corpus.sqlite", home=tmp_path)
    assert f"✗ broken {kind}" in for_people.out
    assert f"more: tintinh show {evidence['pages'][0]['url']}" in for_people.out
    if selector is not None:
        assert f"✗ {selector}: 0 found" in for_people.out


def test_empty_listings_are_found_the_same_night(past: Past, tmp_path: Path) -> None:
    finding = the_finding(tmp_path, "listing_empty", *night(past, tmp_path, "listings_empty"))
    discover = load_sources()[BROKEN].discover
    assert finding["evidence"]["now"] == {"hits": 0, "n": len(discover.feeds) + len(discover.sections)}
    assert finding["evidence"]["selectors"]["links"] == discover.links
    assert finding["evidence"]["usual"]["links"][discover.sections[0]] == 2


def test_an_outlet_that_answers_403_is_blocked(past: Past, tmp_path: Path) -> None:
    finding = the_finding(tmp_path, "blocked", *night(past, tmp_path, "forbidden"))
    assert finding["evidence"]["now"]["hits"] == finding["evidence"]["now"]["n"] > 0
    assert "http_403" in finding["sentence"]


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("https://127.0.0.1:{port}", "tls"),  # the port speaks no TLS
        ("http://127.0.0.1:{closed}", "unreachable"),
    ],
)
def test_an_outlet_that_cannot_be_reached_is_named_so(past: Past, tmp_path: Path, target: str, kind: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but nobody listens: a connection is refused
        closed = str(unused.getsockname()[1])
        broken = {host: target.replace("{closed}", closed) for host in OUTLETS[BROKEN].hosts}
        finding = the_finding(tmp_path, kind, *night(past, tmp_path, None, broken))
    assert finding["evidence"]["unread"]


def test_without_a_corpus_or_a_night_health_says_so(tmp_path: Path) -> None:
    missing = tintinh("health", "--corpus", tmp_path / "none.sqlite", home=tmp_path)
    assert (missing.code, "there is no such corpus" in missing.err) == (1, True)
    Corpus.open(tmp_path / "corpus.sqlite").close()
    empty = tintinh("health", "--corpus", tmp_path / "corpus.sqlite", home=tmp_path)
    assert (empty.code, "no night is in the corpus yet" in empty.err) == (0, True)
    unknown = tintinh("health", "bao_x", "--corpus", tmp_path / "corpus.sqlite", home=tmp_path)
    assert (unknown.code, "bao_x: no night of it" in unknown.err) == (1, True)


def test_health_of_many_sources_is_one_screen(past: Past, tmp_path: Path) -> None:
    shown = tintinh("health", "--corpus", past.corpus, home=tmp_path)
    assert shown.code == 0, shown.err
    lines = shown.out.splitlines()
    assert len(lines) == 1 + len(OUTLETS)
    assert all("█" in line for line in lines[1:])
    assert "0 of 5 sources broken" in shown.err
