"""NewspaperProcess: the loopback newspaper in a child process, for a program whose own process runs Scrapy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from crawler.errors import TintinhError

_PACKAGES = Path(__file__).parents[2]  # where tintinh, crawler and corpus lie side by side


class NewspaperProcess:
    """``python -m tintinh.loopback`` as a context manager; it ends with the ``with`` block, and with its parent.

    Raises ``TintinhError`` with the child's own words where it cannot be started.
    """

    def __init__(self, stories_dir: Path | None = None, port: int = 0) -> None:
        self._command = [sys.executable, "-m", "tintinh.loopback", "--port", str(port)]
        if stories_dir is not None:
            self._command += ["--stories", str(stories_dir)]
        self._child: subprocess.Popen[str] | None = None
        self.port = 0
        self.hosts: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        path = os.pathsep.join(filter(None, [str(_PACKAGES), os.environ.get("PYTHONPATH", "")]))
        self._child = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
        )
        assert self._child.stdout is not None  # noqa: S101 - PIPE was asked for
        first = self._child.stdout.readline()
        if not first:
            _, words = self._child.communicate()
            raise TintinhError(f"the loopback newspaper did not start: {words.strip() or 'it said nothing'}")
        told = json.loads(first)
        self.port, self.hosts = told["port"], tuple(told["hosts"])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._child is None:
            return
        try:
            self._child.communicate(timeout=10)  # closes its standard input, which ends it
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.communicate()
        self._child = None

    @property
    def url(self) -> str:
        """The address for a person's browser: an index of the outlets."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def connect_to(self) -> dict[str, str]:
        """Every host → where it is served, fit for the crawler's setting CONNECT_TO."""
        return dict.fromkeys(self.hosts, self.url)
