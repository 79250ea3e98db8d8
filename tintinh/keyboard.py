"""The keyboard of a terminal, key by key, without waiting for the end of a line."""

from __future__ import annotations

import codecs
import os
import re
import select
import signal
import termios
import tty
from types import FrameType, TracebackType
from typing import Any, Self

# What terminals send for a key that is no letter; \r and \n are both the Enter key, by the state of the terminal.
_NAMED = {
    "\r": "enter", "\n": "enter", " ": "space", "\x7f": "back", "\x08": "back", "\x04": "end of input",
    "\x1b": "escape", "\x1b[A": "up", "\x1bOA": "up", "\x1b[B": "down", "\x1bOB": "down", "\x1b[5~": "page up",
    "\x1b[6~": "page down", "\x0c": "redraw",
}  # fmt: skip
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)?", re.DOTALL)
# A terminal sends a sequence in one piece; a person who presses Escape alone sends nothing after it.
_SEQUENCE_SECONDS = 0.05


def _only_wake(number: int, frame: FrameType | None) -> None:
    """A handler that leaves everything to the descriptor that Python writes the number of a signal to."""


class Keyboard:
    """Keys of the terminal at a file descriptor; use it with ``with``, which leaves the terminal as it was.

    Ctrl-C raises ``KeyboardInterrupt`` as ever. A change of the window's size and the return from Ctrl-Z come as the
    key ``redraw``.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._typed = ""
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._attributes = termios.tcgetattr(self._descriptor)
        # FLUSH: an Enter pressed while the command was loading must not label an article that nobody saw.
        tty.setcbreak(self._descriptor, termios.TCSAFLUSH)
        # A signal is made to arrive as something to read: Python waits on after one, and where the system gives it to
        # a thread of a library (OpenBLAS has some), it would not even end the wait. That holds for Ctrl-C, too.
        self._woken, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._wakeup_before = signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        for number in (signal.SIGWINCH, signal.SIGCONT):
            self._before[number] = signal.signal(number, _only_wake)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._woken)
        os.close(self._waker)
        termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._attributes)

    def key(self) -> str:
        """The next key: a letter or sign as it is, or a name (``enter``, ``page up``, ``end of input`` …)."""
        while not self._typed:
            ready, _, _ = select.select([self._descriptor, self._woken], [], [])
            if self._woken in ready:
                if signal.SIGCONT in os.read(self._woken, 512):
                    # The shell has given the terminal its own attributes meanwhile.
                    tty.setcbreak(self._descriptor, termios.TCSAFLUSH)
                return "redraw"
            if not self._read():
                return "end of input"
        found = _SEQUENCE.match(self._typed)
        if found and found.group() == "\x1b" and len(self._typed) <= 2 and self._more():
            found = _SEQUENCE.match(self._typed)
        taken = found.group() if found else self._typed[0]
        self._typed = self._typed[len(taken) :]
        return _NAMED.get(taken, taken)

    def _more(self) -> bool:
        ready, _, _ = select.select([self._descriptor], [], [], _SEQUENCE_SECONDS)
        return bool(ready) and self._read()

    def _read(self) -> bool:
        try:
            data = os.read(self._descriptor, 1024)
        except OSError:
            return False  # the terminal is gone: EIO
        self._typed += self._decoder.decode(data)
        return bool(data)
