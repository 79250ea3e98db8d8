"""A client for the loopback newspaper: it asks by the real addresses, as a crawler with CONNECT_TO does."""

from __future__ import annotations

import unicodedata
from datetime import date
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

TODAY = date(2026, 11, 22)


class Got(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """One keep-alive connection to the paper, as a crawler with CONNECT_TO would have it."""

    def __init__(self, port: int) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=10)

    def get(self, url: str, method: str = "GET", **headers: str) -> Got:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        sent = {"Host": parts.netloc, **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.connection.request(method, target, headers=sent)
        response = self.connection.getresponse()
        return Got(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def soup(self, url: str) -> BeautifulSoup:
        got = self.get(url)
        assert got.status == 200, url
        return BeautifulSoup(got.body, "lxml")


def words(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def printed(tag: Tag | BeautifulSoup | None) -> str:
    assert tag is not None
    return words(tag.get_text(" "))
