"""Can a text make one of our regular expressions run for ever? ``python -m benchmarks.patterns``.

Every pattern that the project compiles is looked at: those of its modules and of the source files as they are imported,
and those that stand in calls of ``re``. regexploit finds what may backtrack by more than the square of a text's length;
each such pattern needs a reason in ``EXPLAINED`` why no text of that length can reach it. Exit code 1 where one has
none, or where a reason is of no pattern any more.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
PACKAGES = ("corpus", "crawler", "nlp", "tintinh")
EXPLAINED = {
    ("crawler.extract.phrases", r"\s*(?P<whole>"): "searched in the last 140 characters of a paragraph only",
}
"""Module and beginning of a pattern → why it is bounded."""

# As it takes no step back, it cannot be slower than the same without the plus; regexploit does not know it.
_POSSESSIVE = re.compile(r"(?<=[*+?}])\+")


@dataclass(frozen=True)
class Pattern:
    """A regular expression with its flags, and the module that compiles it."""

    module: str
    text: str
    flags: int


def patterns() -> list[Pattern]:
    """Every pattern of the project, once; in a process that has imported none of it yet."""
    met: dict[Pattern, None] = {}
    compiled = re._compile  # type: ignore[attr-defined]

    def noted(text: Any, flags: Any) -> Any:
        frame: Any = sys._getframe(1)
        while frame is not None and frame.f_globals.get("__name__") in {"re", __name__}:
            frame = frame.f_back
        module = frame.f_globals.get("__name__", "") if frame is not None else ""
        if module.partition(".")[0] in PACKAGES and isinstance(text, str):
            met[Pattern(module, text, int(flags))] = None
        return compiled(text, flags)

    re._compile = noted  # type: ignore[attr-defined]
    try:
        for name in _modules():
            importlib.import_module(name)
        importlib.import_module("crawler.source").load_sources()
    finally:
        re._compile = compiled  # type: ignore[attr-defined]
    for pattern in _written():
        met[pattern] = None
    return list(met)


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        yield package
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.endswith("__main__"):
                yield module.name


def _written() -> Iterator[Pattern]:
    """Patterns that stand in calls of ``re``: those inside functions are not compiled by an import."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (
                    isinstance(node, ast.Call)
                    and isinstance(node.func, ast.Attribute)
                    and isinstance(node.func.value, ast.Name)
                    and node.func.value.id == "re"
                    and node.args
                    and isinstance(node.args[0], ast.Constant)
                    and isinstance(node.args[0].value, str)
                    and len(node.args)
                    == 1 + (node.func.attr in {"search", "match", "fullmatch", "findall", "finditer"})
                ):
                    yield Pattern(module, node.args[0].value, 0)


def risky(among: Iterable[Pattern]) -> dict[Pattern, str]:
    """Those that may take more than quadratic time, each with the beginning of a text that shows it."""
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # regexploit uses modules that the standard library calls internal
        from regexploit.ast.sre import SreOpParser
        from regexploit.redos import find

        for pattern in among:
            parsed = SreOpParser().parse_sre(_POSSESSIVE.sub("", pattern.text), pattern.flags)
            for attack in find(parsed):
                if attack.starriness > 2:
                    found[pattern] = attack.example()[:60]
    return found


def unexplained(among: Iterable[Pattern]) -> list[str]:
    """A sentence for each risky pattern without a reason, and each reason without a pattern."""
    reasons = dict.fromkeys(EXPLAINED, 0)
    said = []
    for pattern, example in risky(among).items():
        key = next((key for key in reasons if key[0] == pattern.module and pattern.text.startswith(key[1])), None)
        if key is None:
            said.append(f"{pattern.module}: {pattern.text!r} may be slow on {example!r}")
        else:
            reasons[key] += 1
    return said + [f"{key}: is explained, but there is no such pattern" for key, count in reasons.items() if not count]


@click.command(help=__doc__)
def main() -> None:
    every = patterns()
    said = unexplained(every)
    click.echo(f"{len(every)} patterns; explained: {len(EXPLAINED)}; not explained: {len(said)}")
    for one in said:
        click.echo(one)
    sys.exit(1 if said else 0)


if __name__ == "__main__":
    main()
