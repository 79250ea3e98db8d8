"""What stands before every answer, whoever makes it: read only, for our own name, and with the headers that keep a
browser from doing what a text of a stranger may wish."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

HEADERS = {
    # Nothing is loaded but our own files; no script or style stands in a page; nothing is sent elsewhere.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_READING = ("GET", "HEAD")


def guarded(hosts: Collection[str]) -> Callable[[App], App]:
    """A wrapper that answers GET and HEAD alone, for the names ``hosts`` (empty: for any), with ``HEADERS``.

    The name is looked at because a page elsewhere may let its own name point to this machine and read through the
    browser what only the loopback should see (DNS rebinding).
    """

    def wrap(app: App) -> App:
        async def answer(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return

            async def send_safely(message: Message) -> None:
                if message["type"] == "http.response.start":
                    held = [(name, value) for name, value in message.get("headers", []) if _name(name) not in HEADERS]
                    message = {**message, "headers": [*held, *_RAW]}
                await send(message)

            if scope["method"] not in _READING:
                await _refuse(send_safely, 405, "The explorer only reads: GET and HEAD.", (b"allow", b"GET, HEAD"))
            elif hosts and _host(scope) not in hosts:
                await _refuse(send_safely, 421, "This address is not a name of the explorer.")
            else:
                await app(scope, receive, send_safely)

        return answer

    return wrap


_RAW = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


def _name(raw: bytes) -> str:
    return raw.decode("latin-1").lower()


def _host(scope: MutableMapping[str, Any]) -> str | None:
    given = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"host"]
    if len(given) != 1:
        return None
    try:
        return urlsplit(f"//{given[0]}").hostname
    except ValueError:
        return None


async def _refuse(send: Send, status: int, sentence: str, *headers: tuple[bytes, bytes]) -> None:
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [(b"content-type", b"text/plain; charset=utf-8"), *headers],
    }
    await send(start)
    await send({"type": "http.response.body", "body": f"{sentence}\n".encode()})
