"""The corpus out: export."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from tintinh.commands.explore import open_corpus
from tintinh.commands.options import corpus_option, query_of, query_options, require_source
from tintinh.output import formats, say


@click.command(
    "export",
    epilog="\b\nExamples:\n  tintinh export --theme border --csv > border.csv\n"
    "  tintinh export --since 2025-07-01 > news.jsonl",
)
@click.argument("query", required=False)
@query_options
@corpus_option
@formats
def export_command(query: str | None, corpus_path: Path, as_json: bool, as_csv: bool, **filters: Any) -> None:
    """Write whole articles with their themes: JSON Lines (default) or CSV, to standard output."""
    from corpus.export import write_csv, write_jsonl

    question = query_of(text=query, **filters)
    with open_corpus(corpus_path) as corpus:
        require_source(question.source, corpus)
        articles = corpus.articles(question)
        number = (write_csv if as_csv else write_jsonl)(articles, sys.stdout)
    say(f"{number} articles")
