"""Pages become articles: what real Vietnamese pages have around and inside a story, and what must come out."""

from __future__ import annotations

import contextlib
import unicodedata
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import VIETNAM, Article, BlockKind, Page
from crawler.address import address
from crawler.errors import Rejected
from crawler.extract import extract
from crawler.extract.dates import is_date_line, printed_date
from crawler.extract.inference import inferred_day
from crawler.extract.people import agency_in, beside_date, is_byline, names_in
from crawler.extract.phrases import dateline, ender, is_spoken, split_credit, stray
from crawler.normalise import language_of, normalise
from crawler.recognise import recognise
from crawler.source import Source, load_sources
from tests.pages import MARKUP, SCREEN, page
from tests.pages import village as _village


def read(the_page: Page, source: Source | None = None) -> Article:
    return normalise(extract(the_page, source), the_page, source)


def hold_invariants(article: Article) -> None:
    texts = [article.title, article.lead or "", *article.body, *article.captions, *article.authors]
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)
    assert all(text == text.strip() and "\n" not in text for text in texts)
    assert len(set(article.captions)) == len(article.captions)
    assert not set(article.captions) & set(article.body)
    assert article.lead not in article.body
    assert article.title not in article.body
    assert all(block.reason for block in article.dropped)
    assert article.published_at is None or article.published_at <= article.fetched_at


def test_text_saved_from_the_screen() -> None:
    article = read(page(SCREEN, kind="text/plain"))
    hold_invariants(article)
    assert article.title == "Hai huyện biên giới trồng rừng hữu nghị"
    assert article.published_at == datetime(2021, 6, 3, 9, 15, tzinfo=VIETNAM)
    assert (article.published_precision, article.published_from) == ("minute", "printed")
    assert article.authors == ("NÔNG VĂN TÈO",)
    assert article.captions == ["Đoàn viên hai bên trồng cây cạnh cột mốc. Trong ảnh: Những hàng thông đầu tiên."]
    assert article.headings == ["GIỮ RỪNG LÀ GIỮ ĐƯỜNG BIÊN"]
    assert len(article.body) == 4
    assert not any("hồi khô" in text or "Thương lái" in text for text in article.body)
    assert {block.reason for block in article.dropped} == {"repeated_caption", "comments", "related"}


def test_a_page_without_rules_is_read_by_the_generic_reader() -> None:
    draft = extract(page(MARKUP), outside=True)
    article = normalise(draft, page(MARKUP), None)
    hold_invariants(article)
    assert article.extractor == "generic"
    assert article.title == "Chợ phiên vùng cao đón khách sau tết"
    assert article.lead == "Phiên chợ đầu năm đông gấp rưỡi năm ngoái."
    assert article.published_at == datetime(2024, 3, 5, 8, 15, tzinfo=VIETNAM)
    assert [text[:8] for text in article.body] == ["(BL) - T", "Chị Vàng", "Giữ nếp ", "Xã vận đ"]
    assert article.headings == ["Giữ nếp chợ cũ"]
    captions = [block for block in article.blocks if block.kind is BlockKind.CAPTION]
    assert [(block.text, block.credit) for block in captions] == [("Một góc chợ phiên ngày đầu xuân.", "Lý Mẩy")]
    assert article.authors == ("Hoàng Mây", "Lù A Páo")
    assert any("Hội xuân kéo dài" in block.text for block in draft.outside)
    assert any("vui quá" in block.text for block in draft.outside)


def test_rules_and_the_generic_reader_agree_on_an_easy_page() -> None:
    by_rules, generic = read(page(MARKUP), _village()), read(page(MARKUP))
    assert by_rules.extractor == "rules"
    for field in ("title", "lead", "body", "captions", "authors", "published_at"):
        assert getattr(by_rules, field) == getattr(generic, field)


def test_a_changed_layout_falls_to_the_generic_reader_and_says_so() -> None:
    changed = MARKUP.replace('class="content"', 'class="story-2026"')
    article = read(page(changed), _village())
    assert article.extractor == "generic"
    assert len(article.body) == 4


@pytest.mark.parametrize(
    "body",
    [
        unicodedata.normalize("NFD", MARKUP).encode(),
        b"\xef\xbb\xbf" + MARKUP.encode(),
        MARKUP.replace('<meta charset="utf-8">', "").encode("utf-16"),
        "".join(f"&#{ord(char)};" if ord(char) > 127 else char for char in MARKUP).encode("ascii"),
        unicodedata.normalize("NFD", MARKUP)
        .replace('charset="utf-8"', 'charset="windows-1258"')
        .encode("windows-1258", "xmlcharrefreplace"),
    ],
    ids=["NFD", "byte order mark", "UTF-16", "numeric entities", "windows-1258"],
)
def test_every_encoding_gives_the_same_article(body: bytes) -> None:
    expected, article = read(page(MARKUP)), read(page(body))
    assert (article.title, article.lead, article.blocks) == (expected.title, expected.lead, expected.blocks)


@pytest.mark.parametrize(
    ("body", "kind", "status", "reason"),
    [
        (b"", "text/html", 200, "empty_page"),
        (b" \n ", "text/plain", 200, "empty_page"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "text/html", 200, "not_text"),
        (bytes(range(256)) * 20, "text/html", 200, "not_text"),
        (b"%PDF-1.7 rest", "application/pdf", 200, "not_text"),
        (b'{"a": 1}', "application/json", 200, "not_html"),
        ("<html><body><p>Trang đang được cập nhật.</p></body></html>", "text/html", 200, "not_an_article"),
        (MARKUP, "text/html", 404, "http_404"),
        ("Một dòng ngắn.", "text/plain", 200, "not_an_article"),
    ],
)
def test_what_is_no_article_is_rejected_by_name(body: str | bytes, kind: str, status: int, reason: str) -> None:
    with pytest.raises(Rejected) as caught:
        extract(page(body, kind=kind, status=status, url="https://baolang.vn/la.html"))
    assert caught.value.reason == reason
    assert "https://baolang.vn/la.html" in str(caught.value)


def test_tables_and_lists_in_a_story_are_typed() -> None:
    table = (
        "<table border=1><tr><th>Xã</th><th>Khách</th></tr><tr><td><p>Lũng Cú</p></td><td>1.200</td></tr>"
        "<tr><td>Ma Lé</td><td>800</td></tr></table><ul><li>Một là giữ chợ.</li><li>Hai là giữ nếp.</li></ul>"
    )
    article = read(page(MARKUP.replace("<p><strong>Giữ nếp", table + "<p><strong>Giữ nếp")))
    hold_invariants(article)
    assert [block.text for block in article.blocks if block.kind is BlockKind.TABLE_ROW] == [
        "Xã | Khách",
        "Lũng Cú | 1.200",
        "Ma Lé | 800",
    ]
    assert [block.text for block in article.blocks if block.kind is BlockKind.LIST_ITEM] == [
        "Một là giữ chợ.",
        "Hai là giữ nếp.",
    ]


def test_a_section_page_is_no_article() -> None:
    links = "".join(
        f'<div class="item"><h3><a href="/tin/{n}.html">Tin số {n} nói về một việc ở vùng biên hôm nay</a></h3>'
        f"<p>Đoạn tóm tắt thứ {n} kể vắn tắt điều đã xảy ra trong ngày ở xã, đủ dài để giống một đoạn văn.</p></div>"
        for n in range(12)
    )
    html = f"<html><head><title>Thời sự</title></head><body><h1>Thời sự hôm nay</h1><div>{links}</div></body></html>"
    with pytest.raises(Rejected):
        extract(page(html))


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("Thứ Năm, 03/06/2021 | 09:15", (2021, 6, 3, 9, 15), "minute"),
        ("Cập nhật ngày: 09/05/2024 02:46:38", (2024, 5, 9, 2, 46, 38), "minute"),
        ("08:15 - 05/03/2024 [GMT+7]", (2024, 3, 5, 8, 15), "minute"),
        ("Ngày cập nhật 28/12/2019", (2019, 12, 28), "day"),
        ("T4, 05/03/2024", (2024, 3, 5), "day"),
        ("ngày 3 tháng 6 năm 2021", (2021, 6, 3), "day"),
        ("9h05' ngày 3-6-2021", (2021, 6, 3, 9, 5), "minute"),
        ("Thứ Sáu, 5/7/2024 4:30 PM (GMT+7)", (2024, 7, 5, 16, 30), "minute"),
        ("2021-06-03T18:30:00Z", (2021, 6, 4, 1, 30), "minute"),
        ("2021-06-03T17:00:00Z", (2021, 6, 4), "day"),
    ],
)
def test_printed_dates(text: str, moment: tuple[int, ...], precision: str) -> None:
    found = printed_date(text)
    assert found is not None
    assert found.when == datetime(*moment, tzinfo=VIETNAM)  # type: ignore[misc, arg-type]
    assert found.precision == precision
    assert is_date_line(text)


@pytest.mark.parametrize("text", ["31/02/2024", "45/13/2024", "Nghị quyết số 12/2024/NQ-HĐND", "tỷ số 3-1", ""])
def test_what_is_no_date(text: str) -> None:
    assert printed_date(text) is None


@given(st.dates(min_value=datetime(1995, 1, 1).date(), max_value=datetime(2035, 12, 31).date()), st.sampled_from("/-."))  # noqa: DTZ001
def test_day_comes_before_month_always(day, sep) -> None:  # type: ignore[no-untyped-def]
    found = printed_date(f"Ngày đăng: {day.day:02}{sep}{day.month:02}{sep}{day.year}")
    assert found is not None
    assert found.when.date() == day


def test_a_day_is_inferred_from_the_story_only_with_its_year() -> None:
    story = [
        "TTXVN - Ngày 2/8, tỉnh mở lớp.",
        "Trong năm 2023 có 4 lớp; đến năm 2030 là 40 lớp.",
        "Nhiệm kỳ 2020 - 2025.",
    ]
    assert str(inferred_day(story)) == "2023-08-02"
    assert inferred_day([story[0], "Đến năm 2030 là 40 lớp."]) is None
    assert inferred_day(["Trong năm 2023 có 4 lớp."]) is None
    assert str(inferred_day(["Ngày 29/2, xã họp.", "Năm 2023 và năm 2024; năm 2023 nhiều hơn."])) == "2024-02-29"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Bài, ảnh:  BIỆN VĂN A", ("BIỆN VĂN A",)),
        ("Tin, ảnh: LÒ MAI - SÙNG PÁO", ("LÒ MAI", "SÙNG PÁO")),
        ("Văn Hướng- Phương Dung", ("Văn Hướng", "Phương Dung")),
        ("Thanh Nghiêm (tổng hợp)", ("Thanh Nghiêm",)),
        ("Thực hiện: Lò Mai và Sùng Páo", ("Lò Mai", "Sùng Páo")),
        ("P.Y", ("P.Y",)),
        ("H.An, K’Sơ", ("H.An", "K’Sơ")),
        ("Theo TTXVN", ()),
    ],
)
def test_bylines(text: str, names: tuple[str, ...]) -> None:
    assert is_byline(text)
    assert names_in(text) == names


@pytest.mark.parametrize(
    "text", ["Hà Giang", "Quảng bá hình ảnh", "TRUYỀN THÔNG CHỦ TRƯƠNG, CHÍNH SÁCH", "Ông Tèo phát biểu."]
)
def test_what_is_no_byline(text: str) -> None:
    assert not is_byline(text)


def test_small_signs_of_the_press() -> None:
    assert agency_in("Theo TTXVN") == "TTXVN"
    assert agency_in("Theo ông Tèo") is None
    assert dateline("BHG - Sáng nay") == "BHG"
    assert dateline("(CTO) - Ngày 8-1") == "CTO"
    assert dateline("Sáng nay - một ngày đẹp") is None
    assert split_credit("Lễ ký kết (Ảnh: P.L)") == ("Lễ ký kết", "P.L")
    assert split_credit("Trong ảnh: Lễ ký kết") == ("Trong ảnh: Lễ ký kết", None)
    assert ender("Ý kiến bạn đọc") == ender("Bình luận (3)") == "comments"
    assert ender("CÙNG CHUYÊN MỤC") == ender("Các tin khác") == "related"
    assert ender("Tin liên quan đến vụ cháy chợ đêm qua được công an cung cấp trong chiều nay") is None
    assert ender("Bình luận viên bóng đá") is None


def test_addresses_are_spelt_one_way() -> None:
    assert address("HTTPS://BaoLang.vn/tin/1.html?utm_source=fb&fbclid=x#top") == "https://baolang.vn/tin/1.html"
    assert address("https://thuathienhue.gov.vn/?gd=1&cn=2&tc=3") == "https://thuathienhue.gov.vn/?gd=1&cn=2&tc=3"
    assert address("urn:sha256:abc") == "urn:sha256:abc"


def test_language() -> None:
    assert language_of("Chợ phiên vùng cao đón khách sau tết") == "vi"
    assert language_of("The provincial leaders met with a delegation from the city of Boeun") == "en"
    assert language_of("") == "und"


def test_a_page_without_its_address_is_recognised_by_what_it_prints() -> None:
    sources = load_sources()
    by_dateline = page(SCREEN.replace("BLS - ", "BHG - "), kind="text/plain", url="urn:sha256:1")
    assert (found := recognise(by_dateline, sources)) is not None
    assert found.id == "bao_ha_giang"
    by_name = page("Đài Phát thanh và Truyền hình Hà giang\n" + SCREEN, kind="text/plain", url="urn:sha256:2")
    assert (found := recognise(by_name, sources)) is not None
    assert found.id == "ptth_ha_giang"
    assert recognise(page(SCREEN, kind="text/plain", url="urn:sha256:3"), sources) is None
    by_host = page(MARKUP, url="https://hagiangtv.vn/thoi-su/202112/tin-0a1b2c3")
    assert (found := recognise(by_host, sources)) is not None
    assert found.id == "ptth_ha_giang"


def test_province_follows_the_day() -> None:
    sources = load_sources()
    before = read(page(SCREEN, kind="text/plain"), sources["bao_ha_giang"])
    after = read(
        page(SCREEN.replace("/2021", "/2025").replace("03/06", "03/07"), kind="text/plain"), sources["bao_ha_giang"]
    )
    assert (before.province, after.province) == ("Hà Giang", "Tuyên Quang")


def test_a_date_after_the_fetch_is_not_believed() -> None:
    article = read(page(MARKUP.replace("08:15 - 05/03/2024", "08:15 - 05/03/2027")))
    assert article.published_at == datetime(2024, 3, 5, tzinfo=VIETNAM)
    assert article.published_from == "structured"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_page_is_read_or_rejected_by_name(data: st.DataObject) -> None:
    html = MARKUP
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(html)))
        end = data.draw(st.integers(start, min(len(html), start + 400)))
        html = (
            html[:start]
            + data.draw(st.sampled_from(["", "<", "</div>", "<p>", "\x00", "&#x0;", "<table><td>", "<!--"]))
            + html[end:]
        )
    with contextlib.suppress(Rejected):  # any other exception fails the test
        hold_invariants(read(page(html)))


def test_a_page_nested_deeper_than_python_recurses() -> None:
    def nested(depth: int) -> Page:
        return page("<html><body>" + "<div>" * depth + "<p>Sâu.</p>" + "</div>" * depth + MARKUP.split("<body>")[1])

    assert read(nested(1500)).body
    with pytest.raises(Rejected):  # libxml2 itself gives up below 2,048 levels; no news page has a tenth of that
        read(nested(5000))


def _saved(*lines: str) -> Article:
    return read(page("\n".join(lines), kind="text/plain"))


LONG = (
    "Hai bên trao đổi tình hình đường biên trong quý, thống nhất lịch tuần tra chung và cách báo tin khi có việc gấp."
)
LONGER = f"{LONG} Cuộc gặp diễn ra trong không khí cởi mở, thẳng thắn, đúng các văn bản hai nước đã ký."


def test_a_caption_above_the_story_is_not_its_title() -> None:
    article = _saved("Khai mạc hội khèn", "Tiết mục của đội khèn xã trên. Ảnh: Tá Chương - TTXVN", LONGER, LONG)
    assert article.title == "Khai mạc hội khèn"


def test_a_date_glued_to_other_things_is_still_the_date() -> None:
    article = _saved("Ký quy chế phối hợp giữ đường biên", "Lò Mai (VTV8)Cập nhật 17:00 ngày 28/08/2018", LONGER, LONG)
    assert article.title == "Ký quy chế phối hợp giữ đường biên"
    assert article.published_at == datetime(2018, 8, 28, 17, 0, tzinfo=VIETNAM)
    portal = _saved(
        "Sổ tay hỏi đáp về biên giới", "Ngày đăng: 05/03/2024 08:15 Lượt xem: 345 Cỡ chữ: A A", LONGER, LONG
    )
    assert portal.published_at == datetime(2024, 3, 5, 8, 15, tzinfo=VIETNAM)
    assert len(portal.body) == 2


def test_text_wrapped_at_a_fixed_width_is_put_together() -> None:
    words, lines = LONGER.split(), [""]
    for word in words:
        lines.append(word) if len(lines[-1]) + len(word) > 70 else lines.__setitem__(-1, f"{lines[-1]} {word}".strip())
    article = _saved("Họp quý về đường biên", "12/04/2018 08:30", *lines, "", LONG)
    assert article.body == [LONGER, LONG]


def test_a_lead_printed_twice_is_the_lead() -> None:
    lead = f"{LONG} Đây là lần thứ tư hai đồn gặp nhau theo quy chế phối hợp đã ký ở cửa khẩu từ đầu năm ngoái."
    article = _saved("Họp quý về đường biên", "12/04/2018 08:30", lead, lead, LONGER, LONG)
    assert article.lead == lead
    assert article.body == [LONGER, LONG]


def test_a_closed_caption_between_paragraphs_and_other_headlines_below() -> None:
    article = _saved(
        "Họp quý về đường biên",
        "12/04/2018 08:30",
        LONGER,
        "Quang cảnh buổi hội đàm.",
        LONGER.replace("quý", "tháng"),
        "Tác giả bài viết: Lò Văn Mai",
        "Xã vùng cao mở thêm một lớp học chữ ban đêm cho bà con",
        "Mưa đá làm hỏng nhiều vườn rau vụ đông ở ba xã phía bắc huyện",
    )
    assert article.captions == ["Quang cảnh buổi hội đàm."]
    assert len(article.body) == 2
    assert article.authors == ("Lò Văn Mai",)


@pytest.mark.parametrize(
    "text",
    [
        "Bạn còn 500/500 ký tự",
        "4097 Lượt xem",
        "Chưa có đánh giá về bài viết",
        "[Trở về]",
        "Đánh giá bài viết",
        "Xếp hạng bài viết này (12 lượt)",
        "- Quảng cáo -",
        "Trình duyệt của bạn không hỗ trợ video.",
    ],
)
def test_what_portals_print_around_a_story_is_dropped(text: str) -> None:
    article = _saved("Họp quý về đường biên", "12/04/2018 08:30", text, LONGER, LONG)
    assert article.body == [LONGER, LONG]
    assert text in [block.text for block in article.dropped]


def test_the_day_of_a_story_in_other_words() -> None:
    assert str(inferred_day(["Sáng 22-11, hai đồn gặp nhau.", "Trong năm 2023 có bốn lần."])) == "2023-11-22"
    assert str(inferred_day(["Chiều 10/6, giải khai mạc, kéo dài đến ngày 16/6.", "Năm 2022."])) == "2022-06-10"


def test_what_surrounds_the_title_holds_the_story_whatever_its_name() -> None:
    article = read(page(MARKUP.replace('<div class="main">', '<div class="sidebar-1"><div class="header-content">')))
    assert article.body == read(page(MARKUP)).body


def test_boxes_of_other_news_inside_the_text_are_no_part_of_it() -> None:
    box = (
        '<div class="VCSortableInPreviewMode"><a class="VCObjectBoxRelatedNewsItemTitle" href="/k.htm">Mở đường mới</a>'
        '<p class="VCObjectBoxRelatedNewsItemSapo">Con đường dài 4 km vừa được mở để nối trung tâm xã với ba bản.</p>'
        '</div><div class="ck-cms-insert-neww-group"><div class="insert-wiki-description">Con đường dài 4 km vừa được '
        "mở, nối trung tâm xã với ba bản xa nhất trong vùng.</div></div><p><strong>Giữ nếp"
    )
    article = read(page(MARKUP.replace("<p><strong>Giữ nếp", box)))
    assert article.body == read(page(MARKUP)).body


def test_a_name_with_a_note_in_brackets_and_a_plain_caption() -> None:
    assert names_in("Tin, ảnh: Hà My (CTV)") == ("Hà My",)
    assert names_in("Bài, ảnh: MINH NGỌC (Mèo Vạc)") == ("MINH NGỌC",)
    plain = MARKUP.replace('<p style="text-align:center"><em>Một góc chợ phiên ngày đầu xuân. Ảnh: Lý Mẩy</em></p>', "")
    picture = "<p><img src='a.jpg'></p><p>Một góc chợ phiên ngày mới.</p>"
    article = read(page(plain.replace("<p>Chị Vàng", f"{picture}<p>Chị Vàng")))
    assert "Một góc chợ phiên ngày mới." in article.captions
    assert len(article.body) == 4


@pytest.mark.parametrize(
    "text",
    ["Trình duyệt phương án không hỗ trợ trùng cho một hộ", "Đánh giá bài viết dự thi của học sinh"],
)
def test_what_only_opens_like_a_portals_line_is_kept(text: str) -> None:
    assert stray(text) is None


@pytest.mark.parametrize("tag", ["embed", "object"])
def test_nothing_behind_an_unclosed_player_is_lost(tag: str) -> None:
    player = f'<div class="film"><{tag} src="/p.swf" width="250"><p>{LONG}</p></div>'
    whole = MARKUP.replace("<p>Chị Vàng", f"{player}<p>Chị Vàng")
    for source in (None, _village()):
        assert LONG in read(page(whole), source).body


def test_what_is_asked_in_an_interview_is_no_heading() -> None:
    asked = ["- Thưa chị, phiên này bán được bao nhiêu?", "PV: Khách hỏi mua gì nhiều nhất?", "- Xin cảm ơn chị!"]
    spoken = "".join(f"<p><b>{text}</b></p><p>- {LONG}</p>" for text in asked)
    article = read(page(MARKUP.replace("<p><strong>Giữ nếp", f"{spoken}<p><strong>Giữ nếp")))
    assert article.headings == ["Giữ nếp chợ cũ"]
    assert set(asked) <= set(article.body)
    assert is_spoken("Thưa ông, vì sao?")
    assert not is_spoken("Vì sao chợ vắng?")
    assert not is_spoken("- Giữ nếp chợ cũ")


def test_a_caption_is_known_by_another_one_set_alike() -> None:
    first, second = "Mẹ con chị Vàng bên nồi thắng cố. Ảnh: Lý Mẩy", "Hoa văn trên tà áo mới thêu xong."
    box = '<div class="_9c"><img src="{}.jpg"><div class="_8t">{}</div></div>'
    story = f"{box.format(1, first)}<p>{LONG}</p>{box.format(2, second)}<p>{LONGER}</p><p>Chị Vàng"
    article = read(page(MARKUP.replace("<p>Chị Vàng", story)))
    assert second in article.captions
    assert second not in article.body


def test_the_summary_set_apart_from_the_body_is_the_lead_whatever_its_class() -> None:
    lead = "Phiên chợ đầu năm ở xã vùng cao đông gấp rưỡi năm ngoái, hàng bán hết từ trưa."
    whole = MARKUP.replace("Phiên chợ đầu năm đông gấp rưỡi năm ngoái.", lead)
    assert read(page(whole.replace('<p class="sapo">', '<p class="_x1">'))).lead == lead


def test_a_paragraph_above_the_dateline_is_the_lead() -> None:
    whole = MARKUP.replace('<p class="sapo">Phiên chợ đầu năm đông gấp rưỡi năm ngoái.</p>', "")
    article = read(page(whole.replace('<div class="content">', f'<div class="content"><p>{LONG}</p>')))
    assert article.lead == LONG
    assert article.body == read(page(MARKUP)).body


def test_the_heading_of_a_box_of_links_is_not_the_title() -> None:
    links = "".join(
        f'<li><a href="/v{number}">Quyết định số {number} về lịch trực ở chợ</a></li>' for number in range(4)
    )
    other = f'<div class="box"><h1 class="box-title">Văn bản mới</h1><ul>{links}</ul></div><div class="main">'
    whole = MARKUP.replace("<title>Chợ phiên vùng cao đón khách sau tết", "<title>Chi tiết tin")
    whole = whole.replace('<meta property="og:title" content="Chợ phiên vùng cao đón khách sau tết">', "")
    whole = whole.replace("h1 class=", "h2 class=").replace("sau tết</h1>", "sau tết</h2>")
    assert read(page(whole.replace('<div class="main">', other))).title == "Chợ phiên vùng cao đón khách sau tết"


def test_long_paragraphs_that_share_most_words_are_both_kept() -> None:
    shared = " ".join(f"hộ{number} góp{number}" for number in range(45))
    texts = [f"{LONG} {shared}", f"Theo trưởng thôn, mương bị bùn lấp từ trận lũ tháng trước. {shared}"]
    story = "".join(f"<p>{text}</p>" for text in texts)
    article = read(page(MARKUP.replace("<p>Chị Vàng", f"{story}<p>Chị Vàng")))
    assert set(texts) <= set(article.body)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Nhóm P.V thực hiện", ("Nhóm P.V",)),
        ("Nhóm phóng viên thực hiện", ("Nhóm phóng viên",)),
        ("Thực hiện: Nhóm phóng viên", ("Nhóm phóng viên",)),
        ("Lù A Páo tổng hợp", ("Lù A Páo",)),
        ("Bài và ảnh Hoàng Mây", ("Hoàng Mây",)),
        ("Tin, ảnh Hoàng Mây - Lù A Páo", ("Hoàng Mây", "Lù A Páo")),
        ("Bởi Hoàng Mây", ("Hoàng Mây",)),
    ],
)
def test_bylines_at_the_foot_without_a_colon(text: str, names: tuple[str, ...]) -> None:
    assert is_byline(text)
    article = read(page(MARKUP.replace("Hoàng Mây - Lù A Páo", text)))
    assert article.authors == names
    assert text not in article.body


@pytest.mark.parametrize("text", ["Bởi", "By", "Bài và ảnh dự thi", "Bởi vì bà con góp sức", "thực hiện"])
def test_what_only_opens_like_a_byline_is_none(text: str) -> None:
    assert not is_byline(text)


def test_author_and_date_in_one_line() -> None:
    line = "Tác giả: Giàng Thị Sua | Ngày đăng: 21/02/2023 | Số lần đọc: 207"
    whole = MARKUP.replace("08:15 - 05/03/2024 [GMT+7]", line).replace("Hoàng Mây - Lù A Páo", "")
    article = read(page(whole))
    assert article.authors == ("Giàng Thị Sua",)
    assert article.published_at == datetime(2023, 2, 21, tzinfo=VIETNAM)
    assert beside_date("Ngày đăng: 21/02/2023 | Số lần đọc: 207") is None
