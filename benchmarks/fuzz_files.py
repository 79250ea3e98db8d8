"""Fuzzed readers of files that people write or pass on: sources, platforms, stories, labels, models."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from benchmarks import fuzz_seeds as seeds
from benchmarks.fuzz_target import JSON, Target, as_json, values
from crawler import publishing
from crawler.errors import SourceError
from crawler.saved import SavedFileError, articles_in
from crawler.source import read_source
from nlp.artefact import MANIFEST, load
from nlp.errors import LabelledError, ModelError
from nlp.labelled import read_labelled
from nlp.themes import load_themes, slugs

_TOML = (
    b"[" * 500,
    b"a." * 500,
    b'"""',
    b"'''",
    b"= [",
    b"=" + b"[" * 2000,
    b"1979-05-27T07:32:00Z",
    b"0x",
    b"inf",
    b"\\u0000",
    b"[[layout]]",
    b"[[province]]",
    b"since = 0001-01-01\n",
    b"{a={a={",
    b"\xff",
    b"article = '((a+)+)+$'\n",
    b":not(" * 300,
    b"= -9223372036854775809\n",
    b'links = "a:has(> b',
)


def _toml(data: bytes, folder: Path) -> None:
    path = folder / "bao_thu.toml"
    path.write_bytes(data)
    try:
        # The name of a file is its source's id, else nothing but that would ever be refused.
        found = publishing.read_table(path).get("id")
        if isinstance(found, str) and found.isidentifier() and len(found) < 60:
            path = path.rename(folder / f"{found}.toml")
        read_source(path)
    finally:
        path.unlink()


def _platform(data: bytes, folder: Path) -> None:
    (folder / "thu.toml").write_bytes(data)
    publishing.load_platform.__wrapped__("thu", folder)


def _rows(data: bytes, folder: Path) -> None:
    path = folder / "rows.jsonl"
    path.write_bytes(data)
    refused = [one for one in articles_in(path) if isinstance(one, SavedFileError)]
    if refused:
        raise refused[0]


def _labels(data: bytes, folder: Path) -> None:
    path = folder / "labels.jsonl"
    path.write_bytes(data)
    read_labelled([path], slugs(load_themes()))


def _model(data: bytes, folder: Path) -> None:
    """One file of a model changed, and the manifest true of it: a digest alone keeps nobody out who can write one."""
    files = dict(seeds.model())
    name = list(files)[data[0] % len(files)] if data else MANIFEST
    files[name] = data[1:]
    if name != MANIFEST:
        files[MANIFEST] = seeds.signed(files)
    for one, content in files.items():
        (folder / one).write_bytes(content)
    load(folder, seeds.THEMES)


_KEYS = (
    "title",
    "text",
    "url",
    "lead",
    "source",
    "published_at",
    "date",
    "section",
    "province",
    "authors",
    "agency",
    "tags",
)


_json_rows = st.dictionaries(st.sampled_from(_KEYS), st.one_of(st.text(min_size=1, max_size=30), values)).map(
    lambda row: as_json({"title": "Tin", "text": "Bài", **row})
)


TARGETS: dict[str, Target] = {
    "source": Target(seeds.sources, _toml, (SourceError,), _TOML, b"\n"),
    "platform": Target(seeds.tables, _platform, (SourceError,), _TOML, b"\n"),
    "jsonl": Target(seeds.rows, _rows, (SavedFileError,), JSON, b",", _json_rows),
    "labelled": Target(seeds.labels, _labels, (LabelledError,), JSON, b","),
    "artefact": Target(
        seeds.models, _model, (ModelError,), (*JSON, b"\x93NUMPY", b"PK\x01\x02", b"(9999999999,)"), b","
    ),
}
"""Every one by name."""
