"""What a plan asks and is told: pages, or a sentence that says why there is none; and the pages of a folder."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from corpus.records import Page
from crawler.address import address
from crawler.errors import Rejected, TintinhError
from crawler.extract.decode import utf_8
from crawler.extract.markup import parse
from crawler.extract.structured import structured
from crawler.saved import SavedFileError, files_in, is_rows, is_warc, page_of
from crawler.warc import read_warc

MAX_PAGES = 25
"""Pages that a plan asks of one site at most, robots.txt included: enough to judge a site, and a minute of its time."""


class ProposalError(TintinhError):
    """A site from which no source can be proposed; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An address that gave no page: ``reason`` as rejections are counted, ``detail`` in one sentence."""

    reason: str
    detail: str


Answer = Page | Unanswered
Answers = Mapping[str, Answer]
T = TypeVar("T")
Plan = Generator[Sequence[str], Answers, T]
"""Yields addresses, is sent what each of them answered, returns what it made of it all."""


def page_from(answers: Answers, url: str) -> Page | None:
    """The page with which ``url`` answered well; None for any other answer."""
    answer = answers.get(url)
    return answer if isinstance(answer, Page) and answer.status == 200 else None


def why_not(answer: Answer | None) -> str:
    """Why an address gave no page, in a few words."""
    if isinstance(answer, Unanswered):
        return answer.detail
    return f"{answer.url}: the server answered {answer.status}" if answer is not None else "it was not asked for"


@dataclass(frozen=True)
class SavedSite:
    """The saved pages of one site by address; ``folder`` is where they lie."""

    folder: Path
    pages: Mapping[str, Page] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> SavedSite:
        """The HTML pages and web archives below ``folder``.

        A page's address is ``url`` in the JSON file of its name beside it, else the one that the page gives itself.
        Raises ``ProposalError`` for a page that has none, and for a folder without pages.
        """
        if not folder.is_dir():
            raise ProposalError(f"{folder}: is no folder; give the one in which you saved the pages")
        pages: dict[str, Page] = {}
        for path in files_in([folder]):
            if is_rows(path) or path.suffix.lower() == ".txt":
                continue
            for page in read_warc(path) if is_warc(path) else [_saved(path)]:
                pages[address(page.url)] = page
                pages.setdefault(address(page.requested_url), page)
        if not pages:
            raise ProposalError(f"{folder}: holds no saved page; save HTML pages or a WARC file there")
        return cls(folder, pages)


def _saved(path: Path) -> Page:
    beside = path.with_suffix(".json")
    about: dict[str, str] = {}
    if beside.is_file():
        try:
            about = json.loads(beside.read_text(encoding="utf-8"))
            moment = datetime.fromisoformat(about["fetched_at"]) if "fetched_at" in about else None
            return page_of(path, url=about["url"], fetched_at=moment)
        except (ValueError, KeyError, TypeError) as error:
            raise ProposalError(f"{beside}: {error!r}; an object with the key 'url' was expected") from error
    page = page_of(path)
    try:
        claimed = structured(parse(utf_8(page), str(path))).canonical
        if claimed is not None:
            return page_of(path, url=claimed)
    except (Rejected, SavedFileError) as error:
        raise ProposalError(f'{path}: {error}; write {{"url": …}} to {beside.name} beside it') from error
    raise ProposalError(f'{path}: does not give its own address; write {{"url": …}} to {beside.name} beside it')


def ask_saved(plan: Plan[T], site: SavedSite) -> T:
    """Run ``plan`` on saved pages; whatever is not among them was not saved."""

    def answers(wanted: Iterable[str]) -> Answers:
        return {
            url: site.pages.get(address(url), Unanswered("not_saved", f"{url}: is not among the saved pages"))
            for url in wanted
        }

    try:
        wanted = next(plan)
        while True:
            wanted = plan.send(answers(wanted))
    except StopIteration as done:
        result: T = done.value
        return result
