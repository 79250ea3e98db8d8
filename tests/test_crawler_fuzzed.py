"""What fuzzing found (``python -m benchmarks.fuzz``), each case as small as it could be made."""

from __future__ import annotations

import io
import struct
import tomllib
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.records import Page
from crawler import discover
from crawler.address import address
from crawler.errors import ArchiveError, DiscoveryError, SourceError
from crawler.extract import extract
from crawler.normalise import normalise
from crawler.saved import pages_in
from crawler.source import Source, read_source
from tests.small_paper import HOME, TOML, article

URL = f"{HOME}tin/bai-1.html"
SOURCE = Source.model_validate(tomllib.loads(TOML), strict=False)
STORY = article("Khơi mương ở Khuổi Vài", "12/10/2026", "nước về tận chân ruộng")


def page(head: str) -> Page:
    body = STORY.replace(b"</title>", f"</title>{head}".encode())
    kind = (("Content-Type", "text/html; charset=utf-8"),)
    return Page(URL, URL, datetime(2026, 10, 12, 15, tzinfo=UTC), 200, kind, body, body, SOURCE.id)


def test_a_feed_whose_name_space_holds_a_brace_is_read() -> None:
    body = f'<feed xmlns="http://www.w3.org/}}/Atom"><entry><link href="{URL}"/></entry></feed>'.encode()
    assert [one.url for one in discover.feed(body, HOME, SOURCE).candidates] == [URL]
    index = f'<sitemapindex xmlns="a}}b"><sitemap><loc>{HOME}s1.xml</loc></sitemap></sitemapindex>'.encode()
    assert discover.sitemap(index, HOME, SOURCE).more == (f"{HOME}s1.xml",)
    with pytest.raises(DiscoveryError, match="its outermost element is 'urlset'"):
        discover.feed(b'<urlset xmlns="a}b"/>', HOME, SOURCE)


def test_a_listing_in_an_encoding_that_is_no_name_is_refused_by_name() -> None:
    body = f'<meta charset="utf-16\x01"><h3><a href="{URL}">Khơi mương</a></h3>'.encode()
    with pytest.raises(DiscoveryError, match=f"{HOME}xa-hoi/: cannot be read as HTML"):
        discover.listing(body, f"{HOME}xa-hoi/", SOURCE)


def test_json_nested_deeper_than_python_goes_is_refused_by_name() -> None:
    with pytest.raises(DiscoveryError, match="is not JSON"):
        discover.endpoint(b"[" * 100_000, HOME, SOURCE)


def test_structured_data_nested_deeper_than_python_goes_is_passed_over() -> None:
    one = page(f'<script type="application/ld+json">{"[" * 100_000}</script>')
    assert normalise(extract(one, SOURCE), one, SOURCE).title == "Khơi mương ở Khuổi Vài"


def test_toml_nested_deeper_than_python_goes_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "bao_dong_suoi.toml"
    path.write_text(f"{TOML}\n[polite]\ndelay = {'[' * 10_000}", encoding="utf-8")
    with pytest.raises(SourceError, match=r"bao_dong_suoi\.toml: is not TOML"):
        read_source(path)


@pytest.mark.parametrize("key", ["a" + ".a" * 57_000, 'a."a"' * 20_000], ids=["plain", "quoted"])
def test_a_key_of_thousands_of_dots_is_refused_before_it_takes_all_memory(tmp_path: Path, key: str) -> None:
    path = tmp_path / "bao_dong_suoi.toml"
    path.write_text(f"{TOML}\n{key} = 1", encoding="utf-8")
    with pytest.raises(SourceError, match=r"bao_dong_suoi\.toml: is longer than 16384 bytes"):
        read_source(path)


def test_a_number_of_thousands_of_digits_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "bao_dong_suoi.toml"
    path.write_text(f"{TOML}\nage = {'9' * 5_000}", encoding="utf-8")
    with pytest.raises(SourceError, match=r"bao_dong_suoi\.toml: is not TOML: Exceeds the limit"):
        read_source(path)


def test_a_selector_of_something_that_is_no_element_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "bao_dong_suoi.toml"
    path.write_text(TOML.replace('links = "h3 a[href]"', 'links = "h3::before"'), encoding="utf-8")
    with pytest.raises(SourceError, match=r"discover\.links: is not a CSS selector: Pseudo-element found at"):
        read_source(path)


def test_keys_nested_deeper_than_python_goes_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "bao_dong_suoi.toml"
    path.write_text(f"{TOML}\n[{'a.' * 7_000}b]\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"bao_dong_suoi\.toml: "):
        read_source(path)


def test_a_selector_nested_deeper_than_python_goes_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "bao_dong_suoi.toml"
    path.write_text(TOML.replace('"p.sapo"', f'"p{".a" * 3_000}"'), encoding="utf-8")
    with pytest.raises(SourceError, match=r"bao_dong_suoi\.toml: .*lead"):
        read_source(path)


def test_a_home_that_is_no_address_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "bao_dong_suoi.toml"
    text = TOML.replace(f'home = "{HOME}"', 'home = "https://[0/"').replace(f'"{HOME}rss.xml"', '"/rss.xml"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"bao_dong_suoi\.toml: home is no address"):
        read_source(path)


@pytest.mark.parametrize("claimed", [f"{HOME[:-1]}:99999/tin/khac.html", f"{HOME[:-1]}:x/tin/khac.html"])
def test_a_canonical_address_without_a_port_that_exists_is_not_believed(claimed: str) -> None:
    one = page(f'<link rel="canonical" href="{claimed}">')
    assert normalise(extract(one, SOURCE), one, SOURCE).url == URL


@pytest.mark.parametrize("url", ["http://", "http:////bao.vn/tin", "https://@//x", "https:///tin/1.html"])
def test_an_address_without_a_host_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="names no host"):
        address(url)


def test_a_wacz_whose_directory_points_before_the_file_is_refused_by_name(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as one:
        one.writestr("archive/a.warc", b"WARC/1.1\r\n")
    data = bytearray(packed.getvalue())
    end = data.rindex(b"PK\x05\x06")
    (start,) = struct.unpack_from("<I", data, end + 16)
    struct.pack_into("<I", data, end + 16, start + 900)  # so all that it lists seems to lie 900 bytes earlier
    path = tmp_path / "a.wacz"
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"a\.wacz: .*(outside the file|is damaged)"):
        list(pages_in(path))


@pytest.mark.parametrize("place", [b"PK\x03\x04", b"PK\x01\x02"], ids=["before the file", "in the directory"])
def test_a_wacz_whose_names_are_no_text_is_refused_by_name(tmp_path: Path, place: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as one:
        one.writestr("archive/ấ.warc", b"WARC/1.1\r\n")
    data = packed.getvalue()
    start = data.index("ấ".encode(), data.index(place))
    path = tmp_path / "a.wacz"
    path.write_bytes(data[:start] + b"\x84\x84\x84" + data[start + 3 :])
    with pytest.raises(ArchiveError, match=r"a\.wacz: cannot be read as WACZ"):
        list(pages_in(path))
