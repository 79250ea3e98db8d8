"""What goes wrong on real sites, and therefore on ours: one of each, at the outlet where it is likeliest.

A crawl that meets them all behaves as it must when: the missing page and the notice are rejections with a reason, the
moved one is the same article as its target, and the forbidden one is never asked for.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from corpus.records import VIETNAM
from tintinh.loopback.outlets import OUTLETS
from tintinh.loopback.story import Story

OddityKind = Literal["missing", "moved", "notice", "forbidden"]


@dataclass(frozen=True, slots=True)
class Oddity:
    """An address that looks like an article's and is linked from the listings, but is none.

    ``missing`` answers 404; ``moved`` answers 301 to the outlet's oldest story; ``notice`` is a page that says only
    ``text``; ``forbidden`` is a page that robots.txt disallows.
    """

    kind: OddityKind
    source: str
    path: str
    title: str
    text: str
    section: str
    listed_at: datetime

    @property
    def url(self) -> str:
        """The absolute address, as the listings print it."""
        return OUTLETS[self.source].url(self.path)


ODDITIES: tuple[Oddity, ...] = (
    Oddity(
        "missing",
        "bao_ha_giang",
        "/kinh-te/202512/doi-lich-phien-cho-trung-tam-xa-yen-minh-0c4f1e7/",
        "Đổi lịch phiên chợ trung tâm xã Yên Minh",
        "Phiên chợ cuối tháng họp sớm một ngày để bà con kịp thu hoạch vụ đông.",
        "Kinh tế",
        datetime(2025, 12, 18, 7, 40, tzinfo=VIETNAM),
    ),
    Oddity(
        "forbidden",
        "bao_ha_giang",
        "/xa-hoi/202603/lich-truc-toa-soan-tuan-12-3fa90b2/",
        "Lịch trực tòa soạn tuần 12",
        "Ca sáng do phòng Thư ký phụ trách, ca chiều do phòng Điện tử phụ trách; lịch chỉ dùng trong nội bộ cơ quan.",
        "Xã hội",
        datetime(2026, 3, 15, 17, 5, tzinfo=VIETNAM),
    ),
    Oddity(
        "moved",
        "bao_dong_thap",
        "https://baodongthap.com.vn/kinh-te/tin-cu-chuyen-dia-chi-204518.aspx",
        "(Xem lại) Tin bạn đọc quan tâm",
        "Tòa soạn giới thiệu lại một bài được nhiều bạn đọc tìm trên trang cũ.",
        "Kinh tế",
        datetime(2026, 1, 9, 6, 30, tzinfo=VIETNAM),
    ),
    Oddity(
        "notice",
        "ptth_ha_giang",
        "/thoi-su/202602/thong-bao-trang-dang-duoc-cap-nhat-7d20c55",
        "Thông báo",
        "Trang đang được cập nhật, mời quý vị và các bạn quay lại sau.",
        "Thời sự",
        datetime(2026, 2, 20, 8, 0, tzinfo=VIETNAM),
    ),
)
"""Every odd address, with the texts that listings and pages show for it."""

Encoding = Literal["windows-1258", "decomposed"]
_ODD_PAGES: tuple[tuple[str, int, Encoding], ...] = (
    ("thua_thien_hue_portal", 1, "windows-1258"),
    ("ptth_ha_giang", 2, "decomposed"),
)


def odd_encodings(stories: Iterable[Story]) -> Mapping[str, Encoding]:
    """Which stories are served in an odd encoding: story id → encoding.

    The second story of the Huế portal, by age, comes as windows-1258 (its publishing system is the oldest), the third
    of the station as UTF-8 with decomposed letters (NFD), as text pasted from a Mac.
    """
    ordered = sorted(stories, key=lambda story: (story.published_at, story.id))
    found: dict[str, Encoding] = {}
    for source, place, encoding in _ODD_PAGES:
        own = [story.id for story in ordered if story.source == source]
        if len(own) > place:
            found[own[place]] = encoding
    return found


_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


def windows_1258(html: str) -> bytes:
    """``html`` in windows-1258, which writes a tone as a mark of its own after the vowel (``ế`` as ``ê`` + acute).

    A character that the code page lacks becomes a numeric character reference, as browsers of its time did.
    """
    letters = []
    for letter in unicodedata.normalize("NFC", html):
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(part for part in parts if part in _TONES)
        letters.append(unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES)) + tone)
    return "".join(letters).encode("cp1258", errors="xmlcharrefreplace")
