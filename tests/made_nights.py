"""Nights of the loopback newspaper made up for tests: stories that are new tonight, and weeks of nights before.

The nights before come into the corpus through the code that stores real ones; their articles are what a perfect
reader makes of the outlets' pages. Every sentence is ours.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from corpus import history
from corpus.nights import Night
from corpus.records import VIETNAM, Article, Block, BlockKind
from corpus.store import Corpus
from crawler.source import load_sources
from tests.made_articles import sentences
from tintinh.loopback.outlets import OUTLETS
from tintinh.loopback.stories import expected

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write_stories(folder: Path, first: int, count: int, now: datetime) -> Path:
    """A folder of ``count`` stories for each outlet, told in the days before ``now``; ``first`` makes them differ."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, outlet in enumerate(OUTLETS.values()):
        rows = [_story(outlet.id, place * 100_000 + first + n, n, now) for n in range(count)]
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / f"{outlet.id}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def _story(source: str, seed: int, n: int, now: datetime) -> dict[str, Any]:
    said = sentences(seed, 12)
    pick = random.Random(seed)  # noqa: S311 - no secrets, the same stories every time
    sections = [name for section in OUTLETS[source].sections for name in section.shows]
    at = now.astimezone(VIETNAM) - timedelta(hours=2 + 3 * (n % 12), minutes=7)
    blocks = [
        {"kind": "paragraph", "text": " ".join(said[1:4])},
        {"kind": "caption", "text": f"Quang cảnh buổi làm việc thứ {seed} tại thôn.", "credit": "Minh Đức"},
        {"kind": "paragraph", "text": " ".join(said[4:7])},
        {"kind": "caption", "text": f"Bà con xem lại sổ ghi chép số {seed} sau buổi họp.", "credit": None},
        {"kind": "paragraph", "text": " ".join(said[7:10])},
        {"kind": "paragraph", "text": " ".join(said[10:])},
    ]
    who = pick.choice(["Hoàng Yến", "Đức Lộc", "Kim Sa", "Thu Hà"])
    return {
        "id": f"{_LETTERS[seed % 26]}{_LETTERS[seed // 26 % 26]}{_LETTERS[seed // 676 % 26]}{_LETTERS[seed // 17576]}"
        f"-{n:03d}",
        "source": source,
        "section": sections[n % len(sections)],
        "published_at": at.replace(second=0, microsecond=0).isoformat(),
        "title": f"{pick.choice(['Chuyện', 'Việc', 'Bài'])} thứ {seed} kể từ những bản làng vùng cao phía Bắc",
        "lead": said[0],
        "place": None,
        "blocks": blocks,
        "byline": who,
        "authors": [who],
        "agency": None,
        "tags": [],
        "province": None,
        "themes": [],
        "primary": None,
        "corrects": None,
        "wire": None,
    }


def live_through(corpus: Corpus, folder: Path, now: datetime, *, nights: int = 14, stories: int = 6) -> None:
    """Fill ``corpus`` with the ``nights`` before ``now`` of all five outlets, ``stories`` in each; all of them good."""
    for back in range(nights, 0, -1):
        started = (now - timedelta(days=back)).astimezone(UTC)
        told = write_stories(folder / f"night-{back}", 1000 + back * stories, stories, started)
        for source in OUTLETS:
            found = expected(source, told)
            for number, truth in enumerate(found):
                corpus.keep(_article(truth, started + timedelta(seconds=number)), page=None, place=None)
            record_good_night(corpus, source, started, len(found))


def record_good_night(corpus: Corpus, source: str, started: datetime, stored: int) -> None:
    """The account of a night without findings."""
    discover = load_sources()[source].discover
    ended = started + timedelta(minutes=5)
    corpus.record_night(Night(source, started, ended, stored + 4, 4, stored, 0, 0, rejected={}, generic=0, findings=()))
    measures = history.measure(corpus.connection, source, started, ended)
    listings = {f"listing {url}": (2, 1) for url in (*discover.feeds, *discover.sections)}
    history.record_measures(corpus.connection, source, started, measures | listings)


def _article(truth: Any, fetched_at: datetime) -> Article:
    lead = [Block(BlockKind.LEAD, truth.lead)] if truth.lead else []
    return Article(
        url=truth.url,
        source=truth.story.source,
        title=truth.title,
        lead=truth.lead,
        blocks=(
            *lead,
            *(Block(BlockKind.PARAGRAPH, text) for text in truth.body),
            *(Block(BlockKind.CAPTION, text) for text in truth.captions),
        ),
        authors=truth.authors,
        agency=None,
        published_at=truth.published_at,
        published_precision=truth.precision,
        published_from="printed" if truth.published_at else None,
        section=truth.section,
        tags=(),
        place=None,
        province=None,
        language="vi",
        extractor="rules",
        extractor_version="1",
        page_digest="sha256:0",
        fetched_at=fetched_at,
    )
