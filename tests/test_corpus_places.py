"""Cities and districts that lie in one province, checked name by name against an independent list."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from corpus.places import named_in, places, province_of
from corpus.provinces import canonical, map_63, provinces_63
from corpus.text import match_key

BEFORE = date(2024, 6, 1)
# Names that were gone before the list was drawn up, or that it spells otherwise.
FORMER = {
    "Mù Cang Chải": "Yên Bái",
    "Phú Quý": "Bình Thuận",
    "Cửa Lò": "Nghệ An",
    "Hoành Bồ": "Quảng Ninh",
    "Trà Lĩnh": "Cao Bằng",
    "Phục Hòa": "Cao Bằng",
    "Quảng Uyên": "Cao Bằng",
    "Thông Nông": "Cao Bằng",
    "Long Điền": "Bà Rịa - Vũng Tàu",
    "Đất Đỏ": "Bà Rịa - Vũng Tàu",
    "Tĩnh Gia": "Thanh Hóa",
    "Nam Đông": "Thừa Thiên Huế",
}


def test_every_place_lies_in_its_province_and_in_no_other() -> None:
    """The table inside underthesea, from vietnamadminunits; read as a file, for importing it takes half a second."""
    spec = find_spec("underthesea")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "address" / "data" / "mapping.json"
    wards = json.loads(path.read_text(encoding="utf-8"))["ward_mapping"]
    listed: dict[str, set[str | None]] = defaultdict(set)
    for ward in wards:
        name = re.sub(r"^(?:Thành phố|Thị xã|Huyện|Quận)\s+", "", ward["old_district"], flags=re.IGNORECASE)
        province = canonical(ward["old_province"])
        assert province is not None
        listed[match_key(name)].add(map_63(province, BEFORE))
    former = {match_key(name): province for name, province in FORMER.items()}
    for place, province in places().items():
        assert listed.get(place, {former.get(place)}) == {province}, place
    assert len(places()) > 500
    assert set(places().values()) <= {province.name for province in provinces_63()}


@pytest.mark.parametrize(
    ("line", "province"),
    [
        ("TP Vinh", "Nghệ An"),
        ("Phú Quốc -", "Kiên Giang"),
        ("Sa Pa", "Lào Cai"),
        ("thành phố Thủ Đức", "TP. Hồ Chí Minh"),
        ("TP. Điện Biên Phủ", "Điện Biên"),
        ("huyện Mèo Vạc", "Hà Giang"),
        ("thị xã Kỳ Anh", "Hà Tĩnh"),
        ("Buôn Ma Thuột", "Đắk Lắk"),
        ("Lạng  Sơn", "Lạng Sơn"),
        ("huyện Châu Thành", None),
        ("quận 5", None),
        ("Thanh Hà", None),
        ("Vinh", None),
        ("Bình Minh", None),
    ],
)
def test_a_line_that_is_a_place(line: str, province: str | None) -> None:
    assert province_of(line) == province


def test_a_place_is_counted_for_its_province() -> None:
    assert named_in("Huyện ủy Mèo Vạc và UBND tỉnh Hà Giang") == {"Hà Giang": 6}
    assert named_in("Từ Đà Lạt xuống TP Nha Trang") == {"Lâm Đồng": 1, "Khánh Hòa": 3}
    assert named_in("Trên đường Điện Biên Phủ và đường Côn Đảo") == {}
    assert named_in("Bà Rịa - Vũng Tàu") == {"Bà Rịa - Vũng Tàu": 1}
    assert named_in("giữ gìn hòa bình, ổn định") == {}
    assert named_in("thành phố Vinh đón khách") == {"Nghệ An": 3}
    assert named_in("thành phố Vinh Quang") == {}
