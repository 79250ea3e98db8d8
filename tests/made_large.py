"""A made corpus of 700 articles, with the days and places that questions are asked of, for the tests of large ones."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.made_corpus import made_corpus, outlet
from corpus import Corpus
from corpus.keeping import Result

DAYS = (
    (None, None),
    (date(2021, 3, 1), date(2023, 2, 28)),
    (date(2021, 3, 2), date(2023, 2, 27)),
    (date(2024, 5, 20), date(2024, 6, 3)),
    (date(2024, 5, 20), date(2024, 5, 25)),
    (None, date(2025, 7, 1)),
    (date(2025, 6, 30), None),
    (date(1, 1, 1), date.max),
)
PLACES: tuple[dict[str, Any], ...] = (
    {},
    {"source": outlet(1)},
    {"province": "Tuyên Quang", "province_map": "34"},
    {"province": "Hà Nội", "province_map": "63"},
    {"province": "Cà Mau"},
)


def write_large(path: Path) -> Path:
    """Make the corpus at ``path``: seven years, with reprints, undated and untagged ones."""
    with Corpus.open(path) as corpus:
        stories = list(made_corpus(700))
        outcomes = corpus.keep_many(Result(each.article) for each in stories)
        corpus.add_taggings(
            (outcome.article_id or 0, tagging)
            for outcome, each in zip(outcomes, stories, strict=True)
            for tagging in each.taggings
        )
    return path
