"""The recorded pages: every folder of tests/newspapers is a case, read by its source's rules and by the generic reader.

A case is added as a folder; nothing is registered here. What a case expects is what its page says, never what the
extractor happens to give. Pages that are not read rightly yet lie in tests/newspapers_open, which is not run.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import defaultdict
from functools import cache

import pytest
from lxml import html

from benchmarks.extraction import FLOORS, below_floors
from benchmarks.mutate import read_damaged
from benchmarks.readers import link_texts
from benchmarks.recorded import RECORDED, VARIANTS, Case, Variant, in_variant, read_cases
from corpus.records import Article, BlockKind
from corpus.text import match_key
from crawler.extract import Draft, extract
from crawler.normalise import normalise
from crawler.publishing import PLATFORMS
from crawler.source import load_sources
from tests.harmless import HARMLESS, changed

CASES = read_cases()
FIELDS = frozenset(
    {"title", "lead", "body", "headings", "captions", "credits", "authors", "agency"}
    | {"published_at", "published_precision", "section", "tags", "province"}
)

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
both_readers = pytest.mark.parametrize("rules", [True, False], ids=["rules", "generic"])


@cache
def read(case_name: str, *, rules: bool) -> tuple[Draft, Article]:
    """What the page of a case says, and what stands around it: the one place that asks for ``Draft.outside``."""
    case = next(case for case in CASES if case.name == case_name)
    source = case.source if rules else None
    draft = extract(case.page, source, outside=True)
    return draft, normalise(draft, case.page, source)


def read_changed(case: Case, *, rules: bool) -> dict[str, object]:
    """The fields of a case that is none of the recorded ones."""
    source = case.source if rules else None
    return fields_of(normalise(extract(case.page, source), case.page, source))


def fields_of(article: Article) -> dict[str, object]:
    return {
        "title": article.title,
        "lead": article.lead,
        "body": article.body,
        "headings": article.headings,
        "captions": article.captions,
        "credits": [block.credit for block in article.blocks if block.kind is BlockKind.CAPTION],
        "authors": list(article.authors),
        "agency": article.agency,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "published_precision": article.published_precision,
        "section": article.section,
        "tags": list(article.tags),
        "province": article.province,
    }


@every_case
def test_a_case_is_whole_and_its_source_has_rules(case: Case) -> None:
    assert set(case.expected) == FIELDS
    about = json.loads((RECORDED / case.name / "page.json").read_text(encoding="utf-8"))
    assert set(about) == {"url", "fetched_at", "content_type"}
    folder = case.name.split("/", maxsplit=1)[0]
    assert case.source is not None, f"{folder} is no source of crawler/sources"
    assert case.source.id == folder
    assert case.source.is_article(case.page.url)
    assert len(case.expected["captions"]) == len(case.expected["credits"])


@every_case
def test_every_field_is_read_by_the_rules(case: Case) -> None:
    draft, article = read(case.name, rules=True)
    assert case.source is not None
    # A source of which no layout is known is left to the generic reader, which must then read the page as well.
    assert draft.extractor == ("rules" if case.source.layout else "generic")
    assert fields_of(article) == case.expected


@every_case
@both_readers
def test_what_holds_on_every_page(case: Case, rules: bool) -> None:
    draft, article = read(case.name, rules=rules)
    texts = [article.title, article.lead or "", *article.body, *article.captions, *article.authors, *article.tags]
    assert all(unicodedata.is_normalized("NFC", text) and text == " ".join(text.split()) for text in texts)
    assert not set(article.captions) & set(article.body)
    assert len(set(article.captions)) == len(article.captions)
    assert article.title not in article.body
    assert article.lead not in article.body
    assert article.published_at is None or article.published_at <= article.fetched_at
    assert all(block.reason for block in (*article.dropped, *draft.outside))


@every_case
@both_readers
def test_no_caption_and_no_headline_of_another_story_is_in_the_text(case: Case, rules: bool) -> None:
    _, article = read(case.name, rules=rules)
    story = [case.expected["title"], case.expected["lead"] or "", *case.expected["body"], *case.expected["captions"]]
    printed = [match_key(text) for text in story]
    links = {match_key(text) for text in link_texts(case)} - set(printed)
    body = [match_key(text) for text in article.body]
    assert not links & set(body)
    # A headline has five words and more; with a date or an arrow beside it, it is a related story all the same.
    headlines = {link for link in links if len(link.split()) >= 5 and not any(link in text for text in printed)}
    kept = [*body, match_key(article.lead or ""), *map(match_key, article.captions)]
    assert [(link, text) for text in kept for link in headlines if link in text] == []
    captions = {match_key(text) for text in (*article.captions, *case.expected["captions"])} - {""}
    assert [text for text in body if any(caption in text for caption in captions)] == []
    lead = match_key(article.lead or "")
    assert [text for text in body if lead and lead in text] == []


@every_case
@both_readers
def test_every_line_is_kept_once(case: Case, rules: bool) -> None:
    _, article = read(case.name, rules=rules)
    expected = [*case.expected["body"], *case.expected["captions"]]
    kept = [*article.body, *article.captions]
    assert [text for text in set(kept) if kept.count(text) > max(1, expected.count(text))] == []


@pytest.mark.parametrize("change", HARMLESS)
@both_readers
def test_a_change_that_no_reader_sees_changes_no_article(change: str, rules: bool) -> None:
    differing = {}
    for case in CASES:
        altered = changed(case, change, seed=20261122)
        assert altered.page.body != case.page.body
        told = read_changed(altered, rules=rules)
        before = fields_of(read(case.name, rules=rules)[1])
        if other := {field: told[field] for field in told if told[field] != before[field]}:
            differing[case.name] = other
    assert differing == {}


@every_case
@both_readers
def test_no_visible_sentence_is_lost_without_a_reason(case: Case, rules: bool) -> None:
    draft, article = read(case.name, rules=rules)
    parts = [draft.title, draft.lead, draft.date_text, draft.section, draft.place, *draft.tags]
    parts += [f"{block.text} {block.credit or ''}" for block in (*article.blocks, *draft.outside)]
    told = _squeezed(" ".join(part for part in parts if part))
    lost = [text for text in visible_texts(case) if _squeezed(text) not in told]
    assert lost == []


_SILENT = "script, style, noscript, template, select, textarea, button, iframe, option, svg, [style*='display:none']"


def visible_texts(case: Case) -> list[str]:
    """The texts of the page, three words and more, that a reader sees, by a way of its own through the tree."""
    body = next(html.document_fromstring(case.text).iter("body"))
    for element in body.cssselect(_SILENT):
        element.drop_tree()
    return [text for text in body.itertext() if isinstance(text, str) and len(text.split()) >= 3]


def _squeezed(text: str) -> str:
    # Credits are cut out of captions with their brackets and labels: letters and digits are what must be there.
    return "".join(char for char in match_key(text).replace("ảnh:", " ") if char.isalnum())


@pytest.mark.parametrize("variant", VARIANTS[1:])
def test_every_encoding_gives_the_same_articles(variant: Variant) -> None:
    for case in CASES:
        told = read_changed(in_variant(case, variant), rules=True)
        assert told == fields_of(read(case.name, rules=True)[1]), case.name


def test_every_platform_has_three_cases_of_two_outlets() -> None:
    outlets: dict[str | None, list[str]] = defaultdict(list)
    for case in CASES:
        assert case.source is not None
        outlets[case.source.platform].append(case.source.id)
    for platform in sorted(path.stem for path in PLATFORMS.glob("*.toml")):
        of_platform = [source.id for source in load_sources().values() if source.platform == platform]
        assert len(outlets[platform]) >= 3, platform
        assert len(set(outlets[platform])) >= min(2, len(of_platform)), platform


def test_every_publishing_system_has_three_cases() -> None:
    families = {
        "slug_hex": r"/\d{6}/[a-z0-9-]+-[0-9a-f]{7}/$",
        "cms_a": r"-a\d+\.html$",
        "hemera": r"-post\d+\.html$",
        "content_detail or b_maincontent": r"-\d{6,}\.html$",
        "Huế portal": r"\?gd=\d+&cn=\d+&tc=\d+$",
    }
    for family, address in families.items():
        assert sum(re.search(address, case.page.url) is not None for case in CASES) >= 3, family


def test_no_figure_is_below_its_floor() -> None:
    assert FLOORS.exists()
    assert below_floors(CASES) == []


def test_damaged_pages_are_read_or_rejected_by_name() -> None:
    damage = read_damaged(CASES, count=500, seed=20261122)
    assert damage.errors == []
    assert damage.slowest < 2.0
    assert damage.read + damage.rejected.total() == 500
