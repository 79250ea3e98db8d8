"""What the installed underthesea segments words with, read from its files without importing it.

Importing underthesea takes 0.3 s and 80 MB, hangs a handler on the root logger and loads models that nobody asked for.
Its word segmentation is six files: the CRF, the feature templates, the dictionary, the map of look-alike letters, the
tokenising expression, and the function that joins them.
"""

from __future__ import annotations

import ast
import io
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from nlp.crf_file import CrfModel, read_crf
from nlp.errors import NlpError

_MODEL = "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727"
_CRF = f"{_MODEL}/models.bin"
_TEMPLATES = f"{_MODEL}/features.bin"
_DICTIONARY = f"{_MODEL}/dictionary.bin"
_LETTERS = "pipeline/text_normalize/tn_rules_2023_07_14.bin"
_EXPRESSION = "pipeline/word_tokenize/regex_tokenize.py"
_FILES = (
    _CRF,
    _TEMPLATES,
    _DICTIONARY,
    _LETTERS,
    _EXPRESSION,
    "pipeline/word_tokenize/__init__.py",
    "pipeline/text_normalize/character_normalize.py",
    "models/fast_crf_sequence_tagger.py",
)


class InstalledError(NlpError):
    """An installed underthesea whose files are not those we know how to read."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which underthesea is installed: its version, that of its compiled core, and a digest of the files it cuts by."""

    version: str
    core: str
    files: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of the installed word segmentation."""

    crf: CrfModel
    templates: tuple[str, ...]
    dictionary: frozenset[str]
    letters: Mapping[str, str]
    expression: re.Pattern[str]


@cache
def underthesea_version() -> str:
    """The version of the installed underthesea, which signs every segmentation."""
    return version("underthesea")


def installed() -> Identity:
    """Which underthesea is installed; ``InstalledError`` where one of the files is missing."""
    digest = blake2b(digest_size=16)
    for name in _FILES:
        content = _read(name)
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return Identity(underthesea_version(), version("underthesea_core"), digest.hexdigest())


def parts() -> Parts:
    """Everything the tables are made of (0.3 s); ``InstalledError`` or ``CrfFileError`` where a file is not sound."""
    templates, dictionary, rules = _plain(_TEMPLATES), _plain(_DICTIONARY), _plain(_LETTERS)
    if not (isinstance(templates, list) and all(isinstance(template, str) for template in templates)):
        raise InstalledError(f"{_folder() / _TEMPLATES}: must hold a list of feature templates")
    if not (isinstance(dictionary, set) and all(isinstance(entry, str) for entry in dictionary)):
        raise InstalledError(f"{_folder() / _DICTIONARY}: must hold a set of words")
    letters = rules.get("character") if isinstance(rules, dict) else None
    if not (isinstance(letters, dict) and all(len(a) == len(b) == 1 and b not in letters for a, b in letters.items())):
        raise InstalledError(f"{_folder() / _LETTERS}: must hold a map of single letters to others under 'character'")
    return Parts(
        read_crf(_folder() / _CRF), tuple(templates), frozenset(dictionary), letters, _expression(_read(_EXPRESSION))
    )


@cache
def _folder() -> Path:
    spec = find_spec("underthesea")  # finds a top-level package without running it
    if spec is None or not spec.submodule_search_locations:
        raise InstalledError("underthesea is not installed as a package with files")
    return Path(spec.submodule_search_locations[0])


def _read(name: str) -> bytes:
    try:
        return (_folder() / name).read_bytes()
    except OSError as error:
        raise InstalledError(f"{_folder() / name}: cannot be read ({error.strerror})") from error


class _PlainUnpickler(pickle.Unpickler):
    """Sets, lists, dicts and strings, and nothing that could run."""

    def find_class(self, module_name: str, global_name: str, /) -> NoReturn:
        raise pickle.UnpicklingError(f"asks for {module_name}.{global_name}")


def _plain(name: str) -> Any:
    try:
        return _PlainUnpickler(io.BytesIO(_read(name))).load()
    except (pickle.UnpicklingError, EOFError, ValueError, IndexError, KeyError) as error:
        raise InstalledError(f"{_folder() / name}: is not a pickle of plain values ({error})") from error


def _expression(source: bytes) -> re.Pattern[str]:
    """The tokenising expression, built as the module itself builds it.

    The module cannot be imported alone (its package comes with it), and a copy of its hundred lines here could drift
    from what is installed. So its assignments up to ``patterns``, which need ``re`` alone, are run, and nothing else.
    """
    path = _folder() / _EXPRESSION
    assignments: list[ast.stmt] = []
    for statement in ast.parse(source, str(path)).body:
        if isinstance(statement, ast.Assign):
            assignments.append(statement)
            if any(isinstance(target, ast.Name) and target.id == "patterns" for target in statement.targets):
                break
    names: dict[str, Any] = {"re": re}
    try:
        exec(compile(ast.Module(assignments, []), str(path), "exec"), names)  # noqa: S102 - see above
    except (NameError, TypeError, re.error) as error:
        raise InstalledError(f"{path}: does not build its expression from assignments alone ({error})") from error
    expression = names.get("patterns")
    if not isinstance(expression, re.Pattern):
        raise InstalledError(f"{path}: must assign a compiled expression to 'patterns'")
    return expression
