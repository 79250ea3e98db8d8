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
from corpus.ranking import LOOKED_AT
from corpus.text import fold, match_key

_FACTS = ("id", "source", "published_at", "province", "province_63", "province_34", "themes")
_TEXTS = ("title", "lead", "body", "captions")
_ROWS = 5_000


def _keyed(chunk: pd.DataFrame) -> pd.DataFrame:
    text = chunk["title"] + "\n" + chunk["lead"] + "\n" + chunk["body"] + "\n" + chunk["captions"]
    keyed = chunk[list(_FACTS)].copy()
    keyed["toned"] = text.map(match_key).astype("string[pyarrow]")
    keyed["folded"] = text.map(fold).astype("string[pyarrow]")
    keyed["day"] = chunk["published_at"].str[:10]
    keyed["month"] = chunk["published_at"].str[:7]
    keyed["given"] = chunk["themes"].map(lambda joined: joined.split("; ") if joined else [])
    return keyed


class Frame:
    """The corpus as CSV in pandas, asked the same questions in the way one would in a notebook."""

    def __init__(self, path: Path) -> None:
        began = time.perf_counter()
        # Some thousand rows at a time, of texts only the two keys, as Arrow holds them: with whole rows as objects a
        # million articles take three times as much memory.
        with pd.read_csv(path, keep_default_na=False, usecols=[*_FACTS, *_TEXTS], chunksize=_ROWS) as chunks:
            self.frame = pd.concat([_keyed(chunk) for chunk in chunks], ignore_index=True)
        self.toned, self.folded = self.frame.pop("toned"), self.frame.pop("folded")
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
            return min(len(frame), LOOKED_AT) if query.text else len(frame)  # as many as a search counts
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
