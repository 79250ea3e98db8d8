"""``tintinh export`` as typed: files with their manifests, Parquet, and how to cite."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest

from corpus import Corpus
from tests.command import tintinh
from tests.made_articles import story


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Corpus.open(tmp_path / "data/var/corpus.sqlite") as corpus:
        for n in range(1, 5):
            corpus.keep(story(n), page=None, place=None)
    return tmp_path


@pytest.mark.parametrize("form", ["--csv", "--json"])
def test_a_file_has_its_manifest_and_is_what_standard_output_would_be(home: Path, form: str) -> None:
    done = tintinh("export", form, "--out", "news", "--section", "xã hội", home=home)
    assert (done.code, done.out, done.err) == (0, "", "4 articles\n")
    content = (home / "news").read_bytes()
    printed = tintinh("export", form, "--section", "xã hội", home=home).out
    assert content.decode().splitlines() == printed.splitlines()
    facts = json.loads((home / "news.manifest.json").read_text(encoding="utf-8"))
    assert facts["query"] == {"section": "xã hội"}
    assert facts["files"] == [
        {"path": "news", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    ]  # fmt: skip
    cited = tintinh("export", "--section", "xã hội", "--cite", home=home)
    assert cited.out.strip() == facts["cite"]


def test_parquet_is_a_new_folder(home: Path) -> None:
    done = tintinh("export", "--parquet", "news", "--source", "bao_ha_giang", home=home)
    assert (done.code, done.err) == (0, "4 articles in 1 files in news\n")
    assert sorted(pd.read_parquet(home / "news")["id"]) == [1, 2, 3, 4]
    again = tintinh("export", "--parquet", "news", home=home)
    assert (again.code, again.err) == (1, "tintinh: news: exists already; an export to Parquet makes a new folder\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--parquet", "a", "--csv"),
        ("--parquet", "a", "--out", "b"),
        ("--cite", "--out", "b"),
        ("--cite", "--json"),
        ("--csv", "--json"),
    ],
)
def test_what_does_not_go_together_is_said(home: Path, arguments: tuple[str, ...]) -> None:
    done = tintinh("export", *arguments, home=home)
    assert (done.code, done.out) == (1, "")
    assert "cannot be given" in done.err or "cannot be given with" in " ".join(done.err.split())
