"""Feeds, sitemaps and listings to candidates."""

from __future__ import annotations

import gzip
import tomllib
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.records import VIETNAM
from crawler import discover
from crawler.address import address
from crawler.discover import feed, listing, sitemap
from crawler.errors import DiscoveryError
from crawler.source import Source, load_sources
from tests.small_paper import HOME, TOML

SOURCE = Source.model_validate(tomllib.loads(TOML), strict=False)
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"


def rss(*items: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>' + "".join(items) + "</channel></rss>"
    ).encode()


def urls(found: discover.Listing) -> list[str]:
    return [candidate.url.removeprefix(HOME) for candidate in found.candidates]


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("HTTPS://BaoDongSuoi.example:443/tin/a.html#binh-luan", "https://baodongsuoi.example/tin/a.html"),
        ("https://a.vn/x?utm_source=fb&id=3&fbclid=abc&utm_Medium=x", "https://a.vn/x?id=3"),
        ("https://a.vn/?gd=1&cn=129&tc=22380", "https://a.vn/?gd=1&cn=129&tc=22380"),
        ("https://a.vn/?gd=12&zarsrc=30&cn=3&tc=4", "https://a.vn/?gd=12&cn=3&tc=4"),
        ("  https://a.vn/tin tức/ ", "https://a.vn/tin%20t%E1%BB%A9c/"),
        ("http://a.vn:8080", "http://a.vn:8080/"),
    ],
)
def test_one_address_has_one_spelling(given_url: str, expected: str) -> None:
    assert address(given_url) == expected


@given(
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["http", "https"]),
        st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,8}\.vn(:[1-9][0-9]{0,3})?", fullmatch=True),
        st.text(alphabet="/aZ9-_.%éđ ", max_size=12).map(lambda path: "/" + path),
        st.text(alphabet="?&=#aZ9 utm_", max_size=16),
    )
)
def test_an_address_is_idempotent_and_drops_fragments(url: str) -> None:
    once = address(url)
    assert address(once) == once
    assert not urlsplit(once).fragment
    assert urlsplit(once).netloc == urlsplit(once).netloc.lower()


def test_an_rss_feed_gives_titles_and_hints_at_vietnamese_time() -> None:
    body = rss(
        f"<item><title><![CDATA[ Cầu mới &  đường mới ]]></title><link>{HOME}tin/cau-moi.html?utm_source=rss</link>"
        "<pubDate>Thu, 03 Jun 2021 02:15:00 GMT</pubDate></item>",
        f"<item><title>Không ngày</title><link> {HOME}tin/khong-ngay.html </link><pubDate>hôm qua</pubDate></item>",
        f"<item><guid>{HOME}tin/chi-guid.html</guid></item>",
        '<item><guid isPermaLink="false">123</guid></item>',
        f"<item><link>{HOME}video/phim.html</link></item>",
        "<item><link>https://khac.example/tin/khac.html</link></item>",
    )
    found = feed(body, HOME + "rss.xml", SOURCE)
    assert urls(found) == ["tin/cau-moi.html", "tin/khong-ngay.html", "tin/chi-guid.html"]
    first, second, _ = found.candidates
    assert first.title == "Cầu mới & đường mới"
    assert first.published_hint == datetime(2021, 6, 3, 9, 15, tzinfo=VIETNAM)
    assert first.published_hint.utcoffset() == VIETNAM.utcoffset(None)
    assert second.published_hint is None
    assert first.seen_in == HOME + "rss.xml"
    assert found.more == ()


def test_an_atom_feed_is_read_too() -> None:
    body = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom">
    <entry><title>Một</title><link rel="edit" href="{HOME}sua/1"/><link href="{HOME}tin/mot.html"/>
    <published>2026-05-01T07:00:00Z</published></entry></feed>""".encode()
    (candidate,) = feed(body, HOME + "atom", SOURCE).candidates
    assert candidate.url == HOME + "tin/mot.html"
    assert candidate.published_hint == datetime(2026, 5, 1, 14, tzinfo=VIETNAM)


def test_a_slightly_broken_feed_is_forgiven() -> None:
    body = rss(f"<item><title>Chè &nbsp; San & tuyết</title><link>{HOME}tin/che.html</link></item>")
    assert urls(feed(body[:-20], HOME + "rss.xml", SOURCE)) == ["tin/che.html"]


@pytest.mark.parametrize("body", [b"", b"   ", b"<html><body>404</body></html>", b"\x00\xff\xfe", b'{"items": []}'])
def test_what_is_no_feed_is_named(body: bytes) -> None:
    with pytest.raises(DiscoveryError, match=rf"^{HOME}rss.xml: is not an RSS or Atom feed"):
        feed(body, HOME + "rss.xml", SOURCE)
    with pytest.raises(DiscoveryError, match=rf"^{HOME}sitemap.xml: is not a sitemap"):
        sitemap(body, HOME + "sitemap.xml", SOURCE)


@pytest.mark.parametrize("depth", [1, 3, 11])
def test_entities_are_never_expanded(tmp_path: Path, depth: int) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("mat-khau")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, depth + 1))
    declared = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    for told in (f"l{depth}", "x"):
        body = (
            f'<?xml version="1.0"?>{declared}<rss><channel><item><title>Chè &{told};</title>'
            f"<link>{HOME}tin/a-&{told};.html</link></item>"
            f"<item><title>Chợ</title><link>{HOME}tin/b.html</link></item></channel></rss>"
        ).encode()
        found = feed(body, HOME + "rss.xml", SOURCE).candidates
        assert "mat-khau" not in str(found)
        assert "haha" not in str(found)
        # At the deepest libxml2 gives up by itself, with or without us, and nothing of the feed is left.
        assert depth == 11 or f"{HOME}tin/b.html" in [one.url for one in found]


def test_a_sitemap_is_newest_first_plain_or_gzip() -> None:
    body = f"""<?xml version="1.0"?><urlset xmlns="{SITEMAP}" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
    <url><loc>{HOME}tin/cu.html</loc><lastmod>2025-01-02</lastmod></url>
    <url><loc>{HOME}tin/khong-ro.html</loc></url>
    <url><loc>{HOME}tin/moi.html</loc><lastmod>2026-01-02T08:00:00+07:00</lastmod></url>
    <url><loc>{HOME}tin/giua.html</loc><news:news><news:publication_date>2025-06-01</news:publication_date></news:news></url>
    <url><loc>{HOME}xa-hoi/</loc></url></urlset>""".encode()
    plain = sitemap(body, HOME + "sitemap.xml", SOURCE)
    assert urls(plain) == ["tin/moi.html", "tin/giua.html", "tin/cu.html", "tin/khong-ro.html"]
    assert sitemap(gzip.compress(body), HOME + "sitemap.xml", SOURCE) == plain


def test_a_sitemap_index_names_its_sitemaps_newest_first() -> None:
    body = f"""<sitemapindex xmlns="{SITEMAP}">
    <sitemap><loc>{HOME}s-2024.xml.gz</loc><lastmod>2024-12-31</lastmod></sitemap>
    <sitemap><loc> /s-2026.xml.gz </loc><lastmod>2026-05-31</lastmod></sitemap></sitemapindex>""".encode()
    found = sitemap(body, HOME + "sitemap.xml", SOURCE)
    assert found.candidates == ()
    assert found.more == (HOME + "s-2026.xml.gz", HOME + "s-2024.xml.gz")


def test_a_gzip_bomb_and_a_damaged_gzip_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "MAX_SITEMAP_BYTES", 10_000)
    with pytest.raises(DiscoveryError, match="unpacks to more than 10000 bytes"):
        sitemap(gzip.compress(b" " * 1_000_000), HOME + "s.gz", SOURCE)
    with pytest.raises(DiscoveryError, match="is a damaged gzip file"):
        sitemap(b"\x1f\x8b\x08\x00" + b"\xff" * 50, HOME + "s.gz", SOURCE)
    with pytest.raises(DiscoveryError, match="is a gzip file that ends in its middle"):
        sitemap(gzip.compress(b"<urlset></urlset>")[:-9], HOME + "s.gz", SOURCE)


def test_fifty_thousand_addresses_are_read() -> None:
    rows = "".join(f"<url><loc>{HOME}tin/bai-{n}.html</loc><lastmod>2026-01-01</lastmod></url>" for n in range(50_000))
    found = sitemap(f'<urlset xmlns="{SITEMAP}">{rows}</urlset>'.encode(), HOME + "s.xml", SOURCE)
    assert len(found.candidates) == 50_000


def test_a_listing_gives_each_article_once_with_its_headline() -> None:
    body = """<html><head><base href="/xa-hoi/"></head><body>
    <h3><a href="/tin/mot.html"><img src="m.jpg"></a></h3><h3><a href="/tin/mot.html#a">Chuyện  một</a></h3>
    <h3><a href="../tin/hai.html?fbclid=x" title="Chuyện hai"><img src="h.jpg"></a></h3>
    <h3><a href="javascript:void(0)">x</a></h3><h3><a>không địa chỉ</a></h3><h3><a href="http://[hong/tin/x.html">y</a></h3>
    <h3><a href="https://khac.example/tin/ba.html">quảng cáo</a></h3><p><a href="/tin/bon.html">ngoài khung</a></p>
    <a class="sau" href="?trang=2">Sau</a></body></html>""".encode()
    found = listing(body, HOME + "xa-hoi/", SOURCE)
    assert [(c.url.removeprefix(HOME), c.title) for c in found.candidates] == [
        ("tin/mot.html", "Chuyện một"),
        ("tin/hai.html", "Chuyện hai"),
    ]
    assert found.more == (HOME + "xa-hoi/?trang=2",)


@pytest.mark.parametrize("href", ["#", "javascript:next()", "", "/xa-hoi/#cuoi"])
def test_a_next_link_that_leads_nowhere_ends_the_listing(href: str) -> None:
    body = f'<a class="sau" href="{href}">Sau</a>'.encode()
    assert listing(body, HOME + "xa-hoi/", SOURCE).more == ()


@given(st.binary(max_size=300))
def test_no_bytes_break_a_listing(body: bytes) -> None:
    for candidate in listing(b"<h3>" + body, HOME, SOURCE).candidates:
        assert SOURCE.is_article(candidate.url)


def test_a_portal_is_recognised_by_its_query() -> None:
    source = load_sources()["thua_thien_hue_portal"]
    body = b"""<table><tr><td class="tin-tieude"><a href="?gd=1&cn=129&tc=22380&utm_source=z">Tin</a></td></tr>
    <tr><td class="tin-tieude"><a href="?gd=1&cn=129">Muc</a></td></tr></table>"""
    (candidate,) = listing(body, "https://stttt.thuathienhue.gov.vn/", source).candidates
    assert candidate.url == "https://stttt.thuathienhue.gov.vn/?gd=1&cn=129&tc=22380"
