"""Parts and what was forgotten on request: nothing of it comes back, and no story is lost for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpus import forgotten, parted
from corpus.agenda import Agenda, Task
from corpus.forgotten import Request
from corpus.records import Rejection
from corpus.store import Corpus
from crawler.archive import read_archive
from crawler.journal import Entry
from crawler.source import Source, read_source
from tests.archived import NIGHT
from tests.made_articles import story
from tests.parted_nights import merged, part_of_pages
from tests.small_paper import HOME, TOML
from tests.test_tintinh_cluster_later import edition

GONE, LEADS, PRINTED = f"{HOME}tin/xyzzyquaffle-1.html", f"{HOME}tin/loi-2.html", f"{HOME}tin/loi-3.html?in"
REQUEST = Request(NIGHT, "ai-do")
AGAIN = f"{GONE}: was forgotten on request, and is not fetched again"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    (tmp_path / "bao_dong_suoi.toml").write_text(TOML, encoding="utf-8")
    return read_source(tmp_path / "bao_dong_suoi.toml")


def forget(corpus: Corpus) -> None:
    forgotten.remember(corpus.connection, [[GONE]], REQUEST)


def forget_and_meet(*urls: str) -> Callable[[Corpus], None]:
    """What a crawl learns that is led from ``urls`` to the forgotten story."""

    def learn(corpus: Corpus) -> None:
        forget(corpus)
        forgotten.lead(corpus.connection, urls, to=GONE)

    return learn


def refused(source: Source, url: str) -> Entry:
    return Entry(source.id, url, NIGHT, rejection=Rejection(url, source.id, "forgotten", f"{url}: {AGAIN}"))


def home_with_tasks(home: Path, source: Source, *urls: str) -> None:
    with Corpus.open(home / "corpus.sqlite") as corpus:
        forget(corpus)
        for url in urls:
            Agenda(corpus.connection).write(Task(url, source.id, NIGHT, "fetch", NIGHT))


def in_clear_text(home: Path, word: str) -> list[Path]:
    return [path for path in home.glob("corpus.sqlite*") if word.encode() in path.read_bytes()]


@pytest.mark.parametrize("times", [1, 2])
def test_what_leads_to_a_forgotten_story_is_remembered_before_it_is_told_of(
    tmp_path: Path, source: Source, times: int
) -> None:
    home_with_tasks(tmp_path, source, LEADS, PRINTED)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:  # on an earlier night it was broken
        broken = Rejection(LEADS, source.id, "http_404", f"{LEADS}: the server answered 404")
        corpus.keep(broken, page=None, place=None)
    entries = [refused(source, LEADS), refused(source, PRINTED)]
    part = part_of_pages(tmp_path, source, entries=entries, learn=forget_and_meet(LEADS, PRINTED))
    for _ in range(times):
        merged(tmp_path, part)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert forgotten.among(corpus.connection, [LEADS, PRINTED, GONE]) == {LEADS, PRINTED, GONE}
        for table in ("outcomes", "addresses"):
            assert corpus.connection.execute(f"SELECT url FROM {table}").fetchall() == []  # noqa: S608
        (night,) = corpus.nights()
        assert dict(night.rejected) == {"forgotten": 2}
        corpus.optimize(vacuum=True)
    assert in_clear_text(tmp_path, "xyzzyquaffle") == []
    assert in_clear_text(tmp_path, "loi-") == []


def test_a_stored_story_is_not_forgotten_since_it_leads_to_one_today(tmp_path: Path, source: Source) -> None:
    """Stored before the part's corpus was taken out, or meanwhile."""
    home_with_tasks(tmp_path, source)
    stored = replace(story(1), url=LEADS, source=source.id)
    with Corpus.open(tmp_path / "corpus.sqlite") as whole:
        whole.keep(stored, page=None, place=None)
        parted.take_out(whole, tmp_path / "snapshot.sqlite", [source.id], source.hosts)
        whole.keep(replace(story(2), url=PRINTED, source=source.id), page=None, place=None)
    with Corpus.open(tmp_path / "snapshot.sqlite") as snapshot:
        forgotten.lead(snapshot.connection, [LEADS], to=GONE)
        assert forgotten.among(snapshot.connection, [LEADS]) == set()
    part = part_of_pages(tmp_path, source, entries=[refused(source, PRINTED)], learn=forget_and_meet(PRINTED))
    merged(tmp_path, part)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert forgotten.among(corpus.connection, [LEADS, PRINTED]) == set()
        assert corpus.article(LEADS) is not None
        assert corpus.article(PRINTED) is not None
    assert in_clear_text(tmp_path, "xyzzyquaffle") == []


def test_what_was_allowed_again_is_not_forgotten_by_a_part(tmp_path: Path, source: Source) -> None:
    part = part_of_pages(tmp_path, source, entries=[refused(source, LEADS)], learn=forget_and_meet(LEADS))
    merged(tmp_path, part)
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert not forgotten.anything(corpus.connection)


def test_a_forgotten_page_that_no_journal_names_stays_out_of_the_archive(tmp_path: Path, source: Source) -> None:
    """A crawl that was killed between the page and the note of it leaves it in the part's archive alone."""
    pages = [replace(edition("xyzzyquaffle"), url=GONE, requested_url=GONE), edition("khác")]
    part = part_of_pages(tmp_path, source, *pages, untold={GONE})
    home_with_tasks(tmp_path, source)
    merged(tmp_path, part)
    assert [page.url for _, page in read_archive(tmp_path / "archive")] == [pages[1].url]
    with Corpus.open(tmp_path / "corpus.sqlite") as corpus:
        assert [record.url for record in corpus.pages()] == [pages[1].url]
