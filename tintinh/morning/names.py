"""The partners and border gates that the period names and the year before did not, with who wrote of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.new_names import NewNames, new_names
from corpus.store import Corpus
from tintinh.morning.period import Period

_TOLD = 3
"""Articles shown of one name."""
_KINDS = {
    "country": "names.country",
    "foreign": "names.foreign",
    "organisation": "names.organisation",
    "gate": "names.gate",
}


@dataclass(frozen=True, slots=True)
class Writer:
    """One article that names it."""

    title: str
    url: str
    outlet: str
    province: str | None


@dataclass(frozen=True, slots=True)
class NameRow:
    """A new name; ``kind`` is the key of its word, ``articles`` how many name it, ``writers`` the first of them."""

    name: str
    kind: str
    articles: int
    writers: tuple[Writer, ...]


@dataclass(frozen=True, slots=True)
class NamesToday:
    """The rows, and what they were compared with; ``found`` None where the report is of no period."""

    rows: tuple[NameRow, ...]
    found: NewNames | None


def names_today(corpus: Corpus, period: Period | None, outlets: Mapping[str, str]) -> NamesToday:
    """A row for each partner and gate that is new in ``period``, those that most articles name first."""
    if period is None:
        return NamesToday((), None)
    found = new_names(corpus.connection, period.first, period.last)
    rows = []
    for one in found.names:
        stored = [article for number in one.ids[:_TOLD] if (article := corpus.article(number)) is not None]
        writers = tuple(
            Writer(
                each.article.title,
                each.article.url,
                outlets.get(each.article.source or "", each.article.source or ""),
                each.article.province,
            )
            for each in stored
        )
        rows.append(NameRow(one.entity.name, _KINDS[one.entity.kind], len(one.ids), writers))
    return NamesToday(tuple(rows), found)
