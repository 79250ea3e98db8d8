"""The report: which story it shows for a theme, and the months it counts, from one reading of the corpus."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from corpus.findings import record
from corpus.nights import Finding, Night, Severity
from corpus.records import Tagging
from corpus.rows import StoredArticle
from corpus.store import Corpus
from nlp.themes import load_themes
from tests.made_articles import story
from tintinh.report import _Choice, _read_through, write_report


@given(st.lists(st.floats(0.01, 1), max_size=12))
def test_the_choice_is_the_newest_of_the_surest(scores: list[float]) -> None:
    choice = _Choice()
    offered = [StoredArticle(n, story(1), None, None, None, None, ()) for n in range(len(scores))]
    for score, stored in zip(scores, offered, strict=True):
        choice.offer(score, stored)
    sure = [stored for score, stored in zip(scores, offered, strict=True) if score >= 0.9 * max(scores)]
    assert (choice.newest[1] if choice.newest else None) == (sure[0] if sure else None)


def test_months_and_stories_come_from_tagged_articles(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for n, scores in enumerate(({"border": 0.9}, {"border": 0.95}, {"border": 0.5}, {}, None)):
            made = story(n)
            assert made.published_at is not None
            dated = story(n, published_at=made.published_at + timedelta(days=31 * (n % 2)))
            outcome = corpus.keep(dated, page=None, place=None)
            if scores is not None:
                assert outcome.article_id is not None
                primary = next(iter(scores), None)
                evidence = dict.fromkeys(scores, (f"Câu {n}.",))
                corpus.add_tagging(outcome.article_id, Tagging("m", tuple(scores), primary, scores, evidence))
        themed, stories = _read_through(corpus, load_themes())
    assert themed == {"2025-02": 2, "2025-03": 1}
    assert [(one.theme.slug, one.title, one.sentence) for one in stories] == [
        ("border", "Chuyện thứ 1 ở vùng cao", "Câu 1.")
    ]


def test_the_report_shows_the_findings_of_the_night(tmp_path: Path) -> None:
    at = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
    nights = [Night(name, at, at, 9, 9, 0, 0, 0, {}, 0) for name in ("bao_a", "bao_b", "bao_c")]
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        for name, severity in (("bao_a", "broken"), ("bao_b", "note")):
            finding = Finding(name, "silent", cast(Severity, severity), f"{name}: im lặng <một đêm>")
            record(corpus.connection, name, at, [finding])
        page = write_report(corpus, nights, load_themes(), {}, tmp_path / "report.html").read_text(encoding="utf-8")
    rows = html.fromstring(page).xpath('//section[@id="night"]//tbody/tr')
    assert [" ".join(row[1].itertext()) for row in rows] == [
        "hỏng broken",
        "ghi chú note",
        "✓  như dự kiến as expected",
    ]
    told = html.fromstring(page).xpath('//div[starts-with(@class, "finding")]/p[1]/span[@lang="en"]/text()')
    assert told == ["im lặng <một đêm>", "im lặng <một đêm>"]
