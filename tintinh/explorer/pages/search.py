"""Search: the articles that a query asks for, their facts and the words in their place."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from typing import Any, get_args

from corpus.errors import QueryError
from corpus.provinces import names_34, provinces_63
from corpus.records import ProvinceMap, Query
from corpus.search import Answer, Hit
from corpus.snippet import Snippet
from corpus.store import Corpus
from corpus.text import fold
from tintinh.explorer.address import parameters_of
from tintinh.explorer.narrowing import chips, narrowings
from tintinh.explorer.view import Shown, View, Visit

PER_PAGE = 20
DEEPEST = 50
"""The last page that can be asked for; who reads more than a thousand hits wants an export."""
ROWS = 200
"""Rows on a page of the CSV and of the JSON: as many as are found and read in well under a second."""
MAPS: tuple[ProvinceMap, ...] = get_args(ProvinceMap)
_WORD = re.compile(r"\w+")
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_IN_FORM = frozenset({"q", "province", "map", "since", "until", "source", "section", "partner", "stories"})
COLUMNS = (
    "id", "published_at", "source", "province", "title", "themes", "primary", "url", "lead", "snippet", "score",
    "copy_of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, ``marked`` where it is one of the words looked for."""

    text: str
    marked: bool


def pieces(snippet: Snippet) -> list[Piece]:
    """A snippet cut at the words that matched."""
    found, done = [], 0
    for start, end in snippet.matches:
        if start < done:  # two terms may match in one place
            continue
        found += [Piece(snippet.text[done:start], False), Piece(snippet.text[start:end], True)]
        done = end
    return [piece for piece in [*found, Piece(snippet.text[done:], False)] if piece.text]


def answer(corpus: Corpus, visit: Visit) -> Shown:
    """One page of hits: of 20, as CSV and JSON of 200."""
    size, deepest = (PER_PAGE, DEEPEST) if visit.form == "html" else (ROWS, DEEPEST * PER_PAGE // ROWS)
    page = _page(visit, deepest)
    found = corpus.search(replace(visit.query, limit=page * size), skip=(page - 1) * size)
    pages = min(deepest, -(-found.total // size))
    whole = export_command(visit.query)
    facts = {
        "query": visit.query,
        "found": found,
        "hits": [(hit, pieces(hit.snippet)) for hit in found.hits],
        "page": page,
        "pages": pages,
        "first": (page - 1) * PER_PAGE + 1,
        "provinces": _province_names(),
        "kept": _kept(visit.query),
        "whole": whole,
        "without_tones": _without_tones(visit, found),
        "maps": [(one, visit.link("search", replace(visit.query, province_map=one))) for one in MAPS],
        "once": replace(visit.query, stories=True),
        "chips": chips(visit),
        "narrowings": narrowings(corpus, visit, found.total) if visit.form == "html" and found.total else [],
    }
    return Shown(
        title=title_of(visit),
        facts=facts,
        rows=map(row, found.hits),
        columns=COLUMNS,
        more={"total": found.total, "or_more": found.more, "page": page, "pages": pages, "everything": whole},
        cited=visit.query,
    )


def title_of(visit: Visit) -> str:
    """The heading of a page of hits: the words asked for, or that these are the newest."""
    if visit.query.text is not None:
        return visit.t("search.title_words", words=visit.query.text)
    return visit.t("search.title_newest")


def row(hit: Hit) -> dict[str, Any]:
    """A hit as a row for programs."""
    return {**vars(hit), "snippet": hit.snippet.text}


def export_command(query: Query) -> str:
    """The command that writes all articles of a query, to be pasted into a shell."""
    options = {"theme": "--theme", "map": "--map", "probability": "--min-probability", "hand": "--hand"}
    words = ["tintinh", "export"]
    for name, value in parameters_of(query):
        if name == "q":
            words += ["--", value] if value.startswith("-") else [value]
        elif name in ("stories", "hand"):
            words.append(f"--{name}")
        else:
            words.append(f"{options.get(name, f'--{name}')}={value}")
    # What stands after -- is no option, so it has to be the last.
    if "--" in words:
        at = words.index("--")
        words = [*words[:at], *words[at + 2 :], *words[at : at + 2]]
    return shlex.join(words)


def _page(visit: Visit, deepest: int) -> int:
    given = visit.beside.get("page", "1")
    if not (given.isascii() and given.isdigit() and len(given) < 4 and 1 <= int(given) <= deepest):
        raise QueryError(f"page: {given[:40]!r} is none; a number from 1 to {deepest} was expected")
    return int(given)


def _kept(query: Query) -> list[tuple[str, str]]:
    """The parameters that the form has no field for, so that asking anew does not lose them."""
    first, *others = query.themes or ("",)
    return [
        (name, value)
        for name, value in parameters_of(query)
        if name not in _IN_FORM and (name != "theme" or (value in others and value != first))
    ]


def _without_tones(visit: Visit, found: Answer) -> str | None:
    """The address of the same search typed without tones, where only that finds something."""
    if not found.without_tones or visit.query.text is None:
        return None
    return visit.link("search", replace(visit.query, text=toneless(visit.query.text)))


def toneless(text: str) -> str:
    """The words of a query without their tones; its operators, which are capitals, as they are."""
    return _WORD.sub(lambda word: word[0] if word[0] in _OPERATORS else fold(word[0]), text)


def _province_names() -> list[str]:
    return sorted({province.name for province in provinces_63()} | set(names_34()), key=fold)


VIEW = View("search", answer, beside=("page",), reads_map=True)
