"""Provinces as a function of time, checked name by name against an independent list."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.provinces import (
    MERGED_SINCE,
    canonical,
    map_34,
    map_63,
    names_34,
    on_day,
    provinces_63,
    spellings,
)
from corpus.text import fold

LAST_DAY = MERGED_SINCE - timedelta(days=1)
HUE_CITY = date(2025, 1, 1)


@pytest.fixture(scope="module")
def shipped() -> dict[str, Any]:
    """The table inside underthesea, from vietnamadminunits; read as a file, for importing it takes half a second."""
    spec = find_spec("underthesea")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "address" / "data" / "mapping.json"
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return table


def test_there_were_63_and_are_34() -> None:
    assert len(provinces_63()) == len({province.name for province in provinces_63()}) == 63
    assert len(names_34()) == 34


def test_every_merger_agrees_with_the_independent_list(shipped: dict[str, Any]) -> None:
    def ours(entry: dict[str, str]) -> str:
        name = canonical(entry["short"])
        assert name is not None, entry
        return name

    old = {key: ours(entry) for key, entry in shipped["old_province_names"].items()}
    new = {key: ours(entry) for key, entry in shipped["province_names"].items()}
    # By its short name alone `Huế` is the city of 2025; the list means its province on the map of 63.
    merged = {map_63(old[key], LAST_DAY): new[now] for key, now in shipped["province_mapping"].items()}
    assert merged == {province.name: province.now for province in provinces_63()}
    assert set(new.values()) == set(names_34())


def test_borders_are_those_of_the_country() -> None:
    """25 provinces had a land border: 7 with China, 10 with Laos, 10 with Cambodia, two of them with two countries."""
    by_country = {
        country: {province.name for province in provinces_63() if country in province.borders}
        for country in ("CN", "LA", "KH")
    }
    assert by_country == {
        "CN": {"Điện Biên", "Lai Châu", "Lào Cai", "Hà Giang", "Cao Bằng", "Lạng Sơn", "Quảng Ninh"},
        "LA": {"Điện Biên", "Sơn La", "Thanh Hóa", "Nghệ An", "Hà Tĩnh", "Quảng Bình", "Quảng Trị",
               "Thừa Thiên Huế", "Quảng Nam", "Kon Tum"},
        "KH": {"Kon Tum", "Gia Lai", "Đắk Lắk", "Đắk Nông", "Bình Phước", "Tây Ninh", "Long An", "Đồng Tháp",
               "An Giang", "Kiên Giang"},
    }  # fmt: skip
    assert {code for province in provinces_63() for code in province.borders} == {"CN", "LA", "KH"}
    assert sum(bool(province.borders) for province in provinces_63()) == 25


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("TPHCM", "TP. Hồ Chí Minh"),
        ("Thành phố Hồ Chí Minh", "TP. Hồ Chí Minh"),
        ("tỉnh Hà Giang", "Hà Giang"),
        ("HOÀ BÌNH", "Hòa Bình"),
        ("Thanh Hoá", "Thanh Hóa"),
        ("Khánh Hoà", "Khánh Hòa"),
        ("Thừa Thiên - Huế", "Thừa Thiên Huế"),
        ("TP Huế", "Huế"),
        ("Ðắk Lắk", "Đắk Lắk"),
        ("Bà Rịa – Vũng Tàu", "Bà Rịa - Vũng Tàu"),
        ("thành phố Đà Nẵng", "Đà Nẵng"),
        ("Vân Nam", None),
        ("", None),
    ],
)
def test_any_spelling_has_one_name(spelling: str, name: str | None) -> None:
    assert canonical(spelling) == name


def test_every_known_spelling_leads_to_a_province() -> None:
    names = {province.name for province in provinces_63()} | set(names_34())
    assert set(spellings().values()) == names
    assert all(canonical(spelling) == name for spelling, name in spellings().items())
    assert len({fold(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("name", "day", "then"),
    [
        ("Hà Giang", LAST_DAY, "Hà Giang"),
        ("Hà Giang", MERGED_SINCE, "Tuyên Quang"),
        ("Thừa Thiên Huế", HUE_CITY - timedelta(days=1), "Thừa Thiên Huế"),
        ("Thừa Thiên Huế", HUE_CITY, "Huế"),
        ("Huế", HUE_CITY - timedelta(days=1), "Thừa Thiên Huế"),
        ("Huế", MERGED_SINCE, "Huế"),
        ("Tiền Giang", MERGED_SINCE, "Đồng Tháp"),
        ("Cao Bằng", MERGED_SINCE, "Cao Bằng"),
    ],
)
def test_a_province_is_that_of_its_day(name: str, day: date, then: str) -> None:
    assert on_day(name, day) == then


@pytest.mark.parametrize(
    ("name", "day", "old"),
    [
        ("Hà Giang", LAST_DAY, "Hà Giang"),
        ("Tuyên Quang", LAST_DAY, "Tuyên Quang"),
        ("Tuyên Quang", MERGED_SINCE, None),
        ("Cao Bằng", MERGED_SINCE, "Cao Bằng"),
        ("Huế", MERGED_SINCE, "Thừa Thiên Huế"),
    ],
)
def test_the_old_province_is_told_where_it_can_be_known(name: str, day: date, old: str | None) -> None:
    assert map_63(name, day) == old


@given(
    st.sampled_from([*(province.name for province in provinces_63()), *names_34()]),
    st.dates(date(2000, 1, 1), date(2035, 1, 1)),
)
def test_the_maps_agree_with_each_other_on_every_day(name: str, day: date) -> None:
    then = on_day(name, day)
    assert on_day(then, day) == then
    assert map_34(then) == map_34(name) in names_34()
    old = map_63(then, day)
    assert old is None or map_34(old) == map_34(name)
    if day >= MERGED_SINCE:
        assert then in names_34()
    else:
        assert old is not None


@pytest.mark.parametrize(
    "ask", [lambda: on_day("Atlantis", LAST_DAY), lambda: map_34("Atlantis"), lambda: map_63("Atlantis", LAST_DAY)]
)
def test_a_name_of_no_province_is_refused_by_name(ask: Any) -> None:
    with pytest.raises(ValueError, match="'Atlantis' is not a province of Việt Nam"):
        ask()
