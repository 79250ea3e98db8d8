"""What a source's nights and articles looked like: the past that tonight is compared with. SQL over the corpus.

A measure is a pair (hits, n): of ``n`` articles of the night, ``hits`` had it. It is taken once, at the end of the
night, and kept, for an article may be read anew later. A night of a corpus older than this table is measured when it
is first asked for.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from corpus.database import transaction
from corpus.records import BODY_KINDS, BlockKind
from corpus.rows import utc

Measures = dict[str, tuple[int, int]]

_BODY = "('" + "', '".join(sorted(BODY_KINDS)) + "')"
# A bare headline between two paragraphs is easily read as a caption.
_SHOWN = "('" + "', '".join(sorted({*BODY_KINDS, BlockKind.CAPTION})) + "')"
_LENGTH = f"(SELECT coalesce(sum(length(text)), 0) FROM blocks WHERE article_id = a.id AND kind IN {_BODY})"  # noqa: S608
_LAG = "(julianday(a.fetched_at) - julianday(a.published_at))"
# A related box prints titles of the outlet's own newest stories: two months of them are enough to know one by.
_TITLES_OF_OTHERS = f"""EXISTS (
    SELECT 1 FROM blocks AS b JOIN articles AS t
    ON t.source = a.source AND t.fetched_at >= strftime('%Y-%m-%dT%H:%M:%S', a.fetched_at, '-60 days')
        AND t.id <> a.id AND t.title <> a.title AND length(t.title) >= 20
        AND substr(b.text, 1, length(t.title)) = t.title
    WHERE b.article_id = a.id AND b.kind IN {_SHOWN} AND length(b.text) <= 250)"""  # noqa: S608

FLAGS: Mapping[str, str] = {
    "layout": "a.extractor = 'rules'",
    "dated": "a.published_at IS NOT NULL",
    "printed": "a.published_from IS 'printed'",
    "minute": "a.published_precision IS 'minute'",
    # The moment of fetching as the date of publication: what a clock in the page's header gives.
    "on_fetch": f"""coalesce(CASE a.published_precision WHEN 'minute' THEN abs({_LAG}) * 1440 <= 10
                    ELSE a.published_day = date(a.fetched_at, '+7 hours') END, 0)""",
    "fresh": f"coalesce({_LAG} < 30, 0)",
    "lead": "a.lead IS NOT NULL",
    "author": "EXISTS (SELECT 1 FROM authors WHERE article_id = a.id)",
    "caption": "EXISTS (SELECT 1 FROM blocks WHERE article_id = a.id AND kind = 'caption')",
    "section": "a.section IS NOT NULL",
    "related": _TITLES_OF_OTHERS,
    **{f"body<{size}": f"{_LENGTH} < {size}" for size in (250, 500, 1000, 2000, 4000, 8000)},
}
"""Measure → the SQL condition on an article ``a`` that makes it a hit."""

_NIGHT = "FROM articles AS a WHERE a.source = ? AND a.fetched_at >= ? AND a.fetched_at <= ?"
CATCH_UP = 14
"""Nights: one of sixty stories takes a second, and the crawl waits for it."""
MANY = 3
"""Other sources, at least, whose quiet makes a quiet day."""
SHORT_LINE = 160
"""Letters: a paragraph of a story is seldom shorter, a caption seldom longer."""


@dataclass(frozen=True)
class PastNight:
    """One night of one source as it was seen; times aware, in UTC. ``measures``: name → (hits, n)."""

    started_at: datetime
    found: int
    known: int
    stories: int
    same: int
    rejected: Mapping[str, int]
    measures: Measures = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """An article that shows a finding: its address, and file and byte offset of its page in the archive if known."""

    url: str
    file: str | None
    offset: int | None
    length: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A kept line that stands in ``articles`` of the night's stories; ``url`` is one of them."""

    text: str
    articles: int
    url: str


def measure(connection: sqlite3.Connection, source: str, since: datetime, until: datetime) -> Measures:
    """The measures of the articles of ``source`` fetched from ``since`` to ``until`` (aware, both included)."""
    window = (source, utc(since), utc(until))
    columns = ", ".join(f"total({condition})" for condition in FLAGS.values())
    n, *hits = connection.execute(f"SELECT count(*), {columns} {_NIGHT}", window).fetchone()
    if not n:
        return {}
    found: Measures = {name: (int(hit), n) for name, hit in zip(FLAGS, hits, strict=True)}
    short, lines = connection.execute(
        f"""SELECT total(length(b.text) <= {SHORT_LINE}), count(*) FROM blocks AS b
            WHERE b.kind = 'paragraph' AND b.article_id IN (SELECT a.id {_NIGHT})""",  # noqa: S608 - ours
        window,
    ).fetchone()
    found["short_line"] = (int(short), lines)
    lengths = [row[0] for row in connection.execute(f"SELECT {_LENGTH} AS size {_NIGHT} ORDER BY size", window)]
    for name, quarter in (("body_q1", 1), ("body_median", 2), ("body_q3", 3)):
        found[name] = (int(lengths[min(n - 1, quarter * n // 4)]), n)
    return found


def repeated_lines(
    connection: sqlite3.Connection, source: str, since: datetime, until: datetime, *, at_least: int = 3
) -> list[Line]:
    """Kept lines that stand in ``at_least`` of the night's stories (copies aside) and in no earlier one."""
    rows = connection.execute(
        f"""WITH night AS (SELECT a.id, a.url {_NIGHT} AND a.id NOT IN (SELECT article_id FROM copies)),
                 often AS (SELECT b.text, count(DISTINCT b.article_id) AS articles, min(night.url) AS url
                           FROM night JOIN blocks AS b ON b.article_id = night.id
                           WHERE b.kind IN {_SHOWN} OR b.kind = 'lead'
                           GROUP BY b.text HAVING articles >= ?)
            SELECT often.text, often.articles, often.url FROM often
            WHERE NOT EXISTS (SELECT 1 FROM articles AS o JOIN blocks AS ob ON ob.article_id = o.id
                              WHERE o.source = ? AND o.fetched_at < ? AND ob.text = often.text
                                  AND ob.kind <> 'dropped')
            ORDER BY often.articles DESC, often.text""",  # noqa: S608 - names of ours
        (source, utc(since), utc(until), at_least, source, utc(since)),
    )
    return [Line(*row) for row in rows]


def examples(
    connection: sqlite3.Connection, source: str, since: datetime, until: datetime, name: str, *, hit: bool
) -> list[Example]:
    """At most two articles of the night that have (``hit``) or lack what the measure ``name`` counts."""
    rows = connection.execute(
        f"""SELECT a.url, p.file, p.offset, p.length FROM articles AS a LEFT JOIN pages AS p ON p.id = a.page_id
            WHERE a.source = ? AND a.fetched_at >= ? AND a.fetched_at <= ? AND ({FLAGS[name]}) IS ?
            ORDER BY a.id LIMIT 2""",  # noqa: S608 - conditions of ours
        (source, utc(since), utc(until), int(hit)),
    )
    return [Example(*row) for row in rows]


def rejected_examples(
    connection: sqlite3.Connection, source: str, since: datetime, reasons: tuple[str, ...]
) -> list[Example]:
    """At most two addresses of the night that were rejected for one of ``reasons``."""
    rows = connection.execute(
        f"""SELECT o.url, p.file, p.offset, p.length FROM outcomes AS o LEFT JOIN pages AS p ON p.id = o.page_id
            WHERE o.source = ? AND o.kind = 'rejected' AND o.at >= ?
                AND o.reason IN ({", ".join("?" * len(reasons))}) ORDER BY o.at LIMIT 2""",  # noqa: S608 - ours
        (source, utc(since), *reasons),
    )
    return [Example(*row) for row in rows]


def nights(
    connection: sqlite3.Connection, source: str, before: datetime, *, days: int = 90, limit: int = 60
) -> list[PastNight]:
    """The nights of ``source`` in the ``days`` before ``before`` (aware), oldest first, the ``limit`` newest.

    Nights that were never measured are measured now and kept, where the corpus can be written to: the ``CATCH_UP``
    newest at a time, the others have no measures yet.
    """
    rows = connection.execute(
        """SELECT started_at, ended_at, found, known, stored + copies, same, rejected FROM nights
           WHERE source = ? AND started_at < ? AND started_at >= ? ORDER BY started_at DESC, id DESC LIMIT ?""",
        (source, utc(before), utc(before - timedelta(days=days)), limit),
    ).fetchall()
    kept: dict[str, Measures] = {}
    if rows:
        taken = connection.execute(
            "SELECT started_at, measure, hits, n FROM night_measures WHERE source = ? AND started_at >= ?",
            (source, rows[-1][0]),
        )
        for started_at, name, hits, n in taken:
            kept.setdefault(started_at, {})[name] = (hits, n)
    past = []
    left = CATCH_UP
    for started_at, ended_at, found, known, stories, same, rejected in rows:
        start = datetime.fromisoformat(started_at)
        measures = kept.get(started_at)
        if measures is None and stories and left:
            left -= 1
            measures = measure(connection, source, start, datetime.fromisoformat(ended_at))
            if not connection.execute("PRAGMA query_only").fetchone()[0]:
                record_measures(connection, source, start, measures)
        past.append(PastNight(start, found, known, stories, same, json.loads(rejected), measures or {}))
    return past[::-1]


def lulls(connection: sqlite3.Connection, source: str, since: datetime) -> dict[date, float]:
    """For each day (+07:00) from ``since`` on: the stories of all other sources as a share of their usual ones.

    Only days on which at least ``MANY`` other sources had a past to be compared with.
    """
    rows = connection.execute(
        """SELECT date(started_at, '+7 hours'), sum(hits) * 1.0 / sum(n) FROM night_measures
           WHERE measure = 'stories' AND source <> ? AND started_at >= ? AND n > 0
           GROUP BY 1 HAVING count(DISTINCT source) >= ? AND sum(n) >= 5""",
        (source, utc(since), MANY),
    )
    return {date.fromisoformat(day): share for day, share in rows}


def record_measures(connection: sqlite3.Connection, source: str, started_at: datetime, measures: Measures) -> None:
    """Keep the measures of one night."""
    with transaction(connection):
        connection.executemany(
            "INSERT OR REPLACE INTO night_measures (source, started_at, measure, hits, n) VALUES (?, ?, ?, ?, ?)",
            [(source, utc(started_at), name, hits, n) for name, (hits, n) in measures.items()],
        )
