"""Colour on a terminal and nowhere else; one kind of table for every command."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from corpus import findings
from corpus.nights import Finding, Night
from corpus.store import Corpus
from tests.command import ROOT, tintinh
from tests.terminal import Terminal
from tintinh.colours import colour, coloured

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CODE = "\x1b"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose corpus holds a night that broke."""
    folder = tmp_path_factory.mktemp("home")
    path = folder / "data" / "var" / "corpus.sqlite"
    path.parent.mkdir(parents=True)
    now = datetime(2026, 5, 31, 14, 30, tzinfo=UTC)
    sentence = "bao_a: found no article address, expected at least 1"
    with Corpus.open(path) as corpus:
        corpus.record_night(
            Night("bao_a", now, now + timedelta(minutes=2), 0, 0, 0, 0, 0, rejected={}, generic=0, findings=(sentence,))
        )
        found = Finding("bao_a", "yield_drop", "broken", sentence, {"expected": "min_found = 1"})
        findings.record(corpus.connection, "bao_a", now, [found])
    return folder


def on_terminal(home: Path, *arguments: str, **environment: str) -> str:
    with Terminal(*arguments, home=home, **{"NO_COLOR": "", "FORCE_COLOR": "", **environment}) as terminal:
        assert terminal.ended() == 2
        return terminal.printed.decode()


def test_a_terminal_gets_colour_and_a_pipe_gets_none(home: Path) -> None:
    printed = on_terminal(home, "health")
    assert re.search(r"\x1b\[1;31mbroken", printed), "the severity is bold and red"
    piped = tintinh("health", home=home, NO_COLOR="", FORCE_COLOR="")
    assert piped.code == 2
    assert "broken" in piped.out
    assert CODE not in piped.out + piped.err


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_means_none_on_a_terminal_either(home: Path, environment: dict[str, str]) -> None:
    for arguments in (("health", "--no-drift"), ("health", "bao_a", "--no-drift")):
        assert not COLOUR.search(on_terminal(home, *arguments, **environment))


def test_colour_can_be_asked_for_in_a_pipe(home: Path) -> None:
    for arguments in (("health",), ("health", "bao_a")):
        piped = tintinh(*arguments, home=home, FORCE_COLOR="1", NO_COLOR="")
        assert COLOUR.search(piped.out), arguments
        # A progress bar moves the cursor, which is no colour and has no place in a pipe.
        assert CODE not in piped.err
    for wanted in ("--json", "--csv"):
        assert CODE not in tintinh("health", wanted, home=home, FORCE_COLOR="1", NO_COLOR="").out


def test_which_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for no, force, wanted in (("", "", None), ("1", "", False), ("1", "1", False), ("", "1", True), ("", "0", None)):
        monkeypatch.setenv("NO_COLOR", no)
        monkeypatch.setenv("FORCE_COLOR", force)
        assert colour() is wanted, (no, force)
    assert coloured("3 findings") == "yellow"
    assert coloured("Hà Giang") == ""


def test_a_wide_table_is_folded_on_a_narrow_terminal_and_whole_in_a_pipe(home: Path) -> None:
    with Terminal("health", home=home, size=(24, 40)) as terminal:
        assert terminal.ended() == 2
        # The progress bar takes its line back; what stands then is the table and the sentence below it.
        shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.printed.decode().rpartition("\x1b[2K")[2])
    table, sentence = shown.splitlines()[:-1], shown.splitlines()[-1]
    assert len(table) > 4
    assert max(map(len, table)) <= 40
    assert sentence == "1 of 1 sources broken; more: tintinh health bao_a"
    assert "found no article address, expected at least 1" in tintinh("health", home=home).out


def test_tables_are_made_in_one_place() -> None:
    """Every command prints its tables through ``tintinh.output``, and every console is made in ``tintinh.colours``."""
    makers = {"Table": "tintinh/output.py", "Console": "tintinh/colours.py"}
    for path in (ROOT / "tintinh").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers:
                assert path.relative_to(ROOT).as_posix() == makers[node.func.id], (path, node.lineno)
