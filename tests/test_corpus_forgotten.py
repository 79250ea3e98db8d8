"""The memory of what was forgotten, and what is taken out of sentences about nights."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus import erasures, forgotten
from corpus.errors import CorpusError
from corpus.forgotten import Match, Request, domain_of, host_of, spelled
from corpus.records import Rejection
from corpus.redaction import Words
from corpus.store import Corpus
from tests.made_articles import page_of, story

ASKED = Request(datetime(2026, 11, 22, tzinfo=UTC), "lan")


@pytest.mark.parametrize(
    "url", ["http://bao.vn/a?b=1", "https://bao.vn/a?b=1", "https://www.bao.vn/a?b=1", "http://www.bao.vn/a?b=1"]
)
def test_one_story_has_one_spelling_over_http_and_https(url: str) -> None:
    assert spelled(url) == "bao.vn/a?b=1"


def test_a_saved_file_is_spelled_as_it_is_and_has_no_host() -> None:
    assert spelled("urn:sha256:00") == "urn:sha256:00"
    assert host_of("urn:sha256:00") is None
    assert host_of("http://[/x") is None


@pytest.mark.parametrize(
    ("given", "domain"),
    [("BaoLang.vn", "baolang.vn"), (" www.bao.com.vn. ", "bao.com.vn"), ("báo.vn", "xn--bo-mia.vn")],
)
def test_a_domain_is_understood(given: str, domain: str) -> None:
    assert domain_of(given) == domain


@pytest.mark.parametrize(
    "given", ["", "vn", "https://bao.vn", "bao.vn/tin", "a..b", "bao lang.vn", "*.vn", "x" * 80 + ".vn"]
)
def test_what_is_no_domain_is_a_sentence(given: str) -> None:
    with pytest.raises(CorpusError, match="is no domain; one like baolang"):
        domain_of(given)


def test_a_domain_means_its_subdomains_and_no_other() -> None:
    meant = Match(frozenset(["bao.vn/a"]), frozenset(["lang.vn"]))
    assert [url for url in (
        "https://bao.vn/a", "https://bao.vn/a/", "http://lang.vn/x", "https://anh.lang.vn/", "https://khaclang.vn/x",
        "https://lang.vn.example/", "urn:sha256:00",
    ) if meant(url)] == ["https://bao.vn/a", "http://lang.vn/x", "https://anh.lang.vn/"]  # fmt: skip


def test_no_address_stands_in_the_memory(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        connection = corpus.connection
        assert not forgotten.anything(connection)
        forgotten.remember(connection, [("https://bao.vn/ba-lan-12", "https://bao.vn/in/12")], ASKED)
        said = repr(connection.execute("SELECT * FROM forgotten").fetchall())
        assert "ba-lan" not in said
        assert forgotten.among(connection, ["http://www.bao.vn/ba-lan-12", "https://bao.vn/ba-lan-1"]) == {
            "http://www.bao.vn/ba-lan-12"
        }
        # What leads there is remembered with the story, and allowed again with it.
        forgotten.lead(connection, ["https://bao.vn/moi"], to="https://bao.vn/in/12")
        assert [(one.addresses, one.whole, one.domain) for one in forgotten.entries(connection)] == [
            (3, False, "bao.vn")
        ]
        assert forgotten.undo(connection, ["http://bao.vn/moi"], []) == 3
        assert not forgotten.anything(connection)


def test_a_stored_story_that_leads_to_a_forgotten_one_is_not_lost(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        kept, gone = story(1), story(2)
        corpus.keep(kept, page=page_of(kept), place=None)
        forgotten.remember(corpus.connection, [(gone.url,)], ASKED)
        outcome = corpus.keep(gone, page=page_of(gone, requested_url=kept.url), place=None)
        assert (outcome.kind, outcome.reason) == ("rejected", "forgotten")
        stored = corpus.article(kept.url)
        assert stored is not None
        assert stored.article == kept
        assert forgotten.among(corpus.connection, [kept.url]) == set()
        assert corpus.keep(kept, page=page_of(kept), place=None).kind == "unchanged"
        assert corpus.check() == []


def test_a_failure_of_a_forgotten_address_leaves_no_trace(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        forgotten.remember(corpus.connection, [("https://bao.vn/1",)], ASKED)
        outcome = corpus.keep(Rejection("https://bao.vn/1", "bao", "timeout", "x"), page=None, place=None)
        assert outcome.reason == "forgotten"
        assert corpus.outcome("https://bao.vn/1") is None
        assert corpus.known(["https://bao.vn/1"]) == {"https://bao.vn/1"}


def test_what_was_begun_and_not_finished_is_told(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.connection.execute("INSERT INTO erasures VALUES ('', 0), ('a/b.warc.gz', 7)")
        assert corpus.check() == ["2 steps of a forgetting that was stopped are still to be done: tintinh forget"]
        assert erasures.files(corpus.connection) == {"a/b.warc.gz": 7}
        erasures.done(corpus.connection, "a/b.warc.gz")
        assert erasures.overwrite(corpus.connection, corpus.path, vacuum=True)
        assert corpus.check() == []


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("https://bao.vn/1: timed out", "(forgotten): timed out"),
        ("see (http://www.bao.vn/1).", "see ((forgotten))."),
        ("https://bao.vn/12 and https://bao.vn/1/2 stay", "https://bao.vn/12 and https://bao.vn/1/2 stay"),
        ("“Bà Lan kể chuyện làng”", "“(forgotten)”"),
        ("kể chuyện làng", "(forgotten)"),
        ("chuyện làng", "chuyện làng"),
        ("bao_ha_giang", "bao_ha_giang"),
    ],
)
def test_a_sentence_loses_what_is_of_the_story_and_nothing_else(said: str, left: str) -> None:
    words = Words(Match(frozenset(["bao.vn/1"])), ["Bà Lan kể chuyện làng"])
    assert words.without(said) == left
    assert words.without({"pages": [{"url": "https://bao.vn/1"}, {"url": "https://bao.vn/2"}], "n": [1, said]}) == {
        "pages": [{"url": "https://bao.vn/2"}],
        "n": [1, left],
    }
