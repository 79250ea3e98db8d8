"""Many results kept in one transaction: the corpus is that of one by one, whatever is held together."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest

from corpus import Corpus, CorpusError, Outcome, Rejection
from corpus.keeping import Result
from corpus.records import VIETNAM, ArchivePlace, Page
from tests.made_articles import page_of, sentences, story


def everything(path: Path) -> dict[str, list[Any]]:
    """All rows of all tables but the inner ones of the index; look-up keys together, wherever they stand."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not name.startswith(("search", "sqlite_"))
        ]
        found = {name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr) for name in names}  # noqa: S608
        found["duplicate_keys"] = sorted(found["duplicate_keys"] + found.pop("recent_keys"))
        found["search"] = connection.execute(
            "SELECT rowid, rank FROM search WHERE search MATCH 'ban OR gao' ORDER BY rowid"
        ).fetchall()
        return found


def night() -> Iterator[Result]:
    """What a night may bring: new stories, reprints, a corrected edition, a moved address, a withdrawn story."""
    for n in range(12):
        article = story(n)
        yield Result(article, page_of(article), ArchivePlace("a.warc.gz", 1000 * n, 1000))
    reprint = replace(story(3), url="https://baodongthap.vn/chuyen-3", source="bao_dong_thap", province="Đồng Tháp")
    yield Result(reprint)
    corrected = replace(
        story(3),
        blocks=(*story(3).blocks, *story(40).blocks),
        lead=sentences(41)[0],
        published_at=datetime(2025, 7, 9, tzinfo=VIETNAM),
        page_digest="sha256:other",
        fetched_at=story(3).fetched_at + timedelta(hours=2),
    )
    yield Result(corrected)  # the reprint is no copy any more, and the story stands in another month
    yield Result(story(5), None, None, "https://baohagiang.vn/cu/chuyen-5")
    video = Rejection("https://baohagiang.vn/video", "bao_ha_giang", "no_text", "The page has no text.")
    yield Result(video, page_of(story(50), url=video.url, requested_url=video.url))
    first = page_of(story(7))
    withdrawn = replace(story(7), url="https://baohagiang.vn/7", page_digest=first.digest)
    yield Result(withdrawn, replace(first, requested_url=withdrawn.url, url=withdrawn.url))
    yield Result(
        Rejection(withdrawn.url, "bao_ha_giang", "not_an_article", "The page is a list."),
        replace(first, requested_url=withdrawn.url, url=withdrawn.url),
    )


def test_many_are_kept_as_one_by_one(tmp_path: Path) -> None:
    one_by_one, together = tmp_path / "one.sqlite", tmp_path / "many.sqlite"
    with Corpus.open(one_by_one) as corpus:
        alone: list[Outcome] = [
            corpus.keep(each.result, page=each.page, place=each.place, requested_url=each.requested_url)
            for each in night()
        ]
        assert corpus.check() == []
    with Corpus.open(together) as corpus:
        assert corpus.keep_many(night()) == alone
        assert corpus.check() == []
    assert {outcome.kind for outcome in alone} == {"article", "copy", "changed", "same", "rejected"}
    assert everything(one_by_one) == everything(together)


def test_of_many_all_are_kept_or_none(tmp_path: Path) -> None:
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        corpus.keep(story(1), page=None, place=None)
        wrong = replace(story(4), province="Hà Giang tỉnh")
        with pytest.raises(CorpusError, match="province 'Hà Giang tỉnh' is not spelled"):
            corpus.keep_many(map(Result, (story(2), story(3), wrong)))
        assert corpus.stats().articles == 1
        assert corpus.known([story(2).url, story(3).url]) == set()
        assert corpus.check() == []


@pytest.mark.parametrize(("raw", "held"), [(None, 5), (b"z" * 1_000, 3)])
def test_pages_of_many_results_are_held_up_to_some_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, raw: bytes | None, held: int
) -> None:
    alive: WeakSet[Page] = WeakSet()
    most = 0

    def results() -> Iterator[Result]:
        nonlocal most
        for n in range(23):
            page = replace(page_of(story(n)), body=b"%4d" % n * 250, raw=raw)
            alive.add(page)
            most = max(most, len(alive))
            yield Result(story(n), page)

    with Corpus.open(tmp_path / "all.sqlite") as corpus:
        alone = corpus.keep_many(list(results()))
    gc.collect()
    most = 0
    monkeypatch.setattr("corpus.keeping._BYTES", 5_000)
    with Corpus.open(tmp_path / "some.sqlite") as corpus:
        assert corpus.keep_many(results()) == alone
    assert most == held
    assert everything(tmp_path / "some.sqlite") == everything(tmp_path / "all.sqlite")
