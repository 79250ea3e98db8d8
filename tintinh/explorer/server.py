"""The explorer on a port of this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import uvicorn

from tintinh.explorer.app import Explorer
from tintinh.explorer.guard import LOOPBACK
from tintinh.explorer.site import Site


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach what is bound to ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one. Raises ``OSError`` where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family)
    # asyncio asks for it only where a socket says its protocol, which this one does not; without it the second half of
    # an answer waits 40 ms for the first to be acknowledged (benchmarks/explorer.py: p50 of every page 50 ms, now 10).
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(site: Site, host: str, listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; ``ready`` is told the address once it answers."""
    # Bound elsewhere, it is reached by names that we cannot know.
    site = replace(site, hosts=LOOPBACK | {host} if is_loopback(host) else frozenset())
    port = listening.getsockname()[1]
    address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    class Told(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(address)

    config = uvicorn.Config(Explorer(site).app(), log_level="warning", access_log=False, server_header=False)
    with suppress(KeyboardInterrupt):  # raised again by uvicorn once all is answered; it is how one stops it
        Told(config).run(sockets=[listening])
