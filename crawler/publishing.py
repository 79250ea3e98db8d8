"""Platform: a publishing system that several outlets share, as its TOML file describes it, read strictly.

Outlet and platform speak the same words (``Layout``, ``Css``, ``Pattern``), so those are defined here too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date as Day  # noqa: N812 - `date` is a key of Layout, and pydantic reads annotations in the class
from functools import cache
from pathlib import Path
from typing import Annotated

import soupsieve
from cssselect import HTMLTranslator, SelectorError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from crawler.errors import SourceError

PLATFORMS = Path(__file__).parent / "platforms"
LONGEST = 16_384
"""Bytes of a file, ten times those of the longest of ours. tomllib takes gigabytes for a key of fifty thousand dots."""


def _selects(selector: str) -> str:
    # Listings are read with Beautiful Soup, articles with lxml: a selector must mean something to both.
    try:
        soupsieve.compile(selector)
        HTMLTranslator().css_to_xpath(selector)
    # NotImplementedError is what soupsieve says of a pseudo-element.
    except (soupsieve.SelectorSyntaxError, SelectorError, RecursionError, NotImplementedError) as error:
        raise ValueError(f"is not a CSS selector: {str(error).splitlines()[0]}") from error
    return selector


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return pattern


Css = Annotated[str, Field(min_length=1), AfterValidator(_selects)]
Pattern = Annotated[str, AfterValidator(_compiles)]
Pages = Annotated[int, Field(ge=1, le=1000)]


class Strict(BaseModel):
    """A declared record: frozen, no key it does not know, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Layout(Strict):
    """The selectors (CSS) of one layout of an outlet's article pages, in force up to and including ``until``.

    ``body`` is the element that holds the running text; ``drop`` are elements inside it that are no part of the
    story; ``caption`` elements in it are captions. A selector that is not given is left to the generic rules.
    """

    body: Css
    title: Css | None = None
    lead: Css | None = None
    date: Css | None = None
    byline: Css | None = None
    section: Css | None = None
    place: Css | None = None
    tags: Css | None = None
    caption: Css | None = None
    drop: tuple[Css, ...] = ()
    until: Day | None = None


class Listings(Strict):
    """What the listings of a platform's sites have in common; each key as in a source's ``[discover]``."""

    article: Pattern | None = None
    links: Css | None = None
    next: Css | None = None
    pages: str | None = None
    max_pages: Pages | None = None


class Platform(Strict):
    """A publishing system; ``facts`` says at which sites it was seen, as of when. The file's name is its name."""

    facts: str
    discover: Listings = Listings()
    layout: tuple[Layout, ...] = ()

    def under(self, table: Mapping[str, object]) -> dict[str, object]:
        """A source's ``table`` with this platform's facts under it; what the source says itself wins.

        Its ``[discover]`` overrides key by key. Its own ``[[layout]]`` entries come first, the platform's after them;
        an own entry that names no ``body`` is the platform's first layout with the given keys changed.
        """
        whole = dict(table)
        discover, layouts = table.get("discover", {}), table.get("layout", ())
        if isinstance(discover, dict):
            whole["discover"] = {**self.discover.model_dump(exclude_unset=True), **discover}
        shared = [layout.model_dump(exclude_unset=True) for layout in self.layout]
        if isinstance(layouts, list | tuple):
            own = [
                {**shared[0], **one} if shared and isinstance(one, dict) and "body" not in one else one
                for one in layouts
            ]
            whole["layout"] = (*own, *shared)
        return whole


@cache
def load_platform(name: str, folder: Path = PLATFORMS) -> Platform:
    """The platform of that name; raises ``SourceError`` naming file and key, or the platforms there are."""
    path = folder / f"{name}.toml"
    known = sorted(found.stem for found in folder.glob("*.toml"))
    if name not in known:
        raise SourceError(f"there is no platform {name!r} in {folder}; there are {', '.join(known) or 'none'}")
    try:
        return Platform.model_validate(read_table(path))
    except ValidationError as error:
        raise SourceError(sentence(path, error)) from error


def read_table(path: Path) -> dict[str, object]:
    """The TOML file ``path``, its arrays as tuples; raises ``SourceError`` where it is none."""
    try:
        with path.open("rb") as file:
            written = file.read(LONGEST + 1)
        if len(written) > LONGEST:
            raise SourceError(f"{path}: is longer than {LONGEST} bytes, which a source or platform file never is")
        table = tomllib.loads(written.decode("utf-8"))
        # TOML arrays arrive as lists; strict mode wants the tuples of a frozen record, which JSON mode allows.
        return {key: _frozen(value) for key, value in table.items()}
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such source file") from None
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: is not UTF-8 ({error.reason} at byte {error.start})") from error
    except (ValueError, RecursionError) as error:  # ValueError: of TOML, or of a number with thousands of digits
        raise SourceError(f"{path}: is not TOML: {error}") from error


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def sentence(path: Path, error: ValidationError) -> str:
    """What is wrong with the file ``path``, key by key, on one line."""
    problems = []
    for item in error.errors():
        key = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            problems.append(f"unknown key {key!r}")
        elif item["type"] == "missing":
            problems.append(f"key {key!r} is required")
        else:
            message = item["msg"].removeprefix("Value error, ")
            problems.append(f"{key}: {message} (got {_got(item['input'])})" if key else message)
    return f"{path}: " + "; ".join(problems)


def _got(value: object) -> str:
    written = repr(value)
    return written if len(written) <= 200 else f"{written[:200]}…"
