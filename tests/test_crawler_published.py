"""When a story was published and changed, on whole pages: relative times, clocks, updates, structured data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from corpus.records import VIETNAM, Article
from crawler.extract import extract
from crawler.normalise import normalise
from crawler.source import Source
from tests.pages import MARKUP, SCREEN, page, village

META = '<div class="meta">08:15 - 05/03/2024 [GMT+7]</div>'
JSON_LD = '"datePublished": "2024-03-05"'
CLOCK = '<span class="clock">Thứ Hai, 01/06/2026 19:00</span>'


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=VIETNAM)  # type: ignore[misc, arg-type]


def read(
    meta: str, machine: str = "", *, url: str = "https://baolang.vn/tin/1.html", source: Source | None = None
) -> Article:
    """The article of a page (fetched on 1 June 2026, 19:00) with this line of date and these structured claims."""
    assert META in MARKUP
    assert JSON_LD in MARKUP
    the_page = page(MARKUP.replace(META, meta).replace(JSON_LD, machine or '"headline": "Chợ"'), url=url)
    return normalise(extract(the_page, source), the_page, source)


def when(article: Article) -> tuple[datetime | None, str | None, str | None]:
    return article.published_at, article.published_precision, article.published_from


@pytest.mark.parametrize("rules", [True, False])
@pytest.mark.parametrize(
    ("meta", "moment", "precision"),
    [
        ('<span class="time">30 phút trước</span>', at(2026, 6, 1, 18, 30), "minute"),
        ("<div>Hôm qua, 15:20</div>", at(2026, 5, 31, 15, 20), "minute"),
        ("<div>3 giờ trước</div>", at(2026, 6, 1), "day"),
        ("<div>2 ngày trước</div>", at(2026, 5, 30), "day"),
        ('<div class="meta">17:30 | 2/9</div>', at(2025, 9, 2, 17, 30), "minute"),
    ],
)
def test_a_time_counted_from_the_fetch_is_a_printed_one(
    meta: str, moment: datetime, precision: str, rules: bool
) -> None:
    article = read(meta, source=village() if rules else None)
    assert when(article) == (moment, precision, "printed")
    assert article.readers["date"] == "generic"
    assert len(article.body) == 4


def test_a_minute_of_the_structured_data_that_fits_is_better_than_a_count() -> None:
    fitting = read("<div>3 giờ trước</div>", '"datePublished": "2026-06-01T15:41:00+07:00"')
    assert when(fitting) == (at(2026, 6, 1, 15, 41), "minute", "structured")
    other = read("<div>3 giờ trước</div>", '"datePublished": "2026-05-20T15:41:00+07:00"')
    assert when(other) == (at(2026, 6, 1), "day", "printed")
    day = read("<div>30 phút trước</div>", '"datePublished": "2026-06-01"')
    assert when(day) == (at(2026, 6, 1, 18, 30), "minute", "printed")


def test_a_count_is_not_read_where_the_fetch_says_nothing() -> None:
    urn = "urn:sha256:" + "0" * 64
    assert when(read("<div>30 phút trước</div>", url=urn)) == (None, None, None)
    assert when(read("<div>17:30 | 2/9</div>", url=urn)) == (None, None, None)
    machine = read("<div>30 phút trước</div>", '"datePublished": "2024-03-05T08:00:00+07:00"', url=urn)
    assert when(machine) == (at(2024, 3, 5, 8), "minute", "structured")
    the_page = page(MARKUP.replace(META, "<div>30 phút trước</div>").replace(JSON_LD, '"a": 1'), url=urn)
    told = normalise(extract(the_page), the_page, None, fetch_known=True)
    assert told.published_at == at(2026, 6, 1, 18, 30)


def test_a_full_date_is_never_passed_over_for_a_count() -> None:
    article = read(f"{META}<div>3 giờ trước</div>")
    assert when(article) == (at(2024, 3, 5, 8, 15), "minute", "printed")


def test_text_saved_from_the_screen_has_no_time_counted_from_now() -> None:
    text = SCREEN.replace("09:15, 03/06/2021", "3 giờ trước").replace("Sáng 2/6", "Sáng nay")
    the_page = page(text, kind="text/plain")
    article = normalise(extract(the_page), the_page, None, fetch_known=True)
    assert article.published_at is None


@pytest.mark.parametrize(
    ("meta", "machine", "updated"),
    [
        ("<p>Đăng: 05/03/2024 08:15 - Cập nhật: 06/03/2024 09:30</p>", "", at(2024, 3, 6, 9, 30)),
        ("<p>Cập nhật: 06/03/2024 09:30</p><p>Đăng: 05/03/2024 08:15</p>", "", at(2024, 3, 6, 9, 30)),
        ("<p>05/03/2024 08:15</p><p>Cập nhật: 06/03/2024 09:30</p>", "", at(2024, 3, 6, 9, 30)),
        ("<p>05/03/2024 08:15</p>", '"dateModified": "2024-03-06T02:30:00Z"', at(2024, 3, 6, 9, 30)),
        ("<p>05/03/2024 08:15 Cập nhật: 06/03/2024</p>", '"dateModified": "2024-03-07"', at(2024, 3, 6)),
        # None later than publication, and no clock of the server:
        ("<p>05/03/2024 08:15</p>", '"dateModified": "2024-03-05T08:15:00+07:00"', None),
        ("<p>05/03/2024 08:15</p>", '"dateModified": "2024-03-04T08:15:00+07:00"', None),
        ("<p>05/03/2024 08:15</p>", '"dateModified": "2026-06-01T18:59:30+07:00"', None),
        ("<p>05/03/2024 08:15</p>", '"dateModified": "2027-06-01T18:59:30+07:00"', None),
    ],
)
def test_when_a_story_was_changed(meta: str, machine: str, updated: datetime | None) -> None:
    article = read(meta, machine)
    assert when(article) == (at(2024, 3, 5, 8, 15), "minute", "printed")
    assert article.updated_at == updated
    assert len(article.body) == 4


def test_a_lone_update_is_the_date() -> None:
    article = read("<p>Cập nhật: 06/03/2024 09:30</p>", '"dateModified": "2024-03-06T09:30:00+07:00"')
    assert when(article) == (at(2024, 3, 6, 9, 30), "minute", "printed")
    assert article.updated_at is None


def test_the_time_of_change_in_a_meta_element() -> None:
    meta = '<meta property="article:modified_time" content="2024-03-06T09:30:00+07:00"></head>'
    the_page = page(MARKUP.replace("</head>", meta))
    assert normalise(extract(the_page), the_page, None).updated_at == at(2024, 3, 6, 9, 30)


MENU = "".join(f'<div><a href="/{name}">{name}</a></div>' for name in ("Thời sự", "Kinh tế", "Văn hóa"))


@pytest.mark.parametrize(
    "clock",
    [
        '<div class="date">Thứ Hai, 01/06/2026</div>' + MENU,
        '<p class="date">Thứ Hai, 01/06/2026</p><p>'
        + " ".join(f'<a href="/{n}">Mục {n}</a>' for n in "ABCDE")
        + "</p>",
        '<div class="current-date">Thứ Hai, 01/06/2026</div>',
        '<div id="datenow">Thứ Hai, 01/06/2026 19:00</div>',
        '<div class="site-header"><div class="date">Thứ Hai, 01/06/2026</div></div>',
    ],
)
def test_a_clock_alone_is_no_date(clock: str) -> None:
    html = MARKUP.replace(CLOCK, "").replace(META, "").replace('<div class="main">', clock + '<div class="main">')
    the_page = page(html)
    by_machine = normalise(extract(the_page), the_page, None)
    assert when(by_machine) == (at(2024, 3, 5), "day", "structured")
    told = "<p>(BL) - Sáng 4/3, chợ họp; năm 2024 có mười phiên. Từ bốn giờ sáng"
    the_page = page(html.replace(JSON_LD, '"a": 1').replace("<p>(BL) - Từ bốn giờ sáng", told))
    by_text = normalise(extract(the_page), the_page, None)
    assert when(by_text) == (at(2024, 3, 4), "day", "inferred")
    assert by_text.readers["date"] == "inferred"


def test_a_clock_over_the_menu_of_a_text_from_the_screen_is_no_date() -> None:
    text = "Thứ Hai, 01/06/2026\nTrang chủ\nThời sự\nKinh tế\nVăn hóa\n" + SCREEN.replace("09:15, 03/06/2021\n", "")
    the_page = page(text, kind="text/plain")
    article = normalise(extract(the_page), the_page, None)
    assert article.title == "Hai huyện biên giới trồng rừng hữu nghị"
    assert article.published_at is None


def test_the_date_over_the_title_of_a_long_story_is_its_date() -> None:
    html = MARKUP.replace(META, "").replace("<h1", f'<div class="article-header">{META}</div><h1')
    the_page = page(html)
    assert normalise(extract(the_page), the_page, None).published_at == at(2024, 3, 5, 8, 15)


def test_no_time_is_after_the_fetch() -> None:
    article = read("<p>05/03/2024 08:15</p>", '"dateModified": "2026-05-01T10:00:00+07:00"')
    assert article.updated_at is not None
    assert article.published_at is not None
    assert article.published_at < article.updated_at <= datetime(2026, 6, 1, 12, tzinfo=UTC)
