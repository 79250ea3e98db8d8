"""How templates are drawn: autoescaped always, and harmless where a text would change the direction of the page."""

from __future__ import annotations

import re
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from tintinh.explorer.address import parameters_of
from tintinh.templated import templates

STATIC = Path(__file__).parent / "static"

_UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def harmless(value: object) -> object:
    """A text with the signs that would turn or hide what stands around it shown by their number; all else as it is.

    The corpus stores no such sign in a text, but an address or a file made elsewhere may hold one.
    """
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSEEN.sub(lambda sign: f"[U+{ord(sign.group()):04X}]", value)
    return value


def shortened(text: str, most: int = 160) -> str:
    """``text`` cut for a list, at a blank where there is one."""
    if len(text) <= most:
        return text
    cut = text[:most]
    return (cut.rsplit(" ", 1)[0] if " " in cut[most // 2 :] else cut) + " …"


@cache
def environment() -> Environment:
    """The templates of the explorer; a name that is not given is an error."""
    made = templates("templates/explorer", finalize=harmless)
    made.filters["shortened"] = shortened
    made.globals["static"] = static
    made.globals["parameters_of"] = parameters_of
    return made


@cache
def static(name: str) -> str:
    """The address of a file of ``static``, which changes with its content."""
    return f"/-/explorer/{name}?{sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
