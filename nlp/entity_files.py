"""The files of ``nlp/entities``: what may stand in each. Their comments explain the keys."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp.errors import GazetteerError

_Text = Annotated[str, Field(min_length=1, pattern=r"^\S(.*\S)?$")]
_Names = Annotated[list[_Text], Field(min_length=1)]
_Code = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
_Model = TypeVar("_Model", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Countries(_Strict):
    """``countries.toml``."""

    short: list[_Text]
    names: dict[_Code, _Names]


class Region(_Strict):
    """Places abroad of one country."""

    country: _Code
    within: _Text | None = None
    names: Annotated[list[_Names], Field(min_length=1)]
    guarded: list[_Text] = []


class Foreign(_Strict):
    """``foreign.toml``."""

    region: Annotated[list[Region], Field(min_length=1)]


class Gate(_Strict):
    """A border gate of ours."""

    names: _Names
    province: _Text
    country: _Code
    opposite: list[_Text] = []


class Gates(_Strict):
    """``gates.toml``."""

    alone: list[_Text]
    gate: Annotated[list[Gate], Field(min_length=1)]


class Sea(_Strict):
    """Seas."""

    names: Annotated[list[_Names], Field(min_length=1)]
    guarded: list[_Text] = []


class Islands(Sea):
    """Islands of one province."""

    province: _Text


class Waters(_Strict):
    """``waters.toml``."""

    sea: Annotated[list[Sea], Field(min_length=1)]
    island: Annotated[list[Islands], Field(min_length=1)]


class Organisation(_Strict):
    """Organisations of one country or of none."""

    country: _Code | None = None
    names: Annotated[list[_Names], Field(min_length=1)]


class Organisations(_Strict):
    """``organisations.toml``."""

    guarded: list[_Text]
    organisation: Annotated[list[Organisation], Field(min_length=1)]


class Masks(_Strict):
    """Names that mean nothing."""

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
    no_neighbours: _Names
    surnames: _Names
    compounds: dict[_Text, list[_Text]]
    masks: Masks


def read(path: Path, model: type[_Model]) -> _Model:
    """The file at ``path`` as ``model``; raises ``GazetteerError`` naming file and key."""
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
