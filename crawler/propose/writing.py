"""The TOML file of a proposed source."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from crawler.publishing import Layout


def literal(value: str | float | tuple[str, ...]) -> str:
    """A value as TOML has it: regular expressions and addresses as they are read, quotes escaped where they must be."""
    if isinstance(value, tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, float):
        return str(value)
    # A regular expression reads best without its backslashes doubled.
    if "\\" in value and "'" not in value:
        return f"'{value}'"
    return json.dumps(value, ensure_ascii=False)


def toml(
    outlet: Mapping[str, Any],
    province: str | None,
    discover: Mapping[str, Any],
    expect: Mapping[str, Any],
    layouts: Sequence[Layout | Mapping[str, Any]],
    comments: Mapping[str, str],
) -> str:
    """The text of a source file; keys without a value are left out, ``comments`` stand above the keys they name."""
    lines: list[str] = []

    def say(table: Mapping[str, Any]) -> None:
        for key, value in table.items():
            if value is None or value == ():
                continue
            if key in comments:
                lines.append(f"# {comments[key]}")
            lines.append(f"{key} = {literal(value)}")

    say(outlet)
    if province is not None:
        # On the line itself: what is guessed must be read together with it.
        lines.append(f"province = [{{ name = {literal(province)} }}]  # {comments['province']}")
    lines += ["", "[discover]"]
    say(discover)
    if expect:
        lines += ["", "[expect]"]
        say(expect)
    for layout in layouts:
        lines += ["", "[[layout]]"]
        say(layout.model_dump(exclude_unset=True) if isinstance(layout, Layout) else layout)
    return "\n".join(lines) + "\n"
