"""Which part of a page the generic reader takes for the story."""

from __future__ import annotations

from crawler.extract import extract
from tests.pages import page

_FIRST = (
    "Sáng thứ Bảy, hơn hai trăm hộ ở ấp Bình Hòa kéo nhau ra bờ kè góp công đắp lại đoạn đường sạt lở sau đợt triều.",
    "Theo trưởng ấp, đoạn đường dài ba trăm mét là lối đi học duy nhất của bọn trẻ bên kia rạch.",
)
_SECOND = (
    "Câu lạc bộ đờn ca tài tử của xã vừa có thêm mười một thành viên nhỏ tuổi, người lớn nhất mới học lớp bảy.",
    "Mỗi tối thứ Sáu, các em tập hát dưới mái hiên nhà văn hóa với hai nghệ nhân đã ngoài bảy mươi.",
)


def _story(title: str, paragraphs: tuple[str, ...]) -> str:
    text = "".join(f"<p>{text}</p>" for text in paragraphs)
    return f'<div class="detail"><h1>{title}</h1><div class="text">{text}</div></div>'


def test_of_two_stories_that_a_page_runs_on_with_the_first_is_read() -> None:
    html = (
        "<html><head><title>Góp công đắp lại đường ấp sau triều</title></head><body><div class='stream'>"
        + _story("Góp công đắp lại đường ấp sau triều", _FIRST)
        + "<p>Kéo xuống để xem tiếp</p>"
        + _story("Lớp đờn ca dưới mái hiên nhà văn hóa", _SECOND * 3)
        + "</div></body></html>"
    )
    draft = extract(page(html))
    assert draft.title == "Góp công đắp lại đường ấp sau triều"
    assert tuple(block.text for block in draft.blocks if block.reason is None) == _FIRST
