"""A night: any number of sources crawled side by side in this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from corpus.nights import Night
from crawler.errors import NightFailed, TintinhError
from crawler.source import Source
from crawler.spiders.loader import spider_for
from crawler.spiders.news import CannotStart, NewsSpider

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one source is: addresses ``found``, of which ``known`` before, and new ones ``done`` so far."""

    source: str
    found: int
    known: int
    done: int


def crawl(
    sources: Iterable[Source],
    settings: Mapping[str, Any],
    on_progress: Callable[[Progress], None] | None = None,
    *,
    since: date | None = None,
    back_to: date | None = None,
) -> list[Night]:
    """Crawl ``sources`` at once, each at its own pace, and return the night of each, in their order.

    ``settings`` override crawler/settings.py with the weight of the command line; with ``back_to`` the crawl walks
    into the past to that day. Raises ``CannotStart`` before any request where a source must not be crawled so, and
    ``NightFailed``, which holds the other sources' nights, where one could not begin or ended without an account.
    Can be called once in a process, from its main thread: Twisted's reactor does not start twice.
    """
    project = _settings(settings)
    process = AsyncCrawlerProcess(project)
    nights: list[Night] = []
    failures: list[str] = []
    crawlers: list[Crawler] = []
    for source in sources:
        try:
            crawlers.append(process.create_crawler(spider_for(source)))
        except CannotStart:
            raise
        except Exception as error:  # whatever is wrong with one outlet, the others have their night
            logger.error("%s: the crawl could not begin", source.id, exc_info=error)
            failures.append(f"{source.id}: the crawl could not begin: {error}")
    watches = [_Watch(crawler, on_progress) for crawler in crawlers if on_progress is not None]
    tasks = [process.crawl(crawler, since=since, back_to=back_to) for crawler in crawlers]
    if tasks:
        process.start()
    del watches  # Scrapy's signals hold them weakly; they had to live until here
    for crawler, task in zip(crawlers, tasks, strict=True):
        try:
            nights.append(_night(crawler, task))
        except TintinhError as error:
            failures.append(str(error))
    if failures:
        raise NightFailed(failures, nights)
    return nights


def require_startable(sources: Iterable[Source], settings: Mapping[str, Any]) -> None:
    """Raise ``CannotStart`` where one of ``sources`` must not be crawled with these settings; nothing is asked."""
    for source in sources:
        spider_for(source).update_settings(_settings(settings))


def _settings(settings: Mapping[str, Any]) -> Settings:
    project = Settings()
    project.setmodule("crawler.settings", priority="project")
    project.setdict(dict(settings), priority="cmdline")
    return project


class _Watch:
    """Reports the progress of one crawler."""

    def __init__(self, crawler: Crawler, report: Callable[[Progress], None]) -> None:
        self._report = report
        self._done = 0
        crawler.signals.connect(self._met, signals.request_scheduled)
        crawler.signals.connect(self._item, signals.item_scraped)
        crawler.signals.connect(self._item, signals.item_dropped)

    def _met(self, spider: NewsSpider) -> None:
        self._report(Progress(spider.name, len(spider.met), sum(spider.met.values()), self._done))

    def _item(self, spider: NewsSpider) -> None:
        self._done += 1
        self._met(spider)


def _night(crawler: Crawler, task: asyncio.Task[None]) -> Night:
    name = crawler.spidercls.name
    if task.cancelled():
        raise TintinhError(f"{name}: the crawl was broken off before it could write its account; run it again")
    error = task.exception()
    if error is not None:
        raise TintinhError(f"{name}: the crawl failed: {error}") from error
    spider = crawler.spider
    if not isinstance(spider, NewsSpider) or spider.night is None:
        raise TintinhError(f"{name}: the crawl ended without an account of its night; the log says why")
    return spider.night
