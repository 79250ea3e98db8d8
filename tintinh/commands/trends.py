"""How coverage changes: trend."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

import click

from tintinh.chart import bars
from tintinh.commands.explore import open_corpus
from tintinh.commands.options import corpus_option, partner_option, query_of, query_options, require_source
from tintinh.commands.spread import cluster_options, dataset_at, trend_spread
from tintinh.language import tell
from tintinh.output import formats, print_rows, say

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.trend_rows import Trend


@click.command(
    "trend",
    epilog="\b\nExamples:\n  tintinh trend --by month --per theme\n"
    "  tintinh trend --theme border --per province --map 34 --csv",
)
@click.option(
    "--by",
    type=click.Choice(["day", "week", "month", "quarter", "year"]),
    default="month",
    show_default=True,
    help="The length of a period.",
)
@click.option("--per", type=click.Choice(["source", "province", "theme", "partner"]), help="A row for each of these.")
@click.option(
    "--most",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="With --per partner: how many partners, those that most articles name.",
)
@click.option("--query", "text", help="Only articles with these words (as in search).")
@click.option("--changes", is_flag=True, help="Mark the periods from which the share has another level.")
@query_options
@partner_option
@corpus_option
@cluster_options
@formats
def trend_command(
    by: Literal["day", "week", "month", "quarter", "year"],
    per: Literal["source", "province", "theme", "partner"] | None,
    most: int,
    text: str | None,
    changes: bool,
    themes: tuple[str, ...],
    corpus_path: Path,
    dataset: str | None,
    dask: str | None,
    as_json: bool,
    as_csv: bool,
    **filters: Any,
) -> None:
    """Count articles over time: count, denominator, share and its 95 % interval (Wilson), outlets watched.

    A period without articles is a row of zero, but where no outlet was watched the count is empty: nobody can say that
    they were silent. An outlet was watched where the corpus holds an article of it from that period, or was crawled.

    \b
    The denominator is what could have been counted in the period (and group), under the other filters:
      with --theme       the tagged articles; what nobody has tagged says nothing about themes
      with --per theme   the tagged articles of the period, the same number beside every theme; --query narrows them
      with --per partner the articles of the period that were read for names; --theme, --query and --partner narrow them
      with --partner     the articles that were read for names (with --theme too: the tagged ones that name the partner)
      with --query only  all articles, with these words or without
      with none of these all articles, so that the share is 1
    """
    query = query_of(text=text, themes=() if per == "theme" else themes, **filters)
    if per == "theme":
        query_of(text=None, themes=themes, **filters)  # an unknown theme is an error here, too
    shown = themes if per == "theme" else ()
    if (over := dataset_at(dataset, dask, "corpus_path")) is not None:
        found = trend_spread(over, dask, query, by, per, shown, changes=changes, most=most)
    else:
        with open_corpus(corpus_path) as corpus:
            require_source(query.source, corpus)
            found = corpus.trend(query, by, per, shown, changes=changes, most=most)
    new_level = {(change.group, change.period): change for change in found.changes}
    rows = [asdict(row) for row in found.rows]
    columns = ["period", *(["group"] if per else []), "count", "denominator", "share", "low", "high", "outlets"]
    if changes:
        columns += ["before", "after"]
        for row in rows:
            change = new_level.get((row["group"], row["period"]))
            row.update(before=change.before if change else None, after=change.after if change else None)
    if not (as_json or as_csv):
        for row, bar in zip(rows, bars([row["count"] or 0 for row in rows]), strict=True):
            row["chart"] = bar if row["count"] is not None else tell("nobody watched")
        columns.append("chart")
    print_rows(rows, columns, as_json=as_json, as_csv=as_csv)
    _say_what_to_mind(found, by, changes=changes)


def _say_what_to_mind(found: Trend, by: str, *, changes: bool) -> None:
    if found.left_out:
        shown = len({row.group for row in found.rows})
        say(
            tell(
                "the {shown} partners that most articles name; {more} more are named", shown=shown, more=found.left_out
            )
        )
    if found.undated:
        say(tell("{articles} articles without a date are not counted", articles=found.undated))
    unwatched = sum(row.count is None for row in found.rows)
    if unwatched:
        say(tell("rows without a count, for no outlet was watched then: {rows}", rows=unwatched))
    watched = {row.outlets for row in found.rows if row.count is not None}
    if len(watched) > 1:
        # Each as a whole sentence: in another language the word for a length of time may change the others.
        told = {
            "day": "{least} to {most} outlets were watched in a day: counts may change with them, read shares",
            "week": "{least} to {most} outlets were watched in a week: counts may change with them, read shares",
            "month": "{least} to {most} outlets were watched in a month: counts may change with them, read shares",
            "quarter": "{least} to {most} outlets were watched in a quarter: counts may change with them, read shares",
            "year": "{least} to {most} outlets were watched in a year: counts may change with them, read shares",
        }
        say(tell(told[by], least=min(watched), most=max(watched)))
    for change in found.changes:
        group = f"{change.group}: " if change.group else ""
        say(
            group
            + tell(
                "from {period} on the share is {after:.3f}, before {before:.3f}",
                period=change.period,
                after=change.after,
                before=change.before,
            )
        )
    if changes and not found.changes:
        say(tell("no change of level is sure enough to be marked"))
