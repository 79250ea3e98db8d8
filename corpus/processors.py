"""How many processors there are to work with."""

from __future__ import annotations

import os


def processors() -> int:
    """The processors this process may use: those of its container or ``taskset``, where the system can say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
