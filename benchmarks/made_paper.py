"""MadePaper: a paper of any number of made pages on this machine, as heavy as those of provincial papers.

The texts are words of our own stories (data/sample/newspaper) in an order by chance, the same for the same number: no
two are alike, and no one means anything. Pages are about 90 kB, as saved pages of provincial papers are
(docs/operations.md), most of it menus and boxes.
"""

from __future__ import annotations

import gzip
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from benchmarks.local_paper import Handler, LocalPaper, source_toml
from tintinh.loopback.stories import read_stories

HOST = "baonamluong.example"
SOURCE = "bao_nam_luong"
HOME = f"https://{HOST}/"
TOML = source_toml(SOURCE, "Báo Nậm Lương", HOST)
PICTURES = 48
LINKS = 120
"""Beside the story: as on the middle one of eleven saved pages, of 95 kB, 48 pictures and 171 links."""
_LAST = date(2025, 6, 1)


@cache
def words() -> tuple[str, ...]:
    """Every word of our own stories, as often as it stands there."""
    return tuple(word for story in read_stories() for text in story.texts for word in text.split())


def text(pick: random.Random, count: int) -> str:
    """``count`` words by chance, as one sentence."""
    return " ".join(pick.choices(words(), k=count)).rstrip(",.;:") + "."


@cache
def _around() -> str:
    pick = random.Random("menu")  # noqa: S311 - no secret
    pictured = [
        f"<li class='muc-anh'><div class='khung'><a class='lien-ket' href='/muc/{n}/trang-{n}.htm'>"
        f"<img src='/anh/{n}.jpg' width='120' height='80' alt=''></a></div>\n{' ' * 200}"
        f"<h3><a href='/muc/{n}/trang-{n}.htm' title='{text(pick, 12)}'>{text(pick, 12)}</a></h3></li>\n"
        for n in range(PICTURES)
    ]
    plain = [
        f"<li class='muc'><span class='gio'>08:30</span>\n{' ' * 200}"
        f"<a class='lien-ket' href='/tin-cu/{n}.htm' title='{text(pick, 12)}'><i></i>{text(pick, 12)}</a></li>\n"
        for n in range(LINKS)
    ]
    return "".join(pictured + plain)


def article(number: int) -> bytes:
    """The page of article ``number``: title, day, lead and eight paragraphs, some 1,900 characters, among boxes."""
    pick = random.Random(number)  # noqa: S311 - no secret
    day = _LAST - timedelta(days=number // 40)
    body = "".join(f"<p>{text(pick, 50)}</p>" for _ in range(8))
    return (
        f"<!DOCTYPE html><html lang='vi'><head><meta charset='utf-8'><title>Bài {number}</title></head><body>"
        f"<h1>Bài số {number}: {text(pick, 9)}</h1><div class='ngay'>08:30, {day:%d/%m/%Y}</div>"
        f"<p class='sapo'>{text(pick, 30)}</p><div class='noi-dung'>{body}</div><ul>{_around()}</ul></body></html>"
    ).encode()


def _sitemap(pages: int) -> bytes:
    places = "".join(f"<url><loc>{HOME}tin/bai-{number}.html</loc></url>" for number in range(pages))
    head = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}{places}</urlset>".encode()


class MadePaper(LocalPaper):
    """The running paper with ``pages`` articles. ``clock`` holds the monotonic time of each article answered;
    ``at`` is called with their number, in the thread that answers."""

    def __init__(self, pages: int, at: Callable[[int], None] = lambda served: None) -> None:
        self.clock: list[float] = []
        paper, sitemap = self, _sitemap(pages)

        class Pages(Handler):
            def respond(self) -> None:
                name = self.path.removeprefix("/tin/bai-").removesuffix(".html")
                if name.isdigit():
                    body, kind = article(int(name)), "text/html; charset=utf-8"
                    paper.clock.append(time.monotonic())
                    at(len(paper.clock))
                elif self.path == "/sitemap.xml":
                    body, kind = sitemap, "text/xml"
                else:
                    body, kind = b"", "text/plain"
                self.send_response(200 if body else 404)
                body = gzip.compress(body, 1, mtime=0)
                for field, value in (
                    ("Content-Type", kind),
                    ("Content-Encoding", "gzip"),
                    ("Content-Length", len(body)),
                ):
                    self.send_header(field, str(value))
                self.end_headers()
                self.wfile.write(body)

        super().__init__(Pages)


def write_source(folder: Path) -> Path:
    """A folder of sources that holds this paper's alone."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{SOURCE}.toml").write_text(TOML, encoding="utf-8")
    return folder
