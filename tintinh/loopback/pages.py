"""Site: every page of one look-alike outlet, made on demand from its stories and templates."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from urllib.parse import parse_qsl, urlencode

from tintinh.loopback.answer import Answer
from tintinh.loopback.feeds import rss, sitemap_index, sitemap_part, sitemap_parts
from tintinh.loopback.oddities import ODDITIES, Oddity, odd_encodings, windows_1258
from tintinh.loopback.outlets import Outlet, Section, fingerprint
from tintinh.loopback.pictures import landscape
from tintinh.loopback.story import Story
from tintinh.loopback.teaser import Teaser
from tintinh.templated import templates

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_TEMPLATES = templates("templates", "tintinh.loopback")
# JSON-LD with readable Vietnamese, as papers print it.
_TEMPLATES.policies["json.dumps_kwargs"] = {"ensure_ascii": False}

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Piece:
    """One block as a template prints it: ``picture`` is the path of a caption's photograph."""

    kind: str
    text: str
    credit: str | None = None
    picture: str | None = None


def address(path: str, query: str) -> str:
    """One spelling for an address, whatever the order of its parameters."""
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _address_of(path: str) -> str:
    return address(*path.split("?", 1)) if "?" in path else path


def clock(day: date) -> str:
    """The day as a header clock shows it: ``Chủ nhật, 22/11/2026``."""
    return f"{_WEEKDAYS[day.weekday()]}, {day:%d/%m/%Y}"


def index(outlets: Sequence[Outlet]) -> Answer:
    """The page on which a person's browser finds the outlets."""
    return Answer(200, HTML, _TEMPLATES.get_template("index.html").render(outlets=outlets).encode())


class Site:
    """One outlet with its pages: ``answer(path, query)`` is a pure function of stories and ``today``."""

    def __init__(self, outlet: Outlet, stories: Sequence[Story], today: date) -> None:
        self.outlet = outlet
        self.today = today
        self._stories = sorted((s for s in stories if s.source == outlet.id), key=lambda s: s.published_at)
        self._oddities = [oddity for oddity in ODDITIES if oddity.source == outlet.id]
        self._encodings = odd_encodings(self._stories)
        told = [Teaser.of_story(outlet, story) for story in self._stories]
        odd = [Teaser.of_oddity(outlet, oddity) for oddity in self._oddities]
        self._teasers = sorted(told + odd, key=lambda teaser: teaser.at, reverse=True)
        self._own = [teaser for teaser in self._teasers if not teaser.odd]
        self._pages: dict[str, Callable[[], Answer]] = {}
        self._lay_out()

    def answer(self, path: str, query: str = "") -> Answer:
        """The answer to a GET of ``path`` and ``query`` on the outlet's own host."""
        if path.endswith(".jpg"):
            return Answer(200, "image/svg+xml", landscape(path).encode())
        page = self._pages.get(address(path, query))
        return page() if page else self.not_found()

    def alias(self, url: str, path: str, query: str) -> Answer:
        """The answer on an alias: a page that has moved, else the same address on the outlet's own host."""
        moved = {oddity.url for oddity in self._oddities if oddity.kind == "moved"}
        if url in moved and self._stories:
            return self._redirect(self.outlet.url(self.outlet.path_of(self._stories[0])))
        return self._redirect(self.outlet.url(path + (f"?{query}" if query else "")))

    def not_found(self) -> Answer:
        """The outlet's page for an address that leads nowhere."""
        return self._html("not_found.html", {"title": "Không tìm thấy trang"}, status=404)

    def _lay_out(self) -> None:
        outlet, pages = self.outlet, self._pages
        for section in outlet.sections:
            listed = [t for t in self._teasers if section.all or t.section in section.shows]
            for number, page in enumerate(self._paginated(listed), start=1):
                path = outlet.listing_path(section, number)
                pages[_address_of(path)] = self._listing_page(section, page, number, len(listed))
        pages.setdefault("/", self._home_page)
        for story in self._stories:
            pages[_address_of(outlet.path_of(story))] = self._article_page(story)
        for oddity in self._oddities:
            if oddity.kind in ("notice", "forbidden"):
                pages[oddity.path] = self._notice_page(oddity)
        pages["/robots.txt"] = self._robots
        pages["/css/style.css"] = lambda: self._text(f"{outlet.id}/style.css", "text/css; charset=utf-8")
        if outlet.feed:
            pages[outlet.feed] = partial(rss, outlet, self._teasers[:20])
        if outlet.sitemap:
            parts = sitemap_parts(self._teasers)
            pages[outlet.sitemap] = partial(sitemap_index, outlet, parts)
            for path, teasers in parts.items():
                pages[path] = partial(sitemap_part, outlet, teasers)

    def _paginated(self, teasers: list[Teaser]) -> list[list[Teaser]]:
        size = self.outlet.page_size
        return [teasers[start : start + size] for start in range(0, len(teasers), size)] or [[]]

    def _listing_page(self, section: Section, page: list[Teaser], number: int, count: int) -> Callable[[], Answer]:
        last = max(1, -(-count // self.outlet.page_size))
        values = {
            "title": section.label,
            "section": section,
            "teasers": page,
            "number": number,
            "pages": [(n, self.outlet.listing_path(section, n)) for n in range(1, last + 1)],
            "next": self.outlet.listing_path(section, number + 1) if number < last else None,
            "older": self._own[-5:],
        }
        return lambda: self._html(f"{self.outlet.id}/listing.html", values)

    def _home_page(self) -> Answer:
        boxes = [
            (section, [t for t in self._own if t.section in section.shows][:3])
            for section in self.outlet.sections
            if any(t.section in section.shows for t in self._own)
        ]
        values = {"title": self.outlet.name, "teasers": self._own[:5], "boxes": boxes}
        return self._html(f"{self.outlet.id}/home.html", values)

    def _article_page(self, story: Story) -> Callable[[], Answer]:
        outlet = self.outlet
        look = outlet.look(story)
        # A related box shows the newest of the section, so its dates are later than the article's own, as on real
        # sites: a reader that takes the newest date of the page is wrong.
        own = Teaser.of_story(outlet, story)
        others = [t for t in self._own if t.path != own.path]
        same = [t for t in others if t.section == story.section] or others
        values = {
            "title": story.title,
            "story": story,
            "summary": own.summary,
            "thumbnail": own.picture,
            "section": outlet.section_of(story),
            "url": outlet.url(outlet.path_of(story)),
            "printed": outlet.printed_at(story).strftime(look.date_format),
            "pieces": self._pieces(story),
            "inline": same[:2],
            "related": same[:4],
            "older": [t for t in others if t.at < story.published_at][:4] or others[-4:],
            "number": fingerprint(story.id) % 9000,
        }
        encoding = self._encodings.get(story.id)
        modified = story.published_at if look.date != "none" else None
        return lambda: self._html(look.template, values, modified=modified, encoding=encoding)

    def _notice_page(self, oddity: Oddity) -> Callable[[], Answer]:
        values = {"title": oddity.title, "text": oddity.text, "related": self._own[:4]}
        return lambda: self._html(f"{self.outlet.id}/notice.html", values)

    def _pieces(self, story: Story) -> list[Piece]:
        # Publishing systems file pictures by month; an outlet that prints no date does not give it away there either.
        folder = "" if self.outlet.look(story).date == "none" else f"{story.published_at:%Y%m}/"
        pieces = []
        for place, block in enumerate(story.blocks):
            picture = f"/dataimages/{folder}{fingerprint(f'{story.id} {place}'):016x}.jpg"
            pieces.append(Piece(block.kind, block.text, block.credit, picture if block.kind == "caption" else None))
        return pieces

    def _html(
        self,
        template: str,
        values: Mapping[str, object],
        *,
        status: int = 200,
        modified: datetime | None = None,
        encoding: str | None = None,
    ) -> Answer:
        charset = encoding if encoding == "windows-1258" else "utf-8"
        text = _TEMPLATES.get_template(template).render(
            values,
            outlet=self.outlet,
            clock=clock(self.today),
            charset=charset,
            # Counters of visitors move from day to day, so that a page is never byte for byte yesterday's.
            visits=f"{7_103_112 + 911 * (self.today - date(2025, 1, 1)).days:,}".replace(",", "."),
            visitors=200 + self.today.toordinal() * 37 % 900,
        )
        if charset == "windows-1258":
            return Answer(status, "text/html", windows_1258(text), modified)  # only the page itself names its charset
        if encoding == "decomposed":
            text = unicodedata.normalize("NFD", text)
        return Answer(status, HTML, text.encode(), modified)

    def _text(self, template: str, content_type: str) -> Answer:
        return Answer(200, content_type, _TEMPLATES.get_template(template).render().encode())

    def _robots(self) -> Answer:
        forbidden = [oddity.path for oddity in self._oddities if oddity.kind == "forbidden"]
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in (*self.outlet.disallow, *forbidden))]
        if self.outlet.sitemap:
            lines.append(f"Sitemap: {self.outlet.url(self.outlet.sitemap)}")
        return Answer(200, "text/plain; charset=utf-8", ("\n".join(lines) + "\n").encode())

    def _redirect(self, target: str) -> Answer:
        return Answer(301, HTML, f'<a href="{target}">Moved Permanently</a>'.encode(), location=target)
