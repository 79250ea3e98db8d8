"""What a partition was made by: the code, in one digest, so that another code's work is never taken for this one's."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

READING = ("corpus", "crawler", "tintinh.cluster")
ANNOTATING = ("corpus", "nlp", "tintinh.cluster")


@cache
def code_of(packages: Sequence[str]) -> str:
    """The beginning of the SHA-256 of all Python and TOML files of ``packages``, the outlets' own files aside.

    It changes with every change of the code, also with one that changes no article: partitions are then made anew,
    which costs time, where old and new ones side by side would cost the truth.
    """
    found = hashlib.sha256()
    for package in packages:
        root = Path(str(import_module(package).__file__)).parent
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.suffix in {".py", ".toml"} and not name.startswith(("sources/", "spiders/")):
                found.update(f"{package}/{name}\n".encode() + path.read_bytes())
    return found.hexdigest()[:16]
