"""What the shell offers when Tab is pressed behind an option: sources, themes and provinces."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import click
from click.shell_completion import CompletionItem


def complete_sources(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The ids of the declared outlets, by the names of their files; a list (``a,b``) is completed at its end."""
    import crawler

    done, comma, last = begun.rpartition(",")
    declared = {path.stem for folder in crawler.__path__ for path in Path(folder, "sources").glob("*.toml")}
    return [CompletionItem(f"{done}{comma}{one}") for one in sorted(declared) if one.startswith(last)]


def complete_themes(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The slugs of the themes, with their names."""
    from tintinh.commands.options import themes_at
    from tintinh.settings import settings

    return [
        CompletionItem(theme.slug, help=theme.name)
        for theme in themes_at(settings().themes)
        if theme.slug.startswith(begun)
    ]


def complete_provinces(context: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The provinces of both maps as words without blanks, which no shell splits: ``ha-giang`` for Hà Giang."""
    start = _slug(begun) + ("-" if begun[-1:] in {"-", " "} else "")
    return [CompletionItem(slug, help=name) for slug, name in sorted(by_slug().items()) if slug.startswith(start)]


@cache
def by_slug() -> dict[str, str]:
    """``ha-giang`` → ``Hà Giang``, for the provinces of both maps."""
    from corpus.provinces import names_34, provinces_63

    return {_slug(name): name for name in (*(one.name for one in provinces_63()), *names_34())}


def _slug(name: str) -> str:
    from corpus.text import fold

    return "-".join(re.findall(r"\w+", fold(name)))
