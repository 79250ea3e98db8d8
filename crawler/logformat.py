"""Scrapy's log lines, with an item's address in place of the item: a page is a megabyte of bytes."""

from __future__ import annotations

from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class AddressLogFormatter(LogFormatter):
    """Scrapy's ``LOG_FORMATTER`` of this project."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """An article was stored."""
        return super().scraped(_address(item), response, spider)

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """An address gave no new article."""
        return super().dropped(_address(item), exception, response, spider)

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """A pipeline failed."""
        return super().item_error(_address(item), exception, response, spider)


def _address(item: Any) -> str:
    return str(item["url"] if isinstance(item, dict) else item.url)
