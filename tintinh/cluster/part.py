"""A part: what a crawl elsewhere made of one outlet's night, in a folder, finished when its manifest is there.

``_part.json`` names the files of the attempt that came to its end: ``journal.sqlite`` (``crawler/journal.py``) and the
archive files, under the names they will have in the archive. What other attempts left beside them is nobody's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, ValidationError

from crawler.source import Source
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.storage import Storage

MANIFEST = "_part.json"
SNAPSHOT = "snapshot.sqlite"
JOURNAL = "journal.sqlite"
ARCHIVE = "archive/"
_ATTEMPTS = "attempts"
BEGUN = f"{_ATTEMPTS}/*/begun"
"""What each attempt leaves first, as a pattern."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Made(_Strict):
    """A file of a part: its bytes and their SHA-256."""

    bytes: int
    sha256: str


class PartManifest(_Strict):
    """What a finished part is: ``night`` and ``name`` say of what, ``sources`` are the outlets as they were declared.

    ``files`` are relative to the folder of the ``attempt``; ``failures`` are sentences on outlets whose crawl ended
    without an account, by id. ``code`` is the digest of the code that made it.
    """

    kind: Literal["night"] = "night"
    format: Literal[1] = 1
    night: str
    name: str
    code: str
    attempt: str
    sources: dict[str, str]
    files: dict[str, Made]
    failures: dict[str, str] = {}


@dataclass(frozen=True)
class Part:
    """A finished part at ``storage``."""

    storage: Storage
    manifest: PartManifest

    @classmethod
    def at(cls, storage: Storage) -> Part | None:
        """The finished part at an address; None where there is no manifest of one."""
        content = storage.read(MANIFEST)
        if content is None:
            return None
        try:
            return cls(storage, PartManifest.model_validate_json(content))
        except ValidationError as error:
            raise ClusterError(f"{storage.label(MANIFEST)}: is no manifest of this tintinh ({error})") from error

    @property
    def sources(self) -> dict[str, Source]:
        """The outlets of the part, by id."""
        return {name: Source.model_validate_json(told) for name, told in self.manifest.sources.items()}

    @property
    def archive_files(self) -> list[str]:
        """The archive files, by the names they have in an archive."""
        return sorted(one.removeprefix(ARCHIVE) for one in self.manifest.files if one.startswith(ARCHIVE))

    def get(self, name: str, path: Path) -> None:
        """Copy a file of the part to ``path``; raises ``ClusterError`` where it is not the one the manifest names."""
        made, at = self.manifest.files[name], f"{_ATTEMPTS}/{self.manifest.attempt}/{name}"
        try:
            self.storage.get(at, path)
        except FileNotFoundError as error:
            raise ClusterError(f"{self.storage.label(at)}: is not there, though the part names it") from error
        found = made_of(path)
        if found != made:
            raise ClusterError(
                f"{self.storage.label(at)}: has {found.bytes} bytes with SHA-256 {found.sha256}, "
                f"{made.bytes} with {made.sha256} were expected"
            )


def parts_in(address: str) -> tuple[list[Part], list[str]]:
    """The finished part at ``address``, or all those in the folder of a night; and the names of those not finished.

    Both are empty where there is neither.
    """
    storage = Storage(address)
    if (own := Part.at(storage)) is not None:
        return [own], []
    found, missing = [], []
    names = (name for kind in (MANIFEST, SNAPSHOT, BEGUN) for name in storage.files(f"*/{kind}"))
    for name in sorted({one.partition("/")[0] for one in names}):
        part = Part.at(Storage(storage.label(name)))
        if part is None:
            missing.append(name)
        else:
            found.append(part)
    if not found and not missing and storage.files(SNAPSHOT):
        missing.append(storage.address)
    return found, missing


def begun(storage: Storage) -> tuple[str, bool]:
    """Begin an attempt at a part: its name, and whether there was one before."""
    before = bool(storage.files(BEGUN))
    name = uuid4().hex[:12]
    storage.write(BEGUN.replace("*", name), b"")
    return name, before


def publish(storage: Storage, files: Mapping[str, Path], manifest: PartManifest) -> None:
    """Put the files of an attempt in their places, by name, and the manifest last of all.

    Raises ``ClusterError`` where the folder was removed meanwhile, as that of a night that was called off is: some of
    the files may be gone with it.
    """
    for name, path in files.items():
        storage.put(f"{_ATTEMPTS}/{manifest.attempt}/{name}", path)
    if not storage.files(BEGUN.replace("*", manifest.attempt)):
        storage.remove_all(f"{_ATTEMPTS}/{manifest.attempt}")
        raise ClusterError(f"{storage.address}: was called off, and removed")
    storage.write(MANIFEST, manifest.model_dump_json(indent=1).encode())


def made_of(path: Path) -> Made:
    """Size and SHA-256 of a local file."""
    with path.open("rb") as file:
        return Made(bytes=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())
