"""The plugin that makes a Datasette the explorer: its routes, and what stands before every answer."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.utils.asgi import Request, Response

from tintinh.explorer import guard
from tintinh.explorer.frame import Reply, fault, reply
from tintinh.explorer.pages import HOME, VIEWS
from tintinh.explorer.site import Site
from tintinh.explorer.view import View

PERMISSION = "view-tintinh"
"""What a Datasette plugin may refuse, to keep readers out of our pages; allowed where none does."""

LONGEST = 32_000_000
"""Bytes of one value in Datasette's own pages: more than any page or article has."""

Handler = Callable[[Any, Request], Awaitable[Response]]


def _site(datasette: Any) -> Site | None:
    """The site of an explorer; None for a Datasette that is none, which the hooks leave alone."""
    site = getattr(datasette, "site", None)
    return site if isinstance(site, Site) else None


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Handler]]:
    """``/<view>``, ``/en/<view>``, each with ``.csv`` and ``.json``; ``/`` and ``/en`` are the first view."""
    site = _site(datasette)
    if site is None:
        return []
    routes = [(r"^/(?:(?P<language>en)/?)?$", _handler(HOME))]
    for view in VIEWS:
        place = f"/(?P<place>{view.place})" if view.place else ""
        forms = "|".join(["csv", "json", *view.files])
        routes.append((rf"^(?:/(?P<language>en))?/{view.name}{place}(?:\.(?P<form>{forms}))?$", _handler(view)))
    if not site.open_sql:
        # These stand before Datasette's own: none of its pages is reached but the files of ours.
        routes.append((r"^/(?!-/explorer/)", _nothing_there))
    return routes


def _handler(view: View) -> Handler:
    async def handle(datasette: Any, request: Request) -> Response:
        site: Site = datasette.site
        if not await datasette.permission_allowed(request.actor, PERMISSION, default=True):
            return _response(fault(site, request.path, 403), request)
        place = request.url_vars
        # A thread of Datasette's pool: the corpus is asked and the page drawn while others are being answered.
        answering = asyncio.get_running_loop().run_in_executor(
            datasette.executor, reply, site, view, place, request.query_string
        )
        try:
            return _response(await answering, request)
        except Exception as error:  # whatever it is, the reader is told so, and whoever runs the explorer sees it
            traceback.print_exception(error, file=sys.stderr)
            return _response(fault(site, request.path, 500), request)

    return handle


async def _nothing_there(datasette: Any, request: Request) -> Response:
    return _response(fault(datasette.site, request.path, 404), request)


def _response(made: Reply, request: Request) -> Response:
    return Response(
        body="" if request.method == "HEAD" else made.body,
        status=made.status,
        # A corpus changes every night, and a page that is an hour old looks like any other.
        headers={"cache-control": "no-cache", **made.headers},
        content_type=made.content_type,
    )


@hookimpl
def prepare_connection(conn: sqlite3.Connection, datasette: Any) -> None:
    """A value that a statement of a reader makes (``randomblob(1000000000)``) has a bound, too."""
    if _site(datasette) is not None:
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)


@hookimpl
def asgi_wrapper(datasette: Any) -> Callable[[guard.App], guard.App]:
    """See ``guard.guarded``."""
    site = _site(datasette)
    return guard.guarded(site.hosts) if site is not None else lambda app: app
