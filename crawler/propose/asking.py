"""Plans run on the web, by Scrapy: robots.txt, delay, user agent and contact are those of a night's crawl."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from scrapy import Request
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings

from corpus.agenda import Pause
from corpus.records import Page
from crawler.address import address
from crawler.errors import TintinhError
from crawler.failures import reason_of
from crawler.ledger import Ledger
from crawler.middlewares import Wire
from crawler.propose.answers import MAX_PAGES, Answer, Plan, Unanswered
from crawler.source import Source
from crawler.spiders.news import NewsSpider


class _OfTheMoment(Ledger):
    """A ledger without a corpus: it knows the hosts that asked for a pause, as long as the plan runs."""

    def __init__(self) -> None:
        self._pauses = {}
        self._now = lambda: datetime.now(UTC)

    def is_forgotten(self, url: str, asked: Iterable[str]) -> bool:
        return False

    def leave(self, host: str, until: datetime, reason: str) -> None:
        self._pauses[host] = Pause(host, until, reason)


class PlanSpider(NewsSpider):
    """Asks one site what its plan wants to know, one page at a time; ``result`` and ``failure`` say how it ended."""

    plan: ClassVar[Plan[Any]]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ledger = _OfTheMoment()
        self.asked = 0
        self.result: Any = None
        self.failure: Exception | None = None

    async def start(self) -> AsyncIterator[Request]:
        """Run the plan to its end; no request is left to Scrapy's scheduler."""
        try:
            wanted = next(self.plan)
            while True:
                wanted = self.plan.send({url: await self._answer(url) for url in wanted})
        except StopIteration as done:
            self.result = done.value
        except Exception as error:
            # Scrapy would log it and end the crawl as if it had gone well; ``ask`` raises it again.
            self.failure = error
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def _answer(self, url: str) -> Answer:
        if self.asked >= MAX_PAGES:
            return Unanswered("enough", f"{url}: {MAX_PAGES} pages are as many as one site is asked for")
        self.asked += 1
        engine = self.crawler.engine
        if engine is None:
            raise TintinhError(f"{url}: Scrapy's engine stopped before it was asked for")
        try:
            response = await engine.download_async(Request(url, dont_filter=True))
        except Exception as error:
            # Whatever Scrapy, Twisted or a middleware of ours raises: the night's own names for it.
            reason, detail = reason_of(error)
            return Unanswered(reason, detail if detail.startswith("http") else f"{url}: {detail}")
        return _page(response, url, self.source.id)


def _page(response: Response, requested: str, source_id: str) -> Page:
    wire: Wire = response.meta["wire"]
    return Page(
        url=address(response.url),
        requested_url=requested,
        fetched_at=wire.fetched_at,
        status=response.status,
        headers=wire.headers,
        body=response.body,
        source=source_id,
    )


def ask(plans: Sequence[tuple[Source, Plan[Any]]], settings: Mapping[str, Any]) -> list[Any]:
    """What the plans return, in their order: each asks its own site, all side by side.

    ``settings`` override crawler/settings.py as for ``crawler.night.crawl``; nothing is archived or stored. Raises
    ``CannotStart`` where a contact is missing, and the first plan's own error. Once in a process, from its main
    thread: Twisted's reactor does not start twice.
    """
    project = Settings()
    project.setmodule("crawler.settings", priority="project")
    project.setdict({**settings, "ITEM_PIPELINES": {}}, priority="cmdline")
    process = AsyncCrawlerProcess(project)
    crawlers = [process.create_crawler(_spider(source, plan)) for source, plan in plans]
    tasks = [process.crawl(crawler) for crawler in crawlers]
    process.start()
    results = []
    for crawler, task in zip(crawlers, tasks, strict=True):
        if task.cancelled():
            raise TintinhError(f"{crawler.spidercls.name}: was broken off; run it again")
        spider = crawler.spider
        error = task.exception() or (spider.failure if isinstance(spider, PlanSpider) else None)
        if error is not None:
            raise error
        results.append(spider.result if isinstance(spider, PlanSpider) else None)
    return results


def _spider(source: Source, plan: Plan[Any]) -> type[PlanSpider]:
    return type("OnePlanSpider", (PlanSpider,), {"name": source.id, "source": source, "plan": plan})
