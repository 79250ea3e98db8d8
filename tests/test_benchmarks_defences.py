"""What docs/security.md promises: each defence stands where the list says, and each test it names is there."""

from __future__ import annotations

import ast
import re

import pytest

from benchmarks.defences import Defence, defences
from tests.command import ROOT

NAMED = re.compile(r"`(tests/\w+\.py(?:::\w+)?)`")
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def is_there(test: str) -> bool:
    """Whether ``tests/test_x.py::test_y``, or the file alone, exists."""
    name, _, function = test.partition("::")
    path = ROOT / name
    if not function or not path.is_file():
        return path.is_file()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(one, ast.FunctionDef) and one.name == function for one in tree.body)


@pytest.mark.parametrize("defence", defences(), ids=lambda one: one.name)
def test_a_defence_stands_where_the_list_says(defence: Defence) -> None:
    assert defence.taken_out(ROOT) != (ROOT / defence.file).read_text(encoding="utf-8")
    for test in defence.tests:
        assert is_there(test), test
        assert test.partition("::")[0] in PAGE, f"{test} is not in docs/security.md"


def test_every_test_of_the_page_is_there_and_every_line_has_one() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 20
    assert [test for test in named if not is_there(test)] == []
    rows = [
        line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith(("| threat", "| asked for"))
    ]
    assert [row for row in rows if not NAMED.search(row)] == []
