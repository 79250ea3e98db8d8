"""Case: a recorded page with what a careful person reads on it, and the same page in other encodings.

A case is a folder with ``page.html``, ``page.json`` (``url``, ``fetched_at``, ``content_type``) and ``expected.json``
(``title, lead, body, headings, captions, credits, authors, agency, published_at, published_precision, section, tags,
province``). In folders of others the keys may be fewer: what is not there is not measured.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from corpus.records import Page
from crawler.source import Source, load_sources, source_for_url

RECORDED = Path(__file__).parent.parent / "tests" / "newspapers"

Variant = Literal["as recorded", "nfd", "windows-1258", "utf-16", "entities"]
VARIANTS: tuple[Variant, ...] = ("as recorded", "nfd", "windows-1258", "utf-16", "entities")

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


@dataclass(frozen=True)
class Case:
    """One page and what is to be read on it.

    ``name`` is its folder below the one that was asked for; ``encoding`` is the encoding that ``page.body`` really
    has, known here and given to readers that take text.
    """

    name: str
    page: Page
    expected: dict[str, Any]
    source: Source | None
    encoding: str = "utf-8"

    @cached_property
    def text(self) -> str:
        """The page, rightly decoded."""
        return self.page.body.decode(self.encoding)


def read_cases(folders: Iterable[Path] = (RECORDED,)) -> list[Case]:
    """The cases below ``folders`` in order of name; a folder without one raises ``FileNotFoundError``."""
    cases: list[Case] = []
    for folder in folders:
        found = list(_cases_below(folder))
        if not found:
            raise FileNotFoundError(f"{folder}: holds no folder with page.html and expected.json")
        cases += found
    return cases


def _cases_below(folder: Path) -> Iterator[Case]:
    sources = load_sources()
    for file in sorted(folder.rglob("expected.json")):
        about = file.with_name("page.json")
        facts = json.loads(about.read_text(encoding="utf-8")) if about.exists() else {}
        url = facts.get("url", f"https://unknown.invalid/{file.parent.name}")
        fetched_at = datetime.fromisoformat(facts["fetched_at"]) if "fetched_at" in facts else datetime.now(UTC)
        yield Case(
            name=file.parent.relative_to(folder).as_posix(),
            page=Page(
                url=url,
                requested_url=url,
                fetched_at=fetched_at,
                status=200,
                headers=(("Content-Type", facts.get("content_type", "text/html")),),
                body=file.with_name("page.html").read_bytes(),
            ),
            expected=json.loads(file.read_text(encoding="utf-8")),
            source=sources.get(file.parent.parent.name) or source_for_url(url, sources),
        )


def in_variant(case: Case, variant: Variant) -> Case:
    """``case`` with its page as another server would send it: decomposed, in windows-1258, UTF-16 or entities."""
    text = case.text
    if variant == "as recorded":
        return case
    if variant == "nfd":
        return _with_body(case, unicodedata.normalize("NFD", text), "utf-8")
    if variant == "windows-1258":
        return _with_body(case, _tones_apart(text.replace("charset=utf-8", "charset=windows-1258")), "windows-1258")
    undeclared = text.replace('<meta charset="utf-8">', "").replace("charset=utf-8", "")
    if variant == "utf-16":
        return _with_body(case, undeclared, "utf-16")
    escaped = "".join(char if char < "\x80" else f"&#{ord(char)};" for char in unicodedata.normalize("NFC", text))
    return _with_body(case, escaped, "utf-8")


def _with_body(case: Case, text: str, encoding: str) -> Case:
    body = text.encode(encoding, "xmlcharrefreplace")
    return replace(
        case, page=replace(case.page, body=body, headers=(("Content-Type", "text/html"),)), encoding=encoding
    )


def _tones_apart(text: str) -> str:
    """``text`` as windows-1258 writes it: ``ế`` is ``ê`` and a combining acute."""
    result: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(part for part in parts if part in _TONES)
        result.append(
            unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES)) + tone if tone else char
        )
    return "".join(result)
