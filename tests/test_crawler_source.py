"""Source files: the five as they stand, and one clear sentence for each way to break one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from small_paper import TOML

from crawler.errors import SourceError
from crawler.source import load_sources, read_source, source_for_url

FIVE = ("bao_dong_thap", "bao_ha_giang", "ptth_ha_giang", "thua_thien_hue_portal", "ttxvn_dan_toc")


def broken(tmp_path: Path, text: str | bytes, name: str = "bao_dong_suoi.toml") -> str:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SourceError) as caught:
        read_source(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ")
    assert "\n" not in sentence
    return sentence.removeprefix(f"{path}: ")


def test_the_shipped_sources_are_the_five() -> None:
    sources = load_sources()
    assert set(FIVE) <= set(sources)
    for source in sources.values():
        assert source.verified != "live", "nothing was ever tried live"
        assert source.polite.delay >= 1
        assert source.layout, source.id


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("bao_ha_giang", "https://baohagiang.vn/xa-hoi/202112/trien-khai-hoat-dong-785426"),
        ("bao_ha_giang", "https://baohagiang.vn/chinh-tri/202106/tang-cuong-thong-tin-7a81d4e/"),
        ("ptth_ha_giang", "https://hagiangtv.vn/thoi-su/202112/hop-ban-chi-dao-0b1c2d3"),
        ("bao_dong_thap", "https://www.baodongthap.vn/don-doc-so-ra-ngay-19-1-2026-a235582.html"),
        ("bao_dong_thap", "https://www.baodongthap.vn/ban-doc/202510/don-doc-so-ra-ngay-22-10-1050912"),
        ("bao_dong_thap", "https://www.baodongthap.vn/phong-su-anh/40-nam-mot-chang-duong-48437.aspx"),
        ("thua_thien_hue_portal", "https://snnptnt.thuathienhue.gov.vn/?gd=1&cn=129&tc=22380"),
        ("ttxvn_dan_toc", "https://dantocmiennui.baotintuc.vn/nhieu-diem-sat-lo-tren-duong-177-post360361.html"),
    ],
)
def test_addresses_seen_in_public_material_are_articles(source: str, url: str) -> None:
    sources = load_sources()
    assert sources[source].is_article(url)
    assert source_for_url(url, sources) is sources[source]


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("bao_ha_giang", "https://baohagiang.vn/chinh-tri/"),
        ("bao_ha_giang", "https://baohagiang.vn.example/chinh-tri/202106/tang-cuong-7a81d4e/"),
        ("thua_thien_hue_portal", "https://stttt.thuathienhue.gov.vn/?gd=1&cn=129"),
        ("ttxvn_dan_toc", "https://dantocmiennui.baotintuc.vn/hoi-nhap/"),
    ],
)
def test_sections_and_other_hosts_are_not(source: str, url: str) -> None:
    assert not load_sources()[source].is_article(url)


def test_provinces_follow_the_day() -> None:
    sources = load_sources()
    assert sources["bao_ha_giang"].province_on(date(2025, 6, 30)) == "Hà Giang"
    assert sources["bao_ha_giang"].province_on(date(2025, 7, 1)) == "Tuyên Quang"
    assert sources["thua_thien_hue_portal"].province_on(date(2019, 12, 28)) == "Thừa Thiên Huế"
    assert sources["thua_thien_hue_portal"].province_on(date(2025, 1, 1)) == "Huế"
    assert sources["ttxvn_dan_toc"].province_on(date(2023, 8, 2)) is None


def test_the_layout_of_the_day_comes_first() -> None:
    source = load_sources()["bao_dong_thap"]
    assert source.layouts_on(date(2024, 5, 9))[0].title == "div.tieude-baiviet"
    assert source.layouts_on(date(2026, 1, 18))[0].title == "h1.title"
    assert set(source.layouts_on(date(2026, 1, 18))) == set(source.layout)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "bao_dong_suoi.toml"
    path.write_text(TOML, encoding="utf-8")
    assert read_source(path).name == "Báo Đồng Suối"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('kind = "paper"', 'kind = "paper"\ncolour = "red"', "unknown key 'colour'"),
        ('next = "a.sau"', 'next = "a.sau"\nnexd = "a"', "unknown key 'discover.nexd'"),
        ('body = "div.noi-dung"', 'body = "div.noi-dung"\nboddy = "p"', "unknown key 'layout.0.boddy'"),
        ('home = "https', 'homme = "https', "key 'home' is required"),
        ('kind = "paper"', "kind = 7", "kind: "),
        ('kind = "paper"', 'kind = "blog"', "kind: "),
        ('next = "a.sau"', 'max_pages = "5"', "discover.max_pages: "),
        ('next = "a.sau"', "max_pages = 0", "discover.max_pages: "),
        ('next = "a.sau"', 'next = "a..sau"', "discover.next: is not a CSS selector"),
        ('body = "div.noi-dung"', 'body = "div["', "layout.0.body: is not a CSS selector"),
        ("article = '/tin/", "article = '(/tin/", "discover.article: is not a regular expression"),
        ('name = "Hà Giang"', 'name = "Ha Giang"', "'Ha Giang' is not a province"),
        ('home = "https://baodongsuoi', 'home = "https://khac', "is not on one of the hosts baodongsuoi.example"),
        ('sections = ["https://baodongsuoi', 'sections = ["https://khac', "is not on one of the hosts"),
        ('id = "bao_dong_suoi"', 'id = "bao_khac"', "id is 'bao_khac', but the file is named 'bao_dong_suoi'"),
        ("[[layout]]", "[polite]\ndelay = 0.1\n[[layout]]", "polite.delay: "),
        ("[[layout]]", "[[layout]", "is not TOML: "),
    ],
)
def test_a_broken_file_is_one_sentence_that_names_file_and_key(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in TOML
    assert says in broken(tmp_path, TOML.replace(old, new))


def test_a_file_that_is_not_utf_8_or_not_there(tmp_path: Path) -> None:
    assert "is not UTF-8" in broken(tmp_path, TOML.encode("utf-16"))
    with pytest.raises(SourceError, match="there is no such source file"):
        read_source(tmp_path / "khong_co.toml")


def test_one_broken_file_stops_the_loading_of_all(tmp_path: Path) -> None:
    (tmp_path / "bao_dong_suoi.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "zz.toml").write_text("id = ", encoding="utf-8")
    with pytest.raises(SourceError, match=r"zz\.toml: is not TOML"):
        load_sources(tmp_path)


def test_a_source_that_looks_nowhere(tmp_path: Path) -> None:
    lines = [line for line in TOML.splitlines() if not line.startswith(("feeds", "sitemaps", "sections"))]
    assert "there is nowhere to look for articles" in broken(tmp_path, "\n".join(lines))
