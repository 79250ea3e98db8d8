"""A bounded sample of an outlet's stories with what was said of them: their words, and how probable each theme is."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Sampled:
    """One story: its day (+07:00), its segmented text (words parted by blanks), and the probability of each theme."""

    article_id: int
    day: date
    text: str
    scores: dict[str, float]


def sampled(connection: sqlite3.Connection, source: str, first: date, last: date, most: int) -> list[Sampled]:
    """At most ``most`` stories of ``source`` published from ``first`` to ``last``, spread evenly over them, by day.

    Only those that the model and the segmenter which worked last have read: opinions of two models, or words of two
    segmenters, are not comparable. Stories without a day of publication are left out.
    """
    found = connection.execute(
        """SELECT id, published_day FROM articles
           WHERE source = ? AND published_day BETWEEN ? AND ? ORDER BY published_day, id""",
        (source, first.isoformat(), last.isoformat()),
    ).fetchall()
    if len(found) > most:
        found = [found[index * len(found) // most] for index in range(most)]
    days = {article_id: date.fromisoformat(day) for article_id, day in found}
    model, segmenter = _newest(connection)
    texts: dict[int, str] = {}
    scores: dict[int, dict[str, float]] = defaultdict(dict)
    chosen = json.dumps(list(days))
    texts |= connection.execute(
        """SELECT article_id, sentences FROM segmentations
           WHERE article_id IN (SELECT value FROM json_each(?)) AND made_by = ?""",
        (chosen, segmenter),
    )
    weighed = connection.execute(
        """SELECT article_id, theme, probability FROM taggings JOIN tagging_themes ON tagging_id = taggings.id
           WHERE article_id IN (SELECT value FROM json_each(?)) AND made_by = ? AND probability IS NOT NULL""",
        (chosen, model),
    )
    for article_id, theme, probability in weighed:
        scores[article_id][theme] = probability
    return [
        Sampled(article_id, day, texts[article_id], scores[article_id])
        for article_id, day in days.items()
        if article_id in texts and article_id in scores
    ]


def _newest(connection: sqlite3.Connection) -> tuple[str | None, str | None]:
    """Who tagged last (people apart), and who segmented last the article with the highest number."""
    model = connection.execute("SELECT made_by FROM taggings WHERE made_by NOT GLOB 'hand:*' ORDER BY id DESC LIMIT 1")
    words = connection.execute(
        """SELECT made_by FROM segmentations WHERE article_id = (SELECT max(article_id) FROM segmentations)
           ORDER BY at DESC, made_by DESC LIMIT 1"""
    )
    tagger, segmenter = (row[0] if (row := found.fetchone()) else None for found in (model, words))
    return tagger, segmenter
