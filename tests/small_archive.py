"""A small archive of two outlets over three nights, with what nights bring: copies, editions, redirects, errors."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from corpus.records import Page
from crawler.archive import ArchiveWriter
from tests.made_articles import sentences
from tests.pages import page

NIGHTS = tuple(datetime(2026, 5, 30, 18, 30, tzinfo=UTC) + timedelta(days=n) for n in range(3))
THEMED = (
    "Đồn biên phòng cùng dân quân tuần tra đường biên giới, phát quang cột mốc và ký biên bản với lực lượng "
    "bảo vệ biên giới Trung Quốc.",
    "Lượng du khách đến các điểm du lịch cộng đồng tăng, tỉnh mở thêm tuyến du lịch mới để quảng bá hình ảnh "
    "địa phương sang Lào và Thái Lan.",
)


def html(number: int, changed: str = "") -> str:
    """The page of story ``number`` in the layout of ``tests.pages.village``."""
    said = sentences(number)
    body = "".join(f"<p>{text}</p>" for text in [" ".join(said[1:4]), THEMED[number % 2], *said[4:], changed] if text)
    day = f"{1 + number % 27:02d}/0{1 + number % 4}/2026"
    return (
        f"<html><head><title>Chuyện {number}</title></head><body>"
        f"<h1 class='detail-title'>Chuyện thứ {number} ở Hà Giang</h1><div class='meta'>08:30, {day}</div>"
        f"<p class='sapo'>{said[0]}</p><div class='content'>{body}</div></body></html>"
    )


def pages() -> list[Page]:
    """All pages in the order of fetching."""
    found = []
    for night, at in enumerate(NIGHTS):
        for n in range(8):
            number = night * 8 + n
            for source, host, told in (
                ("bao_lang", "baolang.vn", number),
                # Every fourth story of the other outlet, whose source is not declared, is one of the first.
                ("bao_nui", "baonui.vn", number if n % 4 == 1 else 500 + number),
            ):
                url, when = f"https://{host}/tin/{number}.html", at + timedelta(seconds=60 * n + (source == "bao_nui"))
                found.append(replace(page(html(told), url=url), fetched_at=when, source=source))
    late = NIGHTS[-1] + timedelta(hours=1)

    def odd(minutes: int, number: int, body: str, status: int = 200, asked: str | None = None) -> None:
        one = page(body, url=f"https://baolang.vn/tin/{number}.html", status=status)
        changed = {"fetched_at": late + timedelta(minutes=minutes), "source": "bao_lang"}
        found.append(replace(one, **changed, requested_url=asked or one.url))

    odd(0, 2, html(2, "Tin được cập nhật: đường đã thông."))  # a second edition
    odd(1, 1, html(1).replace("Chuyện thứ 1 ", "Chuyện thứ nhất "))  # another title, of a head with a copy
    odd(2, 9, html(9, "Một câu nữa " + sentences(900)[0]) + " ")  # another text, of a head
    odd(3, 99, "<html><body>khong thay</body></html>", 404)
    odd(4, 98, "<html><body><h1>Trang dang cap nhat</h1></body></html>")
    odd(5, 5, html(5), 404)  # the very page is gone: its article is withdrawn
    odd(6, 3, html(3), asked="https://baolang.vn/cu/3.html")
    odd(7, 97, html(97), 503)
    return found


def write_archive(root: Path) -> Path:
    """The archive, three files of each outlet."""
    with ArchiveWriter(root) as writer:
        for one in pages():
            writer.write(one)
    return root
