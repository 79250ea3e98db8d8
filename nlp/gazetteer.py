"""The gazetteer: places and partners that news names, as ``nlp/entities/*.toml`` declares them, read strictly.

Provinces and districts of Việt Nam come from ``corpus/provinces.toml`` and ``corpus/places.toml``, where the facts
about them stand already.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import corpus
from corpus.mentions import Entity, Kind
from corpus.places import by_province, read_alone
from corpus.provinces import names_34, provinces_63, renamed
from corpus.text import fold
from nlp.errors import GazetteerError

ENTITIES = Path(__file__).parent / "entities"

Guard = Literal["none", "ours", "district", "place", "short", "foreign", "gate", "island", "organisation", "mask"]
"""What must be seen before a name is read as an entity; ``nlp/resolve.py`` knows the rules."""

_CODE = ("gazetteer.py", "mentions.py", "alone.py", "resolve.py", "surroundings.py")
_Text = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
_Names = Annotated[list[_Text], Field(min_length=1)]
_Code = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
_Model = TypeVar("_Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Countries(_Strict):
    short: list[_Text]
    names: dict[_Code, _Names]


class _Region(_Strict):
    country: _Code
    within: _Text | None = None
    names: Annotated[list[_Names], Field(min_length=1)]
    guarded: list[_Text] = []


class _Foreign(_Strict):
    region: Annotated[list[_Region], Field(min_length=1)]


class _Gate(_Strict):
    names: _Names
    province: _Text
    country: _Code
    opposite: list[_Text] = []


class _Gates(_Strict):
    alone: list[_Text]
    gate: Annotated[list[_Gate], Field(min_length=1)]


class _Sea(_Strict):
    names: Annotated[list[_Names], Field(min_length=1)]
    guarded: list[_Text] = []


class _Islands(_Sea):
    province: _Text


class _Waters(_Strict):
    sea: Annotated[list[_Sea], Field(min_length=1)]
    island: Annotated[list[_Islands], Field(min_length=1)]


class _Organisation(_Strict):
    country: _Code | None = None
    names: Annotated[list[_Names], Field(min_length=1)]


class _Organisations(_Strict):
    guarded: list[_Text]
    organisation: Annotated[list[_Organisation], Field(min_length=1)]


class _Masks(_Strict):
    names: _Names


class Context(_Strict):
    """The word lists of ``context.toml``, which explains each."""

    kinds: _Names
    islands: _Names
    organisations: _Names
    districts: _Names
    not_countries: _Names
    roles: _Names
    openers: _Names
    words: _Names
    continued: _Names
    gates: _Names
    gate_ranks: _Names
    bearers: _Names
    titles: _Names
    surnames: _Names
    compounds: dict[_Text, list[_Text]]
    masks: _Masks


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a name may mean: ``entity`` (None for a name that means none), and what must be seen first."""

    name: str
    entity: Entity | None
    guard: Guard


@dataclass(frozen=True)
class Gazetteer:
    """All entities by id, every reading of every name, the word lists, and the name and version that sign mentions."""

    entities: dict[str, Entity]
    readings: tuple[Reading, ...]
    context: Context
    by: str


@cache
def load_gazetteer() -> Gazetteer:
    """The project's gazetteer."""
    return read_gazetteer(ENTITIES)


def read_gazetteer(folder: Path) -> Gazetteer:
    """The gazetteer of the files in ``folder``; raises ``GazetteerError`` naming file and key."""
    context = _read(folder / "context.toml", Context)
    readings = [*_home(), *_countries(folder), *_foreign(folder), *_gates(folder), *_waters(folder)]
    readings += _organisations(folder)
    entities: dict[str, Entity] = {}
    for reading in readings:
        if reading.entity is not None and entities.setdefault(reading.entity.id, reading.entity) != reading.entity:
            raise GazetteerError(f"{folder}: two entities have the id {reading.entity.id!r}; give one another name")
    readings += [Reading(name, None, "mask") for name in context.masks.names]
    return Gazetteer(entities, tuple(readings), context, f"gazetteer {_digest(folder)}")


def slug(name: str) -> str:
    """A name as it stands in an id: ``Hà Giang`` → ``ha-giang``."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")


def _digest(folder: Path) -> str:
    """Of all data and of the code that reads it: other names or other rules are another opinion."""
    facts = Path(corpus.__file__).parent
    code = [Path(__file__).with_name(name) for name in _CODE]
    files = [*sorted(folder.glob("*.toml")), facts / "provinces.toml", facts / "places.toml", *code]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _read(path: Path, model: type[_Model]) -> _Model:
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise GazetteerError(f"{path}: there is no such file of places and partners") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise GazetteerError(f"{path}: is not TOML in UTF-8: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ", key ".join(str(part) for part in first["loc"])
        raise GazetteerError(f"{path}: key {key}: {first['msg']} (got {first['input']!r})") from error


def _entity(kind: Kind, key: str, name: str, **facts: str | None) -> Entity:
    return Entity(f"{kind}:{key}", kind, name, **facts)


def _home() -> Iterator[Reading]:
    aliases = {province.name: province.aliases for province in provinces_63()}
    aliases |= {name: () for name in names_34() if name not in aliases}
    for rename in renamed():
        aliases[rename.new] = (*aliases[rename.new], *rename.aliases)
    for name, others in aliases.items():
        entity = _entity("province", slug(name), name, country="VN", province=name)
        # "Hồ Chí Minh" alone is the President: only TP, Thành phố … make it the city.
        for spelling in (name, *others):
            if spelling != "Hồ Chí Minh":
                yield Reading(spelling, entity, "ours")
    for province, names in by_province().items():
        first: dict[str, str] = {}  # two spellings of one (Mù Căng Chải, Mù Cang Chải) are one district
        for name in names:
            named = first.setdefault(slug(name), name)
            # Without tones names of two provinces are one (Phú Ninh, Phù Ninh).
            key = f"{slug(name)}.{slug(province)}"
            entity = _entity("district", key, named, country="VN", province=province)
            yield Reading(name, entity, "place" if name in read_alone() else "district")


def _countries(folder: Path) -> Iterator[Reading]:
    table = _read(folder / "countries.toml", _Countries)
    _require_known(folder / "countries.toml", "short", table.short, chain(*table.names.values()))
    for code, names in table.names.items():
        entity = _entity("country", code.lower(), names[0], country=code)
        for name in names:
            yield Reading(name, entity, "short" if name in table.short else "none")


def _foreign(folder: Path) -> Iterator[Reading]:
    path = folder / "foreign.toml"
    regions = _read(path, _Foreign).region
    for region in regions:
        _require_known(path, f"guarded ({region.country})", region.guarded, chain(*region.names))
        within = f"foreign:{region.country.lower()}-{slug(region.within)}" if region.within else None
        for names in region.names:
            entity = _entity(
                "foreign", f"{region.country.lower()}-{slug(names[0])}", names[0], country=region.country, within=within
            )
            for name in names:
                yield Reading(name, entity, "foreign" if name in region.guarded else "none")


def _gates(folder: Path) -> Iterator[Reading]:
    known = {province.name for province in provinces_63()}
    table = _read(folder / "gates.toml", _Gates)
    every = [name for gate in table.gate for name in (*gate.names, *gate.opposite)]
    _require_known(folder / "gates.toml", "alone", table.alone, every)
    for gate in table.gate:
        if gate.province not in known:
            raise GazetteerError(f"{folder / 'gates.toml'}: gate {gate.names[0]!r}: no province {gate.province!r}")
        ours = f"{slug(gate.names[0])}.{slug(gate.province)}"
        theirs = f"{slug(gate.opposite[0])}.{gate.country.lower()}" if gate.opposite else None
        for key, country, names, other in (
            (ours, "VN", gate.names, theirs),
            (theirs, gate.country, gate.opposite, ours),
        ):
            if key is not None:
                opposite = f"gate:{other}" if other else None
                province = gate.province if country == "VN" else None
                entity = _entity("gate", key, names[0], country=country, province=province, opposite=opposite)
                for name in names:
                    yield Reading(name, entity, "gate")
                    if name in table.alone:
                        yield Reading(name, entity, "ours")


def _waters(folder: Path) -> Iterator[Reading]:
    path = folder / "waters.toml"
    waters = _read(path, _Waters)
    groups: list[tuple[Kind, str | None, _Sea]] = [("sea", None, group) for group in waters.sea]
    groups += [("island", group.province, group) for group in waters.island]
    for kind, province, group in groups:
        _require_known(path, "guarded", group.guarded, chain(*group.names))
        for names in group.names:
            entity = _entity(kind, slug(names[0]), names[0], country="VN" if province else None, province=province)
            for name in names:
                yield Reading(name, entity, "island" if name in group.guarded or kind == "island" else "none")
                if kind == "island" and name not in group.guarded:
                    yield Reading(name, entity, "ours")


def _organisations(folder: Path) -> Iterator[Reading]:
    path = folder / "organisations.toml"
    table = _read(path, _Organisations)
    known = [name for group in table.organisation for names in group.names for name in names]
    _require_known(path, "guarded", table.guarded, known)
    for group in table.organisation:
        for names in group.names:
            entity = _entity("organisation", slug(names[0]), names[0], country=group.country)
            for name in names:
                yield Reading(name, entity, "organisation" if name in table.guarded else "none")


def _require_known(path: Path, key: str, guarded: list[str], names: Iterator[str] | list[str]) -> None:
    known = set(names)
    if unknown := [name for name in guarded if name not in known]:
        raise GazetteerError(f"{path}: key {key}: {unknown[0]!r} is no name that stands in this table")
