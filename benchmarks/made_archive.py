"""A made archive of any size: the articles of ``benchmarks.made_corpus`` as pages of sixty outlets, night after night.

A page has a head, a menu and a box of other news around the story: some 6 kB of HTML, where provincial papers serve
94 kB (docs/operations.md), so that reading one costs less here than it does there. A story on a theme has a line of
keywords of that theme (nlp/themes.toml), so that a model has something to find. Of a hundred pages one is a 404, one
says that it is being updated, and one is the second edition of a story.
"""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape
from pathlib import Path

from benchmarks.made_corpus import OUTLETS, made, outlet
from benchmarks.made_paper import text
from corpus.records import Article, BlockKind, Page
from crawler.archive import ArchiveWriter
from crawler.source import Source, load_sources
from nlp.themes import load_themes

FIRST_NIGHT = datetime(2026, 1, 1, 18, 30, tzinfo=UTC)
_DONE = "complete"


def write_sources(folder: Path) -> dict[str, Source]:
    """The sixty outlets, written to ``folder`` and read from there."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(OUTLETS):
        name, host = outlet(number), f"bao{number:02d}.example"
        (folder / f"{name}.toml").write_text(
            f'id = "{name}"\nname = "Báo số {number}"\nkind = "paper"\nhome = "https://{host}/"\nhosts = ["{host}"]\n'
            'verified = "facts only"\nfacts = "invented for a benchmark"\n\n[[province]]\nname = "Hà Giang"\n\n'
            f"[discover]\narticle = '/tin/\\d+/\\d+/bai-\\d+\\.html$'\nsitemaps = [\"https://{host}/sitemap.xml\"]\n\n"
            '[[layout]]\ntitle = "h1"\nlead = "p.sapo"\ndate = "div.ngay"\nbody = "div.noi-dung"\n',
            encoding="utf-8",
        )
    return load_sources(folder)


@cache
def _keywords() -> dict[str, tuple[str, ...]]:
    return {theme.slug: theme.keywords for theme in load_themes()}


def html(article: Article, themes: tuple[str, ...], seed: int) -> bytes:
    """The page of a made article on ``themes``, among a menu and a box."""
    pick = random.Random(seed)  # noqa: S311 - no secret
    body = "".join(
        f"<figure><img src='/anh/{seed}.jpg'><figcaption>{escape(block.text)}</figcaption></figure>"
        if block.kind is BlockKind.CAPTION
        else f"<p>{escape(block.text)}</p>"
        for block in article.blocks
        if block.kind in {BlockKind.PARAGRAPH, BlockKind.CAPTION}
    )
    for theme in themes:
        if known := _keywords().get(theme):
            body += f"<p>Theo tin, {', '.join(pick.choices(known, k=8))}.</p>"
    menu = "".join(f"<li><a href='/muc/{n}/'>{text(pick, 3)}</a></li>" for n in range(20))
    box = "".join(f"<li><a href='/tin-cu/{n}.html'>{text(pick, 10)}</a></li>" for n in range(20))
    day = f"{article.published_at:%H:%M, %d/%m/%Y}" if article.published_at else ""
    return (
        "<!DOCTYPE html><html lang='vi'><head><meta charset='utf-8'><title>Báo</title></head><body>"
        f"<nav><ul>{menu}</ul></nav><h1>{escape(article.title)}</h1><div class='ngay'>{day}</div>"
        f"<p class='sapo'>{escape(article.lead or '')}</p><div class='noi-dung'>{body}</div>"
        f"<aside><h3>Tin khác</h3><ul>{box}</ul></aside></body></html>"
    ).encode()


def pages(count: int) -> Iterator[Page]:
    """The pages of ``count`` articles in the order of fetching, forty a night from each outlet on average."""
    a_night = max(240, count // 50)
    for number in range(count):
        one = made(number, count)
        article, themes = one.article, one.taggings[0].themes if one.taggings else ()
        at = FIRST_NIGHT + timedelta(days=number // a_night, seconds=number % a_night)
        body = html(article, themes, number)
        if number % 100 == 17:
            yield _page(article, at, b"<html><body>khong thay</body></html>", 404)
        elif number % 100 == 31:
            yield _page(article, at, b"<html><body><h1>Trang dang cap nhat</h1></body></html>")
        else:
            yield _page(article, at, body)
            if number % 100 == 53:
                yield _page(article, at + timedelta(hours=6), body.replace(b"</h1>", " (cập nhật)</h1>".encode()))


def _page(article: Article, at: datetime, body: bytes, status: int = 200) -> Page:
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip"))
    raw = gzip.compress(body, 1, mtime=0)
    return Page(article.url, article.url, at, status, headers, body, raw=raw, source=article.source)


def write_archive(root: Path, count: int, tell: Callable[[int], None] = lambda written: None) -> int:
    """Write the archive of ``count`` articles to ``root``, unless it is there whole; its bytes.

    ``tell`` hears of every thousand pages.
    """
    mark = root.with_name(root.name + f".{count}.{_DONE}")
    if not mark.exists():
        if root.exists():
            raise SystemExit(f"{root}: is another archive, or one that was broken off; remove it")
        with ArchiveWriter(root, software="tintinh benchmark") as writer:
            for written, page in enumerate(pages(count)):
                writer.write(page)
                if written % 1000 == 0:
                    tell(written)
        mark.touch()
    return sum(path.stat().st_size for path in root.glob("*/*.warc.gz"))
