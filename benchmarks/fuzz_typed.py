"""Fuzzed readers of what stands on one line: a question, an address."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from benchmarks import fuzz_seeds as seeds
from benchmarks.fuzz_target import Target
from corpus.errors import QueryError
from corpus.index import Wanted
from corpus.querylang import read as read_query
from corpus.records import Query
from corpus.store import Corpus
from crawler.address import address

_QUERY = (
    b"(",
    b")",
    b'"',
    b"*",
    b" OR ",
    b" NOT ",
    b" AND ",
    b"NEAR(",
    b"^",
    b":",
    b"\xcc\x81",
    b"\xf0\x9f\x87\xbb",
    b"(" * 50,
    b"a " * 500,
    b"\xee\x80\x80",
    b"{title_toned}:",
    b"'",
    b"--",
    b"\x00",
)


_OPEN: dict[Path, Corpus] = {}


def _query(data: bytes, folder: Path) -> None:
    """Read it, and ask the search index what was understood: its own parser must understand it, too."""
    corpus = _OPEN.get(folder)
    if corpus is None:
        corpus = _OPEN[folder] = Corpus.open(folder / "asked.sqlite")
    text = data.decode("utf-8", "surrogateescape" if len(data) % 5 else "replace")
    wanted: Wanted = read_query(text)
    corpus.connection.execute("SELECT 1 FROM search WHERE search MATCH ?", (wanted.expression(),)).fetchall()
    corpus.search(Query(text))


def _address(data: bytes, folder: Path) -> None:
    spelled = address(data.decode("utf-8", "replace"))
    if spelled.startswith(("http://", "https://")) and address(spelled) != spelled:
        raise AssertionError(f"{spelled!r} is spelled otherwise the second time: {address(spelled)!r}")


_words = st.sampled_from(
    ["chợ", "du", "lịch", "hoà", "Lào", "a", "ð", "1", "_", "🇻🇳", "OR", "AND", "NOT", "(", ")", '"', "*", "-"]
)
_query_texts = st.lists(st.one_of(_words, st.text(max_size=6)), max_size=30).map(" ".join)
_urls = st.one_of(st.text(max_size=60), st.text("htps:/?#[]@%&=.;0aÀ ", max_size=40).map("http://".__add__)).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)


TARGETS: dict[str, Target] = {
    "query": Target(
        seeds.queries,
        _query,
        (QueryError,),
        _QUERY,
        b" ",
        _query_texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
    ),
    "address": Target(
        seeds.addresses,
        _address,
        (ValueError,),
        (b"[", b"]", b"%", b"@", b":", b"//", b"?", b"#", b"\xe2\x84\x80"),
        b"/",
        _urls,
    ),
}
"""Every one by name."""
