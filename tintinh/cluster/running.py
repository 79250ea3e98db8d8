"""Running partitions: on Dask workers, here or on other machines. The one module that knows Dask."""

from __future__ import annotations

import logging
import os
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from resource import RUSAGE_SELF, getrusage
from threading import Lock
from typing import Any, TypeVar
from uuid import uuid4

from tintinh.cluster.errors import ClusterError
from tintinh.cluster.jobs import Failure, Job, sentence

T = TypeVar("T")
S = TypeVar("S")

ROUNDS = 3
"""How often a partition whose workers died is given out anew, after as many deaths as the scheduler allows a task
(``distributed.scheduler.allowed-failures``, 3 unless it is set otherwise): it is given up at the twelfth."""
_LOCAL = re.compile(r"local:([1-9]\d*)")
_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://.+")
_ONE_AT_A_TIME = Lock()
_WATCH, _NOBODY = 5, 300
"""Seconds after which it is looked whether all workers are there, and for which there may be none."""


def require_address(dask: str) -> str:
    """``dask`` where it is ``local:N`` or the address of a scheduler; raises ``ValueError``."""
    if not _LOCAL.fullmatch(dask) and not _ADDRESS.fullmatch(dask):
        raise ValueError(f"{dask!r} is neither local:N (N workers here) nor an address such as tcp://scheduler:8786")
    return dask


class Workers:
    """A connection to Dask workers; make one with ``workers``."""

    def __init__(self, client: Any, mend: Callable[[], object] | None = None) -> None:
        self._client = client
        self._mend = mend

    @property
    def dashboard(self) -> str:
        """The address of Dask's own dashboard."""
        return str(self._client.dashboard_link)

    def pids(self) -> dict[str, int]:
        """The process of each worker, by its address."""
        found: dict[str, int] = self._client.run(os.getpid)
        return found

    def peaks(self) -> dict[str, int]:
        """The most memory that each worker ever held, in bytes, by its address."""
        found: dict[str, int] = self._client.run(_peak)
        return found

    def run(
        self, jobs: Sequence[Job[T]], shared: tuple[Any, ...] = (), *, waits: bool = False
    ) -> Iterator[T | Failure]:
        """The result of each job as it is done, or its ``Failure``, which stops no other.

        A job whose worker dies is given to another one. Jobs that mostly wait (``waits``) are given to every thread of
        a worker, others to one of them. ``shared`` is sent as tasks of their own, which Dask makes
        anew where the workers that held them are gone (of what is scattered nothing would be left).
        """
        from distributed.scheduler import KilledWorker

        waiting, run = list(jobs), uuid4().hex[:8]
        for turn in range(1, ROUNDS + 1):
            suspects = []
            for job, future in self._given_out(waiting, shared, f"{run}-{turn}", alone=turn > 1, waits=waits):
                error = future.exception()
                if error is None:
                    yield future.result()
                elif not isinstance(error, KilledWorker):
                    yield Failure(job.name, sentence(error))
                elif turn < ROUNDS:
                    suspects.append(job)
                else:
                    yield Failure(
                        job.name,
                        f"partition {job.name} killed its worker again and again (the last was {error.last_worker}); "
                        "more memory for a worker, or tintinh archive verify, may help",
                    )
            waiting = suspects

    def _given_out(
        self, jobs: Sequence[Job[T]], shared: tuple[Any, ...], run: str, *, alone: bool, waits: bool
    ) -> Iterator[tuple[Job[T], Any]]:
        """Each job with its future once that is through; as many at a time as there are workers, or ``alone``.

        Dask suspects every task that a dying worker was given, not only the one it was working on: so no worker is
        given what it cannot begin, and suspects go one by one, which leaves the guilty.
        """
        queue = deque(jobs)
        sent = [self._client.submit(_itself, one, pure=False) for one in shared]
        futures: dict[Any, Job[T]] = {}
        while queue or futures:
            threads = self._client.nthreads()
            width = 1 if alone else max(1, sum(threads.values()) if waits else len(threads))
            while queue and len(futures) < width:
                job = queue.popleft()
                # What the dashboard shows: the stage, and the partition. No two runs share a key.
                key = (f"{job.function.__name__}-{run}", job.name)
                call = _call_freely if waits else _call
                future = self._client.submit(call, job.function, job.arguments, *sent, pure=False, key=key)
                futures[future] = job
            done = self._first(list(futures))
            yield futures.pop(done), done

    def _first(self, futures: list[Any]) -> Any:
        """One of ``futures`` that is through; meanwhile workers of ours that do not come back are replaced.

        Raises ``ClusterError`` where the scheduler is gone, or nobody is left to work.
        """
        from asyncio import CancelledError
        from concurrent.futures import CancelledError as OtherCancelledError

        from distributed import wait

        seen = time.monotonic()
        while True:
            try:
                done = wait(futures, timeout=_WATCH, return_when="FIRST_COMPLETED").done.pop()
            except TimeoutError:
                if self._mend is not None:
                    self._mend()
                if self._client.nthreads():
                    seen = time.monotonic()
                elif time.monotonic() - seen > _NOBODY:
                    raise ClusterError(
                        f"the Dask scheduler at {self._client.scheduler.address} has no workers since {_NOBODY} seconds"
                    ) from None
                continue
            except (CancelledError, OtherCancelledError) as error:
                raise ClusterError(f"the Dask scheduler at {self._client.scheduler.address} is gone") from error
            if done.cancelled():
                raise ClusterError(f"the Dask scheduler at {self._client.scheduler.address} is gone")
            return done


@contextmanager
def workers(dask: str) -> Iterator[Workers]:
    """Workers at ``dask`` while the block runs: ``local:N`` starts N processes here, an address is a scheduler's.

    Raises ``ClusterError`` where nothing answers, or where Dask is not installed.
    """
    require_address(dask)
    try:
        from dask import config as dask_config
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        raise ClusterError("--dask needs Dask, which is not installed: pip install 'tintinh[dask]'") from error
    local = _LOCAL.fullmatch(dask)
    with ExitStack() as stack:
        mend = None
        if local:
            # A busy machine takes longer to start a process anew than the 15 seconds after which Dask forgets a worker,
            # and one that died while it was starting is forgotten, too: asked for as many again, it makes new ones.
            stack.enter_context(dask_config.set({"distributed.deploy.lost-worker-timeout": "60s"}))
            # Processes of one thread: the work is Python's own, and the memories of words are not for two threads.
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=int(local[1]),
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                )
            )
            client = stack.enter_context(Client(cluster))
            mend = partial(cluster.scale, int(local[1]))
        else:
            # Dask tells with a traceback that a scheduler went away; we say it in a sentence.
            logging.getLogger("distributed.client").setLevel(logging.CRITICAL + 1)
            try:
                client = stack.enter_context(Client(dask, timeout="20s"))
            except OSError as error:
                raise ClusterError(f"{dask}: no Dask scheduler answers there ({error})") from error
            if not client.scheduler_info()["workers"]:
                raise ClusterError(f"{dask}: the scheduler has no workers; start some: dask worker {dask} --nthreads 1")
        yield Workers(client, mend)


def _peak() -> int:
    return getrusage(RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in kilobytes


def _itself(value: S) -> S:
    return value


def _call(function: Callable[..., T], arguments: tuple[Any, ...], *shared: Any) -> T:
    """A worker with several threads works on one partition at a time: memory is that of one, and no faster way is lost,
    since the work is Python's own."""
    with _ONE_AT_A_TIME:
        return function(*arguments, *shared)


def _call_freely(function: Callable[..., T], arguments: tuple[Any, ...], *shared: Any) -> T:
    return function(*arguments, *shared)
