"""The questions of benchmarks/scale.py put to pandas, over the corpus as CSV."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from benchmarks.scale_questions import Question
from corpus import Query
from corpus.querylang import read
from corpus.text import fold, match_key


class Frame:
    """The corpus as CSV in pandas, asked the same questions in the way one would in a notebook."""

    def __init__(self, path: Path) -> None:
        began = time.perf_counter()
        self.frame: pd.DataFrame = pd.read_csv(path, keep_default_na=False)
        text = (
            self.frame["title"] + "\n" + self.frame["lead"] + "\n" + self.frame["body"] + "\n" + self.frame["captions"]
        )
        self.toned = text.map(match_key)
        self.folded = text.map(fold)
        self.frame["day"] = self.frame["published_at"].str[:10]
        self.frame["month"] = self.frame["published_at"].str[:7]
        self.frame["given"] = self.frame["themes"].map(lambda joined: joined.split("; ") if joined else [])
        self.seconds = time.perf_counter() - began
        self.bytes = int(
            self.frame.memory_usage(deep=True).sum()
            + self.toned.memory_usage(deep=True)
            + self.folded.memory_usage(deep=True)
        )

    def ask(self, question: Question) -> int:
        """The same number as ``ask`` gives."""
        query = question.query
        frame = self._chosen(query)
        if question.kind not in {"trend", "themes by province"}:
            len(frame.sort_values("published_at", ascending=False).head(query.limit or 0))
            return len(frame)
        column = {"day": "province", "63": "province_63", "34": "province_34"}[query.province_map]
        dated = frame[frame["day"] != ""] if question.kind == "trend" else frame
        if question.kind == "themes by province":
            return int(dated.explode("given").dropna(subset="given").groupby([column, "given"]).size().sum())
        if question.per == "theme":
            return int(dated.explode("given").dropna(subset="given").groupby(["given", "month"]).size().sum())
        return int(dated.groupby([column, "month"] if question.per else ["month"]).size().sum())

    def _chosen(self, query: Query) -> pd.DataFrame:
        frame = self.frame
        chosen = frame["id"] > 0
        if query.province:
            chosen &= (
                frame[{"63": "province_63", "34": "province_34", "day": "province"}[query.province_map]]
                == query.province
            )
        if query.source:
            chosen &= frame["source"] == query.source
        if query.since:
            chosen &= frame["day"] >= query.since.isoformat()
        if query.until:
            chosen &= (frame["day"] <= query.until.isoformat()) & (frame["day"] != "")
        for theme in query.themes:
            chosen &= frame["given"].map(lambda given, theme=theme: theme in given)
        if query.text:
            for pattern, toned in _patterns(query.text):
                chosen &= (self.toned if toned else self.folded).str.contains(pattern, regex=True)
        return frame[chosen]


def _patterns(text: str) -> Iterator[tuple[str, bool]]:
    """A regular expression a term, over the match key or the folded text."""
    wanted = read(text)
    for term in wanted.terms:
        forms = "|".join(r"[\W_]+".join(map(re.escape, form)) for form in wanted.forms(term))
        yield rf"(?<![^\W_])(?:{forms})" + ("" if term.prefix else r"(?![^\W_])"), wanted.toned
