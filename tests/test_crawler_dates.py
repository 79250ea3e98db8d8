"""Dates as pages print them, whatever the form: day before month, at +07:00, never after the fetch."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import VIETNAM
from crawler.extract.dates import both_dates, is_date_line, is_relative, printed_date
from crawler.extract.relative import counted, dated_by_fetch, is_yearless

FETCHED = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)  # seven in the evening in Việt Nam, a Monday


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=VIETNAM)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("ngày 3 tháng Tư năm 2024", (2024, 4, 3), "day"),
        ("Ngày 3 tháng Năm năm 2024", (2024, 5, 3), "day"),
        ("Chủ nhật, ngày 31 tháng Mười hai năm 2023, 08:05", (2023, 12, 31, 8, 5), "minute"),
        ("09:15 03/06/21", (2021, 6, 3, 9, 15), "minute"),
        ("Ngày đăng: 03/06/21", (2021, 6, 3), "day"),
        ("Thứ Năm, 03-06-21", (2021, 6, 3), "day"),
        ("15/08/98 | 07:30", (1998, 8, 15, 7, 30), "minute"),
        ("June 3, 2021", (2021, 6, 3), "day"),
        ("03 Jun 2021 09:15", (2021, 6, 3, 9, 15), "minute"),
        ("Thursday, 3 June 2021", (2021, 6, 3), "day"),
        ("Published on May 3rd, 2021 at 9:15 PM (GMT+7)", (2021, 5, 3, 21, 15), "minute"),
        ("2021-06-03T99:99", (2021, 6, 3), "day"),
        ("05:30 Chiều, 3/6/2021", (2021, 6, 3, 17, 30), "minute"),
        ("Thứ năm, 3/6/2021 | 2:03:22 Chiều", (2021, 6, 3, 14, 3, 22), "minute"),
        ("3/6/2021 8:10 Sáng", (2021, 6, 3, 8, 10), "minute"),
        ("3/6/2021 12:10 sáng", (2021, 6, 3, 0, 10), "minute"),
        ("3/6/2021 11:45 trưa", (2021, 6, 3, 11, 45), "minute"),
        ("3/6/2021 1:15 trưa", (2021, 6, 3, 13, 15), "minute"),
        ("14h30 chiều 3/6/2021", (2021, 6, 3, 14, 30), "minute"),
        ("3/6/2021 8:20 tối", (2021, 6, 3, 20, 20), "minute"),
        ("3/6/2021 11:20 đêm", (2021, 6, 3, 23, 20), "minute"),
        ("3/6/2021 1:20 đêm", (2021, 6, 3, 1, 20), "minute"),
        ("Tác giả: Lù A Páo | Ngày đăng: 03/06/2021 | Số lần đọc: 20", (2021, 6, 3), "day"),
    ],
)
def test_printed_forms(text: str, moment: tuple[int, ...], precision: str) -> None:
    found = printed_date(text)
    assert found is not None
    assert (found.when, found.precision) == (at(*moment), precision)
    assert is_date_line(text)


@pytest.mark.parametrize(
    "text",
    ["Tổ hợp tác báo đăng ngày 03/06/2021 ở trang bốn", "Ngày đăng: 03/06/2021 là ngày bà con thôn trên nhớ mãi."],
)
def test_a_sentence_with_a_date_is_no_date_line(text: str) -> None:
    assert printed_date(text) is not None
    assert not is_date_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "trong 3 tháng năm 2024",
        "ngày 3 tháng Giêng năm 2024",
        "ngày 23 tháng Chạp năm 2023",
        "Nghị quyết 03/06/21",
        "máy 3, 2021",
        "phiên bản 2.1.14",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert printed_date(text) is None


@pytest.mark.parametrize(
    ("text", "published", "updated"),
    [
        ("Đăng: 09/05/2024 01:15 - Cập nhật: 09/05/2024 02:46", at(2024, 5, 9, 1, 15), at(2024, 5, 9, 2, 46)),
        ("Cập nhật: 02:46 09/05/2024 | Đăng: 01:15 08/05/2024", at(2024, 5, 8, 1, 15), at(2024, 5, 9, 2, 46)),
        ("Đăng: 05/03/2024 Cập nhật: 09:00 06/03/2024", at(2024, 3, 5), at(2024, 3, 6, 9, 0)),
        ("03 Jun 2021 09:15, updated 04 Jun 2021 10:00", at(2021, 6, 3, 9, 15), at(2021, 6, 4, 10, 0)),
        ("Cập nhật: 09/05/2024 02:46", at(2024, 5, 9, 2, 46), None),
        ("Thứ Sáu, 03/06/2021 (cập nhật lúc 08:30)", at(2021, 6, 3, 8, 30), None),
    ],
)
def test_published_and_updated_in_one_line(text: str, published: datetime, updated: datetime | None) -> None:
    first, changed = both_dates(text)
    assert first is not None
    assert first.when == published
    assert (changed.when if changed else None) == updated
    assert printed_date(text) == first


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("vừa xong", (2026, 6, 1, 19, 0), "minute"),
        ("30 phút trước", (2026, 6, 1, 18, 30), "minute"),
        ("3 giờ trước", (2026, 6, 1), "day"),
        ("20 giờ trước", (2026, 5, 31), "day"),
        ("Hôm qua, 15:20", (2026, 5, 31, 15, 20), "minute"),
        ("15h20 hôm qua", (2026, 5, 31, 15, 20), "minute"),
        ("Hôm qua", (2026, 5, 31), "day"),
        ("2 ngày trước", (2026, 5, 30), "day"),
        ("Yesterday, 15:20", (2026, 5, 31, 15, 20), "minute"),
        ("an hour ago", (2026, 6, 1), "day"),
    ],
)
def test_times_counted_from_the_fetch(text: str, moment: tuple[int, ...], precision: str) -> None:
    found = counted(text, FETCHED)
    assert found is not None
    assert found.printed is not None
    assert (found.printed.when, found.printed.precision) == (at(*moment), precision)
    assert is_relative(text)


@pytest.mark.parametrize("text", ["1 tuần trước", "3 tháng trước", "Hôm nay, 23:10", "trước đó 3 ngày", ""])
def test_what_is_too_coarse_or_contradicts_the_fetch_says_nothing(text: str) -> None:
    assert counted(text, FETCHED) is None


def test_hours_that_straddle_midnight_name_no_day() -> None:
    found = counted("3 giờ trước", at(2026, 6, 1, 3, 20))
    assert found is not None
    assert found.printed is None
    assert found.agrees(at(2026, 5, 31, 23, 40))


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("17:30 | 2/9", (2025, 9, 2, 17, 30), "minute"),
        ("2/9 17:30", (2025, 9, 2, 17, 30), "minute"),
        ("Thứ Hai, 1/6 - 18:00", (2026, 6, 1, 18, 0), "minute"),
        ("20:30 01/06", (2026, 6, 1), "day"),
        ("29/2 08:00", (2024, 2, 29, 8, 0), "minute"),
    ],
)
def test_a_day_without_its_year_is_the_last_one(text: str, moment: tuple[int, ...], precision: str) -> None:
    assert is_yearless(text)
    found = dated_by_fetch(text, FETCHED)
    assert found is not None
    assert (found.when, found.precision) == (at(*moment), precision)


@pytest.mark.parametrize("text", ["2/9", "17:30", "Tỷ số 3-1, 20:30", "17:30 | 2/9/2024", "Tiến độ đạt 2/9 lúc 17:30"])
def test_what_is_no_day_without_a_year(text: str) -> None:
    assert not is_yearless(text)


MOMENTS = st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2035, 12, 31))  # noqa: DTZ001
AWARE = MOMENTS.map(lambda moment: moment.replace(tzinfo=UTC))
MONTHS = "Một Hai Ba Tư Năm Sáu Bảy Tám Chín Mười Mười_một Mười_hai".split()  # noqa: SIM905 - reads best so
PIECES = st.sampled_from(
    """3 03/06 /2021 /21 17:30 h giờ trước hôm_qua ngày tháng Năm năm 2024 June - T Z +07:00 2021-06-03 cập_nhật đăng 99
    ago 29/2 phút May_3,_2021 𝟛 ²""".split()  # noqa: SIM905 - reads best so
)
TEXTS = (
    st.text(max_size=80)
    | st.lists(PIECES, max_size=12).map(lambda words: " ".join(words).replace("_", " "))
    | st.lists(PIECES, max_size=12).map("".join)
)


@settings(deadline=None)
@given(MOMENTS)
def test_every_printed_form_is_read_back(moment: datetime) -> None:
    minute = moment.replace(second=0, microsecond=0, tzinfo=VIETNAM)
    month = MONTHS[moment.month - 1].replace("_", " ")
    for text in (
        f"{minute:%H:%M}, {minute:%d/%m/%Y}",
        f"{minute:%d-%m-%Y} {minute:%H:%M}",
        f"ngày {minute.day} tháng {month} năm {minute.year}, {minute:%H:%M}",
        f"{minute:%B} {minute.day}, {minute.year} | {minute:%H:%M}",
        f"{minute:%A}, {minute.day} {minute:%b} {minute.year} {minute:%I:%M %p}",
        f"{minute:%d/%m/%y} {minute:%H:%M}",
        minute.isoformat(),
    ):
        found = printed_date(text)
        assert found is not None, text
        assert found.when == minute, text


@settings(deadline=None)
@given(TEXTS, AWARE)
def test_no_text_breaks_a_reader_and_nothing_counted_is_after_the_fetch(text: str, fetched_at: datetime) -> None:
    printed_date(text)
    both_dates(text)
    is_date_line(text)
    back = counted(text, fetched_at)
    for found in (back.printed if back else None, dated_by_fetch(text, fetched_at)):
        assert found is None or found.when <= fetched_at
        assert found is None or found.when.utcoffset() == timedelta(hours=7)


@settings(deadline=None)
@given(AWARE, st.dates(min_value=date(1995, 1, 1), max_value=date(2035, 12, 31)))
def test_a_yearless_day_is_found_within_the_eight_years_before(fetched_at: datetime, day: date) -> None:
    found = dated_by_fetch(f"17:30 | {day.day}/{day.month}", fetched_at)
    with contextlib.suppress(ValueError):  # the 29th of February round 1900
        assert found is not None
        assert (found.when.day, found.when.month) == (day.day, day.month)
        assert timedelta() <= fetched_at - found.when < timedelta(days=8 * 366)
