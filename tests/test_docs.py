"""The documentation is held to the code: commands, links, keys, records, tables, themes.

``TINTINH_WRITE_DOCS=1`` writes docs/cli.md anew instead of comparing it.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from pydantic import BaseModel

from corpus import nights, records
from corpus.migrations import STEPS
from corpus.records import OutcomeKind
from crawler import publishing, source
from nlp.themes import load_themes
from tintinh.cli import tintinh

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")), *sorted(DOCS.rglob("*.md"))]
CLI = DOCS / "cli.md"

# The headings of docs/adding-a-source.md under which the keys of each model stand.
SOURCE_TABLES: dict[str, type[BaseModel]] = {
    "The outlet": source.Source,
    "`[[province]]`": source.ProvincePeriod,
    "`[lineage]`": source.Lineage,
    "`[discover]`": source.Discovery,
    "`[[layout]]`": source.Layout,
    "`[expect]`": source.Expectations,
    "`[polite]`": source.Politeness,
    "The platform": publishing.Platform,
    "`[discover]` of a platform": publishing.Listings,
}
RECORDS = (
    "Page", "PageRecord", "ArchivePlace", "Article", "Block", "Picture", "Rejection", "Outcome", "Segmentation",
    "Tagging", "Query", "Night", "Finding",
)  # fmt: skip


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"there is no heading {heading!r}"
    return found[1]


def first_column(text: str) -> list[str]:
    """The names in backquotes that begin the rows of the tables in ``text``."""
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def fenced(text: str, language: str) -> list[str]:
    """The code blocks of ``text`` in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def cli_page() -> str:
    """The text of docs/cli.md: the help of every command, as click prints it at a fixed width."""
    # With the settings of real use: click keeps a command's help option as the first context names it.
    root = click.Context(tintinh, info_name="tintinh", **{**tintinh.context_settings, "terminal_width": 96})
    parts = [
        "# The command\n"
        "Generated from the help of every command (`TINTINH_WRITE_DOCS=1 pytest tests/test_docs.py`); edit it there.\n",
        f"```text\n{tintinh.get_help(root)}\n```\n",
    ]
    parts += helps(root)
    return "\n".join(re.sub(r"[ \t]+$", "", part, flags=re.MULTILINE) for part in parts)


def helps(group: click.Context) -> Iterator[str]:
    """The help of every command of a group, each followed by those of its own commands."""
    assert isinstance(group.command, click.Group)
    for name in group.command.list_commands(group):
        command = group.command.get_command(group, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=group, terminal_width=96)
        yield f"## {context.command_path}\n```text\n{command.get_help(context)}\n```\n"
        if isinstance(command, click.Group):
            yield from helps(context)


def test_the_page_of_the_command_is_its_help() -> None:
    if os.environ.get("TINTINH_WRITE_DOCS"):
        CLI.write_text(cli_page(), encoding="utf-8")
    assert CLI.read_text(encoding="utf-8") == cli_page(), "run TINTINH_WRITE_DOCS=1 pytest tests/test_docs.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    links = re.findall(r"(?<!`)\[[^\]]+\]\(([^)\s]+)\)", text)
    broken = [link for link in links if "://" not in link and not (page.parent / link.split("#")[0]).resolve().exists()]
    assert not broken


def shown_commands() -> Iterator[tuple[str, str]]:
    """Every command line of tintinh in a console block, with the page it stands on."""
    for page in PAGES:
        for block in fenced(page.read_text(encoding="utf-8"), "console"):
            for line in re.findall(r"^\$ ((?:[A-Z_]+=\S+ )*tintinh(?: .*)?)$", block, re.MULTILINE):
                yield page.name, line


def arguments_of(line: str) -> Iterator[list[str]]:
    """The arguments of each call of tintinh in a shell line: without environment, pipes, redirects and comments."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    lexer.commenters = "#"
    call: list[str] = []
    tokens = iter([*lexer, ";"])
    for token in tokens:
        if token in {">", ">>", "<"}:
            next(tokens)
        elif set(token) <= set("|&;"):
            while call and re.fullmatch(r"[A-Z_]+=\S*", call[0]):
                call.pop(0)
            if call[:1] == ["tintinh"]:
                yield call[1:]
            call = []
        else:
            call.append(token)


def understood(arguments: list[str]) -> None:
    """Raise click's own error where a command, an option or a value that needs no file does not exist."""
    root = click.Context(tintinh, info_name="tintinh")
    command: click.Command
    if not arguments or arguments[0].startswith("-"):
        tintinh.make_parser(root).parse_args(list(arguments))
        return
    context, command, rest = root, tintinh, list(arguments)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        found = command.get_command(context, name)
        if found is None:
            raise click.UsageError(f"there is no command {name!r}")
        context, command = click.Context(found, info_name=name, parent=context), found
    values, left, given = command.make_parser(context).parse_args(rest)
    assert not left, left
    for param in given:
        if isinstance(param, click.Option) and not isinstance(param.type, (click.Path, click.File)):
            param.type_cast_value(context, values[str(param.name)])


@pytest.mark.parametrize(("page", "line"), list(shown_commands()))
def test_commands_shown_exist(page: str, line: str) -> None:
    for arguments in arguments_of(line):
        understood(arguments)


@pytest.mark.parametrize(
    "line",
    [
        "tintinh serach x",
        "tintinh search x --them border",
        "tintinh archive verfiy",
        "tintinh trend --by fortnight",
        "tintinh search x --since yesterday",
        "tintinh stats | tintinh --verison",
        "tintinh sources nwe https://baolang.vn/",
        "tintinh sources new https://baolang.vn/ --savd pages",
    ],
)
def test_a_command_that_does_not_exist_would_be_noticed(line: str) -> None:
    calls = list(arguments_of(line))
    with pytest.raises(click.UsageError):
        understood(calls[-1])


@pytest.mark.parametrize(("heading", "model"), SOURCE_TABLES.items())
def test_the_keys_of_a_source_are_those_of_its_models(heading: str, model: type[BaseModel]) -> None:
    table = section(read("adding-a-source.md"), heading)
    assert sorted(first_column(table)) == sorted(model.model_fields)
    required = re.findall(r"^\| `([^`]+)` \| ● \|", table, re.MULTILINE)
    assert sorted(required) == sorted(name for name, field in model.model_fields.items() if field.is_required())


def test_the_examples_of_sources_are_sources(tmp_path: Path) -> None:
    examples = {}
    for block in fenced(read("adding-a-source.md"), "toml"):
        path = tmp_path / f"{tomllib.loads(block)['id']}.toml"
        path.write_text(block, encoding="utf-8")
        examples[path.stem] = source.read_source(path)
    own, shared = examples["bao_suoi_nguon"], examples["bao_ban_mai"]
    assert own.is_article("https://baosuoinguon.vn/van-hoa/202611/hoi-gieng-khen-mong-vao-mua-10231.html")
    assert not own.is_article("https://baosuoinguon.vn/van-hoa/")
    assert shared.platform is not None
    assert shared.layout, "the platform has none"


def classes() -> dict[str, type]:
    """The records by name."""
    found = [value for module in (records, nights) for value in vars(module).values() if isinstance(value, type)]
    return {value.__name__: value for value in found if dataclasses.is_dataclass(value)}


@pytest.mark.parametrize("name", RECORDS)
def test_the_records_have_the_fields_they_are_said_to_have(name: str) -> None:
    fields = [field.name for field in dataclasses.fields(classes()[name])]
    assert first_column(section(read("data-model.md"), f"`{name}`"))[: len(fields)] == fields


def test_no_record_is_left_out() -> None:
    assert set(classes()) == set(RECORDS)
    kinds = first_column(section(read("data-model.md"), "`Outcome`"))[len(dataclasses.fields(records.Outcome)) :]
    assert kinds == list(OutcomeKind.__args__)


def test_the_tables_are_those_of_the_schema() -> None:
    schema = "\n".join((ROOT / "corpus" / step).read_text(encoding="utf-8") for step in STEPS)
    # A step may make a table anew.
    made = re.findall(r"^CREATE (?:VIRTUAL )?(?:TABLE|VIEW) (\w+)", schema, re.MULTILINE)
    assert sorted(first_column(section(read("data-model.md"), "The tables"))) == sorted(set(made))


def test_the_themes_are_those_of_the_file() -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| ([^|]+) \|", section(read("themes.md"), "The twelve"), re.MULTILINE)
    assert rows == [(theme.slug, theme.name) for theme in load_themes()]
