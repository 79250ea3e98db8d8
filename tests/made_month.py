"""A month of nights of a few outlets, with themes, copies, findings and hostile names, for the tests of the report."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from corpus import history
from corpus.findings import record
from corpus.nights import Finding, Night
from corpus.records import VIETNAM, Article, Tagging
from corpus.store import Corpus
from tests.made_articles import story

LAST = datetime(2026, 11, 22, 1, 30, tzinfo=VIETNAM)
"""When the last night began: it tells of 21 November."""
PROVINCES = {"bao_a": "Lạng Sơn", "bao_b": "Quảng Trị", "bao_c": "Cà Mau"}
HOSTILE = "<script>alert('x')</script> & “Biên giới”"
NAMES = {"bao_a": "Báo A <b>đậm</b>", "bao_b": 'Báo "B"', "bao_c": "Báo C & con"}


def live_a_month(corpus: Corpus) -> list[Night]:
    """Thirty nights with six stories an outlet, each fourth about the border, in the last one each; the last nights.

    In the last night ``bao_b`` and ``bao_c`` carry the first story of ``bao_a``, whose title is hostile; ``bao_c`` has
    one of no web address.
    """
    number, last = 0, []
    for back in range(29, -1, -1):
        started = (LAST - timedelta(days=back)).astimezone(UTC)
        shared: Article | None = None
        for source, province in PROVINCES.items():
            copies = 0
            for n in range(6):
                number += 1
                made = story(
                    number,
                    url=f"https://{source}.vn/{number}",
                    source=source,
                    province=province,
                    published_at=(started - timedelta(hours=2 + n)).astimezone(VIETNAM),
                    fetched_at=started + timedelta(seconds=n),
                )
                if back == 0 and n == 0:
                    shared = shared or replace(made, title=HOSTILE)
                    made = replace(made, title=HOSTILE, lead=shared.lead, blocks=shared.blocks)
                if back == 0 and source == "bao_c" and n == 1:
                    made = replace(made, url="javascript:alert(1)")
                outcome = corpus.keep(made, page=None, place=None)
                assert outcome.article_id is not None
                copies += outcome.kind == "copy"
                scores = {"border": 0.9 + n / 100} if back == 0 or number % 4 == 0 else {}
                evidence = {"border": (f"Câu làm chứng {number} <i>nghiêng</i>.",)} if scores else {}
                tagging = Tagging("m", tuple(scores), next(iter(scores), None), scores, evidence)
                corpus.add_tagging(outcome.article_id, tagging)
            night = Night(source, started, started + timedelta(minutes=5), 9, 3, 6 - copies, copies, 0, {}, 0)
            corpus.record_night(night)
            measures = history.measure(corpus.connection, source, started, night.ended_at)
            history.record_measures(corpus.connection, source, started, measures | {"stories": (6, 7)})
            if back == 0:
                last.append(night)
    started = LAST.astimezone(UTC)
    record(corpus.connection, "bao_b", started, [Finding("bao_b", "slow_host", "note", "bao_b: long pauses")])
    broken = Finding(
        "bao_c",
        "date_lost",
        "broken",
        f"bao_c: 0 of 6 new articles have a date {HOSTILE}",
        {"selectors": {"date": "span<.post-date"}, "pages": [{"url": "https://bao_c.vn/9", "found": {"h1": 1}}]},
    )
    record(corpus.connection, "bao_c", started, [broken, Finding("bao_c", "silent", "warning", "bao_c: no story")])
    return last
