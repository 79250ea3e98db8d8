"""Source files as they stand, over their platforms, and one clear sentence for each way to break one."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from corpus.provinces import map_34, names_34
from corpus.records import BODY_KINDS, BlockKind, Page
from crawler.errors import SourceError
from crawler.extract import extract
from crawler.normalise import normalise
from crawler.source import load_sources, read_source, source_for_url
from tests.small_paper import TOML

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


def test_the_shipped_sources_cover_the_country() -> None:
    sources = load_sources()
    assert set(FIVE) <= set(sources)
    assert len(sources) >= 60
    assert {map_34(source.province[-1].name) for source in sources.values() if source.province} == set(names_34())
    for source in sources.values():
        assert source.verified != "live", "nothing was ever tried live"
        assert source.polite.delay >= 1
        assert source.layout or source.expect.max_generic_share == 1.0, f"{source.id}: no rules, so all is generic"
        until = [period.until for period in source.province]
        assert until[-1:] in ([], [None])
        assert None not in until[:-1]
        for other in (source.lineage.predecessor, source.lineage.successor):
            assert other is None or other in sources or " " in other, f"{source.id}: {other} is neither id nor name"


def test_no_host_belongs_to_two_sources() -> None:
    hosts = Counter(host for source in load_sources().values() for host in source.hosts)
    assert [host for host, number in hosts.items() if number > 1] == []


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


# A page in the structure of baocantho.com.vn (saved 2026-01-08), its text invented
CAN_THO = """<!DOCTYPE html><html><head><meta charset="utf-8"><base href="https://baocantho.com.vn/static/">
<title>Họp mặt người làm vườn ở cồn Én - Báo Cần Thơ Online</title></head><body>
<ul class="nav"><li><a href="/thoi-su/">Thời sự</a></li><li><a href="/kinh-te/">Kinh tế</a></li></ul>
<div class="container"><div class="row"><div id="content"><div class="titlecate"><h1> <a href="/kinh-te/">KINH TẾ</a>
<span class="fw400"> &gt; <a href="/kinh-te/nha-vuon/">Nhà vườn</a></span> </h1></div><div id="colcate1">
<div class="sharemxh" id="clear"><span class="pubdate 128">05/03/2026 - 18:21</span></div>
<div><h1 class="margintopbot10 fw700">Họp mặt người làm vườn ở cồn Én <span class="sprite icophoto"></span></h1></div>
<div id="newscontents"><div class="content-fck slider-jsgallery 171">
<p style="text-align: justify;"><strong>(CTO)</strong> - Ngày 5-3, hơn trăm nhà vườn ở cồn Én gặp nhau tại nhà văn hóa
ấp để bàn chuyện giữ nước ngọt cho vườn nhãn trong mùa khô năm nay.</p>
<p style="text-align: justify;">Các hộ thống nhất đóng chung một cống, cử người trông theo con nước, ai vắng nhà thì
nhờ hàng xóm.</p>
<div class="AMN_mid"></div><p style="text-align: justify;"><img alt="" class="zoomimg" src="/image/web-5-3.webp"
title="Họp mặt người làm vườn ở cồn Én"></p>
<p style="text-align: center;"><em><span>Bà con cồn Én xem mẫu cống trước khi bàn.</span></em></p>
<p style="text-align: justify;">Cống sẽ đóng xong trước rằm, kịp khi nước mặn lên tới đầu cồn.</p>
<p style="text-align: right;"><strong>Tin, ảnh: N.Đ</strong></p></div></div>
<ul class="list-block"><li><a href="/tin-khac-a1.html">Tin khác của xã bên</a></li></ul>
</div></div></div></div></body></html>"""


def test_the_rules_of_bao_can_tho_read_a_page_of_its_structure() -> None:
    url = "https://baocantho.com.vn/hop-mat-nguoi-lam-vuon-a200001.html"
    source = source_for_url(url, load_sources())
    assert source is not None
    headers = (("content-type", "text/html; charset=utf-8"),)
    page = Page(url, url, datetime(2026, 3, 6, tzinfo=UTC), 200, headers, CAN_THO.encode())
    article = normalise(extract(page, source), page, source)
    assert (article.source, article.extractor) == ("bao_can_tho", "rules")
    assert article.title == "Họp mặt người làm vườn ở cồn Én"
    assert (article.section, article.province, article.authors) == ("KINH TẾ", "Cần Thơ", ("N.Đ",))
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2026-03-05T18:21:00+07:00"
    body = [block.text for block in article.blocks if block.kind in BODY_KINDS]
    assert [text[:12] for text in body] == ["(CTO) - Ngày", "Các hộ thống", "Cống sẽ đóng"]
    captions = [block.text for block in article.blocks if block.kind is BlockKind.CAPTION]
    assert captions == ["Bà con cồn Én xem mẫu cống trước khi bàn."]
