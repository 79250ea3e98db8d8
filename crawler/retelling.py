"""Retelling: a journal of a crawl elsewhere, stored in a corpus as if its pages had been fetched here.

What the pipeline does page by page (``crawler/pipelines.py``) is done here entry by entry, in the same transactions:
what became of a page and what follows for its address are kept together or not at all. An entry that was retold is
known by what it left (the row of its page, an address that is no longer due), so a retelling that was stopped is begun
again and goes on. What was fetched since, here or by another part, stands.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby

from scrapy.settings import Settings

from corpus import forgotten, pages, parted
from corpus.agenda import Agenda, Task
from corpus.database import transaction
from corpus.keeping import Result
from corpus.nights import Night
from corpus.records import Outcome
from corpus.store import Corpus
from crawler.expectations import Counts, judged
from crawler.ingest import store
from crawler.journal import Account, Entry, page_of
from crawler.ledger import HORIZON, Ledger
from crawler.source import Source

logger = logging.getLogger(__name__)


class Retelling:
    """Retells the crawls of ``sources`` (by id) to a corpus; entries must come in the order of ``Entry.moment``."""

    def __init__(self, corpus: Corpus, sources: Mapping[str, Source]) -> None:
        self._corpus = corpus
        self._sources = sources
        self._agenda = Agenda(corpus.connection)
        self._at: datetime | None = None
        self._began_at = datetime.now(UTC)
        project = Settings()
        project.setmodule("crawler.settings", priority="project")
        self._settings = project
        self._ledgers: dict[str, Ledger] = {}

    def entries(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Store entries, together or not at all; what became of those that were not stored before."""
        outcomes: list[Outcome] = []
        with transaction(self._corpus.connection):
            for of_pages, group in groupby(entries, key=_gave_page):
                some = list(group)
                if of_pages:  # many at a time, which is quicker; of the others there are few
                    outcomes += self._pages(some)
                else:
                    outcomes += [outcome for one in some if (outcome := self._without_page(one)) is not None]
        return outcomes

    def _pages(self, entries: Sequence[Entry]) -> list[Outcome]:
        """Entries of pages that were read."""
        new = [one for one in entries if not self._is_stored(one)]
        outcomes = self._kept([_result(one) for one in new])
        for one, outcome in zip(new, outcomes, strict=True):
            if one.page is not None:
                overtaken = partial(self._is_overtaken, one, outcome)
                self._ledger(one).settle(one.asked, outcome, page_of(one.page), one.page.payload, overtaken)
        return outcomes

    def _is_overtaken(self, one: Entry, outcome: Outcome, task: Task) -> bool:
        """Whether ``task`` tells of a later answer than the page of ``one``, by a clock that may have been right."""
        if outcome.kind == "rejected" and self._is_put_off(task, one):
            return True
        moments = ((task.fetched_at, one.moment), (task.visited_at, one.at))
        return any(then is not None and moment < then <= self._now(one) for then, moment in moments)

    def _is_put_off(self, task: Task, one: Entry) -> bool:
        """Whether ``task`` is due later than ``one``, by a clock that may have been right: see ``Ledger.due``."""
        return task.due_at is not None and one.at < task.due_at <= self._now(one) + HORIZON

    def _without_page(self, one: Entry) -> Outcome | None:
        """An entry of an address that gave no page, or one that had not changed."""
        task = self._agenda.task(one.asked)
        if task is None or task.due_at is None or self._is_put_off(task, one):
            return None  # told before, or something else became of the address since: it was not due then
        if one.rejection is None:
            self._ledger(one).settle_unchanged(one.asked)
            return None
        (outcome,) = self._kept([_result(one)])
        self._ledger(one).settle(one.asked, outcome, None)
        return outcome

    def account(self, account: Account, entries: Iterable[Entry]) -> Night | None:
        """Count, judge and keep the night of one source, all of whose entries were stored; None where it is kept."""
        connection = self._corpus.connection
        if parted.has_night(connection, account.source, account.started_at):
            return None
        source = self._sources[account.source]
        counts = self._counts(account, entries)
        with transaction(connection):
            findings = judged(source, counts, self._corpus, account.started_at, account.ended_at)
            night = counts.night(account.source, account.started_at, account.ended_at, findings)
            self._corpus.record_night(night)
        return night

    def _is_stored(self, one: Entry) -> bool:
        """Whether the page of an entry was stored before.

        Without a place it is of a forgotten story, which is refused as often as it is told.
        """
        place = one.place
        return place is not None and pages.page_at(self._corpus.connection, place.file, place.offset) is not None

    def _kept(self, results: Sequence[Result]) -> list[Outcome]:
        try:
            return self._corpus.keep_many(results)
        except sqlite3.Error:
            raise
        except Exception as error:
            logger.warning("%d pages are stored one by one, since together they failed", len(results), exc_info=error)
        return [self._kept_alone(one) for one in results]

    def _kept_alone(self, one: Result) -> Outcome:
        if one.page is not None:
            return store(one.result, one.page, self._corpus, one.place)
        return self._corpus.keep_many([one])[0]

    def _ledger(self, one: Entry) -> Ledger:
        """The ledger of the entry's source, whose clock stands at the moment of the entry."""
        self._at = one.at
        if one.source not in self._ledgers:
            self._ledgers[one.source] = Ledger(self._corpus, self._sources[one.source], self._settings, self._clock)
        return self._ledgers[one.source]

    def _now(self, one: Entry) -> datetime:
        """The moment of this merge; that of the entry, where the clock of its crawl was ahead of ours."""
        return max(one.at, self._began_at)

    def _clock(self) -> datetime:
        if self._at is None:
            raise ValueError("a ledger is asked for the time before an entry was told")
        return self._at

    def _counts(self, account: Account, entries: Iterable[Entry]) -> Counts:
        """As the pipeline counts (``IngestPipeline``), but by what the corpus holds now: whose copy an article is could
        not be known before, and a retelling that was stopped does not know what it stored."""
        kinds: Counter[str] = Counter()
        rejected: Counter[str] = Counter()
        generic = dated = 0
        for one in entries:
            if one.visit or (one.article is None and one.rejection is None):
                continue
            kind = self._kind(one)
            if kind.startswith("rejected "):
                if not one.retry:
                    rejected[kind.removeprefix("rejected ")] += 1
                continue
            kinds[kind] += 1
            if kind != "same" and one.article is not None:
                generic += one.article.extractor == "generic"
                dated += one.article.published_at is not None
        return Counts(
            found=account.found,
            known=account.known,
            stored=kinds["article"],
            copies=kinds["copy"],
            same=kinds["same"],
            rejected=dict(rejected),
            generic=generic,
            dated=dated,
            unread=account.unread,
            listings=account.listings,
            said=account.said,
            ended=account.ended,
        )

    def _kind(self, one: Entry) -> str:
        """``article``, ``copy``, ``same``, or ``rejected`` and the reason."""
        connection = self._corpus.connection
        if one.article is None:
            reason = one.rejection.reason if one.rejection is not None else ""
            return f"rejected {reason}"
        outcome = self._corpus.outcome(one.article.url)
        if outcome is None:  # nothing is kept of what was forgotten
            return f"rejected {forgotten.REASON}"
        if outcome.kind == "rejected" or outcome.article_id is None:
            return f"rejected {outcome.reason}"
        page = pages.page_at(connection, one.place.file, one.place.offset) if one.place is not None else None
        if page is None or page != parted.first_page(connection, outcome.article_id):
            return "same"
        return "copy" if outcome.copy_of is not None else "article"


def _gave_page(one: Entry) -> bool:
    return one.page is not None and (one.article is not None or one.rejection is not None)


def _result(one: Entry) -> Result:
    result = one.article or one.rejection
    if result is None:
        raise ValueError(f"{one.asked}: an entry without a result cannot be stored")
    return Result(result, page_of(one.page) if one.page is not None else None, one.place, one.asked, at=one.at)


def placed(one: Entry, files: Mapping[str, Mapping[int, int] | None]) -> Entry:
    """``one`` with the offset that its page has now, where its file (by name) was copied without some records.

    ``files`` maps old offsets to new, None where the file is as it was; a page that was left out has no place.
    """
    if one.place is None or (offsets := files.get(one.place.file)) is None:
        return one
    if one.place.offset not in offsets:
        return replace(one, place=None)
    return replace(one, place=replace(one.place, offset=offsets[one.place.offset]))
