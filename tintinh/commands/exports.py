"""The corpus out: export."""

from __future__ import annotations

import os
import sys
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.commands.explore import open_corpus
from tintinh.commands.options import corpus_option, partner_option, query_of, query_options, require_source
from tintinh.language import tell
from tintinh.output import formats, progress, say

if TYPE_CHECKING:
    from corpus.records import Query
    from corpus.store import Corpus


@click.command(
    "export",
    epilog="\b\nExamples:\n  tintinh export --theme border --csv --out border.csv\n"
    "  tintinh export --since 2025-07-01 > news.jsonl\n"
    "  tintinh export --stories --parquet news-2026\n"
    "  tintinh export --theme border --cite",
)
@click.argument("query", required=False)
@query_options
@partner_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file, and what it is to FILE.manifest.json [default: standard output, no manifest].",
)
@click.option(
    "--parquet",
    type=click.Path(path_type=Path),
    help="Write Parquet by year and province, and _manifest.json, to this new folder.",
)
@click.option("--cite", is_flag=True, help="Write nothing; print how to cite what would be exported.")
@corpus_option
@formats
def export_command(
    query: str | None,
    out: Path | None,
    parquet: Path | None,
    cite: bool,
    corpus_path: Path,
    as_json: bool,
    as_csv: bool,
    **filters: Any,
) -> None:
    """Write whole articles with their themes: JSON Lines (default), CSV or Parquet.

    A manifest goes with a file or folder: the query, counts by outlet, province, model and reader, versions, checksums,
    and how to cite it.
    """
    if parquet is not None and (out is not None or as_csv or as_json):
        raise click.UsageError("--parquet writes a folder; it cannot be given with --out, --csv or --json")
    if cite and (out is not None or parquet is not None or as_csv or as_json):
        raise click.UsageError("--cite writes nothing; it cannot be given with --out, --parquet, --csv or --json")
    from corpus.manifest import Tally, citation
    from corpus.processors import processors

    question = query_of(text=query, **filters)
    with open_corpus(corpus_path) as corpus:
        require_source(question.source, corpus)
        if parquet is not None:
            with progress("writing Parquet") as advance:
                facts = corpus.to_parquet(parquet, question, processes=processors(), advance=advance)
            say(
                tell(
                    "{articles} articles in {files} files in {folder}",
                    articles=facts["articles"],
                    files=len(facts["files"]),
                    folder=parquet,
                )
            )
        elif cite:
            tally = Tally()
            deque(tally.counting(corpus.articles(question)), maxlen=0)
            click.echo(citation(question, tally, datetime.now(UTC)))
        else:
            say(tell("{total} articles", total=_write(corpus, question, out, as_csv=as_csv)))


def _write(corpus: Corpus, question: Query, out: Path | None, *, as_csv: bool) -> int:
    from corpus.export import write_csv, write_jsonl
    from corpus.manifest import Tally, manifest, write_manifest

    write, tally = write_csv if as_csv else write_jsonl, Tally()
    articles = tally.counting(corpus.articles(question))
    if out is None:
        return write(articles, sys.stdout)
    draft = out.with_name(out.name + ".part")
    with draft.open("w", encoding="utf-8", newline="" if as_csv else "\n") as file:
        number = write(articles, file)
    os.replace(draft, out)  # noqa: PTH105 - Path.replace is the same call
    facts = manifest(corpus.connection, question, tally, [out], out.parent)
    write_manifest(facts, out.with_name(out.name + ".manifest.json"))
    return number
