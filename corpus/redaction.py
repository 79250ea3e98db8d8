"""Forgotten stories taken out of what was written about nights: listings, walks, accounts, findings."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from corpus.forgotten import Match

GONE = "(forgotten)"
"""Stands where an address or a text of a forgotten story stood."""

_ADDRESS = re.compile(r"""(?:https?://|urn:sha256:)[^\s<>"'“”‘’]+""")
_QUOTED = 12
"""Letters, at least, that a string must share with a story to be taken for a quotation of it."""


@dataclass
class Words:
    """By what forgotten stories are known again in a sentence: their addresses, and all that they said."""

    match: Match
    texts: list[str]

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
        text = _ADDRESS.sub(self._address, text)
        if len(text) >= _QUOTED and any(text in said for said in self.texts):
            return GONE
        for said in self.texts:
            if len(said) >= _QUOTED and said in text:
                text = text.replace(said, GONE)
        return text

    def _address(self, found: re.Match[str]) -> str:
        """An address in a sentence, which the sentence may have ended."""
        for url in (found[0], found[0].rstrip(".,:;)]…")):
            if self.match(url):
                return GONE + found[0].removeprefix(url)
        return found[0]


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
