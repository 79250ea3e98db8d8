"""Pages made from templates: how they are filled in, and which addresses may become links."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined


def is_web(url: object) -> bool:
    """Whether an address may be made a link: of the web, with a host. An address from a page may be anything."""
    try:
        parts = urlsplit(str(url))
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def templates(
    folder: str, package: str = "tintinh", *, finalize: Callable[[object], object] | None = None
) -> Environment:
    """The templates of a folder of a package: every value is escaped, a name that is not given is an error, and
    ``is web`` asks whether an address may be made a link. ``finalize`` is given every value before it is printed."""
    made = Environment(
        loader=PackageLoader(package, folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    made.tests["web"] = is_web
    return made
