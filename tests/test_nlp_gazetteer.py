"""The gazetteer: what stands in its files, and how strictly they are read."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from corpus.entities import ASKED, PARTNERS
from corpus.provinces import names_34, provinces_63
from corpus.text import match_key
from nlp.errors import GazetteerError
from nlp.gazetteer import ENTITIES, _squashed, load_gazetteer, meant, read_gazetteer

GAZETTEER = load_gazetteer()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ENTITIES, tmp_path / "entities"))


def test_it_knows_what_provincial_news_names() -> None:
    kinds = Counter(entity.kind for entity in GAZETTEER.entities.values())
    assert kinds["province"] == len({province.name for province in provinces_63()} | set(names_34())) == 64
    assert kinds["country"] >= 195
    assert kinds["foreign"] >= 400
    ours = [one for one in GAZETTEER.entities.values() if one.kind == "gate" and one.country == "VN"]
    assert len(ours) >= 100
    assert sum(one.opposite is not None for one in ours) >= 60
    assert kinds["organisation"] >= 60
    assert kinds["island"] >= 70
    # Every province of Lào, and every one of Campuchia at our border.
    laos = [one for one in GAZETTEER.entities.values() if one.kind == "foreign" and one.country == "LA"]
    assert len(laos) >= 18
    for name in ("takeo", "kampot", "kandal", "prey-veng", "svay-rieng", "tboung-khmum", "kratie", "mondulkiri"):
        assert f"foreign:kh-{name}" in GAZETTEER.entities


def test_what_an_entity_points_to_is_there() -> None:
    known = {province.name for province in provinces_63()} | set(names_34())
    for entity in GAZETTEER.entities.values():
        assert entity.id.startswith(f"{entity.kind}:")
        assert entity.province is None or entity.province in known
        assert entity.within is None or entity.within in GAZETTEER.entities, entity
        if entity.opposite is not None:
            assert GAZETTEER.entities[entity.opposite].opposite == entity.id
        if entity.kind == "foreign":
            assert f"country:{(entity.country or '').lower()}" in GAZETTEER.entities


def test_a_spelling_of_what_may_be_asked_for_means_one_name_and_a_partner_s_name_one_partner() -> None:
    names: dict[str, set[str]] = {}
    for reading in GAZETTEER.readings:
        if reading.entity is not None and reading.entity.kind in ASKED:
            names.setdefault(_squashed(match_key(reading.name)), set()).add(reading.entity.name)
    assert {spelling: found for spelling, found in names.items() if len(found) > 1} == {}
    partners = Counter(one.name for one in GAZETTEER.entities.values() if one.kind in PARTNERS)
    assert [name for name, count in partners.items() if count > 1] == []


def test_a_name_in_any_spelling_or_an_id_is_found() -> None:
    assert [one.id for one in meant("hoa kì", ASKED)] == ["country:us"]
    assert meant("atlantis", ASKED) == ()
    assert [one.id for one in meant("preyveng", ASKED)] == ["foreign:kh-prey-veng"]
    assert [one.id for one in meant("foreign:cn-van-nam", ASKED)] == ["foreign:cn-van-nam"]
    assert {one.id for one in meant("Hà Khẩu", ASKED)} == {"gate:ha-khau.cn", "foreign:cn-ha-khau"}
    assert meant("Hà Giang", ASKED) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("countries.toml", 'KE = [', 'KEN = [', "countries.toml: key names, key KEN"),
        ("countries.toml", '"Síp"]\n', '"Síp", "Atlantis"]\n', "countries.toml: key short: 'Atlantis' is no name"),
        ("foreign.toml", 'country = "LA"', 'contry = "LA"', "foreign.toml: key region, key 3, key country"),
        ("foreign.toml", 'guarded = ["Kep"', 'guarded = ["Kepp"', "'Kepp' is no name that stands in this table"),
        ("gates.toml", '"Quảng Ninh"', '"Quảng Linh"', "gate 'Móng Cái': no province 'Quảng Linh'"),
        ("gates.toml", "[[gate]]", "[gate", "gates.toml: is not TOML"),
        ("waters.toml", '["Hoàng Sa"]', "[]", "waters.toml: key island, key 1, key names, key 0"),
        ("organisations.toml", '["KOICA"', '["KOICA "], ["KOICA"', "organisations.toml: key organisation, key 1"),
        ("organisations.toml", '["JETRO"]', '["KOICA"]', "two entities have the id 'organisation:koica'"),
        ("context.toml", "titles =", "tiles =", "context.toml: key titles"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_file_and_key(folder: Path, file: str, old: str, new: str, says: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(GazetteerError) as error:
        read_gazetteer(folder)
    assert says in str(error.value)


def test_a_missing_file_is_told(folder: Path) -> None:
    (folder / "waters.toml").unlink()
    with pytest.raises(GazetteerError, match=r"waters\.toml: there is no such file"):
        read_gazetteer(folder)


def test_another_name_is_another_opinion(folder: Path) -> None:
    assert read_gazetteer(folder).by == GAZETTEER.by
    path = folder / "organisations.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('["KOTRA"]', '["KOTRA", "Kotra"]'), encoding="utf-8")
    assert read_gazetteer(folder).by != GAZETTEER.by
