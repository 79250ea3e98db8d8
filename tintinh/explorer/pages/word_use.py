"""Words: what is typical of a selection beside the rest of the corpus, and every place where words stand."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import cast

from corpus.concordance import Concordance
from corpus.errors import QueryError
from corpus.keywords import Keywords, Order
from corpus.limits import TookTooLong
from corpus.records import Query
from corpus.store import Corpus
from tintinh.explorer.address import require_one_of
from tintinh.explorer.view import Shown, View, Visit

MOST_READ = 800
"""Articles of each side whose words are counted: as many as are read in a quarter of a second of the processor."""
MOST_WORDS = 40
MOST_PLACES = 60
_FOR_PLACES, _FOR_WORDS = 0.45, 0.8
"""Seconds that the places may take, and then places and words together."""
COLUMNS = ("word", "count", "articles", "against", "log_likelihood", "log_ratio")


def answer(corpus: Corpus, visit: Visit) -> Shown:
    """The places of the words asked for, and the words typical of the selection; as CSV and JSON the latter."""
    order = cast(Order, require_one_of("order", visit.beside.get("order", "likelihood"), ("likelihood", "ratio")))
    places = late_places = None
    if visit.query.text is not None and visit.form == "html":
        places, late_places = _places(corpus, visit)
    found, late_words, sorry = _words(corpus, visit, order)
    facts = {
        "query": visit.query,
        "order": order,
        "asked": _narrows(visit.query),
        "places": places,
        "late_places": late_places,
        "found": found,
        "late_words": late_words,
        "sorry": sorry,
        "most_places": MOST_PLACES,
        "standing": lambda word: visit.link("words", replace(visit.query, text=_quoted(word))),
    }
    more = {"first": asdict(found.first), "second": asdict(found.second)} if found else {"error": sorry}
    rows = [asdict(word) for word in found.words] if found else []
    return Shown(visit.t("words.title"), facts, rows, COLUMNS, more=more, cited=visit.query)


def _narrows(query: Query) -> bool:
    """Whether a query leaves anything out, so that there is a rest to compare with."""
    return replace(query, limit=Query().limit, province_map="day", stories=False) != Query()


def _places(corpus: Corpus, visit: Visit) -> tuple[Concordance | None, bool]:
    try:
        with visit.deadline.within(_FOR_PLACES):
            return corpus.concordance(visit.query, width=9, limit=MOST_PLACES, count=False), False
    except TookTooLong:
        return None, True


def _words(corpus: Corpus, visit: Visit, order: Order) -> tuple[Keywords | None, bool, str | None]:
    """The keywords; or that they took too long; or why there are none."""
    if not _narrows(visit.query):
        return None, False, None
    try:
        with visit.deadline.within(_FOR_WORDS):
            found = corpus.keywords(visit.query, order=order, limit=MOST_WORDS, most=MOST_READ)
    except TookTooLong:
        return None, True, None
    except QueryError as error:
        return None, False, str(error)
    return found, False, None


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word else word


VIEW = View("words", answer, beside=("order",))
