"""The spiders of this project are its source files: one spider for each, named by the source's id."""

from __future__ import annotations

import builtins
from functools import cached_property
from pathlib import Path
from typing import Self

from scrapy import Request, Spider
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from crawler.errors import SourceError
from crawler.source import SOURCES, Source, load_sources, source_for_url
from crawler.spiders.news import NewsSpider


def spider_for(source: Source) -> type[NewsSpider]:
    """The spider class that serves ``source``."""
    name = "".join(part.capitalize() for part in source.id.split("_")) + "Spider"
    return type(name, (NewsSpider,), {"name": source.id, "source": source, "__module__": NewsSpider.__module__})


class BrokenSource(SourceError, UsageError):  # noqa: N818 - named as CannotStart is
    """A source file that cannot be used, as Scrapy's commands show it: the sentence, without a traceback."""


class SourceSpiderLoader:
    """Scrapy's ``SPIDER_LOADER_CLASS``: lists the TOML files of ``SOURCES_DIR``, by default crawler/sources.

    A broken file raises ``BrokenSource`` when a spider is first asked for: a source that silently vanished would be a
    night without its news.
    """

    def __init__(self, folder: Path = SOURCES) -> None:
        self._folder = folder

    @cached_property
    def _sources(self) -> dict[str, Source]:
        # Not in __init__: Scrapy shows a usage error as its sentence only once a command runs.
        try:
            return load_sources(self._folder)
        except SourceError as error:
            raise BrokenSource(str(error)) from error

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> Self:
        """Scrapy's way of making it."""
        folder = settings.get("SOURCES_DIR")
        return cls(Path(folder)) if folder else cls()

    def load(self, spider_name: str) -> type[Spider]:
        """The spider of that name; raises ``KeyError`` that names those there are."""
        if spider_name not in self._sources:
            raise KeyError(f"Spider not found: {spider_name} (there are: {', '.join(self._sources)})")
        return spider_for(self._sources[spider_name])

    def list(self) -> list[str]:
        """The ids of all sources, in order."""
        return list(self._sources)

    def find_by_request(self, request: Request) -> builtins.list[str]:
        """The source on whose hosts the request lies."""
        source = source_for_url(request.url, self._sources)
        return [source.id] if source else []
