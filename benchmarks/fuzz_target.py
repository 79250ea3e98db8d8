"""What a fuzzed reader is, and what those of JSON have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Reader = Callable[[bytes, Path], None]
"""Reads input in whatever way it has, in a folder of its own for files; what is not in ``allowed`` is a finding."""


@dataclass(frozen=True)
class Target:
    """One reader: what fuzzing begins with, what it puts in, where parts begin, and how the input may be refused.

    ``made`` are whole inputs that are right in form and odd in content, drawn by Hypothesis.
    """

    seeds: Callable[[], Sequence[bytes]]
    read: Reader
    allowed: tuple[type[Exception], ...]
    scraps: tuple[bytes, ...] = (b"\x00", b"\xff", b"<", b">", b'"', b"\\", b"\r\n")
    mark: bytes = b"<"
    made: SearchStrategy[bytes] | None = None


JSON = (
    b"[" * 2000,
    b'{"a":' * 2000,
    b"1e999",
    b"NaN",
    b"-0",
    b"9" * 5000,
    b'"\\ud800"',
    b'"\\u0000"',
    b"null",
    b"true",
    b'""',
    b"{}",
    b"[]",
    b',"title":1',
    b'"published_at":"9999-12-31T23:59:59+00:00"',
    b'"date":"0001-01-01"',
    b"\xef\xbb\xbf",
    b'"url":"http://["',
    b"\xe2\x80\xa8",
)
"""Pieces of JSON for readers to trip over."""
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.dates().map(str),
        st.datetimes().map(str),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=12,
)
"""Any value that JSON can say, and some that it cannot."""


def as_json(value: Any) -> bytes:
    """``value`` as bytes; half a surrogate pair stays half of one."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
