"""What a page says of a story beside its text: breadcrumb, pictures, the site's province, and who read what."""

from __future__ import annotations

import pytest

from corpus.records import Article, Page, Picture
from crawler.extract import extract
from crawler.extract.breadcrumb import listed, of_story
from crawler.normalise import normalise
from crawler.source import Source
from tests.pages import MARKUP, SCREEN, page, village


def read(the_page: Page, source: Source | None = None) -> Article:
    return normalise(extract(the_page, source), the_page, source)


def with_body(html: str) -> Article:
    """MARKUP with more inside its story, before the third paragraph."""
    return read(page(MARKUP.replace("<p>Chị Vàng", f"{html}<p>Chị Vàng")))


# Breadcrumb

LIST = """<script type="application/ld+json">{"@context": "https://schema.org", "@graph": [{"@type": "BreadcrumbList",
"itemListElement": [{"@type": "ListItem", "position": 2, "item": {"@id": "/xa-hoi", "name": "Xã hội"}},
{"@type": "ListItem", "position": 1, "name": "Trang chủ"}, {"@type": "ListItem", "position": "3", "name": "Chợ phiên"},
{"@type": "ListItem", "position": 4, "name": "Chợ phiên vùng cao đón khách…"}, "hỏng", null]}]}</script></head>"""
MICRODATA = """<ol itemscope itemtype="https://schema.org/BreadcrumbList"><li itemprop="itemListElement"><a href="/">
<span itemprop="name">Trang chủ</span></a></li><li><a href="/x"><span itemprop="name">Xã hội</span></a></li></ol>"""
PRINTED = """<div class="breadcrumb"><a href="/">Trang chủ</a> » <a href="/xa-hoi">Xã hội</a> »
<a href="/cho">Chợ phiên</a></div>"""


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("</head>", LIST, ("Xã hội", "Chợ phiên")),
        ('<div class="main">', MICRODATA + '<div class="main">', ("Xã hội",)),
        ('<div class="main">', PRINTED + '<div class="main">', ("Xã hội", "Chợ phiên")),
        ("</head>", "</head>", ()),
    ],
    ids=["JSON-LD", "microdata", "printed", "none"],
)
def test_the_way_to_a_story(old: str, new: str, path: tuple[str, ...]) -> None:
    article = read(page(MARKUP.replace(old, new, 1)))
    assert article.breadcrumb == path
    assert article.section == (path[-1] if path else None)
    assert len(article.body) == 4


@pytest.mark.parametrize(
    ("above", "section"),
    [
        ('<nav class="x1"><a href="/">Trang chủ</a><a href="/kt">Kinh tế</a></nav>', "Kinh tế"),
        ('<div class="path"><a href="/">Trang chủ</a> / <a href="/kt">Đất - Người</a></div>', "Đất - Người"),
        ('<div class="cat-name"><a href="/ts">Thời sự</a></div>', "Thời sự"),
        ('<table><tr><td class="cateTitle"><a href="/ts">Thời sự</a></td></tr></table>', "Thời sự"),
        ('<ul class="menu"><li><a href="/ts">Thời sự</a></li></ul>', None),
        ('<div class="cat-name">Cùng đọc báo mỗi sáng</div>', None),
    ],
    ids=["links side by side", "path", "class", "cell", "menu", "no link"],
)
def test_the_section_above_the_title(above: str, section: str | None) -> None:
    article = read(page(MARKUP.replace('<div class="main">', f'{above}<div class="main">', 1)))
    assert article.section == section
    assert len(article.body) == 4


def test_the_section_beside_the_date() -> None:
    beside = '<span class="cat"><a href="/vh">Văn hóa</a></span>'
    article = read(page(MARKUP.replace('<div class="meta">', f'<div class="meta">{beside}', 1)))
    assert article.section == "Văn hóa"
    assert article.published_at == read(page(MARKUP)).published_at


SHARES = '<div class="s"><a href="#z">Chia sẻ Zalo</a><a href="#f">Facebook</a></div>'


@pytest.mark.parametrize(
    ("below", "tags"),
    [
        ('<div class="t"><span>Từ khóa:</span></div>', ()),
        ('<div class="t">Từ khóa:<a href="/k1">chợ phiên</a> <a href="/k2">khèn</a></div>', ("chợ phiên", "khèn")),
        ('<h4>Từ khóa</h4><a href="/k1">chợ phiên</a><a href="/k2">khèn</a>', ("chợ phiên", "khèn")),
        (
            '<ul><li>TAGS</li><li><a href="/k">chợ phiên</a></li><li><a href="/x">khèn</a></li></ul>',
            ("chợ phiên", "khèn"),
        ),
        ('<div class="q"><a href="/k1">#chợ phiên</a><a href="/k2">#khèn</a></div>', ("chợ phiên", "khèn")),
    ],
    ids=["none", "one line", "behind", "list", "hashes"],
)
def test_tags_below_the_story_and_no_share_links(below: str, tags: tuple[str, ...]) -> None:
    box = f'</div><div class="row">{SHARES}{below}{SHARES}</div></div>'
    article = read(page(MARKUP.replace("</div></div>", box, 1)))
    assert article.tags == tags


def test_a_damaged_list_of_steps_is_no_step() -> None:
    assert listed({"itemListElement": {"name": "Xã hội", "position": "x"}}) == ("Xã hội",)
    assert listed({"itemListElement": [1, None, {"name": 3}, {"item": "u", "position": 1}]}) == ()
    assert of_story(["Báo Làng", "Kinh tế", "Kinh tế"], "Chợ", "Báo Làng") == ("Kinh tế",)
    assert of_story(map(str, range(20)), "Chợ", None) == ()


# Pictures

OWN = Picture("https://baolang.vn/tin/cho.jpg", "Chợ", "Một góc chợ phiên ngày đầu xuân.", "Lý Mẩy")


@pytest.mark.parametrize("rules", [True, False])
def test_a_picture_with_its_caption(rules: bool) -> None:
    article = read(page(MARKUP), village() if rules else None)
    assert article.pictures == (OWN,)


@pytest.mark.parametrize(
    ("html", "urls"),
    [
        ('<p><img src="data:image/gif;base64,R0" data-src="/anh/a.jpg"></p>', ["https://baolang.vn/anh/a.jpg"]),
        ('<p><img src="/loading.gif" data-original="https://cdn.vn/b.jpg"></p>', ["https://cdn.vn/b.jpg"]),
        ('<picture><source srcset="/c.webp 480w, /d.webp 960w"><img alt=""></picture>', ["https://baolang.vn/c.webp"]),
        ('<p><img src="//cdn.vn/e f.jpg"><img src="//cdn.vn/e f.jpg"></p>', ["https://cdn.vn/e%20f.jpg"]),
        ('<p><img src="data:image/gif;base64,R0"></p>', []),
        ('<img src="https://dem.vn/pixel.gif?id=3"><img src="/x.gif" width="1" height="1">', []),
        ('<img src="/k.jpg" style="display: none"><noscript><img src="/l.jpg"></noscript>', []),
        ('<img src="https://[0/"><img src="javascript:x()"><img src="{publish}"><img>', []),
        ('<div class="related"><a href="/x"><img src="/m.jpg">Hội xuân kéo dài thêm ba ngày</a></div>', []),
        ('<div class="box-tin"><a href="/x"><img src="/n.jpg"></a><a href="/x">Hội xuân thêm ba ngày</a></div>', []),
        ('<div class="ads"><img src="/o.jpg"></div>', []),
    ],
)
def test_which_pictures_are_the_story_s_own(html: str, urls: list[str]) -> None:
    article = with_body(html)
    assert [picture.url for picture in article.pictures if picture != OWN] == urls
    assert OWN in article.pictures
    assert len(article.body) == 4


def test_pictures_around_the_story_are_none_of_it() -> None:
    html = MARKUP.replace('<ul class="menu">', '<img src="/logo.png"><ul class="menu">')
    html = html.replace('<div class="comment">', '<div><img src="/quang-cao.jpg"></div><div class="comment">')
    html = html.replace(
        '<p style="text-align:right">', '<p class="author"><img src="/chan-dung.jpg"></p><p style="text-align:right">'
    )
    assert read(page(html)).pictures == (OWN,)


def test_each_picture_has_the_caption_beside_it() -> None:
    figures = "".join(
        f'<figure><img data-src="/anh/{n}.jpg"><figcaption>Bà con xã Lũng {n} gùi hàng. Ảnh: Tá {n}</figcaption>'
        "</figure>"
        for n in ("Ngạn", "Phìn")
    )
    article = with_body('<p><img src="/khong-chu.jpg"></p>' + figures)
    assert [(picture.url.split("/")[-1], picture.caption, picture.credit) for picture in article.pictures] == [
        ("cho.jpg", "Một góc chợ phiên ngày đầu xuân.", "Lý Mẩy"),
        ("khong-chu.jpg", None, None),
        ("Ngạn.jpg", "Bà con xã Lũng Ngạn gùi hàng.", "Tá Ngạn"),
        ("Phìn.jpg", "Bà con xã Lũng Phìn gùi hàng.", "Tá Phìn"),
    ]


def test_pictures_between_line_breaks_of_one_block() -> None:
    told = (
        "Từ bốn giờ sáng, bà con các bản đã gùi hàng xuống chợ; đến trưa đếm được hai nghìn lượt khách.",
        "Chị Xuân, bán thắng cố ở góc chợ, kể rằng phiên này bán hết ba nồi lớn, khách hỏi mua cả gia vị.",
    )
    caption = "<em>Toàn cảnh chợ phiên. Ảnh: Tá</em>"
    body = f"<div class='content'>{told[0]}<br><img src='/a.jpg'><br>{caption}<br>{told[1]}<br>"
    html = (
        MARKUP.split('<div class="content">')[0]
        + body
        + "<img src='/b.jpg'><br>"
        + told[0].replace("bốn", "năm")
        + "</div>"
    )
    article = read(page(html + "</div></div></body></html>"))
    assert [(picture.url, picture.caption) for picture in article.pictures] == [
        ("https://baolang.vn/a.jpg", "Toàn cảnh chợ phiên."),
        ("https://baolang.vn/b.jpg", None),
    ]


def test_a_saved_file_knows_only_whole_addresses_unless_the_page_says_its_own() -> None:
    urn = "urn:sha256:" + "0" * 64
    assert read(page(MARKUP, url=urn)).pictures == ()
    named = MARKUP.replace("</head>", '<link rel="canonical" href="https://baolang.vn/tin/2.html"></head>')
    assert read(page(named, url=urn)).pictures == (OWN,)
    based = MARKUP.replace("<head>", '<head><base href="https://anh.baolang.vn/kho/">')
    assert read(page(based, url=urn)).pictures[0].url == "https://anh.baolang.vn/kho/cho.jpg"


# Readers


def test_what_read_each_field() -> None:
    assert read(page(MARKUP), village()).readers == {
        "title": "rules", "lead": "rules", "date": "rules", "authors": "generic", "body": "rules",
    }  # fmt: skip
    assert read(page(MARKUP)).readers == dict.fromkeys(("title", "lead", "date", "authors", "body"), "generic")
    assert read(page(SCREEN, kind="text/plain")).readers == dict.fromkeys(
        ("title", "date", "authors", "body"), "screen"
    )
    machine = MARKUP.replace("08:15 - 05/03/2024 [GMT+7]", "").replace("Hoàng Mây - Lù A Páo", "")
    machine = machine.replace(
        '"datePublished"', '"author": {"name": "Sùng Páo"}, "articleSection": "Xã hội", "datePublished"'
    )
    readers = read(page(machine)).readers
    assert (readers["date"], readers["authors"], readers["section"]) == ("structured",) * 3


# Province


@pytest.mark.parametrize(
    ("site", "lead", "province"),
    [
        ("Báo Nghệ An", None, "Nghệ An"),
        ("Báo Điện Biên Phủ Online", None, "Điện Biên"),
        ("Báo Làng Online", "UBND huyện Mèo Vạc mở chợ phiên đầu năm, khách đông gấp rưỡi.", "Hà Giang"),
        ("Báo Làng Online", "Thị xã Sa Pa đón khách, huyện Mèo Vạc cũng vậy.", None),
        ("Báo Làng Online", "Khách từ Đà Lạt lên chợ phiên.", None),
        ("Báo Làng Online", "Khách từ huyện Châu Thành lên chợ phiên.", None),
    ],
)
def test_the_province_of_a_story_without_a_source(site: str, lead: str | None, province: str | None) -> None:
    html = MARKUP.replace("Báo Làng Online", site)
    if lead:
        html = html.replace("Phiên chợ đầu năm đông gấp rưỡi năm ngoái.", lead)
    assert read(page(html)).province == province
    only_title = html.replace(f'<meta property="og:site_name" content="{site}">', "")
    assert read(page(only_title)).province == province


def test_a_story_that_names_one_province_clearly_is_of_it_and_says_so() -> None:
    def told(lead: str, *paragraphs: str) -> Article:
        html = MARKUP.replace("Báo Làng Online", "Tin nhanh").replace(
            "Phiên chợ đầu năm đông gấp rưỡi năm ngoái.", lead
        )
        # Four paragraphs are the opening.
        filler = [
            "<p>Hàng rau cải nương hết từ lúc trời còn tối, người bán đếm tiền dưới ánh đèn pin.</p>",
            "<p>Mật ong năm nay đắt hơn, vì rừng ít hoa và mưa kéo dài suốt tháng Giêng.</p>",
            "<p>Mấy cụ già ngồi thổi khèn bên quán phở, trẻ con vây quanh đòi học theo.</p>",
            "<p>Ban quản lý cho biết đã xếp lại lối đi, thêm hai nhà vệ sinh và một chỗ gửi xe.</p>",
        ]
        body = "".join(filler) + "".join(f"<p>{text}</p>" for text in paragraphs)
        return read(page(html.replace("<p>Xã vận động", f"{body}<p>Xã vận động", 1)))

    lead, more = (
        "Khách từ Đà Lạt lên chợ phiên, ai cũng vui.",
        "Tối đến, đoàn khách lại xuống xe về Đà Lạt cho kịp giờ.",
    )
    assert (told(lead).province, told(lead).readers.get("province")) == (None, None)
    story = told(lead, more)
    assert (story.province, story.readers["province"]) == ("Lâm Đồng", "story")
    # Another province half as often, and a lead that does not name it.
    assert told(lead, more, "Có khách đi từ Hội An lên cho biết chợ vùng cao.").province == "Lâm Đồng"
    assert told(lead, more, "Khách Hội An, khách Tam Kỳ cũng có mặt từ sáng sớm nay.").province is None
    assert told("Chợ đông khách phương xa, ai cũng vui.", more, more).province is None
    opening = told("UBND huyện Mèo Vạc mở chợ phiên đầu năm, khách đông gấp rưỡi.")
    assert (opening.province, opening.readers["province"]) == ("Hà Giang", "opening")


def test_a_place_line_names_the_province_of_its_day() -> None:
    def placed(day: str) -> Article:
        html = MARKUP.replace('<p class="sapo">', '<p class="noi">TP Vinh</p><p class="sapo">')
        return read(page(html.replace("TP Vinh", "Phú Quốc").replace("05/03/2024", day)), village())

    assert (placed("05/03/2024").place, placed("05/03/2024").province) == ("Phú Quốc", "Kiên Giang")
    assert placed("05/03/2026").province == "An Giang"
    assert placed("05/03/2024").readers["place"] == "generic"
