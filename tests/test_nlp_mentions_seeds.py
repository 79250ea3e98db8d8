"""The five pages of the seeds: exactly the places and partners that a reader finds, and none besides.

The pages are other people's and stand outside the checkout; here are only the names in them, how often each is printed,
and the entity meant. The reader's list was made from the texts, page furniture and related headlines included. A city
that bears the name of its province is read as the province.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from corpus.text import clean
from nlp.mentions import mentions

SEEDS = next((up / "shared" / "seeds" for up in Path(__file__).parents if (up / "shared" / "seeds").is_dir()), None)

READER: dict[str, list[tuple[str, str, int]]] = {
    "000": [
        ("Hà Giang", "province:ha-giang", 10),
        ("Trung Quốc", "country:cn", 4),
        ("Benguet", "foreign:ph-benguet", 2),
        ("Philippines", "country:ph", 2),
        ("Moriya", "foreign:jp-moriya", 1),
        ("Nhật Bản", "country:jp", 1),
        ("Boeun", "foreign:kr-boeun", 1),
        ("Hàn Quốc", "country:kr", 1),
        ("Vân Nam", "foreign:cn-van-nam", 2),
        ("Khu tự trị dân tộc Choang", "foreign:cn-quang-tay", 1),
        ("Quảng Tây", "foreign:cn-quang-tay", 1),
        ("Văn Sơn", "foreign:cn-van-son", 1),
        ("CARE quốc tế", "organisation:care", 1),
        ("Plan International", "organisation:plan-international", 1),
        # From here on the headlines below the story.
        ("Bắc Giang", "province:bac-giang", 1),
        ("Bắc Ninh", "province:bac-ninh", 1),
        ("Bình Dương", "province:binh-duong", 1),
        ("Hà Nội", "province:ha-noi", 2),
        ("Trà Vinh", "province:tra-vinh", 1),
        ("Hoà Bình", "province:hoa-binh", 1),
        ("Mường La", "district:muong-la.son-la", 1),
        ("Yên Châu", "district:yen-chau.son-la", 1),
        ("Sơn La", "province:son-la", 1),
        ("Tĩnh Gia", "district:tinh-gia.thanh-hoa", 1),
        ("Thanh Hoá", "province:thanh-hoa", 1),
        ("Đông Hà", "district:dong-ha.quang-tri", 1),
        ("Quảng Trị", "province:quang-tri", 1),
        ("Nam Đông", "district:nam-dong.thua-thien-hue", 1),
        ("Thừa Thiên Huế", "province:thua-thien-hue", 1),
        ("TP. Hồ Chí Minh", "province:tp-ho-chi-minh", 1),
        ("Biên Hoà", "district:bien-hoa.dong-nai", 1),
        ("Đồng Nai", "province:dong-nai", 1),
        ("Vị Thanh", "district:vi-thanh.hau-giang", 1),
        ("Hậu Giang", "province:hau-giang", 1),
        ("Yên Minh", "district:yen-minh.ha-giang", 1),
    ],
    "001": [
        ("PreyVeng", "foreign:kh-prey-veng", 1),
        ("Preyveng", "foreign:kh-prey-veng", 3),
        ("Banteay Meanchey", "foreign:kh-banteay-meanchey", 1),
        ("Vương quốc Campuchia", "country:kh", 4),
        ("Campuchia", "country:kh", 1),
        ("Đồng Tháp", "province:dong-thap", 8),
        ("Cộng hòa Dân chủ Nhân dân Lào", "country:la", 1),
        ("biển Đông", "sea:bien-dong", 1),
        ("Hàn Quốc", "country:kr", 1),
    ],
    "002": [("Hà giang", "province:ha-giang", 1), ("Hà Giang", "province:ha-giang", 7)],
    "003": [("A Đớt", "gate:a-dot.thua-thien-hue", 1), ("Lào", "country:la", 1)],
    "004": [("Hà Giang", "province:ha-giang", 10)],
}
QUALIFIES = {
    "000": Counter({"country:cn": 3, "country:ph": 2, "country:jp": 1, "country:kr": 1}),
    "001": Counter({"country:kh": 4}),
}
"""Countries that only say where the place before them lies."""


@pytest.mark.skipif(SEEDS is None, reason="the seeds are not on this machine")
@pytest.mark.parametrize("number", READER)
def test_a_seed_names_what_a_reader_finds_in_it_and_nothing_else(number: str) -> None:
    assert SEEDS is not None
    (path,) = SEEDS.glob(f"{number}_*.txt")
    text = clean(path.read_text(encoding="utf-8"))
    found = mentions(text)
    named = Counter((text[one.start : one.end], one.entity) for one in found)
    assert named == Counter({(name, entity): count for name, entity, count in READER[number]})
    qualifying = Counter(one.entity for one in found if one.rule == "qualifies")
    assert qualifying == QUALIFIES.get(number, Counter())
