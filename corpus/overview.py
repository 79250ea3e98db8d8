"""The first look at a corpus: what is in it, by month, outlet and theme, and when each outlet was last looked at.

From tallies and the ends of indexes alone, so that it costs the same tenth of a second for a thousand articles and for
a million (``Stats`` counts every row). What tallies do not know, how many pages and rejections there are, is not here.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from corpus import leaps
from corpus.tallies import ALL, EVERY, TAGGED


@dataclass(frozen=True, slots=True)
class Watched:
    """One outlet (None: articles without one): its articles and stories (copies aside), the months (``2025-02``) of the
    first and the last dated one (None without), and the last night that went there.

    ``night`` (aware, in UTC) is None for an outlet that was only imported; ``found`` is how many addresses that night
    met, ``broken`` how many of its findings say that stories are lost or stored wrong.
    """

    source: str | None
    articles: int
    stories: int
    first: str | None
    last: str | None
    night: datetime | None
    found: int | None
    broken: int


@dataclass(frozen=True, slots=True)
class Overview:
    """``articles`` in all, ``stories`` with copies counted once, ``tagged`` articles somebody or something has tagged.

    ``months`` are articles by month of publication, in order, ``undated`` those without a day; ``themes`` articles by
    theme in use; ``outlets`` the one with most articles first.
    """

    articles: int
    stories: int
    tagged: int
    undated: int
    months: Mapping[str, int]
    themes: Mapping[str, int]
    outlets: tuple[Watched, ...]


def overview(connection: sqlite3.Connection) -> Overview:
    """What the corpus holds, as the tallies have it."""
    months: Counter[str] = Counter()
    stories = 0
    rows = connection.execute(
        "SELECT month, articles, stories FROM tallies WHERE source = ? AND theme = ?", (ALL, EVERY)
    )
    for month, articles, heads in rows:
        months[month] += articles
        stories += heads
    themes: Counter[str] = Counter()
    for theme, articles in connection.execute(
        "SELECT theme, articles FROM tallies WHERE source = ? AND theme <> ?", (ALL, EVERY)
    ):
        themes[theme] += articles
    tagged = themes.pop(TAGGED, 0)
    return Overview(
        months.total(),
        stories,
        tagged,
        months.pop("", 0),
        dict(sorted(months.items())),
        dict(sorted(themes.items(), key=lambda item: (-item[1], item[0]))),
        tuple(_outlets(connection)),
    )


def _outlets(connection: sqlite3.Connection) -> list[Watched]:
    kept = {
        name: rest
        for name, *rest in connection.execute(
            """SELECT source, sum(articles), sum(stories), min(nullif(month, '')), max(nullif(month, '')) FROM tallies
               WHERE source <> ? AND theme = ? GROUP BY source HAVING sum(articles) > 0""",
            (ALL, EVERY),
        )
    }
    nights = {name: rest for name, *rest in connection.execute(_LAST_NIGHTS)}
    found = []
    for name in {*kept, *nights}:
        articles, stories, first, last = kept.get(name, (0, 0, None, None))
        at, met, broken = nights.get(name, (None, None, 0))
        night = datetime.fromisoformat(at) if at else None
        found.append(Watched(name or None, articles, stories, first, last, night, met, broken))
    return sorted(found, key=lambda outlet: (-outlet.articles, outlet.source or "~"))


# The names of the outlets are leapt through in the index of outlet and moment, whatever the number of nights.
_LAST_NIGHTS = f"""
    WITH RECURSIVE {leaps.values("outlets", "nights", "source")}
    SELECT n.source, n.started_at, n.found,
           (SELECT count(*) FROM findings AS f
            WHERE f.source = n.source AND f.started_at = n.started_at AND f.severity = 'broken')
    FROM outlets JOIN nights AS n
    ON n.id = (SELECT id FROM nights WHERE source = outlets.name ORDER BY started_at DESC, id DESC LIMIT 1)"""  # noqa: S608 - ours
