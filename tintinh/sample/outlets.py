"""The invented outlets of the sample corpus, as ``data/sample/outlets.toml`` declares them."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from crawler.errors import TintinhError

AGENCY = "lien_tinh"
"""The outlet whose stories the others carry as wire."""


class SampleError(TintinhError):
    """A file of the sample corpus that cannot be used as it stands."""


class SampleOutlet(BaseModel):
    """One invented outlet. ``provinces`` are of the map of 63; ``until`` is its last day, None where it goes on.

    ``favours`` are slugs of themes that it prints more gladly than another outlet of the same provinces; ``successor``
    is the id of the outlet that takes over its provinces.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str
    name: str
    host: str
    provinces: list[str]
    favours: list[str] = []
    until: date | None = None
    successor: str | None = None


def read_outlets(folder: Path) -> dict[str, SampleOutlet]:
    """The outlets of ``folder`` by id; ``SampleError`` naming the outlet and the key that is wrong."""
    path = folder / "outlets.toml"
    outlets: dict[str, SampleOutlet] = {}
    for row in tomllib.loads(path.read_text(encoding="utf-8"))["outlet"]:
        try:
            outlet = SampleOutlet.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(map(str, first["loc"]))
            raise SampleError(f"{path}: outlet {row.get('id')!r}: key {key!r}: {first['msg']}") from error
        outlets[outlet.id] = outlet
    return outlets
