"""What is counted about a reading: shares of pages and of lines, each from the words alone.

Punctuation, case, tone style and white space are no part of the comparison, so that no reader loses by its taste in
table bars or list bullets. The running text of a page is its lead and its body.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.readers import Reading, link_texts
from benchmarks.recorded import Case
from corpus.records import VIETNAM
from corpus.text import match_key

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of ``text`` under the match key."""
    return _WORD.findall(match_key(text))


def _spaced(text: str) -> str:
    return f" {' '.join(words(text))} "


def shingle_f1(got: list[str], wanted: list[str], size: int = 4) -> float:
    """F1 (0–1) of the multisets of ``size``-word shingles of two texts."""
    left, right = (
        Counter(tuple(text[at : at + size]) for at in range(max(1, len(text) - size + 1))) for text in (got, wanted)
    )
    common = (left & right).total()
    return 2 * common / (left.total() + right.total())


@dataclass
class Share:
    """So many of so many; ``share`` is None where there was nothing to count."""

    hits: float = 0
    of: int = 0

    def count(self, hit: float | bool, of: int = 1) -> None:
        """Add ``hit`` of ``of``."""
        self.hits += hit
        self.of += of

    @property
    def share(self) -> float | None:
        """The share, 0–1."""
        return self.hits / self.of if self.of else None


@dataclass
class Score:
    """The figures of one reader over all pages. Of the three ``…_leaked`` less is better, of the others more."""

    f1: Share = field(default_factory=Share)
    exact: Share = field(default_factory=Share)
    captions_leaked: Share = field(default_factory=Share)
    bylines_leaked: Share = field(default_factory=Share)
    related_leaked: Share = field(default_factory=Share)
    lead: Share = field(default_factory=Share)
    title: Share = field(default_factory=Share)
    authors: Share = field(default_factory=Share)
    minute: Share = field(default_factory=Share)
    day: Share = field(default_factory=Share)
    failed: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, float]:
        """Every figure that could be taken, by name; shares in 0–1."""
        return {
            name: round(value.share, 4)
            for name, value in vars(self).items()
            if isinstance(value, Share) and value.share is not None
        }

    def add(self, case: Case, reading: Reading) -> None:
        """Judge one reading of one case."""
        expected = case.expected
        if reading.failed:
            self.failed[reading.failed] += 1
        title = words(expected.get("title") or "")
        if "body" in expected:
            self._add_text(case, reading, title)
        if title:
            self.title.count(words(reading.title or "") == title)
        if expected.get("lead"):
            self.lead.count(_same_lead(reading.lead or "", expected["lead"]))
        if "authors" in expected:
            names = {" ".join(words(name)) for name in reading.authors or ()}
            self.authors.count(names == {" ".join(words(name)) for name in expected["authors"]})
        if expected.get("published_at"):
            self._add_date(reading.published_at, expected)

    def _add_text(self, case: Case, reading: Reading, title: list[str]) -> None:
        expected = case.expected
        wanted = words("\n".join([expected.get("lead") or "", *expected["body"]]))
        got = words("\n".join(reading.lines))
        if title and got[: len(title)] == title and wanted[: len(title)] != title:
            # A title above the text is no fault of a reader that gives the text as a whole.
            got = got[len(title) :]
        self.f1.count(shingle_f1(got, wanted))
        self.exact.count(got == wanted)
        text, right = f" {' '.join(got)} ", f" {' '.join(wanted)} "
        for caption in expected.get("captions", ()):
            self.captions_leaked.count(_spaced(caption) in text and _spaced(caption) not in right)
        if expected.get("authors"):
            self.bylines_leaked.count(any(_is_byline(line, expected["authors"], right) for line in reading.lines))
        for link in link_texts(case):
            if len(words(link)) >= 4 and _spaced(link) not in right and words(link) != title:
                self.related_leaked.count(_spaced(link) in text)

    def _add_date(self, got: datetime | None, expected: dict[str, object]) -> None:
        wanted = datetime.fromisoformat(str(expected["published_at"])).astimezone(VIETNAM)
        self.day.count(got is not None and got.date() == wanted.date())
        if expected.get("published_precision") != "day":
            self.minute.count(got is not None and abs(got - wanted) < timedelta(minutes=1))


def _same_lead(got: str, wanted: str) -> bool:
    # Descriptions in the page's head are cut off: 100 characters of the right lead are taken for it.
    left, right = _spaced(got), _spaced(wanted)
    return left == right or (len(left) >= 100 and right.startswith(left.rstrip()))


def _is_byline(line: str, authors: list[str], right: str) -> bool:
    spaced = _spaced(line)
    return len(words(line)) <= 14 and spaced not in right and any(_spaced(name) in spaced for name in authors)
