"""A small invented paper on this machine, with every kind of answer a crawl meets; for the crawler's tests."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HOST = "baodongsuoi.example"
HOME = f"https://{HOST}/"

TOML = f"""
id = "bao_dong_suoi"
name = "Báo Đồng Suối"
kind = "paper"
home = "{HOME}"
hosts = ["{HOST}"]
verified = "facts only"
facts = "invented for the tests"

[[province]]
name = "Hà Giang"

[discover]
article = '/tin/[a-z0-9-]+\\.html$'
feeds = ["{HOME}rss.xml"]
sitemaps = ["{HOME}sitemap.xml"]
sections = ["{HOME}xa-hoi/"]
links = "h3 a[href]"
next = "a.sau"

[[layout]]
title = "h1"
lead = "p.sapo"
date = "div.ngay"
body = "div.noi-dung"
"""

PARAGRAPHS = (
    "Sáng nay, bà con thôn Khuổi Vài mang cuốc xẻng ra khơi lại đoạn mương dài hơn bốn trăm mét dẫn nước về cánh đồng "
    "trước nhà văn hóa. Mỗi hộ góp một người, ai bận thì gửi gạo và rau cho bếp ăn chung.",
    "Trưởng thôn cho biết đoạn mương này bị bùn lấp từ trận lũ tháng trước, ruộng phía cuối thiếu nước cấy. Làm xong "
    "trong hai ngày, nước sẽ về đủ cho mười bảy héc ta lúa mùa của ba xóm.",
)


def article(title: str, day: str, extra: str = "") -> bytes:
    """An article page of the paper; ``extra`` makes its text differ from every other's."""
    body = "".join(f"<p>{text} {extra}</p>" for text in PARAGRAPHS)
    return (
        f"<!DOCTYPE html><html lang='vi'><head><meta charset='utf-8'><title>{title}</title></head><body>"
        f"<div class='dong-ho'>Chủ nhật, 22/11/2026</div><h1>{title}</h1><div class='ngay'>08:30, {day}</div>"
        f"<p class='sapo'>{title}: chuyện một buổi sáng {extra}.</p><div class='noi-dung'>{body}</div>"
        f"<h3><a href='/tin/bai-1.html'>Tin khác</a></h3></body></html>"
    ).encode()


def listing(numbers: range, following: str | None) -> bytes:
    """A section page that links to articles by number, and perhaps to the next page."""
    links = "".join(
        f"<h3><a href='/tin/bai-{number}.html?utm_source=trang-chu'>Chuyện thứ {number} của bản</a></h3>"
        for number in numbers
    )
    more = f"<a class='sau' href='{following}'>Trang sau</a>" if following else ""
    return f"<html><body>{links}{more}<a href='/lien-he.html'>Liên hệ</a></body></html>".encode()


@dataclass(frozen=True)
class Answer:
    """What the server says at one path."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    location: str | None = None
    zipped: bool = False
    cut: bool = False  # the second half of the gzip is missing, and the length says nothing of it
    broken: bool = False
    etag: str | None = None
    retry_after: str | None = None
    by_hand: Callable[[BaseHTTPRequestHandler], None] | None = None  # answers in its own way


@dataclass
class Paper:
    """The running paper: its answers by path, which tests may change, and the paths asked for, in order."""

    port: int
    answers: dict[str, Answer]
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    unchanged: list[str] = field(default_factory=list)  # paths answered with 304
    scheme: str = "http"

    @property
    def connect_to(self) -> dict[str, str]:
        """Fit for the setting ``CONNECT_TO``."""
        return {HOST: f"{self.scheme}://127.0.0.1:{self.port}"}

    def articles_asked(self) -> list[str]:
        """The article paths asked for since the list was cleared, in order."""
        return [path for path in self.asked if path.startswith("/tin/")]


def answers() -> dict[str, Answer]:
    """Twelve articles and every odd answer: what the paper says unless a test changes it."""
    pages = {
        f"/tin/bai-{n}.html": Answer(
            article(f"Chuyện thứ {n} của bản", f"{n:02d}/10/2026", " ".join(f"riêng{n}x{i}" for i in range(60))),
            zipped=n % 2 == 0,
        )
        for n in range(1, 13)
    }
    items = "".join(
        f"<item><title>Chuyện thứ {n} của bản</title><link>{HOME}tin/bai-{n}.html#binh-luan</link>"
        f"<pubDate>{n:02d} Oct 2026 08:30:00 +0700</pubDate></item>"
        for n in (12, 11, 10)
    )
    sitemap = (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        + "".join(
            f"<url><loc>{HOME}tin/{name}.html</loc><lastmod>2026-10-0{n}</lastmod></url>"
            for n, name in enumerate(("khong-con", "doi-cho", "cam-vao", "mot-loi-thoi", "hong", "tai-ve", "di-mat"), 1)
        )
        + "</urlset>"
    )
    return pages | {
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /tin/cam-vao\n", kind="text/plain"),
        "/rss.xml": Answer(
            f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'.encode(), kind="text/xml"
        ),
        "/sitemap.xml": Answer(gzip.compress(sitemap.encode()), kind="application/gzip"),
        "/xa-hoi/": Answer(listing(range(12, 8, -1), "/xa-hoi/?trang=2")),
        "/xa-hoi/?trang=2": Answer(listing(range(8, 4, -1), "/xa-hoi/?trang=3")),
        "/xa-hoi/?trang=3": Answer(listing(range(4, 0, -1), None)),
        "/tin/khong-con.html": Answer(b"<html><body>khong thay</body></html>", status=404),
        "/tin/doi-cho.html": Answer(status=301, location="/tin/bai-3.html"),
        "/tin/di-mat.html": Answer(status=302, location="https://quang-cao.example/tin/mua-ngay.html"),
        "/tin/mot-loi-thoi.html": Answer(b"<html><body><h1>Trang dang cap nhat</h1></body></html>"),
        "/tin/hong.html": Answer(broken=True),
        "/tin/tai-ve.html": Answer(b"%PDF-1.4 \x00\x01\x02", kind="application/pdf"),
    }


@contextmanager
def running(certificate: Path | None = None) -> Iterator[Paper]:
    """The paper on a free port, until the block ends; over TLS where there is a file with a certificate and its key."""
    paper = Paper(0, answers(), scheme="https" if certificate else "http")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            paper.asked.append(self.path)
            paper.agents.add(self.headers["User-Agent"])
            answer = paper.answers.get(self.path, Answer(status=404))
            if self.headers["Host"] != HOST:
                answer = Answer(b"wrong host", status=421)
            if answer.by_hand:
                answer.by_hand(self)
                self.close_connection = True
                return
            if answer.broken:
                self.close_connection = True
                return
            body = gzip.compress(answer.body) if answer.zipped else answer.body
            if answer.cut:
                body = body[: len(body) // 2]
            if answer.etag and self.headers["If-None-Match"] == answer.etag:
                paper.unchanged.append(self.path)
                self.send_response(304)
                self.send_header("ETag", answer.etag)
                self.end_headers()
                return
            self.send_response(answer.status)
            if answer.etag:
                self.send_header("ETag", answer.etag)
            if answer.retry_after:
                self.send_header("Retry-After", answer.retry_after)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(body)))
            if answer.zipped:
                self.send_header("Content-Encoding", "gzip")
            if answer.location:
                self.send_header("Location", answer.location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    paper.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield paper
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def write_source(folder: Path) -> Path:
    """A folder of sources that holds this paper's alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bao_dong_suoi.toml").write_text(TOML, encoding="utf-8")
    return folder
