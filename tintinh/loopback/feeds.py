"""What machines read at an outlet: the RSS feed, and a sitemap index with gzipped parts."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from xml.etree import ElementTree

from tintinh.loopback.answer import Answer
from tintinh.loopback.outlets import Outlet
from tintinh.loopback.teaser import Teaser

_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PART = 10


def _xml(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def rss(outlet: Outlet, teasers: Sequence[Teaser]) -> Answer:
    """The feed of ``teasers`` as RSS 2.0: HTML with a picture in each description, times at +0700."""
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    for tag, text in (("title", f"{outlet.name} - Trang chủ"), ("link", outlet.url("/")), ("language", "vi")):
        ElementTree.SubElement(channel, tag).text = text
    for teaser in teasers:
        item = ElementTree.SubElement(channel, "item")
        picture = f'<a href="{teaser.url}"><img src="{outlet.url(teaser.picture)}" /></a><br />'
        for tag, text in (
            ("title", teaser.title),
            ("description", picture + teaser.summary),
            ("link", teaser.url),
            ("guid", teaser.url),
            ("pubDate", format_datetime(teaser.at)),
        ):
            ElementTree.SubElement(item, tag).text = text
    return Answer(200, "application/rss+xml; charset=utf-8", _xml(root), teasers[0].at if teasers else None)


def sitemap_parts(teasers: Sequence[Teaser]) -> Mapping[str, Sequence[Teaser]]:
    """The parts of a sitemap, path → entries, the newest part first."""
    starts = range(0, len(teasers), _PART)
    return {f"/sitemaps/news-{n}.xml.gz": teasers[s : s + _PART] for n, s in enumerate(starts, start=1)}


def sitemap_index(outlet: Outlet, parts: Mapping[str, Sequence[Teaser]]) -> Answer:
    """The sitemap that lists the parts."""
    root = ElementTree.Element("sitemapindex", xmlns=_SITEMAP)
    for path, teasers in parts.items():
        part = ElementTree.SubElement(root, "sitemap")
        ElementTree.SubElement(part, "loc").text = outlet.url(path)
        ElementTree.SubElement(part, "lastmod").text = teasers[0].at.date().isoformat()
    return Answer(200, "application/xml; charset=utf-8", _xml(root))


def sitemap_part(outlet: Outlet, teasers: Sequence[Teaser]) -> Answer:
    """One part: a gzip *file* (not an encoding of the transfer), as most publishing systems write them."""
    root = ElementTree.Element("urlset", xmlns=_SITEMAP)
    for teaser in teasers:
        entry = ElementTree.SubElement(root, "url")
        ElementTree.SubElement(entry, "loc").text = teaser.url
        ElementTree.SubElement(entry, "lastmod").text = teaser.at.date().isoformat()
    return Answer(200, "application/x-gzip", gzip.compress(_xml(root), mtime=0))
