"""Forgotten stories taken out of what was written about nights: listings, walks, accounts, findings."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from corpus.forgotten import Match

GONE = "(forgotten)"
"""Stands where an address or a text of a forgotten story stood."""

_QUOTED = 12
"""Letters, at least, that a string must share with a story to be taken for a quotation of it."""


@dataclass
class Words:
    """By what a forgotten story is known again in a sentence: its addresses, and all that it said."""

    addresses: tuple[str, ...]
    match: Match
    texts: list[str]
    _pattern: re.Pattern[str] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        # An address may be the beginning of another story's.
        some = "|".join(re.escape(one) for one in sorted(self.addresses, key=len, reverse=True))
        self._pattern = re.compile(rf"(?:{some})(?![\w/?=&%#-]|\.\w)") if some else None

    def without(self, value: Any) -> Any:
        """``value``, of JSON, without what is of the story."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.without(one) for one in value if not self._is_page(one)]
        if isinstance(value, dict):
            return {self._text(name): self.without(one) for name, one in value.items()}
        return value

    def _is_page(self, value: Any) -> bool:
        return isinstance(value, dict) and isinstance(value.get("url"), str) and self.match(value["url"])

    def _text(self, text: str) -> str:
        if self.match(text):
            return GONE
        if self._pattern is not None:
            text = self._pattern.sub(GONE, text)
        if len(text) >= _QUOTED and any(text in said for said in self.texts):
            return GONE
        for said in self.texts:
            if len(said) >= _QUOTED and said in text:
                text = text.replace(said, GONE)
        return text


def agenda(connection: sqlite3.Connection, match: Match, domains: Iterable[str]) -> None:
    """Take addresses out of what listings showed and walks are to read; drop what belongs to a whole domain."""
    for url, shown in connection.execute("SELECT url, shown FROM listings").fetchall():
        if match(url):
            connection.execute("DELETE FROM listings WHERE url = ?", (url,))
        elif rest := _without(shown, match):
            connection.execute("UPDATE listings SET shown = ? WHERE url = ?", (rest, url))
    for root, ahead in connection.execute("SELECT root, rest FROM walks").fetchall():
        if match(root):
            connection.execute("DELETE FROM walks WHERE root = ?", (root,))
        elif rest := _without(ahead, match):
            connection.execute("UPDATE walks SET rest = ? WHERE root = ?", (rest, root))
    of_domain = Match(frozenset(), frozenset(domains))
    for (host,) in connection.execute("SELECT host FROM pauses").fetchall():
        if of_domain(f"https://{host}/"):
            connection.execute("DELETE FROM pauses WHERE host = ?", (host,))


def _without(urls: str, match: Match) -> str | None:
    """The JSON list ``urls`` without those that match; None where none does."""
    given = json.loads(urls)
    rest = [url for url in given if not match(url)]
    return json.dumps(rest) if len(rest) < len(given) else None


def findings(connection: sqlite3.Connection, words: Words, moved: Mapping[str, tuple[Mapping[int, int], int]]) -> None:
    """Take stories out of the accounts and findings of all nights, and out of why other addresses were rejected; the
    places of other pages, which findings name, follow the pages (``moved``, as of ``forgetting.carry_out``)."""
    for number, told in connection.execute("SELECT id, findings FROM nights WHERE findings <> '[]'").fetchall():
        given = json.loads(told)
        if (left := words.without(given)) != given:
            connection.execute(
                "UPDATE nights SET findings = ? WHERE id = ?", (json.dumps(left, ensure_ascii=False), number)
            )
    rows = connection.execute("SELECT source, started_at, rank, sentence, evidence FROM findings").fetchall()
    for source, started_at, rank, sentence, evidence in rows:
        given = json.loads(evidence)
        left = _placed(words.without(given), moved)
        said = words.without(sentence)
        if (left, said) != (given, sentence):
            connection.execute(
                "UPDATE findings SET sentence = ?, evidence = ? WHERE (source, started_at, rank) = (?, ?, ?)",
                (said, json.dumps(left, ensure_ascii=False), source, started_at, rank),
            )
    for url, detail in connection.execute("SELECT url, detail FROM outcomes WHERE detail IS NOT NULL").fetchall():
        if (left := words.without(detail)) != detail:
            connection.execute("UPDATE outcomes SET detail = ? WHERE url = ?", (left, url))


def _placed(value: Any, moved: Mapping[str, tuple[Mapping[int, int], int]]) -> Any:
    """``value`` with the offsets of archived pages as they are now."""
    if isinstance(value, list):
        return [_placed(one, moved) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("file") in moved:
        offsets, _ = moved[value["file"]]
        return {**value, "offset": offsets.get(value.get("offset"), value.get("offset"))}  # type: ignore[arg-type]
    return {name: _placed(one, moved) for name, one in value.items()}
