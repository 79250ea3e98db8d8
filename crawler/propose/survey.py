"""The plan for a site that nobody has declared: where it lists its news, what its addresses look like, some articles.

The site is asked in four rounds: its home and robots.txt; its feeds and sitemaps; the lists its menu leads to; articles
from all of these, newest and oldest in turn, so that an earlier layout is met, too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from corpus.records import Page
from crawler.address import address
from crawler.extract import Draft
from crawler.extract.markup import Node, text_in
from crawler.propose.addresses import ArticlePattern
from crawler.propose.answers import Answer, Plan, ProposalError, Unanswered, page_from, why_not
from crawler.propose.links import is_next, links_of
from crawler.propose.site import ENOUGH, Site
from crawler.source import Discovery, Source


@dataclass(frozen=True)
class Survey:
    """What a site showed: ``read`` are the articles that the generic reader accepts, in the order met.

    ``listings`` are the section pages that were read, ``unread`` is a sentence for everything that gave nothing, and
    ``unsaved`` are the addresses that saved pages lead to and that nobody saved.
    """

    home: str
    hosts: tuple[str, ...]
    pattern: ArticlePattern
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    sections: tuple[str, ...]
    labels: tuple[str, ...]
    listings: tuple[Page, ...]
    read: tuple[tuple[Page, Draft], ...]
    start: Page | None
    unread: tuple[str, ...]
    unsaved: tuple[str, ...] = ()


def probe(home: str) -> Source:
    """A source that stands for a site nobody has declared: its host with and without ``www.``, every address."""
    host = urlsplit(home).hostname or ""
    twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    return Source(
        id="proposal",
        name=host,
        kind="paper",
        home=home,
        hosts=(host, twin),
        verified="facts only",
        facts="stands for a site that is being looked at",
        discover=Discovery(article=".", sections=(home,)),
    )


def survey(source: Source, offered: Sequence[str] = ()) -> Plan[Survey]:
    """Look at the site that ``source`` (a ``probe``) stands for; ``offered`` are addresses known beforehand.

    Raises ``ProposalError`` where the site cannot be read, links to no articles, or gives none that can be read.
    """
    site = Site(source)
    home = source.home
    answers = yield [home, urljoin(home, "/robots.txt"), *offered]
    site.take(answers, [home, *offered])
    start = page_from(answers, home)
    if start is None and not offered:
        raise ProposalError(_unreachable(home, answers.get(home)))
    yield from site.look_at_feeds(answers, guess=not offered)
    yield from site.look_at_sections()
    pattern = site.pattern(3 if offered else ENOUGH)
    if pattern is None:
        raise ProposalError(
            f"{home}: no links to articles were found on {len(site.trees)} pages (the site may build its lists with "
            "scripts); give the address of a section page, or write the file by hand as in docs/adding-a-source.md"
        )
    sections = site.sections(pattern)
    read = yield from site.read_articles(pattern, sections, offered)
    return Survey(
        home=home,
        hosts=source.hosts,
        pattern=site.confirmed(pattern),
        feeds=tuple(url for url, shown in site.feeds.items() if any(map(pattern.matches, shown))),
        sitemaps=tuple(url for url, shown in site.sitemaps.items() if any(map(pattern.matches, shown))),
        sections=tuple(sections),
        labels=site.labels(sections),
        listings=tuple(site.pages[url] for url in sections),
        read=tuple(read),
        start=start,
        unread=tuple(dict.fromkeys(site.unread)),
        unsaved=tuple(dict.fromkeys(site.unsaved)),
    )


def _unreachable(home: str, answer: Answer | None) -> str:
    match answer:
        case Unanswered("robots", _):
            return (
                f"{home}: robots.txt forbids it to us; ask the outlet for leave, or save pages by hand and give --saved"
            )
        case Unanswered("offsite", detail):
            return f"{home}: leads to another site ({detail}); propose that one"
        case _:
            return f"{home}: could not be read ({why_not(answer)}); check the address, or save pages and give --saved"


def next_link(root: Node, url: str, survey: Survey) -> Node | None:
    """The link of the listing page at ``url`` that leads to its next page, by its ``rel`` or its words; else None."""
    found: list[tuple[int, Node]] = []
    for link in links_of(root, url, survey.hosts):
        text = text_in(link.element)
        if link.url == address(url) or survey.pattern.matches(link.url):
            continue
        if (link.element.get("rel") or "") == "next":
            found.append((0, link.element))
        elif text and is_next(text):
            found.append((1, link.element))
        elif text in {">", "›", "»", ">>"} and re.findall(r"\d+", link.url)[-1:] == ["2"]:
            # Such a mark may lead to the last page; after the first one comes the second.
            found.append((2, link.element))
    return min(found, key=lambda one: one[0])[1] if found else None
