"""Pages for tests: invented news in the layouts that real outlets have."""

from __future__ import annotations

from datetime import UTC, datetime

from corpus.records import Page
from crawler.source import Discovery, Layout, Source

FETCHED = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def page(
    body: str | bytes, *, url: str = "https://baolang.vn/tin/1.html", kind: str = "text/html", status: int = 200
) -> Page:
    """A fetched page with the given payload."""
    payload = body.encode() if isinstance(body, str) else body
    return Page(
        url=url,
        requested_url=url,
        fetched_at=FETCHED,
        status=status,
        headers=(("Content-Type", kind),),
        body=payload,
    )


def village() -> Source:
    """The source whose layout MARKUP has."""
    return Source(
        id="bao_lang",
        name="Báo Làng",
        kind="paper",
        home="https://baolang.vn/",
        hosts=("baolang.vn",),
        verified="facts only",
        facts="invented for the tests",
        discover=Discovery(article=r"/\d+\.html$", sections=("https://baolang.vn/tin/",)),
        layout=(Layout(title="h1.detail-title", lead="p.sapo", date="div.meta", body="div.content"),),
    )


SCREEN = """Lạng  Sơn

Hai huyện biên giới trồng rừng hữu nghị

09:15, 03/06/2021

BLS - Sáng 2/6, đoàn viên hai huyện giáp biên cùng trồng hơn ba nghìn cây thông dọc đường tuần tra, mở đầu đợt trồng rừng hữu nghị lần thứ tư.

Đoàn viên hai bên trồng cây cạnh cột mốc.  Trong ảnh: Những hàng thông đầu tiên.
Đoàn viên hai bên trồng cây cạnh cột mốc. Trong ảnh: Những hàng thông đầu tiên.

Theo ban tổ chức, số cây giống do hai bên góp nửa phần; mỗi tổ nhận chăm một đoạn đường chừng năm trăm mét trong ba năm liền.

GIỮ RỪNG LÀ GIỮ ĐƯỜNG BIÊN

Đại diện bộ đội biên phòng cho hay đợt này còn có phần ôn lại quy chế qua lại biên giới cho người dân bốn thôn sát đường biên.

Bài, ảnh:  NÔNG VĂN TÈO


Ý kiến bạn đọc

Cùng chuyên mục

Giá hồi khô tăng nhẹ đầu tháng sáu
Thương lái trả cao hơn tháng trước vài nghìn đồng mỗi ký, người trồng hồi ở các xã vùng cao phấn khởi vì được giá vào đúng vụ thu hoạch.
31/05/2021"""

MARKUP = """<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8">
<title>Chợ phiên vùng cao đón khách sau tết - Báo Làng Online</title>
<meta property="og:site_name" content="Báo Làng Online">
<meta property="og:title" content="Chợ phiên vùng cao đón khách sau tết">
<meta property="og:description" content="Phiên chợ đầu năm đông gấp rưỡi năm ngoái.">
<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2024-03-05"}</script>
</head><body>
<div class="header"><span class="clock">Thứ Hai, 01/06/2026 19:00</span>
<ul class="menu"><li><a href="/a">Thời sự</a></li><li><a href="/b">Kinh tế</a></li></ul></div>
<div class="main"><div class="detail">
<h1 class="detail-title">Chợ phiên vùng cao đón khách sau tết</h1>
<div class="meta">08:15 - 05/03/2024 [GMT+7]</div>
<p class="sapo">Phiên chợ đầu năm đông gấp rưỡi năm ngoái.</p>
<div class="content">
<p>(BL) - Từ bốn giờ sáng, bà con các bản đã gùi hàng xuống chợ; đến trưa, ban quản lý đếm được hơn hai nghìn lượt khách, trong đó có bốn đoàn từ miền xuôi lên.</p>
<p><img src="cho.jpg" alt="Chợ"></p><p style="text-align:center"><em>Một góc chợ phiên ngày đầu xuân. Ảnh: Lý Mẩy</em></p>
<p>Chị Vàng Thị Xuân, bán thắng cố ở góc chợ, kể rằng phiên này bán hết ba nồi lớn, khách hỏi mua cả gia vị mang về làm quà.</p>
<p><a href="/khac.html">Xem thêm: Đường lên chợ được mở rộng trước mùa lễ hội</a></p>
<p><strong>Giữ nếp chợ cũ</strong></p>
<p>Xã vận động mỗi hộ mặc trang phục truyền thống khi bán hàng; rác được gom ba lần một phiên, chỗ đậu xe kẻ vạch lại từ tuần trước.</p>
<p style="text-align:right"><strong>Hoàng Mây - Lù A Páo</strong></p>
</div></div>
<div class="related"><h3>Tin liên quan</h3><ul><li><a href="/x">Hội xuân kéo dài thêm ba ngày để phục vụ khách phương xa</a> <span>07/03/2024</span></li></ul></div>
<div class="comment"><b>Ý kiến bạn đọc</b><p>Phiên chợ năm nay vui quá, tôi sẽ còn quay lại cùng gia đình vào mùa hoa mận năm sau!</p></div>
</div><div class="footer">Giấy phép số 1/GP-BL. Ghi rõ nguồn khi phát hành lại thông tin từ trang này.</div></body></html>"""
