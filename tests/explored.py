"""The explorer of a corpus without a port: a request of a test goes through all that stands before a page."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
from lxml import html

from nlp.themes import load_themes
from tintinh.explorer.app import Explorer
from tintinh.explorer.site import Site


class Reader:
    """Somebody who reads the explorer of ``corpus``; ``more`` are fields of ``Site``."""

    def __init__(self, corpus: Path, **more: object) -> None:
        # What takes a hundredth of a second takes one on a machine that a hundred tests share.
        self.site = Site(corpus, load_themes(), **{"seconds": 60.0, **more})  # type: ignore[arg-type]
        self.explorer = Explorer(self.site)

    def get(self, address: str, **more: object) -> httpx.Response:
        """The answer to GET; redirects are not followed."""
        return asyncio.run(self.explorer.client.get(address, **more))

    def request(self, method: str, address: str, **more: object) -> httpx.Response:
        """The answer to any method."""
        return asyncio.run(self.explorer.client.request(method, address, **more))

    def page(self, address: str, status: int = 200) -> html.HtmlElement:
        """A page, parsed."""
        answer = self.get(address)
        assert answer.status_code == status, answer.text[:2_000]
        return html.fromstring(answer.content)

    def close(self) -> None:
        """End its threads."""
        self.explorer.executor.shutdown()


def shown(element: html.HtmlElement) -> str:
    """The text of an element as read, blanks joined."""
    return " ".join(element.text_content().split())
