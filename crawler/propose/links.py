"""The links of a page, with what tells a headline from a step of the menu."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from corpus.records import Page
from corpus.text import fold
from corpus.text import line as one_line
from crawler.address import address
from crawler.errors import Rejected
from crawler.extract.decode import utf_8
from crawler.extract.markup import Node, parse, text_in

_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|docx?|xlsx?|zip|rar|mp[34]|css|js|xml|rss)$", re.IGNORECASE)
_FEED = re.compile(r"\.rss$|/rss(?:/|$|\.)|rss\.(?:xml|aspx|php)$|/feed/?$")
_SERVICE = re.compile(
    r"lien-?he|gioi-?thieu|tim-?kiem|search|dang-?nhap|log-?in|dang-?ky|sign-?up|register|quang-?cao|advert|rss|sitemap"
    r"|so-?do|(?:^|/)tags?(?:/|$)|tu-?khoa|keyword|e-?paper|bao-?(?:in|giay)(?:/|$)|video|clip|multimedia|podcast"
    r"|phat-?thanh|truyen-?hinh|lich-phat|e-?magazine|infographic|anh-dep|photo|thu-vien|album|bang-gia|tac-gia"
    r"|author|(?:^|/)(?:en|english|zh|lo|kh)(?:/|$)|thong-ke|dieu-khoan|chinh-sach|policy|print|javascript|facebook"
)

_NOTICES = re.compile(r"/rao-?vat(?:/|-)|/(?:xem-)?(?:video|clip)s?/|/podcast/|/tim-kiem/|/tags?/", re.IGNORECASE)
_NEXT = re.compile(r"^(?:trang )?(?:sau|tiếp|tiếp theo|kế tiếp|next)\s*[›»>]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """One link: its canonical address, its text (the title attribute where it has none) and its element."""

    url: str
    text: str
    element: Node

    @property
    def is_headline(self) -> bool:
        """Whether the text reads like a headline: five words or more."""
        return len(self.text.split()) >= 5 and len(self.text) >= 20

    @property
    def is_label(self) -> bool:
        """Whether the text reads like a step of a menu: one to six short words."""
        return 1 <= len(self.text.split()) <= 6 and 2 <= len(self.text) <= 40 and self.text[0].isalpha()

    @property
    def is_beside_news(self) -> bool:
        """Whether the address lies among a site's classified advertisements, films, searches or subjects."""
        return _NOTICES.search(urlsplit(self.url).path) is not None

    @property
    def is_service(self) -> bool:
        """Whether the address or the text names a service of the site (contact, search, films …), no list of news."""
        parts = urlsplit(self.url)
        words = "/".join([parts.path.lower(), "-".join(fold(self.text).split())])
        return _SERVICE.search(words) is not None


def tree(page: Page) -> Node | None:
    """The tree of ``page``; None where it is no HTML."""
    kind = (page.header("content-type") or "text/html").lower()
    if "html" not in kind:
        return None
    try:
        return parse(utf_8(page), page.url)
    except Rejected:
        return None


def links_of(root: Node, url: str, hosts: tuple[str, ...]) -> list[Link]:
    """The links of a page at ``url`` that stay on ``hosts``, in page order; files and scripts are left out."""
    base = root.find(".//base[@href]")
    origin = urljoin(url, base.get("href") or "") if base is not None else url
    found = []
    for anchor in root.iter("a"):
        where = resolved(origin, anchor.get("href"))
        if where is None or urlsplit(where).hostname not in hosts or _FILE.search(urlsplit(where).path):
            continue
        found.append(Link(where, text_in(anchor) or one_line(anchor.get("title") or ""), anchor))
    return found


def resolved(base: str, href: str | None) -> str | None:
    """The canonical web address that ``href`` leads to; None for scripts, marks on the page and slips."""
    if not href or href.strip().lower().startswith(("#", "javascript:", "mailto:", "tel:")):
        return None
    try:
        where = address(urljoin(base, href.strip()))
    except ValueError:
        return None
    return where if where.startswith(("http://", "https://")) else None


def feeds_named(root: Node, url: str, hosts: tuple[str, ...]) -> list[str]:
    """The feeds that a page names: its ``alternate`` links first, then the links that end like feeds."""
    named = []
    for link in root.iter("link"):
        kind = (link.get("type") or "").lower()
        if (link.get("rel") or "").lower() == "alternate" and ("rss" in kind or "atom" in kind):
            named.append(resolved(url, link.get("href")))
    for anchor in root.iter("a"):
        where = resolved(url, anchor.get("href"))
        if where is not None and _FEED.search(urlsplit(where).path):
            named.append(where)
    return list(dict.fromkeys(one for one in named if one is not None and urlsplit(one).hostname in hosts))


def is_next(text: str) -> bool:
    """Whether the text of a link says that it leads to the next page of a list."""
    return _NEXT.match(text) is not None
