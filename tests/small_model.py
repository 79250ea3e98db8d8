"""A small set of labelled news and a small model for the tests of nlp: three themes, invented one-paragraph stories."""

import json
import random
from pathlib import Path

from nlp.themes import Theme

THEMES = (
    Theme("border", "Biên giới", "Border", "a", "b", ("biên giới", "cột mốc", "biên phòng")),
    Theme("tourism", "Du lịch", "Tourism", "a", "b", ("du lịch", "du khách", "lượt khách")),
    Theme("digital", "Chuyển đổi số", "Digital", "a", "b", ("chuyển đổi số", "trực tuyến")),
)
OPENINGS = {
    "border": ("Đồn biên phòng {p} tuần tra dọc đường biên giới", "Tổ công tác kiểm tra {n} cột mốc ở rừng {p}"),
    "tourism": ("{p} đón {n} nghìn lượt khách dịp lễ", "Du khách đổ về bản {p}, nhà nghỉ kín phòng"),
    "digital": ("Xã {p} chuyển đổi số từ bộ phận một cửa", "{p} nhận hồ sơ trực tuyến, trả kết quả trong {n} giờ"),
    None: ("Lúa chín sớm, {p} huy động {n} máy gặt", "Hội khỏe học đường {p} trao {n} bộ huy chương"),
}
# Drawn anew for every story: two stories share words, but hardly a run of five syllables.
PHRASES = {
    "border": "biên giới|cột mốc|biên phòng|tuần tra|dân quân|đường mòn|mốc giới|chốt gác|phát quang|vùng biên",
    "tourism": "du lịch|du khách|lượt khách|nhà nghỉ|tuyến mới|cảnh đẹp|lữ hành|đặt phòng|tham quan|khách đoàn",
    "digital": "chuyển đổi số|trực tuyến|hồ sơ|ứng dụng|dữ liệu|một cửa|phần mềm|tài khoản|nộp phí|tra cứu",
    None: "thóc lúa|máy gặt|giá thu mua|phân bón|bà con|vụ mùa|sân phơi|huy chương|khỏe phù đổng|nắng ráo",
}
PLACES = (
    "Thôn Vàng",
    "Nà Lúa",
    "Khe Sậy",
    "Bãi Dài",
    "Cốc Mận",
    "Suối Trong",
    "Gò Me",
    "Láng Tre",
    "Đá Bạc",
    "Tân Hưng",
)


def write_labelled(path: Path) -> Path:
    """Eighty invented stories of ten provinces, labelled with the three themes or none, as JSON Lines in ``path``."""
    rows = []
    for number, place in enumerate(PLACES):
        for slug, openings in OPENINGS.items():
            for turn, opening in enumerate(openings):
                title = opening.format(p=place, n=number + 3)
                second = "tourism" if slug == "border" and number < 5 and turn else None
                text = _paragraph(slug, len(rows))
                if second:
                    text += "\n" + _paragraph(second, len(rows))
                themes = [theme for theme in (slug, second) if theme]
                row = {"id": f"s-{len(rows)}", "province": f"Tỉnh {number}", "title": title, "text": text}
                rows.append({**row, "themes": themes, "primary": slug})
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def _paragraph(slug: str | None, seed: int) -> str:
    return ", ".join(random.Random(seed).choices(PHRASES[slug].split("|"), k=15)) + "."  # noqa: S311 - news, not secrets
