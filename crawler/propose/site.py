"""A site while it is looked at: the pages read, their links, its feeds and sitemaps, its sections. Plans in steps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import zip_longest
from urllib.parse import urljoin, urlsplit

from corpus.records import Page
from crawler import discover
from crawler.address import address
from crawler.errors import DiscoveryError, Rejected
from crawler.extract import Draft, extract
from crawler.extract.markup import Node
from crawler.propose.addresses import ArticlePattern, article_pattern
from crawler.propose.answers import Answer, Answers, Plan, Unanswered, page_from, why_not
from crawler.propose.links import Link, feeds_named, is_next, links_of, tree
from crawler.source import Source

ENOUGH = 5
"""Articles that must be read before selectors are believed to agree."""

_ARTICLES = 8
_SECTIONS = 7
_Read = Callable[[bytes, str, Source], discover.Listing]


class Site:
    """What is known of a site while the plan runs."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.pages: dict[str, Page] = {}
        self.trees: dict[str, Node] = {}
        self.links: dict[str, list[Link]] = {}
        self.feeds: dict[str, tuple[str, ...]] = {}
        self.sitemaps: dict[str, tuple[str, ...]] = {}
        self.tried: set[str] = set()
        self.unread: list[str] = []
        self.unsaved: list[str] = []
        self.was_article: dict[str, bool] = {}

    def take(self, answers: Answers, urls: Iterable[str]) -> None:
        """Keep the pages among ``answers``, and a sentence for each address that gave none."""
        for url in urls:
            self.tried.add(url)
            page = page_from(answers, url)
            root = tree(page) if page is not None else None
            if is_unsaved(answers.get(url)):
                self.unsaved.append(url)
                continue
            if page is None or root is None:
                self.unread.append(why_not(answers.get(url)) if page is None else f"{url}: is not an HTML page")
                continue
            self.pages[url], self.trees[url] = page, root
            self.links[url] = links_of(root, page.url, self.source.hosts)

    def look_at_feeds(self, answers: Answers, *, guess: bool) -> Plan[None]:
        """Read the feeds that the pages name and the sitemaps that robots.txt names, or the usual addresses of both."""
        home = self.source.home
        named = [feed for url, root in self.trees.items() for feed in feeds_named(root, url, self.source.hosts)]
        robots = page_from(answers, urljoin(home, "/robots.txt"))
        said = re.findall(r"(?im)^\s*sitemap:\s*(\S+)", robots.body.decode("utf-8", "replace")) if robots else []
        maps = [address(one) for one in said if urlsplit(one).hostname in self.source.hosts]
        feeds = list(dict.fromkeys(named))[:2] or ([urljoin(home, "/rss/home.rss")] if guess else [])
        maps = maps[:1] or ([urljoin(home, "/sitemap.xml")] if guess else [])
        answers = yield [*feeds, *maps]
        self.unsaved += [url for url in (*feeds, *maps) if is_unsaved(answers.get(url))]
        more = self._take_feeds(answers, feeds)
        deeper = self._take_sitemaps(answers, maps)
        if more or deeper:
            answers = yield [*more, *deeper.values()]
            self._take_feeds(answers, more)
            for index, part in deeper.items():
                page = page_from(answers, part)
                shown = self._shown(page, discover.sitemap) if page else None
                if shown is not None:
                    self.sitemaps[index] = tuple(one.url for one in shown.candidates)

    def _take_feeds(self, answers: Answers, urls: Iterable[str]) -> list[str]:
        """Keep the feeds among the answers; the feeds that a page of feeds names are returned."""
        more: list[str] = []
        for url in urls:
            page = page_from(answers, url)
            root = tree(page) if page is not None else None
            if root is not None and page is not None and b"<rss" not in page.body[:500]:
                more += [one for one in feeds_named(root, url, self.source.hosts) if one not in self.feeds]
            elif page is not None and (shown := self._shown(page, discover.feed)):
                self.feeds[url] = tuple(one.url for one in shown.candidates)
        return list(dict.fromkeys(more))[:2]

    def _take_sitemaps(self, answers: Answers, urls: Iterable[str]) -> dict[str, str]:
        """Keep the sitemaps among the answers; for each index, its newest sitemap is returned."""
        deeper = {}
        for url in urls:
            page = page_from(answers, url)
            shown = self._shown(page, discover.sitemap) if page is not None else None
            if shown is not None and shown.more:
                deeper[url] = shown.more[0]
            elif shown is not None:
                self.sitemaps[url] = tuple(one.url for one in shown.candidates)
        return deeper

    def _shown(self, page: Page, read: _Read) -> discover.Listing | None:
        try:
            return read(page.body, page.url, self.source)
        except DiscoveryError as error:
            self.unread.append(str(error))
            return None

    def look_at_sections(self) -> Plan[None]:
        """Ask for the lists that the menu may lead to: labels, in page order, that are no service and no article."""
        pattern = self.pattern(ENOUGH)
        wanted: dict[str, None] = {}
        for links in list(self.links.values()):
            for link in links:
                shallow = urlsplit(link.url).path.strip("/").count("/") <= 1
                is_article = pattern is not None and pattern.matches(link.url)
                listed = link.is_label and not (link.is_service or is_article or is_next(link.text))
                if listed and shallow and link.url not in self.tried:
                    wanted[link.url] = None
        home = {self.source.home, address(self.source.home)}
        asked = [url for url in wanted if url not in home][:_SECTIONS]
        self.take((yield asked), asked)

    def pattern(self, least: int) -> ArticlePattern | None:
        """The pattern of article addresses by all that was read so far."""
        headlines = [url for shown in self.feeds.values() for url in shown]
        said: dict[str, list[Link]] = {}
        for links in self.links.values():
            for link in links:
                said.setdefault(link.url, []).append(link)
        headlines += [
            url for url, links in said.items() if any(link.is_headline and not link.is_beside_news for link in links)
        ]
        labels = {
            url
            for url, links in said.items()
            if any(link.text for link in links) and all(len(link.text.split()) <= 4 for link in links)
        }
        return article_pattern([url for url in headlines if url != self.source.home], labels, least=least)

    def sections(self, pattern: ArticlePattern) -> list[str]:
        """The pages read that list articles of their own, not only those that every page of the site shows."""
        shown = {
            url: list(dict.fromkeys(link.url for link in links if pattern.matches(link.url)))
            for url, links in self.links.items()
            if not pattern.matches(url)
        }
        everywhere = set.intersection(*map(set, shown.values())) if len(shown) > 2 else set()
        own = {url: [one for one in urls if one not in everywhere] for url, urls in shown.items()}
        # The front page shows what the sections show; a section's address given for the home is one of them.
        own = {url: urls for url, urls in own.items() if urlsplit(url).path.strip("/") or urlsplit(url).query}
        sure = [url for url, urls in own.items() if len(urls) >= 3]
        depths = {(urlsplit(url).path.count("/"), bool(urlsplit(url).query)) for url in sure}
        found = [
            url
            for url, urls in own.items()
            if url in sure
            # A small section, whose address looks like the others'.
            or (urls and (urlsplit(url).path.count("/"), bool(urlsplit(url).query)) in depths)
        ]
        return found or [url for url, urls in shown.items() if len(urls) >= 3][:1]

    def labels(self, sections: Iterable[str]) -> tuple[str, ...]:
        """What the menu calls these sections."""
        known = set(sections)
        shown = (link for links in self.links.values() for link in links)
        return tuple(dict.fromkeys(link.text for link in shown if link.url in known and link.is_label))

    def read_articles(
        self, pattern: ArticlePattern, sections: Iterable[str], offered: Sequence[str]
    ) -> Plan[list[tuple[Page, Draft]]]:
        """Ask for articles until eight are read, or none is left to ask for."""
        lists = [[url for url in shown if pattern.matches(url)] for shown in self.feeds.values()]
        for url in sections:
            listed = list(dict.fromkeys(link.url for link in self.links[url] if pattern.matches(link.url)))
            # The newest, the oldest, the second newest …
            lists.append([one for pair in zip_longest(listed, listed[::-1]) for one in pair if one is not None])
        lists.append([link.url for links in self.links.values() for link in links if pattern.matches(link.url)])
        lists += [[url for url in shown if pattern.matches(url)] for shown in self.sitemaps.values()]
        queue = dict.fromkeys(url for round_ in zip_longest(*lists) for url in round_ if url is not None)
        for url in self.pages:
            queue.pop(url, None)
        read = [self._article(page) for url, page in self.pages.items() if url in offered and pattern.matches(url)]
        waiting = list(queue)
        while waiting and len(list(filter(None, read))) < _ARTICLES:
            wanted = waiting[: _ARTICLES - len(list(filter(None, read)))]
            waiting = waiting[len(wanted) :]
            answers = yield wanted
            if all(_is_last(answers.get(url)) for url in wanted):
                break
            for url in wanted:
                page = page_from(answers, url)
                if page is None and not is_unsaved(answers.get(url)):
                    self.unread.append(why_not(answers.get(url)))
                elif page is not None:
                    read.append(self._article(page))
        # Two addresses may lead to one page.
        return list({page.url: (page, draft) for page, draft in filter(None, read)}.values())

    def _article(self, page: Page) -> tuple[Page, Draft] | None:
        self.was_article[page.requested_url] = True
        try:
            return page, extract(page)
        except Rejected as error:
            self.was_article[page.requested_url] = False
            self.unread.append(str(error))
            return None

    def confirmed(self, pattern: ArticlePattern) -> ArticlePattern:
        """``pattern`` without the forms of which two pages or more were read and none was an article."""

        def refuted(form: str) -> bool:
            outcomes = [good for url, good in self.was_article.items() if re.search(form, url)]
            return len(outcomes) >= 2 and not any(outcomes)

        kept = tuple(form for form in pattern.forms if not refuted(form))
        return replace(pattern, forms=kept) if kept else pattern


def is_unsaved(answer: Answer | None) -> bool:
    """Whether an address gave no page only because nobody saved it."""
    return isinstance(answer, Unanswered) and answer.reason == "not_saved"


def _is_last(answer: Answer | None) -> bool:
    """Whether an answer says that none will be a page any more."""
    return isinstance(answer, Unanswered) and answer.reason in {"enough", "not_saved"}
