"""Platforms: what a source takes from its own, the address families, and each way to break one."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from crawler.errors import SourceError
from crawler.publishing import PLATFORMS, load_platform
from crawler.source import SOURCES, load_sources, read_source
from tests.small_paper import TOML


def over(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "bao_dong_suoi.toml"
    path.write_text(text, encoding="utf-8")
    return path


SHORT = (
    TOML[: TOML.index("[discover]")].replace('kind = "paper"', 'kind = "paper"\nplatform = "hemera"')
    + '[discover]\nsections = ["/xa-hoi/", "https://baodongsuoi.example/kinh-te/"]\n'
)


def test_a_source_takes_what_it_does_not_say_from_its_platform(tmp_path: Path) -> None:
    source, platform = read_source(over(tmp_path, SHORT)), load_platform("hemera")
    assert source.platform == "hemera"
    assert source.discover.article == platform.discover.article
    assert source.discover.sections == ("https://baodongsuoi.example/xa-hoi/", "https://baodongsuoi.example/kinh-te/")
    assert source.layout == platform.layout


def test_what_a_source_says_itself_wins_key_by_key(tmp_path: Path) -> None:
    source = read_source(over(tmp_path, SHORT + "max_pages = 9\nlinks = 'h3 a'\n"))
    assert (source.discover.max_pages, source.discover.links) == (9, "h3 a")
    assert source.discover.article == load_platform("hemera").discover.article


def test_own_layouts_come_first_and_one_without_a_body_changes_the_platforms(tmp_path: Path) -> None:
    first, *_ = shared = load_platform("hemera").layout
    text = SHORT + '[[layout]]\nuntil = 2020-12-31\nbody = "td.bai"\n[[layout]]\nlead = "h2.mo-dau"\n'
    old, changed, *rest = read_source(over(tmp_path, text)).layout
    assert (old.body, old.title, old.until) == ("td.bai", None, date(2020, 12, 31))
    assert changed == first.model_copy(update={"lead": "h2.mo-dau"})
    assert tuple(rest) == shared


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"hemera"', '"hemeras"', "platform: there is no platform 'hemeras'"),
        ('"hemera"', '"../sources/bao_lao_cai"', "platform: there is no platform '../sources/bao_lao_cai'"),
        ('"hemera"', "7", "platform: "),
        ("[discover]", "[[discover]]", "discover: "),
        ('id = "bao_dong_suoi"', 'id = "bao_dong_suoi"\nlayout = 7', "layout: "),
        ("[discover]\n", "[discover]\narticel = 'x'\n", "unknown key 'discover.articel'"),
        ('platform = "hemera"\n', "", "key 'discover.article' is required"),
        ('"hemera"', '"headline"', "key 'layout.0.body' is required"),
    ],
)
def test_a_broken_use_of_a_platform_is_one_sentence(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = SHORT + ('[[layout]]\nlead = "h2"\n' if "layout.0" in says else "")
    path = over(tmp_path, text.replace(old, new))
    with pytest.raises(SourceError) as caught:
        read_source(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('facts = "x"\ncolour = "red"', "unknown key 'colour'"),
        ('facts = "x"\n[discover]\nsections = ["/"]', "unknown key 'discover.sections'"),
        ('facts = "x"\n[[layout]]\nlead = "h2"', "key 'layout.0.body' is required"),
        ('facts = "x"\n[discover]\narticle = "("', "discover.article: is not a regular expression"),
        ("[discover]\nmax_pages = 3", "key 'facts' is required"),
        ("facts = ", "is not TOML"),
    ],
)
def test_a_broken_platform_names_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "la.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=rf"^{re.escape(str(tmp_path))}/la\.toml: ") as caught:
        load_platform("la", tmp_path)
    assert says in str(caught.value)


# The platforms and sources that are shipped


def test_an_outlet_of_a_known_platform_takes_fifteen_lines() -> None:
    files = {path: path.read_text(encoding="utf-8") for path in SOURCES.glob("*.toml")}
    plain = {path: text for path, text in files.items() if "\nplatform = " in text and "[[layout]]" not in text}
    assert len(plain) >= 50
    assert [path.name for path, text in plain.items() if len(text.splitlines()) > 15] == []


# An address of each family, as printed in public material or made after it; sources may narrow or widen the pattern.
FAMILIES = {
    "b_maincontent": ("gia-lua-he-thu-tang-nhe-10305432.html",),
    "bbg": ("quang-ba-diem-den-ven-song-postid413098.bbg",),
    "cms_a": ("hop-mat-nguoi-lam-vuon-a196670.html",),
    "content_detail": ("phien-cho-vung-bien-5071654.html",),
    "headline": ("tin-tuc/tuoi-tre-vung-sau-hien-mau-dau-xuan", "thoi-su/le-hoi-xuong-dong-o-muong-la.html"),
    "hemera": ("nhieu-diem-sat-lo-tren-duong-177-post360361.html",),
    "news_img": ("226/147181/Kich_cau_du_lich_vung_ho.aspx",),
    "slug_hex": ("xa-hoi/du-lich/202502/tam-giac-ket-noi-tuyen-1ca37b2/", "channel/5087/201112/Co-lua-ngo-2141513/"),
    "upload_news": ("news/452/85025/gia-keo-giong-tang-cao", "tin-tuc/206/140540/van-tai-hang-hoa"),
    "uploads_image": ("quoc-phong-an-ninh/tuan-tra-dem-ven-bien-72306.html",),
}
OWN = {
    "bao_bac_giang": "bg/suc-khoe/371838/cai-thuoc-la-nho-tap-the-duc.html",
    "bao_binh_dinh": "viewer.aspx?macm=39&macmp=39&mabb=222823",
    "bao_binh_thuan": "hoi-thi-chim-chao-mao-114280.html",
    "bao_cao_bang": "Kinh-te/Bao-Lam-phat-trien-nghe-nuoi-ca-long/59521.bcb",
    "bao_dien_bien_phu": "tin-bai/kinh-te/mua-ca-phe-chin",
    "bao_dong_thap": "don-doc-so-ra-ngay-19-1-2026-a235582.html",
    "bao_ha_giang": "chinh-tri/202106/tang-cuong-thong-tin-7a81d4e/",
    "bao_hai_duong": "nong-nghiep/ty-phu-trung-ga-151256",
    "bao_hau_giang": "thoi-su/hop-mat-nguoi-trong-mia-101234.html",
    "bao_hue": "du-lich/so-hoa-ban-do-co-163431.html",
    "bao_khanh_hoa": "xa-hoi/202605/my-article-slug",
    "bao_lai_chau": "xa-hoi/cau-treo-moi-o-ban-1234",
    "bao_lam_dong": "chi-tiet-hoc-phi-moi-438111.html",
    "bao_ninh_binh": "tet-thoi-bao-cap/d20230112091014465.htm",
    "bao_ninh_thuan": "diendan/49334p25c151/phat-trien-mo-hinh-lien-ket.htm",
    "bao_phu_tho": "gia-tri-lich-su-cua-den-169132.htm",
    "bao_quang_nam": "du-lich/nong-son-tiem-nang-111408.html",
    "bao_quang_ngai": "kinh-te/cang-ca-don-tau-82123.htm",
    "bao_son_la": "kinh-te/mua-man-som-cVqgHkTNR.html",
    "bao_thanh_hoa": "lang-nghe-chieu-coi-23123.htm",
    "bao_tra_vinh": "du-lich/danh-thuc-bien-ba-dong-29810.html",
    "bao_vinh_long": "xa-hoi/du-lich/202502/tam-giac-ket-noi-1ca37b2/",
    "doi_ngoai_lao_cai": "zh/bai-viet/23460",
    "ptth_ha_giang": "thoi-su/202112/hop-ban-chi-dao-0b1c2d3",
    "ptth_ha_tinh": "vi/chuyen-muc/tin-bai/105768/du-bao-thoi-tiet-nong-vu",
    "thua_thien_hue_portal": "?gd=1&cn=129&tc=22380",
    "ttxvn_dan_toc": "nhieu-diem-sat-lo-tren-duong-177-post360361.html",
}


def test_every_platform_has_an_address() -> None:
    assert set(FAMILIES) == {path.stem for path in PLATFORMS.glob("*.toml")}


@pytest.mark.parametrize("source_id", sorted(load_sources()))
def test_every_pattern_takes_an_address_of_its_family_and_no_section(source_id: str) -> None:
    source = load_sources()[source_id]
    own = source.platform is None or source.discover.article != load_platform(source.platform).discover.article
    paths = (OWN[source_id],) if own else FAMILIES[source.platform or ""]
    assert [path for path in paths if not source.is_article(source.home + path)] == []
    assert [url for url in (source.home, *source.discover.sections) if source.is_article(url)] == []
