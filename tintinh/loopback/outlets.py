"""Outlet: one look-alike site of the loopback newspaper – its hosts, addresses and habits of print.

The addresses follow the families that the sources declare (crawler/sources/*.toml) but are written down here a second
time on purpose: a wrong pattern in a source must show as a page not found, not be copied into the rehearsal.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from corpus.records import VIETNAM
from corpus.text import fold
from tintinh.loopback.story import Story

NEW_LOOK_SINCE = date(2025, 7, 1)
"""The first day of Báo Đồng Tháp's present layout and addresses."""

PrintedDate = Literal["minute", "second", "day", "none"]


def slug(title: str) -> str:
    """``title`` as Vietnamese publishing systems put it into an address: without tones, hyphens between words."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(title)))[:100].rstrip("-")


def fingerprint(key: str) -> int:
    """A large number that depends on ``key`` alone, the same in every process."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


@dataclass(frozen=True, slots=True)
class Section:
    """One listing: its label in the menu, its address and the printed section names it shows (``all``: every story)."""

    label: str
    path: str
    shows: tuple[str, ...] = ()
    all: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What an article page prints: the template, the clock time of its date line, and whether section and tags show."""

    template: str
    date: PrintedDate
    date_format: str = ""
    section: bool = True
    tags: bool = True


@dataclass(frozen=True)
class Outlet:
    """One site. ``host`` serves it, ``aliases`` lead there by a redirect; paths begin with a slash.

    ``page_path`` formats the address of a further listing page from ``path``, ``joint`` (? or &) and ``number``.
    """

    id: str
    name: str
    host: str
    aliases: tuple[str, ...]
    sections: tuple[Section, ...]
    page_path: str
    article_path: Callable[[Outlet, Story], str]
    look: Callable[[Story], Look]
    page_size: int = 8
    feed: str | None = None
    sitemap: str | None = None
    disallow: tuple[str, ...] = ("/tim-kiem/",)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host name that this site answers on."""
        return (self.host, *self.aliases)

    def url(self, path: str) -> str:
        """The absolute address of ``path``; an address that is absolute already stays as it is."""
        return path if path.startswith("https://") else f"https://{self.host}{path}"

    def section_of(self, story: Story) -> Section:
        """The listing whose own the story is; ``LookupError`` where the outlet prints no such section."""
        for section in self.sections:
            if story.section in section.shows:
                return section
        known = ", ".join(name for section in self.sections for name in section.shows)
        raise LookupError(f"section {story.section!r} is none of {self.id}'s: {known}")

    def path_of(self, story: Story) -> str:
        """The path of the story's page."""
        return self.article_path(self, story)

    def listing_path(self, section: Section, number: int) -> str:
        """The path of page ``number`` (from 1) of a listing."""
        if number == 1:
            return section.path
        return self.page_path.format(path=section.path, joint="&" if "?" in section.path else "?", number=number)

    def printed_at(self, story: Story) -> datetime:
        """The publication time as the page prints it: to the second, minute or day (then midnight), at +07:00."""
        moment = story.published_at.astimezone(VIETNAM)
        match self.look(story).date:
            case "second":
                return moment.replace(second=fingerprint(story.id) % 60)
            case "day":
                return moment.replace(hour=0, minute=0, second=0)
            case _:
                return moment


def _by_month(outlet: Outlet, story: Story) -> str:
    folder = f"{outlet.section_of(story).path}{story.published_at:%Y%m}"
    return f"{folder}/{slug(story.title)}-{fingerprint(story.id) % 16**7:07x}"


def _dong_thap(outlet: Outlet, story: Story) -> str:
    number = 1_000_000 + fingerprint(story.id) % 90_000
    if story.published_at.date() < NEW_LOOK_SINCE:
        return f"{outlet.section_of(story).path}{story.published_at:%Y%m}/{slug(story.title)}-{number}/"
    return f"/{slug(story.title)}-a{number - 800_000}.html"


def _hue(outlet: Outlet, story: Story) -> str:
    return f"{outlet.section_of(story).path}&tc={4_000 + fingerprint(story.id) % 6_000}"


def _dan_toc(outlet: Outlet, story: Story) -> str:
    return f"/{slug(story.title)}-post{300_000 + fingerprint(story.id) % 60_000}.html"


_DONG_THAP_OLD = Look("bao_dong_thap/article_old.html", "second", "%d/%m/%Y %H:%M:%S", section=False, tags=False)
_DONG_THAP_NEW = Look("bao_dong_thap/article.html", "minute", "%d/%m/%Y - %H:%M")
_BHG = Look("bao_ha_giang/article.html", "minute", "%H:%M, %d/%m/%Y")
_HTV = Look("ptth_ha_giang/article.html", "minute", "%H:%M, %d/%m/%Y", tags=False)
_HUE = Look("thua_thien_hue_portal/article.html", "day", "%d/%m/%Y", tags=False)
_TTX = Look("ttxvn_dan_toc/article.html", "none")


def _named(*labels: str) -> tuple[Section, ...]:
    return tuple(Section(label, f"/{slug(label)}/", (label,)) for label in labels)


OUTLETS: dict[str, Outlet] = {
    outlet.id: outlet
    for outlet in (
        Outlet(
            id="bao_ha_giang",
            name="Báo Hà Giang",
            host="baohagiang.vn",
            aliases=(),
            sections=_named("Chính trị", "Kinh tế", "Xã hội", "Văn hóa", "Du lịch", "An ninh - Quốc phòng", "Thể thao"),
            page_path="{path}page/{number}/",
            article_path=lambda outlet, story: _by_month(outlet, story) + "/",
            look=lambda story: _BHG,
            page_size=4,  # its sections are small; four a page give the rehearsal listings of two pages
            feed="/rss/home.rss",
        ),
        Outlet(
            id="bao_dong_thap",
            name="Báo Đồng Tháp",
            host="baodongthap.vn",
            aliases=("www.baodongthap.vn", "baodongthap.com.vn", "www.baodongthap.com.vn"),
            sections=(
                Section("Chính trị", "/chinh-tri/", ("Thời sự", "Chính trị")),
                *_named("Kinh tế"),
                Section("Xã hội", "/xa-hoi/", ("Xã hội", "Du lịch")),
                *_named("Văn hóa - Nghệ thuật", "Thể thao"),
                Section("Giáo dục - Y tế", "/giao-duc/", ("Giáo dục - Y tế",)),
                Section("An ninh - Pháp luật", "/phap-luat/", ("Quốc phòng - An ninh", "Pháp luật")),
                *_named("Quốc tế"),
            ),
            page_path="{path}trang-{number}/",
            article_path=_dong_thap,
            look=lambda story: _DONG_THAP_OLD if story.published_at.date() < NEW_LOOK_SINCE else _DONG_THAP_NEW,
            feed="/rss/home.rss",
        ),
        Outlet(
            id="ptth_ha_giang",
            name="Đài Phát thanh và Truyền hình Hà Giang",
            host="hagiangtv.vn",
            aliases=(),
            sections=(
                Section("Thời sự", "/thoi-su/", ("Thời sự",), all=True),
                *_named("Kinh tế", "Văn hóa - Xã hội", "An ninh - Quốc phòng"),
                Section("Thể thao - Giải trí", "/the-thao/", ("Thể thao - Giải trí",)),
            ),
            page_path="{path}{joint}p={number}",
            article_path=_by_month,
            look=lambda story: _HTV,
        ),
        Outlet(
            id="thua_thien_hue_portal",
            name="Sở Thông tin và Truyền thông",
            host="stttt.thuathienhue.gov.vn",
            aliases=("thuathienhue.gov.vn", "snnptnt.thuathienhue.gov.vn", "stp.thuathienhue.gov.vn"),
            sections=(
                Section("Trang chủ", "/", all=True),
                Section("Tin tức - Sự kiện", "/?gd=27&cn=101", ("Tin tức - Sự kiện",)),
                Section("Hoạt động của Sở", "/?gd=27&cn=102", ("Hoạt động của Sở",)),
                Section("Thông tin đối ngoại", "/?gd=27&cn=106", ("Thông tin đối ngoại",)),
                Section("Chuyển đổi số", "/?gd=27&cn=112", ("Chuyển đổi số",)),
                Section("Biển, đảo - Biên giới", "/?gd=27&cn=118", ("Biển, đảo - Biên giới",)),
                Section("Văn hóa - Du lịch", "/?gd=27&cn=121", ("Văn hóa - Du lịch",)),
            ),
            page_path="{path}{joint}trang={number}",
            article_path=_hue,
            look=lambda story: _HUE,
        ),
        Outlet(
            id="ttxvn_dan_toc",
            name="Báo ảnh Dân tộc và Miền núi",
            host="dantocmiennui.baotintuc.vn",
            aliases=("dantocmiennui.vn",),
            sections=(
                Section("Thời sự", "/thoi-su/", ("Thời sự", "Biên giới - Biển đảo")),
                *_named("Hội nhập", "Kinh tế", "Văn hóa"),
            ),
            page_path="{path}{joint}page={number}",
            article_path=_dan_toc,
            look=lambda story: _TTX,
            sitemap="/sitemap.xml",
        ),
    )
}
"""The five outlets by source id."""
