"""A walk through one feed, sitemap or listing: which page is read next, and when all it shows is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Literal

from scrapy.http import Response
from scrapy.settings import BaseSettings

from corpus.agenda import Reading, Trail
from crawler import discover
from crawler.discover import Candidate, Listing
from crawler.errors import DiscoveryError
from crawler.source import Source

if TYPE_CHECKING:
    from crawler.ledger import Ledger
    from crawler.spiders.news import NewsSpider

Kind = Literal["feed", "sitemap", "section", "endpoint"]

_READ: dict[Kind, Callable[[bytes, str, Source], Listing]] = {
    "feed": discover.feed,
    "sitemap": discover.sitemap,
    "section": discover.listing,
    "endpoint": discover.endpoint,
}


class Walk:
    """The reading of one listing in one night. ``following`` is the address to read next, None where it is over.

    A walk ends at the first page that holds only what the listing's last complete reading showed, after a first page
    on which that reading goes on below what is new (``joins``), at a page that repeats this walk's own, and after
    ``max_pages``. Only then is the listing noted as read whole, so that a walk
    which broke off is gone through again to where it had to come.
    """

    def __init__(self, kind: Kind, root: str, source: Source, ledger: Ledger, back_to: date | None = None) -> None:
        self.kind = kind
        self.root = root
        self.page = 1
        self.rest: tuple[str, ...] = ()
        self.following: str | None = source.discover.page_address(root, 1) if kind == "endpoint" else root
        self._source = source
        self._ledger = ledger
        self._back_to = back_to
        self._before: Reading | None = None if back_to else ledger.reading(root)
        self._validators: tuple[str | None, str | None] = (None, None)
        self._shown: set[str] = set()
        self._last: list[str] = []
        self._first: list[str] = []
        self._not_whole = False
        self._ordered = True

    def resume(self, trail: Trail) -> None:
        """Go on where an earlier walk into the past has come to."""
        self.following, self.rest, self.page = trail.rest[0], trail.rest[1:], trail.page

    def conditions(self) -> dict[str, str]:
        """The headers that make the next request conditional on what was read before."""
        reading = self._before
        if reading is not None and self.page > 1 and self.kind != "sitemap":
            return {}
        if reading is not None and self.following not in {None, self.root}:
            reading = self._ledger.reading(str(self.following))
        if reading is None:
            return {}
        if self.kind == "sitemap" and not reading.shown:
            return {}  # an index, which may stay as it is while its sitemaps change
        given = {"If-None-Match": reading.etag, "If-Modified-Since": reading.last_modified}
        return {name: value for name, value in given.items() if value}

    def largest(self, settings: BaseSettings) -> int:
        """How many bytes an answer may have: feeds and listings are pages, sitemaps may be large."""
        return settings.getint("DOWNLOAD_MAXSIZE" if self.kind == "sitemap" else "LISTING_MAXSIZE")

    def broke_off(self) -> None:
        """The page asked for gave no answer: the listing is not read whole, the other sitemaps are still read."""
        self._not_whole = True
        self.following = None
        if self.rest and self._back_to is None:
            self.following, self.rest = self.rest[0], self.rest[1:]

    def read(self, spider: NewsSpider, response: Response) -> list[str]:
        """Note what ``response`` shows, decide what to read next, and return the addresses to fetch, in order."""
        asked = str(self.following)
        if asked == self.root:
            self._validators = _validators(response)
        if self._back_to is not None and self._ledger.all_before(self._last, self._back_to):
            # The articles of the page before this one are stored by now, and all of them are too old already.
            self.following = None
            self._ledger.walked(Trail(self.root, self._back_to, self.page, ()))
            return []
        if response.status == 304:
            self.following = None
            if asked != self.root:
                self._next_part_or_end()
            reading = self._ledger.reading(asked)
            shown = [Candidate(url, asked) for url in (reading.shown if reading else ())]
            return self._met(spider, [one for one in shown if self._is_unmet(spider, one)])
        if response.status == 404 and self.page > 1 and self.kind == "section" and self._source.discover.pages:
            # Pages made by counting end where the outlet has no more.
            self.following = None
            self._end()
            return []
        listing = self._parsed(spider, response)
        if listing is None:
            self.broke_off()
            return []
        if not (listing.candidates or listing.more) and self.kind == "section":
            spider.logger.warning("%s: links to no article; the selector of links may not fit", response.url)
        wanted = [one for one in listing.candidates if spider.is_wanted(one)]
        left_out = len(wanted) < len(listing.candidates)
        self._not_whole |= left_out
        unmet = [one for one in wanted if self._is_unmet(spider, one)]
        if asked == self.root or (self.kind == "endpoint" and self.page == 1):
            self._first = [one.url for one in wanted]
        with self._ledger.transaction():
            new = self._met(spider, unmet)
            if asked != self.root and self.kind == "sitemap" and not left_out and self._back_to is None:
                self._ledger.read_whole(asked, *_validators(response), (one.url for one in wanted))
            self._turn(spider, listing, wanted)
        return new

    def _is_unmet(self, spider: NewsSpider, one: Candidate) -> bool:
        return one.url not in spider.met and one.url not in spider.answered

    def _met(self, spider: NewsSpider, unmet: list[Candidate]) -> list[str]:
        """Note addresses as met tonight, and return those to fetch."""
        status = self._ledger.find(unmet)
        spider.met.update({one.url: status[one.url] == "known" for one in unmet})
        return [one.url for one in unmet if status[one.url] == "new"]

    def _parsed(self, spider: NewsSpider, response: Response) -> Listing | None:
        if response.status != 200:
            spider.note_unread(response.url, f"http_{response.status}")
            return None
        try:
            listing = self._ledger.without_forgotten(_READ[self.kind](response.body, response.url, self._source))
        except DiscoveryError as error:
            spider.note_unread(response.url, str(error).removeprefix(f"{response.url}: "))
            return None
        if response.url == self.root and self.kind != "sitemap":
            # Further pages and the parts of a sitemap come and go, and are no measure of a night.
            spider.listed[self.root] = len(listing.candidates)
        return listing

    def _turn(self, spider: NewsSpider, listing: Listing, wanted: list[Candidate]) -> None:
        """Choose the page to read next, and note the walk as over where there is none."""
        self._ordered &= listing.ordered
        goes_on = self._goes_on(listing, wanted)
        self._shown |= {one.url for one in wanted}
        self._last = [one.url for one in wanted]
        if self.kind == "sitemap":
            self.rest = listing.more + self.rest
            self.page += bool(listing.candidates)
        else:
            made = self._source.discover.page_address(self.root, self.page + 1) if listing.candidates else None
            self.rest = listing.more[:1] or ((made,) if made and self.kind != "feed" else ())
            self.page += bool(self.rest)
        most = spider.settings.getint("BACKFILL_PAGES") if self._back_to else self._source.discover.max_pages
        cut = goes_on and bool(self.rest) and self.page > most
        if cut and self._before is not None:
            spider.note(
                f"{self.root}: each of the {most} pages that a night reads had something new, so there may be more "
                f"behind them; raise max_pages, or run tintinh backfill {self._source.id}",
                "listing_long",
            )
        ends = cut or not goes_on or not self.rest
        self.following, self.rest = (None, ()) if ends else (self.rest[0], self.rest[1:])
        if self._back_to is not None:
            rest = (self.following, *self.rest) if self.following else ()
            self._ledger.walked(Trail(self.root, self._back_to, self.page, rest))
        elif ends:
            self._end()

    def _goes_on(self, listing: Listing, wanted: list[Candidate]) -> bool:
        urls = [one.url for one in wanted]
        if not listing.candidates or not self._ordered:
            return self.kind == "sitemap"
        if not wanted or self._shown.issuperset(urls):
            return False
        if self._back_to is not None:
            return True
        if self._before is None:
            return True
        if self.page == 1 and joins(self._before.shown, urls):
            return False
        return not self._ledger.all_shown_before(urls, self._before.whole_at)

    def _next_part_or_end(self) -> None:
        """Go on after a sitemap that has not changed, unless those behind it are older and have not, either."""
        self.page += 1
        if not self._ordered and self.rest and self.page <= self._source.discover.max_pages:
            self.following, self.rest = self.rest[0], self.rest[1:]
        else:
            self._end(unchanged=True)

    def _end(self, *, unchanged: bool = False) -> None:
        # A listing that showed nothing at all is one whose selectors may be broken, not one that was read.
        if not self._not_whole and (self._shown or unchanged):
            self._ledger.read_whole(self.root, *self._validators, self._first)


def joins(before: Sequence[str], now: Sequence[str]) -> bool:
    """Whether the first page of a listing, ``now``, runs on into its last complete reading, ``before``.

    New articles push the oldest over the edge of the page. So whatever is gone must have stood right behind something
    that is still there and stands below all that is new: between the two nothing can hide on the next page. A box of
    pinned articles over the list, or of the most read ones below it, proves nothing, and where one has changed the
    answer is no.
    """
    place = {url: index for index, url in enumerate(now)}
    newest = max((place[url] for url in place.keys() - set(before)), default=-1)
    above, gone = -1, False
    for url in before:
        if url in place:
            above = place[url]
        elif above <= newest:
            return False
        else:
            gone = True
    return gone


def walks_of(source: Source, ledger: Ledger, back_to: date | None = None) -> Iterator[Walk]:
    """The walks of a night at ``source``; with ``back_to`` those into the past that are not over yet."""
    where = source.discover
    listed: tuple[tuple[Kind, tuple[str, ...]], ...] = (
        ("feed", where.feeds),
        ("sitemap", where.sitemaps),
        ("section", where.sections),
        ("endpoint", where.endpoints),
    )
    for kind, roots in listed:
        for root in roots:
            walk = Walk(kind, root, source, ledger, back_to)
            if back_to is not None:
                trail = ledger.trail(root, back_to)
                if kind == "feed" or (trail is not None and not trail.rest):
                    continue
                if trail is not None:
                    walk.resume(trail)
            yield walk


def _validators(response: Response) -> tuple[str | None, str | None]:
    etag, modified = (response.headers.get(name) for name in ("ETag", "Last-Modified"))
    return (etag.decode("latin-1") if etag else None, modified.decode("latin-1") if modified else None)
