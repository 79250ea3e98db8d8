"""What a replay would change, found out without writing anything.

The rules are those of ``Corpus.keep``, followed over the whole replay: of several editions of a story only the last one
counts, an earlier edition than the stored one changes nothing, and a rejection withdraws only the article that was made
from the very page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from corpus import forgotten
from corpus.addresses import is_transient
from corpus.records import Article, Page, Rejection
from corpus.store import Corpus
from crawler.archive import read_archive
from crawler.difference import FIELDS, changed_fields, content, shortened
from crawler.ingest import read
from crawler.source import Source


@dataclass(frozen=True, slots=True)
class Example:
    """One field of one article before and after, shortened around the difference."""

    url: str
    field: str
    before: str
    after: str


@dataclass
class Forecast:
    """What a replay would do: ``pages`` read; addresses of articles by what would become of them; ``fields`` that
    change, by number of articles; ``rejections`` that come out otherwise, (reason before, reason after) to number of
    addresses, where "(article)" and "(unknown)" stand for none; ``examples`` of the first changes."""

    pages: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    rejected: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    @property
    def anything(self) -> bool:
        """Whether the corpus would be another one."""
        return bool(self.new or self.changed or self.withdrawn or self.rejections)


@dataclass(frozen=True, slots=True)
class _State:
    """What an address would have become so far, without the article itself: a replay may touch every one.

    ``content`` is the hash of its article, None where it has none; ``fields`` those that differ from the corpus as it
    is now, which has an article of this address where ``known``.
    """

    known: bool
    content: int | None
    digest: str
    fetched_at: datetime
    fields: tuple[str, ...] = ()


class Forecaster:
    """Follows a replay into ``corpus`` (None: an empty one): ``run`` it to its end, then ask for the ``result``."""

    def __init__(self, corpus: Corpus | None, sources: Mapping[str, Source], examples: int = 10) -> None:
        self._corpus = corpus
        self._sources = sources
        self._limit = examples
        self._states: dict[str, _State] = {}
        self._reasons: dict[str, str] = {}
        self._leading: set[str] = set()
        self._examples: dict[str, list[Example]] = {}
        self._pages = 0

    def run(self, archive_root: Path, source_id: str | None = None, since: date | None = None) -> Iterator[Page]:
        """Each page of the archive, once it was noted what it would change; arguments as of ``replay``."""
        for _, page in read_archive(archive_root, source=source_id, since=since):
            self._pages += 1
            result = read(page, self._sources.get(page.source or ""))
            if self._is_forgotten({result.url, page.url, page.requested_url}):
                yield page
                continue
            if isinstance(result, Article):
                self._article(result, page)
            else:
                self._rejection(result, page)
            yield page

    def _is_forgotten(self, urls: set[str]) -> bool:
        return self._corpus is not None and bool(forgotten.among(self._corpus.connection, urls))

    def result(self) -> Forecast:
        """What the pages that were read would change, all in all."""
        found = Forecast(pages=self._pages)
        for url, state in self._states.items():
            if state.content is None:
                found.withdrawn += state.known
            elif not state.known:
                found.new += 1
            elif state.fields:
                found.changed += 1
                found.fields.update(state.fields)
                found.examples += self._examples.get(url, [])
            else:
                found.unchanged += 1
        found.examples = found.examples[: self._limit]
        for url, reason in self._reasons.items():
            before = self._outcome_before(url)
            if before is not None:
                found.rejected += 1
                if before != reason:
                    found.rejections[before, reason] += 1
        return found

    def _outcome_before(self, url: str) -> str | None:
        """How a rejected address stands in the corpus; None where the rejection has no effect on it."""
        state = self._states.get(url)
        if url in self._leading or (state is not None and state.content is not None):
            return None  # another page gave it an article, which a rejection does not take away
        outcome = self._corpus.outcome(url) if self._corpus is not None else None
        if outcome is None:
            return "(unknown)"
        if outcome.kind == "rejected":
            return outcome.reason
        return "(article)" if state is not None else None

    def _article(self, article: Article, page: Page) -> None:
        self._leading.update({page.requested_url, page.url} - {article.url})
        stored = self._stored(article.url)
        state = self._state(article.url, stored)
        given = hash(content(article))
        if state is not None and state.content is not None:
            older = article.fetched_at < state.fetched_at and article.page_digest != state.digest
            if given == state.content or older:
                self._states[article.url] = state
                return
        fields = changed_fields(stored, article) if stored is not None else ()
        self._states[article.url] = _State(stored is not None, given, article.page_digest, article.fetched_at, fields)
        if stored is not None and (article.url in self._examples or len(self._examples) < self._limit):
            self._examples[article.url] = [
                Example(article.url, name, *shortened(FIELDS[name](stored), FIELDS[name](article))) for name in fields
            ]

    def _rejection(self, rejection: Rejection, page: Page) -> None:
        urls = list(dict.fromkeys((rejection.url, page.requested_url, page.url)))
        self._reasons.update(dict.fromkeys(urls, rejection.reason))
        lasting = rejection.reason != "bug" and not is_transient(rejection.reason)
        for url in urls:
            state = self._state(url, self._stored(url))
            if state is not None and state.content is not None:
                withdrawn = lasting and page.digest == state.digest
                self._states[url] = replace(state, content=None) if withdrawn else state
                return

    def _state(self, url: str, stored: Article | None) -> _State | None:
        if (state := self._states.get(url)) is not None or stored is None:
            return state
        return _State(True, hash(content(stored)), stored.page_digest, stored.fetched_at)

    def _stored(self, url: str) -> Article | None:
        """The article of this very address as the corpus has it now."""
        stored = self._corpus.article(url) if self._corpus is not None else None
        return stored.article if stored is not None and stored.article.url == url else None
