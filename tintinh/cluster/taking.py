"""Taking in: finished parts of nights into the corpus and the archive, as if their pages had been fetched here.

What leads to forgotten stories first, which must not be told; then archive files, under names that no other night can
have; then what listings showed; then every page in the order of fetching over all parts (of two fetched at one moment,
by the outlet's id), so that of two alike the first is the head wherever it was fetched; then the accounts, in the order
of their ends. Each step finds out what is done already: stopped anywhere, it is begun again and goes on, and done twice
it changes nothing.
"""

from __future__ import annotations

import heapq
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from corpus import erasures, forgotten, parted, recent
from corpus.forgotten import Match, spelled
from corpus.nights import Night
from corpus.records import Outcome
from corpus.redaction import Words
from corpus.store import Corpus
from crawler.archive import NAME, sync_folder
from crawler.forgetting import Matching, look_into, rewrite, rewritten
from crawler.journal import Account, Entry, Journal
from crawler.retelling import Retelling, placed
from tintinh.cluster.errors import ClusterError
from tintinh.cluster.ordered import in_batches
from tintinh.cluster.part import ARCHIVE, JOURNAL, Part, made_of

TOGETHER = 512
"""Pages stored in one transaction."""
_DRAFT = ".part"

Offsets = dict[str, dict[int, int] | None]
"""Archive file → old offset to new of its records; None where it is as it was."""


@dataclass
class Taken:
    """What was taken in beside pages: the accounts that were not there before."""

    nights: list[Night] = field(default_factory=list)


def take(parts: Sequence[Part], corpus: Corpus, archive: Path, taken: Taken) -> Iterator[Outcome]:
    """Take finished ``parts`` into ``corpus`` and ``archive``; what became of each page that was not there before.

    What the corpus forgot stays out of both. Raises ``ClusterError`` where a part is not what its manifest says, where
    the archive has another file of the same name, or where a forgetting that was stopped is still to be finished.
    """
    if left := erasures.files(corpus.connection):
        raise ClusterError(f"{next(iter(left))}: a forgetting that was stopped has still to replace it: tintinh forget")
    with TemporaryDirectory(prefix="tintinh-merge-") as scratch, ExitStack() as stack:
        told: list[_Told] = []
        journals: list[tuple[Part, Path]] = []
        for number, part in enumerate(sorted(parts, key=lambda one: (one.manifest.night, one.manifest.name))):
            path = Path(scratch) / f"{number}.sqlite"
            part.get(JOURNAL, path)
            journals.append((part, path))
            parted.take_in_memory(corpus, path)
        for part, path in journals:
            journal = stack.enter_context(closing(Journal(path)))
            gone = _gone(corpus, journal)
            meant = _meant(corpus, gone)
            offsets = {name: _take_file(part, name, archive, meant) for name in part.archive_files}
            told.append(_Told(path, journal, offsets, gone))
        for one in told:
            parted.take_in_agenda(corpus, one.path)
        retelling = Retelling(corpus, {name: source for part in parts for name, source in part.sources.items()})
        for some in in_batches(heapq.merge(*(one.entries() for one in told), key=_order), TOGETHER):
            yield from retelling.entries(some)
        accounts = [(account, one) for one in told for account in one.accounts()]
        for account, one in sorted(accounts, key=lambda pair: (pair[0].ended_at, pair[0].source)):
            night = retelling.account(account, one.entries(account.source))
            if night is not None:
                taken.nights.append(night)
        for one in told:
            parted.take_in_rest(corpus, one.path)
    recent.merge_if_many(corpus.connection)  # entries and nights were stored in transactions, where it does nothing


@dataclass(frozen=True)
class _Told:
    """The journal of a part as this corpus may hear it: places as they are in its archive, forgotten stories unsaid."""

    path: Path
    journal: Journal
    offsets: Offsets
    gone: Words | None

    def entries(self, source: str | None = None) -> Iterator[Entry]:
        for one in self.journal.entries(source):
            entry = placed(one, self.offsets)
            if self.gone is not None and entry.rejection is not None:
                detail = self.gone.without(entry.rejection.detail)
                entry = replace(entry, rejection=replace(entry.rejection, detail=detail))
            yield entry

    def accounts(self) -> list[Account]:
        if self.gone is None:
            return self.journal.accounts()
        return [
            replace(
                one,
                unread=tuple(map(self.gone.without, one.unread)),
                said=self.gone.without(dict(one.said)),
                listings=self.gone.without(dict(one.listings)),
            )
            for one in self.journal.accounts()
        ]


def _order(entry: Entry) -> tuple[object, ...]:
    return (entry.moment, entry.source)


def _gone(corpus: Corpus, journal: Journal) -> Words | None:
    """By what stories in the journal are known that the corpus forgot; None where there are none."""
    connection = corpus.connection
    if not forgotten.anything(connection):
        return None
    found: set[str] = set()
    texts: list[str] = []
    for some in in_batches(journal.entries(), TOGETHER):
        addresses = [_addresses(one) for one in some]
        meant = forgotten.among(connection, {url for urls in addresses for url in urls})
        for one, urls in zip(some, addresses, strict=True):
            if not meant.isdisjoint(urls):
                found |= urls
                if one.article is not None:
                    texts += [one.article.title, *(block.text for block in one.article.blocks)]
    return Words(Match(frozenset(map(spelled, found))), texts) if found else None


def _meant(corpus: Corpus, gone: Words | None) -> Matching | None:
    """Which pages of an archive are of forgotten stories; None where nothing was forgotten.

    The memory is asked, too: a crawl that was killed after it had archived a page has not told of it.
    """
    connection = corpus.connection
    if not forgotten.anything(connection):
        return None
    return lambda url: (gone is not None and gone.match(url)) or bool(forgotten.among(connection, [url]))


def _addresses(entry: Entry) -> set[str]:
    """All addresses that lead to an entry's story."""
    own = entry.article.url if entry.article is not None else entry.asked
    return {own, entry.asked, *((entry.page.url, entry.page.requested_url) if entry.page is not None else ())}


def _take_file(part: Part, name: str, archive: Path, meant: Matching | None) -> dict[int, int] | None:
    named = NAME.fullmatch(name.rpartition("/")[2])
    if named is None or name != f"{named['source']}/{named[0]}":  # nor is a path that leads out of the archive
        raise ClusterError(f"{part.storage.label(name)}: is no archive file; <source>/<source>-<YYYYMMDD>-<n>.warc.gz")
    target = archive / name
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(target.name + _DRAFT)
    try:
        part.get(f"{ARCHIVE}{name}", draft)
        offsets = _without(draft, meant) if meant is not None else None
        if target.exists():
            if made_of(target) != made_of(draft):
                raise ClusterError(f"{target}: is there already, and is not the file of {part.storage.address}")
            return offsets
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(target)
        sync_folder(target.parent)
        return offsets
    finally:
        draft.unlink(missing_ok=True)


def _without(path: Path, meant: Matching) -> dict[int, int] | None:
    """Leave the records of forgotten addresses out of ``path``; old offset to new, None where there were none."""
    looked = look_into(path, meant)
    if not looked.goes:
        return None
    offsets, _ = rewrite(looked)
    rewritten(path).replace(path)
    return offsets
