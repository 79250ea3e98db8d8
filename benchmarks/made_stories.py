"""Stories for the loopback newspaper by the hundred, for what a night asks of outlets larger than the demo's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pydantic import TypeAdapter

from benchmarks.made_paper import text
from corpus.records import VIETNAM
from tintinh.loopback.outlets import OUTLETS, Outlet
from tintinh.loopback.story import Story

PAGE_SIZE = 20
"""Stories a page of a section: the loopback's own 4 to 8 suit its few stories, papers print about twenty."""


@contextmanager
def long_pages() -> Iterator[None]:
    """Sections of ``PAGE_SIZE`` stories a page, at every outlet, while the block runs."""
    before: dict[str, Outlet] = dict(OUTLETS)
    OUTLETS.update({name: replace(outlet, page_size=PAGE_SIZE) for name, outlet in before.items()})
    try:
        yield
    finally:
        OUTLETS.update(before)


def write_stories(folder: Path, each: int, left_out: int) -> None:
    """``each`` made stories for every outlet, evenly over its sections, without the ``left_out`` newest."""
    folder.mkdir(parents=True)
    pick = Random(each)  # noqa: S311 - no secret
    for letter, outlet in zip("abcde", OUTLETS.values(), strict=True):
        names = [name for section in outlet.sections for name in section.shows[:1] if not section.all]
        rows: list[dict[str, Any]] = []
        addresses: set[str] = set()
        number = 0
        while len(rows) < each:
            number += 1
            at = datetime(2025, 6, 1, 8, 30, tzinfo=VIETNAM) - timedelta(hours=3 * number)
            row: dict[str, Any] = {
                "id": f"{letter}{'xyz'[number // 1000]}-{number % 1000:03d}",
                "source": outlet.id,
                "section": names[number % len(names)],
                "published_at": at.isoformat(),
                "title": f"Tin số {number} {outlet.host.replace('.', ' ')}: {text(pick, 8)}",
                "lead": text(pick, 30),
                "blocks": [{"kind": "paragraph", "text": text(pick, 60)} for _ in range(5)],
                **dict.fromkeys(("place", "byline", "agency", "province", "primary", "corrects", "wire")),
                **dict.fromkeys(("authors", "tags", "themes"), ()),
            }
            address = _address(row)
            if address not in addresses:  # the portal has six thousand numbers, and two stories may get the same
                addresses.add(address)
                rows.append(row)
        lines = [json.dumps(row, ensure_ascii=False) for row in rows[left_out:]]
        (folder / f"{outlet.id}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _address(row: dict[str, Any]) -> str:
    return OUTLETS[row["source"]].path_of(TypeAdapter(Story).validate_json(json.dumps(row)))
