"""The ledger of a night: what is to be fetched, and what became of it, written together with its effect."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Literal

from scrapy.settings import BaseSettings

from corpus import forgotten
from corpus.agenda import Agenda, Found, Pause, Reading, Task, Trail
from corpus.records import VIETNAM, Outcome, Page, Rejection
from corpus.store import Corpus
from crawler.address import address
from crawler.discover import Candidate, Listing
from crawler.failures import PUT_OFF, Schedules
from crawler.refusing import refused
from crawler.source import Source

Status = Literal["new", "waiting", "known"]
"""Of an address that a listing shows: to be fetched tonight; on another night; done."""

HORIZON = timedelta(days=8)
"""Nothing is ever put off longer (Patience and pauses end within a week): a moment beyond was written by a clock that
was wrong, and counts as now."""
# Of a listing that has not changed, so many addresses are counted as met again; a sitemap may have 50,000.
_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Original:
    """The page that an unchanged answer repeats: its address, time (aware), and the digest its record names."""

    url: str
    fetched_at: datetime
    payload_digest: str


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Ledger:
    """One source's part of the agenda in one night. ``now`` is the clock.

    ``forgotten`` are the forgotten addresses that were met, and left alone.
    """

    def __init__(
        self, corpus: Corpus, source: Source, settings: BaseSettings, now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._corpus = corpus
        self._agenda = Agenda(corpus.connection)
        self._source = source
        self._schedules = Schedules.from_settings(settings)
        self._visits = [timedelta(hours=float(hours)) for hours in settings.getlist("REVISIT_AFTER_HOURS")]
        self._now = now
        self._rule = hashlib.sha256(source.discover.model_dump_json().encode()).hexdigest()[:16]
        self.started_at = now()
        self.forgotten: set[str] = set()
        self._pauses = self._agenda.pauses(self.started_at, self.started_at + HORIZON)

    def transaction(self) -> AbstractContextManager[None]:
        """What is written inside is kept as a whole or not at all."""
        return self._agenda.transaction()

    def due(self) -> list[Task]:
        """What earlier nights have left for this one, the newest first."""
        return self._agenda.due(self._source.id, self.started_at, self.started_at + HORIZON)

    def clock_finding(self) -> str | None:
        """A sentence where the machine's clock cannot be right, since the corpus holds pages of later."""
        newest = self._agenda.newest_page()
        if newest is None or newest <= self.started_at + timedelta(days=1):
            return None
        return (
            f"the clock of this machine says {self.started_at:%Y-%m-%d %H:%M} UTC, but the corpus holds pages fetched "
            f"{newest:%Y-%m-%d %H:%M} UTC; one of the two is wrong"
        )

    # Listings

    def reading(self, url: str) -> Reading | None:
        """The last complete reading of a listing; None where there is none, or the rules to read it have changed."""
        reading = self._agenda.reading(url)
        if reading is None or reading.rule != self._rule or reading.whole_at > self._now():
            return None  # the last: noted by a clock that was ahead, against which everything looks old
        return reading

    def find(self, candidates: Iterable[Candidate]) -> dict[str, Status]:
        """Note what a listing shows that was not known, and say of each address how it stands."""
        wanted = {one.url: one for one in candidates}
        now = self._now()
        with self.transaction():
            tasks = self._agenda.tasks(wanted)
            done = self._corpus.known(url for url in wanted if url not in tasks)
            fresh = [one for url, one in wanted.items() if url not in tasks and url not in done]
            self._agenda.find(
                (Found(one.url, one.seen_in, one.published_hint) for one in fresh), self._source.id, self.started_at
            )
        status: dict[str, Status] = dict.fromkeys(done, "known")
        status |= dict.fromkeys((one.url for one in fresh), "new")
        for url, task in tasks.items():
            if task.kind not in {"fetch", "retry"} or task.due_at is None:
                status[url] = "known"
            else:
                status[url] = "new" if task.due_at <= now or task.due_at > now + HORIZON else "waiting"
        return status

    def all_shown_before(self, urls: Iterable[str], moment: datetime) -> bool:
        """Whether each address was in the agenda, or done, when a listing was last read whole, at ``moment``."""
        wanted = set(urls)
        tasks = self._agenda.tasks(wanted)
        rest = wanted - set(tasks)
        # An address that is done without having been in the agenda was stored by another way, or another version.
        return all(task.found_at <= moment for task in tasks.values()) and self._corpus.known(rest) == rest

    def read_whole(self, url: str, etag: str | None, last_modified: str | None, shown: Iterable[str]) -> None:
        """Note that all a listing shows is in the agenda now; the next night may ask whether it has changed."""
        first = tuple(islice(shown, _SHOWN))
        self._agenda.read(Reading(url, self._now(), etag, last_modified, self._rule, first), self._source.id)

    # What was forgotten

    def without_forgotten(self, listing: Listing) -> Listing:
        """``listing`` as if it did not show what was forgotten on request."""
        gone = forgotten.among(self._corpus.connection, (one.url for one in listing.candidates))
        self.forgotten |= gone
        return replace(listing, candidates=tuple(one for one in listing.candidates if one.url not in gone))

    def is_forgotten(self, url: str, asked: Iterable[str]) -> bool:
        """Whether ``url`` is not to be fetched again; ``asked`` are the addresses that redirect there."""
        try:
            wanted = address(url)
        except ValueError:  # no address that anything was stored under
            return False
        if not forgotten.among(self._corpus.connection, [wanted]):
            return False
        forgotten.lead(self._corpus.connection, map(address, asked), to=wanted)
        self.forgotten.add(wanted)
        return True

    def refused(self, page: Page) -> Rejection | None:
        """The rejection of a page that leads to a forgotten story; None for every other."""
        return refused(page, self._source, self._corpus)

    # Hosts

    def pause_of(self, host: str) -> Pause | None:
        """Why and until when ``host`` is to be left alone; None where it may be asked."""
        pause = self._pauses.get(host)
        return pause if pause is not None and pause.until > self._now() else None

    def leave(self, host: str, until: datetime, reason: str) -> None:
        """Leave a host alone until then, in this night and those after it."""
        self._pauses[host] = pause = Pause(host, until, reason)
        self._agenda.pause(pause, self._source.id)

    # Walks into the past

    def trail(self, root: str, since: date) -> Trail | None:
        """Where an earlier walk to ``since``, or to a day before it, has come to; None where there was none."""
        trail = self._agenda.trail(root)
        return trail if trail is not None and trail.since <= since else None

    def walked(self, trail: Trail) -> None:
        """Note how far a walk has come."""
        self._agenda.walked(trail, self._source.id, self._now())

    def all_before(self, urls: Iterable[str], since: date) -> bool:
        """Whether ``urls`` gave articles with dates, and all of them are of before ``since``."""
        stored = [self._corpus.article(url) for url in urls]
        days = [one.article.published_at for one in stored if one is not None and one.article.published_at is not None]
        return bool(days) and all(day.astimezone(VIETNAM).date() < since for day in days)

    # What became of addresses

    def original(self, page: Page) -> Original | None:
        """The page that ``page``, fetched on a revisit, repeats; None where it is new, or another edition."""
        task = self._agenda.task(page.requested_url)
        if task is None or task.kind != "revisit" or task.payload_digest is None or task.fetched_at is None:
            return None
        stored = self._corpus.article(page.requested_url)
        # Of bytes that come and go (an advertisement) the article keeps the first, the task the last: both are asked.
        same = page.status == 304 or (
            page.status == 200
            and stored is not None
            and stored.article.page_digest == page.digest
            and task.payload_digest == payload_digest(page)
        )
        return Original(page.url, task.fetched_at, task.payload_digest) if same else None

    def settle(
        self,
        asked: str,
        outcome: Outcome,
        page: Page | None,
        payload: str | None = None,
        overtaken: Callable[[Task], bool] = lambda task: False,
    ) -> None:
        """Write what follows from the outcome of an address: nothing more, another try, or a later visit.

        To be called in the transaction that stores the outcome. ``payload`` is the digest of what came over the wire,
        where ``page`` itself does not hold it. A task that was ``overtaken`` by what is newer stays as it is.
        """
        now = self._now()
        task = self._agenda.task(asked) or Task(asked, self._source.id, now)
        if outcome.reason == forgotten.REASON:
            self._agenda.drop(asked)
            return
        if outcome.kind == "rejected":
            if not overtaken(task):
                self._failed(task, str(outcome.reason), now)
            return
        if page is None:
            raise ValueError(f"{asked}: an article without a page cannot be settled")
        if page.url != asked:  # a redirect: from now on only the address that answers is looked at
            if not overtaken(task):
                self._agenda.write(_done(task, now))
            task = self._agenda.task(page.url) or Task(page.url, self._source.id, now)
        if overtaken(task):
            return
        visited = task.visits + (task.stored_at is not None)
        stored_at = task.stored_at or (now if self._is_young(outcome, page) else None)
        task = replace(
            _done(task, now),
            stored_at=stored_at,
            visits=visited,
            fetched_at=page.fetched_at,
            etag=page.header("ETag"),
            last_modified=page.header("Last-Modified"),
            payload_digest=payload or payload_digest(page),
        )
        self._agenda.write(self._with_next_visit(task, now))

    def settle_unchanged(self, asked: str) -> None:
        """Write that an article looked at again is what it was."""
        now = self._now()
        task = self._agenda.task(asked)
        if task is None:
            raise ValueError(f"{asked}: was looked at again, but is not in the agenda")
        self._agenda.write(self._with_next_visit(replace(_done(task, now), visits=task.visits + 1), now))

    def waiting(self) -> int:
        """How many addresses are left to be fetched, on this night or later."""
        return self._agenda.waiting(self._source.id)

    def _failed(self, task: Task, reason: str, now: datetime) -> None:
        if reason in PUT_OFF:
            return
        since = task.failing_since or now
        schedule = self._schedules.for_reason(reason)
        at = schedule.next(task.attempts + 1, since, now) if schedule else None
        kind: Literal["retry", "revisit"] = "revisit" if task.kind == "revisit" else "retry"
        self._agenda.write(
            replace(
                task,
                kind=kind if at else None,
                due_at=at,
                attempts=task.attempts + 1,
                failing_since=since,
                reason=reason,
            )
        )

    def _is_young(self, outcome: Outcome, page: Page) -> bool:
        """Whether the article was published so shortly before it was fetched that an editor may still change it."""
        if outcome.kind not in {"article", "copy"} or outcome.article_id is None or not self._visits:
            return False
        stored = self._corpus.article(outcome.article_id)
        published = stored.article.published_at if stored is not None else None
        return published is not None and page.fetched_at - published <= max(self._visits)

    def _with_next_visit(self, task: Task, now: datetime) -> Task:
        if task.stored_at is None:
            return task
        later = [task.stored_at + after for after in sorted(self._visits)[task.visits :]]
        # One visit does for all those whose time has passed: nights are further apart than the first of them.
        missed = sum(at <= now for at in later)
        rest = later[missed:]
        return replace(
            task, visits=task.visits + missed, kind="revisit" if rest else None, due_at=rest[0] if rest else None
        )


def payload_digest(page: Page) -> str:
    """The digest of what came over the wire for ``page``, as its WARC record names it."""
    return "sha256:" + hashlib.sha256(page.body if page.raw is None else page.raw).hexdigest()


def _done(task: Task, now: datetime) -> Task:
    return replace(task, kind=None, due_at=None, attempts=0, failing_since=None, reason=None, visited_at=now)
