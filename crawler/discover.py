"""Feeds, sitemaps and listings -> candidates. Pure: bytes in, records out, nothing is fetched here.

Every address is made canonical first, so that one article is one address wherever it is met.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag
from lxml import etree

from corpus.records import VIETNAM
from corpus.text import line
from crawler.address import address
from crawler.errors import DiscoveryError
from crawler.source import Source

MAX_SITEMAP_BYTES = 52_428_800
"""The sitemap protocol allows 50 MiB uncompressed; a gzip that holds more is not a sitemap."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link worth fetching.

    ``seen_in`` is the feed, sitemap or listing that showed it, ``title`` the text of the link where it had one, and
    ``published_hint`` (aware, +07:00) the date given there: good for order and for ``since``, never for the article.
    """

    url: str
    seen_in: str
    title: str | None = None
    published_hint: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """What one feed, sitemap or listing page showed, newest first; ``more`` are the pages to read after it.

    ``ordered`` is False for an index of sitemaps without dates, of which nobody knows where the newest is.
    """

    candidates: tuple[Candidate, ...]
    more: tuple[str, ...] = ()
    ordered: bool = True


def feed(body: bytes, url: str, source: Source) -> Listing:
    """The articles of an RSS or Atom feed at ``url``; raises ``DiscoveryError`` where it is none."""
    root = _xml(body, url, "an RSS or Atom feed", {"rss", "feed", "RDF"})
    links = (
        (_feed_link(item), _said(item, "title"), _hint(_said(item, "pubDate", "published", "updated", "date")))
        for item in root.iter("{*}item", "{*}entry")
    )
    return Listing(tuple(_articles(links, url, source)))


def sitemap(body: bytes, url: str, source: Source) -> Listing:
    """The articles of a sitemap at ``url`` (gzip or plain), the newest first, or the sitemaps that an index names.

    Raises ``DiscoveryError`` where it is neither, or unpacks to more than ``MAX_SITEMAP_BYTES``.
    """
    root = _xml(_unpacked(body, url), url, "a sitemap", {"urlset", "sitemapindex"})
    rows = [
        (_said(entry, "loc"), _hint(_said(entry, "lastmod") or _said(entry, "news/{*}publication_date")))
        for entry in root.iter("{*}url", "{*}sitemap")
    ]
    # Stable: entries without a date keep their order, after those that have one.
    rows.sort(key=lambda row: -row[1].timestamp() if row[1] else 0.0)
    if _name(root) == "sitemapindex":
        parts = tuple(filter(None, (_address(url, loc) for loc, _ in rows)))
        return Listing((), parts, ordered=all(hint is not None for _, hint in rows))
    return Listing(tuple(_articles(((loc, None, hint) for loc, hint in rows), url, source)))


def listing(body: bytes, url: str, source: Source) -> Listing:
    """The articles that a section page at ``url`` links to, in page order, and its next page.

    Raises ``DiscoveryError`` where the page names an encoding that is no name.
    """
    try:
        soup = BeautifulSoup(body, "lxml")
    except ValueError as error:  # of lxml, to which Beautiful Soup passes whatever the page says
        raise DiscoveryError(f"{url}: cannot be read as HTML ({error})") from error
    base_tag = soup.find("base", href=True)
    base = (_address(url, _attribute(base_tag, "href")) if base_tag else None) or url
    links = (
        (_attribute(anchor, "href"), _text(anchor) or _attribute(anchor, "title"), None)
        for anchor in soup.select(source.discover.links)
    )
    following = soup.select_one(source.discover.next) if source.discover.next else None
    more = _address(base, _attribute(following, "href")) if following is not None else None
    # "#", an empty link and a script lead back to the page itself, or nowhere.
    leads_on = more is not None and more.startswith("http") and more not in {address(url), base}
    return Listing(tuple(_articles(links, url, source, base)), (more,) if more is not None and leads_on else ())


def endpoint(body: bytes, url: str, source: Source) -> Listing:
    """The articles that a "xem thêm" endpoint at ``url`` answers with in JSON: addresses, or HTML that links to them.

    Which is which stands at the source's ``json_path`` (``data.items[].url``). Raises ``DiscoveryError`` where the
    answer is no JSON or has nothing at that path; an empty list there is the end of the listing.
    """
    path = source.discover.json_path or ""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DiscoveryError(f"{url}: is not JSON ({error})") from error
    links: list[tuple[str | None, str | None, datetime | None]] = []
    for value in _at(said, path.split("."), url, path):
        if not isinstance(value, str):
            raise DiscoveryError(f"{url}: {path} is {type(value).__name__}, an address or HTML was expected")
        if "<" not in value:
            links.append((value, None, None))
            continue
        links += [
            (_attribute(anchor, "href"), _text(anchor) or _attribute(anchor, "title"), None)
            for anchor in BeautifulSoup(value, "lxml").select(source.discover.links)
        ]
    return Listing(tuple(_articles(links, url, source)))


def _at(said: object, keys: list[str], url: str, path: str) -> Iterator[object]:
    """The values at a path of keys, each of which may end in ``[]`` for every item of a list."""
    if not keys:
        yield said
        return
    key, each = keys[0].removesuffix("[]"), keys[0].endswith("[]")
    if key:
        if not isinstance(said, dict) or key not in said:
            raise DiscoveryError(f"{url}: has no key {key!r} on the path {path}")
        said = said[key]
    if not each:
        yield from _at(said, keys[1:], url, path)
        return
    if not isinstance(said, list):
        raise DiscoveryError(f"{url}: {key!r} on the path {path} is no list")
    for item in said:
        yield from _at(item, keys[1:], url, path)


def _articles(
    links: Iterable[tuple[str | None, str | None, datetime | None]], seen_in: str, source: Source, base: str = ""
) -> Iterator[Candidate]:
    """Each article address once, at its first place, with the first title that any of its links has."""
    found: dict[str, Candidate] = {}
    for href, title, hint in links:
        url = _address(base or seen_in, href)
        if url is None or not source.is_article(url):
            continue
        first = found.get(url)
        # A picture and a headline usually link to the same article; only the second has text.
        if first is None or (first.title is None and title is not None):
            found[url] = Candidate(url, seen_in, title, hint or (first.published_hint if first else None))
    yield from found.values()


def _address(base: str, href: str | None) -> str | None:
    """The canonical address that ``href`` leads to from ``base``; None for none, and for slips like ``http://[x``."""
    if not href:
        return None
    try:
        return address(urljoin(base, href))
    except ValueError:
        return None


def _xml(body: bytes, url: str, what: str, outermost: set[str]) -> etree._Element:
    # Somebody else's XML: entities are not expanded, no DTD and no network is touched; small faults are forgiven.
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, recover=True)
    try:
        root = etree.fromstring(body, parser=parser)
    except etree.XMLSyntaxError as error:
        raise DiscoveryError(f"{url}: is not {what} ({error})") from error
    # A recovering parser answers None, not an error, where there was nothing to recover.
    name = _name(root) if root is not None else "nothing"
    if name not in outermost:
        raise DiscoveryError(f"{url}: is not {what} (its outermost element is {name!r})")
    return root


def _name(root: etree._Element) -> str:
    """The name without its namespace; a recovering parser forgives some that lxml's own QName refuses."""
    return str(root.tag).rpartition("}")[2]


def _feed_link(item: etree._Element) -> str | None:
    for link in item.iterfind("{*}link"):
        if link.get("rel", "alternate") == "alternate":
            target = link.get("href") or link.text
            if target and target.strip():
                return target.strip()
    guid = item.find("{*}guid")
    return _said(item, "guid") if guid is not None and guid.get("isPermaLink") != "false" else None


def _said(entry: etree._Element, *names: str) -> str | None:
    """The text of the first of the children ``names`` that has any, in any namespace, on one line."""
    for name in names:
        child = entry.find("{*}" + name)
        said = line("".join(child.itertext())) if child is not None else ""
        if said:
            return said
    return None


def _text(tag: Tag) -> str | None:
    return line(tag.get_text(" ")) or None


def _attribute(tag: Tag, name: str) -> str | None:
    value = tag.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _hint(text: str | None) -> datetime | None:
    """A date of a feed or sitemap at +07:00; None where it is not one: it is only a hint."""
    if not text:
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text.strip())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)
            # Years 1 and 9999 cannot be moved between zones; a day is lost on nobody there.
            return moment.astimezone(VIETNAM)
        except (ValueError, OverflowError):
            continue
    return None


def _unpacked(body: bytes, url: str) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(body, MAX_SITEMAP_BYTES)
    except zlib.error as error:
        raise DiscoveryError(f"{url}: is a damaged gzip file ({error})") from error
    if unpacker.unconsumed_tail:
        raise DiscoveryError(f"{url}: unpacks to more than {MAX_SITEMAP_BYTES} bytes")
    if not unpacker.eof:
        raise DiscoveryError(f"{url}: is a gzip file that ends in its middle; half of it is not read as the whole")
    return plain
