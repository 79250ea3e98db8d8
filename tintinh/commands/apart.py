"""A night whose outlets are crawled by Dask workers, each into a part of its own; and the merging of such parts."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tintinh.commands.spread import dask_option, require_extra
from tintinh.language import tell
from tintinh.output import progress, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from corpus.nights import Night
    from crawler.source import Source
    from tintinh.cluster.nights import Crawled
    from tintinh.cluster.part import Part
    from tintinh.cluster.storage import Storage


@dataclass(frozen=True, slots=True)
class Apart:
    """Who crawls, and where the parts go (None: beside the corpus)."""

    dask: str
    out: str | None

    def crawled(
        self, sources: list[Source], corpus_path: Path, archive_path: Path, options: dict[str, Any], since: date | None
    ) -> tuple[list[Night], dict[str, str]]:
        """Crawl by Dask workers: the nights, and for each outlet without one the sentence that says why.

        Parts of an earlier night that was stopped are taken in first. Raises ``CannotStart`` where an outlet must not
        be crawled so.
        """
        from corpus.database import transaction
        from corpus.store import Corpus
        from crawler.night import require_startable
        from tintinh.cluster import nights
        from tintinh.cluster.stages import absolute
        from tintinh.cluster.storage import Storage

        if not sources:
            return [], {}
        require_startable(sources, options)
        with Corpus.open(corpus_path) as corpus, transaction(corpus.connection):
            pass  # before anybody is asked: a corpus that cannot be written to
        out = Storage(absolute(self.out or str(default_out(corpus_path))))
        left = [nights.call_off(out, folder) for folder in nights.earlier(out)[1]]
        if any(left) and not self.near:
            nights.wait_for_called_off()
        before, folders = nights.earlier(out)  # only now: until then somebody may have finished a part
        if before:
            taken, _ = merge_nights(before, corpus_path, archive_path)
            say(
                tell("{parts} parts of a night that was stopped were taken in: {outlets}", parts=len(before),
                     outlets=", ".join(sorted({night.source for night in taken})) or "-")
            )  # fmt: skip
        for folder in folders:
            out.remove_all(folder)
        settings = {name: value for name, value in options.items() if name != "CLOSESPIDER_TIMEOUT"}
        seconds = options.get("CLOSESPIDER_TIMEOUT")
        made = self._made(out, sources, corpus_path, settings, since, seconds / 60 if seconds is not None else None)
        done, _ = merge_parts(made.parts, corpus_path, archive_path)
        out.remove_all(made.night)
        order = {source.id: number for number, source in enumerate(sources)}
        return sorted(done, key=lambda night: order[night.source]), made.failures

    def _made(
        self,
        out: Storage,
        sources: list[Source],
        corpus_path: Path,
        settings: dict[str, Any],
        since: date | None,
        minutes: float | None,
    ) -> Crawled:
        from tintinh.cluster.nights import crawl_night
        from tintinh.cluster.running import workers

        # A timer or a shutdown says so; a process that it ended at once could not call the crawls off.
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with workers(self.dask) as found, progress("outlets", len(sources)) as advance:
                say(tell("Dask's dashboard: {address}", address=found.dashboard))
                return crawl_night(
                    found, out, corpus_path, sources, settings, near=self.near, since=since, minutes=minutes,
                    advance=advance,
                )  # fmt: skip
        except KeyboardInterrupt:
            say(tell("stopped; what is finished in {address} is merged by the next such night", address=out.address))
            raise
        finally:
            signal.signal(signal.SIGTERM, before)

    @property
    def near(self) -> bool:
        """Whether the workers are processes of this machine."""
        return self.dask.startswith("local:")


def apart_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """``--dask`` and ``--out`` of a night, as one argument ``apart``; None without them."""

    @click.option(
        "--out",
        metavar="ADDRESS",
        help="Where workers put their parts until they are merged [default: <corpus>.parts/ beside the corpus].",
    )
    @wraps(command)
    def with_apart(*arguments: Any, dask: str | None, out: str | None, **options: Any) -> Any:
        if dask is None and out is not None:
            raise click.UsageError("--out says where Dask workers put their parts; give it with --dask")
        if dask is not None:
            require_extra("--dask", "fsspec", "distributed")
        return command(*arguments, apart=Apart(dask, out) if dask is not None else None, **options)

    return dask_option(with_apart)


def default_out(corpus_path: Path) -> Path:
    """Where the parts of nights are put, unless it is said: named after the corpus, for another may lie beside it."""
    return corpus_path.with_name(f"{corpus_path.name}.parts")


def merge_nights(
    parts: Sequence[Part], corpus_path: Path, archive_path: Path
) -> tuple[list[Night], dict[str, Counter[str]]]:
    """Take in and settle the parts of one night after the other, for whether all are quiet is a matter of one night;
    as ``merge_parts``."""
    from tintinh.commands.collect import settle

    nights: list[Night] = []
    counts: dict[str, Counter[str]] = {}
    for night in sorted({part.manifest.night for part in parts}):
        new, counted = merge_parts([part for part in parts if part.manifest.night == night], corpus_path, archive_path)
        settle(new, corpus_path, archive_path)
        nights += new
        for source, counter in counted.items():
            counts.setdefault(source, Counter()).update(counter)
    return nights, counts


def merge_parts(
    parts: Sequence[Part], corpus_path: Path, archive_path: Path
) -> tuple[list[Night], dict[str, Counter[str]]]:
    """Take parts into the corpus and the archive: the nights that are new, and what became of pages, by source."""
    from corpus.store import Corpus
    from tintinh.cluster.taking import Taken, take
    from tintinh.commands.collect import count_outcome

    counts: dict[str, Counter[str]] = {}
    taken = Taken()
    if parts:
        with Corpus.open(corpus_path) as corpus, progress("pages") as advance:
            for outcome in take(parts, corpus, archive_path, taken):
                count_outcome(counts, outcome)
                advance(1)
    return taken.nights, counts
