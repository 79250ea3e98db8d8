"""The gazetteer: places and partners that news names, as ``nlp/entities/*.toml`` declares them, read strictly.

Provinces and districts of Việt Nam come from ``corpus/provinces.toml`` and ``corpus/places.toml``, where the facts
about them stand already.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Literal

import corpus
from corpus.mentions import Entity, Kind
from corpus.places import by_province, read_alone
from corpus.provinces import names_34, provinces_63, renamed
from corpus.text import fold, has_tones, line, match_key
from nlp.entity_files import Context, Countries, Foreign, Gate, Gates, Organisations, Sea, Waters, read
from nlp.errors import GazetteerError

ENTITIES = Path(__file__).parent / "entities"

Guard = Literal[
    "none", "ours", "district", "place", "short", "foreign", "gate", "island", "organisation", "kind", "mask"
]
"""What must be seen before a name is read as an entity; ``nlp/resolve.py`` knows the rules."""

_CODE = (
    "gazetteer.py", "entity_files.py", "mentions.py", "alone.py", "resolve.py", "neighbours.py", "surroundings.py",
)  # fmt: skip
_WATER = ("Biển ", "Vịnh ", "Eo ")


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a name may mean: ``entity`` (None for a name that means none), and what must be seen first."""

    name: str
    entity: Entity | None
    guard: Guard


@dataclass(frozen=True)
class Gazetteer:
    """All entities by id, every reading of every name, the word lists, and the name and version that sign mentions.

    ``across`` is the id of the country across the border for each gate of ours.
    """

    entities: dict[str, Entity]
    readings: tuple[Reading, ...]
    context: Context
    by: str
    across: dict[str, str]


@cache
def load_gazetteer() -> Gazetteer:
    """The project's gazetteer."""
    return read_gazetteer(ENTITIES)


def read_gazetteer(folder: Path) -> Gazetteer:
    """The gazetteer of the files in ``folder``; raises ``GazetteerError`` naming file and key."""
    context = read(folder / "context.toml", Context)
    gates = read(folder / "gates.toml", Gates)
    readings = [*_home(), *_countries(folder), *_foreign(folder), *_gates(folder, gates), *_waters(folder)]
    readings += _organisations(folder)
    entities: dict[str, Entity] = {}
    for reading in readings:
        if reading.entity is not None and entities.setdefault(reading.entity.id, reading.entity) != reading.entity:
            raise GazetteerError(f"{folder}: two entities have the id {reading.entity.id!r}; give one another name")
    readings += [Reading(name, None, "mask") for name in context.masks.names]
    across = {f"gate:{_our_gate(gate)}": f"country:{gate.country.lower()}" for gate in gates.gate}
    return Gazetteer(entities, tuple(readings), context, signature(folder), across)


def signature(folder: Path = ENTITIES) -> str:
    """The name and version that sign mentions by the gazetteer of the files in ``folder``."""
    return f"gazetteer {_digest(folder)}"


def meant(name: str, kinds: Collection[str]) -> tuple[Entity, ...]:
    """The entities of ``kinds`` that ``name`` means in the project's gazetteer, in any spelling of theirs, or by id."""
    key = match_key if has_tones(name) else fold
    spelled = _squashed(key(line(name)))
    found = {}
    for one in load_gazetteer().readings:
        entity = one.entity
        if entity is not None and entity.kind in kinds and (entity.id == name or _squashed(key(one.name)) == spelled):
            found[entity.id] = entity
    return tuple(found.values())


def _squashed(key: str) -> str:
    """A key in which Hoa Kì is Hoa Kỳ, and Preyveng and Prey-Veng are Prey Veng."""
    return re.sub("[ -]", "", key.translate(_I_FOR_Y))


_I_FOR_Y = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")


def slug(name: str) -> str:
    """A name as it stands in an id: ``Hà Giang`` → ``ha-giang``."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")


def _digest(folder: Path) -> str:
    """Of all data and of the code that reads it: other names or other rules are another opinion."""
    facts = Path(corpus.__file__).parent
    code = [Path(__file__).with_name(name) for name in _CODE]
    files = [*sorted(folder.glob("*.toml")), facts / "provinces.toml", facts / "places.toml", *code]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:12]


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
        # "Truyền hình Hà giang": with its second letter small a name may be a word (hòa bình), so only behind its kind.
        if re.fullmatch(r"\w+ \w+", name):
            yield Reading(name[0] + name[1:].lower(), entity, "kind")
    for province, names in by_province().items():
        first: dict[str, str] = {}  # two spellings of one (Mù Căng Chải, Mù Cang Chải) are one district
        for name in names:
            named = first.setdefault(slug(name), name)
            # Without tones names of two provinces are one (Phú Ninh, Phù Ninh).
            key = f"{slug(name)}.{slug(province)}"
            entity = _entity("district", key, named, country="VN", province=province)
            yield Reading(name, entity, "place" if name in read_alone() else "district")


def _countries(folder: Path) -> Iterator[Reading]:
    table = read(folder / "countries.toml", Countries)
    _require_known(folder / "countries.toml", "short", table.short, chain(*table.names.values()))
    for code, names in table.names.items():
        entity = _entity("country", code.lower(), names[0], country=code)
        for name in names:
            yield Reading(name, entity, "short" if name in table.short else "none")


def _foreign(folder: Path) -> Iterator[Reading]:
    path = folder / "foreign.toml"
    regions = read(path, Foreign).region
    for region in regions:
        _require_known(path, f"guarded ({region.country})", region.guarded, chain(*region.names))
        within = f"foreign:{region.country.lower()}-{slug(region.within)}" if region.within else None
        for names in region.names:
            entity = _entity(
                "foreign", f"{region.country.lower()}-{slug(names[0])}", names[0], country=region.country, within=within
            )
            for name in names:
                yield Reading(name, entity, "foreign" if name in region.guarded else "none")


def _our_gate(gate: Gate) -> str:
    return f"{slug(gate.names[0])}.{slug(gate.province)}"


def _gates(folder: Path, table: Gates) -> Iterator[Reading]:
    known = {province.name for province in provinces_63()}
    every = [name for gate in table.gate for name in (*gate.names, *gate.opposite)]
    _require_known(folder / "gates.toml", "alone", table.alone, every)
    for gate in table.gate:
        if gate.province not in known:
            raise GazetteerError(f"{folder / 'gates.toml'}: gate {gate.names[0]!r}: no province {gate.province!r}")
        ours = _our_gate(gate)
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
    waters = read(path, Waters)
    groups: list[tuple[Kind, str | None, Sea]] = [("sea", None, group) for group in waters.sea]
    groups += [("island", group.province, group) for group in waters.island]
    for kind, province, group in groups:
        _require_known(path, "guarded", group.guarded, chain(*group.names))
        for names in group.names:
            entity = _entity(kind, slug(names[0]), names[0], country="VN" if province else None, province=province)
            for name in (*names, *_small(kind, names)):
                yield Reading(name, entity, "island" if name in group.guarded or kind == "island" else "none")
                if kind == "island" and name not in group.guarded:
                    yield Reading(name, entity, "ours")


def _small(kind: Kind, names: list[str]) -> list[str]:
    """``Biển Đông`` with the word for what it is in small letters, as many papers write it."""
    return [f"{name[0].lower()}{name[1:]}" for name in names if kind == "sea" and name.startswith(_WATER)]


def _organisations(folder: Path) -> Iterator[Reading]:
    path = folder / "organisations.toml"
    table = read(path, Organisations)
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
