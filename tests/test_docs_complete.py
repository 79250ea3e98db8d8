"""Nothing is left undocumented: commands, settings, sources, themes, tables with their columns, notebooks.

``TINTINH_WRITE_DOCS=1`` writes docs/sources.md anew instead of comparing it.
"""

from __future__ import annotations

import ast
import importlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click
import pytest
import scrapy.settings.default_settings

import crawler.settings
from corpus.provinces import map_34
from corpus.store import Corpus
from crawler.source import Source, load_sources
from nlp.themes import load_themes
from tests.test_docs import DOCS, ROOT, arguments_of, first_column, read, section, shown_commands, understood
from tintinh.cli import tintinh

# Read from the environment by everybody's terminal; nothing is ours about it.
NOT_OURS = {"TERM", "PYTHONPATH"}
# How the tests are told to write instead of compare; CONTRIBUTING.md has them.
FOR_TESTS = {"TINTINH_WRITE_DOCS", "TINTINH_WRITE_NOTEBOOKS"}
SOURCES = DOCS / "sources.md"


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command, str]]:
    """Every command that is registered: the way to it, the command, its help."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context, terminal_width=96)
        yield inner.command_path, command, command.get_help(inner)
        if isinstance(command, click.Group):
            yield from commands(command, inner)


def registered() -> list[tuple[str, click.Command, str]]:
    # With the settings of real use: click keeps a command's help option as the first context names it.
    return list(commands(tintinh, click.Context(tintinh, info_name="tintinh", **tintinh.context_settings)))


def test_every_command_has_an_example_in_its_help_and_every_example_is_understood() -> None:
    for path, _, text in registered():
        examples = re.findall(r"^ +(?:.* \| )?(tintinh .+?)(?:  +\S.*)?$", text.partition("Example")[2], re.MULTILINE)
        assert any(one.startswith(path) for one in examples), path
        for example in examples:
            for arguments in arguments_of(example):
                understood(arguments)


def test_every_command_stands_on_its_page_and_on_one_that_tells_when() -> None:
    page = read("cli.md")
    shown = {" ".join(["tintinh", *arguments]) for _, line in shown_commands() for arguments in arguments_of(line)}
    told = "\n".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md") if path.name != "cli.md")
    for path, _, _ in registered():
        assert f"## {path}\n" in page, path
        assert any(one == path or one.startswith(f"{path} ") for one in shown) or f"`{path}" in told, path


def test_every_option_says_what_it_does() -> None:
    for path, command, _ in registered():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (path, parameter.opts)


def variables() -> set[str]:
    """Every variable of the environment that the code reads."""
    found: set[str] = set()
    for package in ("tintinh", "corpus", "crawler", "nlp"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r'environ(?:\.get\(|\[)\s*"([A-Z_]+)"', text))
            found |= set(re.findall(r'envvar="([A-Z_]+)"', text))
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Constant) and re.fullmatch(r"TINTINH_[A-Z]+", str(node.value)):
                    found.add(str(node.value))
    return found - NOT_OURS


def test_every_setting_is_documented() -> None:
    tables = section(read("operations.md"), "Settings")
    rows = first_column(tables)
    assert {"TINTINH_LANG", "TINTINH_HOME", "NO_COLOR"} <= variables()
    assert variables() - set(rows) == set()
    ours = {
        name: getattr(crawler.settings, name)
        for name in dir(crawler.settings)
        if name.isupper() and not hasattr(scrapy.settings.default_settings, name) and name != "VERSION"
    }
    told = dict(re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|", tables.partition("| setting |")[2], re.MULTILINE))
    assert told == {name: "" if name == "TINTINH_CONTACT" else str(value) for name, value in ours.items()}
    assert set(re.findall(r"TINTINH_[A-Z_]+", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))) >= FOR_TESTS


def sources_page() -> str:
    """The text of docs/sources.md: every outlet that is declared, with what is known of it."""
    sources = load_sources().values()
    counts = Counter(one.verified for one in sources)
    verified = ", ".join(
        f"{counts[kind]} of them `{kind}`" for kind in get_args(Source.model_fields["verified"].annotation)
    )
    lines = [
        "# The outlets",
        "Generated from the files in `crawler/sources` (`TINTINH_WRITE_DOCS=1 pytest tests/test_docs_complete.py`); "
        "[adding a source](adding-a-source.md#what-verified-means) explains `verified`, and how to add one.",
        "",
        f"{len(sources)} outlets; {verified}. The province is that of today; where the outlet was another province's "
        "before July 2025, that one stands in parentheses.",
        "",
        "| source | outlet | province | platform | verified |",
        "|---|---|---|---|---|",
        *(
            f"| `{one.id}` | [{one.name}]({one.home}) | {province_of(one)} "
            f"| {f'`{one.platform}`' if one.platform else ''} | {one.verified} |"
            for one in sources
        ),
        "",
        "## What is known of each",
        *(f"- `{one.id}`: {one.facts}" for one in sources),
    ]
    return "\n".join(lines) + "\n"


def province_of(one: Source) -> str:
    if not one.province:
        return "the whole country"
    first, now = one.province[0].name, map_34(one.province[-1].name)
    return now if first == now else f"{now} ({first})"


def test_every_source_is_documented() -> None:
    if os.environ.get("TINTINH_WRITE_DOCS"):
        SOURCES.write_text(sources_page(), encoding="utf-8")
    assert SOURCES.read_text(encoding="utf-8") == sources_page(), (
        "run TINTINH_WRITE_DOCS=1 pytest tests/test_docs_complete.py"
    )
    assert first_column(sources_page()) == list(load_sources())


def test_every_theme_has_its_row_here_and_in_the_guide() -> None:
    guide = (ROOT / "data" / "labelled" / "GUIDE.md").read_text(encoding="utf-8")
    for theme in load_themes():
        assert theme.slug in first_column(section(read("themes.md"), "The twelve")), theme.slug
        assert f"`{theme.slug}`" in guide, theme.slug


def test_every_table_and_column_is_documented(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        names = [
            name
            for (name,) in corpus.connection.execute(
                """SELECT name FROM sqlite_master WHERE type IN ('table', 'view')
                   AND name NOT GLOB 'sqlite_*' AND name NOT GLOB 'search_*'"""
            )
        ]
        columns = {
            name: [column for _, column, *_ in corpus.connection.execute(f"PRAGMA table_info({name})")]
            for name in names
        }
    page = read("tables.md")
    assert sorted(re.findall(r"^### `(\w+)`$", page, re.MULTILINE)) == sorted(names)
    for name in names:
        text = section(page, f"### `{name}`".removeprefix("### "))
        assert first_column(text) == columns[name], name
        assert all(re.findall(rf"^\| `{column}` \| \S.*\|$", text, re.MULTILINE) for column in columns[name]), name


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_is_documented(path: Path) -> None:
    assert f"]({path.name}) |" in (ROOT / "notebooks" / "README.md").read_text(encoding="utf-8")


def test_every_extra_is_documented() -> None:
    """What `pip install 'tintinh[…]'` can add, and for what."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    rows = first_column(section(read("getting-started.md"), "Install"))
    assert sorted(rows) == sorted(project["optional-dependencies"])


def test_the_packages_of_the_reference_are_all_there_are() -> None:
    pages = {path.stem for path in (DOCS / "reference").glob("*.md")}
    for name in ("corpus", "crawler", "nlp"):
        assert importlib.import_module(name).__name__ in pages
