"""Options that several commands share, and what they are turned into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.completion import by_slug, complete_provinces, complete_sources, complete_themes
from tintinh.settings import settings

if TYPE_CHECKING:
    from corpus.mentions import Entity
    from corpus.records import Query
    from corpus.store import Corpus
    from nlp.themes import Theme

Command = Callable[..., Any]


def corpus_option(command: Command) -> Command:
    """``--corpus``: the database to work on."""
    return click.option(
        "--corpus",
        "corpus_path",
        type=click.Path(path_type=Path, dir_okay=False),
        default=lambda: settings().corpus,
        show_default="data/var/corpus.sqlite",
        help="The corpus database.",
    )(command)


def archive_option(command: Command) -> Command:
    """``--archive``: the folder of the page archive."""
    return click.option(
        "--archive",
        "archive_path",
        type=click.Path(path_type=Path, file_okay=False),
        default=lambda: settings().archive,
        show_default="data/archive",
        help="The page archive (WARC files).",
    )(command)


class Address(click.ParamType[str]):
    """A folder of this machine, or an address that fsspec knows (``s3://…``)."""

    name = "directory"


def archive_address_option(command: Command) -> Command:
    """``--archive`` of a command that reads archives elsewhere, too."""
    return click.option(
        "--archive",
        "archive_address",
        type=Address(),
        default=lambda: str(settings().archive),
        show_default="data/archive",
        help="The page archive (WARC files); with --dataset also an address such as s3://….",
    )(command)


def model_option(command: Command) -> Command:
    """``--model``: a stored theme model."""
    return click.option(
        "--model",
        "model_path",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        default=None,
        help="Folder of the theme model [default: the newest one in models/].",
    )(command)


def themes_option(command: Command) -> Command:
    """``--themes``: a file of themes in place of the project's."""
    return click.option(
        "--themes",
        "themes_path",
        type=click.Path(path_type=Path, dir_okay=False, exists=True),
        default=lambda: settings().themes,
        show_default="what TINTINH_THEMES names, else nlp/themes.toml",
        help="The file of themes.",
    )(command)


def themes_at(themes_path: Path | None) -> tuple[Theme, ...]:
    """The themes of the file, or the project's."""
    from nlp.themes import load_themes, read_themes

    return load_themes() if themes_path is None else read_themes(themes_path)


class Day(click.ParamType[date]):
    """A day, ``YYYY-MM-DD`` (or dd/mm/yyyy, as it is printed in Việt Nam)."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day that ``value`` names."""
        if isinstance(value, date):
            return value
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(value, form).date()  # noqa: DTZ007 - a day has no time zone
            except ValueError:
                continue
        return self.fail(f"{value!r} is no day; write it as 2025-07-01 or 01/07/2025", param, ctx)


def query_options(command: Command) -> Command:
    """The filters of a question."""
    options = (
        click.option(
            "--theme",
            "themes",
            multiple=True,
            metavar="SLUG",
            shell_complete=complete_themes,
            help="Only this theme; give it again for AND.",
        ),
        click.option("--province", shell_complete=complete_provinces, help="Only this province, in any spelling."),
        click.option(
            "--map",
            "province_map",
            type=click.Choice(["day", "63", "34"]),
            default="day",
            show_default=True,
            help="The map the province is read under: of the article's day, or 63 / 34 provinces.",
        ),
        click.option(
            "--min-probability",
            "probability",
            type=click.FloatRange(0, 1),
            help="A model's theme counts from this probability on [default: the model's own threshold].",
        ),
        click.option("--hand", "by_hand", is_flag=True, help="Only articles that a person has labelled."),
        click.option("--source", metavar="ID", shell_complete=complete_sources, help="Only this outlet."),
        click.option("--section", metavar="NAME", help="Only this section (chuyên mục), in any spelling."),
        click.option("--author", metavar="NAME", help="Only this author: the whole name, in any spelling."),
        click.option("--language", metavar="CODE", help="Only this language (vi, en …)."),
        click.option("--since", type=Day(), metavar="DAY", help="Published on this day or later (+07:00)."),
        click.option("--until", type=Day(), metavar="DAY", help="Published on this day or earlier."),
        click.option("--stories", is_flag=True, help="Count a story once: leave out near-duplicates of earlier ones."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def partner_option(command: Command) -> Command:
    """``--partner``: a question's filter by who is named."""
    return click.option(
        "--partner",
        metavar="NAME",
        help="Only articles that name this country (or what lies in it), place abroad, organisation, border gate, sea "
        "or island, in any spelling.",
    )(command)


def entities_named(name: str, kinds: Sequence[str]) -> tuple[Entity, ...]:
    """The entities of ``kinds`` that ``name`` means in any spelling; a usage error with near names for none."""
    from corpus.entities import near
    from corpus.provinces import canonical
    from nlp.gazetteer import load_gazetteer, meant

    found = meant(name, kinds)
    if not found:
        home = "; a province of Việt Nam is asked for with --province" if canonical(name) else ""
        known = [one.name for one in load_gazetteer().readings if one.entity is not None and one.entity.kind in kinds]
        raise click.BadParameter(
            f"{name!r} is none that the gazetteer knows; near it are {near(name, known)}{home}", param_hint="--partner"
        )
    return found


def partner_named(name: str) -> str:
    """``name`` as a query has it: the name under which the corpus keeps what it means, or the id that it is."""
    from corpus.entities import ASKED

    found = entities_named(name, ASKED)
    names = sorted({entity.name for entity in found})
    if any(entity.id == name for entity in found):
        return name
    if len(names) > 1:
        raise click.BadParameter(f"{name!r} may be {' or '.join(names)}; name one of them", param_hint="--partner")
    return names[0]


def require_source(source_id: str | None, corpus: Corpus) -> None:
    """A usage error for an outlet that is neither declared nor in ``corpus``, for to count it would give zeros."""
    import crawler

    # The names of the files say enough: to read them all would cost a search more time than its answer.
    declared = {path.stem for folder in crawler.__path__ for path in Path(folder, "sources").glob("*.toml")}
    if source_id is None or source_id in declared:
        return
    known = sorted(declared | {name for name in corpus.stats().sources if name})
    if source_id not in known:
        near = get_close_matches(source_id, known, n=3, cutoff=0.0)
        raise click.BadParameter(
            f"{source_id!r} is no source; there are {', '.join(near)} … (all: tintinh sources)", param_hint="--source"
        )


def _near(province: str) -> list[str]:
    """Provinces of either map whose names are like ``province``, however it is spelt."""
    from corpus.provinces import names_34, provinces_63
    from corpus.text import fold

    known = {fold(name): name for name in (*names_34(), *(one.name for one in provinces_63()))}
    return [known[one] for one in get_close_matches(fold(province), known, n=3)]


def query_of(
    *,
    text: str | None,
    themes: tuple[str, ...],
    province: str | None,
    province_map: Any,
    source: str | None,
    since: date | None,
    until: date | None,
    limit: int | None = None,
    partner: str | None = None,
    **others: Any,
) -> Query:
    """The ``Query`` of the options; an unknown province, theme or partner is a usage error that names some there are.

    ``others`` are fields of ``Query`` as they are.
    """
    from corpus.provinces import canonical
    from corpus.records import Query
    from nlp.themes import slugs

    known = slugs(themes_at(settings().themes))
    for theme in themes:
        if theme not in known:
            raise click.BadParameter(f"{theme!r} is no theme; there are {', '.join(known)}", param_hint="--theme")
    name = canonical(province) or by_slug().get(province.lower()) if province else None
    if province and name is None:
        near = _near(province)
        sentence = f"{province!r} is no province of Việt Nam" + (f"; near it are {', '.join(near)}" if near else "")
        raise click.BadParameter(sentence, param_hint="--province")
    if since and until and since > until:
        raise click.BadParameter(f"{since} is after --until {until}", param_hint="--since")
    return Query(
        text=text,
        themes=themes,
        province=name,
        province_map=province_map,
        source=source,
        since=since,
        until=until,
        limit=limit,
        partner=partner_named(partner) if partner else None,
        **others,
    )
