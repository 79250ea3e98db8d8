"""LoopbackNewspaper: the five look-alike sites behind one local port, told apart by the Host header."""

from __future__ import annotations

import gzip
import re
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from time import sleep
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from corpus.records import VIETNAM
from tintinh.loopback.answer import Answer, Fault
from tintinh.loopback.breakage import Breakage, break_answer
from tintinh.loopback.outlets import OUTLETS
from tintinh.loopback.pages import Site, index
from tintinh.loopback.stories import read_stories

_BROWSE = re.compile(r"/_/(?P<host>[a-z0-9.-]+)(?P<path>/.*)?")


class Request(NamedTuple):
    """One request that was answered: ``path`` with its query, ``status`` as sent."""

    host: str
    path: str
    status: int


class LoopbackNewspaper:
    """The newspaper as a context manager: it listens on 127.0.0.1 inside ``with`` and answers in threads of its own.

    ``stories_dir`` holds the stories (None: those of the project); ``port`` 0 takes a free one; ``today`` is the day
    of the header clocks (None: the real one); ``breakages`` say which outlets are broken tonight, and how. ``faults``
    may be filled, (host, path with query) → what goes wrong there; the path ``*`` stands for a whole host. Raises
    ``StoryError`` for a story that cannot be used and ``OSError`` where the port is taken.
    """

    def __init__(
        self,
        stories_dir: Path | None = None,
        port: int = 0,
        *,
        today: date | None = None,
        breakages: Mapping[str, Breakage] | None = None,
    ) -> None:
        self._breakages = dict(breakages or {})
        stories = read_stories(stories_dir)
        day = today or datetime.now(VIETNAM).date()
        self._sites: dict[str, Site] = {}
        for outlet in OUTLETS.values():
            site = Site(outlet, stories, day)
            self._sites |= dict.fromkeys(outlet.hosts, site)
        self._wanted_port = port
        self.faults: dict[tuple[str, str], Fault] = {}
        self._requests: list[Request] = []
        self._lock = Lock()
        self._server: _Server | None = None
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", self._wanted_port), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="loopback newspaper")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.close_connections()
            self._server.server_close()
        self._server = self._thread = None

    @property
    def port(self) -> int:
        """The port that is listened on; ``RuntimeError`` outside ``with``."""
        if self._server is None:
            raise RuntimeError("the loopback newspaper listens only inside `with LoopbackNewspaper() as paper:`")
        return self._server.server_port

    @property
    def url(self) -> str:
        """The address for a person's browser: an index of the outlets."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host name that is served, aliases included."""
        return tuple(self._sites)

    @property
    def connect_to(self) -> dict[str, str]:
        """Every host → where it is served, fit for the crawler's setting CONNECT_TO."""
        return dict.fromkeys(self.hosts, self.url)

    @property
    def requests(self) -> list[Request]:
        """The requests answered so far, in order; a copy."""
        with self._lock:
            return list(self._requests)

    def note(self, host: str, path: str, status: int) -> None:
        """Write one answered request into the log."""
        with self._lock:
            self._requests.append(Request(host, path, status))

    def answer(self, host: str, target: str) -> Answer:
        """The answer to a GET of ``target`` (path and query) with that Host header (port already removed)."""
        parts = urlsplit(target)
        site = self._sites.get(host)
        if site is not None:
            if host == site.outlet.host:
                whole = site.answer(parts.path, parts.query)
                broken = self._breakages.get(site.outlet.id)
                return break_answer(broken, site.outlet.id, parts.path, whole) if broken else whole
            if parts.path == "/robots.txt":
                return site.answer(parts.path)
            return site.alias(f"https://{host}{target}", parts.path, parts.query)
        if browsed := _BROWSE.fullmatch(target):
            return self._for_browser(browsed["host"], browsed["path"] or "/")
        if parts.path == "/":
            return index(tuple(OUTLETS.values()))
        return Answer(404, "text/plain; charset=utf-8", f"Không có trang này: {target}\n".encode())

    def _for_browser(self, host: str, target: str) -> Answer:
        if host not in self._sites:
            return Answer(404, "text/plain; charset=utf-8", f"Không có báo này: {host}\n".encode())
        answer = self.answer(host, target)
        if answer.location:
            return Answer(answer.status, answer.content_type, b"", location=_local(answer.location.encode()).decode())
        if not answer.content_type.startswith("text/html"):
            return answer
        rooted = re.compile(rb'(\b(?:href|src|action)=["\'])/(?!/)')
        body = _local(rooted.sub(rb"\g<1>/_/" + host.encode() + rb"/", answer.body))
        return Answer(answer.status, answer.content_type, body, answer.modified)


_ABSOLUTE = re.compile(
    rb"https://(" + b"|".join(re.escape(host).encode() for outlet in OUTLETS.values() for host in outlet.hosts) + rb")/"
)


def _local(text: bytes) -> bytes:
    return _ABSOLUTE.sub(rb"/_/\1/", text)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # joined on close, so that no socket outlives the newspaper

    def __init__(self, address: tuple[str, int], paper: LoopbackNewspaper) -> None:
        self.paper = paper
        self._open: set[socket.socket] = set()
        self._open_lock = Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        """Answer in a thread, and remember the connection until it is over."""
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Close a connection that is over."""
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error of ours; anything else is printed by the base class."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def close_connections(self) -> None:
        """Hang up on clients that keep their connection alive, or joining their threads would wait for them."""
        with self._open_lock:
            for connection in self._open:
                with suppress(OSError):  # the client was quicker
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    server: _Server
    # Without these two a keep-alive client waits 40 ms for every answer (Nagle against delayed acknowledgement).
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._respond(with_body=True)

    def do_HEAD(self) -> None:
        self._respond(with_body=False)

    def _respond(self, *, with_body: bool) -> None:
        host = (self.headers.get("Host") or "").partition(":")[0].lower()
        faults = self.server.paper.faults
        fault = faults.get((host, self.path)) or faults.get((host, "*"))
        if fault is not None:
            sleep(fault.wait)
            if fault.status is not None:
                self._fail(host, fault.status, fault)
                return
        answer = self.server.paper.answer(host, self.path)
        compressed = "gzip" in self.headers.get("Accept-Encoding", "") and not answer.content_type.startswith(
            "application/x-gzip"
        )
        body = gzip.compress(answer.body, mtime=0) if compressed else answer.body
        etag = f'"{answer.etag}-gz"' if compressed else f'"{answer.etag}"'
        status = 304 if answer.status == HTTPStatus.OK and self._unchanged(answer, etag) else answer.status
        self.server.paper.note(host, self.path, status)
        self.send_response(status)
        if answer.location:
            self.send_header("Location", answer.location)
        if answer.status == HTTPStatus.OK:
            self.send_header("ETag", etag)
            self.send_header("Vary", "Accept-Encoding")
            if answer.modified:
                self.send_header("Last-Modified", format_datetime(answer.modified.astimezone(UTC), usegmt=True))
        if status == HTTPStatus.NOT_MODIFIED:
            self.end_headers()
            return
        self.send_header("Content-Type", answer.content_type)
        if compressed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def _fail(self, host: str, status: int, fault: Fault) -> None:
        self.server.paper.note(host, self.path, status)
        self.send_response(status)
        for name, value in (("Retry-After", fault.retry_after), ("Location", fault.location), ("Content-Length", "0")):
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def _unchanged(self, answer: Answer, etag: str) -> bool:
        if known := self.headers.get("If-None-Match"):
            return known.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}
        since = self.headers.get("If-Modified-Since")
        if not since or answer.modified is None:
            return False
        try:
            return answer.modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except ValueError:
            return False  # HTTP: a date that cannot be read is as good as none

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Keep the terminal quiet: requests stand in ``LoopbackNewspaper.requests``."""
