"""Artefacts: a fitted model in a folder, saved and loaded without ever running code that hides in it.

A folder ``themes-<version>`` holds ``manifest.json`` (what the model is, and the digests of the other files),
``model.skops`` (arrays and one vectoriser; loading it admits no untrusted type), ``metrics.json`` and ``card.md``.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zipfile import ZIP_DEFLATED, BadZipFile

import numpy as np
import skops.io
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sklearn import __version__ as sklearn_version
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.feature_extraction.text import TfidfVectorizer

from nlp.errors import ModelError
from nlp.features import SIGNALS
from nlp.keywords import Keywords
from nlp.pipeline import ThemeModel
from nlp.segment import segmenter
from nlp.themes import load_themes

FORMAT: Final = 1
NAME: Final = "themes"
MANIFEST, MODEL, METRICS, CARD = "manifest.json", "model.skops", "metrics.json", "card.md"

_Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class TrainedOn(BaseModel):
    """One file of the training data: its name, how many articles it held, and how many for each theme."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    file: str
    articles: int
    themes: dict[str, int]


class Manifest(BaseModel):
    """What a model is; read strictly. ``themes`` maps each slug, in order, to its threshold."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal[1]
    name: Literal["themes"]
    version: Annotated[str, Field(pattern=r"^[0-9][0-9a-z.-]*$")]
    created: date
    seed: int
    segmenter: str
    scikit_learn: str
    trained_on: list[TrainedOn]
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
        """What signs this model's taggings: name, version, beginning of its digest (``themes 2026-11-22 5f3a1c9``).

        Two models of one day are two opinions.
        """
        return f"{self.manifest.name} {self.manifest.version} {self.manifest.files[MODEL][:7]}"


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
) -> Path:
    """Write ``model`` as the folder ``models/themes-<version>`` and return its path; nothing is left half written.

    Raises ``ModelError`` where that folder is there already.
    """
    target = models / f"{NAME}-{version}"
    if target.exists():
        raise ModelError(f"{target}: is there already, and a model is never overwritten")
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".unfinished-") as scratch:
        folder = Path(scratch) / target.name
        folder.mkdir()
        skops.io.dump(
            {"vectoriser": model.vectoriser, "words": model.words, "signals": model.signals, "bias": model.bias},
            folder / MODEL,
            compression=ZIP_DEFLATED,
        )
        (folder / METRICS).write_text(_json(metrics), encoding="utf-8")
        (folder / CARD).write_text(card, encoding="utf-8")
        manifest = Manifest(
            format=FORMAT,
            name=NAME,
            version=version,
            created=created,
            seed=seed,
            segmenter=segmenter(),
            scikit_learn=sklearn_version,
            trained_on=trained_on,
            files={name: _digest(folder / name) for name in (MODEL, METRICS, CARD)},
            themes=dict(zip(model.themes, (round(float(value), 4) for value in model.thresholds), strict=True)),
            keywords={slug: list(keywords) for slug, keywords in model.keywords.by_theme.items()},
        )
        (folder / MANIFEST).write_text(_json(manifest.model_dump(mode="json")), encoding="utf-8")
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
    manifest says, another format, a type that skops does not trust, a wrong shape, a theme missing.
    """
    manifest = _manifest(folder)
    for name, expected in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"{path}: is missing, though {MANIFEST} lists it")
        if _digest(path) != expected:
            raise ModelError(f"{path}: is not the file that was saved (its SHA-256 differs from the one in {MANIFEST})")
    if MODEL not in manifest.files:
        raise ModelError(f"{folder / MANIFEST}: lists no {MODEL}")
    wanted = tuple(theme.slug for theme in load_themes()) if themes is None else themes
    if missing := [slug for slug in wanted if slug not in manifest.themes]:
        raise ModelError(f"{folder}: the model does not know the theme {missing[0]!r} of themes.toml; train a new one")
    return Artefact(_model(folder / MODEL, manifest), manifest, tuple(_notes(folder, manifest)))


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ModelError(f"{path}: there is no such file; a model is a folder with a {MANIFEST}") from None
    except ValueError as error:
        raise ModelError(f"{path}: is not JSON in UTF-8: {error}") from error
    found = value.get("format") if isinstance(value, dict) else None
    if found != FORMAT:
        raise ModelError(f"{path}: format {found!r} is not the format {FORMAT} that this release reads")
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ModelError(f"{path}: key {key!r}: {first['msg']} (got {first['input']!r})") from error
    if tuple(manifest.keywords) != tuple(manifest.themes):
        raise ModelError(f"{path}: the keywords are not for the same themes, in the same order, as the thresholds")
    return manifest


def _model(path: Path, manifest: Manifest) -> ThemeModel:
    try:
        if untrusted := skops.io.get_untrusted_types(file=path):
            raise ModelError(
                f"{path}: holds the type {untrusted[0]}, which a model of ours never has; it is not loaded"
            )
        with warnings.catch_warnings():
            # One sentence in `notes` says the same once.
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            value = skops.io.load(path, trusted=[])
    except (BadZipFile, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ModelError(f"{path}: is not a skops file: {error}") from error
    names = {"vectoriser", "words", "signals", "bias"}
    if not isinstance(value, dict) or set(value) != names or not isinstance(value["vectoriser"], TfidfVectorizer):
        raise ModelError(f"{path}: expected a vectoriser and the arrays words, signals, bias")
    width = len(value["vectoriser"].vocabulary_)
    count = len(manifest.themes)
    for name, shape in (("words", (count, width)), ("signals", (count, len(SIGNALS))), ("bias", (count,))):
        array = value[name]
        if not isinstance(array, np.ndarray) or array.shape != shape or array.dtype != np.float64:
            raise ModelError(f"{path}: {name} must be float64 of shape {shape}, got {_shape(array)}")
        if not np.isfinite(array).all():
            raise ModelError(f"{path}: {name} holds a value that is not a number")
    return ThemeModel(
        tuple(manifest.themes),
        Keywords(manifest.keywords),
        value["vectoriser"],
        value["words"],
        value["signals"],
        value["bias"],
        np.array(list(manifest.themes.values())),
    )


def _notes(folder: Path, manifest: Manifest) -> list[str]:
    installed = (("scikit-learn", manifest.scikit_learn, sklearn_version),)
    words = (("segmenter", manifest.segmenter, segmenter()),)
    return [
        f"{folder.name} was made with {what} {then}, {now} is installed: compare its figures again (tintinh evaluate)"
        for what, then, now in installed + words
        if then != now
    ]


def _shape(value: object) -> str:
    return f"{value.dtype} of shape {value.shape}" if isinstance(value, np.ndarray) else type(value).__name__


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"
