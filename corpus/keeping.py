"""What becomes of one address, in one transaction: the article or the rejection, and the note that it is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from corpus import duplicates, forgotten, index, pages, recent, revisions, rows, tallies
from corpus.addresses import is_transient
from corpus.database import transaction
from corpus.keyed import Keyed
from corpus.records import ArchivePlace, Article, Outcome, Page, Rejection
from corpus.rows import StoredArticle
from corpus.sieve import Sieve
from corpus.waiting import Waiting

_RANK = {"rejected": 0, "same": 1, "article": 2}


def keep(
    connection: sqlite3.Connection,
    result: Article | Rejection,
    page: Page | None,
    place: ArchivePlace | None,
    requested_url: str | None,
    sieve: Sieve,
) -> Outcome:
    """See ``Corpus.keep``."""
    return keep_many(connection, [Result(result, page, place, requested_url)], sieve)[0]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one page, as ``Corpus.keep`` takes it; ``made`` is what ``corpus.keyed`` made of an article ahead,
    where it did; ``at`` (aware) when a rejection without a page came about, where that was not now."""

    result: Article | Rejection
    page: Page | None = None
    place: ArchivePlace | None = None
    requested_url: str | None = None
    made: Keyed | None = None
    at: datetime | None = None


_TOGETHER = 2_000
"""Results whose addresses and keys are looked up together, at most: those of a transaction of a load."""
_BYTES = 32_000_000
"""Bytes of the pages of such results, about: 400 pages of 84 kB. Of 2,000 of them it would be 170 MB."""


def keep_many(connection: sqlite3.Connection, results: Iterable[Result], sieve: Sieve) -> list[Outcome]:
    """See ``Corpus.keep_many``; ``sieve`` is the one of the connection."""
    outcomes: list[Outcome] = []
    rest = iter(results)
    with transaction(connection):
        waiting = Waiting(connection, sieve)
        while some := _next_of(rest):
            asked = [address for one in some for address in _addresses(one)]
            waiting.look_up(asked, ((one.result, one.made) for one in some if isinstance(one.result, Article)))
            outcomes += [_keep_one(connection, one, waiting) for one in some]
            some.clear()  # else its pages are held until the next ones are there
        waiting.settle()
    if len(outcomes) > 1:  # never after a single article: at a million articles it takes seconds
        recent.merge_after(connection, outcomes)
    return outcomes


def _next_of(results: Iterator[Result]) -> list[Result]:
    """The next results that are looked up together."""
    some: list[Result] = []
    held = 0
    for one in islice(results, _TOGETHER):
        some.append(one)
        if one.page is not None:
            held += len(one.page.body) + len(one.page.raw or b"")
        if held >= _BYTES:
            break
    return some


def _addresses(one: Result) -> list[str]:
    """All addresses that led to a result, its own first."""
    own, page = one.result.url, one.page
    asked = one.requested_url or (page.requested_url if page else own)
    return list(dict.fromkeys([own, asked, *([page.requested_url, page.url] if page else [])]))


def _keep_one(connection: sqlite3.Connection, one: Result, waiting: Waiting) -> Outcome:
    result, page = one.result, one.page
    if isinstance(result, Article):
        rows.require_storable(result)
    addresses = _addresses(one)
    if gone := forgotten.among(connection, addresses):
        waiting.settle()
        return forgotten.refuse(connection, result, addresses, gone, page.url if page else result.url)
    page_id = pages.keep(connection, page, one.place)
    at = _moment(result, page, one.at)
    if waiting.is_new(addresses) and isinstance(result, Article):
        outcome = waiting.add(result, page_id)
        waiting.note(addresses, outcome, page_id, at)
        return outcome
    waiting.settle()
    asked = one.requested_url or (page.requested_url if page else result.url)
    keeping = _Keeping(connection, asked, addresses, page_id, at, waiting)
    outcome = keeping.article(result) if isinstance(result, Article) else keeping.rejection(result, page)
    waiting.met_again(addresses)
    return outcome


def _moment(result: Article | Rejection, page: Page | None, at: datetime | None) -> str:
    # The page's time, not the clock's, so that a replayed corpus equals the live one; without a page there is no other,
    # but where somebody noted it.
    if page is not None:
        return rows.utc(page.fetched_at)
    return rows.utc(result.fetched_at if isinstance(result, Article) else at or datetime.now(UTC))


class _Keeping:
    """One call of ``keep`` inside its transaction; ``addresses`` are all that led to the result, its own first."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        asked: str,
        addresses: list[str],
        page_id: int | None,
        at: str,
        waiting: Waiting,
    ) -> None:
        self.connection = connection
        self.asked = asked
        self.addresses = addresses
        self.page_id = page_id
        self.at = at
        self.waiting = waiting

    def article(self, article: Article) -> Outcome:
        stored = self._stored(article.url)
        met_before = self._leads_to(self.asked)
        if stored is None:
            outcome = self._insert(article)
        else:
            outcome = self._compare(stored, article)
            if outcome.kind == "unchanged" and self.asked != article.url and met_before != stored.id:
                outcome = replace(outcome, url=self.asked, kind="same")
        self._note(article.url, article.source, "article", outcome)
        for address in self.addresses[1:]:
            self._note(address, article.source, "same", outcome)
        return outcome

    def rejection(self, rejection: Rejection, page: Page | None) -> Outcome:
        stored = next(filter(None, map(self._stored, self.addresses)), None)
        withdrawn = (
            stored is not None
            and page is not None
            and page.digest == stored.article.page_digest
            and rejection.reason != "bug"
            and not is_transient(rejection.reason)
        )
        if stored is not None and withdrawn:
            self._withdraw(stored, rejection)
        outcome = Outcome(
            rejection.url,
            rejection.source,
            "rejected",
            article_id=stored.id if stored is not None and not withdrawn else None,
            reason=rejection.reason,
            detail=rejection.detail,
        )
        for address in self.addresses:
            self._note(address, rejection.source, "rejected", replace(outcome, article_id=None))
        return outcome

    def _insert(self, article: Article) -> Outcome:
        outcome = self.waiting.add(article, self.page_id)
        self.waiting.settle()
        return outcome

    def _compare(self, stored: StoredArticle, article: Article) -> Outcome:
        old = stored.article
        unchanged = Outcome(article.url, article.source, "unchanged", stored.id, stored.copy_of, stored.similarity)
        if _content(old) == _content(article):
            self.connection.execute(
                "UPDATE articles SET extractor = ?, extractor_version = ? WHERE id = ?",
                (article.extractor, article.extractor_version, stored.id),
            )
            rows.note_readers(self.connection, stored.id, article)
            return unchanged
        if article.fetched_at < old.fetched_at and article.page_digest != old.page_digest:
            return unchanged  # replay met an earlier edition of a story that was corrected since: the newest stands
        self.waiting.forget_pieces()
        with tallies.changing(self.connection, duplicates.family(self.connection, stored.id)):
            match = self._change(stored, article)
        copy = (match.head_id, match.similarity) if match else (None, None)
        return Outcome(article.url, article.source, "changed", stored.id, *copy)

    def _change(self, stored: StoredArticle, article: Article) -> duplicates.Match | None:
        """Put another edition in the place of the stored one; whose copy it is now."""
        old = stored.article
        revisions.keep_earlier(self.connection, stored, article)
        rows.replace(self.connection, stored.id, article, self.page_id)
        index.remove(self.connection, stored.id, old)
        index.add(self.connection, stored.id, article)
        if (old.title, old.text) != (article.title, article.text):
            self._drop_made_opinions(stored.id)
        if (before := duplicates.paragraphs(old)) != (now := duplicates.paragraphs(article)):
            orphans = duplicates.forget(self.connection, stored.id, before)
            match = duplicates.settle(self.connection, stored.id, now)
            self.waiting.met_again((), duplicates.keys(now, duplicates.shingles(now)))
            duplicates.resettle(self.connection, orphans)
            return match
        if stored.copy_of is not None and stored.similarity is not None:
            return duplicates.Match(stored.copy_of, stored.similarity)
        return None

    def _drop_made_opinions(self, article_id: int) -> None:
        """Drop what machines thought of another text; labels by hand stay, for they cannot be made again."""
        self.connection.execute("DELETE FROM segmentations WHERE article_id = ?", (article_id,))
        self.connection.execute("DELETE FROM namings WHERE article_id = ?", (article_id,))
        self.connection.execute(
            "DELETE FROM taggings WHERE article_id = ? AND made_by NOT GLOB 'hand:*'", (article_id,)
        )

    def _withdraw(self, stored: StoredArticle, rejection: Rejection) -> None:
        """Read again, the very page an article was made from is no article: the fact was wrong."""
        self.waiting.forget_pieces()
        with tallies.changing(self.connection, duplicates.family(self.connection, stored.id)):
            orphans = duplicates.forget(self.connection, stored.id, duplicates.paragraphs(stored.article))
            self.connection.execute(
                "UPDATE outcomes SET kind = 'rejected', article_id = NULL, reason = ?, detail = ? WHERE article_id = ?",
                (rejection.reason, rejection.detail, stored.id),
            )
            index.remove(self.connection, stored.id, stored.article)
            self.connection.execute("DELETE FROM articles WHERE id = ?", (stored.id,))
            duplicates.resettle(self.connection, orphans)

    def _stored(self, url: str) -> StoredArticle | None:
        row = self.connection.execute("SELECT id FROM articles WHERE url = ?", (url,)).fetchone()
        return rows.load(self.connection, [row[0]])[0] if row else None

    def _leads_to(self, url: str) -> int | None:
        row = self.connection.execute("SELECT article_id FROM outcomes WHERE url = ?", (url,)).fetchone()
        return row[0] if row else None

    def _note(self, url: str, source: str | None, kind: str, outcome: Outcome) -> None:
        """What became of an address; an address that once gave an article is never noted as less."""
        row = self.connection.execute("SELECT kind FROM outcomes WHERE url = ?", (url,)).fetchone()
        if row is not None and _RANK[kind] < _RANK[row[0]]:
            self.connection.execute("UPDATE outcomes SET tries = tries + 1 WHERE url = ?", (url,))
            return
        self.connection.execute(
            """INSERT INTO outcomes (url, source, kind, reason, detail, article_id, page_id, at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (url) DO UPDATE SET source = excluded.source, kind = excluded.kind,
                   reason = excluded.reason, detail = excluded.detail, article_id = excluded.article_id,
                   page_id = excluded.page_id, at = excluded.at, tries = tries + 1""",
            (url, source, kind, outcome.reason, outcome.detail, outcome.article_id, self.page_id, self.at),
        )


def _content(article: Article) -> Article:
    """``article`` without what says only when and how it was read.

    What is left is what a reader of the paper could see change: the time of the last change is part of it.
    """
    return replace(
        article,
        extractor="",
        extractor_version="",
        page_digest="",
        readers={},
        fetched_at=datetime(1970, 1, 1, tzinfo=UTC),
    )
