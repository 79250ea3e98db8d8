"""A server that means harm: bodies without end, traps in headers and redirects. Each costs its own page only."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawler.archive import read_archive
from crawler.settings import DOWNLOAD_MAXSIZE
from tests.nights import night
from tests.small_paper import HOME, Answer, Paper, listing, running


@pytest.fixture
def paper() -> Iterator[Paper]:
    with running() as paper:
        paper.answers["/rss.xml"] = paper.answers["/sitemap.xml"] = Answer(status=404)
        paper.answers["/xa-hoi/"] = Answer(listing(range(5, 0, -1), None))
        yield paper


def begun(handler: BaseHTTPRequestHandler, *headers: tuple[str, str]) -> None:
    handler.send_response(200)
    for name, value in (("Content-Type", "text/html; charset=utf-8"), *headers):
        handler.send_header(name, value)
    handler.end_headers()


def dribbled(handler: BaseHTTPRequestHandler) -> None:
    begun(handler)
    until = time.monotonic() + 60
    while time.monotonic() < until:  # or until the crawl hangs up
        handler.wfile.write(b"<p>")
        handler.wfile.flush()
        time.sleep(0.1)


def endless(handler: BaseHTTPRequestHandler) -> None:
    begun(handler)
    while True:
        handler.wfile.write(b"<p>mot dong nua</p>" * 1000)


def bomb(handler: BaseHTTPRequestHandler) -> None:
    packed = gzip.compress(b"<p>no</p>" * 10_000_000, 9)
    begun(handler, ("Content-Encoding", "gzip"), ("Content-Length", str(len(packed))))
    handler.wfile.write(packed)


def bomb_in_a_bomb(handler: BaseHTTPRequestHandler) -> None:
    packed = gzip.compress(gzip.compress(b"<p>no</p>" * 10_000_000, 9), 9)
    begun(handler, ("Content-Encoding", "gzip, gzip"), ("Content-Length", str(len(packed))))
    handler.wfile.write(packed)


def many_headers(handler: BaseHTTPRequestHandler) -> None:
    begun(handler, *((f"X-{n}", "a" * 1000) for n in range(5_000)))


def one_long_header(handler: BaseHTTPRequestHandler) -> None:
    begun(handler, ("X", "a" * 5_000_000))


@pytest.mark.parametrize(
    ("harm", "reasons"),
    [
        (dribbled, {"timeout"}),
        (endless, {"too_large"}),
        (bomb, {"too_large"}),
        (bomb_in_a_bomb, {"too_large"}),
        (many_headers, {"too_large"}),
        (one_long_header, {"connection"}),
    ],
    ids=lambda given: given.__name__ if callable(given) else "",
)
def test_an_answer_without_end_costs_its_own_page(
    tmp_path: Path, paper: Paper, harm: Callable[[BaseHTTPRequestHandler], None], reasons: set[str]
) -> None:
    paper.answers["/tin/bai-4.html"] = Answer(by_hand=harm)
    account = night(tmp_path, paper, DOWNLOAD_TIMEOUT=10)
    assert account.stored == 4
    assert len(account.rejected) == 1
    assert set(account.rejected) <= reasons
    assert all(len(page.body) <= DOWNLOAD_MAXSIZE for _, page in read_archive(tmp_path / "archive"))


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/passwd", "http_302"),
        ("data:text/html,<h1>x</h1>", "http_302"),
        ("gopher://x/", "http_302"),
        ("http://169.254.169.254/latest/meta-data/", "offsite"),
        ("http://localhost:22/", "offsite"),
        ("http://khac@quang-cao.example/tin/bai-4.html", "offsite"),
        ("//[::1]/tin/bai-4.html", "offsite"),
        ("http://baodongsuoi.example.quang-cao.example/tin/bai-4.html", "offsite"),
    ],
)
def test_no_redirect_leads_off_the_outlet(tmp_path: Path, paper: Paper, location: str, reason: str) -> None:
    paper.answers["/tin/bai-4.html"] = Answer(status=302, location=location)
    account = night(tmp_path, paper)
    assert account.stored == 4
    assert dict(account.rejected) == {reason: 1}
    pages = [page for _, page in read_archive(tmp_path / "archive")]
    assert all(page.url.startswith(HOME) for page in pages)
    assert not any(b"root:" in page.body for page in pages)


def test_cookies_are_not_sent_back_and_secrets_not_archived(
    tmp_path: Path, paper: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    # A section too, whose answer is there before any story is asked for: several stories are asked for at once.
    for path in ("/xa-hoi/", "/tin/bai-4.html", "/tin/bai-5.html"):
        body = paper.answers[path].body

        def told(handler: BaseHTTPRequestHandler, body: bytes = body) -> None:
            sent.append(str(handler.headers))
            begun(handler, ("Set-Cookie", "theo-doi=1; Path=/"), ("Content-Length", str(len(body))))
            handler.wfile.write(body)

        paper.answers[path] = Answer(by_hand=told)
    # A header that holds a secret of whoever runs the crawl, as a mirror's password does.
    night(tmp_path, paper, DEFAULT_REQUEST_HEADERS='{"Authorization": "Basic bWF0OmtoYXU=", "Accept": "*/*"}')
    assert len(sent) == 3
    assert all("Authorization: Basic bWF0OmtoYXU=" in headers for headers in sent)
    assert not any("cookie" in headers.lower() for headers in sent)
    records = b"".join(gzip.decompress(file.read_bytes()) for file in (tmp_path / "archive").glob("*/*.warc.gz"))
    assert b"WARC-Type: request" in records
    assert b"Accept: */*" in records
    assert b"bWF0OmtoYXU=" not in records
