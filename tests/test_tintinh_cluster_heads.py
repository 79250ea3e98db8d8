"""Which of two alike is the head, where they were fetched by parts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from corpus.records import Page
from crawler.source import read_source
from tests.archived import NIGHT
from tests.parted_nights import merged, part_of_pages
from tests.small_paper import TOML, article


@pytest.mark.parametrize(("later", "head"), [("bao_mot", "bao_hai"), ("bao_hai", "bao_mot"), (None, "bao_hai")])
@pytest.mark.parametrize("backwards", [False, True])
def test_of_two_alike_the_first_fetched_is_the_head_wherever_that_was(
    tmp_path: Path, later: str | None, head: str, backwards: bool
) -> None:
    parts = []
    for name in ("bao_hai", "bao_mot"):
        told = TOML.replace("baodongsuoi", name.replace("_", "")).replace("bao_dong_suoi", name)
        (tmp_path / f"{name}.toml").write_text(told, encoding="utf-8")
        body = article("Cầu treo thông xe", "05/10/2026", " ".join(f"chung{n}" for n in range(60)))
        url, at = f"https://{name.replace('_', '')}.example/tin/bai-1.html", NIGHT + timedelta(seconds=name == later)
        page = Page(url, url, at, 200, (("Content-Type", "text/html; charset=utf-8"),), body, source=name)
        parts.append(part_of_pages(tmp_path, read_source(tmp_path / f"{name}.toml"), page))
    taken, outcomes = merged(tmp_path, *(parts[::-1] if backwards else parts))
    assert [(one.source, one.kind) for one in outcomes] == [
        (head, "article"),
        ("bao_mot" if head == "bao_hai" else "bao_hai", "copy"),
    ]
    accounts = {night.source: (night.stored, night.copies) for night in taken.nights}
    assert accounts == {name: (1, 0) if name == head else (0, 1) for name in ("bao_hai", "bao_mot")}
