"""The questions of benchmarks/scale.py, drawn by seed as people ask, and how the corpus is asked them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.made_corpus import FIRST, LAST, OUTLETS, RATES, a_run, outlet, theme_runs
from corpus import Corpus, Query
from corpus.provinces import names_34, provinces_63

QUESTIONS = 200


@dataclass(frozen=True)
class Question:
    """One question: its kind, the query, and for trends what it is grouped by."""

    kind: str
    query: Query
    per: str | None = None


KINDS = ("search", "search, filtered", "newest, filtered", "count, filtered", "trend", "themes by province")


def questions(seed: int = 1, count: int = QUESTIONS) -> list[Question]:
    """``count`` questions, the same for the same seed, each kind as often."""
    pick = random.Random(seed)  # noqa: S311 - no secret
    return [_question(pick, KINDS[n % len(KINDS)]) for n in range(count)]


def _question(pick: random.Random, kind: str) -> Question:
    theme = pick.choices(list(RATES), list(RATES.values()))[0]
    place: dict[str, object] = pick.choice(
        [
            {"province": pick.choice(provinces_63()).name, "province_map": "63"},
            {"province": pick.choice(names_34()), "province_map": "34"},
            {"source": outlet(pick.randrange(OUTLETS))},
        ]
    )
    days = (LAST - FIRST).days
    first, last = sorted(FIRST + timedelta(days=pick.randrange(days)) for _ in range(2))
    period = pick.choice([{}, {"since": first}, {"since": first, "until": last}])
    # As people ask: a compound, typed with tones or without, two of them, one on a theme, a phrase, a beginning.
    run = pick.choice([a_run(pick), a_run(pick), f"{a_run(pick)} {a_run(pick)}", pick.choice(theme_runs(theme))])
    words = pick.choice([run, run, f'"{run}"', f"{run}*"])
    match kind:
        case "search":
            return Question(kind, Query(words))
        case "search, filtered":
            return Question(kind, Query(words, themes=(theme,), **place, **period))
        case "newest, filtered":
            return Question(kind, Query(None, themes=(theme,), **place, **period))
        case "count, filtered":
            return Question(kind, Query(None, themes=(theme,), limit=0, **place, **period))
        case "trend":
            per, themes = pick.choice([("theme", ()), ("province", (theme,)), (None, (theme,))])
            return Question(kind, Query(None, themes=themes, **(place if per != "province" else {}), **period), per)
    return Question(kind, Query(None, **period))


def ask(corpus: Corpus, question: Question) -> int:
    """Put one question; a number that tells whether others answer the same."""
    if question.kind == "trend":
        answer = corpus.trend(question.query, "month", question.per)  # type: ignore[arg-type]
        return sum(row.count or 0 for row in answer.rows)
    if question.kind == "themes by province":
        return sum(row.count for row in corpus.theme_by_province(question.query))
    return corpus.search(question.query).total
