"""A terminal with ``tintinh`` in it, as a person has one: 80 columns, 24 lines, keys in, a screen out."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.command import ROOT

# Takes the terminal as its own, so that Ctrl-C reaches it as it would from a shell; also where these tests were begun
# in the background of a script, from which the signal comes ignored.
_CHILD = (
    "import fcntl, signal, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "signal.signal(signal.SIGINT, signal.default_int_handler); from tintinh.cli import main; main()"
)
_CLEAR = "\x1b[H\x1b[2J"


class Terminal:
    """One run of the command; ``screen`` is what stands there since the screen was last cleared."""

    def __init__(
        self, *arguments: str | Path, home: Path, size: tuple[int, int] = (24, 80), **environment: str
    ) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, size)
        # What would say another size than the terminal's goes, too: pytest-xdist sets it.
        ours = ("TINTINH", "COV_", "COVERAGE", "COLUMNS", "LINES")
        given = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, *map(str, arguments)],
            cwd=home,
            env={**given, "PYTHONPATH": str(ROOT), "TINTINH_HOME": str(home), "TERM": "xterm", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.printed = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._ours)

    @property
    def screen(self) -> str:
        """The text on the screen, without bold."""
        text = self.printed.decode("utf-8", errors="ignore").rpartition(_CLEAR)[2]
        return re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")

    def press(self, keys: str) -> None:
        """Type ``keys`` at once; what was printed before is forgotten, so that the next ``see`` waits for an answer."""
        self.forget()
        os.write(self._ours, keys.encode())

    def forget(self) -> None:
        """Look away: only what is printed from now on is seen."""
        while self._read(0):
            pass
        self.printed = b""

    def see(self, *texts: str, seconds: float = 60) -> str:
        """Wait until the screen shows all ``texts``; the screen."""
        end = time.monotonic() + seconds
        while not all(text in self.screen for text in texts):
            assert time.monotonic() < end, f"{texts} not seen, but:\n{self.screen}"
            if not self._read(1) and self.process.poll() is not None:
                assert all(text in self.screen for text in texts), f"ended without {texts}:\n{self.screen}"
        return self.screen

    def resize(self, lines: int, columns: int) -> None:
        """Give the window another size, as a person drags it."""
        self.printed = b""
        termios.tcsetwinsize(self._ours, (lines, columns))
        os.killpg(self.process.pid, signal.SIGWINCH)

    def line_by_line(self) -> None:
        """Set the terminal as a shell does when its child was stopped: lines, not keys, with an echo."""
        attributes = termios.tcgetattr(self._ours)
        attributes[3] |= termios.ICANON | termios.ECHO
        termios.tcsetattr(self._ours, termios.TCSANOW, attributes)

    def ended(self) -> int:
        """Wait for the end; the exit code."""
        end = time.monotonic() + 60
        while self.process.poll() is None:
            assert time.monotonic() < end, f"still running:\n{self.screen}"
            self._read(0.2)
        while self._read(0):
            pass
        return self.process.wait()

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self._ours], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # EIO: nobody has the other end open any more
            return False
        self.printed += data
        return bool(data)
