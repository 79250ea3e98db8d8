"""The loopback newspaper on the wire: its manners, its end, and its life as a process."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.errors import TintinhError
from tests.loopback_client import TODAY, Client
from tintinh.loopback import Fault, LoopbackNewspaper, NewspaperProcess, expected
from tintinh.loopback.oddities import ODDITIES
from tintinh.loopback.outlets import OUTLETS


@pytest.fixture(scope="module")
def paper() -> Iterator[LoopbackNewspaper]:
    with LoopbackNewspaper(today=TODAY) as paper:
        yield paper


@pytest.fixture(scope="module")
def client(paper: LoopbackNewspaper) -> Iterator[Client]:
    client = Client(paper.port)
    yield client
    client.connection.close()


# On the wire


def test_a_page_that_did_not_change_is_not_sent_again(client: Client) -> None:
    url = expected("bao_ha_giang")[0].url
    first = client.get(url)
    again = client.get(url, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert client.get(url, If_Modified_Since=first.headers["last-modified"]).status == 304
    assert client.get(url, If_Modified_Since="Mon, 01 Jan 2024 00:00:00 GMT").status == 200
    assert client.get(url, If_Modified_Since="hôm qua".encode().decode("latin-1")).status == 200
    assert client.get(url, If_None_Match='"khác"'.encode().decode("latin-1")).status == 200


def test_gzip_only_where_it_is_accepted(client: Client) -> None:
    url = expected("ttxvn_dan_toc")[0].url
    plain, packed = client.get(url), client.get(url, Accept_Encoding="gzip, deflate")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["etag"] != plain.headers["etag"]
    sitemap = client.get("https://dantocmiennui.baotintuc.vn/sitemaps/news-1.xml.gz", Accept_Encoding="gzip")
    assert "content-encoding" not in sitemap.headers  # a gzip file is sent as it is


def test_head_has_the_headers_of_get(client: Client) -> None:
    url = expected("ptth_ha_giang")[0].url
    got, head = client.get(url), client.get(url, method="HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.body))


def test_parameters_may_come_in_any_order(client: Client) -> None:
    url = expected("thua_thien_hue_portal")[0].url
    head, _, query = url.partition("?")
    turned = head + "?" + "&".join(reversed(query.split("&")))
    assert client.get(turned).body == client.get(url).body


def test_a_person_can_look_around_in_a_browser(paper: LoopbackNewspaper, client: Client) -> None:
    index = client.soup(f"{paper.url}/")
    links = [str(a["href"]) for a in index.select("a")]
    assert links == [f"/_/{outlet.host}/" for outlet in OUTLETS.values()]
    for link in links:
        page = client.soup(paper.url + link)
        for tag in page.select("a[href], img[src], link[href]"):
            target = str(tag.get("href") or tag.get("src"))
            assert target.startswith(("/_/", "javascript:")), target
            if tag.name == "link":
                assert client.get(paper.url + target).status == 200
    moved = next(oddity.url for oddity in ODDITIES if oddity.kind == "moved")
    got = client.get(f"{paper.url}/_/{moved.removeprefix('https://')}")
    assert got.headers["location"].startswith("/_/baodongthap.vn/")
    assert client.get(f"{paper.url}/_/example.org/").status == 404
    assert client.get(f"{paper.url}/nothing").status == 404
    assert client.get(f"{paper.url}/_/hagiangtv.vn/dataimages/x.jpg").headers["content-type"] == "image/svg+xml"


def test_requests_are_written_down(client: Client, paper: LoopbackNewspaper) -> None:
    before = len(paper.requests)
    client.get("https://hagiangtv.vn/thoi-su/?p=2")
    client.get("https://hagiangtv.vn/khong-co/")
    assert paper.requests[before:] == [("hagiangtv.vn", "/thoi-su/?p=2", 200), ("hagiangtv.vn", "/khong-co/", 404)]


def test_nothing_is_left_when_it_closes() -> None:
    threads = threading.active_count()
    with LoopbackNewspaper(today=TODAY) as paper:
        port = paper.port
        client = Client(port)
        assert client.get("https://baohagiang.vn/").status == 200  # and the connection stays open, idle
    assert threading.active_count() == threads
    client.connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    with pytest.raises(RuntimeError, match="only inside"):
        _ = paper.port


# As a process of its own


def test_the_process_serves_and_ends_with_its_parent() -> None:
    with NewspaperProcess() as process:
        client = Client(process.port)
        assert set(process.connect_to) == set(process.hosts)
        assert client.get("https://baohagiang.vn/robots.txt").status == 200
        client.connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", process.port), timeout=2).close()


def test_the_process_says_why_it_cannot_start(tmp_path: Path) -> None:
    with pytest.raises(TintinhError, match="holds no stories"), NewspaperProcess(tmp_path):
        pass


def test_sigterm_ends_the_process() -> None:
    command = [sys.executable, "-m", "tintinh.loopback"]
    root = Path(__file__).parents[1]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=root, text=True) as child:
        assert child.stdout is not None
        assert set(json.loads(child.stdout.readline())) == {"port", "hosts"}
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=10) == 0


def test_a_breakage_that_does_not_exist_is_named() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tintinh.loopback", "--break", "bao_dong_thap=nothing"],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "'bao_dong_thap=nothing' is not OUTLET=KIND with one of bao_ha_giang" in " ".join(done.stderr.split())


def test_what_goes_wrong_can_be_chosen() -> None:
    with LoopbackNewspaper() as paper:
        paper.faults |= {
            ("baohagiang.vn", "/robots.txt"): Fault(500),
            ("baohagiang.vn", "/kinh-te/"): Fault(429, retry_after="120"),
            ("baohagiang.vn", "/vong/"): Fault(302, location="/vong/"),
            ("baodongthap.vn", "*"): Fault(wait=0.05),
        }
        client = Client(paper.port)
        assert client.get("https://baohagiang.vn/robots.txt").status == 500
        busy = client.get("https://baohagiang.vn/kinh-te/")
        assert (busy.status, busy.headers["retry-after"]) == (429, "120")
        assert client.get("https://baohagiang.vn/vong/").headers["location"] == "/vong/"
        assert client.get("https://baohagiang.vn/").status == 200
        started = time.perf_counter()
        assert client.get("https://baodongthap.vn/robots.txt").status in {200, 301}
        assert time.perf_counter() - started >= 0.05
        assert [one.status for one in paper.requests[:3]] == [500, 429, 302]
        client.connection.close()
