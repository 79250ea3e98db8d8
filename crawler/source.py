"""Source: one outlet as its TOML file declares it, over the platform it names, read strictly.

An unknown key, a wrong type or an id that differs from the file's name is a ``SourceError`` that names file, key and
what was expected; nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import date as Day  # noqa: N812 - `date` is a key of Layout; one name for the type in both files
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urljoin, urlsplit

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from corpus.provinces import canonical
from crawler.errors import SourceError
from crawler.publishing import Css, Layout, Pages, Pattern, Strict, load_platform, read_table, sentence

__all__ = [
    "SOURCES",
    "Discovery",
    "Expectations",
    "Layout",
    "Lineage",
    "Politeness",
    "ProvincePeriod",
    "Source",
    "load_sources",
    "read_source",
    "source_for_url",
]

SOURCES = Path(__file__).parent / "sources"


def _counts(address: str) -> str:
    if "{n}" not in address:
        raise ValueError("has no {n}, where the number of the page stands")
    return address


Counted = Annotated[str, AfterValidator(_counts)]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ProvincePeriod(Strict):
    """The province an outlet covers, up to and including ``until`` (None: to this day)."""

    name: str
    until: Day | None = None

    @field_validator("name")
    @classmethod
    def _is_a_province(cls, name: str) -> str:
        if canonical(name) != name:
            raise ValueError(f"{name!r} is not a province of Việt Nam as corpus/provinces.toml spells them")
        return name


class Discovery(Strict):
    """Where links to articles are found. ``article`` is a regular expression that an article's address matches.

    ``links`` narrows a listing to a CSS selector of ``a`` elements, ``next`` is the selector of the link to the next
    listing page; where pages have no such link, ``pages`` is how their addresses are made (``{section}trang-{n}.html``,
    from page 2 on). ``endpoints`` answer in JSON (``…?page={n}``, from page 1 on), with addresses or HTML at the path
    ``json_path``. ``max_pages`` is how many pages of one listing a night reads at most. In the file, an address that
    begins with ``/`` is on the outlet's home.
    """

    article: Pattern
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    endpoints: tuple[Counted, ...] = ()
    links: Css = "a[href]"
    next: Css | None = None
    pages: Counted | None = None
    json_path: Annotated[str, Field(min_length=1)] | None = None
    max_pages: Pages = 5

    @model_validator(mode="after")
    def _somewhere_to_look(self) -> Self:
        if not (self.feeds or self.sitemaps or self.sections or self.endpoints):
            raise ValueError("names no feeds, sitemaps, sections or endpoints: there is nowhere to look for articles")
        if bool(self.endpoints) != bool(self.json_path):
            raise ValueError(
                "endpoints and json_path belong together: where to ask, and where in the answer the links are"
            )
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that a night begins at; those of endpoints and made pages as of their first."""
        made = [self.page_address(one, 2) for one in self.sections] if self.pages else []
        counted = [self.page_address(one, 1) for one in self.endpoints]
        return (*self.feeds, *self.sitemaps, *self.sections, *filter(None, (*made, *counted)))

    def page_address(self, root: str, n: int) -> str | None:
        """The address of page ``n`` of a section or endpoint; None where it is not made by counting."""
        if root in self.endpoints:
            return root.replace("{n}", str(n))
        return self.pages.replace("{section}", root).replace("{n}", str(n)) if self.pages else None


class Expectations(Strict):
    """What a night must yield, or the verdict names it: shares are of the articles stored that night, 0–1.

    ``accept`` are kinds of findings (``captions_lost``) that are known of this outlet and only noted.
    """

    max_generic_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    max_rejected_share: Annotated[float, Field(ge=0, le=1)] = 0.3
    min_dated_share: Annotated[float, Field(ge=0, le=1)] = 0.9
    min_found: Annotated[int, Field(ge=0)] = 1
    accept: tuple[Slug, ...] = ()


class Politeness(Strict):
    """``delay``: seconds between two requests to the host; it can be raised here, never below the project's own.

    ``legacy_tls`` allows this outlet alone a server that cannot renegotiate TLS securely (RFC 5746); OpenSSL 3
    refuses such a server by itself. ``unverified_tls`` allows it a certificate that nobody vouches for, so that who
    answers may be anybody; ``legacy_tls`` implies it.
    """

    delay: Annotated[float, Field(ge=1.0, le=60.0)] = 1.0
    legacy_tls: bool = False
    unverified_tls: bool = False


class Lineage(Strict):
    """Which source an outlet was before, or became later (source ids or names)."""

    predecessor: str | None = None
    successor: str | None = None


class Source(Strict):
    """One outlet. ``verified`` says honestly how its facts were checked; ``facts`` where they come from, as of when.

    ``hosts`` are the host names its articles have had over the years, newest first; ``datelines`` the marks its
    stories open with (``BHG``); ``signs`` are printed lines (their beginnings) by which a page saved without its
    address is recognised, all of which must stand on it; ``agency`` is set where the outlet is an agency's own.
    ``platform`` names the publishing system whose facts (``crawler/platforms/<name>.toml``) lie under its own.
    """

    id: Slug
    name: str
    kind: Literal["paper", "station", "portal", "agency"]
    home: str
    hosts: Annotated[tuple[str, ...], Field(min_length=1)]
    verified: Literal["live", "saved page", "facts only"]
    facts: str
    platform: str | None = None
    language: str = "vi"
    datelines: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    agency: str | None = None
    province: tuple[ProvincePeriod, ...] = ()
    lineage: Lineage = Lineage()
    discover: Discovery
    layout: tuple[Layout, ...] = ()
    expect: Expectations = Expectations()
    polite: Politeness = Politeness()

    @model_validator(mode="after")
    def _home_is_on_a_host(self) -> Self:
        if urlsplit(self.home).hostname not in self.hosts:
            raise ValueError(f"home {self.home} is not on one of the hosts {', '.join(self.hosts)}")
        return self

    @model_validator(mode="after")
    def _looks_on_its_hosts(self) -> Self:
        for url in self.discover.addresses:
            if urlsplit(url).hostname not in self.hosts:
                raise ValueError(f"discover: {url} is not on one of the hosts {', '.join(self.hosts)}")
        return self

    def province_on(self, day: Day) -> str | None:
        """The province this outlet covered on ``day``; None for an outlet of the whole country."""
        for period in self.province:
            if period.until is None or day <= period.until:
                return period.name
        return None

    def layouts_on(self, day: Day | None) -> tuple[Layout, ...]:
        """The layouts that may apply to a page of ``day``, the likeliest first; all of them without a day."""
        if day is None:
            return self.layout
        current = [layout for layout in self.layout if layout.until is None or day <= layout.until]
        return tuple(current) + tuple(layout for layout in self.layout if layout not in current)

    def is_article(self, url: str) -> bool:
        """Whether ``url`` is on this outlet's hosts and looks like one of its articles."""
        return urlsplit(url).hostname in self.hosts and re.search(self.discover.article, url) is not None


def read_source(path: Path) -> Source:
    """The source declared in ``path``, over its platform; raises ``SourceError`` naming file and key."""
    try:
        table = _with_whole_addresses(read_table(path))
    except ValueError as error:  # "https://[0/": a home that nothing can be joined to
        raise SourceError(f"{path}: home is no address ({error}); one like https://baolang.vn/ was expected") from error
    platform = table.get("platform")
    if isinstance(platform, str):
        try:
            table = load_platform(platform).under(table)
        except SourceError as error:
            raise SourceError(f"{path}: platform: {error}") from error
    try:
        source = Source.model_validate(table)
    except ValidationError as error:
        raise SourceError(sentence(path, error)) from error
    if source.id != path.stem:
        raise SourceError(f"{path}: id is {source.id!r}, but the file is named {path.stem!r}; they must be the same")
    return source


def _with_whole_addresses(table: dict[str, object]) -> dict[str, object]:
    """Paths among a source's feeds, sitemaps and sections become addresses on its home."""
    home, discover = table.get("home"), table.get("discover")
    if not (isinstance(home, str) and isinstance(discover, dict)):
        return table  # which the validation says better
    whole = dict(discover)
    for key in ("feeds", "sitemaps", "sections", "endpoints"):
        if isinstance(listed := discover.get(key), tuple):
            whole[key] = tuple(
                urljoin(home, one) if isinstance(one, str) and one.startswith("/") else one for one in listed
            )
    if isinstance(pages := discover.get("pages"), str) and pages.startswith("/"):
        whole["pages"] = urljoin(home, pages)
    return {**table, "discover": whole}


def load_each(folder: Path = SOURCES) -> tuple[dict[str, Source], dict[str, str]]:
    """Every source of ``folder`` that can be used, by id, and what is wrong with each of the others, by file name.

    For a night, which one slip of the pen must not end.
    """
    sources, broken = {}, {}
    for path in sorted(folder.glob("*.toml")):
        try:
            sources[path.stem] = read_source(path)
        except (SourceError, OSError) as error:
            broken[path.stem] = str(error)
    return sources, broken


@cache
def load_sources(folder: Path = SOURCES) -> dict[str, Source]:
    """Every source of ``folder`` by id, in order of id; the first broken file raises ``SourceError``."""
    return {path.stem: read_source(path) for path in sorted(folder.glob("*.toml"))}


def source_for_url(url: str, sources: dict[str, Source]) -> Source | None:
    """The source on whose hosts ``url`` lies, or None."""
    host = urlsplit(url).hostname
    return next((source for source in sources.values() if host in source.hosts), None)
