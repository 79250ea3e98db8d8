"""Which article a person should label next: the one a model is least sure of, but not always of one kind.

The distance of a probability from the threshold of its theme says how unsure the model is. Taken by that alone, the
first hundred articles are often one theme of one outlet, so the distance is made longer for what had its turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from corpus.hand import Weighed

# Added to every distance, so that an article exactly at a threshold also waits when its theme had its turn.
_NEAR = 0.01


@dataclass(frozen=True, slots=True)
class Doubt:
    """How unsure a model is about an article: ``theme`` is the one nearest its threshold, ``distance`` how near (0–1).

    ``family`` is the same number for all copies of one story.
    """

    article_id: int
    outlet: str | None
    family: int
    theme: str
    distance: float


def doubts(
    weighed: Iterable[Weighed], thresholds: Mapping[str, float], heads: Mapping[int, int], theme: str | None = None
) -> list[Doubt]:
    """The doubt about each article, for a model with these ``thresholds``; about ``theme`` alone where it is given.

    ``heads`` maps an article that is a copy to the one it copies. An article that was not weighed for any of the
    themes is left out.
    """
    asked = thresholds if theme is None else {theme: thresholds[theme]}
    found = []
    for item in weighed:
        distances = [(abs(item.scores[slug] - limit), slug) for slug, limit in asked.items() if slug in item.scores]
        if distances:
            distance, nearest = min(distances)
            family = heads.get(item.article_id, item.article_id)
            found.append(Doubt(item.article_id, item.source, family, nearest, distance))
    return found


def choose(
    doubts: Collection[Doubt], heads: Mapping[int, int], labelled: Collection[int], skipped: Collection[int] = ()
) -> Doubt | None:
    """The doubt to settle next, or None where all are: the smallest distance, spread over themes and outlets.

    No story of an article ``labelled`` or ``skipped`` is asked about again, not even as a copy. A distance counts once
    more for each label of the theme and of the outlet, so that both take turns; equals go by id.
    """
    closed = {heads.get(article_id, article_id) for article_id in (*labelled, *skipped)}
    given = set(labelled)
    themes = Counter(doubt.theme for doubt in doubts if doubt.article_id in given)
    outlets = Counter(doubt.outlet for doubt in doubts if doubt.article_id in given)

    def rank(doubt: Doubt) -> tuple[float, int]:
        turns = 1 + themes[doubt.theme] + outlets[doubt.outlet]
        return (doubt.distance + _NEAR) * turns, doubt.article_id

    return min((doubt for doubt in doubts if doubt.family not in closed), key=rank, default=None)
