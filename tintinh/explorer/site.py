"""What the explorer knows besides the corpus: where things lie, and what themes and outlets are called."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import crawler
from nlp.themes import Theme
from tintinh.explorer.guard import LOOPBACK


@dataclass(frozen=True)
class Site:
    """One explorer. ``outlets`` are the names of outlets by source id; ``archive`` None: there is no page archive.

    ``seconds`` is the longest that all questions of one page may take together. ``open_sql`` also opens Datasette's
    own pages: tables, rows and SQL. ``hosts`` are the names it answers to, empty for any.
    """

    corpus: Path
    themes: tuple[Theme, ...]
    archive: Path | None = None
    outlets: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    open_sql: bool = False
    hosts: frozenset[str] = LOOPBACK


def outlet_names() -> dict[str, str]:
    """The name of every declared outlet by source id."""
    # A source read strictly, with its platform, takes ten times as long, and here only its name is asked for.
    names = {}
    for folder in crawler.__path__:
        for path in sorted(Path(folder, "sources").glob("*.toml")):
            names[path.stem] = str(tomllib.loads(path.read_text(encoding="utf-8")).get("name", path.stem))
    return names
