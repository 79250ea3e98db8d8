"""A night killed with SIGKILL in the worst places, and run again: the short form of ``python -m benchmarks.kills``."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

from benchmarks.kills import Rehearsal, differences, holdings
from tintinh.loopback import LoopbackNewspaper

OUTLETS = ("bao_ha_giang", "bao_dong_thap")
PLAN = (("noted", 4), ("settled", 3), ("archived", 4), ("cut", 5), ("stored", 3), ("accounted", 1))
CHANGES = (
    "UPDATE blocks SET text = text || '.' WHERE article_id = 3 AND n = 1",
    "DELETE FROM authors WHERE article_id = (SELECT min(article_id) FROM authors)",
    "DELETE FROM copies",
    "DELETE FROM outcomes WHERE kind = 'rejected'",
    "UPDATE addresses SET task = 'fetch', due_at = found_at WHERE url = (SELECT url FROM articles WHERE id = 5)",
    "DELETE FROM tagging_themes WHERE given > 0",
)


def test_six_kills_are_an_unbroken_night(tmp_path: Path) -> None:
    lines: list[str] = []
    with LoopbackNewspaper(today=date(2026, 11, 22)) as paper:
        tally = Rehearsal(tmp_path, paper, OUTLETS, seed=0, tell=lines.append).run(len(PLAN), PLAN)
    assert tally.differences == []
    assert tally.kills == {place: 1 for place, _ in PLAN}, lines
    # A page killed between archive and corpus, perhaps one inside its transaction, and one that was written in part.
    assert tally.left["no_row"] in {1, 2}
    assert tally.left.keys() == {"no_row", "cut"}

    whole = holdings(tmp_path / "whole" / "data" / "var" / "corpus.sqlite")
    assert len(whole["articles"]) > 40
    for number, change in enumerate(CHANGES):  # the comparison must see what it claims to compare
        other = shutil.copy(tmp_path / "broken-1" / "data" / "var" / "corpus.sqlite", tmp_path / f"{number}.sqlite")
        with closing(sqlite3.connect(other)) as connection, connection:
            assert connection.execute(change).rowcount >= 1, change
        assert differences(whole, holdings(other)), change
