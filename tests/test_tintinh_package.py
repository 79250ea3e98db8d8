"""What is built and where it is read from: the wheel holds every data file, and the four packages are ours."""

from __future__ import annotations

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("tintinh", "crawler", "corpus", "nlp")


def test_the_four_packages_share_one_parent_folder() -> None:
    parents = {Path(str(importlib.import_module(name).__file__)).parents[1] for name in PACKAGES}
    assert parents == {ROOT}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_that_the_code_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as built:
        names = set(built.namelist())
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert path.relative_to(ROOT).as_posix() in names
    assert sum(name.startswith("crawler/sources/") and name.endswith(".toml") for name in names) >= 5
    assert {
        "corpus/schema.sql",
        "corpus/schema_2.sql",
        "corpus/schema_3.sql",
        "corpus/schema_4.sql",
        "corpus/schema_5.sql",
        "corpus/schema_6.sql",
        "corpus/schema_7.sql",
        "corpus/schema_8.sql",
        "corpus/schema_9.sql",
        "corpus/schema_10.sql",
        "corpus/schema_11.sql",
        "corpus/schema_12.sql",
        "corpus/provinces.toml",
        "corpus/places.toml",
        "nlp/themes.toml",
        "nlp/entities/countries.toml",
        "nlp/entities/foreign.toml",
    } <= names
    assert "tintinh/templates/report.html.j2" in names
    for file in ("manifest.json", "words.txt", "model.npz", "card.md"):
        assert any(name.startswith("tintinh/shipped/models/themes-") and name.endswith(f"/{file}") for name in names)
    assert "tintinh/shipped/models/background.npz" in names
    assert any(name.startswith("tintinh/shipped/sample/newspaper/") for name in names)
    assert "tintinh/shipped/labelled/themes.jsonl" in names
    assert not any(name.startswith(("tests/", "data/", "models/", "benchmarks/")) for name in names)


def test_the_wheel_works_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as built:
        built.extractall(tmp_path / "site")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from tintinh.cli import run; from tintinh.settings import settings\n"
        "assert settings().labelled.is_file() and settings().stories.is_dir()\n"
        "sys.exit(run(['check', '--sources-only']))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, str(tmp_path / "site")],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "site") in done.stdout
