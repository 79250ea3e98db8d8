"""Invented pages and archives of them, for the tests of the archive."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from corpus.records import ArchivePlace, Page
from crawler.archive import ArchiveWriter

NIGHT = datetime(2026, 5, 31, 14, 30, 1, 250_000, tzinfo=UTC)
HTML = "<html><body><h1>Cầu Nậm Dịch thông xe</h1></body></html>".encode()


def page(number: int = 1, body: bytes = HTML, *, at: datetime = NIGHT, source: str | None = "bao_dong_suoi") -> Page:
    url = f"https://baodongsuoi.example/tin/bai-{number}.html?x=1"
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    return Page(url, url, at, 200, headers, body, raw=body, source=source)


def written(root: Path, *pages: Page) -> list[ArchivePlace]:
    with ArchiveWriter(root) as writer:
        return [writer.write(one) for one in pages]


def only_file(root: Path) -> Path:
    (path,) = root.glob("*/*.warc.gz")
    return path
