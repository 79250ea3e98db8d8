"""Tab in the shell: bash asks as it does for a person, zsh and fish in their own forms; sources, themes, provinces."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from crawler.source import load_sources
from nlp.themes import load_themes
from tests.command import ROOT
from tintinh.cli import tintinh
from tintinh.commands.options import query_of
from tintinh.completion import by_slug

# Options whose values are known names, and what completes them.
NAMED = {
    "--source": "complete_sources",
    "--theme": "complete_themes",
    "--province": "complete_provinces",
}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with ``tintinh`` in it, as an installed environment has one."""
    path = tmp_path / "bin" / "tintinh"
    path.parent.mkdir()
    path.write_text(f"#!{sys.executable}\nfrom tintinh.cli import main\nmain()\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def environment(program: Path, **more: str) -> dict[str, str]:
    given = {key: value for key, value in os.environ.items() if not key.startswith(("TINTINH", "COV_", "COVERAGE"))}
    path = f"{program.parent}{os.pathsep}{given['PATH']}"
    return {**given, "PATH": path, "PYTHONPATH": str(ROOT), "TINTINH_HOME": str(program.parent), **more}


def offered(program: Path, *words: str) -> list[str]:
    """What bash offers for the last of ``words``, with the script that it is told to read."""
    line = " ".join(f"'{word}'" for word in ("tintinh", *words))
    script = (
        'eval "$(_TINTINH_COMPLETE=bash_source tintinh)"\n'
        f"COMP_WORDS=({line}); COMP_CWORD={len(words)}\n"
        '_tintinh_completion tintinh\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "--norc", "-c", script], env=environment(program), capture_output=True, encoding="utf-8", check=True
    )
    return done.stdout.split("\n")[:-1]


def test_bash_is_offered_commands_options_and_names(program: Path) -> None:
    assert offered(program, "se") == ["segment", "search", "serve"]
    assert "--theme" in offered(program, "search", "--th")
    assert offered(program, "search", "x", "--theme", "bo") == ["border"]
    assert offered(program, "trend", "--province", "ba-") == ["ba-ria-vung-tau"]
    assert offered(program, "health", "bao_ha_g") == ["bao_ha_giang"]
    assert offered(program, "night", "--sources", "bao_lao_cai,bao_ha_g") == ["bao_lao_cai,bao_ha_giang"]


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_a_script_and_answers(shell: str, program: Path) -> None:
    def asked(instruction: str, **words: str) -> str:
        return subprocess.run(
            [program],
            env=environment(program, _TINTINH_COMPLETE=f"{shell}_{instruction}", **words),
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout

    script = asked("source")
    assert "_TINTINH_COMPLETE=" + f"{shell}_complete" in script
    if found := shutil.which(shell):
        subprocess.run([found, "-n"], input=script, encoding="utf-8", check=True)
    words = {"COMP_WORDS": "tintinh search --theme bo", "COMP_CWORD": "3" if shell == "zsh" else "bo"}
    assert "border" in asked("complete", **words)
    assert "Biên giới" in asked("complete", **words)


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Every command that is registered, with the way to it."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        yield inner.command_path, command
        if isinstance(command, click.Group):
            yield from commands(command, inner)


def test_every_option_of_a_known_name_is_completed() -> None:
    bare = [
        (path, name)
        for path, command in commands(tintinh, click.Context(tintinh, info_name="tintinh"))
        for parameter in command.params
        for name in parameter.opts
        if name in NAMED and getattr(parameter._custom_shell_complete, "__name__", "") != NAMED[name]
    ]
    assert not bare


def test_all_names_are_offered_and_what_is_offered_is_understood() -> None:
    context = click.Context(tintinh, info_name="tintinh")
    search = tintinh.get_command(context, "search")
    assert search is not None
    inner = click.Context(search, info_name="search", parent=context)
    by_name = {parameter.opts[0]: parameter for parameter in search.params}
    offers = {name: [one.value for one in by_name[name].shell_complete(inner, "")] for name in NAMED}
    assert offers["--source"] == sorted(load_sources())
    assert offers["--theme"] == [theme.slug for theme in load_themes()]
    assert offers["--province"] == sorted(by_slug())
    for slug in offers["--province"]:
        asked = query_of(text=None, themes=(), province=slug, province_map="day", source=None, since=None, until=None)
        assert asked.province == by_slug()[slug]
        assert not set(slug) & set(" '\"$&;()")
    assert [one.value for one in by_name["--province"].shell_complete(inner, "Hà G")] == ["ha-giang"]
