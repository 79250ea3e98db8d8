"""Strings nobody would print, and strings the press does print, from one seed: what segmenters are compared on."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator

_SYLLABLES = """
    biên phòng tỉnh uỷ ủy hoà hòa bình thuỷ thủy lợi khoẻ hội nghị đối ngoại quảng bá du lịch hợp tác nước ngoài của và
    là trong với các cán bộ nhân dân xã huyện đồn cửa khẩu chợ phiên đường sông núi rừng bản làng sinh viên học bổng
    quý qui quy nguyễn thị văn lò mí vừ a ơ y
    """
_NAMES = "Hà Giang Cao Bằng Điện Biên Lào Cai Việt Nam Trung Quốc Nhật Bản Đồng Tháp Thừa Thiên Huế H'Mông N’Thôn"
_PRINTED = r"""
    TP. TX. TT.
    T.Ư. T.Ư PGS.TS. GS.TSKH. ThS. Th.S Thos Đ/c ĐTO - – — BHG 2.9 02/9 03/06/2021 2014/08/20 10:20:50 7h30 3x4m
    01/2023/NĐ-CP NĐ-CP 25.000đ/kg 4.123,2 100,000,000 3,5% 38°C 43H-0530 4K H&M e-mail v.v... v.v. v.v Mr. Dr.
    “ ” ‘ ’ " ' ( ) [ ] { } « » , . ; : ? ! … ... ./. / \ + = == => ==> -> >> < > <3 :) :)) :D =)) ♥‿♥ % $ ^ _ __ & @ #
    https://bao.example/tin?a=1&b=2 bao.example/tin.html a@b.example bao.example ftp:x http://( (a(b)c)
    2147483647 2147483648 -5 +5 007 1_000 99999999999999999999 ٣٤ １２３ ² ½ Ⅷ BOS EOS True
    """
_WORDS = (_SYLLABLES.split(), _NAMES.split(), _PRINTED.split())
# Blanks of every kind, marks without a letter, what is not seen, other scripts, letters that change length with case.
_HOSTILE = (
    *" \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u2003\u2028\u3000\u200b\u00ad\ufeff\u202e\x00\x07",
    *"\u0301\u0323\u0300\u0309\u031b\u0302\u0308\u20dd",
    *"ððÐĐßẞİıǅŉﬁΣςɤƛ日本ລາວខ្មែรقК",
    *"🇻🇳🎉👍\U0001f468\u200d\U0001f469",
    *"aAăĂâÂđĐeEêÊoOôÔơƠuUưƯyY0129.,:;-_'’\"()/&@%+=<>*#~|",
)


def fuzzed(count: int, seed: int = 9) -> Iterator[str]:
    """``count`` strings: news-like, hostile, and mixtures of the two, one in six decomposed."""
    chosen = random.Random(seed)  # noqa: S311 - the same strings every time, nothing secret
    for _ in range(count):
        kind = chosen.randrange(6)
        if kind < 3:
            text = " ".join(_printed(chosen) for _ in range(chosen.randint(1, 40)))
        elif kind == 3:
            text = "".join(chosen.choices(_HOSTILE, k=chosen.randint(0, 60)))
        elif kind == 4:
            text = "".join(
                chosen.choice((_printed(chosen), chosen.choice(_HOSTILE), " ")) for _ in range(chosen.randint(1, 40))
            )
        else:
            text = " ".join([_printed(chosen)] * chosen.randint(1, 9) + [_printed(chosen)] * chosen.randint(0, 9))
        yield unicodedata.normalize("NFD", text) if chosen.randrange(6) == 0 else text


def _printed(chosen: random.Random) -> str:
    word = chosen.choice(chosen.choices(_WORDS, weights=(6, 2, 3))[0])
    if chosen.randrange(12) == 0:
        word = chosen.choice((word.upper(), word.title(), word + chosen.choice(",.;:!?)”")))
    return word
