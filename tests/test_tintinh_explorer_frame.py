"""The frame of the explorer: addresses, languages, forms, errors, and what stands before every answer."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from datasette import hookimpl
from datasette.plugins import pm

from corpus import Corpus, limits
from corpus.export import unguarded
from corpus.limits import TookTooLong
from tests.explored import Reader, shown
from tests.made_articles import paragraph_blocks, story


@pytest.fixture(scope="module")
def corpus_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explored") / "corpus.sqlite"
    with Corpus.open(path) as corpus:
        for n in range(45):
            corpus.keep(story(n, url=f"https://bao.example/tin-{n}"), page=None, place=None)
        blocks = paragraph_blocks("Chợ phiên <script>alert(1)</script> Lũng Hòa họp sớm.")
        title = "=cmd|' /C calc'!A0 <img src=x onerror=alert(1)>"
        corpus.keep(story(90, url="javascript:alert(1)", title=title, blocks=blocks), page=None, place=None)
    return path


@pytest.fixture(scope="module")
def reader(corpus_path: Path) -> Iterator[Reader]:
    reader = Reader(corpus_path)
    yield reader
    reader.close()


def test_the_first_page_is_in_vietnamese_and_the_same_in_english(reader: Reader) -> None:
    page = reader.page("/")
    assert page.get("lang") == "vi"
    assert shown(page.xpath("//h1")[0]) == "Kho tin các tỉnh"
    (switch,) = page.xpath('//nav[@class="switch"]//a[@lang="en"]/@href')
    english = reader.page(switch)
    assert english.get("lang") == "en"
    assert shown(english.xpath("//h1")[0]) == "The provincial news corpus"
    assert [link for link in english.xpath("//main//a/@href") if link.startswith("/") and link[:4] != "/en/"] == []


def test_every_link_of_ours_leads_somewhere(reader: Reader) -> None:
    for at in ("/", "/en/search?q=xa", "/article/1"):
        page = reader.page(at)
        for link in set(page.xpath("//a/@href | //link/@href | //script/@src")):
            if link.startswith("/"):
                assert reader.get(link).status_code == 200, link


def test_an_address_is_made_canonical_once(reader: Reader) -> None:
    answer = reader.get("/en/search?theme=&until=01/07/2025&q=Ch%E1%BB%A3++x%C3%A3&province=tphcm&map=day&page=2")
    assert answer.status_code == 302
    there = answer.headers["location"]
    assert there == "/en/search?q=Ch%E1%BB%A3+x%C3%A3&province=TP.+H%E1%BB%93+Ch%C3%AD+Minh&until=2025-07-01&page=2"
    assert reader.get(there).status_code == 200


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("/search?provnce=x", "provnce"),
        ("/search?province=Atlantis", "Atlantis"),
        ("/search?theme=bordr", "border"),
        ("/search?since=yesterday", "yesterday"),
        ("/search?since=2025-02-01&until=2025-01-01", "no day lies between"),
        ("/search?q=%22%22", "no letter"),
        ("/search?q=(a", "never closed"),
        ("/search?q=a&q=b", "2 times"),
        ("/search?q=%ff", "not UTF-8"),
        ("/search?source=nobody", "nobody"),
        ("/search?page=0", "page"),
        ("/search?page=51", "page"),
        ("/search?probability=2&theme=border", "from 0 to 1"),
        ("/search?stories=yes", "yes"),
        ("/search?q=" + "a" * 501, "501"),
        ("/search?" + "&".join(f"a{n}=1" for n in range(61)), "more than 60"),
        ("/article/1?page=2", "page"),
        ("/article/1?province=An+Giang", "province"),
    ],
)
def test_a_question_that_cannot_be_read_is_a_sentence(reader: Reader, address: str, named: str) -> None:
    page = reader.page(address, status=400)
    assert named in shown(page.xpath('//p[@class="sorry"]')[0])
    path, _, query = address.partition("?")
    answer = reader.get(f"{path}.json?{query}")
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert reader.get(f"{path}.csv?{query}").status_code == 400


@pytest.mark.parametrize(
    "address",
    ["/nowhere", "/en/nowhere", "/article/999", "/article/-1", "/article/" + "9" * 19, "/article/1/..",
     "//evil.example/", "/-/versions.json", "/-/databases", "/corpus", "/corpus.json?sql=select+1", "/_internal",
     "/-/static/app.css", "/-/explorer/../app.py", "/-/explorer/%2e%2e/app.py", "/-/explorer/"],
)  # fmt: skip
def test_nothing_else_is_there(reader: Reader, address: str) -> None:
    answer = reader.get(address, follow_redirects=False) if not address.startswith("//") else reader.get(
        f"http://localhost{address}"
    )  # fmt: skip
    assert answer.status_code in (403, 404), answer.headers
    assert "Datasette" not in answer.text


def test_every_answer_carries_the_headers_and_no_page_holds_a_script(reader: Reader) -> None:
    for address in (
        "/",
        "/article/46",
        "/nowhere",
        "/search?page=0",
        "/search.csv",
        "/search.json",
        "/-/explorer/style.css",
    ):
        headers = reader.get(address).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in headers
    assert reader.get("/").headers["cache-control"] == "no-cache"
    for address in ("/", "/article/46"):
        page = reader.page(address)
        assert page.xpath("//script[not(@src)] | //style | //@style | //*[@onerror] | //img") == []
        assert not [link for link in page.xpath("//a/@href") if link.startswith("javascript:")]


def test_only_reading_and_only_under_our_own_name(reader: Reader) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = reader.request(method, "/search")
        assert answer.status_code == 405
        assert answer.headers["content-security-policy"]
    assert reader.request("HEAD", "/search").text == ""
    for host in ("evil.example", "evil.example:8484", "127.0.0.1.evil.example", ""):
        assert reader.get("/", headers={"host": host}).status_code == 421
    for host in ("localhost", "127.0.0.1:8484", "[::1]:8484", "LOCALHOST:1"):
        assert reader.get("/", headers={"host": host}).status_code == 200


def test_what_is_shown_can_be_had_as_csv_and_json_with_its_citation(reader: Reader) -> None:
    given = "/search{}?q=Lung+Hoa&stories=1"
    page = reader.page(given.format(""))
    links = page.xpath('//p[@class="download"]/a/@href')
    assert links == [given.format(".csv"), given.format(".json")]
    told = reader.get(links[1]).json()
    assert told["asked"] == {"text": "Lung Hoa", "stories": True}
    assert told["total"] == len(told["rows"]) > 0
    assert f"{told['total']} articles" in told["cite"]
    assert "Selection sum-sha256:" in told["cite"]
    answer = reader.get(links[0])
    assert answer.headers["content-disposition"] == 'attachment; filename="tintinh-search.csv"'
    cite, at, *table = csv.reader(io.StringIO(answer.text, newline=""))
    assert cite == [f"# {told['cite']}"]
    assert at == ["# " + given.format("")]
    rows = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    assert [int(row["id"]) for row in rows] == [row["id"] for row in told["rows"]]


def test_a_selection_that_is_too_large_to_go_through_says_so_in_its_citation(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*_: object) -> None:
        raise TookTooLong(0.5)

    monkeypatch.setattr(Corpus, "tally", slow)
    told = reader.get("/search.json?q=xa&stories=1").json()
    assert told["rows"]
    assert "Selected by: text: xa; stories: True. The selection is too large to be counted here" in told["cite"]


def test_a_cell_that_a_spreadsheet_would_run_is_guarded(reader: Reader) -> None:
    _, _, *table = csv.reader(io.StringIO(reader.get("/article/46.csv").text, newline=""))
    row = dict(zip(*table, strict=True))
    assert row["title"].startswith("'=cmd|")
    assert unguarded(row["title"]) == reader.get("/article/46.json").json()["article"]["title"]


def test_a_question_that_takes_too_long_is_stopped(corpus_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_STEPS", 100)  # the corpus is small
    hurried = Reader(corpus_path, seconds=0.0)
    try:
        answer = hurried.get("/en/search.json?q=xa")
        assert answer.status_code == 503
        assert "more than a second" in answer.json()["error"]
        assert shown(hurried.page("/en/search?q=xa", status=503).xpath("//h1")[0]) == "No answer now"
    finally:
        hurried.close()


def test_a_plugin_of_datasette_may_keep_readers_out(reader: Reader) -> None:
    class Closed:
        __name__ = "closed"

        @hookimpl
        def permission_allowed(self, action: str) -> bool | None:
            return False if action == "view-tintinh" else None

    closed = Closed()
    pm.register(closed)
    try:
        assert "This explorer is not open to you." in shown(reader.page("/en/search", status=403).xpath("//main")[0])
        assert reader.get("/article/1.json").status_code == 403
    finally:
        pm.unregister(closed)
    assert reader.get("/search").status_code == 200


def test_many_readers_at_once_all_get_their_answer(reader: Reader) -> None:
    async def ask() -> list[httpx.Response]:
        addresses = ["/search?q=xa", "/article/1", "/search.csv", "/en/search?page=2"] * 6
        return await asyncio.gather(*map(reader.explorer.client.get, addresses))

    assert {answer.status_code for answer in asyncio.run(ask())} == {200}


def test_a_corpus_that_went_away_is_a_sentence_and_one_made_anew_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "corpus.sqlite"
    reader = Reader(path)
    try:
        assert "there is no such corpus" in json.loads(reader.get("/search.json").text)["error"]
        with Corpus.open(path) as corpus:
            assert reader.get("/search.json").json()["total"] == 0
            corpus.keep(story(1), page=None, place=None)
            assert reader.get("/search.json").json()["total"] == 1
    finally:
        reader.close()
