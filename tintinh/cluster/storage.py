"""Storage: a folder on the disk or at any address that fsspec knows, whose files appear whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from tintinh.cluster.errors import ClusterError

_CHUNK = 1 << 20
_PART = ".part"


@dataclass(frozen=True)
class Storage:
    """The folder at ``address``: a path, or ``s3://…``, ``gs://…``, ``file://…``; names in it are parted by ``/``."""

    address: str

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        try:
            from fsspec.core import url_to_fs
        except ModuleNotFoundError as error:
            raise ClusterError("--dask needs Dask, which is not installed: pip install 'tintinh[dask]'") from error
        try:
            files, root = url_to_fs(self.address)
        except (ImportError, ValueError) as error:
            raise ClusterError(f"{self.address}: fsspec cannot open it ({error})") from error
        return files, str(root).rstrip("/")

    def __getstate__(self) -> dict[str, str]:
        return {"address": self.address}  # a worker opens it anew

    def path(self, name: str) -> str:
        """The full path of the file ``name``, as its file system has it."""
        return f"{self._opened[1]}/{name}"

    def label(self, name: str) -> str:
        """How errors name the file ``name``."""
        return f"{self.address.rstrip('/')}/{name}"

    def open(self, name: str) -> IO[bytes]:
        """The file ``name`` open for reading; raises ``FileNotFoundError``."""
        opened: IO[bytes] = self._opened[0].open(self.path(name), "rb")
        return opened

    def read(self, name: str) -> bytes | None:
        """The bytes of the file ``name``, or None where there is none."""
        try:
            content: bytes = self._opened[0].cat_file(self.path(name))
        except FileNotFoundError:
            return None
        return content

    def read_all(self, names: Sequence[str]) -> dict[str, bytes]:
        """The bytes of those of the files ``names`` that are there; a store far away is asked for many at once."""
        paths = {self.path(name): name for name in names}
        found = self._opened[0].cat(list(paths), on_error="return") if paths else {}
        for path, content in found.items():
            if isinstance(content, Exception) and not isinstance(content, FileNotFoundError):
                raise ClusterError(f"{self.label(paths[path])}: cannot be read ({content})") from content
        return {paths[path]: content for path, content in found.items() if isinstance(content, bytes)}

    def write(self, name: str, content: bytes) -> None:
        """Put ``content`` under ``name``, in place of what was there; killed at any moment it leaves the old or the new
        file, and at most another one whose name begins with a full stop."""
        files, path = self._opened[0], self.path(name)
        folder, _, last = path.rpartition("/")
        files.makedirs(folder, exist_ok=True)
        draft = f"{folder}/.{last}.{uuid4().hex}{_PART}"
        files.pipe_file(draft, content)
        files.mv(draft, path)

    def put(self, name: str, path: Path) -> None:
        """As ``write``, the content of the local file ``path``, which need not fit in memory."""
        files, target = self._opened[0], self.path(name)
        folder, _, last = target.rpartition("/")
        files.makedirs(folder, exist_ok=True)
        draft = f"{folder}/.{last}.{uuid4().hex}{_PART}"
        files.put_file(str(path), draft)
        files.mv(draft, target)

    def get(self, name: str, path: Path) -> None:
        """Copy the file ``name`` to the local file ``path``; raises ``FileNotFoundError``."""
        self._opened[0].get_file(self.path(name), str(path))

    def remove_all(self, folder: str) -> None:
        """Remove a folder with all that is in it, if it is there."""
        if self._opened[0].exists(self.path(folder)):
            self._opened[0].rm(self.path(folder), recursive=True)

    def remove(self, name: str) -> None:
        """Remove the file ``name``, if it is there."""
        if self._opened[0].exists(self.path(name)):
            self._opened[0].rm_file(self.path(name))

    def exists(self) -> bool:
        """Whether there is a folder with anything in it."""
        return bool(self._opened[0].exists(self._opened[1]))

    def files(self, pattern: str) -> dict[str, int]:
        """The files that match the shell ``pattern`` (``*/*.warc.gz``), by name in order, each with its bytes."""
        found = self._opened[0].glob(self.path(pattern), detail=True)
        skip = len(self._opened[1]) + 1
        return {path[skip:]: one["size"] for path, one in sorted(found.items()) if one["type"] == "file"}

    def sweep(self, folder: str) -> None:
        """Remove what writers that were killed left in ``folder``; none may be at work."""
        for name in self.files(f"{folder}/.*{_PART}"):
            self._opened[0].rm_file(self.path(name))

    def digest(self, name: str, start: int = 0, end: int | None = None) -> str:
        """The SHA-256 of the bytes ``start`` to ``end`` (None: the end) of the file ``name``, in hexadecimal."""
        found = hashlib.sha256()
        with self.open(name) as file:
            file.seek(start)
            left = -1 if end is None else end - start
            while piece := file.read(_CHUNK if left < 0 else min(_CHUNK, left)):
                found.update(piece)
                left -= len(piece) if left > 0 else 0
        return found.hexdigest()
