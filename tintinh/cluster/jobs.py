"""Jobs: one function for each of many partitions, and who does them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from corpus.errors import CorpusError
from crawler.errors import TintinhError
from nlp.errors import NlpError

T = TypeVar("T")


@dataclass(frozen=True)
class Job(Generic[T]):
    """A call of ``function(*arguments, *shared)`` for the partition ``name``; ``shared`` goes to each worker once."""

    name: str
    function: Callable[..., T]
    arguments: tuple[Any, ...]


@dataclass(frozen=True)
class Failure:
    """A partition that could not be done, and why in one sentence."""

    name: str
    reason: str


class Runner(Protocol):
    """Who does jobs."""

    def run(self, jobs: Sequence[Job[T]], shared: tuple[Any, ...] = ()) -> Iterator[T | Failure]:
        """The result of each job in the order of its end, or its ``Failure``, which stops no other."""


class Here:
    """This process does the jobs, one after the other, without Dask."""

    def run(self, jobs: Sequence[Job[T]], shared: tuple[Any, ...] = ()) -> Iterator[T | Failure]:
        """See ``Runner``; an error that no person can mend is raised."""
        for job in jobs:
            try:
                yield job.function(*job.arguments, *shared)
            except (TintinhError, CorpusError, NlpError) as error:
                yield Failure(job.name, sentence(error))


def sentence(error: BaseException) -> str:
    """What an error says, with its kind where it was not written for people."""
    ours = isinstance(error, (TintinhError, CorpusError, NlpError))
    return str(error) if ours else f"{type(error).__name__}: {error}"
