"""What a page of the explorer is to the frame: a view asks the corpus, and what it shows is drawn in three forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from corpus.limits import Deadline
from corpus.records import VIETNAM, Query
from corpus.store import Corpus
from tintinh.bilingual import Language
from tintinh.explorer.address import query_string
from tintinh.explorer.site import Site
from tintinh.explorer.words import say_in

Form = str
"""``html``, ``csv``, ``json``, or a file of a view's own."""


class NotThere(Exception):  # noqa: N818 - what is said to a reader, no fault
    """What the address names does not exist; the text is one sentence."""


@dataclass(frozen=True)
class Reader:
    """Whom a page is for: what every page, an error too, says and links in their language."""

    site: Site
    language: Language

    def t(self, key: str, **values: object) -> str:
        """The words of ``key`` in the language of the page."""
        return say_in(self.language, key, **values)

    def link(
        self, view: str, query: Query | None = None, *, place: object = "", form: Form = "html", **beside: object
    ) -> str:
        """The address of a view in the language of the page: ``link("search", query, page=2)``, ``link("article",
        place=17)``. Parameters that are None or empty are left out."""
        return address(self.language, view, query, place, form, beside)

    def theme(self, slug: str) -> str:
        """A theme's name in the language of the page; the slug where it is no longer declared."""
        for theme in self.site.themes:
            if theme.slug == slug:
                return theme.name if self.language == "vi" else theme.english
        return slug

    def outlet(self, source: str | None) -> str:
        """An outlet's name; its id where it is not declared."""
        return self.t("frame.no_outlet") if not source else self.site.outlets.get(source, source)

    def number(self, value: int) -> str:
        """A number with its thousands set apart, read alike in both languages."""
        return f"{value:,}".replace(",", "\u202f")

    def day(self, moment: date | None) -> str:
        """A day as it is printed in Việt Nam, at +07:00."""
        if moment is None:
            return self.t("frame.undated")
        return f"{moment.astimezone(VIETNAM) if isinstance(moment, datetime) else moment:%d/%m/%Y}"

    def moment(self, moment: datetime | None, precision: str | None = "minute") -> str:
        """A day with its time at +07:00, without the time where it was not known (midnight is what is stored then)."""
        local = moment.astimezone(VIETNAM) if moment is not None else None
        if local is None or precision == "day" or (local.hour, local.minute) == (0, 0):
            return self.day(moment)
        return f"{local:%d/%m/%Y %H:%M}"

    def percent(self, share: float) -> str:
        """A share as it is written in the language of the page."""
        return f"{self.decimal(share * 100, 0)} %"

    def decimal(self, value: float, places: int = 2) -> str:
        """A number with its decimal sign: a comma in Vietnamese."""
        written = f"{value:.{places}f}"
        return written.replace(".", ",") if self.language == "vi" else written


@dataclass(frozen=True)
class Visit(Reader):
    """One request to a view, with all that its answer may need.

    ``query`` is what the parameters ask for, ``beside`` the view's own parameters as they were given (each once),
    ``place`` the named groups of its path, ``deadline`` what to ask in for a question that may be left out
    (``with visit.deadline.within(0.3)``).
    """

    view: View
    form: Form
    query: Query
    beside: Mapping[str, str]
    place: Mapping[str, str]
    deadline: Deadline

    def here(self, language: Language | None = None, form: Form = "html") -> str:
        """The canonical address of this page, or of the same in another language or form."""
        return address(
            language or self.language,
            self.view.name,
            self.query if self.view.asks else None,
            self.place.get("place", ""),
            form,
            self.beside,
        )


def address(
    language: Language,
    view: str,
    query: Query | None = None,
    place: object = "",
    form: Form = "html",
    beside: Mapping[str, object] | None = None,
) -> str:
    """See ``Reader.link``."""
    path = ("" if language == "vi" else f"/{language}") + f"/{view}"
    if place != "":
        path += "/" + quote(str(place), safe="/")
    if form != "html":
        path += f".{form}"
    given = query_string(query, beside)
    return f"{path}?{given}" if given else path


@dataclass(frozen=True)
class Shown:
    """The answer of a view: ``facts`` are what its template draws, ``rows`` what CSV and JSON hold.

    ``columns`` are the names of the rows' values in order, ``more`` goes into the JSON beside the rows. ``cited`` is
    what a citation is of, None where the view is no selection of articles: then ``cite`` says where it is from.
    """

    title: str
    facts: Mapping[str, Any]
    rows: Iterable[Mapping[str, Any]]
    columns: Sequence[str]
    more: Mapping[str, Any] = field(default_factory=dict)
    cited: Query | None = None
    cite: str | None = None


@dataclass(frozen=True)
class View:
    """A page: ``name`` is its first part in the address, its template ``explorer/<name>.html.j2``, its table in
    ``words.toml`` (with ``menu`` where ``in_menu``).

    ``answer`` asks the corpus; it runs in a thread and may raise ``NotThere``, ``QueryError`` and ``TookTooLong``.
    ``asks``: its parameters are those of a ``Query``. ``beside``: the names of its own ones. ``place``: a regular
    expression of what follows ``name/``, None where nothing may. ``scripts``: files of ``static`` that it may do
    without. ``reads_map``: it asks for provinces under ``map`` though no province is named. ``files``: what can be had
    besides CSV and JSON, by the ending of its address.
    """

    name: str
    answer: Callable[[Corpus, Visit], Shown]
    asks: bool = True
    beside: tuple[str, ...] = ()
    place: str | None = None
    in_menu: bool = True
    scripts: tuple[str, ...] = ()
    reads_map: bool = False
    files: Mapping[str, File] = field(default_factory=dict)


@dataclass(frozen=True)
class File:
    """A form of an answer that is a view's own: its type, and what makes it of the same question."""

    content_type: str
    made: Callable[[Corpus, Visit], str]
