"""Processes forked from one server that has imported everything already: of a short run, most would be imports.

One server for all, since a program has only one: whoever names last what it imports would undo what another named.
"""

from __future__ import annotations

import multiprocessing

SERVER = multiprocessing.get_context("forkserver")
# Not what is run by `python -m`: it would be imported twice.
SERVER.set_forkserver_preload(["benchmarks.doomed", "benchmarks.fuzz_targets"])
