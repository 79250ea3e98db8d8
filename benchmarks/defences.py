"""Does the test of each defence fail without it? ``python -m benchmarks.defences [--only NAME]``.

``defences.toml`` lists what docs/security.md promises: a place in the code where a defence stands, what stands there
without it, and the tests that guard it. In a copy of the checkout each defence is taken out in turn and its tests are
run, which must fail then; first they are run with all defences, and must pass. Prints Markdown; exit code 1 where a
defence could go without a test noticing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

ROOT = Path(__file__).parents[1]
LIST = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True)
class Defence:
    """``old`` stands once in ``file`` and is the defence; with ``new`` in its place there is none."""

    name: str
    threat: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def taken_out(self, root: Path) -> str:
        """The text of the file without the defence."""
        text = (root / self.file).read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(
                f"{LIST.name}: {self.name}: {self.old!r} stands {text.count(self.old)} times in {self.file}"
            )
        return text.replace(self.old, self.new)


def defences() -> list[Defence]:
    """All of the list, in its order."""
    rows = tomllib.loads(LIST.read_text(encoding="utf-8"))["defence"]
    return [Defence(**{**row, "tests": tuple(row["tests"])}) for row in rows]


def _passes(root: Path, tests: tuple[str, ...]) -> bool:
    """Whether the tests pass; ``ClickException`` where they could not be run."""
    given = {key: value for key, value in os.environ.items() if not key.startswith("TINTINH")}
    done = subprocess.run(  # noqa: S603 - our own words, by our own interpreter
        [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests],
        cwd=root, env={**given, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in {0, 1}:
        raise click.ClickException(f"{' '.join(tests)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.returncode == 0


@click.command(help=__doc__)
@click.option("--only", metavar="NAME", help="One defence alone.")
def main(only: str | None) -> None:
    chosen = [one for one in defences() if only in {None, one.name}]
    unguarded = 0
    with TemporaryDirectory() as scratch:
        copy = Path(scratch) / "tintinh"
        skipped = shutil.ignore_patterns(".git", ".venv", "var", "archive", "__pycache__", ".*_cache", "site")
        shutil.copytree(ROOT, copy, ignore=skipped)
        click.echo("| defence | with it | without it |\n|---|---|---|")
        for one in chosen:
            whole = _passes(copy, one.tests)
            path, before = copy / one.file, (copy / one.file).read_text(encoding="utf-8")
            path.write_text(one.taken_out(copy), encoding="utf-8")
            try:
                without = _passes(copy, one.tests)
            finally:
                path.write_text(before, encoding="utf-8")
            unguarded += not whole or without
            passed = {True: "pass", False: "fail"}
            click.echo(f"| {one.name} | {passed[whole]} | {passed[without]} |")
    click.echo(f"\n{len(chosen)} defences, {unguarded} of them not guarded by their tests")
    sys.exit(1 if unguarded else 0)


if __name__ == "__main__":
    main()
