"""Commands over a dataset in place of a corpus, by one process, several or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.language import tell, translated
from tintinh.output import print_rows, progress, say

if TYPE_CHECKING:
    from datetime import date

    from corpus.counting import Group
    from corpus.keywords import Keywords, Order
    from corpus.periods import Period
    from corpus.records import Query
    from corpus.trend_rows import Trend
    from tintinh.cluster.dataset import Dataset
    from tintinh.cluster.jobs import Runner
    from tintinh.cluster.stages import Summary


def _dask(context: click.Context, parameter: click.Parameter, given: str | None) -> str | None:
    if given is None:
        return None
    from tintinh.cluster.running import require_address

    try:
        return require_address(given)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def dask_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--dask``: who does the work."""
    return click.option(
        "--dask",
        metavar="ADDRESS",
        callback=_dask,
        help="Let Dask workers do it: local:N for N processes here, tcp://HOST:8786 for a scheduler's.",
    )(command)


def require_extra(option: str, *packages: str) -> None:
    """A usage error where ``packages``, which ``option`` needs, are not installed."""
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise click.UsageError(f"{option} needs {', '.join(missing)}: pip install 'tintinh[dask]'")


def cluster_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--dataset`` and ``--dask``: to work on a dataset, and who does the work."""
    command = dask_option(command)
    return click.option(
        "--dataset",
        metavar="ADDRESS",
        help="Work on this dataset of Parquet files, a folder or s3://…, in place of the corpus.",
    )(command)


def dataset_at(address: str | None, dask: str | None, *unread: str) -> Dataset | None:
    """The dataset that a command is to work on, None where it is to work on the corpus.

    A usage error for ``--dask`` without one, and for the options ``unread`` that mean nothing with one.
    """
    if address is None:
        if dask is not None:
            raise click.UsageError("--dask needs --dataset ADDRESS, a dataset that tintinh replay makes")
        return None
    context = click.get_current_context()
    for name in unread:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            option = next(one.opts[0] for one in context.command.params if one.name == name)
            raise click.UsageError(f"{option} says nothing about a dataset; leave it out with --dataset")
    require_extra("--dataset", "pyarrow", "fsspec", *(("distributed",) if dask else ()))
    from tintinh.cluster.dataset import Dataset
    from tintinh.cluster.stages import absolute

    return Dataset.at(absolute(address))


def replay_spread(
    dataset: Dataset, dask: str | None, archive: str, source: str | None, since: date | None, **form: bool
) -> int:
    """Read the archive into the dataset; the exit code."""
    from crawler.source import load_sources
    from tintinh.cluster import stages
    from tintinh.cluster.storage import Storage

    place = Storage(stages.absolute(archive))
    with _runner(dask) as runner, progress("partitions") as advance:
        summary = stages.read_archive(
            runner, place, dataset, load_sources(), source=source, since=since, advance=advance
        )
    following = tell("next: tintinh annotate --dataset {address}", address=dataset.storage.address)
    return _told(summary, form, following)


def annotate_spread(dataset: Dataset, dask: str | None, model: Path, by: str) -> int:
    """Annotate the dataset with the model in the folder ``model``, which signs as ``by``; the exit code."""
    from tintinh.cluster import stages

    with _runner(dask) as runner, progress("partitions") as advance:
        summary = stages.annotate(runner, dataset, stages.packed(model, by), advance=advance)
    following = tell("next: tintinh trend --dataset …, or tintinh merge {address}", address=dataset.storage.address)
    return _told(summary, {}, following)


def trend_spread(
    dataset: Dataset,
    dask: str | None,
    query: Query,
    by: Period,
    per: Group | None,
    themes: tuple[str, ...],
    *,
    changes: bool,
    most: int,
) -> Trend:
    """``Corpus.trend`` over the dataset."""
    from tintinh.cluster import stages
    from tintinh.cluster.asking import TrendQuestion

    _require_source(dataset, query)
    _settle(dataset)
    with _runner(dask) as runner, progress("partitions") as advance:
        return stages.ask_trend(
            runner, dataset, TrendQuestion(query, by, per, themes), changes=changes, most=most, advance=advance
        )


def keywords_spread(
    dataset: Dataset, dask: str | None, query: Query, against: Query | None, *, order: Order, least: int, limit: int
) -> Keywords:
    """``Corpus.keywords`` over the dataset."""
    from tintinh.cluster import stages
    from tintinh.cluster.asking import WordQuestion

    for asked in (query, against):
        _require_source(dataset, asked)
    _settle(dataset)
    with _runner(dask) as runner, progress("partitions") as advance:
        return stages.ask_words(
            runner, dataset, WordQuestion(query, against), order=order, least=least, limit=limit, advance=advance
        )


@contextmanager
def _runner(dask: str | None) -> Iterator[Runner]:
    """Who does the work: this process, or workers, of which it is said where to watch them."""
    if dask is None:
        from tintinh.cluster.jobs import Here

        yield Here()
        return
    from tintinh.cluster.running import workers

    with workers(dask) as found:
        say(tell("Dask's dashboard: {address}", address=found.dashboard))
        yield found


def _told(summary: Summary, form: dict[str, bool], following: str) -> int:
    """Print what a stage did; 1 where partitions failed, each said by name."""
    from tintinh.cluster.stages import told

    row = told(summary)
    print_rows([row], list(row), as_json=form.get("as_json", False), as_csv=form.get("as_csv", False))
    for sentence in summary.left_out:
        say(tell("left out: {sentence}", sentence=translated(sentence)))
    for failure in summary.failures:
        say("tintinh: " + tell("partition {name}: {reason}", name=failure.name, reason=translated(failure.reason)))
    if summary.failures:
        say(tell("run the same command again: what is finished is not done twice"))
        return 1
    say(following)
    return 0


def _require_source(dataset: Dataset, query: Query | None) -> None:
    if query is None or query.source is None:
        return
    held = {piece.file.partition("/")[0] for one in dataset.partitions() for piece in one.pieces}
    if query.source not in held:
        raise click.BadParameter(
            f"{query.source!r} is no source of {dataset.storage.address}; there are {', '.join(sorted(held))}",
            param_hint="--source",
        )


def _settle(dataset: Dataset) -> None:
    from tintinh.cluster.standing import settle

    with progress("pages in order") as advance:
        settle(dataset, advance)
