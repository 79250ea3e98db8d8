"""Inspection: whether a declared source still fits its site, by a few of its lists and newest articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from corpus.records import Page
from crawler import discover
from crawler.errors import DiscoveryError, Rejected
from crawler.expectations import Counts, verdict
from crawler.extract import extract, rules
from crawler.extract.markup import Node, has_text
from crawler.normalise import normalise
from crawler.propose.answers import Plan, Unanswered, page_from, why_not
from crawler.propose.links import tree
from crawler.source import Layout, Source

_FEEDS, _SITEMAPS, _SECTIONS, _ARTICLES = 3, 1, 8, 8
_KEYS = ("body", "title", "lead", "date", "byline", "section", "place", "tags", "caption")
# Printed on every article of a site that prints them at all; a lead, a caption, an author may be wanting on all eight.
_ALWAYS = frozenset({"body", "title", "date"})
_Read = Callable[[bytes, str, Source], discover.Listing]


@dataclass
class Inspection:
    """What a source's site showed. ``lists`` holds the article addresses each feed, sitemap or section gave.

    ``read`` articles were read, of these ``generic`` by the generic reader and ``dated`` with a date; ``selected``
    counts, for each selector of the layouts that fitted, the articles on which it selected something, ``fitted`` those
    its layout fitted. ``findings`` are sentences on what no longer fits; ``notes`` on what may be chance.
    """

    source: str
    lists: dict[str, int] = field(default_factory=dict)
    read: int = 0
    generic: int = 0
    dated: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    selected: dict[str, int] = field(default_factory=dict)
    fitted: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def inspection(source: Source) -> Plan[Inspection]:
    """Look at a few lists of ``source`` and at the newest articles they show."""
    where, found = source.discover, Inspection(source.id)
    feeds, maps, sections = where.feeds[:_FEEDS], where.sitemaps[:_SITEMAPS], where.sections[:_SECTIONS]
    answers = yield [*feeds, *maps, *sections]
    lists: list[list[str]] = []
    unread: list[str] = []
    deeper: list[str] = []
    for urls, read in ((feeds, discover.feed), (maps, discover.sitemap), (sections, discover.listing)):
        for url in urls:
            page = page_from(answers, url)
            shown = _shown(page, source, read, unread) if page is not None else None
            if page is None:
                unread.append(f"{url} could not be read ({why_not(answers.get(url))})")
            if shown is not None and urls is maps and shown.more:
                deeper.append(shown.more[0])
                continue
            lists.append([one.url for one in shown.candidates] if shown is not None else [])
            found.lists[url] = len(lists[-1])
    if deeper:
        answers = yield deeper
        for url in deeper:
            page = page_from(answers, url)
            shown = _shown(page, source, discover.sitemap, unread) if page is not None else None
            lists.append([one.url for one in shown.candidates] if shown is not None else [])
            found.lists[url] = len(lists[-1])
    wanted = _newest(lists)
    answers = yield wanted
    for url in wanted:
        page = page_from(answers, url)
        if page is None:
            answer = answers[url]
            found.rejected[answer.reason if isinstance(answer, Unanswered) else f"http_{answer.status}"] += 1
            found.notes.append(why_not(answer))
        else:
            _look_at(page, source, found)
    _judge(source, found, unread, len({url for urls in lists for url in urls}))
    return found


def _shown(page: Page, source: Source, read: _Read, unread: list[str]) -> discover.Listing | None:
    try:
        return read(page.body, page.url, source)
    except DiscoveryError as error:
        unread.append(str(error))
        return None


def _newest(lists: Iterable[list[str]]) -> list[str]:
    """The first addresses of each list in turn."""
    rows = [list(urls) for urls in lists]
    turns = (urls[place] for place in range(_ARTICLES) for urls in rows if place < len(urls))
    return list(dict.fromkeys(turns))[:_ARTICLES]


def _look_at(page: Page, source: Source, found: Inspection) -> None:
    try:
        draft = extract(page, source)
    except Rejected as error:
        found.rejected[error.reason] += 1
        found.notes.append(str(error))
        return
    article = normalise(draft, page, source)
    found.read += 1
    found.generic += draft.extractor == "generic"
    found.dated += article.published_at is not None
    root = tree(page)
    if root is not None and draft.extractor == "rules":
        for key, css, selects in _selections(root, source.layout):
            name = f'{key} = "{css}"'
            found.fitted[name] = found.fitted.get(name, 0) + 1
            found.selected[name] = found.selected.get(name, 0) + selects


def _selections(root: Node, layouts: Iterable[Layout]) -> Iterable[tuple[str, str, bool]]:
    """Every selector of the first layout that fits a page, and whether it selects text there."""
    layout = next((one for one in layouts if rules.fit(root, one) is not None), None)
    for key in _KEYS if layout is not None else ():
        css = getattr(layout, key)
        if css is not None:
            yield key, css, any(has_text(element) for element in rules.select(root, css))


def _judge(source: Source, found: Inspection, unread: Sequence[str], addresses: int) -> None:
    counts = Counts(
        found=addresses,
        stored=found.read,
        rejected=dict(found.rejected),
        generic=found.generic,
        dated=found.dated,
        unread=tuple(unread),
    )
    found.findings += [finding.sentence for finding in verdict(source, counts)]
    empty = [url for url, number in found.lists.items() if not number and not any(url in why for why in unread)]
    said = [f"{source.id}: {url} shows no article; the pattern or the selector of links may not fit" for url in empty]
    # One list without news is a small section; most of them are a pattern that no longer fits.
    (found.findings if len(empty) > len(found.lists) / 2 else found.notes).extend(said)
    if addresses and not found.read:
        found.findings.append(f"{source.id}: none of the articles asked for could be read")
    for name, fitted in found.fitted.items():
        if fitted >= 3 and not found.selected[name]:
            key = name.split(" ", 1)[0]
            sentence = f"{source.id}: {name} selects nothing on {fitted} articles"
            (found.findings if key in _ALWAYS else found.notes).append(sentence)
