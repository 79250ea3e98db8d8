"""The set phrases of Vietnamese news pages: what opens a related box, a comment form, a caption, a story.

Each pattern is matched against the folded text (no tones, lower case), so that one spelling covers all.
"""

from __future__ import annotations

import re

from corpus.text import fold


def _pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """A regular expression written over several lines; line ends and indentation are no part of it."""
    return re.compile("".join(part.strip("\n").lstrip(" ") for part in text.splitlines()), flags)


# What follows one of these lines is no longer the story. Reason → whole line, folded.
_ENDS: dict[str, re.Pattern[str]] = {
    "comments": _pattern(
        r"""(?:gui |viet |y kien |binh luan|cac |xem )*
        (?:y kien (?:ban doc|cua ban|binh luan)?|binh luan(?: cua ban)?(?: ban doc)?|phan hoi|comments?|thao luan)
        (?: \(?\d+\)?| cua ban| ban doc| moi nhat| facebook)?[.:!…]*"""
    ),
    "related": _pattern(
        r"""(?:>+ ?|• ?)?
        (?:(?:cac |nhung )?(?:tin|bai)(?: bai| viet)?(?: tuc)?\x20
        (?:lien quan|khac|cung (?:chuyen muc|chu de)|moi(?: nhat| hon)?|cu hon|noi bat|doc nhieu|da dua|tiep theo
        |xem nhieu)
        |(?:cac )?tin ?/ ?bai khac|thong tin lien quan
        |(?:cac )?(?:tin|bai) da dang|cung (?:chuyen muc|chu de|su kien|tac gia)|lien quan|co the ban quan tam
        |ban co the quan tam|doc nhieu(?: nhat)?|xem nhieu(?: nhat)?|moi nhat|tin doc nhieu|doc tiep|bai doc tiep
        |tin moi|xem them|doc them|su kien lien quan|chu de lien quan)
        (?: tin| bai| khac)*(?: ve .*)?[.:…»>]*"""
    ),
    "counter": _pattern(
        r"""(?:thong ke truy cap|tong (?:so )?(?:luot )?truy cap|so luot truy cap|truy cap hien tai|luot xem
        |dang online)\b.*"""
    ),
    "navigation": _pattern(
        r"""(?:[<«‹←|] ?)?
        (?:tro ve(?: trang truoc| dau trang| chuyen muc)?|quay lai|ve trang truoc|ve dau trang|len dau trang|trang truoc
        |trang sau|xem tin theo ngay|tim kiem|in trang|in bai|gui mail|ban in)
        [ .:>»]*"""
    ),
    "tags": _pattern(r"(?:tu khoa|tags?|chu de|the)\s*:?(?: .*)?"),
    "share": _pattern(
        r"""(?:chia se(?: bai viet)?(?: len| qua| tren)?(?: facebook| zalo| twitter| email)?
        |theo doi (?:chung toi|bao).*|like|share|zalo|facebook
        |twitter|copy link|sao chep lien ket|email|luu bai(?: viet)?|gui (?:bai|email)|thich|facebook messenger|linkedin
        |print|google news|theo doi tren google news)
        (?: [\d.,k]+)?[ .:|]*"""
    ),
}
_ENDERS = ("comments", "related", "counter", "navigation")

_AUDIO = _pattern(
    r"""https?://\S+\.(?:mp3|m4a|wav|mp4|aac)\S*
    |(?:nghe (?:audio|doc bai|bai viet|noi dung)|audio|doc bai|0:00|giong (?:nam|nu)).{0,40}"""
)
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_ADVERT = re.compile(r"[-–—*(\[ ]*(?:quang cao|advertisement|tin tai tro|tai tro|ads?)[-–—*)\] .:]*")
_WIDGET = re.compile(r"(?:•\s*)?o?\s?c|[\d.,]+ ?°? ?c|nhiet do.*|do am.*|thoi tiet.*|ty gia.*|gia vang.*")
# What portals print around a story: ratings, counters, forms, invitations.
_PORTAL = _pattern(
    r"""(?:chua co danh gia.*|ban con \d+/\d+ ky tu.*|ban vui long nhap.*|doc \d+ lan|<image>.*|sggpo?
    |(?:so )?luot (?:xem|doc|truy cap)\s*:? [\d.,]+|[\d.,]+ luot (?:xem|doc|truy cap)|tong so diem cua bai viet.*
    |click (?:de|vao) (?:danh gia|copy).*|(?:danh gia|xep hang|binh chon) (?:bai viet|tin bai)(?: nay)?(?:\x20?[:(].*)?
    |trinh duyet(?: cua ban| nay| web| hien tai)* (?:khong|chua) ho tro.*|your browser.{0,40} not support.*
    |ban can (?:cai|tai).{0,40}flash.*
    |(?:\d+ \w+ truoc)?\s*bai goc
    |[*• ]*moi (?:quy )?(?:vi )?(?:ban |doc gia|khan gia) ?(?:doc |xem |theo doi|don doc|don xem).*
    |tra loi|powered by.*|\[?\s*tro ve\s*\]?|author archives.*|\d+ (?:phut|gio|ngay) truoc.*bai goc)[ .:]*"""
)
_TAGS = re.compile(r"(?:tu khoa|tags?)\s*:")
_FONT = re.compile(r"(?:co chu|aa|a\+|a-|a|kich thuoc chu|mac dinh|lon hon)(?: [+-])?")

_CREDIT = _pattern(
    r"""\s*(?P<whole>
    [(\[]\s*(?:Ảnh|Nguồn ảnh|Nguồn)\s*(?:minh họa|tư liệu|chụp màn hình)?\s*[:.]?\s*(?P<in>[^()\[\]]{0,60})[)\]]
    |(?<!\btrong)(?:[–-]\s*|(?<=\.)|\s)(?:Ảnh|Nguồn ảnh|Nguồn)\s*(?:minh họa|tư liệu)?\s*:\s*(?P<out>[^:]{1,60})
    )\s*\.?\s*$""",
    re.IGNORECASE,
)
_CREDIT_SIZE = 140  # what the pattern can match at most, and some blanks
_PICTURED = _pattern(
    r"""^(?:quang canh|toan canh|trong anh|cac dai bieu|dai bieu|canh |mot goc|pano|hinh anh|anh:|anh |chum anh|can bo
    |chien si|bo doi|du khach|nguoi dan|nong dan|lanh dao|dong chi|ong |ba |chi |luc luong|doan |cac em|hoc sinh
    |tiet muc|nghe nhan|san pham|khu |ban to chuc|chu tich|pho |bi thu|giam doc|thieu nu|dong bao|dong dao|cong nhan|tau
    |thu truong|bo truong|truong |nha |cau |duong |tuyen )"""
)
_SCENE = _pattern(
    r"""(?:quang canh|toan canh|trong anh|cac dai bieu (?:du|tham|chup|cat|tai)|mot goc|chum anh|tiet muc|pano|hinh anh
    |hai ben (?:ky|trao|chup|bat tay|tai)|hai (?:doi truong|chi huy) bat tay|canh )"""
)
_PICTURE_NUMBER = re.compile(r"[-–] anh \d+\.?$")
_POINTING = _pattern(
    r"""\((?:ben |ngoi |dung |hang |giua|thu |trai|phai|ao |ngoai cung|bia)[^)]*\)|chup anh luu niem|phat bieu
    |trao (?:qua|tang|bang|giay|co|ho tro)|tang qua|thuc hien$|lam viec$|ky ket|cat bang"""
)
_ASKER = re.compile(r"[-–—]|(?:pv|p\.v|phong vien|hoi)\.?\s*:|\W?thua (?:ong|ba|anh|chi|dong chi|bac|thay|co)\b")
_DATELINE = _pattern(
    r"""^\(?(?P<mark>TTXVN|Vietnam\+|VOV|VTV|VGP|[A-ZĐ]{2,6}|[A-ZĐ][\w.]*(?:\.vn|Online|online))\)?\s?[-–—:]\s?(?=\S)
    |^\((?P<paren>[A-ZĐ]{2,8}|[\w ]{3,20}(?:online|Online))\)\s?[-–—.:]?\s?(?=\S)"""
)


def ender(text: str) -> str | None:
    """The reason under which everything from this line on is left out, or None: a heading of what follows a story."""
    if len(text) > 60:
        return None
    folded = fold(text).strip(" •·*>»|")
    return next((reason for reason in _ENDERS if _ENDS[reason].fullmatch(folded)), None)


def stray(text: str) -> str | None:
    """The reason why this one line is no part of a story (audio, share, tags, weather …), or None."""
    if not any(map(str.isalnum, text)):
        return "decoration"
    if len(text) > 150 and " " in text:
        # Of all that follows only a list of tags can be that long, and most paragraphs are.
        return "tags" if _TAGS.match(fold(text[:20]).strip()) else None
    folded = fold(text).strip()
    if _AUDIO.fullmatch(folded):
        return "audio"
    if _ADDRESS.fullmatch(folded):
        return "address"
    if len(folded) <= 140 and _PORTAL.fullmatch(folded):
        return "portal"
    if len(folded) > 60:
        return "tags" if _TAGS.match(folded) else None
    for reason, pattern in (("advertisement", _ADVERT), ("widget", _WIDGET), ("font_size", _FONT)):
        if pattern.fullmatch(folded):
            return reason
    for reason in ("share", "tags"):
        if _ENDS[reason].fullmatch(folded) and (
            reason != "tags" or ":" in folded or folded in {"tu khoa", "tags", "tag"}
        ):
            return reason
    return None


def split_credit(text: str) -> tuple[str, str | None]:
    """A caption and its credit: ``Toàn cảnh lễ ký (Ảnh: P.L)`` → (``Toàn cảnh lễ ký``, ``P.L``)."""
    found = _CREDIT.search(text, max(0, len(text) - _CREDIT_SIZE))
    if found is None:
        return text, None
    credit = (found["in"] or found["out"] or "").strip(" .")
    rest = text[: found.start()].strip()
    # "Ảnh: P.L" alone is a credit line without a caption.
    return rest, credit or None


def has_credit(text: str) -> bool:
    """Whether a line ends with a picture credit (``(Ảnh: …)``, ``Ảnh: …``)."""
    return _CREDIT.search(text, max(0, len(text) - _CREDIT_SIZE)) is not None


def announces_video(text: str) -> bool:
    """Whether a line is the label of a film set into the page (``VIDEO: Toàn cảnh cây cầu``)."""
    return len(text) <= 160 and re.match(r"(?:video|clip)(?: clip)?\s*[:|]\s*\S", fold(text)) is not None


def pictured(text: str) -> bool:
    """Whether a line is worded like a caption: it opens with what a picture shows, or points at people in it."""
    folded = fold(text)
    return _PICTURED.match(folded) is not None or _POINTING.search(folded) is not None


def is_scene(text: str) -> bool:
    """Whether a closed sentence is worded like nothing but a caption (``Quang cảnh hội đàm.``, ``… - Ảnh 1.``)."""
    folded = fold(text)
    if _PICTURE_NUMBER.search(folded):
        return True
    return _SCENE.match(folded) is not None and not any(char.isdigit() for char in text) and folded.count(". ") == 0


def is_spoken(text: str) -> bool:
    """Whether a line is what somebody says in an interview (``- Thưa ông, vì sao…?``), not a heading."""
    if not text.endswith(("?", "!", "…", "?”", '?"')):
        return False
    return _ASKER.match(fold(text[:24])) is not None


def dateline(text: str) -> str | None:
    """The mark a story opens with (``BHG - …`` → ``BHG``, ``(CTO) - …`` → ``CTO``), or None."""
    found = _DATELINE.match(text)
    mark = (found["mark"] or found["paren"]) if found else None
    return None if mark in {"HOT", "NEW", "VIDEO", "CLIP", "PODCAST", "TIN", "BÀI"} else mark


def ends_sentence(text: str) -> bool:
    """Whether a line closes a sentence."""
    return text.rstrip(" \"'”’)»]").endswith((".", "!", "?", "…", ":", ";", "./"))
