"""Bylines: who wrote a story, as printed at its foot or under its title."""

from __future__ import annotations

import re
from functools import cache

from corpus.provinces import canonical
from corpus.text import fold, match_key

# ``Bài, ảnh:``, ``Tin và ảnh:``, ``Thực hiện:`` … with what follows being names.
_ROLES = (
    "bai|tin|anh|video|clip|noi dung|trinh bay|do hoa|thiet ke|thuc hien|bien soan|bien tap|tac gia bai viet|tac gia"
    "|nguoi viet|nhom pv|pv|phong vien|ctv|thuc hien bai|tong hop|ghi chep|story|text|photos?|reported by"
    "|translated by"
)
_ROLE = re.compile(rf"^\(?\s*(?:(?:{_ROLES})\s*(?:,|va|and|by|-|–|&|/|\s)?\s*){{1,4}}\s*[:：]\s*")
# Without a colon: ``Bài và ảnh Đức Thành``, ``Bởi Đức Thành``; and behind the names: ``Nhóm P.V thực hiện``.
_BARE_ROLE = re.compile(r"^(?:(?:bai|tin|anh)\s*(?:,|va|-|–|&|/)\s*(?:bai|tin|anh)|boi|by)\s+(?=\w)")
_DOERS = re.compile(r"\s+(?:thực hiện|tổng hợp|ghi chép|biên soạn|lược dịch)$", re.IGNORECASE)
_TEAM = re.compile(r"(?:nhom )?(?:phong vien|cong tac vien|tac gia)")
_PAPER = re.compile(r"(?:Báo|Đài|Tạp chí|Cổng|Trang|BBT|Ban biên tập)\b", re.IGNORECASE)
_BY_OTHERS = re.compile(r"^\(?\s*(?:theo|nguon(?: tin)?)\s*[:：]?\s+", re.IGNORECASE)
_AGENCIES = {
    "ttxvn": "TTXVN",
    "thong tan xa viet nam": "TTXVN",
    "vietnam+": "TTXVN",
    "vietnamplus": "TTXVN",
    "bnews": "TTXVN",
    "bao tin tuc": "TTXVN",
    "chinhphu.vn": "Chinhphu.vn",
    "baochinhphu.vn": "Chinhphu.vn",
    "vov": "VOV",
    "vtv": "VTV",
    "nhan dan": "Nhân Dân",
    "bao nhan dan": "Nhân Dân",
    "nhandan.vn": "Nhân Dân",
    "qdnd": "Quân đội nhân dân",
    "vgp": "Chinhphu.vn",
    "vna": "TTXVN",
}
_SPLIT = re.compile(r"\s*(?:[,;/&•|]|\s[-–—]|[-–—]\s|\bvà\b)\s*")
# What stands in brackets behind a name: (tổng hợp), (CTV), the writer's district.
_NOTE = re.compile(r"\s*\((?:[^()]*tổng hợp[^()]*|theo[^()]*|ảnh[^()]*|[^()]{1,24})\)\s*$", re.IGNORECASE)
_NAME_WORD = re.compile(r"^(?:[^\W\d_a-z][^\W\d_]*\.?(?:[^\W\d_]\.?)*|[A-ZĐ](?:\.[A-ZĐ][^\W\d_]*)+\.?)$")
# Words that begin menus, headings and bodies, never a person's name; with their tones, since "Trương" is a surname and
# "trường" a school.
_NO_NAME = frozenset(
    """tin bài đọc thêm xem chia video trang thời kinh xã thể pháp giáo quốc giải multimedia podcast bộ sở ban ủy ubnd
    hđnd tỉnh huyện hội chương dự nhà khu cục trường chuyên bởi by""".split()  # noqa: SIM905 - a list of forty words reads best so
)

# Surnames of the Kinh and of the peoples of the border provinces; only asked about lines in capitals, which may as
# well be a heading ("TRUYỀN THÔNG CHỦ TRƯƠNG").
_SURNAMES = frozenset(
    """nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý lương đinh đoàn trịnh mai đào tạ hà cao
    lâm thái tô tăng châu quách tống nông triệu vi ma hứa lò lù lầu lùng giàng sùng vàng vừ thào hạng tẩn chảo phàn bàn
    bế lục quan la lưu kiều thạch sơn kim danh biện mã doãn khổng nghiêm viên ông cù chu tôn thân trương văn y rơ siu
    ksor nay hvùng bạch cầm quàng tòng điêu đèo hà lừu""".split()  # noqa: SIM905 - reads best so
)


def has_role(text: str) -> bool:
    """Whether a line opens with the role of a byline (``Bài, ảnh:``, ``Theo …``, ``Nguồn:``)."""
    if len(text) > 120:
        return False
    folded = fold(text)
    return _ROLE.match(folded) is not None or (
        _BY_OTHERS.match(folded) is not None and len(text.split()) <= 8 and not text.rstrip().endswith(".")
    )


@cache
def is_name(text: str) -> bool:
    """Whether ``text`` looks like one person's name, pen name or initials: 1–6 capitalised words, no place."""
    words = text.split()
    if not 1 <= len(words) <= 6 or len(text) > 45 or len(text) < 2:
        return False
    if canonical(text) is not None or text.endswith(":"):
        return False
    if not all(_NAME_WORD.match(re.sub("['’]", "", word)) for word in words):
        return False
    if text.isupper() and len(words) >= 3 and match_key(words[0]) not in _SURNAMES:
        return False
    return match_key(words[0]) not in _NO_NAME or (len(words) == 2 and not text.isupper() and fold(text) not in _MENUS)


_MENUS = frozenset(
    {
        "thoi su",
        "kinh te",
        "van hoa",
        "xa hoi",
        "the thao",
        "du lich",
        "chinh tri",
        "phap luat",
        "giao duc",
        "y te",
        "ha noi",
    }
    | {
        "viet nam",
        "trang chu",
        "quoc te",
        "giai tri",
        "tin anh",
        "tin tuc",
        "xem them",
        "doc them",
        "chia se",
        "binh luan",
    }
    | {"hoi nhap", "thong bao", "lien he", "cong ty", "tinh uy", "thanh uy", "bo chinh", "so tay", "thanh pho"}
)


def names_in(text: str) -> tuple[str, ...]:
    """The names of a byline, in order, as printed (``Bài, ảnh: A - B`` → A, B); agencies and roles left out."""
    rest = _DOERS.sub("", _without_role(_NOTE.sub("", text.strip())).strip(" .()*•-–"))
    if _BY_OTHERS.match(fold(text)):
        return ()
    parts = [
        part.strip(" .()*") if not part.strip().endswith(".") or len(part.strip()) > 6 else part.strip()
        for part in _SPLIT.split(rest)
    ]
    names: list[str] = []
    for part in parts:
        name = _NOTE.sub("", _without_role(part)).strip()
        if name and agency_in(name) is None and not _PAPER.match(name) and len(name.split()) <= 6 and name not in names:
            names.append(name)
    return tuple(names)


def _without_role(text: str) -> str:
    folded = fold(text)
    role = _ROLE.match(folded) or _BARE_ROLE.match(folded)
    # Folding keeps the length of NFC Vietnamese, so positions in the folded text hold in the printed one.
    return text[role.end() :] if role else text


def _is_writer(text: str) -> bool:
    return is_name(text) or (len(text) <= 20 and _TEAM.fullmatch(fold(text)) is not None)


def _without_bare_role(text: str) -> str:
    role = _BARE_ROLE.match(fold(text[:24]))
    return text[role.end() :] if role else text


def beside_date(text: str) -> str | None:
    """The part of a line of several fields that names the author (``Tác giả: … | Ngày đăng: …``), or None."""
    if ":" not in text or "|" not in text or len(text) > 200:
        return None
    return next((part for part in map(str.strip, text.split("|")) if has_role(part) and is_byline(part)), None)


def is_byline(text: str) -> bool:
    """Whether a line at the foot of a story is its byline: a role with names, or nothing but names."""
    if has_role(text):
        # "PV: Điều bà lo nhất?" is a question of an interview, not a name.
        return _BY_OTHERS.match(fold(text)) is not None or all(map(_is_writer, names_in(text) or ("",)))
    if len(text) > 130:
        return False
    rest = _DOERS.sub("", _without_bare_role(_NOTE.sub("", text.strip()).strip("() *•-–")))
    if len(rest) > 70 or rest.endswith((":", "!", "?", "…")) or not rest:
        return False
    parts = [part for part in _SPLIT.split(rest) if part]
    return 1 <= len(parts) <= 5 and all(_is_writer(part.strip(" ()*")) or agency_in(part) for part in parts)


def agency_in(text: str) -> str | None:
    """The news agency that ``text`` (a byline, a dateline) names, or None."""
    key = fold(match_key(text))
    key = _BY_OTHERS.sub("", key)
    for part in re.split(r"[/,;()]|\s[-–]\s", key):
        agency = _AGENCIES.get(part.strip(" .:"))
        if agency:
            return agency
    return None
