"""LocalPaper: a server of a made paper on this machine, from its start to its end, and the source file of one."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self


def source_toml(source: str, name: str, host: str) -> str:
    """The source file of a made paper with this id, name and host; all have the same addresses and layout."""
    return f"""
id = "{source}"
name = "{name}"
kind = "paper"
home = "https://{host}/"
hosts = ["{host}"]
verified = "facts only"
facts = "invented for a benchmark"

[[province]]
name = "Hà Giang"

[discover]
article = '/tin/bai-\\d+\\.html$'
sitemaps = ["https://{host}/sitemap.xml"]

[[layout]]
title = "h1"
lead = "p.sapo"
date = "div.ngay"
body = "div.noi-dung"
"""


class Handler(BaseHTTPRequestHandler, ABC):
    """What the handlers of all made papers have in common: connections that stay, answers without delay, quiet."""

    protocol_version = "HTTP/1.1"
    # Without these two a keep-alive client waits 40 ms for every answer (Nagle against delayed acknowledgement).
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self.respond()

    @abstractmethod
    def respond(self) -> None:
        """Answer the request for ``self.path``."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep the terminal quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet of a client that was killed."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class LocalPaper:
    """A paper on a free port of 127.0.0.1, running as long as the ``with`` block does."""

    def __init__(self, handler: type[Handler]) -> None:
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"
