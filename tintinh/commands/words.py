"""How things are said: keywords, concordance."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from tintinh.commands.explore import open_corpus
from tintinh.commands.options import Day, corpus_option, partner_option, query_of, query_options, require_source
from tintinh.commands.spread import cluster_options, dataset_at, keywords_spread
from tintinh.filters import FILTERS
from tintinh.language import tell
from tintinh.output import formats, print_json, print_rows, say

if TYPE_CHECKING:
    from corpus.concordance import Line
    from corpus.records import Query

_FIELDS = {"query": "text", **FILTERS}
"""What ``--against`` may name → the field of ``Query``."""


@click.command(
    "keywords",
    epilog="\b\nExamples:\n  tintinh keywords --theme border\n"
    "  tintinh keywords --province 'Hà Giang' --since 2025-01-01 --against 'province=Đồng Tháp' "
    "--against since=2025-01-01",
)
@click.argument("query", required=False)
@query_options
@partner_option
@click.option(
    "--against",
    multiple=True,
    metavar="NAME=VALUE",
    help=f"The other selection: {', '.join(_FIELDS)}; give it again for more [default: all other articles].",
)
@click.option(
    "--order",
    type=click.Choice(["likelihood", "ratio"]),
    default="likelihood",
    show_default=True,
    help="The surest words first, or those with the greatest difference.",
)
@click.option(
    "--least", type=click.IntRange(1), default=5, show_default=True, help="How often a word stands, at least."
)
@click.option("--limit", type=click.IntRange(1, 100_000), default=30, show_default=True, help="How many words at most.")
@corpus_option
@cluster_options
@formats
def keywords_command(
    query: str | None,
    against: tuple[str, ...],
    order: Literal["likelihood", "ratio"],
    least: int,
    limit: int,
    corpus_path: Path,
    dataset: str | None,
    dask: str | None,
    as_json: bool,
    as_csv: bool,
    **filters: Any,
) -> None:
    """What is typical of one selection of articles beside another: segmented words, copies of a story counted once.

    The log-likelihood says how sure the difference is (15.13 or more: one word in ten thousand by chance); the log
    ratio how great: 1 is twice as often, 2 four times.
    """
    question, other = query_of(text=query, **filters), _other(against)
    if (over := dataset_at(dataset, dask, "corpus_path")) is not None:
        found = keywords_spread(over, dask, question, other, order=order, least=least, limit=limit)
    else:
        with open_corpus(corpus_path) as corpus:
            for asked in (question, other):
                require_source(asked.source if asked else None, corpus)
            found = corpus.keywords(question, other, order=order, least=least, limit=limit)
    columns = ["word", "count", "articles", "against", "log_likelihood", "log_ratio"]
    print_rows(map(asdict, found.words), columns, as_json=as_json, as_csv=as_csv)
    for name, selection in ((tell("first selection"), found.first), (tell("second selection"), found.second)):
        facts = tell("{words} words in {articles} articles", words=selection.words, articles=selection.articles)
        if selection.unsegmented:
            facts += tell("; {articles} left out, not segmented yet", articles=selection.unsegmented)
        say(f"{name}: {facts}")


def _other(against: tuple[str, ...]) -> Query | None:
    if not against:
        return None
    given: dict[str, Any] = {"text": None, "themes": (), "province": None, "province_map": "day", "source": None,
                             "since": None, "until": None}  # fmt: skip
    for one in against:
        name, equals, value = one.partition("=")
        if name not in _FIELDS or not equals or not value:
            raise click.BadParameter(
                f"{one!r}: write NAME=VALUE with one of {', '.join(_FIELDS)}", param_hint="--against"
            )
        if name == "map" and value not in {"day", "63", "34"}:
            raise click.BadParameter(f"{one!r}: the map is day, 63 or 34", param_hint="--against")
        field = _FIELDS[name]
        given[field] = (
            (*given["themes"], value)
            if name == "theme"
            else Day().convert(value, None, None)
            if name in {"since", "until"}
            else value
        )
    return query_of(**given)


@click.command(
    "concordance",
    epilog="\b\nExamples:\n  tintinh concordance '\"hợp tác\"' --order right\n"
    "  tintinh concordance 'cửa khẩu' --theme border --width 12 --csv > cua-khau.csv",
)
@click.argument("query")
@query_options
@partner_option
@click.option("--width", type=click.IntRange(1, 100), default=8, show_default=True, help="Words on either side.")
@click.option(
    "--order",
    type=click.Choice(["time", "left", "right"]),
    default="time",
    show_default=True,
    help="The newest first, or by the words before or after.",
)
@click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="How many lines at most."
)
@corpus_option
@formats
def concordance_command(
    query: str,
    width: int,
    order: Literal["time", "left", "right"],
    limit: int,
    corpus_path: Path,
    as_json: bool,
    as_csv: bool,
    **filters: Any,
) -> None:
    """Every place where the words of QUERY stand, in their context (keyword in context, KWIC)."""
    question = query_of(text=query, **filters)
    with open_corpus(corpus_path) as corpus:
        require_source(question.source, corpus)
        found = corpus.concordance(question, width=width, order=order, limit=limit)
    if as_json:
        for line in found.lines:
            print_json(asdict(line))
    elif as_csv:
        columns = ["article_id", "published_at", "source", "part", "left", "match", "right"]
        print_rows(map(asdict, found.lines), columns, as_json=False, as_csv=True)
    else:
        _print_lines(found.lines)
    if found.total > len(found.lines):
        say(
            tell(
                "{places} places in {articles} articles, {shown} shown",
                places=found.total,
                articles=found.articles,
                shown=len(found.lines),
            )
        )
    else:
        say(tell("{places} places in {articles} articles", places=found.total, articles=found.articles))


_SIDE = 48
"""Characters on either side of the match in a terminal."""


def _print_lines(lines: tuple[Line, ...]) -> None:
    for line in lines:
        left = line.left if len(line.left) <= _SIDE else "…" + line.left[1 - _SIDE :]
        right = line.right if len(line.right) <= _SIDE else line.right[: _SIDE - 1] + "…"
        click.echo(f"{line.article_id:>6}  {left:>{_SIDE}}  {click.style(line.match, bold=True)}  {right}".rstrip())
