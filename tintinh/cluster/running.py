"""Running partitions: on Dask workers, here or on other machines. The one module that knows Dask."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
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


def require_address(dask: str) -> str:
    """``dask`` where it is ``local:N`` or the address of a scheduler; raises ``ValueError``."""
    if not _LOCAL.fullmatch(dask) and not _ADDRESS.fullmatch(dask):
        raise ValueError(f"{dask!r} is neither local:N (N workers here) nor an address such as tcp://scheduler:8786")
    return dask


class Workers:
    """A connection to Dask workers; make one with ``workers``."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @property
    def dashboard(self) -> str:
        """The address of Dask's own dashboard."""
        return str(self._client.dashboard_link)

    def pids(self) -> dict[str, int]:
        """The process of each worker, by its address."""
        import os

        found: dict[str, int] = self._client.run(os.getpid)
        return found

    def run(self, jobs: Sequence[Job[T]], shared: tuple[Any, ...] = ()) -> Iterator[T | Failure]:
        """The result of each job as it is done, or its ``Failure``, which stops no other.

        A job whose worker dies is given to another one. ``shared`` is sent as tasks of their own, which Dask makes
        anew where the workers that held them are gone (of what is scattered nothing would be left).
        """
        from distributed import as_completed
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        waiting, run = list(jobs), uuid4().hex[:8]
        for turn in range(1, ROUNDS + 1):
            given = [self._client.submit(_itself, one, pure=False) for one in shared]
            futures = {
                self._client.submit(
                    _call, job.function, job.arguments, *given, pure=False, key=_key(job, run, turn)
                ): job
                for job in waiting
            }
            waiting = []
            for future in as_completed(list(futures)):
                job = futures.pop(future)
                error = future.exception()
                if error is None:
                    yield future.result()
                elif isinstance(error, FutureCancelledError):
                    raise ClusterError(f"the scheduler {self._client.scheduler.address} is gone") from error
                elif not isinstance(error, KilledWorker):
                    yield Failure(job.name, sentence(error))
                elif turn < ROUNDS:
                    waiting.append(job)
                else:
                    yield Failure(
                        job.name,
                        f"partition {job.name} killed its worker again and again (the last was {error.last_worker}); "
                        "more memory for a worker, or tintinh archive verify, may help",
                    )
            if not waiting:
                return


@contextmanager
def workers(dask: str) -> Iterator[Workers]:
    """Workers at ``dask`` while the block runs: ``local:N`` starts N processes here, an address is a scheduler's.

    Raises ``ClusterError`` where nothing answers, or where Dask is not installed.
    """
    require_address(dask)
    try:
        from distributed import Client, LocalCluster
    except ModuleNotFoundError as error:
        raise ClusterError("--dask needs Dask, which is not installed: pip install 'tintinh[dask]'") from error
    local = _LOCAL.fullmatch(dask)
    with ExitStack() as stack:
        if local:
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
        else:
            try:
                client = stack.enter_context(Client(dask, timeout="20s"))
            except OSError as error:
                raise ClusterError(f"{dask}: no Dask scheduler answers there ({error})") from error
            if not client.scheduler_info()["workers"]:
                raise ClusterError(f"{dask}: the scheduler has no workers; start some: dask worker {dask} --nthreads 1")
        yield Workers(client)


def _key(job: Job[T], run: str, turn: int) -> str:
    """What the dashboard shows: the stage, and the partition; no two runs share a key, for they may see other files."""
    return f"{job.function.__name__}-{job.name}-{run}-{turn}"


def _itself(value: S) -> S:
    return value


def _call(function: Callable[..., T], arguments: tuple[Any, ...], *shared: Any) -> T:
    """A worker with several threads works on one partition at a time: memory is that of one, and no faster way is lost,
    since the work is Python's own."""
    with _ONE_AT_A_TIME:
        return function(*arguments, *shared)
