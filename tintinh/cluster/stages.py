"""The stages as a command runs them: all partitions of a dataset, by whoever does the jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from corpus import keywords, trend
from corpus.trend_rows import Trend
from crawler.source import Source
from tintinh.cluster import partition
from tintinh.cluster.annotating import PackedModel, annotate_partition
from tintinh.cluster.asking import TrendQuestion, WordQuestion, count_trend, count_words, require_partners
from tintinh.cluster.dataset import Dataset
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.jobs import Failure, Job, Runner
from tintinh.cluster.reading import Done, read_partition, require_seams
from tintinh.cluster.standing import settle
from tintinh.cluster.storage import Storage
from tintinh.cluster.versions import ANNOTATING, READING, code_of

T = TypeVar("T")
Advance = Callable[[int], None]


def silent(steps: int) -> None:
    """Tell nobody how far it is."""


@dataclass
class Summary:
    """What a run of a stage did: partitions made, and found finished; rows by table, and of those made now; seconds of
    the processor by part of the work; sentences on what was left out; partitions that failed."""

    made: int = 0
    finished: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def add(self, done: Done | Failure) -> None:
        """Count in one partition."""
        if isinstance(done, Failure):
            self.failures.append(done)
            return
        self.made += done.made
        self.finished += not done.made
        self.rows.update(done.rows)
        if done.made:
            self.new.update(done.rows)
        for part, seconds in done.seconds.items():
            self.seconds[part] = self.seconds.get(part, 0.0) + seconds
        self.left_out += done.left_out


def read_archive(
    runner: Runner,
    archive: Storage,
    dataset: Dataset,
    sources: Mapping[str, Source],
    *,
    source: str | None = None,
    since: date | None = None,
    size: int = partition.SIZE,
    advance: Advance = silent,
) -> Summary:
    """Read every partition of ``archive``, of one ``source`` or all, from day ``since`` on, that is not finished.

    ``advance`` is told of each partition. Raises ``ClusterError`` where the dataset is of something else.
    """
    partitions = partition.plan(archive, source, since, size)
    dataset.describe(archive.address, source, since.isoformat() if since else None, partitions)
    code = code_of(READING)
    jobs = [Job(one.name, read_partition, (archive, dataset, one)) for one in partitions]
    results = runner.run(jobs, (dict(sources), code))
    summary = _all(results, advance)
    if not summary.failures:
        require_seams(dataset.finished("articles"))
        dataset.sweep()
    return summary


def annotate(runner: Runner, dataset: Dataset, model: PackedModel, *, advance: Advance = silent) -> Summary:
    """Annotate every partition of the dataset that is not finished."""
    names = list(dataset.finished("articles"))
    jobs = [Job(name, annotate_partition, (dataset, name)) for name in names]
    results = runner.run(jobs, (model, code_of(ANNOTATING)))
    summary = _all(results, advance)
    if not summary.failures:
        dataset.sweep()
    return summary


def ask_trend(
    runner: Runner,
    dataset: Dataset,
    question: TrendQuestion,
    *,
    changes: bool,
    most: int = trend.MOST,
    advance: Advance = silent,
) -> Trend:
    """The trend over all articles that stand, as a corpus with them would give it."""
    trend.require_share(question.query, question.per, question.themes, changes=changes)
    require_partners(question.query)
    names = _asked(dataset, opinions_too=question.needs_opinions)
    jobs = [Job(name, count_trend, (dataset, name, question)) for name in names]
    total: trend.Counts | None = None
    results = runner.run(jobs, (code_of(READING),))
    for counts in _counted(results, advance):
        if total is None:
            total = counts
        else:
            total.add(counts)
    if total is None:
        raise ClusterError(f"{dataset.storage.address}: holds no partition to ask")
    return trend.shown(total, question.query, question.by, question.per, question.themes, changes=changes, most=most)


def ask_words(
    runner: Runner,
    dataset: Dataset,
    question: WordQuestion,
    *,
    order: keywords.Order,
    least: int,
    limit: int | None,
    advance: Advance = silent,
) -> keywords.Keywords:
    """The keywords of one selection of all articles that stand beside another."""
    keywords.require_limit(limit)
    require_partners(question.query, question.against)
    names = _asked(dataset, opinions_too=True)
    jobs = [Job(name, count_words, (dataset, name, question)) for name in names]
    total: tuple[keywords.Counts, keywords.Counts] | None = None
    results = runner.run(jobs, (code_of(READING),))
    for counts in _counted(results, advance):
        if total is None:
            total = counts
        else:
            total[0].add(counts[0])
            total[1].add(counts[1])
    if total is None:
        raise ClusterError(f"{dataset.storage.address}: holds no partition to ask")
    return keywords.compared(*total, order=order, least=least, limit=limit)


def packed(folder: Path, by: str) -> PackedModel:
    """The model in ``folder``, whose tagger signs as ``by``, ready to be sent."""
    return PackedModel.of(folder, by)


def _asked(dataset: Dataset, *, opinions_too: bool) -> list[str]:
    """The partitions, once it is sure that they can be asked."""
    names = list(dataset.finished("articles"))
    if opinions_too:
        dataset.finished("opinions")
    settle(dataset)
    return names


def _all(results: Iterator[Done | Failure], advance: Advance) -> Summary:
    summary = Summary()
    for done in results:
        summary.add(done)
        advance(1)
    return summary


def _counted(results: Iterable[T | Failure], advance: Advance) -> Iterator[T]:
    """The counts of each partition; ``ClusterError`` for one that failed, since a sum without it would be wrong."""
    for counts in results:
        if isinstance(counts, Failure):
            raise ClusterError(f"partition {counts.name}: {counts.reason}")
        advance(1)
        yield counts


def absolute(address: str) -> str:
    """``address`` as other processes find it, too: a path from the root, an address with its scheme as it is."""
    return address if "://" in address else str(Path(address).expanduser().absolute())


def told(summary: Summary) -> dict[str, Any]:
    """A summary as one row."""
    return {
        "partitions": summary.made + summary.finished + len(summary.failures),
        "made": summary.made,
        "finished before": summary.finished,
        "failed": len(summary.failures),
        **dict(sorted(summary.rows.items())),
    }
