"""Artefacts: a fitted model in a folder, saved and loaded without ever running code that hides in it.

A folder ``themes-<version>`` holds ``manifest.json`` (what the model is, and the digests of the other files),
``words.txt`` (the vocabulary, a token a line), ``model.npz`` (its arrays; nothing is unpickled), ``metrics.json`` and
``card.md``. The same labels, seed and versions give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version as installed
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlp.arrays import pack, read_bounded, unpack
from nlp.errors import ModelError
from nlp.features import SIGNALS
from nlp.keywords import Keywords
from nlp.model import ThemeModel
from nlp.segment import segmenter
from nlp.themes import load_themes
from nlp.vocabulary import Vocabulary

FORMAT: Final = 2
NAME: Final = "themes"
MANIFEST, WORDS, MODEL, METRICS, CARD = "manifest.json", "words.txt", "model.npz", "metrics.json", "card.md"
FILES: Final = (WORDS, MODEL, METRICS, CARD)
"""The files that a manifest lists, each with its digest."""

_LARGEST: Final = 64 << 20  # bytes of one file; the shipped model has 1.6 million

_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class TrainedOn(BaseModel):
    """One file of the training data: its name, how many articles it held, and how many for each theme."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    file: str
    articles: int
    themes: dict[str, int]


class Manifest(BaseModel):
    """What a model is; read strictly. ``themes`` maps each slug, in order, to its threshold.

    ``background`` is the SHA-256 of the background of words it was learnt with, or null.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal[2]
    name: Literal["themes"]
    version: Annotated[str, Field(pattern=r"^[0-9][0-9a-z.-]*$")]
    created: date
    seed: int
    segmenter: str
    scikit_learn: str
    trained_on: list[TrainedOn]
    background: _Digest | None
    files: dict[Annotated[str, Field(pattern=r"^[a-z]+\.[a-z]+$")], _Digest]
    themes: Annotated[dict[str, Annotated[float, Field(ge=0, le=1)]], Field(min_length=1)]
    keywords: dict[str, list[str]]


@dataclass(frozen=True)
class Artefact:
    """A loaded model; ``notes`` are sentences on how it differs from what is installed, usually none."""

    model: ThemeModel
    manifest: Manifest
    notes: tuple[str, ...]

    @property
    def by(self) -> str:
        """What signs this model's taggings: name, version, beginning of a digest (``themes 2026-11-22 5f3a1c9``).

        The digest is of all that a tagging depends on: words, arrays, thresholds, keywords. Two models of one day are
        two opinions.
        """
        manifest = self.manifest
        parts = [manifest.files[WORDS], manifest.files[MODEL], list(manifest.themes.items()), manifest.keywords]
        digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
        return f"{manifest.name} {manifest.version} {digest[:7]}"


def save(
    model: ThemeModel,
    models: Path,
    *,
    version: str,
    created: date,
    seed: int,
    trained_on: list[TrainedOn],
    metrics: Mapping[str, Any],
    card: str,
    background: str | None = None,
) -> Path:
    """Write ``model`` as the folder ``models/themes-<version>`` and return its path; nothing is left half written.

    ``background`` is the digest of what it was learnt with. No file has a time in it but the day ``created``.
    Raises ``ModelError`` where that folder is there already.
    """
    target = models / f"{NAME}-{version}"
    if target.exists():
        raise ModelError(f"{target}: is there already, and a model is never overwritten")
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".unfinished-") as scratch:
        folder = Path(scratch) / target.name
        folder.mkdir()
        arrays = {"idf": model.vocabulary.idf, "words": model.words, "signals": model.signals, "bias": model.bias}
        contents = {
            WORDS: "".join(f"{word}\n" for word in model.vocabulary.words).encode(),
            MODEL: pack(arrays),
            METRICS: _json(metrics).encode(),
            CARD: card.encode(),
        }
        for name, data in contents.items():
            (folder / name).write_bytes(data)
        manifest = Manifest(
            format=FORMAT,
            name=NAME,
            version=version,
            created=created,
            seed=seed,
            segmenter=segmenter(),
            scikit_learn=installed("scikit-learn"),
            trained_on=trained_on,
            background=background,
            files={name: hashlib.sha256(data).hexdigest() for name, data in contents.items()},
            themes=dict(zip(model.themes, (round(float(value), 4) for value in model.thresholds), strict=True)),
            keywords={slug: list(keywords) for slug, keywords in model.keywords.by_theme.items()},
        )
        (folder / MANIFEST).write_bytes(_json(manifest.model_dump(mode="json")).encode())
        folder.rename(target)
    return target


def newest(models: Path) -> Path:
    """The folder of the newest model in ``models``, by day and number; raises ``ModelError`` where there is none."""
    folders = [path for path in models.glob(f"{NAME}-*") if (path / MANIFEST).is_file()]
    if not folders:
        raise ModelError(f"{models}: holds no model ({NAME}-<version>/{MANIFEST}); train one, or name another folder")
    return max(folders, key=_age)


def _age(folder: Path) -> list[str | int]:
    """The name with its figures as numbers, so that the tenth model of a day comes after the second."""
    # Split at a group, text and figures take turns: a number is only ever compared with a number.
    return [int(part) if part.isdecimal() else part for part in re.split("([0-9]+)", folder.name)]


def load(folder: Path, themes: tuple[str, ...] | None = None) -> Artefact:
    """The model in ``folder``, checked against its manifest; ``themes`` are the slugs it must know.

    ``themes`` are those of themes.toml where none are named. Raises ``ModelError``: a file missing or other than the
    manifest says, another format, an array that is not what it must be, a theme missing.
    """
    manifest = _manifest(folder)
    contents = {name: read_bounded(folder / name, _LARGEST) for name in FILES}
    for name, data in contents.items():
        if hashlib.sha256(data).hexdigest() != manifest.files[name]:
            raise ModelError(
                f"{folder / name}: is not the file that was saved (its SHA-256 differs from the one in {MANIFEST})"
            )
    wanted = tuple(theme.slug for theme in load_themes()) if themes is None else themes
    if missing := [slug for slug in wanted if slug not in manifest.themes]:
        raise ModelError(f"{folder}: the model does not know the theme {missing[0]!r} of themes.toml; train a new one")
    words = _words(folder / WORDS, contents[WORDS])
    return Artefact(_model(folder / MODEL, contents[MODEL], words, manifest), manifest, tuple(_notes(folder, manifest)))


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelError(f"{path}: there is no such file; a model is a folder with a {MANIFEST}")
    raw = read_bounded(path, _LARGEST)
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{path}: is not JSON in UTF-8: {error}") from error
    found = value.get("format") if isinstance(value, dict) else None
    if found != FORMAT:
        raise ModelError(
            f"{path}: format {found!r} is not the format {FORMAT} that this release reads; train a new model"
        )
    try:
        manifest = Manifest.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path}: key {key!r}: {first['msg']} (got {first['input']!r})") from error
    if sorted(manifest.files) != sorted(FILES):
        raise ModelError(
            f"{path}: lists the files {', '.join(sorted(manifest.files))}, expected {', '.join(sorted(FILES))}"
        )
    if tuple(manifest.keywords) != tuple(manifest.themes):
        raise ModelError(f"{path}: the keywords are not for the same themes, in the same order, as the thresholds")
    return manifest


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError(f"a key of {', '.join(key for key, _ in pairs[:3])} … stands there twice")
    return value


def _words(path: Path, raw: bytes) -> tuple[str, ...]:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: is not UTF-8 ({error.reason} at byte {error.start})") from error
    words = tuple(text.split("\n"))
    if words[-1]:
        raise ModelError(f"{path}: its last line does not end; the file was cut")
    words = words[:-1]
    first: dict[str, int] = {}
    for number, word in enumerate(words, start=1):
        if word.split() != [word]:
            raise ModelError(f"{path}, line {number}: {word[:60]!r} is not one word without blanks")
        if word in first:
            raise ModelError(f"{path}, line {number}: the word {word[:60]!r} stands in line {first[word]} already")
        first[word] = number
    return words


def _model(path: Path, raw: bytes, words: tuple[str, ...], manifest: Manifest) -> ThemeModel:
    width, count = len(words), len(manifest.themes)
    fields = {
        "idf": ("<f8", (width,)),
        "words": ("<f8", (count, width)),
        "signals": ("<f8", (count, len(SIGNALS))),
        "bias": ("<f8", (count,)),
    }
    arrays = unpack(path, raw, fields)
    if not (arrays["idf"] > 0).all():
        raise ModelError(f"{path}: idf holds {arrays['idf'].min():g}, where every word's is above 0")
    return ThemeModel(
        tuple(manifest.themes),
        Keywords(manifest.keywords),
        Vocabulary(words, arrays["idf"]),
        arrays["words"],
        arrays["signals"],
        arrays["bias"],
        np.array(list(manifest.themes.values())),
    )


def _notes(folder: Path, manifest: Manifest) -> list[str]:
    # The version of scikit-learn is not compared: it makes the weights, and has no part in using them.
    then, now = manifest.segmenter, segmenter()
    if then == now:
        return []
    return [f"{folder.name} was made with segmenter {then}, not {now}: compare its figures again (tintinh evaluate)"]


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
